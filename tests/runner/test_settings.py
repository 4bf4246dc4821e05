"""The command line: whatever is wrong in an option is one sentence that names it, before the first request."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.core.inputs import InputError
from conformance.runner.planning.named_tests import check_named_tests
from conformance.runner.settings import TEXTS, Settings

ROOT = Path(__file__).resolve().parents[2]


def read(folder: Path, worker: dict[str, Any] | None = None, **options: Any) -> Settings:
    """The settings that options give, beside the usual ones."""
    usual: dict[str, Any] = {
        "target": None, "base_url": None, "report": "out", "requirement": [], "failed": None, "level": "should",
        "seed": "0", "budget": None, "rate": None, "quick": False, "measure": False, "depth": "1", "shard": None,
        "resume": None, "recording": None, "waivers": None, "allow_production": False, "time": None, "until_found": [],
    }  # fmt: skip
    config: Any = SimpleNamespace(
        option=SimpleNamespace(**usual | options), invocation_params=SimpleNamespace(dir=folder)
    )
    return Settings.of(config, worker)


def test_usual_settings(tmp_path: Path) -> None:
    usual = read(tmp_path)
    assert (usual.target, usual.report, usual.one_case_per_test, usual.shares_sessions) == (
        "mock",
        tmp_path / "out",
        False,
        False,
    )
    assert read(tmp_path, budget="50").shares_sessions and read(tmp_path, quick=True).shares_sessions
    assert read(tmp_path, measure=True).one_case_per_test and not read(tmp_path, measure=True).shares_sessions
    assert read(tmp_path, shard="2/3").shard == (2, 3) and read(tmp_path, rate="0.5").rate == 0.5
    assert read(tmp_path, base_url=" http://127.0.0.1:2/ ").base_url == "http://127.0.0.1:2"
    assert read(tmp_path, worker={"conformance_base_url": "http://127.0.0.1:2"}).base_url == "http://127.0.0.1:2"
    assert read(tmp_path, target="mine.toml").target == str(tmp_path / "mine.toml")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"requirement": ["QTY-NULL"]}, r"'QTY-NULL'.*QTY-ZERO"),
        ({"requirement": ["NOTHING"]}, r"'NOTHING'.*contracts/requirements"),
        ({"requirement": [""]}, "--requirement is empty"),
        *(({name: ""}, f"--{name.replace('_', '-')} is empty") for name in TEXTS),
        *(({"budget": value}, "--budget") for value in ("2", "-1", "1e3", "many", "٣٣", "9" * 30)),
        *(({"depth": value}, "--depth") for value in ("0", "1001", "1.5")),
        *(({"seed": value}, "--seed") for value in ("x", "1" * 5000)),
        *(({"rate": value}, "--rate") for value in ("0", "-1", "nan", "inf", "1e-300", "fast")),
        *(({"shard": value}, "--shard") for value in ("0/3", "4/3", "a/b", "3", "²/3", "1/٣", "1/99999")),
        ({"recording": ["none.har"]}, "--recording names none.har, which is no file"),
        ({"recording": "."}, "--recording names ., which is a folder"),
        ({"waivers": "none.toml"}, "--waivers names none.toml, which is no file"),
        ({"resume": "none"}, "--resume names none/traces.jsonl, which is no file"),
        ({"failed": "none"}, "--failed names none/result.json, which is no file"),
        *(({"base_url": value}, "--base-url") for value in ("127.0.0.1", "http://:1", "http://127.0.0.1:x", "http://[::1")),
        *(({"report": value}, "--report") for value in ("a\0b", "a\nb", "~nobody-of-that-name/x")),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(options: dict[str, Any], says: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=says) as refused:
        read(tmp_path, **options)
    assert sentence(str(refused.value))


def sentence(text: str) -> bool:
    """One line of readable length with an end."""
    return text.endswith((".", "?")) and text.isprintable() and len(text) < 400


ODD = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["", " ", "\n", "0", "-1", "nan", "²/3", "1/0", "http://", "http://a:b@c", "http://[", "//", "~", "\0"]
    ),
    st.from_regex(r"https?://[ -~]{0,20}(:[0-9a-f]{0,6})?[/?#]?.{0,5}", fullmatch=True),
    st.text("0123456789./-+e", max_size=12),
)


@pytest.mark.parametrize("name", [*TEXTS, "requirement"])
@given(value=ODD)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_odd_values_of_every_option(name: str, value: str, tmp_path: Path) -> None:
    """Each is read or refused with a sentence that names the option; nothing else is raised, and nothing is written."""
    options: dict[str, Any] = {name: [value] if name == "requirement" else value}
    try:
        read(tmp_path, **options)
    except InputError as refused:
        assert sentence(str(refused)), str(refused)
        named = f"--{name.replace('_', '-')}"
        assert named in str(refused) or "There is no requirement" in str(refused), str(refused)
    assert not list(tmp_path.iterdir())


def test_a_budget_is_kept_by_one_process(tmp_path: Path) -> None:
    together: list[dict[str, Any]] = [{"worker": {}}, {"numprocesses": 2}, {"tx": ["2*popen"]}]
    for more in together:
        with pytest.raises(InputError, match="-n"):
            read(tmp_path, budget="100", **more)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("resume", "."),
        ("quick", True),
        ("budget", "100"),
        ("time", "60"),
        ("rate", "5"),
        ("shard", "1/2"),
        ("depth", "2"),
    ],
)
def test_a_recording_is_judged_by_itself(tmp_path: Path, option: str, value: Any) -> None:
    """Nothing is sent, so no option says how much or how fast; sessions of an earlier run would count twice."""
    (tmp_path / "traces.jsonl").write_text("")
    (tmp_path / "a.har").write_text("{}")
    with pytest.raises(InputError, match=f"leave out --{option}"):
        read(tmp_path, recording=["a.har"], **{option: value})


def test_what_failed_in_an_earlier_report_is_selected(tmp_path: Path) -> None:
    listed = [{"id": "QTY-ZERO", "outcome": "failed"}, {"id": "QTY-SET", "outcome": "passed"}]
    (tmp_path / "result.json").write_text(json.dumps({"requirements": listed}), encoding="utf-8")
    assert read(tmp_path, failed=".").requirements == ("QTY-ZERO",)
    (tmp_path / "result.json").write_text(json.dumps({"requirements": listed[1:]}), encoding="utf-8")
    with pytest.raises(InputError, match="Nothing failed"):
        read(tmp_path, failed=".")


@pytest.mark.parametrize("identifier", ["NO-SUCH-RULE", "", 7, None, []])
def test_an_earlier_report_names_requirements_that_exist(identifier: Any, tmp_path: Path) -> None:
    (tmp_path / "earlier").mkdir()
    result = {"requirements": [{"id": identifier, "outcome": "failed"}]}
    (tmp_path / "earlier" / "result.json").write_text(json.dumps(result))
    with pytest.raises(InputError, match="there is no such requirement"):
        read(tmp_path, failed="earlier")


@pytest.mark.parametrize(
    "option",
    [
        ["--requirement", "QTY-NULL"],
        ["--until-found", "QTY-NULL"],
        ["--target", "nowhere"],
        ["--budget", "1"],
        ["--budget", "100", "-n", "2"],
        ["--base-url", ""],
        ["--base-url", "http://deploy:geheim99@127.0.0.1:9"],
        ["--report", ""],
    ],
)
def test_wrong_input_ends_before_the_first_request(tmp_path: Path, option: list[str]) -> None:
    command = [sys.executable, "-m", "pytest", "suites", "--report", str(tmp_path / "report"), *option]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 4 and not (tmp_path / "report").exists()
    said = (ended.stdout + ended.stderr).strip().splitlines()
    assert len(said) == 1 and "Traceback" not in said[0] and "geheim99" not in said[0], said


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "deploy.sh").write_text("echo deploy")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "suites",
        "--quick",
        "--requirement",
        "QTY-ZERO",
        "--report",
        str(tmp_path),
    ]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 4 and "holds scripts and no report" in ended.stdout + ended.stderr
    assert [path.name for path in tmp_path.rglob("*")] == ["scripts", "deploy.sh"]


@pytest.mark.parametrize(
    "words", [["--level", "may"], ["--nosuch"], ["--shard", "-1/3"], ["-n", "x"], ["-n", "-1"], ["stray"]]
)
def test_a_wrong_word_of_judge_is_one_sentence(words: list[str], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "conformance", "judge", "--report", str(tmp_path / "report"), *words]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    said = (ended.stdout + ended.stderr).strip().splitlines()
    assert (
        ended.returncode == 4 and len(said) == 1 and said[0].endswith(".") and words[-1].split("/")[0] in said[0] + "-1"
    )
    assert not (tmp_path / "report").exists()


WORDS = {
    "mine.toml": "did you mean --target mine.toml?",
    "mock": "did you mean --target mock?",
    "http://me:geheim99@127.0.0.1:9": "did you mean --base-url URL?",
    "night.har": "did you mean --recording night.har?",
    "QTY-ZERO": "did you mean --requirement QTY-ZERO?",
    "stray": "neither an option nor a test",
    "folder": "neither an option nor a test",
    "suites/line_items/rules.py": "is no test of the suites",
    "suites/line_items/test_nothing.py": "neither an option nor a test",
    "suites/line_items/test_quantity.py::test_nothing": "is no test of the suites",
    "suites/shared": "is no test of the suites",
}


@pytest.mark.parametrize("word", WORDS)
def test_a_word_that_names_no_test_is_told_what_it_may_have_meant(word: str, tmp_path: Path) -> None:
    (tmp_path / "suites").symlink_to(ROOT / "suites")
    (tmp_path / "mine.toml").write_text("", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError, match=re.escape(WORDS[word])) as refused:
        check_named_tests([str(ROOT / "suites"), word], tmp_path)
    assert sentence(str(refused.value)) and "geheim99" not in str(refused.value)


def test_each_test_of_the_suites_is_taken_by_its_name() -> None:
    places = [path.relative_to(ROOT) for path in sorted((ROOT / "suites").rglob("test_*.py"))]
    names = [
        f"{path}::{name}[EBAY_US]" for path in places for name in re.findall(r"(?m)^def (test_\w+)", path.read_text())
    ]
    check_named_tests([*{str(path.parent) for path in places}, *map(str, places), *names], ROOT)
    assert len(names) > len(places)


@pytest.mark.parametrize("command", [["conformance", "judge", "--quick"], ["pytest", "suites", "--quick"]])
def test_a_profile_without_its_option_judges_nothing(command: list[str], tmp_path: Path) -> None:
    profile = tmp_path / "mine.toml"
    profile.write_text("", encoding="utf-8")
    words = [sys.executable, "-m", *command, "--report", str(tmp_path / "report"), str(profile)]
    ended = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=60)
    said = (ended.stdout + ended.stderr).strip().splitlines()
    assert ended.returncode == 4 and len(said) == 1 and "did you mean --target" in said[0], said
    assert not (tmp_path / "report").exists()
