"""`python -m conformance`: one list of commands, one way to say what is wrong."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.__main__ import COMMANDS, main
from conformance.commands import judge
from conformance.runner.settings import GROUPS

ROOT = Path(__file__).resolve().parents[2]


def test_the_list_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    listed = capsys.readouterr().out
    assert all(f"  {name} " in listed and entry.summary in listed for name, entry in COMMANDS.items())


@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in ("judge", "mock")])
def test_each_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    assert ended.value.code == 0 and f"python -m conformance {name}" in capsys.readouterr().out


@pytest.mark.parametrize(
    "given",
    [
        ["watch", "--watch", ""],
        ["merge", "", "a", "b"],
        ["merge", "out", "a", " "],
        ["report", ""],
        ["compare", "", "a"],
        ["trend", ""],
        ["remember", "a", ""],
        ["keep", "a", ""],
        ["replay", "", "QTY-ZERO"],
        ["drift", "a.yml", "--out", ""],
    ],
)
def test_an_empty_path_is_refused(given: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """An empty variable of a script would mean the folder that the command is run in."""
    assert main(given) == 4
    assert "the path is empty" in capsys.readouterr().err


@pytest.mark.parametrize(
    "given", [["jugde"], *([name, "--no-such-option"] for name in COMMANDS if name not in ("judge", "mock", "watch"))]
)
def test_wrong_words_are_one_sentence_and_status_4(given: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(given) == 4
    said = capsys.readouterr()
    assert not said.out and said.err.count("\n") == 1 and said.err.endswith(".\n")


# A command, an option that is nearly one of its own, and that one.
NEARLY = [
    ("judge --budgt 5", "--budget"),
    ("judge --basse-url=http://127.0.0.1:9", "--base-url"),
    ("watch --quik", "--quick"),
    ("profile http://127.0.0.1:9 --itms v1|1|0", "--items"),
    ("compare a b --otu c", "--out"),
    ("drift a --otu c", "--out"),
    ("mock --prot 1", "--port"),
    ("jduge", "judge"),
]


@pytest.mark.parametrize(("words", "right"), NEARLY)
def test_a_word_that_is_nearly_right_is_told_the_right_one(words: str, right: str) -> None:
    command = [sys.executable, "-m", "conformance", *words.split()]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 4 and ended.stderr.count("\n") == 1
    assert f"id you mean {right}?" in ended.stderr


def test_a_profile_beside_somebodys_tests_loads_none_of_them(tmp_path: Path) -> None:
    shutil.copy(ROOT / "targets" / "mock.toml", tmp_path / "mine.toml")
    (tmp_path / "conftest.py").write_text("raise SystemExit('loaded')\n", encoding="utf-8")
    command = [sys.executable, "-m", "conformance", "judge", "--plan", "--target", str(tmp_path / "mine.toml")]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0 and "loaded" not in ended.stdout + ended.stderr


@pytest.mark.parametrize(
    ("words", "all_suites"),
    [
        (["--report", "reports/suites"], True),  # a folder of that name is no part of the suites
        (["--report=suites/x"], True),
        (["suites/money"], False),
        (["suites/money::test"], False),
    ],
)
def test_judge_runs_every_suite_unless_one_is_named(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, all_suites: bool
) -> None:
    (tmp_path / "reports" / "suites").mkdir(parents=True)
    for name in ("suites", "pyproject.toml"):
        (tmp_path / name).symlink_to(ROOT / name)
    given: list[str] = []

    def status(words: list[str]) -> int:
        given.extend(words)
        return 0

    monkeypatch.setattr(judge, "ROOT", tmp_path)
    monkeypatch.setattr(judge, "_status", status)
    monkeypatch.chdir(tmp_path)
    assert main(["judge", *words]) == 0
    assert any(Path(word).name == "suites" and not word.startswith("-") for word in given) is all_suites


def test_a_defect_of_a_view_is_no_wrong_input(monkeypatch: pytest.MonkeyPatch) -> None:
    def defective(_: Path) -> None:
        raise ValueError("a defect")

    monkeypatch.setattr("conformance.commands.views.render_all", defective)
    with pytest.raises(ValueError, match="a defect"):
        main(["report", "docs/examples/conformant"])


def test_the_help_of_judge_is_the_suites_own(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["judge", "--help"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == "usage: python -m conformance judge [options]"
    assert all(any(line.startswith(f"  {name} ") for line in shown) for group in GROUPS.values() for name in group)
    assert len(shown) < 60 and "python -m conformance judge --help-pytest" in " ".join(shown[-2:])


def test_pytest_shows_its_own_help(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["judge", "--help-pytest"]) == 0
    shown = capfd.readouterr().out
    assert "--maxfail" in shown and all(name in shown for group in GROUPS.values() for name in group)


COMMAND_LINES = ["", "--version", "judge --help-pytest", "judge --plan --quick", "mock --list-faults"]


@pytest.mark.parametrize("words", [*COMMAND_LINES, *(f"{name} --help" for name in COMMANDS)])
def test_a_reader_that_is_gone_changes_no_status(words: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "conformance", *words.split()]
    with open(writer, "wb") as nobody:
        ended = subprocess.run(command, cwd=ROOT, stdout=nobody, stderr=subprocess.PIPE, text=True, timeout=60)
    assert (ended.returncode, ended.stderr) == (0, "")


# Each command that writes a file, up to the option or the word that names the file.
WRITERS = {
    "drift": ["contracts/order-v2.openapi.yaml", "--out"],
    "compare": ["docs/examples/conformant", "docs/examples/faulty", "--out"],
    "trend": ["docs/examples", "--out"],
    "matrix": ["reports/kill-matrix.json", "--out"],
    "remember": ["docs/examples/conformant"],
    "keep": ["docs/examples/conformant"],
}


@pytest.mark.parametrize("name", WRITERS)
def test_a_folder_that_is_missing_is_made(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    out = tmp_path / "new" / "folder" / "file"
    assert main([name, *WRITERS[name], str(out)]) in (0, 1) and out.exists()


@pytest.mark.parametrize("name", WRITERS)
def test_a_file_that_cannot_be_written_is_a_sentence_and_status_4(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    (tmp_path / "file").touch()
    assert main([name, *WRITERS[name], str(tmp_path / "file" / "below")]) == 4
    said = capsys.readouterr()
    assert (
        not said.out and said.err.count("\n") == 1 and f"{tmp_path / 'file'}" in said.err and said.err.endswith(".\n")
    )


@pytest.mark.parametrize("name", WRITERS)
def test_what_somebody_else_wrote_is_not_replaced(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A command replaces its own earlier output and nothing else."""
    monkeypatch.chdir(ROOT)
    foreign = {"keep": "result.json", "compare": "compare.md"}.get(name)
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / (foreign or "notes.md")).write_text('{"mine": 1}\n', encoding="utf-8")
    out = tmp_path / "own" if foreign else tmp_path / "own" / "notes.md"
    assert main([name, *WRITERS[name], str(out)]) == 4
    said = capsys.readouterr()
    assert (
        said.err.count("\n") == 1
        and str(out) in said.err
        and [path.name for path in (tmp_path / "own").iterdir()] == [foreign or "notes.md"]
    )
    assert (tmp_path / "own" / (foreign or "notes.md")).read_text(encoding="utf-8") == '{"mine": 1}\n'
    for _ in range(2):
        assert main([name, *WRITERS[name], str(tmp_path / "new")]) in (0, 1)


