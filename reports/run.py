"""A finished run, read back from its folder. The exchanges are streamed; only those that findings name are kept."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from reports.documents import UnfitFile, departure, read_json
from reports.kill_matrix import beside
from reports.text import Json, clean, scrub
from reports.version_1 import upgraded


@dataclass
class Times:
    """Answers of one operation: milliseconds, and how many came with which status ('none': no answer)."""

    ms: array[float] = field(default_factory=lambda: array("d"))
    statuses: dict[str, int] = field(default_factory=dict)

    def quantile(self, share: float) -> float:
        """Milliseconds that `share` of the answers did not exceed."""
        ordered = sorted(self.ms)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


@dataclass(frozen=True)
class Run:
    """A run as the views need it. Every text in it is clean (`reports.text.clean`)."""

    result: Json
    exchanges: dict[str, Json]
    times: dict[str, Times]
    scripts: dict[str, str]
    kill_matrix: Json | None
    problems: list[str]


def read_result(directory: Path) -> Json:
    """result.json of a folder in the form of today, every text clean.

    Raises UnfitFile if it is no result of format 1 or 2, or OSError.
    """
    path = directory / "result.json"
    try:
        result = read_json(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UnfitFile(f"{path}: no JSON: {error}") from None
    if not isinstance(result, dict) or result.get("format") not in (1, 2) or "requirements" not in result:
        raise UnfitFile(f"{path}: no result of format 1 or 2")
    cleaned: Json = scrub(result)
    try:
        today = upgraded(cleaned) if cleaned["format"] == 1 else cleaned
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnfitFile(f"{path}: no result of format 1: {error!r} is missing or of another type") from None
    if unlike := departure(today, "result"):
        raise UnfitFile(f"{path}: no result of format {cleaned['format']}: {unlike}")
    return today


def stream(directory: Path) -> Iterator[Json | str]:
    """The exchanges of a folder, one by one and as they are; a text for each line that cannot be read."""
    path = directory / "exchanges.jsonl"
    if not path.exists():
        yield "exchanges.jsonl is not there"
        return
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                exchange = json.loads(line)
                if departure(exchange, "exchange"):
                    raise ValueError
            except (ValueError, RecursionError):
                yield f"exchanges.jsonl, line {number}: no exchange"
                continue
            yield exchange


def findings(result: Json) -> list[Json]:
    """Every finding: those that decide first, those also seen after them."""
    return [found for rule in result["requirements"] for found in rule["findings"]] + list(result["also_seen"])


def read(directory: Path) -> Run:
    """Everything that the views of one run need. Raises as `read_result`."""
    result = read_result(directory)
    wanted = {name for found in findings(result) for name in found["exchanges"]}
    kept: dict[str, Json] = {}
    times: dict[str, Times] = {}
    problems: list[str] = []
    for exchange in stream(directory):
        if isinstance(exchange, str):
            problems.append(exchange)
            continue
        times_of = times.setdefault(clean(str(exchange.get("operation") or "other")), Times())
        if isinstance(exchange.get("ms"), (int, float)):
            times_of.ms.append(exchange["ms"])
        status = str(exchange.get("status") or "none")
        times_of.statuses[status] = times_of.statuses.get(status, 0) + 1
        if clean(exchange["id"]) in wanted:
            kept[clean(exchange["id"])] = scrub(exchange)
    if len(problems) > 3:
        problems = [*problems[:3], f"… and {len(problems) - 3} more"]
    return Run(result, kept, times, _scripts(directory, result), beside(directory), problems)


def _scripts(directory: Path, result: Json) -> dict[str, str]:
    """Text of each script that a finding names; nothing outside the folder is read."""
    found: dict[str, str] = {}
    for name in {f["script"] for f in findings(result) if f["script"]}:
        path = (directory / name).resolve()
        if path.is_relative_to(directory.resolve()) and path.is_file():
            found[name] = clean(path.read_text(encoding="utf-8", errors="replace"))
    return found
