"""A name that a module imports from another of ours means the same everywhere in it: no function binds it anew."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("conformance", "devtools", "mock_server", "reports", "strategies", "suites", "tests")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def bound_anew(tree: ast.Module) -> set[str]:
    """Names that the module imports from ours, and that a parameter, a variable or a function inside has too."""
    imports = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    ours = {
        alias.asname or alias.name
        for node in imports
        if (node.module or "").partition(".")[0] in PACKAGES
        for alias in node.names
    }
    functions = [
        node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
    ]
    return ours & {name for function in functions for node in ast.walk(function) if (name := bound(node, function))}


def bound(node: ast.AST, function: ast.AST) -> str | None:
    if isinstance(node, ast.Name):
        return node.id if isinstance(node.ctx, ast.Store) else None
    if isinstance(node, ast.arg):
        return node.arg
    inner = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node is not function
    return node.name if inner else None  # type: ignore[attr-defined]


@pytest.mark.parametrize("package", PACKAGES)
def test_no_function_hides_what_its_module_imports(package: str) -> None:
    paths = [path for path in MODULES if path.relative_to(ROOT).parts[0] == package]
    found = {
        path.relative_to(ROOT).as_posix(): bound_anew(ast.parse(path.read_text(encoding="utf-8"))) for path in paths
    }
    assert {path: names for path, names in found.items() if names} == {}


@pytest.mark.parametrize(
    "body", ["def f(line): pass", "def f():\n    line = 1", "f = lambda line: line", "def f():\n    def line(): pass"]
)
def test_a_hidden_import_is_found(body: str) -> None:
    assert bound_anew(ast.parse(f"from conformance.judging.model import line\n{body}\n")) == {"line"}
