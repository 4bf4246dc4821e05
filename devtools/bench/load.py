"""`python -m devtools.bench.load`: 200 clients at once on the mock, every answer judged, beside a bare Starlette endpoint.

The clients are coroutines of one process on plain sockets, so that the server is the slow part. They shop as partners
do: a session, changes and reads, payment, the order, a change too late. The rules of the suite judge each client's
answers in their order, after the clock has stopped.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from conformance.client.api_client import ApiClient
from conformance.core import contract
from conformance.core.exchange import Exchange, Request
from conformance.core.places import ROOT
from conformance.core.profile import Profile
from conformance.core.profile_reader import load
from conformance.judging.judge import judge
from conformance.judging.load_rules import load_rules
from conformance.judging.world import World
from conformance.runner.mock_process import MockProcess, rss_mb
from devtools.bench.figures import Figure

CLIENTS, LASTS_S, LONGEST_S = 200, 8.0, 10.0
TERMS = [
    {"marketingTermsAccepted": True, "marketingChannels": ["EMAIL"], "marketingTypes": ["OFFER", "PROMOTION", "SURVEY"]}
]


def status_of(head: bytes) -> int:
    """The status of an answer's head."""
    return int(head[9:12])


@dataclass
class Client:
    """One client: its connection, its way through the shop, what it was answered."""

    number: int
    base_url: str
    profile: Profile | None
    token: str
    records: list[tuple[Request, float, bytes, bytes]] = field(default_factory=list)
    lost: int = 0

    async def run(self, until: float) -> None:
        """Shops until the time is over; a conversation that has begun is ended."""
        parts = urlsplit(self.base_url)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port, limit=1 << 20)
        try:
            visit = 0
            while time.perf_counter() < until:
                visit += 1
                await asyncio.wait_for(self._visit(reader, writer, visit), 60)
        except (OSError, asyncio.IncompleteReadError, TimeoutError):
            self.lost += 1
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _visit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, visit: int) -> None:
        if self.profile is None:  # the bare endpoint: the same traffic, whatever it answers
            for index in range(16):
                await self._send(
                    reader, writer, Request(contract.READ if index % 2 else contract.QUANTITY, "1", {"a": 1})
                )
            return
        names = list(self.profile.markets)
        name = names[self.number % len(names)]
        market = self.profile.markets[name]
        items = [market.plain[(self.number + index) % len(market.plain)] for index in range(2)]

        async def say(operation: str, subject: str | None = None, body: Any = None) -> Any:
            return await self._send(reader, writer, Request(operation, subject, body, name))

        made = await say(
            contract.INITIATE,
            None,
            {
                "contactEmail": f"guest{self.number}x{visit}@example.com",
                "lineItemInputs": [{"itemId": item, "quantity": 1} for item in items],
                "shippingAddress": market.address,
            },
        )
        session, lines = made["checkoutSessionId"], made["lineItems"]
        for index, quantity in enumerate((3, 2)):
            await say(contract.QUANTITY, session, {"lineItemId": lines[index]["lineItemId"], "quantity": quantity})
            await say(contract.READ, session)
        option = lines[0]["shippingOptions"][-1]["shippingOptionId"]
        await say(contract.OPTION, session, {"lineItemId": lines[0]["lineItemId"], "shippingOptionId": option})
        await say(contract.ADDRESS, session, market.other_address or market.address)
        code = market.coupons_of("good")[0].code
        for operation in (contract.APPLY, contract.REMOVE, contract.APPLY):
            await say(operation, session, {"redemptionCode": code})
            await say(contract.READ, session)
        placed = await say(contract.PLACE_ORDER, session, {"marketingTerms": TERMS})
        await say(contract.READ_ORDER, placed["purchaseOrderId"])
        await say(contract.QUANTITY, session, {"lineItemId": lines[0]["lineItemId"], "quantity": 1})
        await say(contract.READ, session)

    async def _send(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: Request) -> Any:
        operation = contract.operations()[request.operation]
        body = request.payload() if operation.method == "POST" else None
        head = [
            f"{operation.method} {operation.full_path(request.subject or '')} HTTP/1.1",
            "Host: 127.0.0.1",
            "Accept: application/json",
            f"Authorization: Bearer {self.token}",
            f"X-EBAY-C-MARKETPLACE-ID: {request.marketplace or 'EBAY_US'}",
        ]
        if request.operation == contract.PLACE_ORDER:
            head.append("X-EBAY-C-ENDUSERCTX: deviceId=load")
        if operation.method == "POST":
            head += ["Content-Type: application/json", f"Content-Length: {len(body or b'')}"]
        began = time.perf_counter()
        writer.write("\r\n".join([*head, "", ""]).encode() + (body or b""))
        answer = await reader.readuntil(b"\r\n\r\n")
        found = re.search(rb"(?i)content-length: *(\d+)", answer)
        raw = await reader.readexactly(int(found[1])) if found else b""
        self.records.append((request, time.perf_counter() - began, answer, raw))
        return json.loads(raw) if self.profile else None

    def wrong(self, profile: Profile) -> list[str]:
        """What the rules say against the answers, in their order."""
        world, words = World(), []
        for seq, (request, seconds, head, raw) in enumerate(self.records):
            exchange = Exchange(f"client{self.number}", seq, request, contract.operations()[request.operation].method)
            exchange.status, exchange.body, exchange.ms = status_of(head), json.loads(raw), seconds * 1000
            fields = (line.partition(": ") for line in head.decode("latin-1").split("\r\n")[1:] if line)
            exchange.headers = {name.lower(): value for name, _, value in fields}
            exchange.started = "2030-01-01T00:00:00.000Z"
            for entry in judge(world, profile, exchange):
                if not entry.ok and entry.claim:
                    words.append(f"{entry.requirement}: {entry.claim.expected}; seen {entry.claim.actual}")
        return words


