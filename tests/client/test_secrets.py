"""No secret reaches a file or the terminal, whatever a server sends back and whatever breaks on the way.

A server in front of the mock repeats what it was given in headers, bodies, error texts, broken JSON and broken HTTP, in
every form that programs write a text in. The search for them decodes by itself and knows nothing of our redaction.
"""

from __future__ import annotations

import base64
import html
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote, unquote
from urllib.request import urlopen

import pytest

from conformance.client.redaction import Secrets
from tests.hostile.acts import Shop, written
from tests.hostile.server import Connection, Request, Server

ROOT = Path(__file__).resolve().parents[2]
GATEWAY_KEY = "gate+way/key=with&odd%chars<"
PLANTED = {"mock-secret-one", "mock-secret-two", "mock-expired-one", "mock-expired-two", GATEWAY_KEY}
ASKED = ("SESSION-READ", "AUTH-TOKEN", "AUTH-GRANT", "QTY-ZERO", "SESSION-APP")
FAULT = "zero-removes-the-first"
CRASH = """
import pytest
from conformance.client.api_client import ApiClient as Target

attempt = Target._attempt
sent = 0

def crashing(self, exchange, method, url, headers, body, secret):
    global sent
    sent += 1
    raw = attempt(self, exchange, method, url, headers, body, secret)
    if sent in {places}:
        raise RuntimeError(f"crash {{secret}} {{headers}} {{self.profile.auth.apps}} {{raw!r}}")
    return raw

Target._attempt = crashing

@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logreport(report):
    if {internal} and "QTY" in report.nodeid.upper() and report.when == "call":
        raise RuntimeError("internal " + repr(Target) + "mock-secret-one")
"""


def forms(text: str) -> Iterator[str]:
    """A text as a server may repeat it."""
    yield from (text, quote(text), quote(text, safe=""), quote(quote(text, safe=""), safe=""), html.escape(text))
    yield re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), quote(text, safe=""))
    for start in ("", "x", "xy"):
        yield base64.b64encode(f"{start}{text}!".encode()).decode()
        yield base64.urlsafe_b64encode(f"{start}{text}".encode()).decode().rstrip("=")
    yield text.encode().hex()
    yield json.dumps(text)[1:-1]


def repeating(shop: Shop) -> Server:
    """A server that says everything back."""

    def behave(connection: Connection) -> None:
        while request := connection.read():
            connection.send(answer(request, shop))

    return Server(behave)


def answer(request: Request, shop: Shop) -> bytes:
    given = [request.headers[name] for name in ("authorization", "x-gateway-key") if name in request.headers]
    said = [form for text in given for form in forms(text)]
    real = shop.answer(request)
    plain = "".join(given)
    if request.number % 997 == 0 and not request.wants_token:
        return f"{plain} is what I was given\r\n\r\n".encode()
    if request.number % 397 == 0 and not request.wants_token:
        real = replace(real, raw=f'{{"given": "{plain}", broken'.encode())
    elif real.raw.startswith(b"{"):
        body = json.loads(real.raw)
        for error in body.get("errors") or [] if isinstance(body.get("errors"), list) else []:
            error["message"] = f"{error.get('message')} {' '.join(said)}"
            error["parameters"] = [{"name": "given", "value": plain}]
        if not request.wants_token:
            body["given"] = said
        real = replace(real, raw=json.dumps(body).encode())
    return written(real, *(f"X-Said-{index}: {text}" for index, text in enumerate(said)))


@contextmanager
def judged(mock: str, folder: Path, *options: str, plugin: str = "") -> Iterator[tuple[str, set[str]]]:
    """What a run printed, and every secret that was in play; the report is in the folder."""
    shop = Shop(f"{mock}/x/{FAULT}")
    profile = folder / "odd.toml"
    profile.write_text(
        (ROOT / "targets/mock.toml").read_text(encoding="utf-8")
        + f"\n[transport]\nheaders = {{ X-Gateway-Key = '{GATEWAY_KEY}' }}\n",
        encoding="utf-8",
    )
    (folder / "crash_on_the_way.py").write_text(plugin, encoding="utf-8")
    asked = [part for name in ASKED for part in ("--requirement", name)]
    command = [sys.executable, "-m", "pytest", "suites", "--target", str(profile), "--report", str(folder / "report")]
    with repeating(shop) as server:
        ended = subprocess.run(
            [*command, "--base-url", server.url, *asked, "-p", "crash_on_the_way", *options],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "400"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=240,
        )
    shop.close()
    profile.unlink()
    assert shop.tokens, ended.stdout
    yield ended.stdout, PLANTED | {token.rpartition("#")[2] for token in shop.tokens} | shop.tokens


