"""Every ending has words of its own, each scope its own sentence, and every view shows the same."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conformance.core import contract
from conformance.core.unjudged import Unjudged, UnjudgedReason
from conformance.evidence.run_metadata import RunMetadata, Scope
from conformance.evidence.verdict import FORMS, Decision, Ending, decide_verdict
from reports import render_all
from tests.reports import examples
from tests.reports.test_views import terminal

METADATA = RunMetadata({"name": "shop"}, "", 0, "should", "")
CLEAN = {
    Scope.QUICK: Ending.QUICK,
    Scope.BUDGET: Ending.BUDGET,
    Scope.PART: Ending.PART,
    Scope.RECORDING: Ending.RECORDING,
}


def requirement(rule: str, outcome: str = "passed", unjudged: Unjudged | None = None) -> dict[str, Any]:
    return {
        "id": rule,
        "level": "MUST",
        "outcome": outcome,
        "unjudged": unjudged.document() if unjudged else None,
        "reason": unjudged.sentence if unjudged else None,
    }


def ended(*listed: dict[str, Any], complaints: tuple[str, ...] = (), **more: Any) -> Decision:
    return decide_verdict(replace(METADATA, **more), list(listed or [requirement("QTY-ZERO")]), list(complaints))


def test_every_ending_has_a_form_with_words_of_its_own() -> None:
    assert list(FORMS) == list(Ending)
    assert len({form.sentence for form in FORMS.values()}) == len({form.when for form in FORMS.values()}) == len(FORMS)
    for ending, form in FORMS.items():
        green = ending is Ending.CONFORMANT
        assert (form.colour == "green") == green and (form.verdict == "conformant") == green
        assert form.exit_status or ending in (*CLEAN.values(), Ending.SHARD, Ending.WAIVED, Ending.CONFORMANT)


@pytest.mark.parametrize(("scope", "ending"), CLEAN.items())
def test_only_a_whole_run_is_conformant(scope: Scope, ending: Ending) -> None:
    whole = ended()
    assert (whole.ending, whole.verdict, whole.exit_status) == (Ending.CONFORMANT, "conformant", 0)
    partial = ended(scope=scope, budget={"limit": 400, "used": 390})
    assert (partial.ending, partial.exit_status, partial.colour) == (ending, 0, "blue")
    for text in (partial.verdict, partial.sentence, partial.badge):
        assert "conformant" not in text and "othing failed" in text
    shard = ended(scope=scope, shard=(1, 3))
    assert shard.ending is Ending.SHARD and "shard 1 of 3" in shard.sentence and "shard 1 of 3" in shard.badge


@pytest.mark.parametrize(
    "more",
    [
        *({"scope": scope, "budget": {"limit": 400, "used": 390}} for scope in CLEAN),
        {"shard": (1, 3)},
        {"complaints": ("The waiver of QTY-ZERO ended.",)},
    ],
)
def test_nothing_failed_is_said_where_nothing_failed_at_all(more: dict[str, Any]) -> None:
    should = requirement("RACE", "failed") | {"level": "SHOULD"}
    clean, decided = ended(**more), ended(requirement("QTY-ZERO"), should, **more)
    assert decided.ending is clean.ending and decided.exit_status == clean.exit_status
    for before, after in ((clean.sentence, decided.sentence), (clean.badge, decided.badge)):
        assert re.search("othing (else )?failed", before) or "waiver failed" in before
        assert "othing" not in after
    assert re.search("No (other )?MUST failed", decided.sentence) and "1 SHOULD failed" in decided.sentence


def test_what_is_missing_beside_a_failed_should_is_no_nothing() -> None:
    missing = requirement("PAY-PARTIAL", "unjudged", Unjudged(UnjudgedReason.NO_EVIDENCE))
    assert ended(missing).sentence.startswith("Nothing failed, but PAY-PARTIAL")
    should = requirement("RACE", "failed") | {"level": "SHOULD"}
    assert ended(missing, should).sentence.startswith("No MUST failed, but PAY-PARTIAL")


def test_musts_that_are_missing_are_counted_whole() -> None:
    """As the table below counts them."""
    listed = [requirement(each, "unjudged", Unjudged(UnjudgedReason.NO_EVIDENCE)) for each in ("PAY-TWICE", "QTY-SET")]
    assert ended(*listed).sentence.startswith("Nothing failed, but 2 MUSTs, PAY-TWICE first, could not be judged (no")


def test_what_a_shard_did_not_see_another_may_see() -> None:
    listed = (requirement("QTY-ZERO"), requirement("PAY-PARTIAL", "unjudged", Unjudged(UnjudgedReason.NO_EVIDENCE)))
    assert ended(*listed, shard=(1, 3)).ending is Ending.SHARD
    assert ended(*listed).ending is Ending.INCOMPLETE


def test_a_waived_requirement_is_named_in_every_scope() -> None:
    waived, passed = requirement("QTY-ZERO", "waived"), requirement("QTY-SET")
    whole = ended(waived, passed)
    assert (whole.ending, whole.exit_status, whole.colour) == (Ending.WAIVED, 0, "yellow")
    assert whole.sentence.startswith("shop is conformant but for 1 waived (QTY-ZERO)") and "but for" in whole.badge
    for scope in CLEAN:
        assert "but for 1 waived" in (partial := ended(waived, passed, scope=scope)).sentence
        assert "but for 1 waived" in partial.badge


@pytest.mark.parametrize(
    ("more", "ending", "status"),
    [
        ({"profile_problems": ["7."], "stopped": "Gone."}, Ending.PROFILE_WRONG, 4),
        ({"interrupted": True, "defects": ["x"]}, Ending.INTERRUPTED, 2),
        ({"stopped": "Gone.", "defects": ["x"]}, Ending.STOPPED, 6),
        ({"defects": ["x"], "scope": Scope.QUICK}, Ending.DEFECT, 3),
    ],
)
def test_what_keeps_a_run_from_a_verdict(more: dict[str, Any], ending: Ending, status: int) -> None:
    found = ended(**more)
    assert (found.ending, found.exit_status, found.verdict) == (ending, status, "incomplete")
    blocked = requirement("QTY-SET", "unjudged", Unjudged(UnjudgedReason.NO_EVIDENCE))
    assert ended(requirement("QTY-ZERO"), blocked).ending is Ending.INCOMPLETE
    assert ended(complaints=("The waiver ended.",)).ending is Ending.WAIVER
    assert ended(requirement("QTY-ZERO", "failed"), scope=Scope.QUICK, stopped="Gone.").exit_status == 1


def test_a_part_says_which() -> None:
    assert f"1 of {len(contract.requirements())} requirements" in ended(scope=Scope.PART).sentence
    everything = [requirement(rule) for rule in contract.requirements()]
    assert "a part of the tests" in ended(*everything, scope=Scope.PART).sentence


@pytest.mark.parametrize("ending", list(Ending))
def test_every_view_has_the_same_words(tmp_path: Path, ending: Ending) -> None:
    form = FORMS[ending]
    sentence, badge = f"Words of the sentence for {form.colour}.", f"words of the badge for {form.colour}"
    result, traffic = examples.conformant()
    result |= {"ending": ending, "verdict": form.verdict, "colour": form.colour, "exit_status": form.exit_status}
    result |= {"sentence": sentence, "badge": badge}
    if ending is Ending.WAIVER:
        waiver = examples.WAIVER | {"state": "ended", "sentence": "The waiver of PAY-LOCK ended."}
        result["waivers"] = [waiver]
    folder = examples.write(tmp_path, (result, traffic))
    render_all(folder)
    texts = {name: (folder / name).read_text(encoding="utf-8") for name in ("junit.xml", "ctrf.json", "summary.md")}
    assert all(sentence in text for text in texts.values()) and sentence in terminal(result, False)
    assert sentence in re.sub(r"<[^>]+>", "", (folder / "report.html").read_text(encoding="utf-8"))
    assert json.loads((folder / "badge.json").read_text(encoding="utf-8"))["message"] == badge
    red = form.exit_status != 0
    junit = "<error " in texts["junit.xml"] or "<failure " in texts["junit.xml"]
    failed = json.loads(texts["ctrf.json"])["results"]["summary"]["failed"]
    allure = [
        json.loads(path.read_text(encoding="utf-8"))["status"]
        for path in (folder / "allure-results").glob("*-result.json")
    ]
    if ending is Ending.NOT_CONFORMANT:
        return  # its requirements are red, which this example has none of
    assert junit == bool(failed) == bool({"failed", "broken"} & set(allure)) == red
