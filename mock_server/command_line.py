"""What the command lines of this package share: wrong input ends with one sentence on stderr and status 4."""

from __future__ import annotations

import argparse
import os
import socket
import sys
from collections.abc import Callable
from difflib import get_close_matches
from typing import NoReturn

INPUT_ERROR = 4
UNKNOWN = "unrecognized arguments: "  # argparse's own words


class Parser(argparse.ArgumentParser):
    """Prints one sentence for wrong input instead of the usage."""

    def error(self, message: str) -> NoReturn:
        words = message.removeprefix(UNKNOWN).split() if message.startswith(UNKNOWN) else []
        wrong = next((word.partition("=")[0] for word in words if word.startswith("-")), "")
        nearest = get_close_matches(wrong, self._option_string_actions, n=1)
        print(f"{self.prog}: {message}{f'; did you mean {nearest[0]}?' if nearest else ''}", file=sys.stderr)
        sys.exit(INPUT_ERROR)


def show(text: str) -> int:
    """Prints a list; a reader that goes away before its end is no error. Returns the exit status."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python flushes the rest when it ends
        if not isinstance(error, BrokenPipeError):
            print(f"Standard output cannot be written: {error.strerror}.", file=sys.stderr)
            return INPUT_ERROR
    return 0


def whole_number(least: int, most: int = sys.maxsize) -> Callable[[str], int]:
    """An argument type: a whole number from `least` to `most`, in ASCII digits."""

    def read(text: str) -> int:
        if text.isascii() and text.isdigit() and least <= int(text) <= most:
            return int(text)
        limits = f"from {least} to {most}" if most < sys.maxsize else f"from {least} on"
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number {limits}.")

    return read


port = whole_number(0, 65535)


def taken(host: str, port: int) -> str | None:
    """Why the mock cannot listen at a port, in some words of the system; None if it can."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as listening:
        if os.name == "posix":  # as asyncio listens: a port that was left a moment ago is free
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind(address)
            listening.listen()
        except OSError as error:
            return (error.strerror or "no reason given").lower()
    return None


def host(text: str) -> str:
    """An argument type: a name or address at which this machine can listen."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(text, 0, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as listening:
            listening.bind(address)
    except (OSError, UnicodeError):
        raise argparse.ArgumentTypeError(f"{text!r} is no address of this machine.") from None
    return text
