"""What a client may know of the shop: plain data read from answers. No HTTP, no verdicts, no prediction of prices.

The names follow the documents' GuestCheckoutSessionResponseV2 and GuestPurchaseOrderV2. Whatever an answer lacks or has
in another type is None here, so that the rules about form and the rules about state never trip over each other.
"""

from __future__ import annotations

import marshal
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import wraps
from typing import Any, Protocol, TypeVar

from conformance.core.addresses import ADDRESS_FIELDS, ALWAYS_IN_ADDRESS, RECIPIENT, flat_address, folded
from conformance.judging.amounts import ZERO, Amount, amounts, money, total

# Stands for what an answer should show and does not, or not in a readable form: the rules about form tell it, and nothing
# is concluded from it.
UNKNOWN = "(cannot be read)"
NOT_ALWAYS = {"additionalSavings", "importCharges", "importTax"}  # what a summary may have besides
SUMMARY_PARTS = ("priceSubtotal", "priceDiscount", "deliveryCost", "tax", "fee", "total", "adjustment")
Fact = TypeVar("Fact")


class StatePart(StrEnum):
    """What a client set of a session, the amounts that follow and the ids of lines: the weightiest first."""

    LINES = "lines"
    QUANTITY = "quantity"
    OPTION = "option"
    COUPONS = "coupons"
    ADDRESS = "address"
    SUMMARY = "summary"
    NET = "net"
    UNIT = "unit"
    ID = "id"
    PAID = "paid"  # as the order of two requests has it (suites/races)


# A part, and the item, the field or the amount of it; '' where the part is one whole. A plain tuple: each answer has dozens.
StateKey = tuple[StatePart, str]
LINES: StateKey = (StatePart.LINES, "")
COUPONS: StateKey = (StatePart.COUPONS, "")
PRICES = frozenset({StatePart.SUMMARY, StatePart.NET, StatePart.UNIT})
PER_LINE = frozenset({StatePart.ID, StatePart.QUANTITY, StatePart.OPTION, StatePart.UNIT, StatePart.NET})


class KeepsFacts(Protocol):
    """What keeps the facts that follow from it alone (`once`)."""

    @property
    def facts(self) -> dict[Any, Any]: ...


Known = TypeVar("Known", bound=KeepsFacts)


def objects(node: Any) -> list[dict[str, Any]]:
    """The objects of a list; an absent list is an empty one."""
    return [element for element in node if element.__class__ is dict] if node.__class__ is list else []


def text(node: Any) -> str | None:
    """The text itself, None for any other type."""
    return node if node.__class__ is str else None


def _dig(node: Any, *names: str) -> Any:
    for name in names:
        node = node.get(name) if isinstance(node, dict) else None
    return node


@dataclass(slots=True)
class Option:
    """One shipping option of a line; amounts in the session's currency."""

    id: str | None
    selected: bool
    cost: Decimal | None
    discount: Decimal | None
    imports: Decimal
    carrier: str | None
    service: str | None


@dataclass(slots=True)
class Line:
    """One line item of a session or of an order; amounts in the session's currency."""

    id: str
    item: str | None
    quantity: int | None
    unit: Decimal | None
    net: Decimal | None
    promotion: Decimal | None
    coupon_promotion: Decimal | None
    fees: Decimal | None
    options: list[Option]
    raw: dict[str, Any]

    @property
    def selected(self) -> Option | None:
        """The one selected option, None if there is not exactly one."""
        chosen, count = None, 0
        for option in self.options:
            if option.selected:
                chosen, count = option, count + 1
        return chosen if count == 1 else None

    def option(self, option_id: str | None) -> Option | None:
        """The option of that id."""
        return next((option for option in self.options if option.id == option_id), None)


@dataclass(slots=True)
class View:
    """A session or an order as one answer shows it. facts: what follows from it alone, as it was first asked for.

    address_known: whether a recording shows the address as it was.
    """

    raw: dict[str, Any]
    id: str | None
    lines: dict[str, Line]
    address: dict[str, Any]
    coupons: list[str]
    summary: dict[str, Decimal]
    lines_known: bool = True
    coupons_known: bool = True
    address_known: bool = True
    unreadable: frozenset[str] = frozenset()
    of_order: bool = False
    facts: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def line_of(self, item: str) -> Line | None:
        """The first line of that item."""
        return next((line for line in self.lines.values() if line.item == item), None)

    @property
    def items(self) -> list[str]:
        """The item of each line."""
        return [line.item for line in self.lines.values() if line.item is not None]

    @property
    def pieces(self) -> Counter[str]:
        """How many pieces of each item the lines show; "" for lines without an item."""
        found: Counter[str] = Counter()
        for line in self.lines.values():
            found[line.item or ""] += line.quantity or 0
        return found


def once(compute: Callable[[Known], Fact]) -> Callable[[Known], Fact]:
    """A function of a view or a context alone, worked out once for each: several rules ask for the same, and reads mostly
    show what the session showed before."""

    @wraps(compute)
    def known(seen: Known) -> Fact:
        facts = seen.facts
        if compute not in facts:
            facts[compute] = compute(seen)
        found: Fact = facts[compute]
        return found

    return known


