"""Which role each item has. A role is written only if a second try, under another condition, shows it again."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.client.api_client import RunStopped
from conformance.commands.probe.observations import Good
from conformance.commands.probe.sample_addresses import Address
from conformance.commands.probe.session import WizardSession
from conformance.core import contract
from conformance.core.exchange import Exchange
from conformance.core.profile import SAFE_LINE_COUNT
from conformance.driver.discovery import cause_of
from conformance.judging.model import Line, View

AMPLE = 60  # an item of which a buyer gets so many is plain
QUANTITY_CALLS = 10  # for one item's limit or stock
LOTS = (2, 3, 4, 5, 6, 10, 12)
AT_INITIATE = (15013, 15017, 15018, 15026, 15028, 15031, 15044, 15045, 15053, 20002)
REMOVED, WARNED = (15043, 15055), (20000, 20001)
LOT = 15014
AMOUNTS = {15012: "limit", 15013: "stock", 15053: "stock"}
NO_ACCESS = contract.TOKEN_IDS | contract.NOTHING_THERE
SECOND_TRIES = 3  # requests that confirm a role, at most


def most_calls(items: int) -> int:
    """The most requests that the items of one marketplace take."""
    return -(-items // SAFE_LINE_COUNT) + items * (2 + QUANTITY_CALLS + SECOND_TRIES) + 2


def find_item_roles(probe: WizardSession, items: list[str]) -> None:
    """Fills `probe.seen.goods`. Raises RunStopped where nobody is let in."""
    seen = probe.seen
    seen.goods = [Good(item, remark="not asked about") for item in items]
    waiting = list(seen.goods)
    while waiting:
        part, waiting = waiting[:SAFE_LINE_COUNT], waiting[SAFE_LINE_COUNT:]
        exchange, shown = probe.initiate([(good.item, 1) for good in part])
        whole = shown is not None and {good.item for good in part} == set(shown.items)
        if whole and not exchange.warning_ids:
            for good in part:
                good.kind, good.remark = "plain", ""
        elif NO_ACCESS & set(exchange.error_ids) or exchange.status in (401, 403):
            raise RunStopped(cause_of(exchange, probe.target.profile))
        else:
            for good in part:
                _alone(probe, good)
    for good in seen.of("plain"):
        good.remark = "how many there are was not asked"
    for good in seen.of("plain"):
        _amount(probe, good)
    for good in seen.goods:
        if good.item in probe.lines and good.kind in ("plain", "warned"):
            good.remark = good.remark or features(probe.lines[good.item][1])


def _alone(probe: WizardSession, good: Good) -> None:
    exchange, shown = probe.initiate([(good.item, 1)])
    if shown is not None:
        _taken(good, exchange, shown)
    elif LOT in exchange.error_ids:
        _lot(probe, good)
        return
    elif known := [error for error in exchange.error_ids if error in AT_INITIATE]:
        good.kind, good.error, good.remark = "refused", known[0], ""
    else:
        good.remark = f"initiate answers {exchange.answer()}"
    plain = next((other.item for other in probe.seen.goods if other.kind == "plain"), None)
    if shown is None and plain and not exchange.silent:
        beside, shown = probe.initiate([(plain, 1), (good.item, 1)])
        if shown is not None and good.item not in shown.items and plain in shown.items:
            _taken(good, beside, shown)


def confirm_item_roles(probe: WizardSession) -> None:
    """The second try, at the marketplace's other address: a role that does not show again is none."""
    for good in (*probe.seen.of("refused"), *probe.seen.of("warned")):
        if probe.seen.other is not None:
            _confirm(probe, good, probe.seen.other)


def _confirm(probe: WizardSession, good: Good, address: Address) -> None:
    exchange, _ = probe.initiate([(good.item, 1)], address)
    known = exchange.warning_ids if good.kind == "warned" else exchange.error_ids
    if exchange.silent or good.error in known:
        return
    first = f"{good.kind} with {good.error}"
    good.kind, good.remark = "unknown", f"{first} at one address, answered with {exchange.answer()} at another"


def _taken(good: Good, exchange: Exchange, shown: View) -> None:
    warning = next((warning for warning in exchange.warning_ids if warning in REMOVED + WARNED), 0)
    if good.item in shown.items:
        good.kind, good.error, good.remark = ("warned", warning, "") if warning else ("plain", 0, "")
    elif warning:
        good.kind, good.error, good.remark = "removed", warning, ""
    else:
        good.remark = "initiate takes it out of the cart without a warning that the documents know"


def _lot(probe: WizardSession, good: Good) -> None:
    good.kind, good.remark = "unknown", "sold in a lot larger than twelve, or in none"
    for size in LOTS:
        _, shown = probe.initiate([(good.item, size)])
        if shown is not None:
            good.kind, good.amount, good.remark = "lot", size, ""
            return


def _amount(probe: WizardSession, good: Good) -> None:
    """Whether there is enough; else how many, by halving. The second try asks initiate for the amount, and one more."""
    session, line = probe.lines[good.item]
    exchange = probe.set_quantity(session, line, AMPLE)
    if exchange.accepted:
        good.remark = ""
        return
    kind = next((AMOUNTS[error] for error in exchange.error_ids if error in AMOUNTS), None)
    if kind is None:
        good.kind, good.remark = "unknown", f"quantity {AMPLE} is answered with {exchange.answer()}"
        return
    good.kind, good.remark = "unknown", f"has a {kind} below {AMPLE}"
    low, high, calls = 1, AMPLE, 1
    while high - low > 1 and calls < QUANTITY_CALLS:
        middle = min(low * 2, (low + high) // 2)
        exchange = probe.set_quantity(session, line, middle)
        calls += 1
        if exchange.silent:
            return
        low, high = (middle, high) if exchange.accepted else (low, middle)
    if high - low > 1:
        return
    _, sold = probe.initiate([(good.item, low)])
    beyond, too_many = probe.initiate([(good.item, low + 1)])
    if sold is None or beyond.silent:
        good.remark = f"{low} pieces are accepted by update_quantity, but not by initiate"
    elif too_many is not None and sold.items and len(too_many.items) == len(sold.items):
        good.remark = f"update_quantity refuses {low + 1} pieces, initiate sells them"
    else:
        good.kind, good.amount, good.remark = kind, low, ""


def find_maximum(probe: WizardSession, items: list[str]) -> tuple[int | None, str]:
    """(lines that a session takes, what was seen)."""
    for wanted, below in ((11, 10), (5, 4)):
        if len(items) < wanted:
            continue
        exchange, shown = probe.initiate([(item, 1) for item in items[:wanted]])
        if contract.TOO_MANY_LINES not in exchange.error_ids and shown is None:
            return None, f"{wanted} lines are answered with {exchange.answer()}"
        if shown is not None and wanted == 11:
            return None, "11 lines were taken, more than the documents have"
        if shown is not None:
            return 10, "5 lines were taken; the documents name 4 and 10"
        if wanted == 5:
            return below, "5 lines were refused"
    return None, "not found out: fewer than five plain items"


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
