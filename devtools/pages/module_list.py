"""`make architecture`: writes the list of modules in docs/architecture.md, each with the first sentence of its docstring."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

from conformance.core.places import ROOT
from devtools.pages import between, write

PAGE = ROOT / "docs" / "architecture.md"
BEGIN, END = "<!-- modules: written by `make architecture` -->", "<!-- end of modules -->"
# Of conformance/, in the order in which they may import each other. The tests hold each arrow and that no folder is left out.
LAYERS = ("core", "client", "judging", "driver", "evidence", "recordings", "runner", "commands")
ELSEWHERE = {"conformance", "tests"}  # layer by layer; in words


def packages() -> list[str]:
    """The folders with modules, as the tree has them; the layers of conformance/ first."""
    tops = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    return [*(f"conformance/{layer}" for layer in LAYERS), *sorted(tops - ELSEWHERE)]


def summary(path: Path) -> str:
    """The first sentence of a module's docstring."""
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    first = " ".join(text.split("\n\n")[0].split())
    return first.split(". ")[0].rstrip(".")


def modules(package: str) -> list[Path]:
    """The modules of a package that say something; faults and variants are data, and have pages of their own."""
    found = sorted((ROOT / package).rglob("*.py"))
    return [
        path
        for path in found
        if path.name != "__init__.py"
        and not {"faults", "variants"} & set(path.relative_to(ROOT).parts)
        and not path.name.startswith("test_")
    ]


def block() -> str:
    """The list, package by package."""
    out = []
    for package in packages():
        out += [f"### `{package}/`", ""]
        opening = ROOT / package / "__init__.py"
        if opening.is_file() and (said := summary(opening)):
            out += [f"{said}.", ""]
        out += ["| module | does |", "|---|---|"]
        for path in modules(package):
            name = path.relative_to(ROOT / package).with_suffix("").as_posix()
            out.append(f"| `{name}` | {summary(path).replace('|', chr(92) + '|')} |")
        out.append("")
    return "\n".join(out).rstrip("\n")


def page() -> str:
    """The whole page with today's list in it."""
    return between(PAGE, BEGIN, END, block())


if __name__ == "__main__":
    sys.exit(write(PAGE, page()))