def test_a_run_is_not_its_own_copy_or_part(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = tmp_path / "run"
    shutil.copytree(ROOT / "docs" / "examples" / "conformant", run)
    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    for command in (["keep", str(run), str(run)], ["merge", str(run), str(run)], ["merge", f"{run}/../run", str(run)]):
        assert main(command) == 4 and capsys.readouterr().err.count("\n") == 1
    assert before == {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    "words",
    [
        "watch --target nope",
        "watch --runs 0",
        "profile http://127.0.0.1:9 --most 0",
        "watch --target nope --base-url http://x..y",
    ],
)
def test_a_command_that_could_not_work_does_not_begin(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words.split()) == 4
    said = capsys.readouterr()
    assert not said.out and said.err.count("\n") == 1 and said.err.endswith(".\n")


COSTS = [
    "[1]",
    "null",
    "{}",
    '{"figures": 5}',
    '{"figures": [1]}',
    "no JSON",
    '{"figures": [{"what": "a", "value": "1"}]}',
]


@pytest.mark.parametrize("cost", [*COSTS, "[" * 90_000])
def test_a_history_of_costs_that_is_none_is_named(
    cost: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    (tmp_path / "cost.json").write_text(cost, encoding="utf-8")
    words = ["trend", "docs/examples", "--out", str(tmp_path / "trend.html"), "--cost", str(tmp_path / "cost.json")]
    assert main(words) == 4
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "cost.json is no history of what the suite costs" in said
    (tmp_path / "cost.json").write_text('{"figures": [{"what": "a", "value": 1.5}]}\n', encoding="utf-8")
    assert main(words) == 0


@pytest.mark.parametrize(
    "words", [["remember", "docs/examples/conformant", "/dev/full"], ["trend", "/dev/zero"], ["matrix", "/dev/zero"]]
)
def test_a_device_that_never_ends_is_not_read(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    assert main(words) == 4
    assert "no regular file" in capsys.readouterr().err


def test_addresses_that_are_nested_too_deeply_are_no_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "deep.json").write_text("[" * 90_000, encoding="utf-8")
    words = ["profile", "http://127.0.0.1:9", "--items", "v1|1|0", "--addresses", str(tmp_path / "deep.json")]
    assert main(words) == 4
    assert "deep.json, which is no JSON" in capsys.readouterr().err


@pytest.mark.parametrize("below", ["", "below"])
def test_a_file_in_place_of_a_report_folder_is_told_before(
    below: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    (tmp_path / "out").write_text("mine", encoding="utf-8")
    assert main(["merge", str(tmp_path / "out" / below), "docs/examples/conformant"]) == 4
    said = capsys.readouterr()
    assert not said.out and said.err.endswith("out is a file.\n") and said.err.count("\n") == 1


@pytest.mark.parametrize(("begin", "status"), [("import nosuch", 4), ("raise KeyError('x')", 3)])
def test_a_plugin_of_the_environment_that_fails_is_no_verdict(begin: str, status: int, tmp_path: Path) -> None:
    """Status 1 would say that the target is not conformant."""
    (tmp_path / "odd_plugin.py").write_text(begin, encoding="utf-8")
    variables = {"PYTEST_PLUGINS": "odd_plugin", "PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "-m", "conformance", "judge", "--recording", "x"]
    ended = subprocess.run(
        command, cwd=ROOT, env=os.environ | variables, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == status and (status == 3 or ended.stderr.count("\n") == 1)


@pytest.mark.parametrize("words", ["--host 999.1.1.1", "--list-faults"])
def test_what_the_mock_cannot_do_is_a_sentence(words: str) -> None:
    command = [sys.executable, "-m", "conformance", "mock", *words.split()]
    with open("/dev/full", "wb") as full:
        ended = subprocess.run(command, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert ended.returncode == 4 and ended.stderr.count("\n") == 1 and ended.stderr.endswith(".\n")
