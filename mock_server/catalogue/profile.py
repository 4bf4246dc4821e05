"""The mock's own target profile, by role: what `targets/mock.toml` holds (a test keeps the two equal)."""

from __future__ import annotations

from typing import Any

from mock_server.catalogue.addresses import FOREIGN, GOOD, OTHER, SANCTIONED_COUNTRIES, UNVERIFIABLE
from mock_server.catalogue.goods import (
    APPS,
    BUYERS,
    COUPONS,
    EXPIRED_TOKENS,
    ITEMS,
    MARKETPLACES,
    OTHER_SCOPE,
    SCOPE,
    UNKNOWN_COUPON,
)
from mock_server.catalogue.model import Item, decimal

_HEAD = """\
# The embedded mock, by role. Written by `python -m mock_server --profile`; change mock_server/catalogue/ and write it again.
# The secrets are the mock's own and open nothing else.
"""


def text(value: Any) -> str:
    """A TOML value; tables and lists of tables on one line."""
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case str():
            escaped = value.replace("\\", "\\\\").replace('"', '\\"')
            return f'"{escaped}"'
        case dict():
            return "{ " + ", ".join(f"{key} = {text(inner)}" for key, inner in value.items()) + " }"
        case list():
            return "[" + ", ".join(text(inner) for inner in value) + "]"
    raise TypeError(type(value))


def _rows(name: str, values: list[Any]) -> list[str]:
    return [f"{name} = [", *(f"    {text(value)}," for value in values), "]"] if values else []


def coupons() -> dict[str, list[Any]]:
    every = COUPONS.values()
    return {
        "good": [c.code for c in every if (c.value or c.percent) and not (c.error or c.code == "GIANT")],
        "oversized": ["GIANT"],
        "minimum": [{"code": c.code, "minimum": decimal(c.minimum, 2), "error": c.error} for c in every if c.minimum],
        "refused": [
            {"code": UNKNOWN_COUPON, "error": 16002},
            *({"code": c.code, "error": c.refused} for c in every if c.refused),
        ],
    }


def item_bound(items: list[Item]) -> list[Any]:
    """Coupons for a category, with the plain items of a marketplace that they fit."""
    plain = [item for item in items if item.role == "plain"]
    return [
        {"code": c.code, "error": c.error, "fits": [item.id for item in plain if item.category == c.category]}
        for c in COUPONS.values()
        if c.category
    ]


def roles(items: list[Item]) -> dict[str, list[Any]]:
    def pick(trait: str, key: str) -> list[Any]:
        found = [(item.id, getattr(item, trait)) for item in items if getattr(item, trait)]
        return [{"item": id, key: value} for id, value in found]

    return {
        "plain": [item.id for item in items if item.role == "plain"],
        "limit": pick("limit", "limit"),
        "stock": [{"item": item.id, "stock": item.stock} for item in items if item.role == "stock"],
        "lot": pick("lot", "lot"),
        "refused": pick("refused", "error"),
        "removed": pick("removed", "warning"),
        "warned": pick("warned", "warning"),
        "at_payment": [
            *pick("at_payment", "error"),
            *({"item": item.id, "error": 15005} for item in items if item.unpaid),
        ],
    }


def profile() -> str:
    lines = [_HEAD, 'name = "mock"', 'base_url = "http://127.0.0.1:8080"', "max_line_items = 4", ""]
    lines += ["[auth]", 'kind = "client_credentials"', f"scope = {text(SCOPE)}"]
    lines += [f"other_scope = {text(OTHER_SCOPE)}", ""]
    expired = {app: token for token, app in EXPIRED_TOKENS.items()}
    for app, secret in APPS.items():
        lines += ["[[apps]]", f"client_id = {text(app)}", f"client_secret = {text(secret)}"]
        lines += [f"expired_token = {text(expired[app])}", ""]
    lines += ["[payment]", 'kind = "place_order"', "paid_within_s = 0", ""]
    declined = [{"email": email, "error": error} for email, error in BUYERS.items()]
    lines += ["[buyers]", 'good = "guest{n}@example.com"', *_rows("declined", declined), ""]
    lines += ["[coupons]"]
    for role, values in coupons().items():
        lines += _rows(role, values)
    for name in MARKETPLACES:
        lines += ["", f"[marketplaces.{name}]"]
        lines += [f"address = {text(GOOD[name])}", f"other_address = {text(OTHER[name])}"]
        lines += [f"unverifiable_address = {text(UNVERIFIABLE[name])}"]
        lines += [f"foreign_countries = {text(FOREIGN[name])}", f"sanctioned_countries = {text(SANCTIONED_COUNTRIES)}"]
        lines += ["", f"[marketplaces.{name}.items]"]
        items = list(ITEMS[name].values())
        for role, values in roles(items).items():
            lines += _rows(role, values)
        lines += ["", f"[marketplaces.{name}.coupons]", *_rows("item_bound", item_bound(items))]
    return "\n".join(lines) + "\n"
