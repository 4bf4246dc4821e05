"""What every command of `python -m conformance` shares: one parser, one way to say what is wrong, one exit status for it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from conformance.core.inputs import InputError

DONE, WORSE, WRONG_INPUT = 0, 1, 4

Command = Callable[[list[str]], int]


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one sentence and exit status 4."""

    def __init__(self, command: str, description: str, **more: Any) -> None:
        more.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(prog=f"python -m conformance {command}", description=description, allow_abbrev=False, **more)

    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message[:1].upper()}{message[1:]}: {self.prog} --help lists what it takes.")


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


def write_file(path: Path, text: str) -> None:
    """Writes what `--out` asks for; a folder that is missing is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
