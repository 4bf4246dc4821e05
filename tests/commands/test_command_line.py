"""`python -m conformance`: one list of commands, one way to say what is wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.__main__ import COMMANDS, main
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
    "given", [["jugde"], *([name, "--no-such-option"] for name in COMMANDS if name not in ("judge", "mock", "watch"))]
)
def test_wrong_words_are_one_sentence_and_status_4(given: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(given) == 4
    said = capsys.readouterr()
    assert not said.out and said.err.count("\n") == 1 and said.err.endswith(".\n")


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
