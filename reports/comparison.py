"""Two runs side by side: of two nights (what changed) or of two targets (how alike they are)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reports.run import Times, read_result, stream
from reports.text import Json, clean, number, place, scrub

JUDGED = ("passed", "failed")
SLOWER, AT_LEAST_MS, ENOUGH = 1.5, 1.0, 20  # slower: by this factor and this much, with so many answers on each side
SHOWN = 3  # pairs of exchanges that are shown for a requirement
KINDS = (
    "broken",
    "fixed",
    "newly judged",
    "no longer judged",
    "finding changed",
    "reading changed",
    "answers differ",
    "other",
    "left out",
    "same",
)
TOLD_IN_THE_SENTENCE = KINDS[:6]
SEVERAL = {"finding changed": "findings changed", "reading changed": "readings changed"}

Key = tuple[str, str, str]  # requirement, case, operation
Answer = tuple[Any, ...]  # status, error ids, warning ids


@dataclass
class Side:
    """A run as the comparison reads it: its result, and how it answered each case."""

    result: Json
    times: dict[str, Times] = field(default_factory=dict)
    answers: dict[Key, dict[Answer, str]] = field(default_factory=dict)  # answer: id of the first exchange with it
    fields: dict[Key, int] = field(default_factory=dict)  # a hash of the paths of members in the first answer


@dataclass(frozen=True)
class Row:
    """A requirement on both sides; `kind` is one of KINDS. A side that does not know the requirement is None."""

    id: str
    a: Json | None
    b: Json | None
    kind: str
    pairs: list[tuple[Json | None, Json | None]] = field(default_factory=list)

    @property
    def rule(self) -> Json:
        """The requirement as the newer side has it."""
        rule = self.b or self.a
        assert rule is not None
        return rule


@dataclass(frozen=True)
class Comparison:
    """What differs; `fidelity` is a share of requirements judged on both sides, None where there is none."""

    a: Json
    b: Json
    targets: bool
    rows: list[Row]
    slower: list[tuple[str, float, float]]
    alike: int
    judged: int
    answers_alike: int
    fields_alike: int
    answers: int

    @property
    def fidelity(self) -> float | None:
        """Share of the requirements judged on both sides with the same outcome and the same reading."""
        return self.alike / self.judged if self.judged else None

    def of(self, kind: str) -> list[Row]:
        """The rows of one kind, in the order of the requirements."""
        return [row for row in self.rows if row.kind == kind]

    def sentence(self) -> str:
        """The comparison in one sentence, for a heading."""
        if self.targets:
            a, b = self.a["target"]["name"], self.b["target"]["name"]
            if self.fidelity is None:
                return f"{a} and {b} have no judged requirement in common"
            return (
                f"{a} and {b} agree on {self.alike} of {self.judged} requirements judged on both ({self.fidelity:.1%})"
            )
        counts = [(len(self.of(kind)), kind) for kind in TOLD_IN_THE_SENTENCE]
        parts = [number(count, kind, SEVERAL.get(kind, kind)) for count, kind in counts if count]
        parts += [f"{len(self.slower)} slower"] if self.slower else []
        before, after = self.a["started"], self.b["started"]
        since = before[:10] if before[:10] != after[:10] else before[:16].replace("T", " ")
        return f"Since {since}: " + (", ".join(parts) or "nothing changed")

    def left_out(self) -> list[str]:
        """A sentence for each run that was not asked to judge what the other judged."""
        rows = self.of("left out")
        missing = {"second": sum(row.b is None for row in rows), "first": sum(row.a is None for row in rows)}
        return [
            f"{number(count, 'requirement')} of the other run {'was' if count == 1 else 'were'} left out of the {which}."
            for which, count in missing.items()
            if count
        ]


def compare(first: Path, second: Path, targets: bool | None = None) -> Comparison:
    """Compare the runs in two folders. `targets` None: of two targets if their names or addresses differ
    (`reports.text.place`).

    Raises UnfitFile or OSError where a folder holds no result.
    """
    a, b = _side(first), _side(second)
    if targets is None:
        targets = place(a.result["target"]) != place(b.result["target"])
    common = [key for key in a.answers if key in b.answers]
    differing = [key for key in common if set(a.answers[key]) != set(b.answers[key])]
    rows = _rows(a, b)
    judged = [row for row in rows if row.a and row.b and row.a["outcome"] in JUDGED and row.b["outcome"] in JUDGED]
    alike = [row for row in judged if row.kind in ("same", "finding changed")]
    rows = _with_pairs(rows, differing, (a, first), (b, second))
    return Comparison(
        a=a.result,
        b=b.result,
        targets=targets,
        rows=rows,
        slower=_slower(a.times, b.times),
        alike=len(alike),
        judged=len(judged),
        answers_alike=len(common) - len(differing),
        fields_alike=sum(a.fields[key] == b.fields[key] for key in common),
        answers=len(common),
    )


def _side(folder: Path) -> Side:
    side = Side(read_result(folder))
    for exchange in stream(folder):
        if isinstance(exchange, str):
            continue
        operation = clean(str(exchange.get("operation") or "other"))
        if isinstance(exchange.get("ms"), (int, float)):
            side.times.setdefault(operation, Times()).ms.append(exchange["ms"])
        intent = exchange.get("intent")
        if intent:
            key = (clean(str(intent.get("requirement"))), clean(str(intent.get("case"))), operation)
            side.answers.setdefault(key, {}).setdefault(_answer(exchange), exchange["id"])
            if key not in side.fields:
                side.fields[key] = hash(frozenset(_fields(exchange.get("response_body"))))
    return side


def _answer(exchange: Json) -> Answer:
    body = exchange.get("response_body")
    ids: list[tuple[str, ...]] = []
    for member in ("errors", "warnings"):
        items = body.get(member) if isinstance(body, dict) else None
        known = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
        ids.append(tuple(sorted({str(item.get("errorId")) for item in known})))
    return (exchange.get("status"), *ids)


def _fields(body: Any, position: str = "", depth: int = 0) -> Iterable[str]:
    """Paths of the members of a JSON value, of lists as one; to a depth that no honest answer has."""
    if depth > 12:
        return
    if isinstance(body, dict):
        for name, value in body.items():
            yield f"{position}.{name}"
            yield from _fields(value, f"{position}.{name}", depth + 1)
    elif isinstance(body, list):
        for value in body:
            yield from _fields(value, f"{position}[]", depth + 1)


def _rows(a: Side, b: Side) -> list[Row]:
    left = {rule["id"]: rule for rule in a.result["requirements"]}
    right = {rule["id"]: rule for rule in b.result["requirements"]}
    names = list(right) + [name for name in left if name not in right]
    return [Row(name, left.get(name), right.get(name), _kind(left.get(name), right.get(name))) for name in names]


def _kind(a: Json | None, b: Json | None) -> str:
    before, after = a["outcome"] if a else None, b["outcome"] if b else None
    if after == "failed" and before != "failed":
        return "broken"
    if (a is None or b is None) and before != "failed":
        return "left out"  # by another scope, or by an older contract
    if before == "failed" and after == "passed":
        return "fixed"
    if after == "passed" and before != "passed":
        return "newly judged"
    if before in JUDGED and after == "unjudged":
        return "no longer judged"
    if before != after or a is None or b is None:
        return "other"
    if after == "failed" and {f["summary"] for f in a["findings"]} != {f["summary"] for f in b["findings"]}:
        return "finding changed"
    if a["reading"] and b["reading"] and a["reading"] != b["reading"]:
        return "reading changed"
    return "same"


def _with_pairs(rows: list[Row], differing: list[Key], *sides: tuple[Side, Path]) -> list[Row]:
    """The rows that differ with the exchanges that differ: same case, another answer; else those of their findings."""
    wanted: dict[str, list[tuple[str | None, str | None]]] = {}
    for key in differing:
        ours, theirs = (side.answers[key] for side, _ in sides)
        only_a = next((name for answer, name in ours.items() if answer not in theirs), next(iter(ours.values())))
        only_b = next((name for answer, name in theirs.items() if answer not in ours), next(iter(theirs.values())))
        wanted.setdefault(key[0], []).append((only_a, only_b))
    for row in rows:
        if row.kind not in ("same", "left out") and row.id not in wanted:
            last = [next((f["exchanges"][-1] for f in rule["findings"] if f["exchanges"]), None) if rule else None
                    for rule in (row.a, row.b)]  # fmt: skip
            if any(last):
                wanted[row.id] = [(last[0], last[1])]
    pairs = {name: several[:SHOWN] for name, several in wanted.items()}
    found = [
        _pick(folder, {p[n] for several in pairs.values() for p in several}) for n, (_, folder) in enumerate(sides)
    ]
    shown = {
        name: [(found[0].get(a or ""), found[1].get(b or "")) for a, b in several] for name, several in pairs.items()
    }
    named = [(row, shown.get(row.id, [])) for row in rows]
    return [
        Row(row.id, row.a, row.b, "answers differ" if row.kind == "same" and pairs else row.kind, pairs)
        for row, pairs in named
    ]


def _pick(folder: Path, names: set[str | None]) -> dict[str, Json]:
    if not names - {None}:
        return {}
    return {x["id"]: scrub(x) for x in stream(folder) if not isinstance(x, str) and x["id"] in names}


def _slower(a: dict[str, Times], b: dict[str, Times]) -> list[tuple[str, float, float]]:
    """(operation, median before, median after) in milliseconds, the worst first."""
    found = []
    for name in sorted(set(a) & set(b)):
        before, after = a[name].quantile(0.5), b[name].quantile(0.5)
        enough = min(len(a[name].ms), len(b[name].ms)) >= ENOUGH
        if enough and after > SLOWER * before and after - before >= AT_LEAST_MS:
            found.append((name, before, after))
    return sorted(found, key=lambda item: item[1] - item[2])
