"""`python -m tests.corpus.faults DIR`: the faults' reports for `devtools.corpus`, without a socket in between.

The suites run as they are; only the transport is another: it calls the mock's application in this process. That costs a
tenth of the time of the matrix on a busy machine. Faults that need two requests at once are left to the matrix.
Each fault is judged by its own requirements, and its shrunk proofs are kept in DIR, as the matrix keeps them.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from conformance.client import api_client
from conformance.client.http1 import Headers, Response
from conformance.runner.mock_process import right_ids
from devtools import kill_matrix
from devtools.corpus import KEPT
from mock_server.registry import listed
from mock_server.server import App

BASE = "http://127.0.0.1:1"
APP = App()


class Direct:
    """`conformance.client.transport.Transport`, straight to the application."""

    def __init__(self, *, before_request: Callable[[], None] | None = None, **_: Any) -> None:
        self._before_request = before_request

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        *,
        secret_headers: Mapping[str, str] | None = None,
    ) -> Response:
        if self._before_request:
            self._before_request()
        parts = urlsplit(url)
        sent = {**headers, **(secret_headers or {}), "Host": parts.netloc, "Content-Length": str(len(body or b""))}
        scope = {
            "type": "http",
            "method": method,
            "raw_path": parts.path.encode(),
            "headers": [(name.lower().encode(), value.encode("utf-8", "replace")) for name, value in sent.items()],
            "server": ("127.0.0.1", 1),
            "client": None,
        }
        found: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body or b"", "more_body": False}

        async def send(message: Any) -> None:
            found.append(message)

        started = time.perf_counter()
        try:
            APP(scope, receive, send).send(None)
        except StopIteration:
            pass
        else:
            raise RuntimeError("the application waits for something: this fault needs two requests at once")
        listed_headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in found[0]["headers"]]
        ms = (time.perf_counter() - started) * 1000
        return Response(found[0]["status"], "", Headers(listed_headers), found[1]["body"], ms)

    def close(self) -> None:
        """Nothing is open."""


def judge(fault: dict[str, Any], folder: str, own: bool) -> dict[str, Any]:
    """Judges one fault and keeps its proofs."""
    vars(api_client)["Transport"] = Direct
    return kill_matrix.judge_fault(fault, BASE, folder, kill_matrix.RunOfFault(("--seed", "0"), own))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.corpus.faults", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", action="append", default=[], help="faults whose name or requirement has this text")
    parser.add_argument("--whole", action="store_true", help="the default run, for the faults that have no proof yet")
    options = parser.parse_args()
    os.environ["PYTHONHASHSEED"] = "0"
    faults = [entry for entry in listed("faults") if entry["kind"] != "race" and entry["requirement"] != "RACE"]
    for item in list(faults):
        kept = options.folder / item["name"] / KEPT
        if kept.is_file() and (kept.stat().st_size or not options.whole):
            faults.remove(item)
    if options.only:
        faults = [
            fault for fault in faults if any(text in f"{fault['name']} {fault['requirement']}" for text in options.only)
        ]
    missed = 0
    for fault, result in kill_matrix.spread(
        partial(judge, folder=str(options.folder), own=not options.whole), faults, options.workers
    ):
        under = kill_matrix.row(fault, result)["under"]
        if not right_ids(fault) & set(under):
            missed += 1
            print(
                f"{fault['name']}: {fault['requirement']}, found under {under} {result.get('said', '')[-300:]}",
                flush=True,
            )
    print(f"{len(faults)} faults, {missed} without a proof")
    return 0


if __name__ == "__main__":
    sys.exit(main())
