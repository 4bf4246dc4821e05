"""The probe writes a profile that loads, holds no secret, says what each item is good for, and raises no false positive."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.commands.probe import wizard
from conformance.commands.probe.catalog import read_catalog
from conformance.commands.probe.profile_text import Asked
from conformance.core.inputs import InputError
from conformance.core.profile_reader import load
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
    assert sent <= most == 4 + wizard.most_calls(len(items), Asked(coupons=codes.split(",")), pays=True)
    text, profile = out.read_text(encoding="utf-8"), load(str(out))
    assert not any(secret in text for _, secret in APPS.values())
    assert (profile.payment.kind, profile.max_line_items, len(profile.auth.apps)) == ("place_order", 4, 2)
    assert profile.auth.other_scope and "# paid_within_s" in text and "# declined" in text
    assert "minimum = [\n    # {" in text
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
    text = (tmp_path / "probed.2.toml").read_text(encoding="utf-8")  # the first one stays as it is
    assert "budget of 4 requests is used up" in text and "how many there are was not asked" in text


def test_no_credentials_are_asked_for_in_a_comment(
    mock: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("EBAY_CLIENT_ID", "EBAY_CLIENT_SECRET"):
        monkeypatch.delenv(name)
    out = tmp_path / "probed.toml"
    assert wizard.main([mock, "--items", MOCK.plain[0], "--out", str(out)]) == 1
    said = capsys.readouterr().out
    assert "Sent 1 request. The target asks for a token" in said and "given: set EBAY_CLIENT_ID and" in said
    assert "Nothing is written" in said and not out.exists()
    with pytest.raises(InputError, match="No credentials"):
        wizard.main(["http://shop.example", "--items", "v1|1|0"])


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["http://127.0.0.1:9", "--items", "@nowhere.txt"], "nowhere.txt"),
        (["http://127.0.0.1:9", "--items", "EBAY_XX:v1|1|0"], "EBAY_XX is no marketplace"),
        (["http://127.0.0.1:9", "--items", ","], "No item is given"),
        (["http://127.0.0.1:9", "--items", "v1|1|0", "--out", "no/such/folder/p.toml"], "is not there"),
        (["http://127.0.0.1:9", "--from-catalog", "nowhere.csv"], "nowhere.csv"),
        (["http://127.0.0.1:9", "--items", "v1|1|0", "--addresses", "nowhere.json"], "nowhere.json"),
        (["http://127.0.0.1:9", "--items", "EBAY_HK:v1|1|0"], "Nothing can be asked: there is no sample address"),
        (["nowhere", "--items", "v1|1|0"], "http or https URL"),
        (["http://127.0.0.1:9/buy/order/v2/", "--items", "v1|1|0"], "ends in /buy/order/v2.*leave that out"),
        (["https://api.ebay.com", "--items", "v1|1|0"], "production hosts are not probed"),
    ],
)
def test_wrong_input_is_a_sentence(given: list[str], words: str) -> None:
    with pytest.raises(InputError, match=words):
        wizard.main(given)


def test_a_shops_own_catalog(mock: str, tmp_path: Path) -> None:
    """CSV with a header, items of a marketplace without a sample address, and a coupon with a minimum."""
    limit = next(item for item, role in MOCK.roles.items() if role.kind == "limit")
    rows = ["itemId,role,marketplace,coupon", *(f"{item},plain,EBAY_US," for item in MOCK.plain)]
    rows += [f"{limit},plain,EBAY_US,", "v1|7|0,plain,EBAY_HK,", ",,,SPEND100", ",,,EXPIRED"]
    catalog, out = tmp_path / "shop.csv", tmp_path / "probed.toml"
    catalog.write_text("\n".join(rows), encoding="utf-8")
    assert (
        wizard.main([mock, "--from-catalog", str(catalog), "--declined", "declined@example.com", "--out", str(out)])
        == 0
    )
    text, profile = out.read_text(encoding="utf-8"), load(str(out))
    assert list(profile.markets) == ["EBAY_US"] and "# [marketplaces.EBAY_HK]  # there is no sample address" in text
    assert "the catalog says plain, seen as limit" in text
    assert [coupon.minimum for coupon in profile.markets["EBAY_US"].coupons_of("minimum")] == [100]
    assert profile.buyers.declined == {"declined@example.com": 15023}


def test_a_nested_catalog_is_read(tmp_path: Path) -> None:
    """As shops export theirs: marketplaces, roles and variations one in another, words that are no coupons beside them."""
    nested = {
        "scopes": ["https://shop.example/scope"],
        "coupons": {"good": {"fixed": "FIVEOFF"}, "refused": {"USED": 16007}, "notes": {"FIVEOFF": "takes five off"}},
        "markets": {
            "EBAY_GB": {
                "currency": "GBP",
                "items": [{"itemId": "v1|1|0", "seller": {"id": "s-1"}, "variations": [{"itemId": "v1|1|7"}]}],
                "roles": {"limit": {"id": "v1|2|0", "limit": 2}, "stock": ["v1|3|0"]},
            }
        },
        "promotions": [{"coupon": "TENOFF", "description": "TEN"}, {"type": "coupon", "id": "CARD"}],
    }
    path = tmp_path / "catalog.json"
    path.write_text(json.dumps(nested), encoding="utf-8")
    read = read_catalog(path)
    assert read.items == ["EBAY_GB:v1|1|0", "EBAY_GB:v1|1|7", "EBAY_GB:v1|2|0", "EBAY_GB:v1|3|0"]
    assert read.coupons == ["FIVEOFF", "USED", "TENOFF"]
    assert read.roles["v1|2|0"] == "limit" and read.roles["v1|3|0"] == "stock"


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ('{"products": [{"sku": "A1"}], "currency": "USD"}', "an object of products, currency"),
        ('[{"sku": "A1"}]', "a list of objects"),
        ("[]", "an empty list"),
        ("sku,price\nA1,2", "a table of sku, price"),
        ("code,minimum\nSAVE5,10", "a table of code, minimum.*give those with --coupons"),
        ("", "and is empty"),
        ("[" * 9999, "neither CSV nor JSON"),
    ],
)
def test_a_catalog_without_items_is_told_its_shape(text: str, shape: str, tmp_path: Path) -> None:
    path = tmp_path / "catalog"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=shape):
        read_catalog(path)


def test_a_named_marketplace_leaves_out_the_others_of_the_catalog(mock: str, tmp_path: Path) -> None:
    rows = ["itemId,marketplace", f"{MOCK.plain[0]},EBAY_US", "v1|7|0,EBAY_GB"]
    catalog, out = tmp_path / "shop.csv", tmp_path / "mine.toml"
    catalog.write_text("\n".join(rows), encoding="utf-8")
    assert wizard.main([mock, "--from-catalog", str(catalog), "--marketplaces", "EBAY_US", "--out", str(out)]) == 0
    profile = load(str(out))
    assert list(profile.markets) == ["EBAY_US"] and profile.name == "mine"


def test_each_example_in_a_comment_is_one_of_the_schema(mock: str, tmp_path: Path) -> None:
    """A comment with a key becomes a profile that loads once its first # is gone, whatever else is missing."""
    out = tmp_path / "mine.toml"
    assert wizard.main([mock, "--items", MOCK.plain[0], "--coupons", "NOSUCH", "--out", str(out)]) == 0
    lines = out.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("#:schema ") and (tmp_path / lines[0].partition(" ")[2]).is_file()
    examples = [number for number, line in enumerate(lines) if re.match(r"# \w+ = .*\S  # ", line)]
    assert len(examples) > 10
    filled = [line[2:] if number in examples else line for number, line in enumerate(lines)]
    tomllib.loads("\n".join(filled).replace("{ … }", "{}").replace("…", "1"))


def test_a_profile_that_is_there_stays_as_it_is(mock: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "mine.toml"
    out.write_text("# by hand\n", encoding="utf-8")
    assert wizard.main([mock, "--items", MOCK.plain[0], "--out", str(out)]) == 0
    assert out.read_text(encoding="utf-8") == "# by hand\n" and load(str(tmp_path / "mine.2.toml")).markets
    assert "stays as it is" in capsys.readouterr().out


def test_a_target_that_cannot_be_reached_ends_with_status_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert wizard.main(["http://127.0.0.1:9", "--items", "v1|1|0", "--out", str(tmp_path / "probed.toml")]) == 1
    assert "Sent 3 requests. " in capsys.readouterr().out
    given = ["http://127.0.0.1:9", "--items", "v1|1|0", "--most", "1", "--out", str(tmp_path / "probed.toml")]
    assert wizard.main(given) == 1
    said = capsys.readouterr().out
    assert "with at most 1 request," in said and "Sent 1 request. " in said


INDEPENDENT = next(
    (entry for entry in (ROOT.parent / "shared" / "servers" / "independent" / "server.mjs",) if entry.is_file()), None
)


@pytest.mark.skipif(INDEPENDENT is None or not shutil.which("node"), reason="no node, or no independent server")
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
