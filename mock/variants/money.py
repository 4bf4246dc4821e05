"""Variants about amounts."""

from __future__ import annotations

from mock.catalogue.model import Fee
from mock.routes import INITIATE, ORDER, SESSION_METHODS
from mock.seams import Variant, around, skip, variant
from mock.shop import Call
from mock.state import Line

SHOWN = (INITIATE, *SESSION_METHODS, ORDER)


def _once(go: object, call: Call, line: Line) -> list[Fee]:
    return list(line.item.fees)


VARIANTS: list[Variant] = [
    variant("fee-by-line", "PRICE-FEE", "fees count once for each line", around("fees", _once), on=SHOWN, about="fees"),
    variant("no-tax", "PRICE-TOTAL", "no tax is added", skip("tax", returning=0), on=SHOWN, about="tax"),
]
