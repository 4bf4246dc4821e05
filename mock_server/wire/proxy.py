"""A socket layer before a server that writes its answers in other lawful forms of HTTP and JSON.

    python -m mock_server.wire --upstream http://127.0.0.1:8080 --form chunked+gzip

The first line on stdout is `{"ready": true, "base_url": …, "port": …, "forms": […]}`; the path of the upstream URL is
kept in the base URL, requests go on as they came. SIGTERM or SIGINT ends it. Loopback only, one connection behind for
each in front. `mock_server.wire.http_forms` has the forms, `--list` prints them.
"""

from __future__ import annotations

import asyncio
import json
import random
import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Thread
from urllib.parse import urlsplit

from mock_server import command_line
from mock_server.wire.http_forms import FORMS, Form, Reply, chosen, encode

HEAD_LIMIT = 1_000_000  # bytes; the suites probe long headers, and it is the server behind that has to judge them
_HOP = ("connection", "keep-alive", "transfer-encoding", "content-length", "trailer")  # about this hop, written anew

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(slots=True)
class _Head:
    """A start line and fields as they came."""

    start: str
    fields: list[tuple[str, str]]

    def get(self, name: str) -> str:
        return ", ".join(value for known, value in self.fields if known.lower() == name)


async def _read_head(reader: asyncio.StreamReader) -> _Head:
    text = (await reader.readuntil(b"\r\n\r\n"))[:-4].decode("latin-1")
    start, *lines = text.lstrip("\r\n").split("\r\n")
    pairs = (line.partition(":") for line in lines)
    return _Head(start, [(name, value.strip(" \t")) for name, _, value in pairs])


async def _read_body(reader: asyncio.StreamReader, head: _Head, *, to_end: bool) -> bytes:
    """The body without its framing; `to_end`: an answer without a length ends with the connection."""
    if "chunked" in head.get("transfer-encoding").lower():
        body = b""
        while size := int((await reader.readline()).split(b";")[0], 16):
            body += (await reader.readexactly(size + 2))[:-2]
        while (await reader.readline()).strip():
            pass
        return body
    if length := head.get("content-length"):
        return await reader.readexactly(int(length))
    return await reader.read() if to_end else b""


def _accepts_gzip(value: str) -> bool:
    """Whether an Accept-Encoding allows gzip; a weight of zero forbids it."""
    weights = {}
    for part in value.lower().split(","):
        name, _, parameter = part.partition(";")
        weight = parameter.strip().removeprefix("q=") or "1"
        weights[name.strip()] = weight.strip("0.") != ""
    return weights.get("gzip", weights.get("*", False))


