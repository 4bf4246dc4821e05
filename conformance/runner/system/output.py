"""Standard output that may go away: no report and no exit status hangs on whoever reads along."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import Any, TextIO


class LastingOutput:
    """A text stream that falls silent when its reader goes away, in place of raising."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._gone = False

    def write(self, text: str) -> int:
        """Writes, or does nothing once the reader is gone."""
        if not self._gone:
            try:
                return self._stream.write(text)
            except (OSError, ValueError):
                self._fall_silent()
        return len(text)

    def flush(self) -> None:
        """Flushes, or does nothing once the reader is gone."""
        if not self._gone:
            try:
                self._stream.flush()
            except (OSError, ValueError):
                self._fall_silent()

    def _fall_silent(self) -> None:
        """What is buffered goes nowhere too: the interpreter flushes it at its end, and would fail then."""
        self._gone = True
        with suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def keep_output() -> bool:
    """Makes sys.stdout and sys.stderr last; letters that they cannot show are escaped.

    Returns whether standard output was closed from the start. It leads nowhere then.
    """
    closed = sys.stdout is None
    for name, number in (("stdout", 1), ("stderr", 2)):
        stream: Any = getattr(sys, name)
        if stream is None:
            stream = os.fdopen(_nowhere(number), "w", encoding="utf-8", closefd=False)
        if isinstance(stream, LastingOutput):
            continue
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
        setattr(sys, name, LastingOutput(stream))
    return closed


def _nowhere(number: int) -> int:
    """A descriptor whose text nobody reads. A closed one is taken, so that no pipe of ours gets its number."""
    with suppress(OSError):
        os.fstat(number)
        return os.open(os.devnull, os.O_WRONLY)
    opened = os.open(os.devnull, os.O_WRONLY)
    if opened != number:
        os.dup2(opened, number)
        os.close(opened)
    os.set_inheritable(number, True)
    return number
