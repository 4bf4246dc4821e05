"""What is read from answers: amounts, lines, options, addresses; what counts as a difference; what the fold keeps."""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest

from conformance.core import contract
from conformance.core.addresses import flat_address, folded, shows
from conformance.judging.amounts import amounts, money, total
from conformance.judging.model import COUPONS, LINES, cart_key, differences, keyed, objects, pricing, state, text, view
from conformance.judging.trace import Trace
from tests.doubles.reference_goods import US, Json, Session
from tests.doubles.reference_server import ReferenceShop
from tests.doubles.reference_views import order_view, session_view
from tests.doubles.scripted_session import changes, coupons, empty, payment, visit


def session(**more: Any) -> Json:
    lines = [["11", "v1|1001|0", 2, 0], ["12", "v1|1002|0", 1, 1]]
    return session_view(Session("s1", "app0", "EBAY_US", "a@b.example", deepcopy(US), lines, **more))


@pytest.mark.parametrize(
    ("node", "value"),
    [
        ({"value": "12.50"}, "12.50"),
        ({"value": "-0.01"}, "-0.01"),
        ({"value": 3}, "3"),
        ({"value": 1.5}, "1.5"),
        ({"value": "1e2"}, None),
        ({"value": True}, None),
        ({"value": "12,50"}, None),
        ({"value": "NaN"}, None),
        ({"value": "Infinity"}, None),
        ({"value": None}, None),
        ({}, None),
        ("12.50", None),
        (None, None),
    ],
)
def test_an_amount_is_read_as_a_decimal_or_not_at_all(node: Any, value: str | None) -> None:
    assert money(node) == (None if value is None else Decimal(value))


def test_sums_need_every_part() -> None:
    assert total([]) == 0
    assert total([Decimal(1), Decimal("0.5")]) == Decimal("1.5")
    assert total([Decimal(1), None]) is None


@pytest.mark.parametrize("node", [None, "text", 7, {}, [1, "a", None]])
def test_odd_nodes_are_empty(node: Any) -> None:
    assert objects(node) == []
    assert text(node) is (node if node == "text" else None)


def test_amounts_say_where_they_are() -> None:
    body = {"a": {"value": "1", "currency": "USD"}, "b": [{"c": {"value": 2, "currency": "GBP"}}, {"currency": "EUR"}]}
    assert list(amounts(body)) == [("a", "USD", "1"), ("b[].c", "GBP", 2)]


def test_a_view_reads_what_is_there() -> None:
    seen = view(session(coupon="FIVEOFF"))
    assert seen.id == "s1" and list(seen.lines) == ["11", "12"] and seen.items == ["v1|1001|0", "v1|1002|0"]
    first, second = seen.lines.values()
    assert (first.quantity, first.unit, first.fees, first.promotion) == (2, Decimal(10), Decimal("1.50"), Decimal(0))
    assert (second.promotion, second.coupon_promotion, second.fees) == (Decimal(3), None, Decimal(0))
    assert first.selected and first.selected.id == "11-0" and second.selected and second.selected.service == "Air"
    assert second.selected.cost == 15 and second.selected.discount == 2 and second.option("12-0") is second.options[0]
    assert seen.coupons == ["FIVEOFF"] and seen.summary["additionalSavings"] == 5
    assert seen.summary["importCharges"] == 0 and seen.summary["adjustment"] == 0
    assert seen.line_of("v1|1002|0") is second and seen.line_of("v1|9|0") is None


@pytest.mark.parametrize("body", [{}, {"lineItems": 7}, {"lineItems": [None, {}]}, {"pricingSummary": []}])
def test_a_view_of_nonsense_is_a_view(body: Json) -> None:
    seen = view(body)
    assert seen.id is None and seen.items == [] and seen.summary == {} and seen.address == {}
    state(seen), pricing(seen), cart_key(seen)


def test_no_option_and_two_options_are_no_selection() -> None:
    body = session()
    for node in body["lineItems"][0]["shippingOptions"]:
        node["selected"] = True
    for node in body["lineItems"][1]["shippingOptions"]:
        node["selected"] = "true"
    assert [line.selected for line in view(body).lines.values()] == [None, None]


def test_two_lines_of_one_id_both_stay() -> None:
    body = session()
    body["lineItems"][1]["lineItemId"] = "11"
    assert len(view(body).lines) == 2


def test_a_coupon_among_the_promotions_stands_apart() -> None:
    body = session()
    body["lineItems"][1]["promotions"].append(
        {"promotionType": "Coupon", "discount": {"value": "1.25", "currency": "USD"}}
    )
    line = view(body).line_of("v1|1002|0")
    assert line and line.promotion == Decimal(3) and line.coupon_promotion == Decimal("1.25")
    body["lineItems"][1]["promotions"][0]["discount"] = {}
    assert (line := view(body).line_of("v1|1002|0")) and line.promotion is None


def test_charges_are_read_in_both_forms() -> None:
    plain = view({"pricingSummary": {"importCharges": {"value": "2.00", "currency": "USD"}}})
    nested = view({"pricingSummary": {"importCharges": {"amount": {"value": "2.00", "currency": "USD"}}}})
    assert plain.summary == nested.summary == {"importCharges": Decimal(2)}


def test_addresses_are_equal_but_for_case_and_blanks() -> None:
    assert folded(" San  José ") == folded("sanjosé") and folded(7) == 7
    flat = flat_address({**US, "county": "", "addressLine2": None})
    assert flat["recipient.firstName"] == "Ann" and "county" not in flat and "addressLine2" not in flat
    assert len(flat) == 8