class Wire:
    """Listens on a loopback port and passes each request on to the origin of `upstream`, an http URL."""

    def __init__(self, upstream: str, forms: Iterable[str]) -> None:
        parts = urlsplit(upstream)
        if parts.scheme != "http" or not parts.hostname:
            raise ValueError(f"no http URL: {upstream}")
        self._address = (parts.hostname, parts.port or 80)
        self._path = parts.path.rstrip("/")
        self.names = list(forms)
        self._forms: list[Form] = chosen(self.names)
        self._answers = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self.port = 0

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}{self._path}"

    async def start(self, port: int = 0) -> None:
        """Listen; port 0 takes a free one."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port, limit=HEAD_LIMIT)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close the port and every connection."""
        if self._server:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        behind: list[Streams] = []
        try:
            with suppress(asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError, ValueError):
                while await self._exchange((reader, writer), behind):
                    pass
        except asyncio.CancelledError:
            pass  # stop() closes what is open; nobody waits for the rest
        finally:
            for _, other in [(reader, writer), *behind]:
                other.close()

    async def _exchange(self, front: Streams, behind: list[Streams]) -> bool:
        """One request and its answer; False when the connection is to end."""
        reader, writer = front
        request = await _read_head(reader)
        method, _, version = [*request.start.split(" ", 2), "", ""][:3]
        if "100-continue" in request.get("expect").lower():
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = await _read_body(reader, request, to_end=False)
        answer, data = await self._ask(request, body, method, behind)
        self._answers += 1
        _, status, reason = [*answer.start.split(" ", 2), ""][:3]
        reply = Reply(
            int(status),
            reason,
            [pair for pair in answer.fields if pair[0].lower() not in _HOP],
            data,
            bodiless=method == "HEAD" or status in ("204", "304"),
            plain_client=version == "HTTP/1.0",
            accepts_gzip=_accepts_gzip(request.get("accept-encoding")) and not answer.get("content-encoding"),
            chance=random.Random(self._answers),
            close="close" in request.get("connection").lower(),
        )
        for form in self._forms:
            form.apply(reply)
        pieces, ends = encode(reply)
        for index, piece in enumerate(pieces):
            if index and reply.pause_s:
                await asyncio.sleep(reply.pause_s)
            writer.write(piece)
            await writer.drain()
        return not ends

    async def _ask(self, request: _Head, body: bytes, method: str, behind: list[Streams]) -> tuple[_Head, bytes]:
        """The answer of the server behind, asked again once if it closed a connection that had been used before."""
        skipped = (*_HOP, "expect", "accept-encoding")
        lines = [request.start, *(f"{name}: {value}" for name, value in request.fields if name.lower() not in skipped)]
        if body or request.get("content-length") or request.get("transfer-encoding"):
            lines.append(f"Content-Length: {len(body)}")
        data = "\r\n".join([*lines, "", ""]).encode("latin-1") + body
        used = bool(behind)
        if not behind:
            behind.append(await asyncio.open_connection(*self._address, limit=HEAD_LIMIT))
        reader, writer = behind[0]
        try:
            writer.write(data)
            answer = await _read_head(reader)
            while answer.start.split(" ")[1].startswith("1"):  # interim answers are this layer's own affair
                answer = await _read_head(reader)
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            behind.clear()
            writer.close()
            if not used or (isinstance(error, asyncio.IncompleteReadError) and error.partial):
                raise
            return await self._ask(request, body, method, behind)
        none = method == "HEAD" or answer.start.split(" ")[1] in ("204", "304")
        content = b"" if none else await _read_body(reader, answer, to_end=True)
        if "close" in answer.get("connection").lower() or reader.at_eof():
            behind.clear()
            writer.close()
        return answer, content


@contextmanager
def serve(upstream: str, forms: Iterable[str]) -> Iterator[str]:
    """The base URL under which `upstream` answers in these forms, as long as the context lasts."""
    wire = Wire(upstream, forms)
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(wire.start(), loop).result(10)
        yield wire.base_url
    finally:
        asyncio.run_coroutine_threadsafe(wire.stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _run(wire: Wire, port: int) -> None:
    await wire.start(port)
    print(json.dumps({"ready": True, "base_url": wire.base_url, "port": wire.port, "forms": wire.names}), flush=True)
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    await ended.wait()
    await wire.stop()


def main(arguments: list[str] | None = None) -> int:
    """The command line; 0 when it was told to end, 4 for wrong input."""
    parser = command_line.Parser(prog="python -m mock_server.wire", description="Lawful but odd HTTP before a server.")
    parser.add_argument("--upstream", metavar="URL", help="where requests go on to, for example http://127.0.0.1:8080")
    parser.add_argument("--form", default="", metavar="NAME[+NAME]", help="how answers are written")
    parser.add_argument("--port", type=command_line.port, default=0, help="0, the default, takes a free one")
    parser.add_argument("--list", action="store_true", help="print the forms and end")
    options = parser.parse_args(arguments)
    if options.list:
        for name, form in FORMS.items():
            print(f"{name:18} {form.slot:11} {form.about}")
        return 0
    if not options.upstream:
        parser.error("--upstream is needed")
    try:
        wire = Wire(options.upstream, [name for name in options.form.split("+") if name])
    except ValueError as error:
        parser.error(str(error))
    asyncio.run(_run(wire, options.port))
    return 0
