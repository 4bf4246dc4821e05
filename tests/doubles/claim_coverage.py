"""Where rules make claims: each call that builds one, with the requirement that it stands under and what it is about."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FILES = [
    *sorted(ROOT.glob("suites/*/rules.py")),
    *(
        ROOT / "conformance" / "judging" / f"{entry}.py"
        for entry in ("judge", "content/information_leaks", "content/response_schema")
    ),
]
ABOUT = {"true": 1, "equal": 0, "compare": 0, "related": 0, "selects": 0, "amount": 0, "refused": 1}


@dataclass(frozen=True)
class Site:
    """name: file and function; requirements: whom it may speak for, empty for any; about: what it says, `…` for values."""

    name: str
    requirements: frozenset[str]
    about: str

    def __str__(self) -> str:
        return f"{self.name}: {self.about}"

    def made(self, requirement: str, about: str) -> bool:
        """Whether a broken claim may have come from here."""
        pattern = ".+".join(re.escape(word) for word in self.about.split("…"))
        return (not self.requirements or requirement in self.requirements) and re.fullmatch(
            pattern, about, re.S
        ) is not None


def sites() -> list[Site]:
    """Every claim that can fail: those that are only evidence (`true(True, …)`) are left out."""
    return list(dict.fromkeys(site for path in FILES for site in _sites(path)))


def _sites(path: Path) -> Iterator[Site]:
    where = path.relative_to(ROOT).as_posix()
    for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(function, ast.FunctionDef):
            own = {word for decorator in function.decorator_list for word in _demanded(decorator)}
            for call in _inside(function):
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in ABOUT:
                    place = ABOUT[call.func.id]
                    if len(call.args) > place and not _surely(call):
                        for about in _words(call.args[place]):
                            yield Site(f"{where} {function.name}", _requirements(call, own), about)


def _inside(node: ast.AST) -> Iterator[ast.AST]:
    """What belongs to a function itself, not to one that it defines."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef):
            yield child
            yield from _inside(child)


def _demanded(decorator: ast.expr) -> Iterator[str]:
    if isinstance(decorator, ast.Call) and getattr(decorator.func, "id", "") == "demands":
        for argument in decorator.args[:1]:
            yield argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else ""


def _requirements(call: ast.Call, own: set[str]) -> frozenset[str]:
    named = next((keyword.value for keyword in call.keywords if keyword.arg == "requirement"), None)
    if isinstance(named, ast.Constant) and isinstance(named.value, str):
        return frozenset({named.value})
    return frozenset() if named is not None or "" in own else frozenset(own)


def _surely(call: ast.Call) -> bool:
    first = call.args[0]
    return isinstance(first, ast.Constant) and first.value is True


def _words(node: ast.expr) -> Iterator[str]:
    """The texts that an expression may be, values as `…`."""
    if isinstance(node, ast.Constant):
        yield str(node.value)
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(entry.value) if isinstance(entry, ast.Constant) else "…" for entry in node.values)
    elif isinstance(node, ast.IfExp):
        yield from _words(node.body)
        yield from _words(node.orelse)
    else:
        yield "…"
