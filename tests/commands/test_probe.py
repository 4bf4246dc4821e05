"""The probe writes a profile that loads, holds no secret, says what each item is good for, and cries no wolf."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.commands.probe import wizard
from conformance.commands.probe.questions import most_calls
from conformance.core.inputs import InputError
from conformance.core.profile import load
from conformance.runner.mock_process import MockProcess

ROOT = Path(__file__).resolve().parents[2]
MOCK = load("mock").markets["EBAY_US"]
APPS = {"": ("mock-shop-one", "mock-secret-one"), "_2": ("mock-shop-two", "mock-secret-two")}


@pytest.fixture(scope="module")
def mock() -> Iterator[str]:
    process = MockProcess()
    yield process.base_url
    process.stop()


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EBAY_TOKEN", raising=False)
    for suffix, (app, secret) in APPS.items():
        monkeypatch.setenv(f"EBAY_CLIENT_ID{suffix}", app)
        monkeypatch.setenv(f"EBAY_CLIENT_SECRET{suffix}", secret)


def short_run(profile: Path, report: Path) -> dict[str, object]:
    """The result of 40 requests against what the profile names."""
    command = [sys.executable, "-m", "pytest", "suites", "--target", str(profile), "--report", str(report)]
    subprocess.run([*command, "--budget", "40", "-q"], cwd=ROOT, capture_output=True, timeout=120, check=False)
    found: dict[str, object] = json.loads((report / "result.json").read_text(encoding="utf-8"))
    return found


def test_every_role_of_the_mock_is_found(mock: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    items = [*MOCK.plain[:6], *(entry for entry, role in MOCK.roles.items() if role.kind != "plain")]
    out = tmp_path / "probed.toml"
    listed = tmp_path / "items.txt"
    listed.write_text("\n".join(items) + "  # the last one\n", encoding="utf-8")
    codes = "FIVEOFF,GIANT,SPEND100,EXPIRED,HOME20"
    assert wizard.main([mock, "--items", f"@{listed}", "--coupons", codes, "--out", str(out)]) == 0
    said = capsys.readouterr().out
    most, sent = (int(entry.split()[0]) for entry in (said.split("at most ")[1], said.split("Sent ")[1]))
    assert sent <= most == 3 + most_calls(len(items), 5, True)
    text, profile = out.read_text(encoding="utf-8"), load(str(out))
    assert not any(secret in text for _, secret in APPS.values())
    assert (profile.payment, profile.max_line_items, len(profile.apps)) == ("place_order", 4, 2)
    assert profile.other_scope and "# paid_within_s" in text and "# declined" in text and "# minimum" in text
    market = profile.markets["EBAY_US"]
    assert {item: market.roles.get(item) for item in items} == {item: MOCK.roles[item] for item in items}
    assert {coupon.code: coupon.kind for coupon in market.coupons.values()} == {
        "FIVEOFF": "good",
        "GIANT": "oversized",
        "EXPIRED": "refused",
    }
    assert market.foreign_countries and market.sanctioned_countries and market.other_address
    result = short_run(out, tmp_path / "report")
    assert result["counts"]["failed"] == 0 and result["counts"]["judged"] > 40  # type: ignore[index]


def test_another_marketplace_and_few_requests(mock: str, tmp_path: Path) -> None:
    out = tmp_path / "probed.toml"
    items = [f"EBAY_US:{MOCK.plain[0]}", f"EBAY_GB:{load('mock').markets['EBAY_GB'].plain[0]}"]
    assert wizard.main([mock, "--items", ",".join(items), "--out", str(out)]) == 0
    assert list(load(str(out)).markets) == ["EBAY_US", "EBAY_GB"]
    assert wizard.main([mock, "--items", MOCK.plain[0], "--most", "4", "--out", str(out)]) == 0
    text = out.read_text(encoding="utf-8")
    assert "4 requests are used up" in text and "how many there are was not asked" in text


def test_no_credentials_are_asked_for_in_a_comment(
    mock: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("EBAY_CLIENT_ID", "EBAY_CLIENT_SECRET"):
        monkeypatch.delenv(name)
    out = tmp_path / "probed.toml"
    assert wizard.main([mock, "--items", MOCK.plain[0], "--out", str(out)]) == 1
    assert "Sent 1 requests. The target refuses" in capsys.readouterr().out
    assert "set EBAY_CLIENT_ID and" in out.read_text(encoding="utf-8").replace("\n# ", " ")
    with pytest.raises(InputError, match="No credentials"):
        wizard.main(["http://shop.example", "--items", "v1|1|0"])


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["http://127.0.0.1:9", "--items", "@nowhere.txt"], "nowhere.txt cannot be read"),
        (["http://127.0.0.1:9", "--items", "EBAY_XX:v1|1|0"], "EBAY_XX is no marketplace"),
        (["http://127.0.0.1:9", "--items", ","], "No item is given"),
        (["nowhere", "--items", "v1|1|0"], "http or https URL"),
        (["https://api.ebay.com", "--items", "v1|1|0"], "production hosts are not probed"),
    ],
)
def test_wrong_input_is_a_sentence(given: list[str], words: str) -> None:
    with pytest.raises(InputError, match=words):
        wizard.main(given)


def test_nobody_there(tmp_path: Path) -> None:
    assert wizard.main(["http://127.0.0.1:9", "--items", "v1|1|0", "--out", str(tmp_path / "probed.toml")]) == 1


INDEPENDENT = next(
    (entry for entry in (ROOT.parent / "shared" / "servers" / "independent" / "server.mjs",) if entry.is_file()), None
)


@pytest.mark.skipif(INDEPENDENT is None or not shutil.which("node"), reason="no node, or no server of other hands")
def test_the_server_of_other_hands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for suffix, name in (("", "one"), ("_2", "two")):
        monkeypatch.setenv(f"EBAY_CLIENT_ID{suffix}", f"app-{name}")
        monkeypatch.setenv(f"EBAY_CLIENT_SECRET{suffix}", f"secret-{name}")
    known = load(str(ROOT / "docs" / "examples" / "independent.toml")).markets["EBAY_US"]
    items = [
        *known.plain[:5],
        *(entry for entry, role in known.roles.items() if role.kind in ("limit", "stock", "lot")),
    ]
    server = subprocess.Popen(["node", str(INDEPENDENT), "--port", "0"], stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout
        base = json.loads(server.stdout.readline())["base_url"]
        out = tmp_path / "probed.toml"
        assert wizard.main([base, "--items", ",".join(items), "--out", str(out)]) == 0
        found = load(str(out)).markets["EBAY_US"]
        assert {item: found.roles.get(item) for item in items} == {item: known.roles[item] for item in items}
        assert short_run(out, tmp_path / "report")["counts"]["failed"] == 0  # type: ignore[index]
    finally:
        server.terminate()
        server.wait(10)
