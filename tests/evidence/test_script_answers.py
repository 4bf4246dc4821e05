"""A script knows no id and no state but those of its own answers: whatever the fault showed in the run, it decides on the healthy shop."""

from __future__ import annotations

import dataclasses
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conformance.core import contract, made_up
from conformance.core.exchange import CaseKey, Request
from conformance.driver.checkout import CheckoutDriver
from conformance.evidence.reproduction.replay import play, steps_of
from conformance.evidence.reproduction.shrink import Proof
from conformance.judging.claim import Claim, Reference, related, true
from conformance.judging.context import Judgment
from tests.doubles.in_memory_replay import Replays
from tests.doubles.reference_goods import Json
from tests.doubles.reference_server import ReferenceShop
from tests.doubles.scripted_session import session_of, visit
from tests.doubles.serving import serve
from tests.evidence.test_curl_script import MISSING, TOKENS, run, written

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"{', '.join(MISSING)} is not installed")
Visit = Callable[[CheckoutDriver], object]


def proof_of(shop: ReferenceShop, part: Visit, requirement: str, claim: Claim | None = None) -> Proof:
    """The last breach of the requirement in a visit; with a claim of the caller's own, the end of the visit."""
    exchanges = visit(shop, part)
    steps = steps_of(exchanges.exchanges)
    sent = list(zip(steps, exchanges.exchanges, strict=True))
    if claim:
        judgment = Judgment(requirement, CaseKey("read"), "read", False, exchanges.exchanges[-1].id, claim)
        return Proof(steps, sent, judgment)
    judgment = [each for each in exchanges.judgments if not each.ok and each.requirement == requirement][-1]
    last = next(place for place, (_, exchange) in enumerate(sent) if exchange.id == judgment.exchange)
    return Proof(steps[: last + 1], sent[: last + 1], judgment)


def statuses(proof: Proof, folder: Path, *shops: ReferenceShop) -> list[int]:
    """What the script of a proof ends with at each shop."""
    found = []
    for shop in shops:
        with serve(shop) as base:
            found.append(run(written(proof, base, folder), None, folder, **TOKENS).returncode)
    return found


class ShowsTheLatest(ReferenceShop):
    """An id that is not known stands for the session that was made last."""

    def handle(self, request: Request) -> Json:
        if request.operation == contract.READ and request.subject not in self.sessions and self.sessions:
            request = dataclasses.replace(request, subject=list(self.sessions)[-1])
        return super().handle(request)


def test_a_made_up_id_is_made_anew(tmp_path: Path) -> None:
    """No session of the run is needed: the script makes one, and the id of it."""

    def asks(driver: CheckoutDriver) -> None:
        session = session_of(driver)
        driver.send(Request(contract.READ, made_up.unknown(session.id), None, "EBAY_US"), "SESSION-UNKNOWN")

    proof = proof_of(ShowsTheLatest(), asks, "SESSION-UNKNOWN")
    assert proof.steps[-1].near and proof.steps[-1].sessions == {0} and proof.steps[-1].subject is None
    assert statuses(proof, tmp_path, ShowsTheLatest(), ReferenceShop()) == [1, 0]
    with Replays(ReferenceShop()).driver(0, "honest") as driver:
        session_of(driver)  # the next one has another id
        sent = play(driver, proof.steps)
    made = str(sent[0][1].body["checkoutSessionId"])
    assert sent[-1][1].request.subject == made_up.unknown(made) and all(each.ok for each in driver.trace.judgments)


def second_read(driver: CheckoutDriver) -> None:
    """An order is read, then the session that was paid, then the order once more."""
    session = session_of(driver)
    session.pay()
    session.read_order()
    session.read()
    session.read_order()


class NewDates(ReferenceShop):
    """An order says each time that it was made later."""

    reads = 0

    def read_order(self, request: Request) -> Json:
        self.reads += 1
        return super().read_order(request) | {"purchaseOrderCreationDate": f"2026-01-01T00:00:{self.reads:02}.000Z"}


def test_an_order_is_compared_with_its_own_last_read(tmp_path: Path) -> None:
    """What was sent between the two is no answer about the order."""
    proof = proof_of(NewDates(), second_read, "ORDER-STABLE")
    assert statuses(proof, tmp_path, NewDates(), ReferenceShop()) == [1, 0]


class FirstReadIsAnother(ReferenceShop):
    """The first read of an order shows other quantities than the second, which are those that were paid."""

    reads = 0

    def read_order(self, request: Request) -> Json:
        body = super().read_order(request)
        self.reads += 1
        for line in body["lineItems"] if self.reads == 1 else ():
            line["quantity"] += 7
        return body