@once
def all_amounts(seen: View) -> list[Amount]:
    """Every Amount of the answer: where it is, its currency and its value."""
    return amounts(seen.raw)


def _option(raw: dict[str, Any]) -> Option:
    return Option(
        id=text(raw.get("shippingOptionId")),
        selected=raw.get("selected") is True,
        cost=money(raw.get("baseDeliveryCost")),
        discount=money(raw.get("deliveryDiscount")),
        imports=money(raw.get("importCharges")) or ZERO,
        carrier=text(raw.get("shippingCarrierCode")),
        service=text(raw.get("shippingServiceCode")),
    )


def _line(raw: dict[str, Any], position: int) -> Line:
    quantity = raw.get("quantity")
    promotions = objects(raw.get("promotions"))
    coupon = [promotion for promotion in promotions if str(promotion.get("promotionType")).upper() == "COUPON"]
    return Line(
        id=text(raw.get("lineItemId")) or f"#{position}",
        item=text(raw.get("itemId")),
        quantity=quantity if isinstance(quantity, int) and not isinstance(quantity, bool) else None,
        unit=money(raw.get("baseUnitPrice")),
        net=money(raw.get("netPrice")),
        promotion=total([money(promotion.get("discount")) for promotion in promotions if promotion not in coupon]),
        coupon_promotion=total([money(coupon_entry.get("discount")) for coupon_entry in coupon]) if coupon else None,
        fees=total([money(fee.get("amount")) for fee in objects(raw.get("fees"))]),
        options=[_option(option) for option in objects(raw.get("shippingOptions"))],
        raw=raw,
    )


def _summary(raw: dict[str, Any]) -> dict[str, Decimal]:
    found = {name: money(node) for name, node in raw.items()}
    found["adjustment"] = money(_dig(raw, "adjustment", "amount"))
    found["importTax"] = money(_dig(raw, "importTax", "amount"))
    charges = raw.get("importCharges")
    found["importCharges"] = money(charges) if money(charges) is not None else money(_dig(charges, "amount"))
    return {name: value for name, value in found.items() if value is not None}


@once
def _exactly(seen: View) -> bytes:
    return marshal.dumps(seen.raw, 2)


def seen_again(known: View | None, body: dict[str, Any], *, of_order: bool, address_known: bool = True) -> View:
    """The known view where an answer says the same again, to the type of each number; else the view of that answer."""
    same = known is not None and known.of_order is of_order and known.address_known is address_known
    if known is not None and same and marshal.dumps(body, 2) == _exactly(known):
        return known
    return view(body, of_order=of_order, address_known=address_known)


def view(body: dict[str, Any], *, of_order: bool = False, address_known: bool = True) -> View:
    """Reads a session's or an order's answer, whatever is wrong with its form."""
    lines = [_line(raw, index) for index, raw in enumerate(objects(body.get("lineItems")))]
    address = body.get("shippingAddress")
    summary = body.get("pricingSummary")
    amounts_read = _summary(summary) if isinstance(summary, dict) else {}
    raw_lines, raw_coupons = body.get("lineItems"), body.get("appliedCoupons")
    return View(
        raw=body,
        id=text(body.get("checkoutSessionId")) or text(body.get("purchaseOrderId")),
        lines=_by_id(lines),
        address=address if isinstance(address, dict) else {},
        coupons=_coupons(raw_coupons),
        summary=amounts_read,
        lines_known=len(lines) == len(raw_lines)
        if isinstance(raw_lines, list)
        else not amounts_read.get("priceSubtotal"),
        coupons_known=raw_coupons is None or _codes(raw_coupons),
        address_known=address_known,
        unreadable=frozenset({*SUMMARY_PARTS, *(NOT_ALWAYS & set(summary if isinstance(summary, dict) else ()))})
        - set(amounts_read),
        of_order=of_order,
    )


def _coupons(raw: Any) -> list[str]:
    """The codes, also where a text stands in place of the object."""
    listed = raw if isinstance(raw, list) else []
    codes = (text(coupon.get("redemptionCode")) if isinstance(coupon, dict) else text(coupon) for coupon in listed)
    return [code for code in codes if code is not None]


def _codes(coupons: Any) -> bool:
    return isinstance(coupons, list) and all(
        isinstance(coupon, dict) and text(coupon.get("redemptionCode")) for coupon in coupons
    )


def repeated(codes: list[str]) -> bool:
    """Whether a coupon is listed more than once, letter case aside."""
    return len({code.casefold() for code in codes}) < len(codes)


def _by_id(lines: list[Line]) -> dict[str, Line]:
    """The lines by id; a second line of the same id, a breach, keeps its place under another key."""
    found: dict[str, Line] = {}
    for index, line in enumerate(lines):
        found[line.id if line.id not in found else f"{line.id}#{index}"] = line
    return found


