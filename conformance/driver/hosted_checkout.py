"""A page on this machine with the vendor's "Checkout with eBay" button, for a browser or a person to pay on.

The page holds the session's token. It is served on a loopback address, at a path that nobody can guess, for as long as one
payment takes. What the button tells (integration guide: onSuccess, onError, onCancel) comes back to the same path.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, Queue
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--headless", "--disable-gpu", "--no-first-run", "--disable-extensions")
LARGEST = 10_000  # bytes that the page may send
PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Pay this session</title>
<h1>Pay this session</h1>
<p>Press the button and pay as a buyer would. The suite goes on by itself once the payment is made.</p>
<div id="checkout"></div>
<form id="typed"><label>Or type the purchase order's id: <input id="order" autocomplete="off"></label> <button>Done</button></form>
<p><output id="outcome"></output></p>
<script>
const given = %s;
const tell = (kind) => async (data) => {
  const told = data instanceof Error ? {message: data.message} : data;
  document.getElementById("outcome").textContent = kind;
  await fetch("outcome", {method: "POST", body: JSON.stringify({kind, data: told})});
};
document.getElementById("typed").onsubmit = (event) => {
  event.preventDefault();
  tell("success")({purchaseOrderId: document.getElementById("order").value.trim()});
};
const found = async (selector) => {
  for (let tries = 0; tries < 200; tries++) {
    const one = document.querySelector(selector);
    if (one) return one;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`nothing on the page is ${selector}`);
};
const start = async () => {
  const actions = {onSuccess: tell("success"), onError: tell("error"), onCancel: tell("cancel")};
  new window.ebaypay.Button({token: given.token, sessionId: given.session, paymentActions: actions}).render("#checkout");
  for (const selector of given.clicks) (await found(selector)).click();
};
const script = document.createElement("script");
script.src = given.script;
script.onload = () => start().catch(tell("error"));
script.onerror = () => tell("error")(new Error("the button's script cannot be loaded"));
document.head.append(script);
</script></html>
"""


class Outcome(NamedTuple):
    """kind: success, error, cancel, or nothing within the time; data: the details that the button gave."""

    kind: str
    data: dict[str, Any]

    @property
    def order(self) -> str | None:
        """The purchase order's id after a success."""
        found = self.data.get("purchaseOrderId")
        return str(found) if self.kind == "success" and isinstance(found, str | int) and str(found) else None


def browser() -> str | None:
    """A Chromium on this machine."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def _flags() -> tuple[str, ...]:
    """How Chromium starts. It runs a remote script, so it keeps its sandbox; only root has none there."""
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return (*FLAGS, "--no-sandbox") if is_root else FLAGS


@contextmanager
def served(script_url: str, token: str, session: str, clicks: list[str]) -> Iterator[tuple[str, Queue[Outcome]]]:
    """(the page's address, where its outcome arrives)."""
    encoded = quote(token, safe="")
    query = urlencode({"locale": "en-US", "token": token, "sessionid": session})
    data = {"script": f"{script_url}?{query}", "token": encoded, "session": session, "clicks": clicks}
    page = (PAGE % json.dumps(data).replace("<", "\\u003c")).encode()
    outcomes: Queue[Outcome] = Queue()
    place = f"/{secrets.token_urlsafe(16)}/"  # other pages and programs of this machine do not know it

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Says nothing."""

        def do_GET(self) -> None:
            ours = self.path == place
            self.reply(200 if ours else 404, page if ours else b"")

        def do_POST(self) -> None:
            if self.path != f"{place}outcome":
                return self.reply(404, b"")
            raw = self.rfile.read(min(LARGEST, int(self.headers.get("Content-Length") or 0)))
            with suppress(ValueError, AttributeError):
                message = json.loads(raw)
                details = message.get("data")
                outcomes.put(Outcome(str(message.get("kind")), details if isinstance(details, dict) else {}))
            self.reply(204, b"")

        def reply(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}{place}", outcomes
    finally:
        server.shutdown()
        server.server_close()


def by_browser(script_url: str, token: str, session: str, clicks: list[str], wait_s: float) -> Outcome:
    """Pays in headless Chromium. clicks: CSS selectors, clicked one after another once each is there."""
    program = browser()
    if program is None:
        return Outcome("nothing", {"message": "there is no chromium on this machine"})
    with (
        served(script_url, token, session, clicks) as (address, outcomes),
        TemporaryDirectory(ignore_cleanup_errors=True) as folder,
    ):
        command = [program, *_flags(), "--remote-debugging-port=0", f"--user-data-dir={folder}", address]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            return outcomes.get(timeout=wait_s)
        except Empty:
            return Outcome("nothing", {"message": f"the page told nothing within {wait_s:g} s"})
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)


def by_person(script_url: str, token: str, session: str, wait_s: float, tell: Callable[[str], None]) -> Outcome:
    """Shows a person where to pay, and waits for a bounded time."""
    with served(script_url, token, session, []) as (address, outcomes):
        tell(f"Pay session {session} at {address} within {wait_s:g} s, or type the purchase order's id there.")
        try:
            return outcomes.get(timeout=wait_s)
        except Empty:
            return Outcome("nothing", {"message": f"nobody paid within {wait_s:g} s"})
