"""Which addresses a marketplace takes, and how a session gets paid."""

from __future__ import annotations

from typing import Any

from conformance.commands.probe.sample_addresses import Address
from conformance.commands.probe.session import WizardSession
from conformance.core import contract
from conformance.core.exchange import Exchange
from conformance.core.profile import SAFE_LINE_COUNT
from conformance.driver.session_methods import TERMS

NOT_BOUGHT = 15005
ABROAD = {15026, 15027, 15028, 15047}
AT_PAYMENT = (15012, 15020, 15045, NOT_BOUGHT)
DECLINED = (15023, 15024, 15033, 17000)
ADDRESS_CALLS = 4


def most_calls(items: int, buyers: int) -> int:
    """The most requests that payments take in one marketplace."""
    return 1 + 2 * -(-items // SAFE_LINE_COUNT) + 2 * items + 2 * buyers


def find_addresses(probe: WizardSession, other: Address, foreign: str, unverifiable: Address | None) -> None:
    """Tries on one session: another address, an unverifiable address, a foreign country and a country under sanctions."""
    seen = probe.seen
    plain = seen.of("plain")
    if not plain:
        return
    session, _ = probe.lines[plain[0].item]
    tried = probe.send(contract.ADDRESS, session, other)
    if tried.accepted and not tried.warning_ids:
        seen.other = other
    else:
        seen.remarks.append(f"another address of {other.get('city')} is answered with {tried.answer()}")
    doubtful = unverifiable or {**seen.address, "addressLine1": "1 Unverifiable Road"}
    tried = probe.send(contract.ADDRESS, session, doubtful)
    if tried.accepted and contract.UNVERIFIED_ADDRESS in tried.warning_ids:
        seen.unverifiable = doubtful
    elif unverifiable:
        seen.remarks.append(f"the address that cannot be verified is answered with {tried.answer()}")
    for country, found in ((foreign, seen.foreign), ("KP", seen.sanctioned)):
        tried = probe.send(contract.ADDRESS, session, {**seen.address, "country": country})
        if set(tried.error_ids) & ABROAD and not tried.accepted:
            found.append(country)


def find_declined(probe: WizardSession, emails: list[str]) -> None:
    """Pays as each of these buyers; fills `probe.seen.declined`."""
    plain = probe.seen.of("plain")
    for email in emails if plain else ():
        exchange, _ = _buy(probe, [plain[0].item], email)
        known = [error for error in exchange.error_ids if error in DECLINED]
        if known:
            probe.seen.declined.append((email, known[0]))
        else:
            probe.seen.remarks.append(f"paying as {email} is answered with {exchange.answer()}")


def find_payment(probe: WizardSession) -> tuple[str, str]:
    """(payment.kind, what was seen): the plain items are bought, one order for four of them."""
    items = [good.item for good in probe.seen.of("plain")]
    kind, about = "none", "not tried: no plain item"
    for index in range(0, len(items), SAFE_LINE_COUNT):
        part = items[index : index + SAFE_LINE_COUNT]
        exchange, order = _buy(probe, part)
        if order and kind == "none":
            status = probe.send(contract.READ_ORDER, order, None).body
            paid = status.get("purchaseOrderPaymentStatus") if isinstance(status, dict) else None
            kind, about = "place_order", f"an order was placed, and read {paid or 'without a status'} at once"
        if not exchange.error_ids and not order:
            return kind, f"placeGuestOrder answers {exchange.answer()}"
        if not set(exchange.error_ids).intersection(contract.GATEWAY_IDS) and (
            not order or NOT_BOUGHT in exchange.warning_ids
        ):
            for item in part if len(part) > 1 else ():
                _buy_alone(probe, item, exchange)
            if len(part) == 1:
                _at_payment(probe, part[0], exchange)
        elif not order:
            return kind, f"placeGuestOrder answers {exchange.answer()}"
    if kind == "none" and any(good.kind == "at_payment" for good in probe.seen.goods):
        about = "every order was refused; write place_order once an item can be bought"
    return kind, about


def _buy(probe: WizardSession, items: list[str], email: str | None = None) -> tuple[Exchange, str | None]:
    """placeGuestOrder of a session of its own, and the order's id."""
    exchange, shown = probe.initiate([(item, 1) for item in items], email=email)
    if shown is None or not shown.id:
        return exchange, None
    exchange = probe.send(contract.PLACE_ORDER, shown.id, {"marketingTerms": TERMS})
    order: Any = exchange.body.get("purchaseOrderId") if exchange.accepted else None
    return exchange, order if isinstance(order, str) else None


def _buy_alone(probe: WizardSession, item: str, together: Exchange) -> None:
    exchange, order = _buy(probe, [item])
    if not order or NOT_BOUGHT in exchange.warning_ids:
        _at_payment(probe, item, together if NOT_BOUGHT in together.warning_ids else exchange)


def _at_payment(probe: WizardSession, item: str, exchange: Exchange) -> None:
    good = next(good for good in probe.seen.goods if good.item == item)
    ids = [identifier for identifier in exchange.error_ids + exchange.warning_ids if identifier in AT_PAYMENT]
    good.kind, good.error = ("at_payment", ids[0]) if ids else ("unknown", 0)
    good.remark = "" if ids else f"buying it is answered with {exchange.answer()}"
