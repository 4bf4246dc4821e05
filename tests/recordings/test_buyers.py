"""Refusals whose cause lies in the buyer: the profile names its buyers, and a recording shows what they bought before."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.recordings.inputs.made import (
    APPLY,
    INITIATE,
    OPTION,
    PLACE,
    QUANTITY,
    READ,
    another_session,
    answered,
    healthy,
    judged_files,
    later,
)
from tests.recordings.inputs.odd_recorders import Entries, Json
from tests.recordings.judging import failed
from tests.recordings.test_shown_alone import asked

NAMED, DECLINED = "guest7@example.com", "declined@example.com"
UNNAMED = ["real.customer@gmail.com", "[email redacted]", "test@test.com", "Guest@example.com", "5f4dcc3b5aa765d61d83"]
CAUSES = [(400, 15004), (409, 15023), (409, 15024), (409, 15030), (400, 15033), (409, 15049), (409, 17000)]


def refused(entry: Json, status: int, error_id: int) -> Json:
    """An entry that was refused."""
    category = "BUSINESS" if status == 409 else "REQUEST"
    error = {"errorId": error_id, "domain": "API_ORDER", "category": category, "message": "Refused"}
    made = answered(entry, lambda _: {"errors": [error]})
    made["response"]["status"] = status
    return made


def of_buyer(email: str, calls: Entries) -> Entries:
    """The calls of a session whose buyer has this address."""
    return [asked(calls[0], contactEmail=email), *calls[1:]]


def three(calls: Entries) -> Entries:
    """The calls in three sessions, so that no gap explains them, and a session that is paid."""
    made = [entry for number in range(3) for entry in another_session(calls, number)]
    return [*made, *another_session(healthy(), 20)]


def declined(status: int, error_id: int) -> Entries:
    """A payment that is refused, and the read and the change after it."""
    initiate, place, read, change = healthy(INITIATE, PLACE, READ, QUANTITY)
    return [initiate, refused(place, status, error_id), *later([read, refused(change, 400, 15032)], 20_000)]


@pytest.mark.parametrize("email", UNNAMED)
@pytest.mark.parametrize(("status", "error_id"), CAUSES)
def test_nobody_knows_how_a_buyer_pays_whom_the_profile_does_not_name(
    tmp_path: Path, email: str, status: int, error_id: int
) -> None:
    assert failed(judged_files(tmp_path, three(of_buyer(email, declined(status, error_id))))) == set()


@pytest.mark.parametrize(("status", "error_id"), CAUSES)
def test_a_buyer_whom_the_profile_names_pays(tmp_path: Path, status: int, error_id: int) -> None:
    assert "PAY-PLACE" in failed(judged_files(tmp_path, three(of_buyer(NAMED, declined(status, error_id)))))


@pytest.mark.parametrize("email", UNNAMED)
def test_another_cause_or_another_status_is_no_buyers(tmp_path: Path, email: str) -> None:
    for status, error_id in ((409, 15019), (409, 15004)):
        assert "PAY-PLACE" in failed(judged_files(tmp_path, three(of_buyer(email, declined(status, error_id)[:2]))))


@pytest.mark.parametrize("email", UNNAMED)
def test_after_a_declined_card_nothing_goes_on_whoever_the_buyer_is(tmp_path: Path, email: str) -> None:
    change = later(healthy(QUANTITY), 20_000)
    for status, error_id in ((409, 15024), (400, 15033)):
        calls = [*declined(status, error_id)[:2], *change]
        assert failed(judged_files(tmp_path, three(of_buyer(email, calls)))) == set()
    calls = [*declined(409, 15023)[:2], *change]
    assert "PAY-DECLINED-ENDS" in failed(judged_files(tmp_path, three(of_buyer(email, calls))))


@pytest.mark.parametrize(("status", "error_id"), [(400, 15025), (403, 15025)])
def test_a_payment_by_another_application_is_not_declined(tmp_path: Path, status: int, error_id: int) -> None:
    """A recording does not tell applications apart: what a declined buyer's session is then, nobody knows."""
    initiate, place, read, change = healthy(INITIATE, PLACE, READ, QUANTITY)
    by_another = refused(place, status, error_id)
    by_another["request"]["headers"] = [
        {**header, "value": "Bearer v^1.1#another1"} if header["name"].lower() == "authorization" else header
        for header in by_another["request"]["headers"]
    ]
    calls = of_buyer(DECLINED, [initiate, by_another, *later([read, change], 20_000)])
    assert failed(judged_files(tmp_path, three(calls))) == set()
    calls = of_buyer(DECLINED, [initiate, refused(place, 409, 15023), *later([read, change], 20_000)])
    assert "PAY-DECLINED-ENDS" in failed(judged_files(tmp_path, three(calls)))


def coupon_used(first: str, second: str, error_id: int = 16007) -> Entries:
    """A payment with a coupon, and later sessions in which the coupon is refused as used."""
    initiate, apply = healthy(INITIATE, APPLY)
    again = of_buyer(second, [initiate, refused(apply, 409, error_id)])
    later_ones = [entry for number in range(1, 4) for entry in another_session(again, number)]
    return [*of_buyer(first, healthy(INITIATE, QUANTITY, OPTION, APPLY, PLACE)), *later_ones]


def test_a_coupon_that_its_buyer_has_used_may_be_refused(tmp_path: Path) -> None:
    assert failed(judged_files(tmp_path, coupon_used(NAMED, NAMED.upper()))) == set()
    assert "COUPON-APPLY" in failed(judged_files(tmp_path, coupon_used(NAMED, "guest8@example.com")))


@pytest.mark.parametrize("email", UNNAMED)
def test_nobody_knows_what_an_unnamed_buyer_has_used(tmp_path: Path, email: str) -> None:
    assert failed(judged_files(tmp_path, coupon_used(NAMED, email))) == set()


def test_another_reason_is_no_use_of_the_coupon(tmp_path: Path) -> None:
    assert "COUPON-APPLY" in failed(judged_files(tmp_path, coupon_used(NAMED, NAMED, 16008)))
