"""Calls that are not recorded: what they would explain is a breach only where several sessions show it."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.recordings.inputs.made import (
    APPLY,
    APPLY_REFUSED,
    INITIATE,
    LOCKED,
    OPTION,
    PLACE,
    QUANTITY,
    QUANTITY_REFUSED,
    READ,
    READ_AGAIN,
    READ_ORDER,
    another_session,
    answered,
    healthy,
    judged_files,
    later,
)
from tests.recordings.inputs.odd_recorders import Entries, Json
from tests.recordings.judging import failed, judged

ALREADY = {"errorId": 15006, "domain": "API_ORDER", "category": "BUSINESS", "message": "The order was placed already"}


def sessions(calls: Entries, count: int, *whole: Entries) -> Entries:
    """The calls in so many sessions, and whole sessions behind them."""
    made = [entry for number in range(count) for entry in another_session(calls, number)]
    return [*made, *(entry for place, entries in enumerate(whole) for entry in another_session(entries, 10 + place))]


def paid_again() -> Json:
    """The answer to a payment of a session that has its order."""
    return answered(healthy(PLACE)[0], lambda body: body | {"warnings": [ALREADY]})


def unanswered() -> Json:
    return healthy(PLACE)[0] | {"response": None}


def without_body() -> Json:
    (entry,) = healthy(PLACE)
    return entry | {"response": entry["response"] | {"content": {}}}


@pytest.mark.parametrize("first", [None, unanswered, without_body], ids=["no call", "no response", "no body"])
def test_a_payment_that_is_not_recorded(tmp_path: Path, first: Any) -> None:
    """The ids 15021 and 15006 say themselves that the order exists; no session is blamed, however many there are."""
    calls = [*healthy(INITIATE, LOCKED), paid_again()]
    calls = [*calls[:1], first(), *calls[1:]] if first else calls
    for count in (1, 4):
        assert failed(judged_files(tmp_path, sessions(calls, count))) == set()
    if first:
        assert failed(judged_files(tmp_path, sessions(calls, 4, healthy()))) == set()


def test_a_change_that_is_not_recorded_is_not_charged_to_a_refusal(tmp_path: Path) -> None:
    """One session may have a gap; three that show the same at once are no accident, if the file has such changes."""
    calls = healthy(INITIATE, QUANTITY_REFUSED, READ_AGAIN)
    assert failed(judged_files(tmp_path, sessions(calls, 1, healthy()))) == set()
    assert failed(judged_files(tmp_path, sessions(calls, 3))) == set()
    assert failed(judged_files(tmp_path, sessions(calls, 3, healthy())))


def test_a_kind_of_call_that_is_never_recorded_explains_any_number_of_sessions(tmp_path: Path) -> None:
    calls = healthy(INITIATE, QUANTITY, READ_AGAIN)
    assert failed(judged_files(tmp_path, sessions(calls, 4))) == set()
    assert "SESSION-READ" in failed(judged_files(tmp_path, sessions(calls, 4, healthy())))
    assert (
        failed(judged_files(tmp_path, sessions(calls, 4), another_session(healthy(), 20))) == set()
    )  # another recorder's


def test_what_only_a_breach_explains_counts_from_one_session(tmp_path: Path) -> None:
    """A quantity that no server may take is shown as soon as it was refused."""
    initiate, refused, read = healthy(INITIATE, QUANTITY_REFUSED, READ)
    asked = json.loads(refused["request"]["postData"]["text"])

    def carried_out(body: Any) -> Any:
        line = next(line for line in body["lineItems"] if line["lineItemId"] == asked["lineItemId"])
        line["quantity"] = asked["quantity"]
        return body

    assert "QTY-INVALID" in failed(
        judged_files(tmp_path, [initiate, refused, answered(later([read], 9000)[0], carried_out)])
    )


def test_a_coupon_that_went_is_not_what_the_refused_one_asked_for(tmp_path: Path) -> None:
    calls = healthy(INITIATE, QUANTITY, APPLY, APPLY_REFUSED)
    assert failed(judged_files(tmp_path, [*calls, *healthy(READ_AGAIN)])) == set()


def ordered(change: Any, count: int, *places: int) -> Entries:
    """So many sessions with these calls, each of which is read as an order that is changed."""
    *calls, order = healthy(*places, READ_ORDER)
    return sessions([*calls, answered(order, change)], count)


def of_another_quantity(body: Any) -> Any:
    body["lineItems"][0]["quantity"] += 1
    return body


def without_a_line(body: Any) -> Any:
    return body | {"lineItems": body["lineItems"][1:]}


def unchanged(body: Any) -> Any:
    return body


WHOLE = (INITIATE, READ, QUANTITY, OPTION, APPLY, READ_AGAIN, PLACE)


@pytest.mark.parametrize("change", [of_another_quantity, without_a_line])
def test_orders_that_all_differ_from_their_sessions_do_so_by_no_gap(tmp_path: Path, change: Any) -> None:
    """An unseen change before the payment explains one order, or two; not each order of a file."""
    fair = ordered(unchanged, 1, *WHOLE)
    assert failed(judged_files(tmp_path, ordered(unchanged, 3, *WHOLE))) == set()
    assert "ORDER-READ" in failed(judged_files(tmp_path, ordered(change, 3, *WHOLE)))
    assert "ORDER-READ" not in failed(judged_files(tmp_path, ordered(change, 2, *WHOLE)))
    some = [*ordered(change, 3, *WHOLE), *another_session(fair, 20)]
    assert "ORDER-READ" not in failed(judged_files(tmp_path, some))


def test_a_change_that_is_never_recorded_explains_every_order(tmp_path: Path) -> None:
    calls = ordered(unchanged, 4, INITIATE, READ, PLACE)
    assert failed(judged_files(tmp_path, calls)) == set()


def test_a_log_that_keeps_a_sample_of_its_calls(tmp_path: Path) -> None:
    """It lacks changes in more sessions than it shows them in: a read after a read proves nothing."""
    first, lost = sessions(healthy(INITIATE, READ, QUANTITY, READ_AGAIN), 1), healthy(INITIATE, READ, READ_AGAIN)
    for count in (1, 3, 5):
        sampled = [*first, *(entry for number in range(count) for entry in another_session(lost, 20 + number))]
        assert failed(judged_files(tmp_path, sampled)) == set()
    whole = [entry for number in range(6) for entry in another_session(healthy(), 40 + number)]
    assert "SESSION-SAFE" in failed(judged_files(tmp_path, [*sessions(lost, 3), *whole]))


@pytest.mark.parametrize("cut", [300, 1500])
def test_a_line_that_cannot_be_read_is_a_call_that_is_lost(tmp_path: Path, cut: int) -> None:
    """The file itself shows that it has gaps, so that no number of sessions proves a read."""
    calls = [*sessions(healthy(INITIATE, READ, QUANTITY, READ_AGAIN), 6), *another_session(healthy(), 20)]
    texts = [json.dumps(entry) for entry in calls]
    broken = [text[:cut] if place % 4 == 2 and place < 16 else text for place, text in enumerate(texts)]
    for name, wrapped in (("plain", broken), ("docker", [json.dumps({"log": text}) for text in broken])):
        path = tmp_path / f"{name}.ndjson"
        path.write_text("\n".join(wrapped), encoding="utf-8")
        found = judged(path, known=True)
        assert failed(found) == set()
        assert "4 entries of the recording could not be read and were passed over." in found.notes


DROPPED = "*** dropped 1 message: queue full ***"
NO_REQUEST = json.dumps({"startedDateTime": "2026-01-05T09:30:00Z", "request": None, "response": None})


def in_three_sessions(change: Callable[[Json], Any]) -> list[Any]:
    """Calls of nine sessions; in three of them a change is another thing, whose loss would be a breach."""
    lost = sessions(healthy(INITIATE, READ, QUANTITY, READ_AGAIN), 3)
    whole = [entry for number in range(6) for entry in another_session(healthy(), 40 + number)]
    return [*(change(entry) if place % 4 == 2 else entry for place, entry in enumerate(lost)), *whole]


def log_of(folder: Path, line: str) -> Path:
    """A log with this line in place of some changes."""
    lines = in_three_sessions(lambda _: line)
    lines = [entry if isinstance(entry, str) else json.dumps(entry) for entry in lines]
    (folder / "gateway.ndjson").write_text("\n".join(lines), encoding="utf-8")
    return folder / "gateway.ndjson"


@pytest.mark.parametrize("line", [DROPPED, json.dumps({"log": DROPPED}), NO_REQUEST, "null", "-- 4 more --"])
def test_a_line_in_place_of_a_call_is_a_call_that_is_lost(tmp_path: Path, line: str) -> None:
    assert failed(judged(log_of(tmp_path, line), known=True)) == set()


@pytest.mark.parametrize("line", ["", '{"log": "started"}', '{"level": "info", "msg": "healthy"}'])
def test_a_line_of_another_program_hides_no_breach(tmp_path: Path, line: str) -> None:
    assert "SESSION-SAFE" in failed(judged(log_of(tmp_path, line), known=True))


def with_hidden(entry: Json, method: str, old: str, new: str) -> Json:
    request = entry["request"]
    url = re.sub(old, new, request["url"])
    assert (method, url) != (request["method"], request["url"])
    return entry | {"request": request | {"method": method, "url": url}}


HIDDEN = {
    "method": ("[Filtered]", "$", ""),
    "path": ("POST", "/buy/.*", "/[Filtered]"),
    "id": ("POST", r"/[^/]+/update_quantity", "/***/update_quantity"),
    "end": ("POST", "/update_quantity", "/%5BREDACTED%5D"),
}


@pytest.mark.parametrize("hidden", HIDDEN.values(), ids=HIDDEN)
def test_a_change_whose_method_or_path_was_taken_out_may_be_of_any_session(
    tmp_path: Path, hidden: tuple[str, str, str]
) -> None:
    calls = in_three_sessions(lambda entry: with_hidden(entry, *hidden))
    assert failed(judged_files(tmp_path, calls)) == set()


def test_another_api_with_hidden_parts_hides_no_breach(tmp_path: Path) -> None:
    calls = in_three_sessions(lambda entry: with_hidden(entry, "POST", "/buy/.*", "/users/[Filtered]/cart"))
    assert "SESSION-SAFE" in failed(judged_files(tmp_path, calls))


@pytest.mark.parametrize("share", [0.3, 0.5, 0.7, 0.9])
def test_a_sample_of_all_calls_proves_nothing(tmp_path: Path, share: float) -> None:
    """Whatever is lost of each session: other calls are missing as well, and the file shows it."""
    chance = random.Random(share)
    calls = sessions(healthy(), 12)
    for _ in range(4):
        assert failed(judged_files(tmp_path, [entry for entry in calls if chance.random() < share])) == set()


def dearer(body: Any) -> Any:
    """The first item costs one more, and what follows from it."""
    line, summary = body["lineItems"][0], body["pricingSummary"]
    for holder, name, more in (
        (line, "baseUnitPrice", 1),
        (line, "netPrice", line["quantity"]),
        (summary, "priceSubtotal", line["quantity"]),
        (summary, "total", line["quantity"]),
    ):
        holder[name]["value"] = str(Decimal(holder[name]["value"]) + more)
    return body


def priced(calls: Entries, *changes: Any, apart_s: float, first: int = 0) -> Entries:
    """The calls in a session for each change of their answers, the sessions so far apart."""
    made = []
    for number, change in enumerate(changes):
        session = another_session([answered(entry, change) for entry in calls], first + number)
        made += later(session, number * (apart_s - 60) * 1000)
    return made


def test_a_seller_may_change_a_price_from_one_day_to_the_next(tmp_path: Path) -> None:
    """Not from one minute to the next: so near to each other no shop has two prices."""
    calls, prices = healthy(INITIATE, READ), [unchanged, dearer] * 4
    assert failed(judged_files(tmp_path, priced(calls, *[unchanged] * 8, apart_s=120))) == set()
    assert "PRICE-UNIT" in failed(judged_files(tmp_path, priced(calls, *prices, apart_s=120)))
    assert failed(judged_files(tmp_path, priced(calls, *prices, apart_s=7200))) == set()


def test_a_session_of_yesterday_keeps_its_price(tmp_path: Path) -> None:
    """It is read among sessions of today, which cost more."""
    day = 24 * 3600 * 1000
    calls, again = healthy(INITIATE, READ), later(healthy(READ), day)
    old = priced([*calls, *again], *[unchanged] * 4, apart_s=60)
    today = later(priced(calls, *[dearer] * 4, apart_s=60, first=10), day - 10 * 60_000 + 5000)
    assert failed(judged_files(tmp_path, [*old, *today])) == set()


def test_a_price_that_moves_within_a_session_counts_at_once(tmp_path: Path) -> None:
    """No change of a session changes what a unit costs, recorded or not."""
    *calls, option = healthy(INITIATE, READ, QUANTITY, OPTION)
    assert failed(judged_files(tmp_path, [*calls, option])) == set()
    assert "PRICE-UNIT" in failed(judged_files(tmp_path, [*calls, answered(option, dearer)]))


def hidden_coupon(count: int) -> Entries:
    """Sessions in which a read hides the coupon, before the next one is refused as a second one."""
    initiate, quantity, option, apply, refused, read = healthy(
        INITIATE, QUANTITY, OPTION, APPLY, APPLY_REFUSED, READ_AGAIN
    )
    before = json.loads(option["response"]["content"]["text"])
    hiding = answered(read, lambda _: before) | {"startedDateTime": apply["startedDateTime"]}
    calls = [initiate, quantity, option, apply, *later([hiding], 500), *later([refused], 5000)]
    return sessions(calls, count)


def test_a_read_that_the_next_call_contradicts(tmp_path: Path) -> None:
    """Two unseen changes would have to undo each other in each session. In one session they may."""
    assert failed(judged_files(tmp_path, hidden_coupon(1))) == set()
    assert failed(judged_files(tmp_path, hidden_coupon(4))) == {"SESSION-READ"}


def test_two_calls_that_agree_on_a_coupon_nobody_saw_applied(tmp_path: Path) -> None:
    """A second one is refused and the first one is removed: the file lost its call, in however many sessions."""
    initiate, quantity, option, apply, refused = healthy(INITIATE, QUANTITY, OPTION, APPLY, APPLY_REFUSED)
    before = json.loads(option["response"]["content"]["text"])
    remove = answered(apply, lambda _: before)
    remove["request"]["url"] = remove["request"]["url"].replace("apply_coupon", "remove_coupon")
    calls = [initiate, quantity, option, refused, *later([remove], 5000)]
    whole = [entry for number in range(4) for entry in another_session(healthy(), 40 + number)]
    assert failed(judged_files(tmp_path, [*sessions(calls, 4), *whole])) == set()
    refusals = sessions([*calls[:3], remove], 4)
    assert failed(judged_files(tmp_path, [*refusals, *whole]))  # nothing but the removal tells of a coupon
