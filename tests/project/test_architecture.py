"""Who may import whom (docs/architecture.md), and what a file may be."""

from __future__ import annotations

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OURS = {"conformance", "contracts", "mock_server", "reports", "strategies", "suites", "tests", "targets"}
# What each package may import of ours besides itself. The mock's process is started by conformance, never imported.
ALLOWED = {
    "mock_server": set(),
    "reports": set(),
    "strategies": {"conformance"},
    "suites": {"conformance", "strategies"},
    "conformance": {"reports"},
}
# The first two import suites by name, in a function; the third imports what the user names.
LOADERS = {"conformance/judging/load_rules.py", "devtools/traceability.py", "conformance/client/auth_plugin.py"}
MOST_LINES = 400
LEAKS = re.compile("/" + "work/|/" + "farm/|/tmp/" + "bash_jobs|\\." + "library")


@cache
def tracked() -> list[Path]:
    """The files of the checkout, committed or about to be."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / word for word in listed.stdout.split("\0") if word and (ROOT / word).is_file()]


def imported(path: Path) -> set[str]:
    """The packages of ours that a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {entry.name.split(".")[0] for entry in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found & OURS


@pytest.mark.parametrize("package", sorted(ALLOWED))
def test_imports(package: str) -> None:
    wrong = {
        f"{path.relative_to(ROOT)} imports {other}"
        for path in (ROOT / package).rglob("*.py")
        for other in imported(path) - {package} - ALLOWED[package]
    }
    assert not wrong


def test_only_loaders_reach_the_suites() -> None:
    """`import_module("suites…")` is for the files whose task it is."""
    named = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "conformance").rglob("*.py")
        if re.search(r"import_module\(f?\"suites", path.read_text(encoding="utf-8"))
    }
    assert named <= LOADERS


def test_contracts_and_targets_hold_no_code() -> None:
    for folder in ("contracts", "targets"):
        assert {path.suffix for path in (ROOT / folder).rglob("*") if path.is_file()} <= {".yaml", ".toml", ".md", ".json"}


def test_only_one_module_reads_the_contracts() -> None:
    """conformance/core/contract.py gives the data to everybody else."""
    for package in ("suites", "strategies", "reports", "mock_server"):
        for path in (ROOT / package).rglob("*.py"):
            assert "import yaml" not in path.read_text(encoding="utf-8"), path


def test_files_are_short() -> None:
    long = {
        f"{path.relative_to(ROOT)}: {count}"
        for path in tracked()
        if path.suffix in (".py", ".sh", ".js", ".css", ".j2")
        and (count := len(path.read_text(encoding="utf-8").splitlines())) > MOST_LINES
    }
    assert not long


def test_no_path_of_a_machine() -> None:
    found = {
        path.relative_to(ROOT).as_posix()
        for path in tracked()
        if path.stat().st_size < 2_000_000 and LEAKS.search(path.read_bytes().decode("utf-8", "replace"))
    }
    assert not found


def test_the_same_chapters_everywhere() -> None:
    from conformance.core.contract import CHAPTERS

    for chapter in CHAPTERS:
        assert (ROOT / "contracts" / "requirements" / f"{chapter}.yaml").is_file()
        assert (ROOT / "suites" / chapter / "rules.py").is_file()
        for kind in ("faults", "variants"):
            folder = ROOT / "mock_server" / kind
            assert (folder / f"{chapter}.py").is_file() or (folder / chapter / "__init__.py").is_file(), (kind, chapter)
