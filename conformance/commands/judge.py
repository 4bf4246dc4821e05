"""`python -m conformance judge`: pytest on the suites, from any folder; relative paths are the caller's."""

from __future__ import annotations

import io
import sys
import traceback
from contextlib import redirect_stderr
from pathlib import Path
from typing import TextIO

import pytest

from conformance.core.command_line import DONE, Parser, complaint
from conformance.core.inputs import InputError
from conformance.core.places import ROOT
from conformance.runner.planning.named_tests import SUITES, lies_in_suites
from conformance.runner.settings import GROUPS

ABOUT = """\
Judges a server of eBay's guest checkout against the vendor's documents: sends requests, compares each answer with
the requirements, and writes a report. Without --target the embedded mock is judged.

Exit status: 0 nothing failed, 1 not conformant, 6 incomplete, 4 wrong input (nothing was sent), 2 interrupted."""
MORE = """\
pytest's own options, such as -k or -x, are taken too; -x and --maxfail wait for a MUST, since a SHOULD decides nothing.
python -m conformance judge --help-pytest lists them."""

USAGE = "ERROR: usage: "


def main(arguments: list[str]) -> int:
    """Judges a target. Returns the run's exit status (docs/verdict.md)."""
    if {"-h", "--help"} & set(arguments):
        print(_help(), end="")
        return DONE
    words = _joined(["--help" if word == "--help-pytest" else word for word in arguments])
    named = any(lies_in_suites(word, Path.cwd()) for word in words)
    places = [] if named else [str(SUITES)]
    with redirect_stderr(_OneSentence(sys.stderr)):
        return _status([*places, "--rootdir", str(ROOT), "-c", str(ROOT / "pyproject.toml"), *words])


def _status(words: list[str]) -> int:
    """The exit status of pytest. Before it begins, it loads plugins of the environment; their errors leave it as they are."""
    try:
        return int(pytest.main(words))
    except ImportError as error:
        raise InputError(f"pytest cannot begin: {error}. See PYTEST_PLUGINS, PYTEST_ADDOPTS and -p.") from None
    except Exception:  # Python's own status for it, 1, would say that the target is not conformant
        traceback.print_exc()
        return int(pytest.ExitCode.INTERNAL_ERROR)


def _joined(words: list[str]) -> list[str]:
    """Each option of the suite and its value as one word.

    Apart, pytest takes a value that is a path for a place of tests, and loads a conftest.py that lies beside it.
    """
    valued = {name for group in GROUPS.values() for name, more in group.items() if more.get("action") != "store_true"}
    found: list[str] = []
    for word in words:
        if found and found[-1] in valued and not word.startswith("-"):
            found[-1] += f"={word}"
        else:
            found.append(word)
    return found


class _OneSentence(io.TextIOBase):
    """Standard error on which pytest's complaint about an option, four lines of usage, is one sentence."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._complaint = stream, False

    def write(self, text: str) -> int:
        """Writes a complaint as its sentence, and anything else as it is."""
        if text.startswith(USAGE):
            said = text.partition(": error: ")[2].partition("\n")[0].strip()
            options = [name for group in GROUPS.values() for name in group]
            self._stream.write(complaint(said, "python -m conformance judge", options) + "\n")
        elif text.strip() or not self._complaint:
            self._stream.write(text)
        self._complaint = text.startswith(USAGE)
        return len(text)

    def flush(self) -> None:
        """As of the stream behind."""
        self._stream.flush()

    def isatty(self) -> bool:
        """As of the stream behind."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """As of the stream behind."""
        return self._stream.fileno()


def _help() -> str:
    """The suite's options by purpose; pytest's are named in the last line."""
    parser = Parser("judge", ABOUT, usage="python -m conformance judge [options]", epilog=MORE, add_help=False)
    for heading, options in GROUPS.items():
        group = parser.add_argument_group(heading)
        for name, keywords in options.items():
            group.add_argument(name, **keywords)
    group = parser.add_argument_group("other")
    group.add_argument("-n", metavar="N", help="in N processes; not with --budget, --time or --resume")
    group.add_argument("-h", "--help", action="store_true", help="this text")
    group.add_argument("--help-pytest", action="store_true", help="every option of pytest")
    return parser.format_help()
