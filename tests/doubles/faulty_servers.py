"""Faulty servers: the reference shop, each with one defect and the requirement under which it has to be found.

`also`: one more requirement that the same defect breaks by its nature. `edits` changes answers, `refuses_otherwise` the
look of refusals, `never_refuses` takes what must be refused; a class of `faulty` overrides a method of the shop.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from conformance.core import contract
from conformance.core.exchange import Request
from tests.doubles.reference_checks import Refusal
from tests.doubles.reference_goods import Json
from tests.doubles.reference_server import ReferenceShop

SESSION = (contract.INITIATE, contract.READ, *contract.CHANGES)
PRICED = (*SESSION, contract.READ_ORDER)
Edit = Callable[[Json, Request, ReferenceShop], object]


@dataclass(frozen=True)
class FaultyServer:
    """A shop with one defect, and the requirement under which a rule has to find it."""

    name: str
    requirement: str
    shop: type[ReferenceShop]
    also: str | None = None


FAULTY_SERVERS: list[FaultyServer] = []


def faulty(requirement: str, also: str | None = None) -> Callable[[type[ReferenceShop]], type[ReferenceShop]]:
    """Enters a class among the faulty servers."""

    def enter(shop: type[ReferenceShop]) -> type[ReferenceShop]:
        FAULTY_SERVERS.append(FaultyServer(shop.__name__, requirement, shop, also))
        return shop

    return enter


def edits(name: str, requirement: str, edit: Edit, on: tuple[str, ...] = SESSION, also: str | None = None) -> None:
    """A shop that changes its accepted answers on the way out."""

    class Edits(ReferenceShop):
        def handle(self, request: Request) -> Json:
            body = super().handle(request)
            if request.operation in on:
                edit(body, request, self)
            return body

    FAULTY_SERVERS.append(FaultyServer(name, requirement, Edits, also))


def refuses_otherwise(
    name: str, requirement: str, number: int, status: int = 0, other: int = 0, also: str | None = None
) -> None:
    """A shop whose refusals with that id have another status, or another id."""

    class Otherwise(ReferenceShop):
        def answer(self, request: Request) -> tuple[int, Any, dict[str, str]]:
            given, body, headers = super().answer(request)
            if "errors" in body and body["errors"][0]["errorId"] == number:
                given = status or given
                body = {"errors": [self.entry(other or number, request.operation)]}
            return given, body, headers

    FAULTY_SERVERS.append(FaultyServer(name, requirement, Otherwise, also))


def never_refuses(name: str, requirement: str, number: int, on: tuple[str, ...], also: str | None = None) -> None:
    """A shop that answers 200 where that refusal is due, and does nothing."""

    class Never(ReferenceShop):
        def handle(self, request: Request) -> Json:
            try:
                return super().handle(request)
            except Refusal as no:
                session = self.sessions.get(request.subject or "")
                if no.args[0] != number or request.operation not in on or session is None:
                    raise
                return self.show(session, request)

    FAULTY_SERVERS.append(FaultyServer(name, requirement, Never, also))


def summary(name: str, cents: int) -> Edit:
    """An edit: so many cents more in an amount of the summary."""

    def more(body: Json, request: Request, shop: ReferenceShop) -> None:
        holder = body["pricingSummary"][name]
        holder = holder.get("amount", holder)
        holder["value"] = f"{float(holder['value']) + cents / 100:.2f}"

    return more


def first_line(body: Json) -> Json:
    """The first line of an answer, {} of an emptied session's."""
    lines = body["lineItems"]
    return lines[0] if lines else {}


def cheaper_by_the_dozen(body: Json, request: Request, shop: ReferenceShop) -> None:
    """Three or more: a cent off the unit, and every sum follows."""
    for node in body["lineItems"]:
        if node["quantity"] == 3:
            currency, summary = node["baseUnitPrice"]["currency"], body["pricingSummary"]
            node["baseUnitPrice"] = {
                "value": f"{float(node['baseUnitPrice']['value']) - 0.01:.2f}",
                "currency": currency,
            }
            node["netPrice"] = {"value": f"{float(node['netPrice']['value']) - 0.03:.2f}", "currency": currency}
            for name in ("priceSubtotal", "total"):
                summary[name] = {"value": f"{float(summary[name]['value']) - 0.03:.2f}", "currency": currency}


def dearer_when_late(body: Json, request: Request, shop: ReferenceShop) -> None:
    """Another tax for every session from the third on."""
    if len(shop.sessions) > 2:
        for name in ("tax", "total"):
            summary(name, 7)(body, request, shop)


