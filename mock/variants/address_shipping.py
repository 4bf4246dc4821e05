"""Variants about the address and shipping."""

from __future__ import annotations

from typing import Any

from mock.catalogue.model import Option
from mock.seams import ADDRESS, INITIATE, SESSION_METHODS, Variant, after, around, variant
from mock.shop import Call
from mock.state import Line


def _by_piece(call: Call, costs: tuple[int, int], line: Line, option: Option) -> tuple[int, int]:
    return costs[0] * line.quantity, costs[1] * line.quantity


def _merge(go: Any, call: Call) -> Any:
    kept = {name: text for name, text in call.the_cart().address.items() if name in ("addressLine2", "county")}
    call.address = {**kept, **call.address}
    return go()


VARIANTS: list[Variant] = [
    variant(
        "delivery-by-piece", "PRICE-DELIVERY", "delivery costs and discounts count per piece",
        after("delivery", _by_piece), on=(INITIATE, *SESSION_METHODS), about="delivery cost",
    ),
    variant(
        "address-merges", "ADDR-REPLACE", "optional fields of the address that are not sent again are kept",
        around("apply_address", _merge, on=ADDRESS), about="optional address fields",
    ),
]
