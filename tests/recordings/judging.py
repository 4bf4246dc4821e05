"""Judges recordings in the tests' own process."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from conformance.core.profile import Profile
from conformance.core.profile_reader import load
from conformance.judging.load_rules import load_rules
from conformance.recordings.files import read
from conformance.recordings.judge_contents import JudgedRecording, judge_contents
from conformance.runner.recording import bare_profile


def judged(path: Path, *, known: bool) -> JudgedRecording:
    """A recording judged with the mock's profile, or with none."""
    load_rules()
    contents = read([path])
    profile = _mock() if known else bare_profile([path], contents)
    return judge_contents(contents, profile, b"key", roles=known)


@cache
def _mock() -> Profile:
    return load("mock")


def failed(found: JudgedRecording) -> set[str]:
    """The requirements that something breaks; a rule that failed on an answer counts as one."""
    broken = {judgment.requirement for trace in found.traces for judgment in trace.judgments if not judgment.ok}
    return broken | {error for trace in found.traces for error in trace.world.rule_errors}


def passed(found: JudgedRecording) -> int:
    """How often something held."""
    return sum(judgment.ok for trace in found.traces for judgment in trace.judgments)
