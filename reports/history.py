"""Past results: read from a folder or a file, and how each requirement fared through them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from reports.documents import UnfitFile, history_departure, read_json
from reports.text import Json, place, scrub

MEMBERS = ("format", "verdict", "target", "suite", "seed", "started", "duration_s", "requests", "counts")
OF_A_RULE = ("id", "chapter", "level", "title", "outcome", "reason", "reading")


def compact(result: Json) -> Json:
    """What a history keeps of a result: outcomes and readings, no findings."""
    rules = [{name: rule[name] for name in OF_A_RULE} for rule in result["requirements"]]
    return {name: result[name] for name in MEMBERS} | {"requirements": rules}


def remember(result: Json, file: Path) -> bool:
    """Append a result to a history file, a line each; False if it is there already.

    Raises UnfitFile where the file holds something else.
    """
    if file.exists() and not _is_history(file):
        raise UnfitFile(f"{file} holds something and no history: name another file")
    known = {_key(past) for past in load(file)} if file.exists() else set()
    if _key(result) in known:
        return False
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8", newline="\n") as lines:
        lines.write(json.dumps(compact(result), separators=(",", ":")) + "\n")
    return True


def _is_history(file: Path) -> bool:
    """Whether a file is empty, or some line of it is a result."""
    written = [line for line in file.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    return not written or any(map(_is_result, written))


def _is_result(line: str) -> bool:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and {"format", "requirements", "verdict"} <= found.keys()


def load(path: Path) -> list[Json]:
    """The results in a file (JSON, or JSON lines) or below a folder, oldest first, each once; what is none is left out.

    Raises OSError if there is no such place.
    """
    files = [path] if not path.is_dir() else sorted([*path.rglob("*.json"), *path.rglob("*.jsonl")])
    found: dict[tuple[Any, ...], Json] = {}
    for file in files:
        if path.is_dir() and (file.name == "exchanges.jsonl" or "allure-results" in file.parts):
            continue
        text = file.read_text(encoding="utf-8", errors="replace")
        for chunk in text.splitlines() if file.suffix == ".jsonl" else [text]:
            try:
                entry = scrub(compact(read_json(chunk)))
            except (ValueError, KeyError, TypeError):
                continue
            if not history_departure(entry, MEMBERS, OF_A_RULE):
                found.setdefault(_key(entry), entry)
    return sorted(found.values(), key=lambda result: str(result["started"]))


def _key(result: Json) -> tuple[Any, ...]:
    return (*place(result["target"]), result["started"], result["seed"])


@dataclass(frozen=True)
class Course:
    """One requirement through the runs: outcome in each (None: not known there), places of flakes and changes."""

    rule: Json
    outcomes: list[str | None]
    flakes: list[int]
    changes: list[int]
    readings: list[tuple[int, str, str]]  # place, reading before, reading from then on

    @property
    def steady(self) -> bool:
        """Whether nothing ever happened to it."""
        return not (self.flakes or self.changes or self.readings)


def course(rule: Json, runs: list[Json]) -> Course:
    """How `rule` fared. A flake is one run that differs from both its neighbours, which are alike; a change lasts."""
    past = [{r["id"]: r for r in run["requirements"]}.get(rule["id"]) for run in runs]
    outcomes = [known["outcome"] if known else None for known in past]
    last = len(outcomes) - 1
    flakes: list[int] = []
    for n in range(1, last):
        same_before = outcomes[n - 1] == outcomes[n + 1] and (n - 1) not in flakes
        if same_before and outcomes[n] != outcomes[n - 1] and None not in (outcomes[n], outcomes[n - 1]):
            flakes.append(n)
    steady = [n for n in range(len(outcomes)) if n not in flakes]
    changes = [b for a, b in pairwise(steady) if outcomes[a] != outcomes[b]]
    texts = [known["reading"] if known and known["outcome"] == "passed" else None for known in past]
    readings: list[tuple[int, str, str]] = []
    taken: str | None = None
    for n, text in enumerate(texts):
        if text and taken and text != taken:
            readings.append((n, taken, text))
        taken = text or taken
    return Course(rule, outcomes, flakes, changes, readings)
