"""`python -m devtools.pages.traceability [FILE]`: writes docs/requirements.md.

Every requirement with its source, rule, tests, input data and faults.

Rules are what the judge has registered, tests what `provokes` marks name, faults what the mock lists about itself. The
covering array gives its tests their marks when a run begins; here it is made for the mock's profile.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from conformance.core import contract
from conformance.core.citation import cited
from conformance.core.contract import CHAPTERS
from conformance.core.profile_reader import load
from conformance.core.requirement import Requirement
from conformance.judging.load_rules import load_rules
from conformance.judging.registry import RULES
from suites.situations.design import session_plans
from suites.situations.requirements_of_plan import requirements_of
from suites.situations.test_planned_sessions import test_a_planned_session

ROOT = contract.ROOT.parent
NO_INPUT = {"array", "assignment", "determinism"}  # of strategies/: how rows and draws are made, no data of requests
DRAWN = {
    "suites/generated/": "what Schemathesis makes of the OpenAPI documents",
    "suites/situations/": "the levels of `contracts/factors.yaml`",
    "suites/state_machine/": "walks that Hypothesis draws",
    "suites/stubs/": "the strings of `contracts/stubs.yaml`",
}
PAGE = ROOT / "docs" / "requirements.md"


@dataclass(frozen=True)
class Place:
    """A function in the tree; path relative to the project. also: it is registered for another requirement."""

    path: str
    name: str
    also: bool = False


@dataclass
class Entry:
    """All that the project has about one requirement."""

    requirement: Requirement
    rules: list[Place] = field(default_factory=list)
    tests: list[Place] = field(default_factory=list)
    situations: list[Place] = field(default_factory=list)
    faults: list[Place] = field(default_factory=list)


def _place(function: Callable[..., Any]) -> Place:
    code = inspect.unwrap(function).__code__
    return Place(Path(code.co_filename).resolve().relative_to(ROOT).as_posix(), code.co_name)


@cache
def rules() -> dict[str, list[Place]]:
    """Which functions judge a requirement: what the judge has registered, and the model of requests at once."""
    load_rules()
    found = {name: list(dict.fromkeys(map(_place, functions))) for name, functions in RULES.items()}
    for name, place in _of_races():
        known, beside = found.setdefault(name, []), replace(place, also=name in RULES)
        if beside not in known:
            known.append(beside)
    return found


def _of_races() -> Iterator[tuple[str, Place]]:
    """(requirement, function) for every id that a function of suites/races names: no decorator registers them."""
    for path in sorted(ROOT.glob("suites/races/*.py")):
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef) and not function.name.startswith("test_"):
                for name in _ids_in(function):
                    yield name, Place(path.relative_to(ROOT).as_posix(), function.name)


def _ids_in(function: ast.FunctionDef) -> list[str]:
    texts = [str(node.value) for node in ast.walk(function) if isinstance(node, ast.Constant)]
    return [text for text in texts if text in contract.requirements()]


@cache
def tests() -> dict[str, list[Place]]:
    """Which tests of the suites are marked as provoking a requirement."""
    found: dict[str, list[Place]] = defaultdict(list)
    for path in sorted(ROOT.glob("suites/*/test_*.py")):
        module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        for name, function in vars(module).items():
            if name.startswith("test_") and callable(function):
                place = _place(function)
                for provoked in _provoked(getattr(function, "pytestmark", [])):
                    if place not in found[provoked]:
                        found[provoked].append(place)
    return found


def _provoked(marks: list[Any]) -> Iterator[str]:
    for mark in marks:
        if mark.name == "provokes":
            yield from mark.args
        elif mark.name == "parametrize":
            for argument in mark.args[1]:
                yield from _provoked([getattr(each, "mark", each) for each in getattr(argument, "marks", ())])


@cache
def in_the_array() -> dict[str, list[Place]]:
    """The test of the covering array by requirement, for the mock's profile, and where its ids stand."""
    found: dict[str, list[Place]] = {}
    for plan in session_plans(load("mock")):
        for requirement in requirements_of(plan):
            found.setdefault(requirement, [_place(test_a_planned_session)])
    for path in sorted(ROOT.glob("suites/situations/*.py")):
        body = ast.parse(path.read_text(encoding="utf-8")).body
        parts = [part for top in body for part in (top.body if isinstance(top, ast.ClassDef) else [top])]
        for part in parts:
            place = Place(path.relative_to(ROOT).as_posix(), _name(part))
            for name in found.keys() & {node.value for node in ast.walk(part) if isinstance(node, ast.Constant)}:
                found[name].append(place)
    return found


def _name(statement: ast.stmt) -> str:
    """What a statement of a module defines: a function, a class or a constant."""
    target = statement.targets[0] if isinstance(statement, ast.Assign) else statement
    return str(getattr(target, "name", getattr(target, "id", "")))


