"""A pytest plug-in (`-p devtools.bench.stopwatch`): where the time of a run in one process goes, layer by layer.

Wraps the functions that are the doors of each layer and takes the time of the doors within off: what is left is the
layer's own. Writes JSON to the file that BENCH_STOPWATCH names. Not for `-n`: each process would write it.
"""

from __future__ import annotations

import functools
import importlib
import json
import os
import threading
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

# (layer, module, name of the function as its caller knows it)
TIMED = (
    ("wire", "conformance.client.transport", "Transport.send"),
    ("requests and answers", "conformance.client.api_client", "ApiClient.send"),
    ("redaction", "conformance.client.redaction", "Secrets.out_of"),
    ("recording", "conformance.evidence.journal", "Journal.exchange"),
    ("recording", "conformance.evidence.journal", "Journal.trace"),
    ("judging", "conformance.driver.checkout", "judge"),
    ("model", "conformance.judging.apply_exchange", "apply"),
    ("model", "conformance.judging.judge", "seen_again"),
    ("Hypothesis and walks", "suites.state_machine.walks", "run_state_machine_as_test"),
    ("Schemathesis", "suites.generated.case_sender", "objections"),
    ("end", "conformance.runner.run", "finish"),
    ("shrinking", "conformance.runner.finalize", "_shrink"),
    ("report", "conformance.runner.finalize", "write_report"),
)


class Stopwatch:
    """Time by layer: `own` without the layers within, `whole` with them; `requests` sent within."""

    def __init__(self) -> None:
        self.layers: dict[str, dict[str, float]] = {}
        self._open = threading.local()
        self._lock = threading.Lock()
        self._began = time.perf_counter()

    def start(self, layer: str) -> list[Any]:
        stack = self._open.__dict__.setdefault("stack", [])
        entry = [layer, time.perf_counter(), 0.0, self._sent()]
        stack.append(entry)
        return entry

    def stop(self) -> None:
        stack = self._open.stack
        layer, began, within, sent = stack.pop()
        whole = time.perf_counter() - began
        if stack:
            stack[-1][2] += whole
        outer = all(entry[0] != layer for entry in stack)
        with self._lock:
            found = self.layers.setdefault(layer, {"own": 0.0, "whole": 0.0, "calls": 0, "requests": 0})
            found["own"] += whole - within
            found["whole"] += whole if outer else 0.0
            found["calls"] += 1
            found["requests"] += (self._sent() - sent) if outer else 0

    def _sent(self) -> float:
        return self.layers.get("wire", {}).get("calls", 0)

    def door(self, layer: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def timed(*arguments: Any, **named: Any) -> Any:
            self.start(layer)
            try:
                return function(*arguments, **named)
            finally:
                self.stop()

        return timed

    def write(self, path: Path) -> None:
        seconds = time.perf_counter() - self._began
        path.write_text(json.dumps({"seconds": seconds, "layers": self.layers}), encoding="utf-8")


WATCH = Stopwatch()


class Validator:
    """A compiled validator whose work counts as a layer."""

    def __init__(self, given: Any) -> None:
        self.is_valid = WATCH.door("validating", given.is_valid)
        self.iter_errors = WATCH.door("validating", lambda body: list(given.iter_errors(body)))


def put_doors() -> None:
    """Wraps every door."""
    for layer, module, name in TIMED:
        holder: Any = importlib.import_module(module)
        *path, last = name.split(".")
        for part in path:
            holder = getattr(holder, part)
        setattr(holder, last, WATCH.door(layer, getattr(holder, last)))
    schema: Any = importlib.import_module("conformance.judging.content.response_schema")
    plain = schema.validator
    schema.validator = functools.cache(lambda operation: Validator(plain(operation)))


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    if "BENCH_STOPWATCH" in os.environ:
        put_doors()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    WATCH.start("pytest and tests")
    try:
        return (yield)
    finally:
        WATCH.stop()


def pytest_unconfigure() -> None:
    if "BENCH_STOPWATCH" in os.environ:
        WATCH.write(Path(os.environ["BENCH_STOPWATCH"]))