def _drop(body: Json, name: str) -> object:
    return body.pop(name, None)


def charges_as_in_an_order(body: Json, request: Request, shop: ReferenceShop) -> None:
    """The sum of import charges without its type."""
    charges = body["pricingSummary"].get("importCharges", {})
    if "amount" in charges:
        body["pricingSummary"]["importCharges"] = charges["amount"]


edits("import charges as in an order", "SESSION-FIELDS", charges_as_in_an_order)
edits("a cent more in the total", "PRICE-TOTAL", summary("total", 1), on=PRICED)
edits("a cent more in the subtotal", "PRICE-SUBTOTAL", summary("priceSubtotal", 1), on=PRICED)
edits("a cent more in the discount", "PRICE-DISCOUNT", summary("priceDiscount", 1), on=PRICED)
edits("a cent more for delivery", "PRICE-DELIVERY", summary("deliveryCost", 1), on=PRICED)
edits("a cent more in fees", "PRICE-FEE", summary("fee", 1), on=PRICED)
edits("a cent more in import charges", "PRICE-IMPORT", summary("importCharges", 1), on=PRICED)
edits("a cent more saved than the lines save", "PRICE-SAVINGS", lambda body, request, shop: more_saved(body, request, shop),
      on=PRICED)  # fmt: skip
edits("a cheaper unit for three", "PRICE-UNIT", cheaper_by_the_dozen)
edits("another price in later sessions", "PRICE-STABLE", dearer_when_late, on=PRICED)
edits("the fee in the net price", "PRICE-NET", lambda body, request, shop: [
    node.update(netPrice={**node["netPrice"], "value": f"{float(node['netPrice']['value']) + 1:.2f}"})
    for node in body["lineItems"] if "fees" in node], on=PRICED, also="PRICE-SAVINGS")  # fmt: skip
edits("no title", "SESSION-FIELDS", lambda body, request, shop: [_drop(node, "title") for node in body["lineItems"]])
edits("a number for a text amount", "SESSION-FIELDS", lambda body, request, shop: body["pricingSummary"]["fee"].update(
    value=float(body["pricingSummary"]["fee"]["value"])))  # fmt: skip
edits("an amount with an exponent", "PRICE-FORM", lambda body, request, shop: body["pricingSummary"]["total"].update(
    value=f"{float(body['pricingSummary']['total']['value']):e}"))  # fmt: skip
edits("another session's id", "SESSION-FIELDS", lambda body, request, shop: body.update(checkoutSessionId="s0"),
      on=(contract.QUANTITY,))  # fmt: skip
edits(
    "pounds in a fee",
    "MARKET-CURRENCY",
    lambda body, request, shop: body["pricingSummary"]["fee"].update(currency="EUR"),
)
edits("euros everywhere", "MARKET-CURRENCY-OWN", lambda body, request, shop: [
    entry.update(currency="EUR") for entry in every_amount(body)], on=PRICED)  # fmt: skip
edits("two options selected", "SHIP-ONE", lambda body, request, shop: [
    option.update(selected=True) for option in first_line(body).get("shippingOptions", [])])  # fmt: skip
edits("delivered before it is sent", "SHIP-DATES", lambda body, request, shop: [
    option.update(maxEstimatedDeliveryDate="2025-01-01T08:00:00.000Z")
    for option in first_line(body).get("shippingOptions", [])])  # fmt: skip
edits("a street in capitals", "ADDR-REPLACE-EXACT", lambda body, request, shop: body.update(shippingAddress={
    **body["shippingAddress"], "addressLine1": body["shippingAddress"]["addressLine1"].upper()}))  # fmt: skip
edits("a doubtful address is taken without a word", "ADDR-WARN", lambda body, request, shop: body.update(
    warnings=[warning for warning in body.get("warnings", []) if warning["errorId"] != 15007]))  # fmt: skip
edits("an unknown warning", "WARNING-SHAPE", lambda body, request, shop: [
    warning.update(errorId=15001) for warning in body.get("warnings", []) if warning["errorId"] == 20000], also="ITEM-WARNED")  # fmt: skip
edits("another method's warning", "WARNING-SHAPE-OPERATION", lambda body, request, shop: body.setdefault(
    "warnings", []).append(shop.entry(15005, contract.PLACE_ORDER)), on=(contract.READ,))  # fmt: skip
edits("a coupon that saves nothing", "COUPON-APPLY", lambda body, request, shop: no_savings(body, request, shop),
      on=(contract.APPLY,), also="PRICE-NET")  # fmt: skip
