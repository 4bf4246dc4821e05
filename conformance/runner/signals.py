"""Signals: a run that is told to end writes its report first."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def end_as_ctrl_c() -> Callable[[], None]:
    """SIGTERM ends this process as Ctrl-C does; the function that is returned puts things back."""
    if threading.current_thread() is not threading.main_thread():
        return lambda: None
    before: Any = signal.signal(signal.SIGTERM, _interrupt)

    def back() -> None:
        with suppress(ValueError, TypeError):
            signal.signal(signal.SIGTERM, before)

    return back


@contextmanager
def undisturbed() -> Iterator[None]:
    """Nothing but SIGKILL ends what is within: a few seconds of writing."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before: dict[signal.Signals, Any] = {}
    for number in (signal.SIGINT, signal.SIGTERM):
        before[number] = signal.signal(number, signal.SIG_IGN)
    try:
        yield
    finally:
        for number, handler in before.items():
            with suppress(ValueError, TypeError):
                signal.signal(number, handler)


@contextmanager
def children_apart() -> Iterator[None]:
    """Processes that are started within do not hear Ctrl-C, which a terminal sends to all: this one ends them in order."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
