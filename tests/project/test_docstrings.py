"""Docstrings name what exists: exceptions after "Raises", names in back-ticks, parameters and fields before a colon."""

from __future__ import annotations

import ast
import builtins
import keyword
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from mock_server.http.pipeline import STEPS

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("conformance", "devtools", "mock_server", "reports", "strategies", "suites", "tests")
RAISES = re.compile(r"\bRaises ((?:\w+(?:, | or | and )?)+)")
QUOTED = re.compile(r"(?<!`)`([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)(?:\(\))?`(?!`)")
STEPS_NAMED = re.compile(r"\bsteps? ((?:`\w+`(?:, | and )?)+)")
PARAMETER = re.compile(r"(?:(?<=[.;:] )|(?<=\n)|^)((?:[a-z_]\w*(?:, | and ))*[a-z_]\w*): (?!//)")
FILES = {"py", "json", "jsonl", "toml", "yaml", "md", "html", "js", "sh"}
# Of libraries, of Python, of a browser and of the OpenAPI document.
ELSEWHERE = {"requests", "max_tasks_per_child", "await", "window", "LineItem"}
ROLES = {"item", "coupon", "address"}  # in front of a role of the profile: `coupon.good`
LANGUAGES = {"xdist", "jq"}  # in front of a colon
Owner = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


class Docstring(NamedTuple):
    path: Path
    owner: Owner
    text: str

    def __str__(self) -> str:
        return f"{self.path.relative_to(ROOT)}:{getattr(self.owner, 'name', '')}"


@cache
def trees() -> dict[Path, ast.Module]:
    paths = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in paths}


@cache
def nodes() -> dict[Path, list[ast.AST]]:
    return {path: list(ast.walk(tree)) for path, tree in trees().items()}


def docstrings() -> Iterator[Docstring]:
    for path, listed in nodes().items():
        for node in listed:
            if isinstance(node, Owner) and (text := ast.get_docstring(node)):
                yield Docstring(path, node, text)


@cache
def texts(path: Path) -> frozenset[str]:
    """The words of a module's short strings; a docstring proves nothing about a docstring."""
    owners = [node for node in nodes()[path] if isinstance(node, Owner) and ast.get_docstring(node) is not None]
    apart = {id(owner.body[0].value) for owner in owners}  # type: ignore[attr-defined]
    strings = [node for node in nodes()[path] if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    short = [str(node.value) for node in strings if len(str(node.value)) < 200 and id(node) not in apart]
    return frozenset(word for text in short for word in re.findall(r"\w+", text))


@cache
def names_of(path: Path) -> frozenset[str]:
    """Every name that a module defines, imports or uses, attributes and parameters among them."""
    found: set[str] = set()
    for node in nodes()[path]:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.alias):
            found |= {*node.name.split("."), node.asname or ""}
        elif isinstance(node, ast.keyword):
            found.add(node.arg or "")
    return frozenset(found)


@cache
def names() -> frozenset[str]:
    """Every name and every word of a string in the tree, modules and folders among them."""
    found = {part for path in trees() for part in (path.stem, path.parent.name)} | set(keyword.kwlist)
    return frozenset(found.union(*(names_of(path) | texts(path) for path in trees())))


@cache
def inside() -> dict[str, set[str]]:
    """Of each class and module by its name, what stands in it: members and what they inherit, definitions and imports."""
    found: dict[str, set[str]] = {}
    bases: dict[str, set[str]] = {}
    for path, tree in trees().items():
        module = path.parent.name if path.stem == "__init__" else path.stem
        found.setdefault(module, set()).update(_bound(path, tree))
        for node in nodes()[path]:
            if isinstance(node, ast.ClassDef):
                found.setdefault(node.name, set()).update(known_to(node))
                names_of = {part.id for base in node.bases for part in ast.walk(base) if isinstance(part, ast.Name)}
                bases.setdefault(node.name, set()).update(names_of)
    for _ in range(3):  # a base of a base of a base
        for name, above in bases.items():
            found[name].update(*(found.get(base, set()) for base in above))
    return found


