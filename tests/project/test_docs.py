"""What the documentation and the Makefile say is true: keys, examples, commands, links."""

from __future__ import annotations

import importlib
import importlib.util
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conformance.core import contract
from conformance.core.factors import factors
from conformance.core.inputs import InputError
from conformance.core.profile_reader import load, parse
from conformance.core.profile_schema import schema
from conformance.evidence.verdict import Ending
from devtools.pages import verdict_table

ROOT = Path(__file__).resolve().parents[2]
PROFILE = (ROOT / "docs" / "profile.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "contracts" / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
TUTORIAL = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
TOML = re.compile(r"^```toml\n(.*?)^```", re.MULTILINE | re.DOTALL)
BLOCKS = [*TOML.findall(TUTORIAL), *TOML.findall(PROFILE)]  # the smallest profile, then the reference's
ADDRESS_FIELDS = set(schema()["$defs"]["address"]["properties"])  # the API's own


def test_the_page_explains_every_key() -> None:
    keys = set(_keys(schema())) - ADDRESS_FIELDS
    missing = {key for key in keys if not re.search(rf"\b{re.escape(key)}\b", PROFILE)}
    assert not missing


def _keys(node: Any) -> Iterator[str]:
    """The keys of the published schema and the words that they take."""
    if isinstance(node, dict):
        yield from node.get("properties", {})
        yield from node.get("enum", ())
        node = list(node.values())
    for child in node if isinstance(node, list) else ():
        yield from _keys(child)


@pytest.mark.parametrize("position", range(len(BLOCKS)))
def test_examples_are_toml(position: int) -> None:
    tomllib.loads(BLOCKS[position])


def test_the_smallest_profile_loads() -> None:
    profile = parse(tomllib.loads(BLOCKS[0]), "mine.toml")
    assert (
        profile.payment.kind == "none" and profile.max_line_items is None and profile.auth.kind == "client_credentials"
    )


def test_all_examples_together_load(monkeypatch: pytest.MonkeyPatch) -> None:
    """Later tables add to earlier ones; the marketplace's tables are merged as a reader would merge them."""
    for name in ("SHOP_SECRET", "SHOP_OTHER_SECRET", "SHOP_EXPIRED", "SHOP_BASIC", "GATEWAY_KEY", "GATEWAY_SECRET"):
        monkeypatch.setenv(name, name.lower())
    data: dict[str, object] = {}
    for block in BLOCKS[1:]:
        merge(data, tomllib.loads(block))
    profile = parse(data, "mine.toml")
    market = profile.markets["EBAY_GB"]
    assert len(profile.auth.apps) == 2 and len(market.roles) == 12 and len(market.coupons) == 6
    assert profile.transport["rate_per_s"] == 5


def merge(into: dict[str, object], more: dict[str, object]) -> None:
    for key, value in more.items():
        known = into.get(key)
        if isinstance(known, dict) and isinstance(value, dict):
            merge(known, value)
        else:
            into[key] = value


def test_the_template_asks_for_items() -> None:
    with pytest.raises(InputError, match="no plain items"):
        load("template")


def test_the_template_loads_with_an_item() -> None:
    text = (ROOT / "targets" / "template.toml").read_text(encoding="utf-8")
    assert parse(tomllib.loads(text.replace("plain = []", 'plain = ["v1|1|0"]')), "template.toml").name == "my shop"


def test_the_sandbox_says_what_to_fill_in(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("EBAY_CLIENT_ID", "EBAY_CLIENT_ID_2", "EBAY_ITEMS"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(InputError, match="set EBAY_CLIENT_ID"):
        load("sandbox")
    monkeypatch.setenv("EBAY_CLIENT_ID", "id")
    monkeypatch.setenv("EBAY_CLIENT_SECRET", "secret")
    with pytest.raises(InputError, match="set EBAY_ITEMS"):
        load("sandbox")
    monkeypatch.setenv("EBAY_ITEMS", "v1|1|0, v1|2|0")
    profile = load("sandbox")
    assert profile.markets["EBAY_US"].plain == ("v1|1|0", "v1|2|0") and len(profile.auth.apps) == 1 and profile.stubs


def test_requirements_that_the_pages_name_exist() -> None:
    """ITEM-… and other families stand with an ellipsis; LINES-TITLE and QTY-THIRTEEN are the made-up rules of docs/rule.md."""
    known = {*contract.requirements(), "LINES-TITLE", "QTY-THIRTEEN"}
    families = "|".join(sorted({entry.split("-")[0] for entry in known} - {"ERROR", "RACE", "ROBUST"}))
    for page in PAGES:
        for name in re.findall(rf"\b(?:{families})(?:-[A-Z]+)+\b", page.read_text(encoding="utf-8")):
            assert name in known, (page.name, name)


def test_names_of_the_glossary_stand_in_their_files() -> None:
    """A path in back-ticks, a comma, and names that the module has, joined by "and"."""
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    listed = re.findall(r"`([\w/]+\.py)`, ((?:`\w+`(?: and )?)+)", text)
    assert len(listed) > 30
    for path, names in listed:
        module = importlib.import_module(".".join(Path(path).with_suffix("").parts))
        missing = [name for name in re.findall(r"\w+", names.replace(" and ", " ")) if not hasattr(module, name)]
        assert not missing, (path, missing)


def test_make_targets_that_the_pages_name_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
    for page in PAGES:
        code = re.findall(r"(?:`|^\$ |^    )make ([a-z-]+)", page.read_text(encoding="utf-8"), re.MULTILINE)
        assert set(code) <= targets, page.name


def test_modules_of_the_makefile_exist() -> None:
    for name in set(re.findall(r"\$\(PY\) -m ([a-z_.]+)", MAKEFILE)):
        assert importlib.util.find_spec(name), name


def test_every_make_target_is_listed() -> None:
    """`make help` prints the line of each."""
    listed = subprocess.run(["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    phony = re.findall(r"^\.PHONY: (.+)$", MAKEFILE, re.MULTILINE)[0].split()
    assert phony == [line.split()[1] for line in listed.splitlines()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8")):
        assert link.startswith("https://") or (page.parent / link).exists(), link


def test_the_site_builds_strictly(tmp_path: Path) -> None:
    pytest.importorskip("mkdocs")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stderr
    for path in tmp_path.glob("*/index.html"):
        loaded = re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="(https?:)?//', path.read_text(encoding="utf-8"))
        assert not loaded, f"{path} asks another host"


@pytest.mark.parametrize("name", ["lock.txt", "dev.txt"])
def test_a_lock_has_hashes_for_every_package_and_one_index(name: str) -> None:
    """Every package with its hashes, and no index but the usual one."""
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    assert "://" not in text and "--index" not in text
    blocks = re.split(r"^(?=\S)", text, flags=re.MULTILINE)
    pinned = [block for block in blocks if "==" in block]
    assert pinned and all("--hash=sha256:" in block for block in pinned)
    assert re.search(r"^pytest==9\.1\.", text, re.MULTILINE)


def test_both_locks_agree() -> None:
    runtime, dev = (
        set(re.findall(r"^([\w.-]+==\S+)", (ROOT / "requirements" / name).read_text(encoding="utf-8"), re.MULTILINE))
        for name in ("lock.txt", "dev.txt")
    )
    assert runtime <= dev


@pytest.mark.parametrize("page", ["module_list", "evaluation", "verdict_table", "decision_table"])
def test_written_pages_are_up_to_date(page: str) -> None:
    module = importlib.import_module(f"devtools.pages.{page}")
    assert module.PAGE.read_text(encoding="utf-8") == module.page(), f"run python -m devtools.pages.{page}"


ROW = re.compile(r"^\|.*\| `(\w+)` \| `([\w/]+\.py)` \|$", re.MULTILINE)


def test_the_life_of_a_request_names_functions_that_exist() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = ROW.findall(text.partition("## The life of one request")[2].partition("\n## ")[0])
    assert len(rows) > 20
    assert not [row for row in rows if f"def {row[0]}(" not in (ROOT / row[1]).read_text(encoding="utf-8")]


def test_doubles_that_the_page_names_are_those_of_the_tests() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w/]+(?:\.py|/))`", text.partition("## Which double")[2].partition("\n## ")[0])
    assert named and all((ROOT / path).exists() for path in named)


def test_attributes_of_doubt_exist() -> None:
    """Each `Class.attribute` of the table "When an answer is not judged" is one of the code."""
    text = (ROOT / "docs" / "doubt.md").read_text(encoding="utf-8")
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "conformance").rglob("*.py"))
    named = re.findall(r"`([A-Z]\w+)(?:\.(\w+))?`", text)
    assert len(named) > 10
    for owner, attribute in named:
        assert re.search(rf"^(?:class {owner}\b|{owner}(?::.*)? =)", sources, re.MULTILINE), owner
        assert not attribute or re.search(rf"^    {attribute}: ", sources, re.MULTILINE), attribute


def test_the_page_of_situations_has_every_factor() -> None:
    text = (
        (ROOT / "docs" / "situations.md").read_text(encoding="utf-8").partition("## Factors")[2].partition("\n## ")[0]
    )
    assert set(factors()) <= set(re.findall(r"\w+", text))


def test_each_ending_of_the_page_is_the_one_that_is_decided() -> None:
    assert [verdict_table.example(ending).ending for ending in Ending] == list(Ending)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages_know_how_many_requirements_there_are(page: Path) -> None:
    named = re.findall(r"\d of (\d+) requirements (?:are|were)", page.read_text(encoding="utf-8"))
    assert {int(count) for count in named} <= {len(contract.requirements()), 2}  # a part of two
