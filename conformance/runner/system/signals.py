"""Signals: a run that a signal ends writes its report first."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

# SIGTERM, and where the system has it the signal of a terminal that closes.
ENDING = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def end_as_ctrl_c() -> Callable[[], None]:
    """SIGTERM and SIGHUP end this process as Ctrl-C does; the function that is returned puts things back.

    A signal that is ignored, as nohup has it, stays ignored.
    """
    if threading.current_thread() is not threading.main_thread():
        return lambda: None
    before: dict[signal.Signals, Any] = {
        number: signal.signal(number, _interrupt) for number in ENDING if signal.getsignal(number) != signal.SIG_IGN
    }

    def back() -> None:
        for number, handler in before.items():
            with suppress(ValueError, TypeError):
                signal.signal(number, handler)

    return back


@contextmanager
def undisturbed() -> Iterator[None]:
    """Nothing but SIGKILL ends what is within: a few seconds of writing."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before: dict[signal.Signals, Any] = {}
    for number in (signal.SIGINT, *ENDING):
        before[number] = signal.signal(number, signal.SIG_IGN)
    try:
        yield
    finally:
        for number, handler in before.items():
            with suppress(ValueError, TypeError):
                signal.signal(number, handler)


@contextmanager
def children_apart() -> Iterator[None]:
    """Processes that are started within do not hear what a terminal sends to all: this one ends them in order."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(
        signal.SIG_BLOCK, {signal.SIGINT} | {number for number in ENDING if number.name == "SIGHUP"}
    )
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
