"""Runs the application on uvicorn, with uvloop and httptools where they are installed, until SIGTERM or SIGINT,
or until its standard input closes."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator

import uvicorn

from mock_server.command_line import INPUT_ERROR
from mock_server.domain.errors import Refusal
from mock_server.domain.shop import Settings
from mock_server.server import App

try:
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol as _Protocol
except ImportError:  # slower, and pure Python
    from uvicorn.protocols.http.h11_impl import H11Protocol as _Protocol  # type: ignore[assignment]


class Protocol(_Protocol):
    """Answers what is no HTTP in the gateway's form too."""

    def send_400_response(self, msg: str) -> None:
        body = json.dumps(Refusal(2004).body).encode()
        head = (
            "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()


class Server(uvicorn.Server):
    """Tells on stdout when it listens, and takes a signal as the wish to end, not as a failure."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        port = self.servers[0].sockets[0].getsockname()[1]
        base = f"http://{self.config.host}:{port}"
        print(json.dumps({"ready": True, "port": port, "base_url": base, "catalogue": f"{base}/catalogue"}), flush=True)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield


def _end_with_stdin(server: Server) -> None:
    """A pipe closes when the process at its other end is gone, killed or not: no server outlives its parent."""
    with contextlib.suppress(OSError):
        while os.read(0, 1024):  # not sys.stdin, whose lock would be held when the interpreter ends
            pass
    server.should_exit = True


def serve(host: str, port: int, settings: Settings, *, quiet: bool = False, until_stdin_closes: bool = False) -> int:
    """Blocks until a signal comes, or until standard input closes if it is asked to; returns the exit status."""
    config = uvicorn.Config(
        App(settings),
        host=host,
        port=port,
        http=Protocol,
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_keep_alive=60,
        timeout_graceful_shutdown=2,
    )
    server = Server(config)
    if not quiet:
        print(f"mock of guest checkout, by {_Protocol.__name__}; SIGTERM or Ctrl-C ends it", file=sys.stderr)
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
    if until_stdin_closes:
        threading.Thread(target=_end_with_stdin, args=(server,), daemon=True).start()
    try:
        server.run()
    except SystemExit:  # the address was taken meanwhile; uvicorn has said so
        return INPUT_ERROR
    return 0