@dataclass(frozen=True)
class Load:
    """What came of it. rss_mb: the server's memory at the start, half-way and at the end."""

    requests: int
    seconds: float
    p99_ms: float
    lost: int
    wrong: list[str]
    sessions: int
    rss_mb: tuple[float, ...]

    @property
    def rate(self) -> float:
        return self.requests / self.seconds


async def _crowd(clients: list[Client], lasts_s: float, pid: int) -> tuple[float, list[float]]:
    peaks = [rss_mb(pid)]
    began = time.perf_counter()
    work = [asyncio.create_task(client.run(began + lasts_s)) for client in clients]
    await asyncio.sleep(lasts_s / 2)
    peaks.append(rss_mb(pid))
    await asyncio.gather(*work)
    seconds = time.perf_counter() - began
    peaks.append(rss_mb(pid))
    return seconds, peaks


def press(base_url: str, pid: int, profile: Profile | None, *, clients: int, lasts_s: float, token: str = "") -> Load:
    """Sends the crowd to a server and judges what it was answered; without a profile nothing is judged."""
    crowd = [Client(index, base_url, profile, token) for index in range(clients)]
    seconds, peaks = asyncio.run(_crowd(crowd, lasts_s, pid))
    times = sorted(record[1] for client in crowd for record in client.records)
    words = [entry for client in crowd for entry in client.wrong(profile)] if profile else []
    made = [
        json.loads(raw)["checkoutSessionId"]
        for client in crowd
        for request, _, head, raw in client.records
        if profile and request.operation == contract.INITIATE and status_of(head) == 200
    ]
    if len(set(made)) < len(made):
        words.append(f"{len(made) - len(set(made))} session ids were given twice")
    lost = sum(entry.lost for entry in crowd)
    p99 = times[int(len(times) * 0.99)] * 1000 if times else 0.0
    return Load(len(times), seconds, p99, lost, words, len(made), tuple(peaks))


def on_the_mock(clients: int = CLIENTS, lasts_s: float = LASTS_S) -> Load:
    """The crowd on a fresh mock."""
    load_rules()
    mock = MockProcess()
    try:
        profile = load("mock", mock.base_url)
        target = ApiClient(profile, key=b"load")
        token = target.token(profile.auth.apps[0], profile.auth.scope)
        target.close()
        return press(mock.base_url, mock.pid, profile, clients=clients, lasts_s=lasts_s, token=token)
    finally:
        mock.stop()


def on_starlette(clients: int = CLIENTS, lasts_s: float = LASTS_S) -> Load:
    """The crowd on the bare endpoint."""
    command = [sys.executable, "-m", "devtools.bench.bare"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            base_url = json.loads(process.stdout.readline())["base_url"]
            return press(base_url, process.pid, None, clients=clients, lasts_s=lasts_s)
        finally:
            process.terminate()


def figures(folder: Path) -> Iterator[Figure]:
    """The mock under load, beside the bare endpoint."""
    shop, plain = on_the_mock(), on_starlette()
    note = f"{CLIENTS} clients, {shop.requests} answers in {shop.seconds:.1f} s, {shop.sessions} sessions, " + (
        f"first wrong one: {shop.wrong[0]}" if shop.wrong else "each judged by all rules"
    )
    yield Figure(
        "load wrong", "load on the mock: wrong or lost answers", len(shop.wrong) + shop.lost, most=0, note=note
    )
    yield Figure("load rate", "load on the mock: answers a second", shop.rate, "/s", better="higher")
    note = f"{plain.rate:.0f} a second of an endpoint that only answers, by the same clients"
    yield Figure("load", "mock ÷ bare Starlette", shop.rate / plain.rate, better="higher", ratio=True, note=note)
    yield Figure("load p99", "load on the mock: 99 of 100 answers within", shop.p99_ms, "ms")
    grown = (shop.rss_mb[2] - shop.rss_mb[1]) * 1024 / max(1, shop.sessions / 2)
    note = f"{shop.rss_mb[1]:.0f} MB half-way, {shop.rss_mb[2]:.0f} MB at the end; it forgets the oldest of 20,000"
    yield Figure("load memory", "memory of the mock for each session that it keeps", grown, "KiB", most=16, note=note)


def main() -> int:
    """Exit status 1 if an answer was wrong or lost."""
    parser = argparse.ArgumentParser(
        prog="python -m devtools.bench.load", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--clients", type=int, default=CLIENTS)
    parser.add_argument("--seconds", type=float, default=LASTS_S)
    options = parser.parse_args()
    shop = on_the_mock(options.clients, min(options.seconds, LONGEST_S))
    plain = on_starlette(options.clients, min(options.seconds, LONGEST_S))
    for name, entry in (("mock", shop), ("bare Starlette", plain)):
        print(
            f"{name}: {entry.requests} answers in {entry.seconds:.1f} s, {entry.rate:.0f} a second, 99 of 100 within "
            f"{entry.p99_ms:.0f} ms, {entry.lost} lost, {len(entry.wrong)} wrong; memory {', '.join(f'{x:.0f}' for x in entry.rss_mb)} MB"
        )
    print("\n".join(shop.wrong[:10]))
    return 1 if shop.wrong or shop.lost else 0


if __name__ == "__main__":
    sys.exit(main())
