"""Runs the application on uvicorn, with uvloop and httptools where they are installed, until SIGTERM or SIGINT."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import json
import signal
import socket
import sys
from collections.abc import Iterator

import uvicorn

from mock.server import App
from mock.shop import Settings


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


def serve(host: str, port: int, settings: Settings, *, quiet: bool = False) -> int:
    """Blocks until a signal comes; returns the exit status."""
    config = uvicorn.Config(
        App(settings),
        host=host,
        port=port,
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_keep_alive=60,
        timeout_graceful_shutdown=2,
    )
    server = Server(config)
    if not quiet:
        fast = importlib.util.find_spec("uvloop") and importlib.util.find_spec("httptools")
        print(f"mock: guest checkout, {'uvloop and httptools' if fast else 'asyncio and h11'}", file=sys.stderr)
    server.run()
    return 0 if server.started else 1
