"""Environment variables: each value is used, or refused by one sentence before the first request; no secret is printed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.client.route import Route
from conformance.commands.probe.wizard import credentials
from conformance.core.inputs import InputError
from conformance.core.profile import Profile
from conformance.core.profile_reader import parse
from tests.runner.test_settings import sentence

ROOT = Path(__file__).resolve().parents[2]
SECRET = "Geheimnis99"
US = {"recipient": {"firstName": "A", "lastName": "B"}, "phoneNumber": "+15035550142", "addressLine1": "1 A Street"}
ADDRESS = {**US, "city": "Portland", "country": "US", "postalCode": "97205", "stateOrProvince": "OR"}
PROFILE: dict[str, Any] = {
    "base_url": "https://shop.example",
    "auth": {"plugin": "signing.py:Sign", "options": {"key": {"env": "SHOP_SIGNING"}}},
    "apps": [
        {
            "client_id": {"env": "EBAY_CLIENT_ID"},
            "client_secret": {"env": "EBAY_CLIENT_SECRET"},
            "expired_token": {"env": "SHOP_EXPIRED"},
        },
        {
            "client_id": {"env": "EBAY_CLIENT_ID_2"},
            "client_secret": {"env": "EBAY_CLIENT_SECRET_2"},
            "optional": True,
        },
    ],
    "transport": {"headers": {"X-Gateway-Key": {"env": "SHOP_GATEWAY"}}, "proxy_from_environment": True},
    "marketplaces": {"EBAY_US": {"address": ADDRESS, "items": {"plain": {"env": "EBAY_ITEMS"}}}},
}
BY_TOKEN: dict[str, Any] = {
    **PROFILE,
    "auth": {"kind": "token"},
    "apps": [{"token": {"env": "EBAY_TOKEN"}, "other_scope_token": {"env": "SHOP_OTHER_SCOPE"}}],
}
GOOD = {
    "EBAY_CLIENT_ID": "id-one", "EBAY_CLIENT_SECRET": "secret-one", "EBAY_CLIENT_ID_2": "id-two",
    "EBAY_CLIENT_SECRET_2": "secret-two", "EBAY_ITEMS": "v1|1|0 v1|2|0", "EBAY_TOKEN": "token-one",
    "EBAY_TOKEN_2": "token-two", "SHOP_SIGNING": "key-one", "SHOP_EXPIRED": "expired-one",
    "SHOP_OTHER_SCOPE": "scope-one", "SHOP_GATEWAY": "gateway-one",
}  # fmt: skip
PROXIES = ("http_proxy", "https_proxy", "all_proxy")
PLAIN = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
ODD = st.one_of(
    PLAIN, st.sampled_from(["", " ", "\r\n", "\t", "\x7f", "\udcff", "ü", ",", "://", "@", "[", ":0", "%00"])
)
HOLDS_SECRET = st.one_of(ODD, st.tuples(ODD, ODD).map(SECRET.join))
ADDRESSES = st.one_of(
    HOLDS_SECRET,
    st.tuples(ODD, ODD).map(lambda odd: f"http://user{odd[0]}:{SECRET}@proxy{odd[1]}"),
    st.tuples(ODD, ODD).map(lambda odd: f"{odd[0]}://proxy.example:{odd[1]}"),
)


def environment(**more: str) -> Any:
    """Good values of every variable that the product reads, but for some."""
    own = {name: value for name, value in os.environ.items() if name.lower() not in (*PROXIES, "no_proxy")}
    return patch.dict(os.environ, {**own, **GOOD, **more}, clear=True)


def read(data: dict[str, Any]) -> tuple[Profile, Route]:
    """What a run reads before its first request."""
    profile = parse(data, "shop.toml")
    return profile, Route.of(profile)


def refused(error: InputError, *names: str) -> None:
    """A refusal is one sentence that names its input and holds no secret."""
    said = str(error)
    assert sentence(said) and SECRET not in said, said
    assert any(name in said for name in names), said


KEYS = {
    "EBAY_CLIENT_ID": "apps[0]", "EBAY_CLIENT_SECRET": "apps[0]", "EBAY_CLIENT_ID_2": "apps[1]",
    "EBAY_CLIENT_SECRET_2": "apps[1]", "EBAY_ITEMS": "items", "EBAY_TOKEN": "apps[0]", "SHOP_SIGNING": "auth.options",
    "SHOP_EXPIRED": "apps[0]", "SHOP_OTHER_SCOPE": "apps[0]", "SHOP_GATEWAY": "transport.headers",
}  # fmt: skip


@pytest.mark.parametrize("name", KEYS)
@given(value=HOLDS_SECRET)
@settings(max_examples=20, deadline=None)
def test_odd_values_of_a_profiles_variables(name: str, value: str) -> None:
    """A value that is accepted is masked in the report, unless it is an id."""
    data = BY_TOKEN if name in ("EBAY_TOKEN", "SHOP_OTHER_SCOPE") else PROFILE
    with environment(**{name: value}):
        try:
            profile, _ = read(data)
        except InputError as error:
            refused(error, name, KEYS[name])
            return
    if name == "EBAY_ITEMS":
        assert all(item.isprintable() for item in profile.markets["EBAY_US"].plain)
    elif value.strip() and not name.startswith("EBAY_CLIENT_ID"):
        assert value.strip() in profile.secrets


@pytest.mark.parametrize("name", PROXIES)
@given(value=ADDRESSES)
@settings(max_examples=20, deadline=None)
def test_odd_addresses_of_a_proxy(name: str, value: str) -> None:
    """A proxy that is accepted has a host and a port, and its password is masked."""
    with environment(**{name: value}):
        try:
            _, route = read(PROFILE)
        except InputError as error:
            refused(error, name, "https_proxy")
            return
    for proxy in route._proxies.values():
        assert proxy.origin.host.isascii() and 0 < proxy.origin.port < 65536
        assert not proxy.authorization or proxy.authorization.removeprefix("Basic ") in proxy.secrets


@pytest.mark.parametrize("name", [name for name in GOOD if name.startswith("EBAY_") and name != "EBAY_ITEMS"])
@given(value=HOLDS_SECRET)
@settings(max_examples=20, deadline=None)
def test_odd_credentials_of_the_wizard(name: str, value: str) -> None:
    """Credentials are complete or refused: a variable that is empty never means a target without tokens."""
    tokens = {key: "" for key in GOOD if key.startswith("EBAY_CLIENT")} if name.startswith("EBAY_TOKEN") else {}
    with environment(**{**tokens, name: value}):
        try:
            auth, apps = credentials("https://shop.example")
            parse({**PROFILE, "auth": auth, "apps": apps, "transport": {}}, "the wizard")
        except InputError as error:
            refused(error, name, "EBAY_TOKEN", "apps[1]")


@pytest.mark.parametrize("missing", ["EBAY_CLIENT_ID", "EBAY_CLIENT_SECRET", "EBAY_CLIENT_SECRET_2"])
def test_half_of_a_pair_is_named(missing: str) -> None:
    with environment(**{missing: " "}), pytest.raises(InputError, match=f"set {missing}, or neither"):
        credentials("http://127.0.0.1:9")


@pytest.mark.parametrize(
    ("name", "value"),
    [("SHOP_GATEWAY", f"{SECRET}\nX-Other: 1"), ("EBAY_CLIENT_SECRET", ""), ("http_proxy", f"socks5://u:{SECRET}@h")],
)
def test_a_wrong_variable_ends_before_the_first_request(name: str, value: str, tmp_path: Path) -> None:
    text = (ROOT / "targets" / "mock.toml").read_text(encoding="utf-8")
    text = text.replace('client_secret = "mock-secret-one"', 'client_secret = { env = "EBAY_CLIENT_SECRET" }')
    text += '\n[transport]\nproxy_from_environment = true\nheaders = { X-Gateway-Key = { env = "SHOP_GATEWAY" } }\n'
    (tmp_path / "shop.toml").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "conformance", "judge", "--target", str(tmp_path / "shop.toml")]
    command += ["--base-url", "http://127.0.0.1:9", "--report", str(tmp_path / "report"), "--quick"]
    with environment(**{name: value}):
        ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    said = (ended.stdout + ended.stderr).strip().splitlines()
    assert ended.returncode == 4 and len(said) == 1 and name in said[0] and SECRET not in said[0], said
    assert not (tmp_path / "report").exists()
