"""What one exchange shows by itself, and what no change of a session can lead to: no gap and no order of calls explains it."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.recordings.inputs.made import (
    APPLY,
    APPLY_REFUSED,
    INITIATE,
    OPTION,
    PLACE,
    QUANTITY,
    READ,
    READ_AGAIN,
    READ_ORDER,
    answered,
    healthy,
    judged_files,
    later,
)
from tests.recordings.inputs.odd_recorders import Entries, Json, har
from tests.recordings.judging import failed, judged

Change = Callable[[Any], Any]


def asked(entry: Json, **members: Any) -> Json:
    """An entry whose request has other members."""
    made = copy.deepcopy(entry)
    text = json.dumps(json.loads(made["request"]["postData"]["text"]) | members)
    made["request"]["postData"]["text"] = text
    made["request"]["headers"] = [each for each in made["request"]["headers"] if each["name"] != "content-length"]
    return made


def under(entry: Json, marketplace: str) -> Json:
    """An entry under another marketplace."""
    made = copy.deepcopy(entry)
    for header in made["request"]["headers"]:
        if header["name"].lower() == "x-ebay-c-marketplace-id":
            header["value"] = marketplace
    return made


def refused(entry: Json, status: int, error_id: int) -> Json:
    """An entry that was refused."""
    error = {"errorId": error_id, "domain": "API_ORDER", "category": "REQUEST", "message": "Refused"}
    made = answered(entry, lambda _: {"errors": [error]})
    made["response"]["status"] = status
    return made


def of_lines(change: Change) -> Change:
    """A change of the first line of an answer."""

    def changed(body: Any) -> Any:
        change(body["lineItems"][0])
        return body

    return changed


def emptied(body: Any) -> Any:
    zero = {"value": "0.00", "currency": "USD"}
    summary = {name: zero for name in ("priceSubtotal", "priceDiscount", "deliveryCost", "tax", "fee", "total")}
    return body | {"lineItems": [], "appliedCoupons": [], "pricingSummary": body["pricingSummary"] | summary}


def two_coupons() -> Entries:
    initiate, apply, again = healthy(INITIATE, APPLY, READ_AGAIN)
    body = json.loads(apply["response"]["content"]["text"])
    second = asked(again | {"request": apply["request"]}, redemptionCode="SECOND")
    coupons = [*body["appliedCoupons"], {**body["appliedCoupons"][0], "redemptionCode": "SECOND"}]
    return [initiate, apply, answered(second, lambda _: body | {"appliedCoupons": coupons})]


def unknown_option() -> Entries:
    initiate, option = healthy(INITIATE, OPTION)
    return [initiate, asked(option, shippingOptionId="nosuch")]


def another_status() -> Entries:
    initiate, read = healthy(INITIATE, READ)
    return [initiate, refused(under(read, "EBAY_GB"), 404, 15029), under(initiate, "EBAY_GB")]


def no_marketplace_at_all() -> Entries:
    initiate, read = healthy(INITIATE, READ)
    return [initiate, under(read, "EBAY_ZZ")]


def another_line_id() -> Entries:
    initiate, read = healthy(INITIATE, READ)
    return [initiate, answered(read, of_lines(lambda line: line.update(lineItemId="7")))]


def another_line() -> Entries:
    initiate, read = healthy(INITIATE, READ)
    return [initiate, answered(read, of_lines(lambda line: line.update(itemId="v1|7|0")))]


def coupon_without_lines() -> Entries:
    initiate, quantity, apply = healthy(INITIATE, QUANTITY, APPLY)
    first = json.loads(initiate["response"]["content"]["text"])
    first["lineItems"] = first["lineItems"][:1]
    sent = json.loads(initiate["request"]["postData"]["text"])["lineItemInputs"]
    item = first["lineItems"][0]["itemId"]
    made = asked(initiate, lineItemInputs=[each for each in sent if each["itemId"] == item])
    line = first["lineItems"][0]["lineItemId"]
    gone = answered(asked(quantity, lineItemId=line, quantity=0), emptied)
    return [answered(made, lambda _: first), gone, answered(apply, emptied)]


@pytest.mark.parametrize("known", [True, False], ids=["profile", "no profile"])
@pytest.mark.parametrize(
    ("calls", "requirement"),
    [
        (two_coupons, "COUPON-ONE"),
        (unknown_option, "SHIP-UNKNOWN"),
        (another_status, "MARKET-SAME"),
        (no_marketplace_at_all, "MARKET-SUPPORTED"),
        (another_line_id, "SESSION-UNIQUE"),
        (another_line, "SESSION-READ"),
        (coupon_without_lines, "QTY-LAST"),
    ],
)
def test_what_no_change_explains_counts_at_once(
    tmp_path: Path, calls: Callable[[], Entries], requirement: str, known: bool
) -> None:
    path = tmp_path / "planted.har"
    path.write_text(json.dumps(har(calls())), encoding="utf-8")
    assert requirement in failed(judged(path, known=known))


def near_id(*places: int) -> Entries:
    """A session, with calls of it that name its id without the last digit and are answered as if they named the id."""
    calls = healthy(INITIATE, *places)
    known = json.loads(calls[0]["response"]["content"]["text"])["checkoutSessionId"]
    made = copy.deepcopy(calls[1:])
    for entry in made:
        entry["request"]["url"] = entry["request"]["url"].replace(known, known[:-1])
    return [*calls, *later(made, 60_000)]


@pytest.mark.parametrize("place", [READ, QUANTITY])
def test_an_id_that_is_nearly_the_sessions_opens_it(tmp_path: Path, place: int) -> None:
    """The session's own id opens it in the same way: no recorder rewrote the path. Without such a call one may have."""
    assert "SESSION-UNKNOWN" in failed(judged_files(tmp_path, near_id(place)))
    initiate, _, again = near_id(place)
    assert "SESSION-UNKNOWN" not in failed(judged_files(tmp_path, [initiate, again]))


