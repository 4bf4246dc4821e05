"""Each operation of the mock, its guards, and its choices where the documents leave room."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from devtools.conversation.client import TERMS, TWO, V2, Client, cart, plain, special
from mock_server.catalogue.addresses import FOREIGN, GOOD, OTHER, UNVERIFIABLE
from mock_server.catalogue.goods import BUYERS, COUPONS, ITEMS, MARKETPLACES
from mock_server.domain.operations import OPERATIONS
from mock_server.domain.shop import Settings
from mock_server.http.stubs import DOCUMENTED, STUBS
from mock_server.server import App

MARKETS = list(MARKETPLACES)


@pytest.fixture(scope="module")
def shop() -> Iterator[Client]:
    client = Client(App())
    yield client
    client.close()


def started(shop: Client, market: str = "EBAY_US", count: int = 2, **more: Any) -> dict[str, Any]:
    reply = shop.initiate(market, [(item, 1) for item in plain(market, count)], **more)
    assert reply.status == 200, reply.raw
    body: dict[str, Any] = reply.json
    return body


def quantity(body: dict[str, Any], index: int, number: Any) -> dict[str, Any]:
    return {"lineItemId": body["lineItems"][index]["lineItemId"], "quantity": number}


@pytest.mark.parametrize("market", MARKETS)
def test_initiate_answers_what_was_asked_for(shop: Client, market: str) -> None:
    items = plain(market, 4)
    reply = shop.initiate(market, [(item, index + 1) for index, item in enumerate(items)])
    body = reply.json
    assert reply.headers["x-ebay-security-signature"]
    assert [line["itemId"] for line in body["lineItems"]] == items
    assert [line["quantity"] for line in body["lineItems"]] == [1, 2, 3, 4]
    assert body["shippingAddress"] == GOOD[market]
    assert len({line["lineItemId"] for line in body["lineItems"]}) == 4
    for line in body["lineItems"]:
        assert [option["selected"] for option in line["shippingOptions"]].index(True) == 0
    assert shop.read(body["checkoutSessionId"], market).json == body


def test_reading_changes_nothing(shop: Client) -> None:
    id = started(shop)["checkoutSessionId"]
    assert shop.read(id).raw == shop.read(id).raw


@pytest.mark.parametrize("index", [0, 1, 2])
def test_quantity_zero_removes_just_that_line(shop: Client, index: int) -> None:
    body = started(shop, count=3)
    after = shop.change(body["checkoutSessionId"], "update_quantity", quantity(body, index, 0)).json
    assert after["lineItems"] == [line for n, line in enumerate(body["lineItems"]) if n != index]


def test_an_emptied_session_is_read_and_no_more(shop: Client) -> None:
    body = started(shop, count=1)
    id, line = body["checkoutSessionId"], body["lineItems"][0]
    assert shop.change(id, "update_quantity", quantity(body, 0, 0)).json["lineItems"] == []
    assert shop.read(id).json["lineItems"] == []
    option = {"lineItemId": line["lineItemId"], "shippingOptionId": line["shippingOptions"][0]["shippingOptionId"]}
    for verb, data in (
        ("update_quantity", quantity(body, 0, 1)),
        ("update_shipping_option", option),
        ("update_shipping_address", OTHER["EBAY_US"]),
        ("apply_coupon", {"redemptionCode": "FIVEOFF"}),
        ("remove_coupon", {"redemptionCode": "FIVEOFF"}),
    ):
        assert shop.change(id, verb, data).ids == [15019]
    assert shop.place(id).ids == [15019]


def test_the_address_is_replaced(shop: Client) -> None:
    body = started(shop)
    after = shop.change(body["checkoutSessionId"], "update_shipping_address", OTHER["EBAY_US"]).json
    assert after["shippingAddress"] == OTHER["EBAY_US"]
    assert shop.change(body["checkoutSessionId"], "update_shipping_address", UNVERIFIABLE["EBAY_US"]).ids == [15007]


def test_an_option_is_selected_on_its_line_alone(shop: Client) -> None:
    body = started(shop, count=3)
    line = body["lineItems"][2]
    requested = line["shippingOptions"][2]["shippingOptionId"]
    data = {"lineItemId": line["lineItemId"], "shippingOptionId": requested}
    after = shop.change(body["checkoutSessionId"], "update_shipping_option", data).json
    chosen = [[o["shippingOptionId"] for o in line["shippingOptions"] if o["selected"]] for line in after["lineItems"]]
    assert chosen[2] == [requested] and after["lineItems"][:2] == body["lineItems"][:2]
    data["shippingOptionId"] = body["lineItems"][0]["shippingOptions"][0]["shippingOptionId"]
    assert shop.change(body["checkoutSessionId"], "update_shipping_option", data).ids == [15002]


def test_a_coupon_comes_and_goes(shop: Client) -> None:
    body = started(shop, count=4)
    id = body["checkoutSessionId"]
    applied = shop.change(id, "apply_coupon", {"redemptionCode": "TENTH"}).json
    assert applied["appliedCoupons"] == [{"redemptionCode": "TENTH"}]
    assert shop.change(id, "apply_coupon", {"redemptionCode": "FIVEOFF"}).ids == [16001]
    assert shop.change(id, "remove_coupon", {"redemptionCode": "FIVEOFF"}).ids == [16025]
    assert shop.change(id, "remove_coupon", {"redemptionCode": "TENTH"}).json == body


@pytest.mark.parametrize("code", [coupon.code for coupon in COUPONS.values() if coupon.refused])
def test_a_refused_coupon_has_the_id_of_its_reason(shop: Client, code: str) -> None:
    id = started(shop, count=1)["checkoutSessionId"]
    assert shop.change(id, "apply_coupon", {"redemptionCode": code}).ids == [COUPONS[code].refused]


@pytest.mark.parametrize("market", MARKETS)
def test_a_coupon_whose_condition_does_not_hold_is_refused(shop: Client, market: str) -> None:
    cheap = min((item for item in ITEMS[market].values() if item.role == "plain"), key=lambda item: item.price)
    id = shop.initiate(market, [(cheap.id, 1)]).json["checkoutSessionId"]
    for code, error in (("SPEND100", 16005), ("SPEND200", 16009), ("HOME20", 16013)):
        assert shop.change(id, "apply_coupon", {"redemptionCode": code}, market).ids == [error]
    body = shop.initiate(market, [(cheap.id, 100)]).json
    id = body["checkoutSessionId"]
    assert shop.change(id, "apply_coupon", {"redemptionCode": "SPEND100"}, market).status == 200
    after = shop.change(id, "update_quantity", quantity(body, 0, 1), market).json
    assert after["pricingSummary"]["additionalSavings"]["value"] == "0.00" and after["appliedCoupons"]


def test_maximum_of_lines(shop: Client) -> None:
    items = plain("EBAY_US", 11)
    assert shop.initiate("EBAY_US", [(item, 500) for item in items[:4]]).status == 200
    assert shop.initiate("EBAY_US", [(items[0], 1)] * 11).json["lineItems"][0]["quantity"] == 11
    refusal = shop.initiate("EBAY_US", [(item, 1) for item in items[:5]]).json["errors"][0]
    assert refusal["errorId"] == 15011 and refusal["parameters"] == [{"name": "maxLineItems", "value": "4"}]
    ten = Client(App(Settings(max_line_items=10)))
    assert ten.initiate("EBAY_US", [(item, 1) for item in items[:10]]).status == 200
    assert ten.initiate("EBAY_US", [(item, 1) for item in items]).ids == [15011]


@pytest.mark.parametrize("market", MARKETS)
def test_more_than_limit_stock_or_lot_allow_is_refused(shop: Client, market: str) -> None:
    for trait, good, bad, error in (("limit", 2, 3, 15012), ("stock", 3, 4, 15013), ("lot", 10, 4, 15014)):
        item = special(market, trait)
        assert shop.initiate(market, [(item, bad)]).ids == [error]
        body = shop.initiate(market, [(item, good)]).json
        assert shop.change(body["checkoutSessionId"], "update_quantity", quantity(body, 0, bad), market).ids == [error]
        assert shop.read(body["checkoutSessionId"], market).json == body


@pytest.mark.parametrize("market", MARKETS)
def test_items_by_role(shop: Client, market: str) -> None:
    other = plain(market, 1)[0]
    for item in ITEMS[market].values():
        if item.refused:
            assert shop.initiate(market, [(item.id, 1)]).ids == [item.refused]
        if item.removed:
            assert shop.initiate(market, [(item.id, 1)]).ids == [item.alone]
            reply = shop.initiate(market, [(item.id, 1), (other, 2)])
            assert reply.ids == [item.removed] and [line["itemId"] for line in reply.json["lineItems"]] == [other]
        if item.warned:
            reply = shop.initiate(market, [(item.id, 1)])
            assert reply.ids == [item.warned] == shop.read(reply.json["checkoutSessionId"], market).ids
        if item.at_payment:
            id = shop.initiate(market, [(item.id, 1)]).json["checkoutSessionId"]
            assert shop.place(id, market).ids == [item.at_payment]
        if item.unpaid:
            id = shop.initiate(market, [(item.id, 1), (other, 1)]).json["checkoutSessionId"]
            reply = shop.place(id, market)
            assert reply.ids == [15005]
            order = shop.order(reply.json["purchaseOrderId"]).json
            assert [line["lineItemPaymentStatus"] for line in order["lineItems"]] == ["NOT_PAID", "PAID"]


@pytest.mark.parametrize("market", MARKETS)
def test_an_address_is_refused_alike_by_both_methods(shop: Client, market: str) -> None:
    most = MARKETPLACES[market].line_length
    items = [(plain(market, 1)[0], 1)]
    id = shop.initiate(market, items).json["checkoutSessionId"]

    def combine(**change: Any) -> tuple[list[int], list[int]]:
        address = {name: value for name, value in {**GOOD[market], **change}.items() if value is not ...}
        return (
            shop.initiate(market, items, shippingAddress=address).ids,
            shop.change(id, "update_shipping_address", address, market).ids,
        )

    for line in ("addressLine1", "addressLine2"):
        assert combine(**{line: "ü" * most}) == ([], [])
        assert combine(**{line: "ü" * (most + 1)}) == ([15048], [15048])
    for name in ("recipient", "phoneNumber", "addressLine1", "city", "country"):
        assert combine(**{name: ...}) == combine(**{name: None}) == ([15001], [15001])
        assert combine(**{name: 7}) == ([15002], [15002])
    assert combine(postalCode=...) == (([], []) if market == "EBAY_HK" else ([15001], [15001]))
    for name in sorted({*GOOD["EBAY_US"], "county"} - {"recipient"}):
        assert (
            combine(**{name: "a\x00b"})
            == combine(**{name: "a\u009fb"})
            == combine(**{name: "<i>"})
            == ([17002], [17002])
        )
    assert combine(country=FOREIGN[market][0]) == ([15028], [15026])
    assert combine(country="KP") == ([15047], [15047])
    assert combine(country="xx") == ([15002], [15002])


def test_guards_come_in_order(shop: Client) -> None:
    body = started(shop)
    id = body["checkoutSessionId"]
    shop.place(id)
    assert shop.change(id, "update_quantity", {}, "EBAY_GB", app=TWO).ids == [15025]
    assert shop.change(id, "update_quantity", {}, "EBAY_GB").ids == [15029]
    assert shop.change(id, "update_quantity", {}).ids == [15021]
    assert shop.change("1", "update_quantity", {}, "EBAY_XX").ids == [15027]
    assert shop.change("1", "update_quantity", {}, None).ids == [15001]
    assert shop.change("1", "update_quantity", {}).ids == [15003]


def test_payment_locks_and_makes_one_order(shop: Client) -> None:
    body = started(shop, count=4)
    id = body["checkoutSessionId"]
    placed = shop.place(id)
    again = shop.place(id)
    assert again.json["purchaseOrderId"] == placed.json["purchaseOrderId"] and again.ids == [15006]
    order = shop.order(placed.json["purchaseOrderId"])
    for _ in range(2):
        assert shop.change(id, "update_quantity", quantity(body, 0, 0)).ids == [15021]
    assert shop.read(id).json == body
    assert shop.order(placed.json["purchaseOrderId"]).raw == order.raw
    assert order.json["purchaseOrderPaymentStatus"] == "PAID"
    assert {name: value for name, value in order.json["pricingSummary"].items() if name != "deliveryDiscount"} == (
        body["pricingSummary"]
    )
    assert shop.order(placed.json["purchaseOrderId"], app=TWO).ids == [16003]
    assert shop.order("1").ids == [16002]


@pytest.mark.parametrize(("email", "error"), BUYERS.items())
def test_a_failed_payment_ends_the_session(shop: Client, email: str, error: int) -> None:
    body = started(shop, contactEmail=email.upper())
    id = body["checkoutSessionId"]
    assert shop.place(id).ids == [error]
    assert shop.read(id).json == body
    assert shop.change(id, "update_quantity", quantity(body, 0, 1)).ids == [15032]
    assert shop.place(id).ids == [error]


@pytest.mark.parametrize("agreed", [True, False])
def test_marketing_terms_that_are_incomplete_are_refused(shop: Client, agreed: bool) -> None:
    id = started(shop)["checkoutSessionId"]
    full = {**TERMS["marketingTerms"][0], "marketingTermsAccepted": agreed}
    for name in full:
        assert shop.place(id, data={"marketingTerms": [{k: v for k, v in full.items() if k != name}]}).ids == [15046]
    for missing in ("OFFER", "PROMOTION", "SURVEY"):
        types = [kind for kind in ("OFFER", "PROMOTION", "SURVEY") if kind != missing]
        assert shop.place(id, data={"marketingTerms": [{**full, "marketingTypes": types}]}).ids == [15046]
    assert shop.place(id, data={"marketingTerms": [full]}).status == 200


def test_every_documented_id_can_be_had(shop: Client) -> None:
    """By a stub on every operation; the vendor's names too."""
    calls = {
        "getGuestCheckoutSession": lambda id: shop.read(id),
        "placeGuestOrder": lambda id: shop.place(id),
        "getGuestPurchaseOrder": lambda id: shop.order(id),
        "initiateGuestCheckoutSession": lambda id: shop.call("POST", f"{V2}/initiate", cart("EBAY_US", [(id, 1)])),
    }
    verbs = {
        "applyGuestCoupon": "apply_coupon",
        "removeGuestCoupon": "remove_coupon",
        "updateGuestQuantity": "update_quantity",
        "updateGuestShippingAddress": "update_shipping_address",
        "updateGuestShippingOption": "update_shipping_option",
    }
    for operation, verb in verbs.items():
        calls[operation] = lambda id, verb=verb: shop.change(id, verb, {})  # type: ignore[misc]
    status = {"REQUEST": 400, "BUSINESS": 409, "APPLICATION": 500}
    for operation in OPERATIONS:
        for error in DOCUMENTED[operation]:
            reply = calls[operation](f"testError|{error}")
            assert reply.ids == [error] and reply.status == status[reply.json["errors"][0]["category"]]
    for name, (error, operations) in STUBS.items():
        for operation in operations:
            assert calls[operation](f"testError|{name}").ids == [error]
    assert shop.read("testError|SessionLocked").ids == [15003]


def test_a_stub_in_the_path_raw_or_escaped(shop: Client) -> None:
    for pipe in ("|", "%7C", "%7c"):
        path = f"{V2}/testError{pipe}SessionLocked/update_quantity"
        assert shop.call("POST", path, {"lineItemId": "7", "quantity": 1}).ids == [15021]


def test_refusals_change_nothing(shop: Client) -> None:
    body = started(shop, count=3)
    id = body["checkoutSessionId"]
    for verb, data in (
        ("update_quantity", quantity(body, 0, -1)),
        ("update_quantity", quantity(body, 1, 10**9)),
        ("update_shipping_address", {**OTHER["EBAY_US"], "country": "FR"}),
        ("apply_coupon", {"redemptionCode": "EXPIRED"}),
        ("remove_coupon", {"redemptionCode": "X"}),
    ):
        assert shop.change(id, verb, data).status in (400, 409)
        assert shop.read(id).json == body
