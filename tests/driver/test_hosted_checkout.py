"""Payment on a page: the mock's button in a real headless Chromium, a person's part played by a test, and the suite."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from conformance.client.api_client import ApiClient
from conformance.core import contract
from conformance.core.exchange import SIGNATURE, Request
from conformance.core.inputs import InputError
from conformance.core.profile import Payment
from conformance.core.profile_reader import load
from conformance.driver import hosted_checkout
from conformance.driver.checkout import CheckoutDriver
from conformance.driver.hosted_checkout import Outcome, by_browser, by_person, served
from conformance.driver.payment import BUTTON
from conformance.driver.prerequisite import PrerequisiteFailed
from conformance.judging.apply_exchange import paid_elsewhere
from conformance.judging.trace import Trace
from conformance.runner.mock_process import MockProcess

LOCK_FAULTS = (
    "removal-after-payment",
    "address-after-payment-yet-applied",
    "quantity-after-payment-reaches-order",
    "lock-400",
)
ROOT = Path(__file__).resolve().parents[2]
with_browser = pytest.mark.skipif(hosted_checkout.browser() is None, reason="no chromium on this machine")


@pytest.fixture(scope="module")
def driver() -> Iterator[CheckoutDriver]:
    process = MockProcess()
    target = ApiClient(load("mock").with_base_url(process.base_url), key=b"key")
    yield CheckoutDriver(target, Trace("hosted"))
    target.close()
    process.stop()


def script(driver: CheckoutDriver) -> str:
    return f"{driver.profile.base_url}/sdk/js"


def signature(driver: CheckoutDriver) -> str:
    return driver.target.signatures[driver.trace.exchanges[-1].headers[SIGNATURE]]


@with_browser
@pytest.mark.parametrize(
    ("press", "kind", "phase"), [("#pay", "success", 409), ("#decline", "error", 409), ("#cancel", "cancel", 200)]
)
def test_a_browser_pays(driver: CheckoutDriver, press: str, kind: str, phase: int) -> None:
    session = driver.create_session("EBAY_US", 2)
    outcome = by_browser(script(driver), signature(driver), session.id, [BUTTON, press], 60)
    assert outcome.kind == kind, outcome
    after = driver.target.send(
        Request(contract.QUANTITY, session.id, {"lineItemId": session.lines[0].id, "quantity": 3}, "EBAY_US"),
        "hosted",
        0,
    )
    assert (200 if after.status == 200 else 409) == phase, after.answer()
    if kind == "success":
        assert outcome.order and outcome.data["purchaseStatus"] == "PAID"
        paid_elsewhere(driver.trace.world, session.state, outcome.order)
        session.read_order("ORDER-READ")
        assert not [judgment for judgment in driver.trace.judgments if not judgment.ok]
        assert any(judgment.requirement == "ORDER-READ" for judgment in driver.trace.judgments)
    elif kind == "cancel":
        assert outcome.data == {"sessionid": session.id}
    else:
        assert outcome.data["message"] and outcome.order is None


@with_browser
def test_a_wrong_token_or_a_page_without_its_button_says_so(driver: CheckoutDriver) -> None:
    session = driver.create_session("EBAY_US")
    assert by_browser(script(driver), "not the token", session.id, [BUTTON, "#pay"], 60).kind == "error"
    nowhere = by_browser(f"{driver.profile.base_url}/nothing.js", "t", session.id, [BUTTON], 60)
    assert nowhere == Outcome("error", {"message": "the button's script cannot be loaded"})


def test_a_person_pays(driver: CheckoutDriver) -> None:
    words: list[str] = []

    def person(text: str) -> None:
        words.append(text)
        address = text.partition(" at ")[2].split(" ")[0]
        page = urllib.request.urlopen(address, timeout=10).read().decode()
        assert "checkout" in page and "</script><b>" not in page
        body = json.dumps({"kind": "success", "data": {"purchaseOrderId": "5001"}}).encode()
        threading.Thread(target=lambda: urllib.request.urlopen(f"{address}outcome", body, timeout=10)).start()

    assert by_person("http://127.0.0.1:9/sdk/js", "token</script><b>", "17", 20, person).order == "5001"
    assert "session 17" in words[0]
    assert by_person("http://127.0.0.1:9/sdk/js", "token", "17", 0.1, words.append).kind == "nothing"


def test_the_page_is_at_a_path_that_nobody_can_guess() -> None:
    with served("http://127.0.0.1:9/sdk/js", "token", "17", []) as (address, outcomes):
        assert b"checkout" in urllib.request.urlopen(address, timeout=10).read()
        root = re.match(r"http://[^/]+/", address)[0]  # type: ignore[index]
        for url, body in ((root, None), (f"{root}outcome", b'{"kind": "success"}'), (f"{address}other", b"{}")):
            with pytest.raises(urllib.error.HTTPError, match="404"):
                urllib.request.urlopen(url, body, timeout=10)
        assert outcomes.empty()
        urllib.request.urlopen(f"{address}outcome", b'{"kind": "cancel"}', timeout=10)
        assert outcomes.get(timeout=10) == Outcome("cancel", {})


@pytest.mark.parametrize(("user", "sandboxed"), [(0, False), (1000, True)])
def test_a_browser_keeps_its_sandbox_but_for_root(
    user: int, monkeypatch: pytest.MonkeyPatch, *, sandboxed: bool
) -> None:
    started: list[list[str]] = []

    def start(command: list[str], **_: object) -> None:
        started.append(command)
        raise OSError

    monkeypatch.setattr("os.geteuid", lambda: user)
    monkeypatch.setattr(hosted_checkout, "browser", lambda: "chromium")
    monkeypatch.setattr("subprocess.Popen", start)
    with pytest.raises(OSError):
        by_browser("http://127.0.0.1:9/sdk/js", "t", "1", [], 1)
    assert ("--no-sandbox" not in started[0]) is sandboxed


def test_without_a_browser_it_is_told(driver: CheckoutDriver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hosted_checkout, "browser", lambda: None)
    assert by_browser(script(driver), "t", "1", [], 1).data == {"message": "there is no chromium on this machine"}


def test_the_mock_has_a_page_for_a_person(driver: CheckoutDriver) -> None:
    page = urllib.request.urlopen(f"{driver.profile.base_url}/checkout?token=a&sessionid=b", timeout=10).read().decode()
    assert "ebaypay.Button" in page and 'src="sdk/js"' in page


def suite(folder: Path, text: str, base: str, *arguments: str) -> dict[str, Any]:
    """The result of a short run with a profile of that text."""
    profile, report = folder / "hosted.toml", folder / "report"
    profile.write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "suites", "--target", str(profile), "--base-url", base]
    ended = subprocess.run(
        [*command, "--report", str(report), *arguments],
        cwd=ROOT,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert (report / "result.json").is_file(), ended.stdout + ended.stderr
    found: dict[str, Any] = json.loads((report / "result.json").read_text(encoding="utf-8"))
    return found | {"by_id": {item["id"]: item for item in found["requirements"]}, "said": ended.stdout}


def profile_text(payment: str, market: str = "EBAY_US") -> str:
    """The mock's profile with another way to pay, and with one marketplace: how a session is paid is the same in each."""
    text = (ROOT / "targets" / "mock.toml").read_text(encoding="utf-8")
    head, *tables = re.split(r"(?m)^(?=\[marketplaces\.)", text)
    kept = "".join(table for table in tables if table.startswith(f"[marketplaces.{market}"))
    return head.replace('[payment]\nkind = "place_order"\npaid_within_s = 0\n', payment) + kept