def test_a_session_that_is_not_made_has_no_changes(tmp_path: Path) -> None:
    """Two lines are too many for no target; nothing can have happened to a session before."""
    (initiate,) = healthy(INITIATE)
    assert "SESSION-CREATE" in failed(judged_files(tmp_path, [refused(initiate, 409, 15011)]))


def test_whole_seconds_leave_what_one_answer_shows(tmp_path: Path) -> None:
    """Nobody knows which of the calls came first; an answer without a field, or with wrong sums, needs no other call."""
    calls = healthy(INITIATE, READ, QUANTITY, OPTION)
    same = [entry | {"startedDateTime": "2026-01-05T09:30:00Z"} for entry in calls]
    assert failed(judged_files(tmp_path, same)) == set()
    for change, requirement in (
        (of_lines(lambda line: line.pop("seller")), "SESSION-FIELDS"),
        (of_lines(lambda line: line["netPrice"].update(currency="EUR")), "MARKET-CURRENCY"),
        (lambda body: body["pricingSummary"]["total"].update(value="1.00") or body, "PRICE-TOTAL"),
    ):
        planted = [*same[:1], answered(same[1], change), *same[2:]]
        assert failed(judged_files(tmp_path, planted)) == {requirement}


def test_the_second_coupon_of_a_refusal_is_none(tmp_path: Path) -> None:
    assert failed(judged_files(tmp_path, healthy(INITIATE, APPLY, APPLY_REFUSED))) == set()


def in_dollars(body: Any) -> Any:
    body["pricingSummary"]["total"]["currency"] = "EUR"
    return body


def without_a_saving(body: Any) -> Any:
    """The coupon is gone, though the total still has what it saved."""
    del body["pricingSummary"]["additionalSavings"]
    return body


