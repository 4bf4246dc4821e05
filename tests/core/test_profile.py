"""Target profiles: whatever is wrong in one is told in one sentence that names the key; secrets stay where they belong."""

from __future__ import annotations

import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from conformance.client.api_client import ApiClient
from conformance.core import contract
from conformance.core.inputs import InputError
from conformance.core.profile import Profile
from conformance.core.profile_reader import load, loopback, parse
from tests.doubles.reference_goods import US

REMOTE = "https://target.example"
SECRET = "s3cret-in-clear"
GOOD: dict[str, Any] = {
    "base_url": "http://127.0.0.1:1",
    "apps": [{"client_id": "one", "client_secret": SECRET}],
    "marketplaces": {"EBAY_US": {"address": US, "items": {"plain": ["v1|1|0"]}}},
}
ITEM = "marketplaces.EBAY_US.items"


def changed(path: str, value: Any) -> dict[str, Any]:
    """The good profile with another value at a path; None takes the key out."""
    data = deepcopy(GOOD)
    *outer, last = path.split(".")
    holder: Any = data
    for part in outer:
        holder = holder[int(part)] if isinstance(holder, list) else holder.setdefault(part, {})
    holder.pop(last, None) if value is None else holder.__setitem__(last, value)
    return data


def complaint(data: dict[str, Any], base_url: str | None = None) -> str:
    with pytest.raises(InputError) as words:
        parse(data, "shop.toml", base_url)
    return str(words.value)


def test_the_smallest_profile() -> None:
    profile = parse(deepcopy(GOOD), "shop.toml")
    assert profile.name == "shop" and profile.payment.kind == "none" and profile.max_line_items is None
    assert profile.auth.kind == "client_credentials" and profile.auth.scope.endswith("buy.guest.order")
    assert profile.offers("token_endpoint") and not profile.offers("payment") and not profile.offers("second_app")


def test_tokens_that_open_nothing() -> None:
    """A profile that brings its tokens may bring those that are not good as well."""
    data = changed("auth", {"kind": "token", "other_scope": "of a token endpoint"})
    data["apps"] = [{"token": "good"}]
    assert parse(deepcopy(data), "shop.toml").bad_tokens == ("none", "made-up")
    data["apps"] = [{"token": "good", "expired_token": "old", "other_scope_token": "narrow"}]
    profile = parse(deepcopy(data), "shop.toml")
    assert profile.bad_tokens == ("none", "made-up", "expired", "other-scope")
    target = ApiClient(profile, key=b"k")
    assert target.credential("expired") == "Bearer old" and target.credential("other-scope") == "Bearer narrow"
    assert parse(changed("auth", {"kind": "none"}), "shop.toml").bad_tokens == ()
    data["apps"] = [{"token": "good", "other_scope_token": "good"}]
    assert "other_scope_token" in complaint(data)


