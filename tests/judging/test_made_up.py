"""Ids that nobody gave out are told from ids that another test, or another run, may have been given."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from typing import Any

import pytest

from conformance.core import contract
from conformance.core.exchange import NEAR_TOKENS, Request
from conformance.core.made_up import is_made_up, may_be_counted, near_token, nearly, unknown
from conformance.driver.checkout import CheckoutDriver
from conformance.evidence.reproduction.curl_script import NEARLY
from conformance.judging.load_rules import load_rules
from conformance.judging.trace import Trace
from tests.doubles.reference_server import ReferenceShop
from tests.doubles.scripted_session import session_of

LONG, ODD, UUID = "375235520986", "v1|375235520986|ab ~ä=", "6f1e2c1a-0b7d-4c55-9a0e-1d2c3b4a5f60"
COUNTED = ("1", "17", "19", "cs-17", "s17")


@pytest.mark.parametrize("like", [LONG, ODD, UUID, *COUNTED, "no digit"])
@pytest.mark.parametrize("complete", [True, False])
def test_an_unknown_id_is_made_up(like: str, complete: bool) -> None:
    assert is_made_up(unknown(like), {like}, complete=complete)
    assert not is_made_up(like, {like}, complete=complete)


@pytest.mark.parametrize("like", COUNTED)
def test_a_server_that_counts_may_have_given_out_the_next_and_a_longer_one(like: str) -> None:
    for other in (nearly(like), f"{like}0", like.replace("17", "2940"), like.replace("17", "8")):
        assert not is_made_up(other, {like}, complete=True) and may_be_counted(other, {like}), other


@pytest.mark.parametrize("like", [LONG, UUID])
def test_a_long_id_has_a_form(like: str) -> None:
    for other in (f"{like}0", f"{like}abc", like[:-1], f"0{like}", f"{like} ", "9" * 2000):
        assert is_made_up(other, {like}, complete=True), other
        assert not is_made_up(other, {like}, complete=False), other
        assert not may_be_counted(other, {like}), other
    assert not is_made_up(nearly(like), {like}, complete=True) and not may_be_counted(unknown(like), {like})


def test_a_long_number_may_be_counted_too() -> None:
    assert may_be_counted(nearly(LONG), {LONG}) and may_be_counted("375235501234", {LONG})
    assert not may_be_counted("848943223532", {LONG})


def test_without_a_known_id_nothing_is_made_up() -> None:
    assert not is_made_up("17", set(), complete=True)


# ---------------------------------------------------------------- a server that counts


class Forgiving(ReferenceShop):
    """Opens its first session by the id of the second."""

    def answer(self, request: Request) -> tuple[int, Any, dict[str, str]]:
        return super().answer(replace(request, subject="s1") if request.subject == "s2" else request)


@pytest.mark.parametrize(("shop", "broken"), [(ReferenceShop(), []), (Forgiving(), ["SESSION-UNKNOWN"])])
def test_the_next_id_opens_the_session_of_another_test_or_none(shop: ReferenceShop, broken: list[str]) -> None:
    load_rules()
    target: Any = shop
    driver = CheckoutDriver(target, Trace("this test"))
    first, second = session_of(driver), session_of(CheckoutDriver(target, Trace("another test")))
    assert (first.id, second.id) == ("s1", nearly("s1"))
    answer = driver.send(
        Request(contract.READ, second.id, None, first.marketplace), "SESSION-UNKNOWN", "nearly a known one"
    )
    assert answer.status == 200
    assert [judgment.requirement for judgment in driver.trace.judgments if not judgment.ok] == broken


@pytest.mark.parametrize("token", ["v^1.1#i^1#AbC==", "abc.DEF.ghi", "ABC-1"])
@pytest.mark.parametrize("kind", sorted(set(NEARLY) & set(NEAR_TOKENS)))
def test_a_script_makes_the_same_near_token(token: str, kind: str) -> None:
    script = f'TOKEN="{token}"; printf %s "{NEARLY[kind] % "TOKEN"}"'
    shell = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
    assert shell.stdout == near_token(token, kind)
