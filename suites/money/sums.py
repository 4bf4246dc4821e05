"""What the parts of a summary must be: the documents' sums, and the formula of the total."""

from __future__ import annotations

from decimal import Decimal

from conformance.judging.amounts import ZERO, total
from conformance.judging.model import Line, Option, View, once


def _each(view: View) -> list[tuple[Line, Option]]:
    """Each line with its selected option; [] if a line has not exactly one."""
    found = [(line, line.selected) for line in view.lines.values()]
    return [(item, option) for item, option in found if option] if all(option for _, option in found) else []


@once
def sums(view: View) -> dict[str, list[Decimal]]:
    """What the parts of the summary must be by the documents' sums; several values where the documents leave a reading."""
    lines = list(view.lines.values())
    found: dict[str, list[Decimal]] = {}
    if not view.lines_known:
        return found
    subtotal = total(
        [line.unit * line.quantity if line.unit is not None and line.quantity is not None else None for line in lines]
    )
    discount = total([line.promotion for line in lines])
    if subtotal is not None:
        found["priceSubtotal"] = [subtotal]
    if discount is not None:
        found["priceDiscount"] = [discount]
    fees = [
        total([line.fees for line in lines]),
        total([line.fees * line.quantity if line.fees is not None and line.quantity else line.fees for line in lines]),
    ]
    found["fee"] = [fee for fee in fees if fee is not None]
    pairs = [] if view.of_order else _each(view)
    if pairs or not lines:
        costs = [
            (
                option.cost - option.discount if option.cost is not None and option.discount is not None else None,
                line.quantity or 0,
            )
            for line, option in pairs
        ]
        cost = [
            total([cost for cost, _ in costs]),
            total([cost * count if cost is not None else None for cost, count in costs]),
        ]
        found["deliveryCost"] = [amount for amount in cost if amount is not None]
        found["importCharges"] = [
            sum((option.imports for _, option in pairs), ZERO),
            sum((option.imports * (line.quantity or 0) for line, option in pairs), ZERO),
        ]
    return {name: values for name, values in found.items() if values}


FORMULAS = {
    "priceSubtotal": "baseUnitPrice × quantity over all lines",
    "priceDiscount": "the promotions of all lines, coupons aside",
    "deliveryCost": "baseDeliveryCost − deliveryDiscount of the selected options",
    "fee": "the fees of all lines",
    "importCharges": "the import charges of the selected options",
}
READINGS = {
    "deliveryCost": ("the cost of an option is per line", "the cost of an option is per unit"),
    "fee": ("a fee is per line", "a fee is per unit"),
    "importCharges": ("an import charge is per line", "an import charge is per unit"),
}


def formula(part: dict[str, Decimal]) -> Decimal:
    """The total by its formula; an absent adjustment, import charge or saving counts as zero."""
    return (
        part["priceSubtotal"]
        - part["priceDiscount"]
        + part["deliveryCost"]
        + part["tax"]
        + part.get("adjustment", ZERO)
        + part["fee"]
        + part.get("importCharges", ZERO)
        - part.get("additionalSavings", ZERO)
    )


# What the formula of the total needs; the adjustment is always there in a session, as SESSION-FIELDS says.
TOTALLED = frozenset({"priceSubtotal", "priceDiscount", "deliveryCost", "tax", "fee", "total", "adjustment"})


def has_parts(view: View) -> bool:
    """Whether each part that the formula of the total needs can be read."""
    needed = TOTALLED - {"adjustment"} if view.of_order else TOTALLED
    return needed <= view.summary.keys() and not {"importCharges", "additionalSavings"} & view.unreadable


def credits(view: View, want: Decimal) -> bool:
    """Whether a positive adjustment is taken off the total."""
    adjusted = view.summary.get("adjustment", ZERO)
    return adjusted > 0 and view.summary["total"] == want - 2 * adjusted


def adds_up(view: View) -> bool | None:
    """Whether the total is that of the formula; None where a part cannot be read."""
    if not has_parts(view):
        return None
    want = formula(view.summary)
    return want == view.summary["total"] or credits(view, want)
