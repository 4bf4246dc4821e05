"""A profile whose keys are right and whose sense is wrong is refused, file and certificate included."""

from __future__ import annotations

import math
import os
import re
import tomllib
from collections.abc import Iterator
from copy import deepcopy
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.client.route import Route
from conformance.core import contract
from conformance.core.inputs import InputError, checked_base_url, checked_url, read_text
from conformance.core.profile_reader import load, parse, path_of
from conformance.core.profile_schema import schema
from tests.core.test_profile import GOOD, ITEM, changed, complaint
from tests.doubles.reference_goods import US
from tests.hostile.tls import self_signed

MARKET = "marketplaces.EBAY_US"
ROLE = {"item": "v1|2|0"}


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("marketplaces.EBAY_HX", GOOD["marketplaces"]["EBAY_US"], "EBAY_HX in shop.toml is no marketplace.*EBAY_US"),
        (f"{ITEM}.plain", ["v1|1|0", "v1|1|0"], "twice under plain"),
        (f"{ITEM}.limit", [{"item": "v1|1|0", "limit": 2}], "under plain and under limit"),
        (f"{ITEM}.refused", [{**ROLE, "error": 99999}], "refused.0..error in shop.toml is 99999.*do not know.*docs/ids.md"),
        (f"{ITEM}.removed", [{**ROLE, "warning": 15018}], "is 15018, which the documents do not know there"),
        (f"{ITEM}.at_payment", [{**ROLE, "error": 15017}], "is 15017"),
        ("coupons.refused", [{"code": "A", "error": 15018}], "is 15018"),
        ("coupons", {"good": ["A"], "oversized": ["a"]}, "named before: a code has one role"),
        (f"{MARKET}.coupons", {"item_bound": [{"code": "A", "error": 16013, "fits": ["v1|9|0"]}]}, "fits 'v1|9|0', which is not"),
        ("buyers.declined", [{"email": "a@b.example", "error": 1}], "is 1, which"),
        (f"{MARKET}.foreign_countries", ["US"], "names US, the country of the good address"),
        (f"{MARKET}.unverifiable_address", US, "is the good address"),
        (f"{MARKET}.address", {name: US[name] for name in US if name != "city"}, "address.city in shop.toml is missing"),
        (f"{MARKET}.other_address", {**US, "recipient": {"firstName": "Ann"}}, "recipient.lastName in shop.toml is missing"),
        (f"{MARKET}.address", {**US, "zip": "95134"}, "zip"),
        ("buyers.good", "guest{n}", "write an e-mail address such as guest.n.@example.com"),
        ("buyers.good", "guest{m}@example.com", "write an e-mail address"),
        ("buyers.good", "guest{n@example.com", "write an e-mail address"),
        ("buyers.declined", [{"email": "nobody", "error": 15023}], "write an e-mail address"),
        (f"{ITEM}.lot", [{**ROLE, "lot": 1}], "lot.0..lot in shop.toml"),
        (f"{ITEM}.plain", ["v1|1|0\n"], "plain"),
        ("auth.other_scope", "https://api.ebay.com/oauth/api_scope/buy.guest.order", "is auth.scope"),
        ("apps", [GOOD["apps"][0], GOOD["apps"][0]], "apps.1. in shop.toml is the app that stands before it"),
        ("apps.0.client_secret", "a\nb", "holds a line break"),
        ("transport.headers", {"X-Key": "a\r\nb: c"}, "holds a line break"),
        ("transport.headers", {"X Key": "abc"}, "no name of a header"),
        ("transport.headers", {"Content-Length": "3"}, "written by the suite"),
        ("stubs.testError", ["NoSuchString"], "NoSuchString.*SessionLocked"),
        ("transport.timeout_s", float("inf"), "is inf: write a finite number"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_named(path: str, value: Any, says: str) -> None:
    with pytest.raises(InputError, match=says.replace("|", r"\|")) as refused:
        parse(changed(path, deepcopy(value)), "shop.toml")
    assert "\n" not in str(refused.value) and len(str(refused.value)) < 400


def test_secrets_of_the_environment_lose_their_line_break(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_SECRET", "from-outside\r\n")
    named = changed("apps.0.client_secret", {"env": "SHOP_SECRET"})
    assert parse(named, "shop.toml").auth.apps[0].client_secret == "from-outside"
    monkeypatch.setenv("SHOP_SECRET", "from-\noutside")
    said = complaint(named)
    assert "SHOP_SECRET" in said and "outside" not in said
    monkeypatch.delenv("SHOP_SECRET")
    assert parse(named, "shop.toml", offline=True).auth.apps[0].client_secret == ""


@pytest.mark.parametrize("url", [
    "http://deploy:geheim99@127.0.0.1:1", "http://geheim99@127.0.0.1", "http://127.0.0.1:abc", "http://127.0.0.1:",
    "http://127.0.0.1:0", "http://127.0.0.1:70000", "http://[::1", "http://127.0.0.1/ümlaut", "http://127.0.0.1/a b",
    "http://127.0.0.1/?x=1", "http://127.0.0.1/#top", "http://ümlaut.example", "http://a b/", "//127.0.0.1", "http:/x", "",
])  # fmt: skip
def test_urls_that_cannot_be_sent(url: str) -> None:
    with pytest.raises(InputError) as refused:
        checked_url(url, "--base-url")
    assert "--base-url" in str(refused.value) and "geheim99" not in str(refused.value)


@pytest.mark.parametrize("host", ["..", "x..y", "-x", "x-.example", "y" * 70 + ".example"])
def test_a_host_that_is_none_is_named(host: str) -> None:
    with pytest.raises(InputError, match=re.escape(f"its host {host!r}")):
        checked_url(f"http://{host}:8080", "--base-url")


def test_a_query_is_not_repeated() -> None:
    for url in ("http://127.0.0.1:9/?a=geheim", "http://127.0.0.1:x/?a=geheim", "ftp://h/#geheim", "http://ü/?geheim"):
        with pytest.raises(InputError) as refused:
            checked_url(url, "--base-url")
        assert "geheim" not in str(refused.value)


@pytest.mark.parametrize("slash", ["", "/", "//"])
@pytest.mark.parametrize("path", [
    "/buy/order/v2", "/buy/order/v1", "/order/v2", "/guest_checkout_session", "/identity/v1/oauth2/token",
    *(f"{version}{operation.path}" for version in ("", "/buy/order/v2") for operation in contract.operations().values()),
])  # fmt: skip
def test_a_base_url_ends_before_the_path_of_the_api(path: str, slash: str) -> None:
    url = f"https://shop.example/ebay{path}{slash}"
    said = f" ends in {path}, which the suite appends itself: leave that out."
    with pytest.raises(InputError, match=re.escape(f"--base-url{said}")):
        parse(GOOD, "shop.toml", url)
    assert complaint(changed("base_url", url)) == f"base_url in shop.toml{said}"
    assert f"endpoints.order_url in shop.toml{said}" == complaint(changed("endpoints.order_url", url))


def test_a_gateway_has_any_path_before_that_of_the_api() -> None:
    for path in ("", "/buy", "/order", "/ebay/buy/order", "/reorder/v2", "/order/v2/proxy", "/v2", "/identity"):
        url = f"https://shop.example{path}"
        assert checked_base_url(f"{url}/", "--base-url") == url
    token_url = "http://127.0.0.1:1/identity/v1/oauth2/token"  # the whole URL of the token endpoint
    assert parse(changed("endpoints.token_url", token_url), "shop.toml").url(contract.TOKEN) == token_url


def test_urls_that_can() -> None:
    for url in (" http://127.0.0.1:1/x/ \n", "http://[::1]:8080/x", "https://xn--mlaut-jva.example/%C3%BC"):
        assert checked_url(url, "base_url") == url.strip().rstrip("/")


def test_byte_order_marks(tmp_path: Path) -> None:
    text = 'name = "ü"\n'
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        (tmp_path / "bom.toml").write_bytes(text.encode(encoding))
        assert read_text(tmp_path / "bom.toml", "--target") == text


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"--target names .*none\.toml, which is no file"):
        load(str(tmp_path / "none.toml"))
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(InputError, match="which is a folder"):
        load(str(tmp_path / "folder.toml"))
    if os.geteuid():
        (tmp_path / "locked.toml").touch(0o000)
        with pytest.raises(InputError, match="cannot be read: permission denied"):
            load(str(tmp_path / "locked.toml"))


def test_certificates_are_loaded_before_the_first_request(tmp_path: Path) -> None:
    """Relative to the profile, and with a sentence for each way in which they cannot be used."""
    good = self_signed(tmp_path)
    (tmp_path / "text.pem").write_text("no certificate")

    def route(**transport: str) -> Route:
        data = changed("transport", transport)
        return Route.of(parse(data, "shop.toml", folder=tmp_path))

    assert route(ca_file=good.name, client_cert=good.name).tls is not None
    for transport, says in (
        ({"ca_file": "none.pem"}, "transport.ca_file names .*none.pem, which is no file"),
        ({"ca_file": "text.pem"}, "holds no certificate in PEM"),
        ({"client_cert": "text.pem"}, "holds no certificate with its own key"),
    ):
        with pytest.raises(InputError, match=says):
            route(**transport)
    certificate = re.search(b"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n", good.read_bytes(), re.DOTALL)
    assert certificate
    encrypted = tmp_path / "encrypted.pem"
    encrypted.write_bytes(locked_key() + certificate.group())
    with pytest.raises(InputError, match="whose key is encrypted"):
        route(client_cert="encrypted.pem")


def locked_key() -> bytes:
    """A private key with a pass phrase."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"phrase"),
    )


def test_proxies_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    through = parse(changed("transport", {"proxy_from_environment": True}), "shop.toml")
    monkeypatch.setenv("http_proxy", "http://alice:s3cret@127.0.0.1:9")
    assert "s3cret" in Route.of(through).secrets
    for wrong in ("socks5://alice:s3cret@127.0.0.1:9", "http://alice:s3cret@127.0.0.1:x"):
        monkeypatch.setenv("http_proxy", wrong)
        with pytest.raises(InputError, match="http_proxy") as refused:
            Route.of(through)
        assert "s3cret" not in str(refused.value)
    assert Route.of(parse(deepcopy(GOOD), "shop.toml")).secrets == ()


KEYS = sorted(schema()["properties"])
ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*KEYS, "item", "error", "env"]), inner, max_size=3)
    ),
    max_leaves=6,
)


def paths(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a profile; of lists the first element."""
    if path:
        yield path
    children = node.items() if isinstance(node, dict) else list(enumerate(node))[:1] if isinstance(node, list) else ()
    for name, child in children:
        yield from paths(child, (*path, name))


def test_each_member_of_a_whole_profile_by_each_odd_value() -> None:
    """Read or refused with one sentence, however deep it stands."""
    whole = tomllib.loads(path_of("mock").read_text(encoding="utf-8"))
    whole["marketplaces"] = {"EBAY_US": whole["marketplaces"]["EBAY_US"]}
    odd: tuple[Any, ...] = (7, -1, 1e300, math.nan, 10**400, "", " ", "http://[", "a\nb", [], [[]], {}, {"env": ""}, True,
                            date(2026, 1, 1), time(1, 2), "x" * 5000)  # fmt: skip
    for path in paths(whole):
        for value in odd:
            made = deepcopy(whole)
            node: Any = made
            for name in path[:-1]:
                node = node[name]
            node[path[-1]] = value
            try:
                parse(made, "shop.toml")
            except InputError as refused:
                said = str(refused)
                assert said.isprintable() and said.endswith(".") and len(said) < 500, (path, value, said)


@given(
    key=st.sampled_from([*KEYS, "transport.headers", f"{ITEM}.plain", f"{ITEM}.refused", f"{MARKET}.address"]),
    value=ODD,
)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_odd_values_of_every_key(key: str, value: Any) -> None:
    """Each is read or refused with one sentence; nothing else is raised."""
    data = changed(key, value)
    try:
        parse(data, "shop.toml")
    except InputError as refused:
        assert str(refused).isprintable() and str(refused).endswith(".") and len(str(refused)) < 500, str(refused)


def test_the_address_of_a_profile_is_that_of_the_contract() -> None:
    document = contract.document("order-v2")
    sent = contract.resolve(document, document["components"]["schemas"]["AddressInput"])
    recipient = contract.resolve(document, sent["properties"]["recipient"])
    ours = schema()["$defs"]["address"]
    assert set(ours["properties"]) == set(sent["properties"])
    assert set(ours["required"]) == set(sent["required"]) - {"postalCode"}  # Hong Kong has none
    assert set(ours["properties"]["recipient"]["required"]) == set(recipient["required"])
