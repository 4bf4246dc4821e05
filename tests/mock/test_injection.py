"""Each combinator and condition of the injection, on a shop that has just this effect."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from devtools.conversation.client import V2, Client, Reply, plain
from devtools.conversation.talk import Cart, Talk
from mock_server.catalogue.addresses import OTHER
from mock_server.domain.operations import ADDRESS, APPLY, INITIATE, ORDER, PLACE, QUANTITY, READ, REMOVE
from mock_server.domain.state import PAID
from mock_server.http.pipeline import new_shop
from mock_server.injection import coupon, coupons, field, lines
from mock_server.injection.concurrency import lost_update
from mock_server.injection.conditions import (
    accepted,
    after_op,
    after_refused,
    body_matches,
    cart_contains,
    concurrent,
    emptied,
    error,
    every,
    from_nth,
    in_market,
    just_after,
    line_at,
    next_read,
    nth,
    other_option,
    phase,
    quantity_above,
    refused,
    request_has,
)
from mock_server.injection.core import Condition, Effect, combine, fault, wrap
from mock_server.injection.effects import (
    after,
    assign,
    before,
    change_error_id,
    change_status,
    plus,
    refuse,
    skip,
    tolerate,
)
from mock_server.injection.responses import add, drop, edit, header, put, rebill, report_success, respond
from mock_server.injection.shop_data import check_earlier, items, marketplaces, settings
from mock_server.injection.stored import (
    applied_elsewhere,
    ignore,
    kept_not_shown,
    refused_yet_applied,
    shown,
    shown_not_kept,
    store,
)
from mock_server.server import App

Start = Callable[..., Cart]


@pytest.fixture
def start() -> Start:
    """`start(effect, count=2)`: a session in a fresh shop that has the effect."""

    def with_effect(*effects: Effect, count: int = 2, market: str = "EBAY_US", **more: Any) -> Cart:
        app = App()
        app.healthy = new_shop()
        for effect in effects:
            effect.install(app.healthy)
        return Talk(Client(app)).start(market, [(item, 1) for item in plain(market, count)], **more)

    return with_effect


def quantities(reply: Reply) -> list[int]:
    return [line["quantity"] for line in reply.json["lineItems"]]


# -- effects --


def test_skip_and_ignore(start: Start) -> None:
    assert quantities(start(ignore(on=QUANTITY)).quantity(0, 5)) == [1, 1]
    assert start(skip("single_coupon", on=APPLY)).apply("TENTH").status == 200
    assert start(skip("sanction")).move({**OTHER["EBAY_US"], "country": "KP"}).ids == [15026]


def test_before_after_assign_plus(start: Start) -> None:
    assert quantities(start(before("apply_quantity", assign(quantity=3), on=QUANTITY)).quantity(0, 9)) == [3, 1]
    assert quantities(start(before("apply_quantity", plus(quantity=1))).quantity(0, 9)) == [10, 1]
    cart = start(after("unit", lambda call, price, line: price * 2))
    assert cart.lines[0]["baseUnitPrice"]["value"] == "47.98"


def test_refuse_names_what_the_texts_speak_of(start: Start) -> None:
    reply = start(refuse("marketplace", 15027, on=READ)).read()
    assert reply.status == 409 and {p["name"] for p in reply.json["errors"][0]["parameters"]} == {
        "fieldName",
        "fieldValue",
        "supportedValues",
    }
    reply = start(refuse("body", 15001, path="quantity", status=422, on=QUANTITY)).quantity(0, 1)
    assert reply.status == 422 and "quantity" in reply.json["errors"][0]["message"]


def test_tolerate(start: Start) -> None:
    cart = start(tolerate("field", when=field("city"), on=ADDRESS))
    assert cart.move({**OTHER["EBAY_US"], "city": 7}).json["shippingAddress"]["city"] == 7
    cart = start(tolerate("field", returning="X", when=field("city"), on=ADDRESS))
    address = {name: value for name, value in OTHER["EBAY_US"].items() if name != "city"}
    assert cart.move(address).json["shippingAddress"]["city"] == "X"
    assert cart.move({**address, "phoneNumber": ""}).ids == [15001]


def test_change_status_and_error_id(start: Start) -> None:
    assert start(change_status(404, when=error(15029))).read("EBAY_GB").status == 404
    assert start(change_status(422)).read().status == 200
    assert start(change_status(201, on=QUANTITY, when=accepted)).quantity(0, 2).status == 201
    reply = start(change_error_id(15025, when=error(15029))).read("EBAY_GB")
    assert (reply.status, reply.ids) == (400, [15025])


def test_another_answer_altogether(start: Start) -> None:
    reply = start(respond(200, {}, on=READ, when=error(15029))).read("EBAY_GB")
    assert (reply.status, reply.json) == (200, {})
    reply = start(respond(503, b"<html>", on=READ)).read()
    assert (reply.status, reply.raw, reply.headers["content-type"]) == (503, b"<html>", "text/html")
    cart = start(report_success(on=QUANTITY, when=error(15002)))
    assert quantities(cart.quantity(0, -1)) == [1, 1]
    assert cart.quantity(0, None).ids == [15001]
    assert start(report_success(on=READ, when=error(15003))).talk.client.read("nothing").ids == [15003]
    assert start(change_error_id(2002, status=404, on=READ, when=error(15029))).read("EBAY_GB").status == 404


def test_what_a_body_has(start: Start) -> None:
    cart = start(skip("apply", on=QUANTITY, when=body_matches(lambda body: body["quantity"] == 3)))
    assert quantities(cart.quantity(0, 3)) == [1, 1]
    assert quantities(cart.quantity(0, 4)) == [4, 1]


def test_paths(start: Start) -> None:
    read = start(edit("lineItems[1].shippingOptions[-1].selected", lambda _: 7)).read().json
    assert [line["shippingOptions"][-1]["selected"] for line in read["lineItems"]] == [False, 7]
    assert "title" not in start(drop("lineItems[].title")).read().json["lineItems"][1]
    assert len(start(drop("lineItems[0]")).read().json["lineItems"]) == 1
    read = start(put("lineItems[].seller.rating", 5), put("extra", [])).read().json
    assert read["lineItems"][1]["seller"]["rating"] == 5 and read["extra"] == []
    assert start(edit("errors[].domain", lambda _: "X")).read("EBAY_GB").json["errors"][0]["domain"] == "X"
    assert start(edit("nothing[].here", str.upper)).read().status == 200
    with pytest.raises(ValueError):
        edit("a b", str.upper)


def test_an_injected_amount_reaches_every_sum(start: Start) -> None:
    fair = start().read()
    assert start(add("pricingSummary.total", -1)).read().money("total") != fair.money("total")
    more = start(rebill(plus(fee=1))).read()
    for name in ("fee", "total"):
        assert Decimal(more.money(name)) - Decimal(fair.money(name)) == Decimal("0.01")


def test_a_header_is_injected_under_its_condition(start: Start) -> None:
    cart = start(header("X-Odd", "1", on=READ), header("Content-Type", "text/plain", when=refused))
    assert cart.read().headers["x-odd"] == "1" and cart.quantity(0, 2).headers.get("x-odd") is None
    assert cart.read("EBAY_GB").headers["content-type"] == "text/plain"


def test_what_is_stored_can_differ_from_what_is_shown(start: Start) -> None:
    def one_more(cart: Any, call: Any) -> None:
        cart.lines[1].quantity += 1

    assert quantities(start(store(one_more, on=QUANTITY)).quantity(0, 4)) == [4, 2]
    cart = start(store(one_more, unseen=True, on=READ))
    assert quantities(cart.read()) == [1, 1] and quantities(cart.read()) == [1, 2]


def test_shown_and_kept(start: Start) -> None:
    cart = start(shown_not_kept(on=QUANTITY))
    assert quantities(cart.quantity(0, 4)) == [4, 1] and quantities(cart.read()) == [1, 1]
    cart = start(kept_not_shown(on=QUANTITY, when=nth(2)))
    assert quantities(cart.quantity(0, 4)) == [4, 1] and quantities(cart.quantity(0, 5)) == [4, 1]
    assert quantities(cart.read()) == [5, 1]


def test_shown_of_another_cart(start: Start) -> None:
    cart = start(shown(lambda cart, call: cart.lines.pop(), on=READ))
    assert quantities(cart.read()) == [1]
    assert quantities(cart.quantity(0, 2)) == [2, 1]


def test_applied_elsewhere(start: Start) -> None:
    cart = start(applied_elsewhere("other", on=QUANTITY))
    other = cart.talk.start("EBAY_US", [(plain("EBAY_US", 1)[0], 1)])
    assert quantities(other.quantity(0, 6)) == [6] and quantities(cart.read()) == [6, 1]


def test_refused_yet_applied(start: Start) -> None:
    cart = start(refused_yet_applied("session_marketplace", on=QUANTITY, when=nth(2)))
    for expected in (1, 7):
        assert cart.quantity(0, 7, market="EBAY_GB").ids == [15029]
        assert quantities(cart.read()) == [expected, 1]
    cart = start(refused_yet_applied("stock", on=QUANTITY))
    assert cart.quantity(0, 10**9).ids == [15013] and quantities(cart.read()) == [10**9, 1]
    cart = start(refused_yet_applied("state", to="order", on=QUANTITY))
    cart.place()
    assert cart.quantity(0, 7).ids == [15021]
    assert quantities(cart.read()) == [1, 1] and quantities(cart.ordered()) == [7, 1]
    cart = start(refused_yet_applied("coupon_applied", to="other", on=REMOVE))
    cart.apply("TENTH")
    other = cart.talk.start("EBAY_US", [(plain("EBAY_US", 1)[0], 1)])
    assert other.remove("TENTH").ids == [16025] and "appliedCoupons" not in cart.read().json
    cart = start(refused_yet_applied("terms", on=PLACE))
    assert cart.place({"marketingTerms": [{}]}).ids == [15046] and cart.quantity(0, 2).ids == [15021]


def test_settings_items_coupons_and_marketplaces_can_be_replaced(start: Start) -> None:
    assert start(settings(max_line_items=1)).id == "none"
    assert start(items(lambda item: replace(item, price=100))).read().money("priceSubtotal") == "2.00"
    cart = start(coupons(lambda each: replace(each, refused=0, value=1)))
    assert cart.apply("EXPIRED").money("additionalSavings") == "0.01"
    assert start(marketplaces(lambda market: replace(market, tax=None))).read().money("tax") == "0.00"


def test_a_check_can_be_made_before_another(start: Start) -> None:
    cart = start(check_earlier("body", "state", on=QUANTITY))
    cart.place()
    assert cart.quantity(0, -1).ids == [15002] and cart.quantity(0, 1).ids == [15021]


def test_two_at_once(start: Start) -> None:
    cart = start(lost_update(on=QUANTITY))
    path = f"{V2}/{cart.id}/update_quantity"
    pair = [("POST", path, {"lineItemId": cart.line(index), "quantity": 5}) for index in (0, 1)]
    assert [reply.status for reply in cart.talk.client.concurrent(*pair)] == [200, 200]
    assert quantities(cart.read()) == [1, 5]
    assert quantities(cart.quantity(0, 2)) == [2, 5]
    fair = start()
    path = f"{V2}/{fair.id}/update_quantity"
    fair.talk.client.concurrent(*(("POST", path, {"lineItemId": fair.line(index), "quantity": 5}) for index in (0, 1)))
    assert quantities(fair.read()) == [5, 5]


# -- conditions: each on the total of the answers where it holds --

MARK = "marked"


def marked(start: Start, when: Condition, *steps: tuple[Any, ...], **more: Any) -> list[bool]:
    """For each step, whether the answer was marked, as it is where the condition holds."""
    cart = start(put(MARK, 1, when=when), **more)
    return [MARK in getattr(cart, name)(*values).json for name, *values in steps]


Q = "quantity"
CASES: list[tuple[str, Condition, list[tuple[Any, ...]], list[bool]]] = [
    ("in_market", in_market("EBAY_GB"), [("read",), ("read", "EBAY_GB")], [False, False]),
    ("nth", in_market("EBAY_US") & nth(3), [("read",)] * 4, [False, True, False, False]),
    ("from_nth", from_nth(3), [("read",)] * 4, [False, True, True, True]),
    ("every", every(2), [("read",)] * 4, [True, False, True, False]),
    ("lines", lines(2, 2), [("read",), (Q, 0, 0), ("read",)], [True, False, False]),
    ("coupon", coupon, [("read",), ("apply", "TENTH"), ("read",), ("remove", "TENTH")], [False, True, True, False]),
    ("after_op", after_op(QUANTITY, least=2), [(Q, 0, 2), (Q, 0, 3), ("read",)], [False, False, True]),
    ("just_after", just_after(QUANTITY), [(Q, 0, 2), ("read",), ("read",)], [False, True, False]),
    ("after_refused", after_refused(QUANTITY), [(Q, 0, -2), ("read",)], [False, True]),
    ("next_read", next_read, [("read",), ("read",), (Q, 0, 2), ("read",)], [True, False, False, True]),
    ("request_has", request_has(quantity=2), [(Q, 0, 1), (Q, 0, 2)], [False, True]),
    ("quantity_above", quantity_above(3), [(Q, 0, 3), (Q, 0, 4), ("read",), (Q, 0, 1)], [False, True, True, False]),
    ("phase", phase(PAID), [("read",), ("place",), ("read",), ("ordered",)], [False, True, True, True]),
    ("emptied", emptied, [("read",), (Q, 0, 0), (Q, 1, 0), ("read",)], [False, False, True, True]),
    ("other_option", other_option, [("read",), ("ship", 1, 1), ("read",)], [False, True, True]),
    ("line_at", line_at("last"), [(Q, 0, 2), (Q, 1, 2)], [False, True]),
    ("cart_contains", cart_contains(lambda item: item.promotions), [("read",), (Q, 1, 0)], [True, False]),
    ("refused", refused, [("read",), (Q, 0, -1)], [False, True]),
    ("accepted", accepted, [("read",), (Q, 0, -1)], [True, False]),
    ("error", error(15002, 15003), [(Q, 0, -1), ("read", "EBAY_GB")], [True, False]),
    ("or", lines(9) | coupon, [("read",), ("apply", "TENTH")], [False, True]),
    ("not", ~coupon, [("read",), ("apply", "TENTH")], [True, False]),
    ("alone", concurrent, [], []),
]


@pytest.mark.parametrize(("when", "steps", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_condition_holds_for_just_these_requests(
    start: Start, when: Condition, steps: list[Any], expected: list[bool]
) -> None:
    if when.meets:
        cart = start(put(MARK, 1, when=when, on=READ))
        replies = cart.talk.client.concurrent(*[("GET", f"{V2}/{cart.id}", None)] * 2)
        assert [MARK in reply.json for reply in replies] == [False, True] and MARK not in cart.read().json
    else:
        assert marked(start, when, *steps) == expected


def test_counts_are_of_the_session_or_the_shop(start: Start) -> None:
    cart = start(put(MARK, 1, on=READ, when=nth(2)))
    other = cart.talk.start("EBAY_US", [(plain("EBAY_US", 1)[0], 1)])
    assert [MARK in session.read().json for session in (cart, other, cart, other)] == [False, False, True, True]
    cart = start(put(MARK, 1, on=READ, when=nth(2, per="shop")))
    other = cart.talk.start("EBAY_US", [(plain("EBAY_US", 1)[0], 1)])
    assert [MARK in session.read().json for session in (cart, other, cart, other)] == [False, True, False, False]
    cart = start(put(MARK, 1, on=ORDER, when=nth(2)))
    cart.place()
    assert [MARK in cart.ordered().json for _ in range(3)] == [False, True, False]


def test_what_is_wrong_is_said_at_once() -> None:
    for wrong in (
        lambda: wrap("no_such_step", print),
        lambda: wrap("state", print, on="noSuchOperation"),
        lambda: lost_update(on=()),
        lambda: fault("x", "QTY-SET", "nowhere", skip("state")),
        lambda: fault("x", "QTY-SET", "of no kind", skip("state", on=READ), kind="odd"),
    ):
        with pytest.raises(ValueError):
            wrong()


def test_both_installs_all(start: Start) -> None:
    effect = combine(put("one", 1, on=READ), put("two", 2, on=INITIATE))
    assert effect.operations == (INITIATE, READ)
    assert start(effect).read().json["one"] == 1