def _bound(path: Path, tree: ast.Module) -> set[str]:
    """The names of a module: what it defines, sets and imports at its top."""
    found = set(imported(path))
    for node in tree.body:
        found |= {node.name} if isinstance(node, ast.ClassDef | ast.FunctionDef) else set()
        found |= {each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
    return found


@cache
def capitals() -> frozenset[str]:
    """Every name with a capital that a module has, or a class."""
    found = {name for held in inside().values() for name in held} | set(inside()) | set(dir(builtins))
    strings = {
        node.value
        for listed in nodes().values()
        for node in listed
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier()
    }
    return frozenset(found | strings)


def exists(quoted: str, path: Path) -> bool:
    """Whether a name, or a member of a class or module, is one of the tree. path: the module that names it."""
    *above, last = quoted.split(".")
    if above and (last in FILES or above[0] in ELSEWHERE):
        return True
    if above and above[-1] in inside() and (above[0] in PACKAGES or above[-1][0].isupper() or last[0].isupper()):
        return last in inside()[above[-1]] or "/".join([*above, last]) in packages()
    if above and above[-1] not in inside() and last not in names_of(path) | texts(path):
        return above[-1] in ROLES and last in names()
    return last in ELSEWHERE or last in (capitals() if last[0].isupper() else names())


@cache
def packages() -> frozenset[str]:
    """Modules and folders by their path without suffix."""
    found = {path.relative_to(ROOT).with_suffix("") for path in trees()}
    return frozenset(path.as_posix() for module in found for path in (module, *module.parents))


@cache
def exceptions() -> frozenset[str]:
    classes = {node.name for listed in nodes().values() for node in listed if isinstance(node, ast.ClassDef)}
    return frozenset(classes | {name for name in dir(builtins) if name.endswith(("Error", "Exit", "Interrupt"))})


@cache
def imported(path: Path) -> frozenset[str]:
    named = [node for node in nodes()[path] if isinstance(node, ast.ImportFrom)]
    return frozenset(alias.asname or alias.name for node in named for alias in node.names)


def known_to(owner: Owner) -> set[str]:
    """The parameters of a function; of a class its fields, its attributes, and the parameters of its methods."""
    if isinstance(owner, ast.FunctionDef | ast.AsyncFunctionDef):
        return {node.arg for node in ast.walk(owner.args) if isinstance(node, ast.arg)}
    found = set()
    for node in ast.walk(owner):
        if isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.FunctionDef):
            found.add(node.name)
    return found


def test_exceptions_exist() -> None:
    wrong = set()
    for docstring in docstrings():
        for listed in RAISES.findall(docstring.text):
            raised = [name for name in re.split(r", | or | and ", listed.strip()) if name[:1].isupper()]
            known = exceptions() | imported(docstring.path)
            wrong |= {f"{docstring}: {name}" for name in raised if name not in known}
    assert not wrong


def test_quoted_names_exist() -> None:
    wrong = {
        f"{docstring}: `{quoted}`"
        for docstring in docstrings()
        for quoted in QUOTED.findall(docstring.text)
        if not exists(quoted, docstring.path)
    }
    assert not wrong


def test_a_folder_names_its_own_modules() -> None:
    wrong = {
        f"{docstring}: `{quoted}`"
        for docstring in docstrings()
        if docstring.path.stem == "__init__" and len(trees()[docstring.path].body) == 1
        for quoted in QUOTED.findall(docstring.text)
        if quoted not in {path.stem for path in docstring.path.parent.iterdir()}
    }
    assert not wrong


def test_steps_of_the_mock_exist() -> None:
    wrong = {
        f"{path.relative_to(ROOT)}: `{name}`"
        for path in sorted((ROOT / "mock_server").rglob("*.py"))
        for listed in STEPS_NAMED.findall(path.read_text(encoding="utf-8"))
        for name in QUOTED.findall(listed)
        if name not in STEPS
    }
    assert not wrong


def test_parameters_exist() -> None:
    wrong = {
        f"{docstring}: {name}"
        for docstring in docstrings()
        if not isinstance(docstring.owner, ast.Module)
        for listed in PARAMETER.findall(docstring.text)
        for name in re.split(r", | and ", listed)
        if name not in known_to(docstring.owner) | LANGUAGES
    }
    assert not wrong


@pytest.mark.parametrize(
    ("check", "code"),
    [
        (test_exceptions_exist, 'def f(path: str) -> None:\n    """Does it. Raises NoSuchThing."""\n'),
        (test_quoted_names_exist, 'def f(path: str) -> None:\n    """As `NoSuchClass` does."""\n'),
        (test_quoted_names_exist, 'def f(path: str) -> None:\n    """As `no_such_module.place` does."""\n'),
        (test_quoted_names_exist, 'def f(path: str) -> None:\n    """As `ApiClient.no_such_method` does."""\n'),
        (test_parameters_exist, 'def f(path: str) -> None:\n    """Does it. at: where."""\n'),
    ],
)
def test_what_does_not_exist_is_found(check: Callable[[], None], code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = ast.parse(code)
    made = [Docstring(ROOT / "conformance" / "__main__.py", tree.body[0], ast.get_docstring(tree.body[0]) or "")]  # type: ignore[arg-type]
    monkeypatch.setitem(globals(), "docstrings", lambda: iter(made))
    with pytest.raises(AssertionError):
        check()
