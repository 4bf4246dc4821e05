"""What a probe asks a target about its items, coupons, addresses and ways to pay, in few requests; see probe.py."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from conformance.client.api_client import ApiClient, RunStopped
from conformance.commands.probe.sample_addresses import Address
from conformance.core import contract
from conformance.core.exchange import OWN_APP, Exchange, Request
from conformance.driver.checkout import TERMS
from conformance.driver.discovery import cause_of
from conformance.judging.model import Line, View, total, view

AMPLE = 60  # an item of which a buyer gets so many is plain
QUANTITY_CALLS = 10  # for one item's limit or stock
LOTS = (2, 3, 4, 5, 6, 10, 12)
TOGETHER = 4  # lines that every session takes
SINGLES = 4  # sessions of one item each in which a coupon is tried
AT_INITIATE = (15013, 15017, 15018, 15026, 15028, 15031, 15044, 15045, 15053, 20002)
REMOVED, WARNED = (15043, 15055), (20000, 20001)
DEPENDS = (16005, 16009, 16013, 16016, 16017)  # a coupon that fits another cart or address
LOT, NOT_BOUGHT = 15014, 15005
AMOUNTS = {15012: "limit", 15013: "stock", 15053: "stock"}
AT_PAYMENT = (15012, 15020, 15045, NOT_BOUGHT)
GATEWAY = frozenset(range(1000, 4000))


@dataclass
class Good:
    """What was seen of one item. kind: a role of the profile, or `unknown`; remark: for a person."""

    item: str
    kind: str = "unknown"
    amount: int = 0
    error: int = 0
    remark: str = ""


@dataclass
class Voucher:
    """What was seen of one coupon. kind: good, oversized, refused, or what it may be; fits: items that it was taken with."""

    code: str
    kind: str
    error: int = 0
    remark: str = ""
    fits: list[str] = field(default_factory=list)


@dataclass
class Seen:
    """What was seen in one marketplace."""

    name: str
    address: Address
    other: Address | None = None
    foreign: list[str] = field(default_factory=list)
    sanctioned: list[str] = field(default_factory=list)
    goods: list[Good] = field(default_factory=list)
    coupons: list[Voucher] = field(default_factory=list)
    first: Exchange | None = None

    def of(self, kind: str) -> list[Good]:
        """The items of a role."""
        return [good for good in self.goods if good.kind == kind]


def most_calls(items: int, coupons: int, pays: bool) -> int:
    """The most requests that one marketplace takes."""
    sessions = -(-items // TOGETHER)
    orders = 1 + 2 * sessions + 2 * items if pays else 0
    return sessions + items * (2 + QUANTITY_CALLS) + 2 + 3 + SINGLES * (1 + 2 * coupons) + orders


class Look:
    """Asks about one marketplace; what it learned stands in `seen`, whatever interrupts it."""

    def __init__(self, target: ApiClient, seen: Seen) -> None:
        self.target, self.seen = target, seen
        self._lines: dict[str, tuple[str, Line]] = {}  # item: a session that holds it, and its line
        self._sent = 0

    def send(self, operation: str, subject: str | None, body: Any) -> Exchange:
        """One request of the first app."""
        self._sent += 1
        request = Request(operation, subject, body, self.seen.name, OWN_APP)
        return self.target.send(request, f"probe {self.seen.name}", self._sent)

    def initiate(self, lines: list[tuple[str, int]]) -> tuple[Exchange, View | None]:
        """A new session of a buyer of its own."""
        body = {
            "contactEmail": self.target.profile.good_buyer.replace("{n}", f"{self.seen.name[5:].lower()}{self._sent}"),
            "lineItemInputs": [{"itemId": item, "quantity": quantity} for item, quantity in lines],
            "shippingAddress": self.seen.address,
        }
        exchange = self.send(contract.INITIATE, None, body)
        self.seen.first = self.seen.first or exchange
        shown = view(exchange.body) if exchange.accepted else None
        for line in shown.lines.values() if shown else ():
            if line.item and shown and shown.id:
                self._lines[line.item] = shown.id, line
        return exchange, shown

    # ------------------------------------------------------------ items

    def items(self, items: list[str]) -> None:
        """Finds out what each item is good for."""
        self.seen.goods = [Good(item, remark="not asked about") for item in items]
        waiting = list(self.seen.goods)
        while waiting:
            part, waiting = waiting[:TOGETHER], waiting[TOGETHER:]
            exchange, shown = self.initiate([(entry.item, 1) for entry in part])
            whole = shown is not None and {entry.item for entry in part} == set(shown.items)
            if whole and not exchange.warning_ids:
                for good in part:
                    good.kind, good.remark = "plain", ""
            elif self._locked_out(exchange):
                raise RunStopped(cause_of(exchange))
            else:
                for good in part:
                    self._alone(good)
        for good in self.seen.of("plain"):
            good.remark = "how many there are was not asked"
        for good in self.seen.of("plain"):
            self._quantities(good)
        for good in self.seen.goods:
            if good.item in self._lines and good.kind in ("plain", "warned"):
                good.remark = good.remark or features(self._lines[good.item][1])

    @staticmethod
    def _locked_out(exchange: Exchange) -> bool:
        return bool({1001, 1002, 1003, 1100, 2002, 3003} & set(exchange.error_ids)) or exchange.status in (401, 403)

    def _alone(self, good: Good) -> None:
        exchange, shown = self.initiate([(good.item, 1)])
        if shown is not None:
            self._taken(good, exchange, shown)
            return
        known = [identifier for identifier in exchange.error_ids if identifier in AT_INITIATE]
        if LOT in exchange.error_ids:
            self._lot(good)
        elif known:
            good.kind, good.error, good.remark = "refused", known[0], ""
        else:
            good.remark = f"initiate answers {exchange.answer()}"
        plain = next((good.item for good in self.seen.goods if good.kind == "plain"), None)
        if plain and not exchange.silent and LOT not in exchange.error_ids:
            beside, shown = self.initiate([(plain, 1), (good.item, 1)])
            if shown is not None and good.item not in shown.items and plain in shown.items:
                self._taken(good, beside, shown)

    def _taken(self, good: Good, exchange: Exchange, shown: View) -> None:
        warning = next((identifier for identifier in exchange.warning_ids if identifier in REMOVED + WARNED), 0)
        if good.item in shown.items:
            good.kind, good.error, good.remark = ("warned", warning, "") if warning else ("plain", 0, "")
        elif warning:
            good.kind, good.error, good.remark = "removed", warning, ""
        else:
            good.remark = "initiate takes it out of the cart without a warning that the documents know"

    def _lot(self, good: Good) -> None:
        good.kind, good.remark = "unknown", "sold in a lot larger than twelve, or in none"
        for size in LOTS:
            _, shown = self.initiate([(good.item, size)])
            if shown is not None:
                good.kind, good.amount, good.remark = "lot", size, ""
                return

    def _quantities(self, good: Good) -> None:
        """Whether there is enough; else how many, by halving."""
        session, line = self._lines[good.item]
        calls = 0

        def takes(quantity: int) -> Exchange:
            nonlocal calls
            calls += 1
            return self.send(contract.QUANTITY, session, {"lineItemId": line.id, "quantity": quantity})

        exchange = takes(AMPLE)
        if exchange.accepted:
            good.remark = ""
            return
        kind = next((AMOUNTS[identifier] for identifier in exchange.error_ids if identifier in AMOUNTS), None)
        if kind is None:
            good.kind, good.remark = "unknown", f"quantity {AMPLE} is answered with {exchange.answer()}"
            return
        good.kind, good.remark = "unknown", f"has a {kind} below {AMPLE}"
        low, high = 1, AMPLE
        while high - low > 1 and calls < QUANTITY_CALLS:
            middle = min(low * 2, (low + high) // 2)
            exchange = takes(middle)
            if exchange.silent:
                return
            low, high = (middle, high) if exchange.accepted else (low, middle)
        if high - low == 1:
            good.kind, good.amount, good.remark = kind, low, ""

    def maximum(self, items: list[str]) -> tuple[int | None, str]:
        """(lines that a session takes, what was seen)."""
        for wanted, below in ((11, 10), (5, 4)):
            if len(items) < wanted:
                continue
            exchange, shown = self.initiate([(item, 1) for item in items[:wanted]])
            if 15011 not in exchange.error_ids and shown is None:
                return None, f"{wanted} lines are answered with {exchange.answer()}"
            if shown is not None and wanted == 11:
                return None, "11 lines were taken, more than the documents have"
            if shown is not None:
                return 10, "5 lines were taken; the documents name 4 and 10"
            if wanted == 5:
                return below, "5 lines were refused"
        return None, "not found out: fewer than five plain items"

    # ------------------------------------------------------------ addresses and coupons

    def addresses(self, other: Address, foreign: str) -> None:
        """Another address, a foreign country and one under sanctions, tried on one session."""
        plain = self.seen.of("plain")
        if not plain:
            return
        session, _ = self._lines[plain[0].item]
        tried = self.send(contract.ADDRESS, session, other)
        if tried.accepted and not tried.warning_ids:
            self.seen.other = other
        for country, found in ((foreign, self.seen.foreign), ("KP", self.seen.sanctioned)):
            tried = self.send(contract.ADDRESS, session, {**self.seen.address, "country": country})
            ids = set(tried.error_ids) & {15026, 15027, 15028, 15047}
            if ids and not tried.accepted:
                found.append(country)

    def coupons(self, codes: list[str]) -> None:
        """Applies each code to a few sessions of one item each, and takes it off again."""
        sessions: list[tuple[str, View]] = []
        for entry in self.seen.of("plain")[:SINGLES] if codes else ():
            _, shown = self.initiate([(entry.item, 1)])
            if shown is not None and shown.id:
                sessions.append((entry.item, shown))
        for code in codes if sessions else ():
            self.seen.coupons.append(self._coupon(code, sessions))

    def _coupon(self, code: str, sessions: list[tuple[str, View]]) -> Voucher:
        fits: list[str] = []
        refusals: list[Exchange] = []
        oversized = True
        for item, shown in sessions:
            exchange = self.send(contract.APPLY, shown.id, {"redemptionCode": code})
            if not exchange.accepted:
                refusals.append(exchange)
                if exchange.silent or not set(exchange.error_ids) & set(DEPENDS):
                    break
                continue
            fits.append(item)
            oversized = oversized and _takes_all(shown, view(exchange.body))
            self.send(contract.REMOVE, shown.id, {"redemptionCode": code})
        ids = sorted(
            {identifier for exchange in refusals for identifier in exchange.error_ids if identifier in _coupon_ids()}
        )
        if fits and not refusals:
            kind = "oversized" if oversized else "good"
            return Voucher(code, kind, remark=f"taken with each of {len(fits)} items", fits=fits)
        if not ids:
            return Voucher(code, "unknown", remark=f"answered with {refusals[0].answer()}")
        if fits or set(ids) & set(DEPENDS):
            return Voucher(code, "minimum" if ids[0] in (16005, 16009) else "item_bound", ids[0], fits=fits)
        return Voucher(code, "refused", ids[0])

    # ------------------------------------------------------------ payment

    def payment(self) -> tuple[str, str]:
        """(payment.kind, what was seen): the plain items are bought, one order for four of them."""
        items = [entry.item for entry in self.seen.of("plain")]
        kind, about = "none", "not tried: no plain item"
        for index in range(0, len(items), TOGETHER):
            part = items[index : index + TOGETHER]
            exchange, order = self._buy(part)
            if order and kind == "none":
                status = self.send(contract.READ_ORDER, order, None).body
                paid = status.get("purchaseOrderPaymentStatus") if isinstance(status, dict) else None
                kind, about = "place_order", f"an order was placed, and read {paid or 'without a status'} at once"
            if not exchange.error_ids and not order:
                return kind, f"placeGuestOrder answers {exchange.answer()}"
            if not set(exchange.error_ids) & GATEWAY and (not order or NOT_BOUGHT in exchange.warning_ids):
                for item in part if len(part) > 1 else ():
                    self._buy_alone(item, exchange)
                if len(part) == 1:
                    self._at_payment(part[0], exchange)
            elif not order:
                return kind, f"placeGuestOrder answers {exchange.answer()}"
        if kind == "none" and any(good.kind == "at_payment" for good in self.seen.goods):
            about = "every order was refused; write place_order once an item can be bought"
        return kind, about

    def _buy(self, items: list[str]) -> tuple[Exchange, str | None]:
        """placeGuestOrder of a session of its own, and the order's id."""
        exchange, shown = self.initiate([(item, 1) for item in items])
        if shown is None or not shown.id:
            return exchange, None
        exchange = self.send(contract.PLACE_ORDER, shown.id, {"marketingTerms": TERMS})
        order = exchange.body.get("purchaseOrderId") if exchange.accepted else None
        return exchange, order if isinstance(order, str) else None

    def _buy_alone(self, item: str, together: Exchange) -> None:
        exchange, order = self._buy([item])
        if not order or NOT_BOUGHT in exchange.warning_ids:
            self._at_payment(item, together if NOT_BOUGHT in together.warning_ids else exchange)

    def _at_payment(self, item: str, exchange: Exchange) -> None:
        good = next(good for good in self.seen.goods if good.item == item)
        ids = [identifier for identifier in exchange.error_ids + exchange.warning_ids if identifier in AT_PAYMENT]
        good.kind, good.error = ("at_payment", ids[0]) if ids else ("unknown", 0)
        good.remark = "" if ids else f"buying it is answered with {exchange.answer()}"


def _takes_all(before: View, after: View) -> bool:
    """Whether a coupon took off as much as the goods cost."""
    totals = before.summary.get("total"), after.summary.get("total")
    cost = total(line.net for line in before.lines.values())
    return totals[0] is not None and totals[1] is not None and cost is not None and totals[0] - totals[1] >= cost


def _coupon_ids() -> set[int]:
    return {identifier for identifier in contract.operations()[contract.APPLY].ids if 16000 <= identifier < 17000}


def features(line: Line) -> str:
    """What a line shows that money rules can use."""
    return ", ".join(_features(line))


def _features(line: Line) -> Iterator[str]:
    if len(line.options) > 1:
        yield f"{len(line.options)} shipping options"
    if line.fees:
        yield "a fee"
    if line.promotion:
        yield "a promotion"
    if any(option.imports for option in line.options):
        yield "import charges"
    if any(option.discount for option in line.options):
        yield "a delivery discount"
