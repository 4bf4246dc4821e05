"""`python -m conformance`: one list of commands, one way to say what is wrong."""

from __future__ import annotations

import pytest

from conformance.__main__ import COMMANDS, main


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
