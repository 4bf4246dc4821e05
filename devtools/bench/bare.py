"""`python -m devtools.bench.bare`: a Starlette endpoint that does nothing but answer, to compare the mock's rate with."""

from __future__ import annotations

import json
import socket

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

# About the size of a session with two lines.
BODY = {"checkoutSessionId": "1", "lineItems": [{"lineItemId": str(at), "title": "x" * 1000} for at in range(3)]}


async def answer(request: Request) -> JSONResponse:
    if request.method == "POST":
        raw = await request.body()
        if raw:
            json.loads(raw)
    return JSONResponse(BODY)


def main() -> None:
    app = Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "POST"])])
    listening = socket.create_server(("127.0.0.1", 0), backlog=512)
    print(json.dumps({"base_url": f"http://127.0.0.1:{listening.getsockname()[1]}"}), flush=True)
    config = uvicorn.Config(app, lifespan="off", access_log=False, log_level="error", server_header=False)
    uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main()