edits("the order has another net price", "ORDER-READ", lambda body, request, shop: first_line(body).update(
    netPrice={"value": "1.00", "currency": "USD"}), on=(contract.READ_ORDER,))  # fmt: skip
edits("the order is never paid", "ORDER-READ-PAID", lambda body, request, shop: body.update(
    purchaseOrderPaymentStatus="PENDING"), on=(contract.READ_ORDER,))  # fmt: skip
edits("an order without a date in UTC", "ORDER-FIELDS", lambda body, request, shop: body.update(
    purchaseOrderCreationDate="2026-01-01 00:00"), on=(contract.READ_ORDER,))  # fmt: skip
edits("no purchaseOrderId", "PAY-PLACE", lambda body, request, shop: body.update(purchaseOrderId=""),
      on=(contract.PLACE_ORDER,))  # fmt: skip
edits(
    "paid in full, says nobody",
    "PAY-PARTIAL",
    lambda body, request, shop: [
        _drop(body, "warnings") for warning in body.get("warnings", []) if warning["errorId"] == 15005
    ],
    on=(contract.PLACE_ORDER,),
)

refuses_otherwise("another id for a marketplace", "MARKET-SAME", 15029, other=15027)
refuses_otherwise("409 for a marketplace", "MARKET-SAME", 15029, status=409)
refuses_otherwise("another id for an unknown session", "SESSION-UNKNOWN", 15003, other=15025)
refuses_otherwise("404 for another app", "SESSION-APP", 15025, status=404)
refuses_otherwise("200 for a refused coupon", "COUPON-REFUSED", 16013, status=200)
refuses_otherwise("an ended item is just unavailable", "ITEM-OWN-ID", 15018, other=15053)
refuses_otherwise("the wrong id for a declined card", "PAY-DECLINED", 15023, other=15024)
refuses_otherwise("a second coupon was used before", "COUPON-ONE", 16001, other=16005)
refuses_otherwise("an unknown order is a coupon", "ORDER-UNKNOWN", 16002, other=16003, also="COUPON-UNKNOWN")

never_refuses("other apps may read", "SESSION-APP", 15025, (contract.READ,))
never_refuses("other marketplaces may read", "MARKET-SAME", 15029, (contract.READ,))
never_refuses("a change after payment is ignored", "PAY-LOCK", 15021, (contract.QUANTITY,), also="PAY-DECLINED-ENDS")
never_refuses("an unknown line is ignored", "QTY-UNKNOWN-LINE", 15002, (contract.QUANTITY,), also="QTY-INVALID")
never_refuses("an unknown option is ignored", "SHIP-UNKNOWN", 15002, (contract.OPTION,))
never_refuses("a coupon that is not there is removed", "COUPON-NOT-APPLIED", 16025, (contract.REMOVE,))
never_refuses("no code, no coupon, no matter", "COUPON-REQUIRED", 15001, (contract.APPLY,))
never_refuses("an emptied session takes an address", "QTY-LAST", 15019, (contract.ADDRESS,))
never_refuses("more than the stock is ignored", "QTY-STOCK", 15013, (contract.QUANTITY,))
never_refuses("more than the limit is ignored", "QTY-LIMIT", 15012, (contract.QUANTITY,))
never_refuses("half a lot is ignored", "QTY-LOT", 15014, (contract.QUANTITY,))
never_refuses("a long street is ignored", "ADDR-LENGTH", 15048, (contract.ADDRESS,))
never_refuses("no marketplace header", "MARKET-REQUIRED", 15027, (contract.READ,), also="MARKET-SUPPORTED")


def every_amount(node: Any) -> list[Json]:
    """The amounts below a node."""
    if isinstance(node, dict):
        return [node] if "currency" in node else [entry for child in node.values() for entry in every_amount(child)]
    return [entry for child in node for entry in every_amount(child)] if isinstance(node, list) else []


def more_saved(body: Json, request: Request, shop: ReferenceShop) -> None:
    """A cent more off than the lines show."""
    if body["pricingSummary"]["additionalSavings"]["value"] == "5.00":
        summary("additionalSavings", 1)(body, request, shop)
        summary("total", -1)(body, request, shop)


def no_savings(body: Json, request: Request, shop: ReferenceShop) -> None:
    """The coupon is listed and that is all."""
    saved = float(body["pricingSummary"]["additionalSavings"]["value"])
    body["pricingSummary"]["additionalSavings"]["value"] = "0.00"
    summary("total", round(saved * 100))(body, request, shop)