@once
def flat(seen: View) -> dict[str, Any]:
    """The address of a view, its names beside the other fields."""
    return flat_address(seen.address)


def may_be_left_out(amount: str, order: View) -> bool:
    """Whether an order need not show an amount of the session: an absent part of the total is zero only beside a subtotal."""
    absent = order.summary.get(amount) is None and "priceSubtotal" not in order.summary
    return absent or amount in ("importTax", "deliveryDiscount")


@once
def keyed(seen: View) -> dict[str, Line]:
    """The lines by item, so that two sessions compare; by line item id where an item has several lines."""
    items = [line.item or line.id for line in seen.lines.values()]
    unique = len(set(items)) == len(items)
    return {(line.item or line.id) if unique else line.id: line for line in seen.lines.values()}


@once
def state(seen: View) -> dict[StateKey, Any]:
    """What a client set: lines, quantities, selected options, address, coupons. Comparable with ==."""
    lines = keyed(seen)
    found: dict[StateKey, Any] = {LINES: frozenset(lines) if seen.lines_known else UNKNOWN}
    for key, line in lines.items():
        found[StatePart.ID, key] = line.id if "lineItemId" in line.raw else UNKNOWN
        found[StatePart.QUANTITY, key] = UNKNOWN if line.quantity is None else line.quantity
        found[StatePart.OPTION, key] = line.selected.id if line.selected and line.selected.id else UNKNOWN
    address = flat(seen) if seen.address_known else {}
    always = ALWAYS_IN_ADDRESS if address else ADDRESS_FIELDS  # an answer without any address says nothing of its parts
    named = seen.address_known and isinstance(seen.address.get("recipient"), dict)
    for name in (*always, *(() if named else RECIPIENT)):
        found[StatePart.ADDRESS, name] = UNKNOWN
    for name, value in address.items():
        found[StatePart.ADDRESS, name] = folded(value)
    found[COUPONS] = frozenset(map(folded, seen.coupons)) if seen.coupons_known else UNKNOWN
    return found


def differences(before: dict[StateKey, Any], after: dict[StateKey, Any]) -> dict[StateKey, tuple[Any, Any]]:
    """Each key whose value changed, with both values. A line that came or went shows under `lines` alone."""
    if before is after or before == after:
        return {}
    sets = [state.get(LINES, frozenset()) for state in (before, after)]
    common = sets[0] & sets[1] if UNKNOWN not in sets else frozenset()
    found = {}
    for key in {**before, **after}:
        part, name = key
        if part in PER_LINE and LINES in before and name not in common:
            continue
        pair = (before.get(key), after.get(key))
        if pair[0] is not pair[1] and pair[0] != pair[1] and UNKNOWN not in pair:
            found[key] = pair
    return found


@once
def pricing(seen: View) -> dict[StateKey, Any]:
    """The amounts that follow: unit and net price of each line by item, and the summary, zero as good as absent."""
    found: dict[StateKey, Any] = {}
    for line in seen.lines.values():
        item = line.item or line.id
        before = found.get((StatePart.NET, item), ZERO)  # of an item on several lines, whose order does not matter
        found[StatePart.UNIT, item] = UNKNOWN if line.unit is None else line.unit
        found[StatePart.NET, item] = UNKNOWN if line.net is None or before is UNKNOWN else before + line.net
    for name, value in seen.summary.items():
        if value:
            found[StatePart.SUMMARY, name] = value
    for name in seen.unreadable:
        found[StatePart.SUMMARY, name] = UNKNOWN
    return found


@once
def is_readable(seen: View) -> bool:
    """Whether each amount of the cart can be read."""
    return all([value is not UNKNOWN for value in pricing(seen).values()])


@once
def lasting(seen: View) -> dict[StateKey, Any]:
    """What the same cart must cost again.

    No document says how a coupon is shared out over the lines, nor how the tax of a line is rounded: with both, net prices,
    tax and total may differ by a cent where the lines came in another order.
    """
    priced = pricing(seen)
    if not seen.coupons:
        return priced
    taxed = len(seen.lines) > 1 and bool(seen.summary.get("tax"))
    open_ones = {(StatePart.SUMMARY, "tax"), (StatePart.SUMMARY, "total")} if taxed else set()
    return {key: value for key, value in priced.items() if key[0] != StatePart.NET and key not in open_ones}


@once
def cart_key(seen: View) -> tuple[Any, ...]:
    """Two sessions with the same key hold the same cart for the same address; the order of lines does not matter."""
    lines = sorted(
        (line.item or "", line.quantity or 0, _option_key(line.selected), len(line.options))
        for line in seen.lines.values()
    )
    address = sorted(
        (name, folded(value).key if value.__class__ is str else str(value)) for name, value in flat(seen).items()
    )
    return (tuple(lines), tuple(address), tuple(sorted(code.casefold() for code in seen.coupons)))


def _option_key(option: Option | None) -> str:
    return f"{option.carrier}/{option.service}/{option.cost}" if option else ""
