"""The mutation tool: each kind of change is made, one at a time, and the corpus notices what is worth noticing."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from devtools import mutation
from devtools.corpus import load
from devtools.mutants import mutants, mutated
from tests.corpus.faulty_servers import CORPUS_OF_FAULTY_SERVERS

CODE = '''
def rule(at: int = 1, *more: bool) -> str | None:
    """A text with 7 and not."""
    if at == 3 and more or not at:
        return
    for one in range(at + 2):
        if one not in more:
            yield f"{one + 1} of 2"
    return at < 0
'''


def changed() -> list[str]:
    return [ast.unparse(mutated(CODE, mutant.number)) for mutant in mutants("x.py", CODE)]


def test_each_kind_of_change() -> None:
    found = "\n".join(changed())
    for text in (
        "at: int=2", "at: int=0", "at != 3", "at == 4", "at == 2", "(at == 3 or more) or", "(at == 3 and more) and", "and more or at:",
        "range(at - 2)", "range(at + 3)", "range(at + 1)", "one in more", "at <= 0", "at < 1", "at < -1", "return None",
    ):  # fmt: skip
        assert text in found, text
    assert "with 8" not in found and "of 3" not in found and "-> str | None" in found


def test_one_change_at_a_time() -> None:
    whole = ast.unparse(ast.parse(CODE)).splitlines()
    for text in changed():
        lines = text.splitlines()
        assert len(lines) == len(whole) and sum(a != b for a, b in zip(whole, lines, strict=True)) == 1, text


def test_numbers_are_lasting() -> None:
    listed = mutants("x.py", CODE)
    assert [entry.number for entry in listed] == list(range(len(listed))) and listed == mutants("x.py", CODE)
    with pytest.raises(IndexError):
        mutated(CODE, len(listed))


def test_every_file_can_be_changed() -> None:
    for path in mutation.MUTATED:
        source = (mutation.ROOT / path).read_text(encoding="utf-8")
        listed = mutants(path, source)
        assert listed, path
        for entry in listed[::25]:
            compile(mutated(source, entry.number), path, "exec")


def test_reasons_are_kept(tmp_path: Path) -> None:
    listed = mutants("suites/x.py", "a = b | c == 1\n")
    results = [(entry, mutation.SURVIVED) for entry in listed]
    page = tmp_path / "page.md"
    page.write_text(mutation.page(results, [], 0, len(listed), {}), encoding="utf-8")
    known = {key: f"because | of {index}" for index, key in enumerate(mutation.reasons(page))}
    assert len(known) == len(listed) == 3
    page.write_text(mutation.page(results, [], 0, len(listed), known), encoding="utf-8")
    assert mutation.reasons(page) == known


@pytest.mark.parametrize(
    ("path", "code", "what", "fate"),
    [
        ("suites/line_items/rules.py", 'if at.body.get("quantity") != 0', "!= 0 →", mutation.NOTICED),
        ("suites/money/rules.py", 'part["priceSubtotal"]', "→", mutation.NOTICED),
    ],
)
def test_the_corpus_notices(path: str, code: str, what: str, fate: str) -> None:
    """In processes of their own: nothing of a mutant stays."""
    listed = mutation.trials([load(CORPUS_OF_FAULTY_SERVERS)])
    source = (mutation.ROOT / path).read_text(encoding="utf-8")
    wanted = [mutant for mutant in mutants(path, source) if code in mutant.code and what in mutant.what][:1]
    if not wanted:
        pytest.skip("the line reads differently now")
    assert [found for _, found in mutation.run(wanted, listed, 1)] == [fate]
