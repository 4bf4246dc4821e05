"""Data, rules, tests and faults fit together: nothing without its other half."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from conformance.core import contract, factors
from conformance.core.citation import cited, in_words
from conformance.core.profile import NEEDS
from conformance.core.profile_reader import load
from conformance.core.requirement import Requirement
from devtools.pages import traceability

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT.parent / "shared" / "tools"
REQUIREMENTS = list(contract.requirements().values())
LEVELS = {"MUST", "SHOULD", "READING"}
SEEN = {"fee", "promotion", "import_charges", "second_option", "delivery_discount"}
each = pytest.mark.parametrize("requirement", REQUIREMENTS, ids=lambda entry: entry.id)


@each
def test_a_requirement_is_whole(requirement: Requirement) -> None:
    assert requirement.level in LEVELS
    assert requirement.title and len(requirement.title) <= 60
    assert requirement.sentence.endswith((".", ")"))
    assert requirement.sources and all(
        it["document"] in contract.documents() and it["place"] for it in requirement.sources
    )
    assert requirement.operations and set(requirement.operations) <= {*contract.operations(), contract.TOKEN}
    for need in requirement.needs:
        for part in need.split("|"):
            assert part in NEEDS or part.partition(".")[0] in ("item", "items", "coupon", "seen"), part
            assert not part.startswith("seen.") or part.removeprefix("seen.") in SEEN
        assert contract.need_in_words(need) and "." not in contract.need_in_words(need).split(":")[0]


def test_every_need_of_a_level_has_words() -> None:
    needs = [level.needs for factor in factors.factors().values() for level in factor.levels if level.needs]
    assert needs and all(map(contract.need_in_words, needs))


@each
def test_answers_are_known(requirement: Requirement) -> None:
    known = {entry.id for entry in contract.errors()}
    for answer in requirement.lawful_refusals:
        assert answer.id_of_role or answer.id in known, answer
        assert set(answer.operations) <= set(requirement.operations), answer
    kinds = [accepted.when for accepted in requirement.lawful_successes]
    assert len(kinds) == len(set(kinds)) and ("" not in kinds or len(kinds) == 1), kinds


@each
def test_a_reading_stands_in_one_place(requirement: Requirement) -> None:
    told = {answer.reading for answer in requirement.lawful_refusals} | {
        each.reading for each in requirement.lawful_successes
    }
    assert not told & set(requirement.other_readings)


@each
def test_a_rule_judges_it(requirement: Requirement) -> None:
    assert traceability.rules().get(requirement.id)


@each
def test_a_test_provokes_it(requirement: Requirement) -> None:
    """Without one, `--requirement ID` would have nothing to run."""
    assert traceability.tests().get(requirement.id)


@each
def test_a_fault_breaks_it(requirement: Requirement) -> None:
    """A READING never fails, so that nothing can break it."""
    own = [fault for fault in traceability.faults().get(requirement.id, []) if not fault.also]
    assert requirement.level == "READING" or own


def test_names_are_of_requirements() -> None:
    known = {requirement.id for requirement in REQUIREMENTS}
    assert set(traceability.rules()) <= known
    assert set(traceability.tests()) <= known
    assert set(traceability.faults()) <= known


def test_every_documented_id_is_in_the_catalogue() -> None:
    known = {entry.id for entry in contract.errors()}
    for operation in contract.operations().values():
        assert set(operation.ids) | operation.warnings <= known, operation.id


def test_ids_have_one_meaning_in_an_operation() -> None:
    for operation in contract.operations().values():
        for identifier in operation.ids:
            entries = [it for it in contract.errors() if it.id == identifier]
            exact = [it for it in entries if operation.id in it.operations]
            assert len(exact) == 1 or len(entries) == 1, (operation.id, identifier)


def test_a_marketplace_has_a_country_a_currency_and_its_decimals() -> None:
    for name, marketplace in contract.marketplaces().items():
        assert name.startswith("EBAY_")
        assert (
            len(marketplace["country"]) == 2 and len(marketplace["currency"]) == 3 and marketplace["decimals"] in (0, 2)
        )


@pytest.mark.parametrize("profile", ["targets/mock.toml", "docs/examples/independent.toml"])
def test_profiles_load(profile: str) -> None:
    loaded = load(str(ROOT / profile))
    assert loaded.name and set(loaded.markets) <= set(contract.marketplaces())


def test_the_list_of_requirements_is_up_to_date() -> None:
    assert traceability.PAGE.read_text(encoding="utf-8") == traceability.page(), "run `make requirements`"


@pytest.mark.skipif(not (TOOLS / "parity.py").is_file(), reason="the vendor's documents are not beside this checkout")
@pytest.mark.parametrize(("tool", "about"), [("parity.py", "contracts/order-v2.openapi.yaml"), ("copied.py", ".")])
def test_against_the_vendor_s_documents(tool: str, about: str) -> None:
    command = [sys.executable, str(TOOLS / tool), about]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stdout[-2000:] + ended.stderr[-2000:]


def test_documents_have_titles_and_their_public_addresses() -> None:
    for letter, document in contract.documents().items():
        assert len(letter) == 1 and document["title"] and set(document) <= {"title", "url"}
        assert document.get("url", "https://").startswith("https://")


@pytest.mark.parametrize(
    ("document", "place", "says"),
    [
        (
            "O",
            "PricingSummaryV2.fee and LineItem.fees",
            "schema PricingSummaryV2, field fee and schema LineItem, field fees",
        ),
        ("O", "CouponRequest.redemptionCode, 16001", "schema CouponRequest, field redemptionCode, id 16001"),
        ("O", "16002 of applyGuestCoupon", "id 16002 of method applyGuestCoupon"),
        ("G", "lineItems.netPrice", "field lineItems.netPrice"),
        ("I", "HTTP request headers", "HTTP request headers"),
        ("S", "SessionLocked", "SessionLocked"),
    ],
)
def test_a_place_is_said_in_words(document: str, place: str, says: str) -> None:
    assert in_words(document, place) == says


def test_a_closed_list_names_its_type_page() -> None:
    page = contract.type_page("purchaseOrderStatus", ("CANCELLED", "DELIVERED", "FULFILLMENT_IN_PROGRESS", "PENDING"))
    assert page == "gct:PurchaseOrderStatusEnum"
    assert cited({"document": "T", "place": page})["url"].endswith("/types/gct:PurchaseOrderStatusEnum")


def test_what_is_inferred_is_no_must() -> None:
    assert {requirement.level for requirement in REQUIREMENTS if requirement.inferred} == {"SHOULD"}