@with_browser
def test_rules_that_need_a_payment_are_judged_on_the_page(driver: CheckoutDriver, tmp_path: Path) -> None:
    payment = f'[payment]\nkind = "hosted"\nscript_url = "{script(driver)}"\nclicks = ["#pay"]\nwait_s = 60\n'
    ask = ["--quick", "--requirement", "PAY-LOCK", "--requirement", "ORDER-READ", "--requirement", "PAY-PLACE"]
    found = suite(tmp_path, profile_text(payment), driver.profile.base_url, *ask)
    assert found["counts"]["failed"] == 0
    assert [found["by_id"][entry]["outcome"] for entry in ("PAY-LOCK", "ORDER-READ")] == ["passed", "passed"]
    assert found["by_id"]["PAY-PLACE"]["reason"] == "not offered: place_order"
    assert found["reach"]["operations"]["placeGuestOrder"]["sent"] == 0


def test_prepaid_orders_are_only_read(driver: CheckoutDriver, tmp_path: Path) -> None:
    order = driver.create_session("EBAY_US", 2).pay()
    text = (
        profile_text('[payment]\nkind = "prepaid"\n') + f'\n[[prepaid]]\norder = "{order}"\nmarketplace = "EBAY_US"\n'
    )
    names = ("ORDER-FIELDS", "ORDER-STABLE", "ORDER-UNKNOWN", "ORDER-APP")
    ask = [word for name in names for word in ("--requirement", name)]
    found = suite(tmp_path, text, driver.profile.base_url, *ask)
    assert [found["by_id"][name]["outcome"] for name in names] == ["passed"] * 4
    assert found["reach"]["operations"]["getGuestPurchaseOrder"]["accepted"] >= 2