def readings(text: str) -> Iterator[str]:
    """A text as somebody who looks for secrets would read it."""
    yield text
    once = unquote(text)
    yield from (once, unquote(once), html.unescape(text))
    for run in set(re.findall(r"[A-Za-z0-9+/_-]{16,}", once)):
        for start in range(4):
            part = run[start:].translate(str.maketrans("-_", "+/"))
            part = part[:-1] if len(part) % 4 == 1 else part
            yield base64.b64decode(part + "=" * (-len(part) % 4)).decode("latin-1")
        if re.fullmatch("[0-9a-f]+", run):
            yield bytes.fromhex(run[: len(run) // 2 * 2]).decode("latin-1")


def words(text: str, secrets: set[str]) -> list[str]:
    """The secrets that stand in a text."""
    found = set()
    for reading in readings(text):
        found |= {secret for secret in secrets if secret in reading or json.dumps(secret)[1:-1] in reading}
    return sorted(found)


def nothing_is_told(folder: Path, printed: str, secrets: set[str]) -> None:
    assert not words(printed, secrets), "on the terminal"
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    for file in files:
        if file.name not in ("crash_on_the_way.py",) and "__pycache__" not in file.parts:
            assert not words(file.read_bytes().decode("utf-8", "replace"), secrets), file.name


def test_the_search_finds_each_form() -> None:
    for text in ("Bearer v^1.1#i^1#abcdefgh", GATEWAY_KEY):
        for form in forms(text):
            assert words(f'{{"a":"{form}"}}', {text}), form


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_server_that_says_everything_back(workers: str, mock: str, tmp_path: Path) -> None:
    more = ["-vv", "--showlocals", "-rA", "-n", workers, f"--junitxml={tmp_path / 'pytest.xml'}", "--shard=1/3"]
    with judged(mock, tmp_path, *more) as (printed, secrets):
        nothing_is_told(tmp_path, printed, secrets)
    exchanges = [json.loads(line) for line in (tmp_path / "report/exchanges.jsonl").read_text("utf-8").splitlines()]
    result = json.loads((tmp_path / "report/result.json").read_text("utf-8"))
    failed = {entry["id"] for entry in result["requirements"] if entry["outcome"] == "failed"}
    assert "QTY-ZERO" in failed and any(
        entry["script"] for rule in result["requirements"] for entry in rule["findings"]
    )

    def said(app: str) -> set[str]:
        return {
            exchange["response_headers"]["x-said-0"]
            for exchange in exchanges
            if exchange["app"] == app and "x-said-0" in exchange["response_headers"]
        }

    assert len(said("app0")) <= 1 + int(workers) and all("secret-" in entry for entry in said("app0"))
    assert not said("app0") & said("app1"), "two secrets, one pseudonym"


@pytest.mark.parametrize(("workers", "internal"), [("0", False), ("2", False), ("2", True)])
def test_a_crash_of_a_test_or_a_worker_prints_no_secret(
    workers: str, internal: bool, mock: str, tmp_path: Path
) -> None:
    plugin = CRASH.format(places={1, 40, 90, 91, 200}, internal=internal)
    more = ["-vv", "--showlocals", "--tb=long", "-n", workers, f"--junitxml={tmp_path / 'pytest.xml'}", "--shard=1/4"]
    with judged(mock, tmp_path, *more, plugin=plugin) as (printed, secrets):
        nothing_is_told(tmp_path, printed, secrets)
        assert "Traceback" not in printed and "INTERNALERROR" not in printed
        assert (tmp_path / "report/result.json").exists(), printed[-3000:]
    assert json.loads((tmp_path / "report/result.json").read_text("utf-8"))["exit_status"] in (1, 3)


def test_the_token_of_the_pay_window(mock: str, tmp_path: Path) -> None:
    """It opens the pay page of one session, so it stays in the run: by a call, by a person, and in a recording of it."""
    pages: list[str] = []
    text = (ROOT / "targets/mock.toml").read_text(encoding="utf-8")
    paid = f'kind = "manual"\nscript_url = "{mock}/sdk/js"\nwait_s = 20\npayments = 1\n'
    (tmp_path / "manual.toml").write_text(text.replace('kind = "place_order"\npaid_within_s = 0\n', paid), "utf-8")
    command = [sys.executable, "-m", "pytest", "suites", "--target", str(tmp_path / "manual.toml"), "--base-url", mock]
    command += ["--report", str(tmp_path / "report"), "--requirement", "PAY-LOCK", "-vv"]
    run = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    said = ""
    assert run.stdout
    for line in run.stdout:
        said += line
        if found := re.search(r"at (http://127\.0\.0\.1:\d+/\S+) within", line):
            page = urlopen(found[1], timeout=10).read().decode()
            pages.append(json.loads(re.search("const given = (.*);", page)[1])["token"])  # type: ignore[index]
            urlopen(f"{found[1]}outcome", b'{"kind": "error", "data": {"message": "the card was refused"}}', timeout=10)
    assert run.wait(60) in (0, 6) and len(pages) == 1, said
    nothing_is_told(tmp_path / "report", said, {unquote(pages[0]), pages[0]})
    shown = [json.loads(line) for line in (tmp_path / "report/exchanges.jsonl").read_text("utf-8").splitlines()]
    tokens = [entry["response_headers"].get("x-ebay-security-signature", "") for entry in shown]
    made = [token for token in tokens if token]
    assert made and len(set(made)) == len(made) and all(entry.startswith("secret-") for entry in made)


def test_a_recording_with_secrets(tmp_path: Path) -> None:
    """A HAR file has them in the clear, and a server may have said them back."""
    secrets = {
        "recorded-token-123456",
        "recorded:pass/word",
        "cookie-value-123456",
        "granted-token-987654",
        "pay-me-token-1",
    }
    basic = base64.b64encode(b"app:recorded:pass/word").decode()
    sent = {"X-EBAY-C-MARKETPLACE-ID": "EBAY_US", "Cookie": "a=1; id=cookie-value-123456"}
    echo = f"recorded-token-123456 {basic} cookie-value-123456 granted-token-987654"
    answers = [
        ("POST", "/identity/v1/oauth2/token", f"Basic {basic}", 200, {"access_token": "granted-token-987654"}),
        ("POST", "/buy/order/v2/guest_checkout_session/initiate", "Bearer recorded-token-123456", 200,
         {"checkoutSessionId": "1", "said": echo}),
        ("GET", "/buy/order/v2/guest_checkout_session/1", "Bearer recorded-token-123456", 400,
         {"errors": [{"errorId": 15029, "domain": "API_ORDER", "category": "REQUEST", "message": echo}]}),
    ]  # fmt: skip
    entries = [
        {
            "startedDateTime": f"2026-01-01T00:00:0{index}.000Z", "time": 1,
            "request": {"method": method, "url": f"https://shop.example{path}",
                        "headers": [{"name": name, "value": text} for name, text in {**sent, "Authorization": who}.items()],
                        "postData": {"text": "{}"} if method == "POST" else {}},
            "response": {"status": status, "content": {"text": json.dumps(body)},
                         "headers": [{"name": "X-EBAY-SECURITY-SIGNATURE", "value": "pay-me-token-1"},
                                     {"name": "Content-Type", "value": "application/json"}]},
        }
        for index, (method, path, who, status, body) in enumerate(answers)
    ]  # fmt: skip
    (tmp_path / "shop.har").write_text(json.dumps({"log": {"entries": entries}}), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "suites", "--recording", str(tmp_path / "shop.har"), "-vv"]
    ended = subprocess.run(
        [*command, "--report", str(tmp_path / "report")], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert ended.returncode == 1 and (tmp_path / "report/report.html").is_file(), ended.stdout + ended.stderr
    nothing_is_told(tmp_path / "report", ended.stdout + ended.stderr, secrets)


def test_pseudonyms_are_equal_where_secrets_are() -> None:
    entry, other = Secrets(b"one"), Secrets(b"two")
    for secrets in (entry, other):
        secrets.add("first-secret", "second-secret", "abc")
    assert entry.out_of("first-secret") == entry.out_of("first-secret") != entry.out_of("second-secret")
    assert entry.out_of("first-secret") != other.out_of("first-secret")
    assert entry.out_of("first secret, abc") == "first secret, abc"
    assert entry.out_of(f"x{base64.b64encode(b'Bearer first-secret').decode()}x").count("secret-") == 1
    assert "first-se" not in entry.out_of_cut("it begins with 'Bearer first-secr'.")
    entry.add("v^1.1#i^1#p^1#expired", "v^1.1#i^1#p^3#r^0#I^3#token")
    assert entry.out_of_cut("'v^1.1#i^1#p^3#r^0#I'").count("#") == 0
