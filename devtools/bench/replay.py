"""`python -m devtools.bench.replay FOLDER`: the requests of a run sent again by a bare requests.Session; prints JSON.

In the same order and with the same concurrency: so many processes, each with every n-th trace; what was sent at once is
sent at once. Nothing is judged or recorded; an answer is read, and its status compared. Ids that the recorded answers
gave are replaced by those of the new ones, or every request would end at an unknown session.
"""

from __future__ import annotations

import argparse
import base64
import json
import multiprocessing
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import requests

from conformance.client.api_client import ApiClient
from conformance.core import contract
from conformance.core.profile_reader import load
from conformance.runner.mock_process import MockProcess

IDS = ("checkoutSessionId", "lineItemId", "shippingOptionId", "purchaseOrderId")
TIMEOUT_S = 10.0


@dataclass(slots=True)
class Again:
    """One request to be sent again. ids: those of the recorded run that stand in it; learns: whether its answer gives any
    that a later one needs; body: what was answered then; at_once: sent together with the one before."""

    method: str
    url: str
    headers: dict[str, str]
    payload: bytes | None
    status: int | None
    body: Any
    ids: list[str] = field(default_factory=list)
    learns: bool = False
    at_once: bool = False


def given_ids(body: Any) -> Iterator[str]:
    """The ids in an answer."""
    if isinstance(body, dict):
        for name, value in body.items():
            if name in IDS and isinstance(value, str):
                yield value
            elif isinstance(value, dict | list):
                yield from given_ids(value)
    elif isinstance(body, list):
        for node in body:
            yield from given_ids(node)


def payload_of(sent: Any) -> bytes | None:
    """The bytes of a recorded request body."""
    if sent is None:
        return None
    if isinstance(sent, dict) and "text" in sent and set(sent) <= {"text", "base64"}:
        return base64.b64decode(sent["base64"]) if sent.get("base64") else str(sent["text"]).encode()
    return json.dumps(sent, ensure_ascii=False).encode("utf-8", "surrogatepass")


def plan(records: list[dict[str, Any]], old: str, new: str, credentials: dict[str, str]) -> list[Again]:
    """The requests of one trace. old, new: the base URLs; credentials: the Authorization header by name."""
    known: dict[str, Again] = {}
    found: list[Again] = []
    end = 0.0
    for record in records:
        headers = dict(record["request_headers"])
        if record["app"] in credentials:
            headers["Authorization"] = credentials[record["app"]]
        entry = Again(
            record["method"],
            record["url"].replace(old, new, 1),
            headers,
            payload_of(record["request_body"]),
            record["status"],
            record["response_body"],
        )
        text = entry.url + (entry.payload or b"").decode("utf-8", "replace")
        for name, giver in known.items():
            if name in text:
                entry.ids.append(name)
                giver.learns = True
        began = datetime.fromisoformat(record["started"]).timestamp()
        racing = record["concurrent"]
        entry.at_once = racing and began < end
        end = max(end if entry.at_once else 0.0, began + record["ms"] / 1000)
        found.append(entry)
        if not entry.at_once and record["operation"] != contract.TOKEN:
            known.update({name: entry for name in given_ids(record["response_body"]) if name not in known})
    return found


class Client:
    """Sends one trace after the other."""

    def __init__(self) -> None:
        self.session = requests.Session()
        self.session.trust_env = False
        self.different = 0

    def send(self, again: Again, ids: dict[str, str], session: requests.Session) -> None:
        url, payload = again.url, again.payload
        for old in again.ids:
            new = ids.get(old, old)
            if new != old:
                url = url.replace(old, new)
                payload = payload.replace(old.encode(), new.encode()) if payload else payload
        try:
            answer = session.request(
                again.method, url, data=payload, headers=again.headers, timeout=TIMEOUT_S, allow_redirects=False
            )
        except (requests.RequestException, UnicodeError):  # a request that this client cannot send
            self.different += 1
            return
        self.different += answer.status_code != again.status
        if again.learns and answer.status_code == again.status == 200:
            ids.update(zip(given_ids(again.body), given_ids(answer.json()), strict=False))

    def replay(self, trace: list[Again]) -> None:
        ids: dict[str, str] = {}
        index = 0
        while index < len(trace):
            end = index + 1
            while end < len(trace) and trace[end].at_once:
                end += 1
            if end == index + 1:
                self.send(trace[index], ids, self.session)
            else:
                with ThreadPoolExecutor(end - index) as pool:
                    list(pool.map(lambda entry: self.send(entry, ids, requests.Session()), trace[index:end]))
            index = end


def _work(traces: list[list[Again]], ready: Any, done: Any) -> None:
    client = Client()
    ready.wait(60)
    for trace in traces:
        client.replay(trace)
    done.put(client.different)


def replay(folder: Path, *, processes: int, prefix: str = "") -> dict[str, Any]:
    """Sends the requests of a report's exchanges to a fresh mock: {"seconds", "requests", "different"}."""
    old = json.loads((folder / "result.json").read_text(encoding="utf-8"))["target"]["base_url"]
    with open(folder / "exchanges.jsonl", encoding="utf-8") as lines:
        records = [line for line in map(json.loads, lines) if line["trace"].startswith(prefix)]
    mock = MockProcess()
    try:
        profile = load("mock", mock.base_url)
        target = ApiClient(profile, key=b"replay")
        grants = {record["app"] for record in records if record["operation"] == contract.TOKEN}
        names = {record["app"] for record in records} - {"none", *grants}
        credentials = {name: value for name in names if (value := target.credential(name))}
        client = base64.b64encode(
            f"{profile.auth.apps[0].client_id}:{profile.auth.apps[0].client_secret}".encode()
        ).decode()
        credentials |= dict.fromkeys(grants, f"Basic {client}")
        target.close()
        traces = [
            plan(list(group), old, mock.base_url, credentials)
            for _, group in groupby(records, key=lambda entry: entry["trace"])
        ]
        fork = multiprocessing.get_context("fork")
        ready, done = fork.Barrier(processes + 1), fork.SimpleQueue()
        workers = [
            fork.Process(target=_work, args=(traces[index::processes], ready, done)) for index in range(processes)
        ]
        for worker in workers:
            worker.start()
        ready.wait(60)
        began = time.perf_counter()
        different = sum(done.get() for _ in workers)
        seconds = time.perf_counter() - began
        for worker in workers:
            worker.join()
    finally:
        mock.stop()
    return {"seconds": seconds, "requests": len(records), "different": different}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--prefix", default="", help="only traces whose name begins so")
    options = parser.parse_args()
    print(json.dumps(replay(options.folder, processes=options.processes, prefix=options.prefix)))


if __name__ == "__main__":
    main()