# ---------------------------------------------------------------- a person, played by a test


class Person(threading.Thread):
    """Reads where to pay from the run's terminal, opens the page, pays at the shop and tells the page."""

    def __init__(self, folder: Path, payment: str, base: str, *arguments: str) -> None:
        super().__init__(daemon=True)
        self.report, profile = folder / "report", folder / "manual.toml"
        profile.write_text(profile_text(payment), encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "suites", "--target", str(profile), "--base-url", base]
        self.run_of = subprocess.Popen(
            [*command, "--report", str(self.report), *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.base, self.said, self.pages = base, list[str](), list[str]()

    def run(self) -> None:
        assert self.run_of.stdout
        for text in self.run_of.stdout:
            self.said.append(text)
            if text.startswith("Pay session "):
                self.pay(re.search(r"http://127\.0\.0\.1:\d+/\S*", text)[0])  # type: ignore[index]

    def pay(self, address: str) -> None:
        page = urllib.request.urlopen(address, timeout=10).read().decode()
        self.pages.append(page)
        given = json.loads(re.search(r"const given = (.*);", page)[1])  # type: ignore[index]
        sent = {"token": unquote(given["token"]), "sessionid": given["session"], "card": "good"}
        paid = urllib.request.urlopen(f"{self.base}/checkout/pay", json.dumps(sent).encode(), timeout=10).read()
        words = json.dumps({"kind": "success", "data": json.loads(paid)}).encode()
        urllib.request.urlopen(f"{address}outcome", words, timeout=10)

    def result(self) -> dict[str, Any]:
        self.start()
        self.join(120)
        assert self.run_of.wait(10) in (0, 6), "".join(self.said)
        found: dict[str, Any] = json.loads((self.report / "result.json").read_text(encoding="utf-8"))
        return found | {"by_id": {item["id"]: item for item in found["requirements"]}}


def manual(driver: CheckoutDriver, wait_s: float, payments: int) -> str:
    kind = f'[payment]\nkind = "manual"\nscript_url = "{script(driver)}"\n'
    return f"{kind}wait_s = {wait_s}\npayments = {payments}\n"


def test_a_run_that_a_person_pays_for(driver: CheckoutDriver, tmp_path: Path) -> None:
    person = Person(tmp_path, manual(driver, 30, 8), driver.profile.base_url, "--budget", "150")
    found = person.result()
    after = ("PAY-LOCK", "PAY-READ-AFTER", "ORDER-READ", "ORDER-FIELDS", "ORDER-STABLE", "ORDER-APP")
    assert [found["by_id"][entry]["outcome"] for entry in after] == ["passed"] * len(after), found["notes"]
    assert 1 <= len(person.pages) <= 8 and found["counts"]["failed"] == 0
    assert found["budget"]["used"] <= 150 and found["reach"]["operations"]["placeGuestOrder"]["sent"] == 0


def test_a_person_is_asked_so_often_and_no_more(driver: CheckoutDriver, tmp_path: Path) -> None:
    ask = ("--requirement", "PAY-LOCK", "--requirement", "ORDER-READ")
    person = Person(tmp_path, manual(driver, 30, 2), driver.profile.base_url, *ask)
    found = person.result()
    assert len(person.pages) == 2 and found["by_id"]["PAY-LOCK"]["outcome"] == "passed"


def test_nobody_comes(driver: CheckoutDriver, tmp_path: Path) -> None:
    """One bounded wait, a run that goes on, and a report that says so. No order is placed by a call instead."""
    ask = ["--requirement", "PAY-LOCK", "--requirement", "ORDER-READ", "--requirement", "QTY-SET"]
    found = suite(tmp_path, profile_text(manual(driver, 1.5, 8)), driver.profile.base_url, *ask)
    assert found["said"].count("Pay session ") == 1
    assert found["reach"]["operations"]["placeGuestOrder"]["sent"] == 0
    lock = found["by_id"]["PAY-LOCK"]
    assert lock["outcome"] == "unjudged" and "nobody paid within 1.5 s" in lock["reason"]
    assert found["by_id"]["QTY-SET"]["outcome"] == "passed"
    assert found["verdict"] == "incomplete" and found["exit_status"] == 6


# ---------------------------------------------------------------- sessions that were paid beforehand


def paid_before(driver: CheckoutDriver, tmp_path: Path, base: str) -> dict[str, Any]:
    """A run of the rules about paid sessions at `base`, with a session that was paid there before."""
    target = ApiClient(load("mock").with_base_url(base), key=b"key")
    earlier = CheckoutDriver(target, Trace("before"))
    session = earlier.create_session("EBAY_GB", 3)
    order = session.pay()
    target.close()
    text = profile_text('[payment]\nkind = "prepaid"\n', "EBAY_GB") + (
        f'\n[[prepaid]]\norder = "{order}"\nsession = "{session.id}"\nmarketplace = "EBAY_GB"\n'
    )
    names = ("PAY-LOCK", "PAY-READ-AFTER", "ORDER-STABLE")
    return suite(tmp_path, text, base, *[word for name in names for word in ("--requirement", name)])


def test_a_session_that_was_paid_beforehand_is_locked(driver: CheckoutDriver, tmp_path: Path) -> None:
    found = paid_before(driver, tmp_path, driver.profile.base_url)
    assert found["counts"]["failed"] == 0
    assert {entry: found["by_id"][entry]["outcome"] for entry in ("PAY-LOCK", "PAY-READ-AFTER", "ORDER-STABLE")} == {
        "PAY-LOCK": "passed", "PAY-READ-AFTER": "passed", "ORDER-STABLE": "passed",
    }  # fmt: skip
    assert len(found["by_id"]["PAY-LOCK"]["cases"]["missing"]) <= 1
    sent = found["reach"]["operations"]
    assert sent["placeGuestOrder"]["sent"] == 0


@pytest.mark.parametrize("fault", LOCK_FAULTS)
def test_a_lock_that_does_not_hold_shows_on_it(driver: CheckoutDriver, tmp_path: Path, fault: str) -> None:
    found = paid_before(driver, tmp_path, f"{driver.profile.base_url}/x/{fault}")
    assert found["by_id"]["PAY-LOCK"]["outcome"] == "failed", found["also_seen"]


# ---------------------------------------------------------------- no order by a call


def test_no_order_is_placed_by_a_call_unless_the_profile_says_so(driver: CheckoutDriver) -> None:
    silent = CheckoutDriver(driver.target, Trace("unpaid"))
    silent.profile = replace(driver.profile, payment=Payment("none"))
    session = silent.create_session("EBAY_US")
    sent = len(silent.trace.exchanges)
    with pytest.raises(PrerequisiteFailed, match="no order placed by a call"):
        session.place_order()
    assert len(silent.trace.exchanges) == sent


def test_a_prepaid_session_needs_its_marketplace(tmp_path: Path) -> None:
    text = profile_text('[payment]\nkind = "prepaid"\n') + '\n[[prepaid]]\nsession = "1"\n'
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="needs its marketplace, one of EBAY_US"):
        load(str(path))
