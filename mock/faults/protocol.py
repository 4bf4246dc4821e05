"""Faults about tokens, errors, media types."""

from __future__ import annotations

from mock.errors import Refusal
from mock.seams import (
    OPERATIONS,
    PLACE,
    QUANTITY,
    READ,
    Fault,
    after,
    drop,
    error,
    fault,
    header,
    refused,
    restatus,
    skip,
)
from mock.shop import Answer, Call

_PAGE = b"<html><body><h1>Conflict</h1></body></html>"


def _page(call: Call, answer: Answer, refusal: Refusal) -> Answer:
    return Answer(answer.status, _PAGE, {"Content-Type": "text/html"})


FAULTS: list[Fault] = [
    fault("expired-token", "AUTH-TOKEN", "an expired token opens everything", skip("token_age", on=OPERATIONS)),
    fault("pay-with-any-scope", "AUTH-TOKEN", "a token of another scope can pay", skip("token_scope", on=PLACE)),
    fault(
        "errors-without-domain", "ERROR-SHAPE", "errors have no domain", drop("errors[].domain"), on=OPERATIONS,
        kind="field",
    ),
    fault(
        "lock-is-400", "SESSION-DOCUMENTED", "15021 comes with status 400",
        restatus(400, on=QUANTITY, when=error(15021)),
    ),
    fault(
        "refusal-is-a-page", "TYPE-JSON", "a refused read is a page of HTML", after("refusal", _page, on=READ),
    ),
    fault(
        "refusals-are-text", "TYPE-JSON", "refusals are text/plain", header("Content-Type", "text/plain", when=refused),
        on=OPERATIONS,
    ),
]
