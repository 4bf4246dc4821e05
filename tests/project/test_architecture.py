"""Who may import whom (docs/architecture.md), and what a file may be."""

from __future__ import annotations

import ast
import re
import subprocess
from collections import Counter
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from devtools.pages.module_list import LAYERS

ROOT = Path(__file__).resolve().parents[2]
OURS = {"conformance", "contracts", "devtools", "mock_server", "reports", "strategies", "suites", "tests", "targets"}
# What each package may import of ours besides itself. The mock's process is started by conformance, never imported.
ALLOWED = {
    "mock_server": set(),
    "reports": set(),
    "strategies": {"conformance"},
    "suites": {"conformance", "strategies"},
    "conformance": {"reports"},
    "devtools": {"conformance", "mock_server", "reports", "strategies", "suites"},
}
# What suites may import of conformance/: what judges and what sends, not what runs them. Strategies send nothing.
MAY_SEE = {"suites": {"core", "judging", "driver"}, "strategies": {"core"}}
# Four modules reach further, each for its reason.
FURTHER = {
    # Phases, number and seed of generated requests are settings of the run that collects.
    ("suites.generated.conftest", "conformance.runner.plugin"),
    # The rows of the covering array follow from the profile and the depth of the run that collects.
    ("suites.situations.conftest", "conformance.runner.plugin"),
    # A walk has to visit the states that the report counts, so that both have the same list.
    ("suites.state_machine.program", "conformance.evidence.states"),
    ("suites.state_machine.test_walks", "conformance.evidence.states"),
}
MOST_MODULES = 16  # of a folder
# The first two import suites by name, in a function; the third imports what the user names.
LOADERS = {"conformance/judging/load_rules.py", "devtools/pages/traceability.py", "conformance/client/auth_plugin.py"}
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
def test_a_package_imports_what_it_may_alone(package: str) -> None:
    wrong = {
        f"{path.relative_to(ROOT)} imports {other}"
        for path in (ROOT / package).rglob("*.py")
        for other in imported(path) - {package} - ALLOWED[package]
    }
    assert not wrong


def modules() -> dict[str, Path]:
    """Every module of the product by name; tests have arrows of their own."""
    packages = ("conformance", "devtools", "mock_server", "reports", "strategies", "suites")
    paths = [path for package in packages for path in (ROOT / package).rglob("*.py")]
    return {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in paths}


@cache
def arrows() -> dict[str, set[str]]:
    """What each module imports, types and late imports included."""
    known = modules()
    found: dict[str, set[str]] = {}
    for name, path in known.items():
        named = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                named |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                named |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        found[name] = {other for other in named if other in known and not f"{name}.".startswith(f"{other}.")}
    return found


def layer(module: str) -> int:
    """Its place among the layers; -1 for what stands outside conformance/, and for the module that starts it."""
    package, _, rest = module.partition(".")
    name = rest.partition(".")[0]
    return LAYERS.index(name) if package == "conformance" and name not in ("", "__main__") else -1


def test_every_folder_has_a_layer() -> None:
    assert {path.parent.name for path in (ROOT / "conformance").glob("*/*.py")} - {"bundle"} == set(LAYERS)


def test_suites_see_what_judges_and_what_sends() -> None:
    further = {
        (name, other)
        for name, others in arrows().items()
        if (package := name.split(".")[0]) in MAY_SEE
        for other in others
        if other.startswith("conformance.") and other.split(".")[1] not in MAY_SEE[package]
    }
    assert further == FURTHER


def test_no_test_asks_how_much_is_sent() -> None:
    """Sampling is the driver's: `some`, `times`, `confirm` and the marks know, tests and situations do not."""
    paths = [path for package in ("strategies", "suites") for path in (ROOT / package).rglob("*.py")]
    asking = re.compile(r"\bEffort\b|\.effort\b|one_case_per_test|shares_sessions")
    assert not [str(path) for path in paths if asking.search(path.read_text(encoding="utf-8"))]


def test_layers_point_one_way() -> None:
    upward = {
        f"{name} imports {other}"
        for name, others in arrows().items()
        for other in others
        if -1 < layer(name) < layer(other)
    }
    assert not upward


def test_client_and_judging_know_nothing_of_each_other() -> None:
    sides = {LAYERS.index("client"), LAYERS.index("judging")}
    across = {
        f"{name} imports {other}"
        for name, others in arrows().items()
        for other in others
        if {layer(name), layer(other)} == sides
    }
    assert not across


def test_no_modules_import_each_other_in_a_circle() -> None:
    """graphlib names the modules where two of them need each other."""
    TopologicalSorter(arrows()).prepare()


def test_folders_are_small() -> None:
    paths = [*modules().values(), *(path for path in (ROOT / "tests").rglob("*.py") if path.name != "__init__.py")]
    counts = Counter(path.parent.relative_to(ROOT).as_posix() for path in paths if "faults" not in path.parts)
    assert not {folder: count for folder, count in counts.items() if count > MOST_MODULES}


def test_the_product_needs_no_developer_tool() -> None:
    inside = {
        f"{name} imports {other}"
        for name, others in arrows().items()
        for other in others
        if other.startswith("devtools") and not name.startswith("devtools")
    }
    assert not inside


def test_no_requirement_is_named_in_the_machinery() -> None:
    """What the machinery needs to know of a rule is an attribute in contracts/requirements/."""
    from conformance.core import contract

    word = re.compile(r"[A-Z]+(?:-[A-Z0-9]+)+")
    named = {
        f"{name}: {found}"
        for name, path in modules().items()
        if name.partition(".")[0] not in ("suites", "mock_server")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        for found in word.findall(node.value)
        if found in contract.requirements() and found == node.value
    }
    assert not named


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
        assert {path.suffix for path in (ROOT / folder).rglob("*") if path.is_file()} <= {
            ".yaml",
            ".toml",
            ".md",
            ".json",
        }


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
