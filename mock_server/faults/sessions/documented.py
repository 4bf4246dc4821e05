"""Faults about statuses and ids that no document lists for the method."""

from __future__ import annotations

from typing import Any

from mock_server.domain.errors import Refusal
from mock_server.domain.shop import Call, Response
from mock_server.injection import (
    PLACE,
    QUANTITY,
    REMOVE,
    Fault,
    accepted,
    after,
    change_status,
    error,
    fault,
)


def _second_entry(number: int) -> Any:
    """A second error beside the documented one."""

    def action(call: Call, response: Response, refusal: Refusal) -> None:
        first = response.body["errors"][0]
        response.body["errors"].append({**first, "errorId": number, "message": "Another thing is wrong as well"})

    return action


FAULTS: list[Fault] = [
    fault(
        "quantity-says-202",
        "SESSION-DOCUMENTED",
        "a new quantity is answered with 202",
        change_status(202, on=QUANTITY, when=accepted),
    ),
    fault(
        "placed-says-201",
        "SESSION-DOCUMENTED",
        "a placed order is answered with 201",
        change_status(201, on=PLACE, when=accepted),
    ),
    fault(
        "refusal-with-id-of-the-house",
        "SESSION-DOCUMENTED",
        "a coupon that is not there is refused with 16025 and 90001",
        after("refusal", _second_entry(90001), on=REMOVE, when=error(16025)),
        kind="id",
        also="ERROR-SHAPE",
    ),
]