@pytest.mark.parametrize(
    ("path", "value", "names"),
    [
        ("base_url", None, "base_url"),
        ("base_url", 7, "base_url"),
        ("base_url", "", "base_url"),
        ("base_url", "127.0.0.1:8080", "base_url"),
        ("base_url", "ftp://127.0.0.1", "base_url"),
        ("base_url", "http://", "base_url"),
        ("endpoints.order_url", "orders", "endpoints.order_url"),
        ("endpoints.orders", "http://127.0.0.1", "endpoints.orders"),
        ("endpoints", 7, "endpoints"),
        ("auth.kind", "basic", "auth.kind"),
        ("auth.kind", 7, "auth.kind"),
        ("auth.scopes", "x", "auth.scopes"),
        ("auth", "token", "auth"),
        ("apps", [], "[[apps]]"),
        ("apps", {"client_id": "one"}, "apps"),
        ("apps.0.client_id", None, "client_id"),
        ("apps.0.client_secret", None, "client_secret"),
        ("apps.0.client_secret", 7, "apps[0].client_secret"),
        ("apps.0.client_secret", {"env": "SURELY_NOT_SET_ANYWHERE"}, "SURELY_NOT_SET_ANYWHERE"),
        ("apps.0.client_secret", {"environment": "X"}, "apps[0].client_secret"),
        ("apps.0.secret", "x", "apps[0].secret"),
        ("payment.kind", "card", "payment.kind"),
        ("payment.paid", 1, "payment.paid"),
        ("buyers.bad", "x", "buyers.bad"),
        ("buyers.declined", ["a@b.example"], "buyers.declined"),
        ("buyers.declined", [{"email": "a@b.example"}], "buyers.declined[0].error"),
        ("buyers.declined", [{"error": 15023}], "buyers.declined[0].email"),
        ("buyers.declined", [{"email": "a@b.example", "error": "15023"}], "buyers.declined[0].error"),
        ("coupons.goods", ["A"], "coupons.goods"),
        ("coupons.refused", ["A"], "coupons.refused"),
        ("coupons.refused", [{"code": "A"}], "coupons.refused[0].error"),
        ("coupons.minimum", [{"code": "A", "error": 16005, "minimum": "much"}], "minimum"),
        ("coupons.minimum", [{"error": 16005, "minimum": "1"}], "coupons.minimum[0].code"),
        ("marketplaces", None, "[marketplaces.EBAY_US]"),
        ("marketplaces", {}, "[marketplaces.EBAY_US]"),
        ("marketplaces.EBAY_US", 7, "marketplaces.EBAY_US"),
        ("marketplaces.EBAY_US.address", None, "marketplaces.EBAY_US"),
        ("marketplaces.EBAY_US.addresses", {}, "marketplaces.EBAY_US.addresses"),
        ("marketplaces.EBAY_US.items", 7, ITEM),
        (f"{ITEM}.plain", None, ITEM),
        (f"{ITEM}.plain", [], ITEM),
        (f"{ITEM}.limits", [], f"{ITEM}.limits"),
        (f"{ITEM}.limit", [{"item": "v1|1|0"}], f"{ITEM}.limit[0].limit"),
        (f"{ITEM}.limit", [{"limit": 2}], f"{ITEM}.limit[0].item"),
        (f"{ITEM}.lot", [{"item": "v1|1|0", "lot": True}], f"{ITEM}.lot[0].lot"),
        (f"{ITEM}.refused", ["v1|1|0"], f"{ITEM}.refused"),
        (f"{ITEM}.refused", [{"item": "v1|1|0", "warning": 15018}], f"{ITEM}.refused[0].error"),
        ("marketplaces.EBAY_US.coupons.best", [], "marketplaces.EBAY_US.coupons.best"),
        ("max_line_items", 0, "max_line_items"),
        ("max_line_items", "ten", "max_line_items"),
        ("max_line_items", 2.5, "max_line_items"),
        ("max_line_items", 4.0, "max_line_items in shop.toml is 4.0: write a whole number"),
        ("buyers.declined", [{"email": "a@b.example", "error": 15023.0}], "buyers.declined[0].error"),
        ("coupons.refused", [{"code": "A", "error": 16002.0}], "coupons.refused[0].error"),
        (f"{ITEM}.limit", [{"item": "v1|1|0", "limit": 2.0}], f"{ITEM}.limit[0].limit"),
        (f"{ITEM}.refused", [{"item": "v1|1|0", "error": 15018.0}], f"{ITEM}.refused[0].error"),
        ("transport.timeout", 7, "transport.timeout"),
        ("colour", "red", "colour"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(path: str, value: Any, names: str) -> None:
    said = complaint(changed(path, value))
    assert names in said, said
    assert said.endswith(".") and "\n" not in said and len(said) < 300
    assert "shop.toml" in said or "base_url" in said or "endpoints" in said
    assert SECRET not in said and "Traceback" not in said


@pytest.mark.parametrize("value", ["", "localhost:8080", "ws://x", "file:///etc/passwd"])
def test_a_wrong_base_url_option_is_named(value: str) -> None:
    assert "--base-url" in complaint(GOOD, value)


def test_secrets_in_clear_are_for_loopback_alone() -> None:
    for url in ("http://127.0.0.1:8080", "http://localhost", "http://[::1]:1", "http://127.9.9.9/x"):
        assert loopback(url) and parse(changed("base_url", url), "shop.toml")
    for url in (REMOTE, "http://10.0.0.1", "http://127.example.com", "http://localhost.example.com"):
        said = complaint(changed("base_url", url))
        assert "apps[0].client_secret" in said and "env" in said and SECRET not in said, url
    assert "client_secret" in complaint(GOOD, REMOTE)  # the URL that counts is the one that is called
    elsewhere = changed("endpoints.token_url", f"{REMOTE}/token")
    assert "client_secret" in complaint(elsewhere)  # the secret would go there
    assert parse(elsewhere, "shop.toml", "http://127.0.0.1:2").endpoints == {}


def test_secrets_of_the_environment_serve_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_SECRET", "from-outside")
    profile = parse(changed("apps.0.client_secret", {"env": "SHOP_SECRET"}) | {"base_url": REMOTE}, "shop.toml")
    assert profile.auth.apps[0].client_secret == "from-outside" and "from-outside" in profile.secrets


def test_no_secret_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    profile = parse(deepcopy(GOOD), "shop.toml")
    assert SECRET not in repr(profile) and SECRET not in str(profile.auth.apps)
    assert profile.secrets == (SECRET,)


def test_a_token_in_place_of_a_grant(monkeypatch: pytest.MonkeyPatch) -> None:
    data = changed("auth", {"kind": "token"})
    assert "apps[0].token" in complaint(data)
    data["apps"] = [{"token": "t0ken"}]
    assert parse(data, "shop.toml").auth.apps[0].token == "t0ken"
    assert "apps[0].token" in complaint(data | {"base_url": REMOTE})


def test_no_app_is_needed_without_auth() -> None:
    profile = parse(changed("auth", {"kind": "none"}) | {"apps": []}, "shop.toml")
    assert profile.auth.kind == "none" and not profile.offers("token_endpoint")


def test_a_number_of_thousands_of_digits_is_wrong_input(tmp_path: Path) -> None:
    (tmp_path / "big.toml").write_text("max_line_items = " + "9" * 5000, encoding="utf-8")
    with pytest.raises(InputError, match=r"big\.toml is not valid TOML: a number"):
        load(str(tmp_path / "big.toml"))


def test_a_profile_that_cannot_be_read_is_wrong_input(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no profile 'nowhere'.*mock"):
        load("nowhere")
    broken = tmp_path / "broken.toml"
    broken.write_text("name = ", encoding="utf-8")
    with pytest.raises(InputError, match=r"broken\.toml is not valid TOML"):
        load(str(broken))
    broken.write_bytes(b"name = '\xff'")
    with pytest.raises(InputError, match=r"broken\.toml, which is no text in UTF-8"):
        load(str(broken))


@pytest.fixture(scope="module")
def mock() -> Profile:
    return load("mock")


def test_the_mock_offers_everything(mock: Profile) -> None:
    """Whatever a requirement needs of a target, the embedded mock has it; so every rule is judged there."""
    lacking = {
        (requirement.id, need)
        for requirement in contract.requirements().values()
        for need in requirement.needs
        if not any(mock.offers(each) for each in need.split("|"))
    }
    assert lacking == set()


def test_each_operation_has_the_url_of_its_endpoint(mock: Profile) -> None:
    apart = {
        "order_url": "http://127.0.0.1:2/o/",
        "place_order_url": "http://127.0.0.1:3",
        "token_url": "http://127.0.0.1:4/t",
    }
    profile = parse(deepcopy(GOOD) | {"base_url": "http://127.0.0.1:1/prefix/", "endpoints": apart}, "shop.toml")
    assert profile.url(contract.READ) == profile.url(contract.INITIATE) == "http://127.0.0.1:1/prefix"
    assert profile.url(contract.READ_ORDER) == "http://127.0.0.1:2/o"
    assert profile.url(contract.PLACE_ORDER) == "http://127.0.0.1:3"
    assert profile.url(contract.TOKEN) == "http://127.0.0.1:4/t"
    assert mock.url(contract.TOKEN) == "http://127.0.0.1:8080/identity/v1/oauth2/token"
    elsewhere = profile.with_base_url("http://127.0.0.1:9/")
    assert elsewhere.url(contract.READ_ORDER) == "http://127.0.0.1:9" and elsewhere.endpoints == {}
    assert profile.hosts() == {"127.0.0.1"}


def test_roles_and_coupons(mock: Profile) -> None:
    market = mock.markets["EBAY_US"]
    assert mock.role("EBAY_US", market.plain[0]) and mock.role("EBAY_XX", market.plain[0]) is None
    assert mock.role("EBAY_US", "v1|1|0") is None and mock.role(None, "v1|1|0") is None
    item = market.items("refused", 15018)[0]
    role = mock.role("EBAY_US", item)
    assert role and (role.kind, role.error) == ("refused", 15018)
    assert market.items("limit") and not market.items("refused", 1)
    good = mock.coupon("EBAY_US", "fiveoff")
    assert (
        good
        and good.kind == "good"
        and mock.coupon("EBAY_US", "NONE") is None
        and mock.coupon("EBAY_XX", "FIVEOFF") is None
    )
    assert re.fullmatch("[A-Z]{2}", market.country)


@pytest.mark.parametrize(
    ("need", "offered"),
    [("items.1", True), ("items.2", False), ("items.max", False), ("seen.fee", True), ("item.limit", False),
     ("coupon.good", False), ("buyer.declined", False), ("second_marketplace", False), ("address.other", False)],
)  # fmt: skip
def test_what_the_smallest_profile_offers(need: str, offered: bool) -> None:
    assert parse(deepcopy(GOOD), "shop.toml").offers(need) is offered