def test_lines_are_keyed_by_item_where_they_can_be() -> None:
    body = session()
    assert list(keyed(view(body))) == ["v1|1001|0", "v1|1002|0"]
    body["lineItems"][1]["itemId"] = "v1|1001|0"
    assert list(keyed(view(body))) == ["11", "12"]


def test_a_state_differs_only_where_it_differs() -> None:
    before, after = session(), session(coupon="FIVEOFF")
    assert differences(state(view(before)), state(view(before))) == {}
    assert set(differences(state(view(before)), state(view(after)))) == {COUPONS}
    after = session()
    after["lineItems"].pop()
    assert set(differences(state(view(before)), state(view(after)))) == {LINES}
    after = session()
    after["lineItems"].reverse()
    assert differences(state(view(before)), state(view(after))) == {}
    after["shippingAddress"]["city"] = "Fresno"
    after["lineItems"][0]["quantity"] = 3
    assert differences(state(view(before)), state(view(after))) == {
        ("address", "city"): ("sanjosé", "fresno"),
        ("quantity", "v1|1002|0"): (1, 3),
    }


def test_zero_is_as_good_as_absent() -> None:
    before, after = session(), session()
    del after["pricingSummary"]["additionalSavings"]
    assert pricing(view(before)) == pricing(view(after))
    assert ("summary", "fee") in pricing(view(before)) and ("net", "v1|1001|0") in pricing(view(before))


def test_a_cart_is_the_same_in_another_order() -> None:
    before, after = session(), session()
    after["lineItems"].reverse()
    after["shippingAddress"]["city"] = "SAN JOSÉ"
    assert cart_key(view(before)) == cart_key(view(after))
    after["lineItems"][0]["quantity"] = 9
    assert cart_key(view(before)) != cart_key(view(after))
    assert cart_key(view(before)) != cart_key(view(session(coupon="FIVEOFF")))


def test_an_order_reads_like_a_session() -> None:
    paid = Session("s1", "app0", "EBAY_US", "a@b.example", US, [["11", "v1|1001|0", 2, 0]], order="o1")
    seen = view(order_view(paid))
    assert seen.id == "o1" and seen.summary == view(session_view(paid)).summary


# ---------------------------------------------------------------- the fold


def test_a_session_goes_through_the_phases_that_answers_show() -> None:
    """open → empty, open → ordered, open → declined, as the answers tell."""
    phases = [
        session.phase for part in (changes, empty, payment) for session in _sessions(visit(ReferenceShop(), part))
    ]
    assert phases == ["open", "open", "empty", "ordered", "declined", "open", "ordered", "ordered"]


def _sessions(trace: Trace) -> list[Any]:
    return list(trace.world.sessions.values())


def test_orders_know_their_session() -> None:
    trace = visit(ReferenceShop(), payment)
    assert {order.id: order.paid.order for order in trace.world.orders.values()} == {"o1": "o1", "o2": "o2", "o3": "o3"}
    assert trace.world.orders["o1"].status == "PAID" and trace.world.orders["o1"].view
    assert not trace.world.orders["o1"].tainted and not trace.world.orders["o1"].unread_refusals
    assert all(len(ids) == 1 for ids in trace.world.orders_of.values())


def test_a_read_settles_everything() -> None:
    for entry in _sessions(visit(ReferenceShop(), changes, coupons)):
        assert not entry.unread_refusals and not entry.unconfirmed and not entry.in_doubt and not entry.tainted, entry
        assert entry.last_read


def test_the_first_price_counts() -> None:
    world = visit(ReferenceShop(), coupons).world
    assert world.units["EBAY_US", "v1|1001|0"] == 10
    assert any(key[0] == "EBAY_US" for key in world.prices)
    assert all(before.without_coupon for before in world.sessions.values())


def test_changes_are_remembered_in_order() -> None:
    trace = visit(ReferenceShop(), changes)
    first = _sessions(trace)[0]
    assert first.history == [contract.QUANTITY] * 2 + [contract.OPTION] * 2 + [contract.ADDRESS] * 3 + [
        contract.QUANTITY
    ]
    assert [change[2] for change in trace.world.changes] == sorted(
        (change[2] for change in trace.world.changes), key=_number
    )


def _number(exchange: str) -> int:
    return int(exchange.rpartition("/")[2])


@pytest.mark.parametrize(
    ("sent", "seen", "same"),
    [
        ("+1 (503) 555-0142", "+15035550142", True),
        ("+15035550142", "+1-503-555-0142", True),
        ("+15035550142", "15035550142", False),
        ("+15035550142", "+15035550143", False),
        ("020 7946 0018", "+442079460018", True),
        ("020 7946 0018", "+442079460019", False),
        ("", "+442079460018", False),
        ("no digits", "no digits", True),
        ("no digits", "other words", False),
        ("000", "+442079460018", False),
        ("+15035550142", None, False),
    ],
)
def test_a_phone_number_counts_by_its_digits(sent: str, seen: Any, same: bool) -> None:
    assert shows("phoneNumber", sent, seen) is same


def test_other_parts_of_an_address_count_but_for_case_and_blanks() -> None:
    assert shows("postalCode", "SW1A 1AA", "sw1a1aa")
    assert not shows("postalCode", "95125", "95-125")


@pytest.mark.parametrize(
    ("country", "sent", "seen", "same"),
    [
        ("US", "95125", "95125-1234", True),
        ("US", "95125", "95 125", True),
        ("US", "95125-1234", "95125-1234", True),
        ("GB", "sw1a 1aa", "SW1A1AA", True),
        ("US", "95125", "95126-1234", False),
        ("DE", "10115", "10115-1234", False),
        ("US", "95125", None, False),
    ],
)
def test_a_postal_code_is_folded_or_completed(country: str, sent: str, seen: str | None, same: bool) -> None:
    assert shows("postalCode", sent, seen, country) is same