@cache
def faults() -> dict[str, list[Place]]:
    """The mock's faults by requirement, in a process of its own: nothing here imports the mock."""
    command = [sys.executable, "-m", "mock_server", "--list-faults"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    found: dict[str, list[Place]] = defaultdict(list)
    for fault in json.loads(ended.stdout):
        found[fault["requirement"]].append(Place(fault["file"], fault["name"]))
        for requirement in fault.get("also", ()):
            found[requirement].append(Place(fault["file"], fault["name"], also=True))
    return found


def entries() -> list[Entry]:
    """Every requirement in the order of the chapters, with what belongs to it."""
    return [
        Entry(
            requirement,
            rules().get(requirement.id, []),
            tests().get(requirement.id, []),
            in_the_array().get(requirement.id, []),
            faults().get(requirement.id, []),
        )
        for requirement in contract.requirements().values()
    ]


def _inputs(entry: Entry) -> Iterator[str]:
    """Where what the tests send comes from, beside their own text and the roles of the profile."""
    places = [*entry.tests, *entry.situations]
    for module in sorted({module for place in places for module in _strategies_of(place.path, place.name)}):
        yield f"`strategies/{module}.py`"
    for folder, words in DRAWN.items():
        if any(place.path.startswith(folder) for place in places):
            yield words


@cache
def _strategies_of(path: str, name: str) -> frozenset[str]:
    """The modules of strategies/ from which a definition of a module takes data, by itself or by those that it names."""
    body = ast.parse((ROOT / path).read_text(encoding="utf-8")).body
    module_of = {
        alias.name: str(statement.module).removeprefix("strategies.")
        for statement in body
        if isinstance(statement, ast.ImportFrom) and str(statement.module).startswith("strategies.")
        for alias in statement.names
    }
    definitions = {_name(statement): statement for statement in body}
    reached: set[str] = set()
    ahead = {name}
    while ahead:
        reached |= ahead
        named = [node for each in ahead & definitions.keys() for node in ast.walk(definitions[each])]
        ahead = {node.id for node in named if isinstance(node, ast.Name)} - reached
    return frozenset({module_of[each] for each in reached & module_of.keys()} - NO_INPUT)


def page() -> str:
    """The text of docs/requirements.md."""
    listed = entries()
    levels = {
        level: sum(entry.requirement.level == level for entry in listed) for level in ("MUST", "SHOULD", "READING")
    }
    out = [
        "# Every requirement",
        "",
        "<!-- Written by `make requirements`; change contracts/, suites/ or mock_server/faults/ and run it again. -->",
        "",
        f"{len(listed)} requirements: {levels['MUST']} MUST, {levels['SHOULD']} SHOULD, {levels['READING']} READING. "
        "Needs are roles of the [profile](profile.md), from which tests take items, coupons, buyers and addresses. "
        "Input is what else they send beside what they write out themselves. "
        "A fault is a way to break the rule on the embedded mock; the kill matrix runs the suite against each. "
        "`suites/situations` is the [covering array](situations.md): its one test, and the functions and tables that name "
        "the requirement. *also*: a rule or a fault that is listed under another requirement and concerns this one too.",
    ]
    for chapter in CHAPTERS:
        out += ["", f"## {chapter.replace('_', ' ').capitalize()}"]
        for item in listed:
            if item.requirement.chapter == chapter:
                out += ["", *_section(item)]
    return "\n".join(out) + "\n"


def _data(item: Requirement) -> Iterator[str]:
    """Where the contract has a requirement: its own file, its numbers or values, its strings of the sandbox."""
    yield f"`contracts/requirements/{item.chapter}.yaml`"
    if item.data:
        for file, _, name in (part.partition(": ") for part in item.data.split("; ")):
            yield f"`contracts/{file}`: `{name}`"
    if any(stub.requirement == item.id for stub in contract.stubs()):
        yield "`contracts/stubs.yaml`"


def _section(entry: Entry) -> list[str]:
    item = entry.requirement
    rows = [
        ("Data", "; ".join(_data(item))),
        ("Source", "; ".join(_source(cited(source)) for source in item.sources)),
        ("Basis", "by inference: no document says it in these words" if item.inferred else ""),
        ("Operations", ", ".join(f"`{it}`" for it in item.operations)),
        ("Needs", "; ".join(map(contract.need_in_words, item.needs)) or "nothing of the profile"),
        ("Readings", "; ".join(item.readings)),
        ("Rule", _places(entry.rules)),
        ("Tests", _places([*entry.tests, *entry.situations])),
        ("Input", "; ".join(_inputs(entry))),
        ("Faults", _places(entry.faults) or "none"),
    ]
    body = [f"| {name} | {text.replace('|', chr(92) + '|')} |" for name, text in rows if text]
    return [f"### {item.id}", "", f"**{item.level}** {item.title}. {item.sentence}", "", "| | |", "|---|---|", *body]


def _source(source: dict[str, str]) -> str:
    title = f"[{source['title']}]({source['url']})" if source["url"] else source["title"]
    return f"{title}: {source['where']}"


def _places(places: list[Place]) -> str:
    by_file: dict[str, list[str]] = defaultdict(list)
    for place in sorted(places, key=lambda place: place.path):  # in the order of loading they would differ by caller
        by_file[place.path].append(f"`{place.name}`{' (also)' if place.also else ''}")
    return "; ".join(f"`{path}`: {', '.join(names)}" for path, names in by_file.items())


def main(arguments: list[str]) -> int:
    """Writes the page and says where."""
    path = Path(arguments[0]) if arguments else PAGE
    path.write_text(page(), encoding="utf-8", newline="\n")
    print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
