"""What every command of `python -m conformance` shares: one parser, one way to say what is wrong, one exit status for it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NoReturn

from conformance.core.inputs import InputError, checked_path, nearest

DONE, WORSE, WRONG_INPUT = 0, 1, 4

Command = Callable[[list[str]], int]


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one sentence and exit status 4."""

    def __init__(self, command: str, description: str, **more: Any) -> None:
        more.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(prog=f"python -m conformance {command}", description=description, allow_abbrev=False, **more)
        self.register("type", Path, _path)

    def error(self, message: str) -> NoReturn:
        raise InputError(complaint(message, self.prog, self._option_string_actions))


UNKNOWN = "unrecognized arguments: "  # argparse's own words, and pytest's


def complaint(message: str, prog: str, options: Iterable[str]) -> str:
    """What a parser complains about, as sentences; an option that is nearly right gets the right option named.

    message: argparse's; options: those that the command takes, each with its hyphens.
    """
    words = message.removeprefix(UNKNOWN).split() if message.startswith(UNKNOWN) else []
    wrong = next((word.partition("=")[0] for word in words if word.startswith("-")), "")
    asked = nearest(wrong, options) if wrong else ""
    listed = f"{prog} --help lists what it takes."
    said = f"{message[:1].upper()}{message[1:]}"
    return f"{said}. {asked}{listed}" if asked else f"{said}: {listed}"


def counted(count: int, noun: str) -> str:
    """A number of things, such as "1 request" and "2 requests"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _path(given: str) -> Path:
    """A path of an argument. An empty one is an unset variable of somebody's script, and would mean the folder of now."""
    if not given.strip():
        raise argparse.ArgumentTypeError("the path is empty, give one")
    return checked_path(given, "A path")


def run(command: Command, arguments: list[str]) -> int:
    """Runs a command; wrong input becomes a sentence on standard error and status 4."""
    try:
        return command(arguments)
    except InputError as error:
        print(error, file=sys.stderr)
    except OSError as error:
        if error.strerror is None:  # of a library, not of a file
            raise
        print(f"{error.filename or 'A file'} cannot be read or written: {error.strerror}.", file=sys.stderr)
    return WRONG_INPUT


MARK = "<!-- written by guest-checkout-conformance -->\n"  # at the end of a page: what may be replaced by the next one


def write_own(*pages: tuple[Path, str]) -> None:
    """Writes the pages of a command, in place of its earlier pages; a missing folder is made.

    Raises InputError before the first is written where one of the files holds something that this product did not write.
    """
    for path, _ in pages:
        if path.is_file() and path.stat().st_size and not _is_own(path):
            raise InputError(f"{path} was not written by this command: name another file, or remove it.")
    for path, text in pages:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.removesuffix("\n") + "\n" + MARK, encoding="utf-8", newline="\n")


def _is_own(path: Path) -> bool:
    with path.open("rb") as handle:
        handle.seek(max(0, path.stat().st_size - len(MARK)))
        return handle.read() == MARK.encode()
