"""Waivers: one rule, until a date, for a reason; one that does not serve is told and decides."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from conformance.core.inputs import InputError
from conformance.core.unjudged import Unjudged, UnjudgedReason
from conformance.evidence.run_metadata import RunMetadata
from conformance.evidence.verdict import decide_verdict
from conformance.evidence.waivers import FAILING, Waiver, WaiverState, apply_waivers, load_waivers

TODAY = datetime.now(UTC).date()
SOON = TODAY + timedelta(days=30)


def waiver(rule: str = "QTY-ZERO", operation: str | None = None, expires: date = SOON) -> Waiver:
    return Waiver(rule, "known", "team a", "https://tracker.example/1", expires, operation)


def requirement(rule: str, outcome: str, *operations: list[str], unjudged: Unjudged | None = None) -> dict[str, Any]:
    """A requirement of a result; each list of operations is a finding."""
    findings = [{"requirement": rule, "operations": operation} for operation in operations]
    why = unjudged.document() if unjudged else None
    return {
        "id": rule,
        "level": "MUST",
        "outcome": outcome,
        "unjudged": why,
        "reason": unjudged.sentence if unjudged else None,
        "findings": findings,
    }


def failing(waivers: list[Waiver], listed: list[dict[str, Any]], *, whole: bool = True) -> list[str]:
    """The sentences of the waivers that fail a run."""
    return [waiver.sentence for waiver in apply_waivers(waivers, listed, whole=whole) if waiver.state in FAILING]


def verdict(listed: list[dict[str, Any]], complaints: list[str], **more: Any) -> int:
    metadata = RunMetadata({"name": "shop"}, "", 0, "should", "", **more)
    return decide_verdict(metadata, listed, complaints).exit_status


NOT_OFFERED = Unjudged(UnjudgedReason.NOT_OFFERED, needs=("items.2",))


def blocked(requirement: str) -> Unjudged:
    return Unjudged(UnjudgedReason.BLOCKED, requirement=requirement)


QUANTITY, APPLY = "updateGuestQuantity", "applyGuestCoupon"


def test_a_waiver_that_serves() -> None:
    listed = [requirement("QTY-ZERO", "failed", [QUANTITY]), requirement("QTY-SET", "passed")]
    assert failing([waiver()], listed) == []
    assert listed[0]["outcome"] == "waived" and "team a" in listed[0]["reason"] and str(SOON) in listed[0]["reason"]
    assert verdict(listed, []) == 0


def test_a_waiver_whose_date_is_over_fails_the_run() -> None:
    listed = [requirement("QTY-ZERO", "failed", [QUANTITY])]
    said = failing([waiver(expires=TODAY - timedelta(days=1))], listed)
    assert len(said) == 1 and "ended" in said[0] and "QTY-ZERO" in said[0] and "team a" in said[0]
    assert listed[0]["outcome"] == "failed" and verdict(listed, said) == 1
    listed = [requirement("QTY-ZERO", "passed")]
    said = failing([waiver(expires=TODAY - timedelta(days=1))], listed)
    assert said and verdict(listed, said) == 1


def test_the_last_day_counts() -> None:
    listed = [requirement("QTY-ZERO", "failed", [QUANTITY])]
    assert failing([waiver(expires=TODAY)], listed) == [] and listed[0]["outcome"] == "waived"


def test_a_waiver_that_is_no_longer_needed_fails_the_run() -> None:
    listed = [requirement("QTY-ZERO", "passed")]
    said = failing([waiver()], listed)
    assert len(said) == 1 and "no longer needed" in said[0] and verdict(listed, said) == 1


def test_a_waiver_that_covers_no_finding_is_reported_as_unused() -> None:
    listed = [requirement("QTY-SET", "passed")]
    (unused,) = apply_waivers([waiver()], listed, whole=True)
    assert unused.state is WaiverState.UNUSED and "covers nothing" in unused.sentence


def test_nothing_is_said_where_the_rule_was_not_judged() -> None:
    assert failing([waiver()], [requirement("QTY-ZERO", "unjudged", unjudged=NOT_OFFERED)]) == []


def test_broader_than_the_waiver() -> None:
    """A waiver for one operation does not cover a finding that was seen in two, nor another finding."""
    listed = [requirement("PAY-LOCK", "failed", [APPLY, QUANTITY])]
    said = failing([waiver("PAY-LOCK", QUANTITY)], listed)
    assert listed[0]["outcome"] == "failed" and len(said) == 1 and QUANTITY in said[0]
    listed = [requirement("PAY-LOCK", "failed", [QUANTITY], [APPLY])]
    assert failing([waiver("PAY-LOCK", QUANTITY)], listed) == []
    assert listed[0]["outcome"] == "failed" and verdict(listed, []) == 1
    assert failing([waiver("PAY-LOCK", QUANTITY), waiver("PAY-LOCK", APPLY)], listed) == []
    assert listed[0]["outcome"] == "waived"


@pytest.mark.parametrize("operation", [None, QUANTITY])
def test_only_a_whole_run_asks_for_a_removal(operation: str | None) -> None:
    listed = [requirement("QTY-ZERO", "passed")]
    (unused,) = apply_waivers([waiver(operation=operation)], listed, whole=False)
    assert unused.state is WaiverState.UNUSED and verdict(listed, failing([waiver()], listed, whole=False)) == 0


def test_every_waived_finding_is_marked() -> None:
    listed = [requirement("PAY-LOCK", "failed", [QUANTITY], [APPLY])]
    apply_waivers([waiver("PAY-LOCK", QUANTITY)], listed, whole=True)
    marks = [finding["waiver"] and finding["waiver"]["owner"] for finding in listed[0]["findings"]]
    assert marks == ["team a", None] and listed[0]["outcome"] == "failed"


def test_two_waivers_cover_a_finding_together() -> None:
    listed = [requirement("PAY-LOCK", "failed", [APPLY, QUANTITY])]
    assert failing([waiver("PAY-LOCK", QUANTITY), waiver("PAY-LOCK", APPLY)], listed) == []
    assert listed[0]["outcome"] == "waived"


def test_another_rule_is_not_covered() -> None:
    listed = [requirement("QTY-ZERO", "failed", [QUANTITY]), requirement("QTY-SET", "failed", [QUANTITY])]
    failing([waiver()], listed)
    assert [entry["outcome"] for entry in listed] == ["waived", "failed"] and verdict(listed, []) == 1


def test_what_a_waived_rule_blocks_is_excused() -> None:
    listed = [
        requirement("QTY-ZERO", "failed", [QUANTITY]),
        requirement("QTY-LAST", "unjudged", unjudged=blocked("QTY-ZERO")),
    ]
    failing([waiver()], listed)
    assert verdict(listed, []) == 0
    listed[1]["unjudged"] = blocked("QTY-SET").document()
    assert verdict(listed, []) == 6


# ---------------------------------------------------------------- the file

GOOD = 'rule = "QTY-ZERO"\nreason = "r"\nowner = "o"\nlink = "l"\nexpires = 2099-01-31\n'


def load(tmp_path: Path, text: str) -> list[Waiver]:
    path = tmp_path / "known.toml"
    path.write_text(text, encoding="utf-8")
    return load_waivers(path)


def test_a_file_of_waivers_is_read(tmp_path: Path) -> None:
    found = load(tmp_path, f"[[waiver]]\n{GOOD}[[waiver]]\n{GOOD}operation = '{QUANTITY}'\n")
    assert [item.name for item in found] == ["QTY-ZERO", f"QTY-ZERO in {QUANTITY}"]
    assert found[0].expires == date(2099, 1, 31) and load(tmp_path, "") == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[waiver", "not valid TOML"),
        (f"[[waivers]]\n{GOOD}", "waivers in known.toml is not known here: write [[waiver]]"),
        (f"[[waiver]]\n{GOOD}[other]\n", "other in known.toml is not known here"),
        (f"[[waiver]]\n{GOOD}[[waiver]]\n{GOOD}", "QTY-ZERO is waived twice"),
        ("waiver = 7", "[[waiver]]"),
        ("waiver = ['QTY-ZERO']", "[[waiver]]"),
        (f"[waiver]\n{GOOD}", "[[waiver]]"),
        ("[[waiver]]\n" + GOOD.replace("QTY-ZERO", "QTY-*"), "QTY-*"),
        ("[[waiver]]\n" + GOOD.replace('rule = "QTY-ZERO"', 'rule = ["QTY-ZERO"]'), "QTY-ZERO"),
        ("[[waiver]]\n" + GOOD.replace('rule = "QTY-ZERO"\n', ""), "None"),
        ("[[waiver]]\n" + GOOD.replace('reason = "r"', 'reason = " "'), "reason"),
        ("[[waiver]]\n" + GOOD.replace('owner = "o"\n', ""), "owner"),
        ("[[waiver]]\n" + GOOD.replace('link = "l"', "link = 7"), "link"),
        ("[[waiver]]\n" + GOOD.replace("expires = 2099-01-31\n", ""), "expir"),
        ("[[waiver]]\n" + GOOD.replace("2099-01-31", '"2099-01-31"'), "expir"),
        ("[[waiver]]\n" + GOOD.replace("2099-01-31", "2099-01-31T00:00:00Z"), "expir"),
        (f"[[waiver]]\n{GOOD}operation = 'getGuestPurchaseOrder'\n", "getGuestPurchaseOrder"),
        (f"[[waiver]]\n{GOOD}until = 1\n", "until"),
    ],
)
def test_a_wrong_file_is_told(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(InputError) as refusal:
        load(tmp_path, text)
    assert says in str(refusal.value) and "\n" not in str(refusal.value) and str(refusal.value).endswith(".")