def test_what_a_fault_showed_before_is_not_expected_of_others(tmp_path: Path) -> None:
    claim = true(False, "cart", "", "", "([.body.lineItems[].quantity]|add) == ($previous|[.body.lineItems[].quantity]|add)",
                 needs=frozenset({Reference.PREVIOUS}))  # fmt: skip
    proof = proof_of(FirstReadIsAnother(), second_read, "ORDER-STABLE", claim)
    assert statuses(proof, tmp_path, FirstReadIsAnother(), ReferenceShop()) == [1, 0]


class GivesTheSecondIdAgain(ReferenceShop):
    """Every session from the third on has the id of the second."""

    def initiate(self, request: Request, body: Json) -> Any:
        session = super().initiate(request, body)
        if len(self.sessions) > 2:
            del self.sessions[session.id]
            session.id = list(self.sessions)[1]
            self.sessions[session.id] = session
        return session


def test_the_answer_that_a_claim_names_is_compared(tmp_path: Path) -> None:
    """It is the second of three sessions here, neither the first nor the one before."""

    def three(driver: CheckoutDriver) -> None:
        for market in ("EBAY_US", "EBAY_GB", "EBAY_US"):
            driver.create_session(market, [("v1|1001|0", 1)])

    proof = proof_of(GivesTheSecondIdAgain(), three, "SESSION-UNIQUE")
    assert statuses(proof, tmp_path, GivesTheSecondIdAgain(), ReferenceShop()) == [1, 0]


def test_what_no_answer_shows_no_script_decides(tmp_path: Path) -> None:
    """It says so, and ends with a status of its own."""
    claim = related("cart", ".body.lineItems", "==", Reference.SHOWN, [], ["line"], shown_in="elsewhere/4")
    proof = proof_of(ReferenceShop(), session_of, "SESSION-READ", claim)
    with serve(ReferenceShop()) as base:
        script = written(proof, base, tmp_path)
        ended = run(script, None, tmp_path, **TOKENS)
    assert ended.returncode == 3 and "This script cannot decide" in ended.stderr
    assert ended.stdout == "" and "\ncall 1 GET" in script.read_text(encoding="utf-8")


def test_what_curl_does_not_show_no_script_decides(tmp_path: Path) -> None:
    claim = true(False, "HTTP", "an answer that HTTP can carry", "", "")
    proof = proof_of(ReferenceShop(), session_of, "TYPE-JSON", claim)
    assert statuses(proof, tmp_path, ReferenceShop()) == [3]


def test_a_token_that_is_not_taken_decides_nothing(tmp_path: Path) -> None:
    claim = true(False, "is refused", "", "", ".status == 409")
    proof = proof_of(ReferenceShop(), session_of, "SESSION-UNKNOWN", claim)
    first = Proof(proof.steps[:1], proof.sent[:1], proof.judgment)
    with serve(ReferenceShop()) as base:
        script = written(first, base, tmp_path)
        assert run(script, None, tmp_path, TOKEN="made-up").returncode == 2
        assert run(script, None, tmp_path, **TOKENS).returncode == 1


def test_a_refused_read_shows_nothing(tmp_path: Path) -> None:
    """A claim about what an answer holds is neither broken nor kept by a refusal."""

    class Refuses(ReferenceShop):
        def answer(self, request: Request) -> tuple[int, Any, dict[str, str]]:
            if request.operation == contract.READ:
                return 409, {"errors": [self.entry(15003, contract.READ)]}, {}
            return super().answer(request)

    claim = true(False, "no line", "", "", ".body.lineItems|length == 0")
    proof = proof_of(ReferenceShop(), session_of, "SESSION-READ", claim)
    assert statuses(proof, tmp_path, ReferenceShop(), Refuses()) == [1, 2]


@pytest.mark.parametrize("like", ["217548869812", "v1|375235520986|ab", "5c1f0c70-1111-4222-8333-444455556666", "s17"])
def test_an_id_is_made_in_a_script_as_in_the_suite(like: str) -> None:
    assert shutil.which("jq")
    near = (made_up.unknown(like), made_up.nearly(like), f"{like}abc", f"0{like}", f"{like} ", like * 2, like[:-1])
    for identifier in (*near, like[2:], like.swapcase()):
        if identifier == like:
            continue
        recipe = made_up.recipe(identifier, like)
        if recipe is None:
            assert len(like) < made_up.CUT_FROM
            continue
        other = like.replace("7", "3")
        said = subprocess.run(["jq", "-jn", "--arg", "id", other, f"$id|{recipe.jq}"], capture_output=True, text=True)
        assert said.stdout == recipe.make(other) != other, (identifier, said.stderr)
