"""The trend page: each requirement through past runs, flakes apart from changes, with the versions that ran."""

from __future__ import annotations

from math import isfinite
from pathlib import Path
from typing import Any

from reports.documents import UnfitFile, read_json
from reports.history import Course, course, load
from reports.html.templating import render_page
from reports.text import Json, place

RUNS = 60  # the newest that are shown


def trend(results: Path, cost: Path | None = None) -> str:
    """The page for `results` (`reports.history.load`) and the bench's history.

    Raises UnfitFile if there is no result, or the history is none, or OSError.
    """
    by_target: dict[tuple[str, str], list[Json]] = {}
    for result in load(results):
        by_target.setdefault(place(result["target"]), []).append(result)
    if not by_target:
        raise UnfitFile(f"{results}: no result in it")
    targets = [_target(name, runs) for (name, _), runs in sorted(by_target.items())]
    return render_page("trend.html.j2", targets=targets, ratios=_ratios(cost) if cost else [])


def _ratios(file: Path) -> list[Json]:
    """What the suite costs, each ratio through the nights."""
    found: dict[str, list[float]] = {}
    try:
        for line in file.read_text(encoding="utf-8").splitlines()[-RUNS:]:
            for figure in read_json(line)["figures"]:
                found.setdefault(_name(figure["what"]), []).append(_value(figure["value"]))
    except (ValueError, TypeError, LookupError):
        raise UnfitFile(f"{file} is no history of what the suite costs, as `make bench` keeps it") from None
    return [
        {
            "what": what,
            "first": f"{values[0]:.3g}",
            "last": f"{values[-1]:.3g}",
            "nights": len(values),
            "line": _line(values),
        }
        for what, values in found.items()
    ]


def _name(written: Any) -> str:
    if not isinstance(written, str):
        raise TypeError("no text")
    return written


def _value(written: Any) -> float:
    """A figure's value. Raises TypeError where it is no number that can be drawn."""
    if isinstance(written, bool) or not isinstance(written, int | float) or not isfinite(written):
        raise TypeError("no number")
    return written


def _target(name: str, runs: list[Json]) -> Json:
    left_out = max(0, len(runs) - RUNS)
    runs = runs[-RUNS:]
    rules: dict[str, Json] = {}
    for run in reversed(runs):
        for rule in run["requirements"]:
            rules.setdefault(rule["id"], rule)
    courses = [course(rule, runs) for rule in rules.values()]
    return {
        "name": name,
        "address": runs[-1]["target"]["base_url"],
        "runs": runs,
        "left_out": left_out,
        "moving": [each for each in courses if not each.steady or each.outcomes[-1] == "failed"],
        "steady": [each for each in courses if each.steady and each.outcomes[-1] != "failed"],
        "events": _events(courses, runs),
        "versions": _versions(runs),
        "time": _line([run["duration_s"] for run in runs]),
    }


def _versions(runs: list[Json]) -> list[tuple[str, list[str]]]:
    """(what, its version where it is new) for suite and contract."""
    out = []
    for title, part in (("suite", "version"), ("contract", "contract")):
        values = [str(run["suite"][part]) for run in runs]
        out.append((title, [value if n == 0 or values[n - 1] != value else "" for n, value in enumerate(values)]))
    return out


def _events(courses: list[Course], runs: list[Json]) -> list[dict[str, Any]]:
    """What happened, newest first: changes, readings and flakes in this order."""
    events: list[dict[str, Any]] = []
    for requirement in courses:
        happened = [("reading", n, before, after) for n, before, after in requirement.readings]
        for kind, places in (("change", requirement.changes), ("flake", requirement.flakes)):
            for n in places:
                before = next(
                    (requirement.outcomes[m] for m in range(n - 1, -1, -1) if m not in requirement.flakes), None
                )
                happened.append((kind, n, before or "not there", requirement.outcomes[n] or "not there"))
        for kind, n, before, after in happened:
            event = {"kind": kind, "at": n, "day": runs[n]["started"][:10], "before": before, "after": after}
            new_version = n > 0 and runs[n]["suite"] != runs[n - 1]["suite"]
            events.append(
                event | {"id": requirement.rule["id"], "title": requirement.rule["title"], "new_version": new_version}
            )
    order = ("change", "reading", "flake")
    return sorted(events, key=lambda event: (-int(event["at"]), order.index(str(event["kind"])), str(event["id"])))


def _line(values: list[float]) -> str:
    """Points of a polyline in a box of 100 by 30, zero at the bottom."""
    top = max(values) or 1
    step = 100 / max(1, len(values) - 1)
    return " ".join(f"{n * step:.2f},{29 - 27 * value / top:.2f}" for n, value in enumerate(values))