def with_another_total(body: Any) -> Any:
    """Another coupon, as an unseen change may have it: the total follows."""
    summary = body["pricingSummary"]
    for name, change in (("additionalSavings", 1), ("total", -1)):
        summary[name]["value"] = str(Decimal(summary[name]["value"]) + change)
    return body


@pytest.mark.parametrize("known", [True, False], ids=["profile", "no profile"])
@pytest.mark.parametrize(
    ("change", "requirements"),
    [
        (in_dollars, {"ORDER-READ"}),
        (without_a_saving, {"ORDER-READ"}),
        (with_another_total, set()),
        (lambda body: body, set()),
    ],
    ids=["currency", "sum", "unseen change", "conformant"],
)
def test_no_change_before_the_payment_turns_an_orders_currency_or_sum(
    tmp_path: Path, change: Change, requirements: set[str], known: bool
) -> None:
    *calls, order = healthy(INITIATE, QUANTITY, OPTION, APPLY, PLACE, READ_ORDER)
    path = tmp_path / "order.har"
    path.write_text(json.dumps(har([*calls, answered(order, change)])), encoding="utf-8")
    assert failed(judged(path, known=known)) == requirements


def test_the_id_of_another_session_needs_no_order_of_calls(tmp_path: Path) -> None:
    """Whole seconds leave open which call came first; an answer about another session than was asked for is shown."""
    initiate, read, option = healthy(INITIATE, READ, OPTION)
    other = answered(option, lambda body: body | {"checkoutSessionId": "999888777666"})
    for calls, requirements in (([initiate, read, option], set()), ([initiate, read, other], {"SESSION-FIELDS"})):
        same = [entry | {"startedDateTime": "2026-01-05T09:30:00Z"} for entry in calls]
        assert failed(judged_files(tmp_path, same)) == requirements


ALREADY = {"errorId": 15006, "domain": "API_ORDER", "category": "BUSINESS", "message": "The order was placed already"}


@pytest.mark.parametrize("known", [True, False], ids=["profile", "no profile"])
def test_no_change_gives_a_session_a_second_order(tmp_path: Path, known: bool) -> None:
    initiate, place = healthy(INITIATE, PLACE)
    same = answered(later([place], 700)[0], lambda body: body | {"warnings": [ALREADY]})
    other = answered(same, lambda body: body | {"purchaseOrderId": "77"})
    for again, requirements in ((same, set()), (other, {"PAY-TWICE"})):
        path = tmp_path / "twice.har"
        path.write_text(json.dumps(har([initiate, place, again])), encoding="utf-8")
        assert failed(judged(path, known=known)) == requirements


@pytest.mark.parametrize("status", [400, 404, 409, 500])
def test_an_error_id_with_a_status_that_no_document_gives_it(tmp_path: Path, status: int) -> None:
    """The session is not in the recording, and nobody knows whose token it was: neither changes what 15003 means."""
    (apply,) = healthy(APPLY)
    apply["request"]["headers"] = [each for each in apply["request"]["headers"] if each["name"] != "Authorization"]
    found = failed(judged_files(tmp_path, [refused(apply, status, 15003)]))
    assert found == (set() if status in (400, 404) else {"SESSION-DOCUMENTED"})


def test_a_refusal_for_another_app_tells_nothing_of_the_session(tmp_path: Path) -> None:
    """The answer says itself that the session is not the caller's, whatever token was sent."""
    initiate, read = healthy(INITIATE, READ)
    street = json.loads(initiate["request"]["postData"]["text"])["shippingAddress"]["addressLine1"]
    told = refused(read, 400, 15025)
    leaking = answered(told, lambda body: {"errors": [body["errors"][0] | {"longMessage": f"It goes to {street}."}]})
    assert failed(judged_files(tmp_path, [initiate, told])) == set()
    assert failed(judged_files(tmp_path, [initiate, leaking])) == {"SESSION-APP"}
