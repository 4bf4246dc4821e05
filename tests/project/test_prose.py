"""How pages and docstrings are written: short sentences, and the field's words."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WRITTEN = {"requirements.md", "ids.md", "mutation.md", "changelog.md"}  # by commands, or a list
PAGES = [ROOT / "README.md", *sorted(page for page in (ROOT / "docs").glob("*.md") if page.name not in WRITTEN)]
MODULES = [
    path
    for package in ("conformance", "devtools", "reports", "strategies", "suites", "tests")
    for path in sorted((ROOT / package).rglob("*.py"))
]
MOST_WORDS = 30
# A word of this project's own past, and the term for it.
DIALECT = {
    r"cr(?:y|ies) wolf": "is a false positive",
    r"\b[Mm]end(?:s|ed|ing)?\b": "fix",
    r"by other hands": "independent",
    r"\btold (?:under|as|beside|apart|once)\b": "reported",
    r"\bliars?\b": "faulty server",
    r"\bone step each\b": "directly",
}


def sentences(text: str) -> list[str]:
    """The sentences of a page's running text: no tables, code, headings or comments."""
    text = re.sub(r"```.*?```", "", text, flags=re.S)
    text = re.sub(r"<!--.*?-->", "", text, flags=re.S)
    text = re.sub(r"^(?:\|| {4}|#).*$", "", text, flags=re.M)
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    parts = re.split(r"(?<=[.!?])\s+|\n\s*\n|\n\s*(?:[-*]|\d+\.)\s", text)
    return [" ".join(part.split()) for part in parts if len(part.split()) > 2]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_sentences_are_short(page: Path) -> None:
    long = [sentence for sentence in sentences(page.read_text(encoding="utf-8")) if len(sentence.split()) > MOST_WORDS]
    assert not long


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages_use_the_fields_words(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert not {found.group(): term for word, term in DIALECT.items() if (found := re.search(word, text))}


def test_docstrings_use_the_fields_words() -> None:
    wrong = []
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                text = ast.get_docstring(node) or ""
                wrong += [f"{path.relative_to(ROOT)}: {word}" for word in DIALECT if re.search(word, text)]
    assert not wrong


def test_messages_use_the_fields_words() -> None:
    """What a person reads of a run: every text of the packages that judge and report, docstrings included."""
    wrong = []
    for path in MODULES:
        if path.relative_to(ROOT).parts[0] not in ("conformance", "reports"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                wrong += [f"{path.relative_to(ROOT)}: {word}" for word in DIALECT if re.search(word, node.value)]
    assert not wrong
