"""The requirements that a row of the array is sent for: those of its probes, of its changes and of its end."""

from __future__ import annotations

from suites.situations.design import SessionPlan

STATE = ("SESSION-CREATE", "SESSION-READ", "SESSION-ONLY", "SESSION-FIELDS", "PRICE-TOTAL", "PRICE-STABLE", "PRICE-SUBTOTAL",
         "PRICE-NET", "PRICE-DELIVERY", "PRICE-DISCOUNT", "PRICE-SAVINGS", "MARKET-CURRENCY", "LINES-OWN")  # fmt: skip
CHANGE = {
    "more": ("QTY-SET",), "many": ("QTY-SET",), "less": ("QTY-SET",), "same": ("QTY-SET",), "remove": ("QTY-ZERO",),
    "select": ("SHIP-SET", "SHIP-ONE"), "reselect": ("SHIP-SET", "SHIP-ONE"), "move": ("ADDR-REPLACE",),
    "move_again": ("ADDR-REPLACE",), "coupon": ("COUPON-APPLY", "COUPON-REMOVE"), "coupon_again": ("COUPON-ONE",),
}  # fmt: skip
END = {
    "emptied": ("QTY-ZERO", "QTY-LAST", "PAY-EMPTY"),
    "paid": ("PAY-PLACE", "PAY-LOCK", "ORDER-READ", "ORDER-STABLE", "ORDER-FIELDS"),
    "locked": ("PAY-PLACE", "PAY-LOCK", "ORDER-READ", "PAY-TWICE"),
    "declined": ("PAY-DECLINED", "PAY-DECLINED-ENDS"),
}


def requirements_of(plan: SessionPlan) -> tuple[str, ...]:
    """The ids of a plan, each once."""
    row = plan.row
    own = (
        *STATE,
        *CHANGE[row["change"]],
        *END.get(row["end"], ()),
        *(() if row["beside"] == "none" else ("SESSION-ISOLATED",)),
    )
    return tuple(
        dict.fromkeys(
            (*own, *(probe.requirement for probe in plan.probes), *(start.requirement for start in plan.starts))
        )
    )
