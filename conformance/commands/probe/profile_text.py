"""Writes what a probe found as a commented target profile; what it did not find out stands in it as comments."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from conformance.commands.probe.questions import Good, Seen, Voucher
from conformance.core.profile import Profile


@dataclass
class Found:
    """Everything that a probe learned. stopped: why it ended early."""

    profile: Profile
    coupons_asked: list[str] = field(default_factory=list)
    markets: list[Seen] = field(default_factory=list)
    other_scope: str = ""
    maximum: int | None = None
    about_maximum: str = "not found out"
    payment: str = "none"
    about_payment: str = "not tried: placing an order was not asked for (--place-order)"
    sent: int = 0
    stopped: str = ""


def toml(value: Any) -> str:
    """A value on one line of TOML."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(entry)}" for key, entry in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def note(text: str) -> str:
    """A text of the target on one line of a comment."""
    return "  # " + "".join(entry if entry.isprintable() else "?" for entry in text)[:160] if text else ""


def render(found: Found, data: dict[str, Any]) -> str:
    """The whole profile."""
    lines = [
        f"# Written by a probe of {found.profile.base_url} in {found.sent} requests. Whatever it says is what was seen once:",
        "# read it, correct it, and fill in the lines that are comments. docs/profile.md explains every key.",
    ]
    if found.stopped:
        lines.append(note(f"The probe ended early: {found.stopped}").strip())
    lines += ["", f"name = {toml(found.profile.name)}", f"base_url = {toml(found.profile.base_url)}"]
    maximum = f"max_line_items = {found.maximum}" if found.maximum else "# max_line_items = 4"
    lines.append(maximum + note(found.about_maximum))
    if data["endpoints"]:
        lines += ["", "[endpoints]", *(f"{key} = {toml(entry)}" for key, entry in data["endpoints"].items())]
    lines += ["", *_auth(found, data), "", *_payment(found), ""]
    lines += ["[buyers]", 'good = "guest{n}@example.com"']
    lines.append('# declined = [{ email = "declined@example.com", error = 15023 }]  # a buyer whose payment is refused')
    for seen in found.markets:
        lines += ["", *_market(seen)]
    if not found.markets:
        lines += ["", "# [marketplaces.EBAY_US]  # not reached"]
    return "\n".join(lines) + "\n"


def _auth(found: Found, data: dict[str, Any]) -> list[str]:
    auth = data["auth"]
    lines = ["[auth]", *(f"{key} = {toml(entry)}" for key, entry in auth.items())]
    if auth["kind"] == "client_credentials":
        scope = found.other_scope or "https://api.ebay.com/oauth/api_scope"
        line = f"other_scope = {toml(scope)}  # a scope of the app that does not open these methods"
        lines.append(line if found.other_scope else f"# {line}")
    if auth["kind"] == "none":
        lines += ["# No credentials were in the environment. If the server asks for a token, set EBAY_CLIENT_ID and"]
        lines += ["# EBAY_CLIENT_SECRET and probe again."]
    for app in data["apps"]:
        lines += ["", "[[apps]]", *(f"{key} = {toml(entry)}" for key, entry in app.items())]
        if app is data["apps"][0]:
            lines.append('# expired_token = { env = "EBAY_EXPIRED_TOKEN" }  # a token of this app that has ended')
    if len(data["apps"]) == 1:
        key = "token" if auth["kind"] == "token" else "client_id"
        lines += ["", "# [[apps]]  # a second app is the stranger who must not see the first one's sessions"]
        lines += [f'# {key} = {{ env = "EBAY_{key.upper()}_2" }}']
    return lines


def _payment(found: Found) -> list[str]:
    lines = ["[payment]", f'kind = "{found.payment}"{note(found.about_payment)}']
    if found.payment == "place_order":
        lines.append("# paid_within_s = 0  # a promise that is yours to make: an order is PAID within so many seconds")
    return lines


def _market(seen: Seen) -> list[str]:
    lines = [f"[marketplaces.{seen.name}]", f"address = {toml(seen.address)}"]
    lines.append(
        f"other_address = {toml(seen.other)}" if seen.other else "# other_address = { … }  # taken without a warning"
    )
    lines.append("# unverifiable_address = { … }  # one that is taken with warning 15007")
    for name, listed, example in (
        ("foreign_countries", seen.foreign, '["FR"]'),
        ("sanctioned_countries", seen.sanctioned, '["KP"]'),
    ):
        lines.append(f"{name} = {toml(listed)}" if listed else f"# {name} = {example}  # not refused, or not tried")
    lines += ["", f"[marketplaces.{seen.name}.items]"]
    lines += _list("plain", [(toml(entry.item), entry.remark) for entry in seen.of("plain")], empty=True)
    for kind, key in (("limit", "limit"), ("stock", "stock"), ("lot", "lot")):
        lines += _list(kind, [_entry(entry, key, entry.amount) for entry in seen.of(kind)])
    for kind, key in (("refused", "error"), ("removed", "warning"), ("warned", "warning"), ("at_payment", "error")):
        lines += _list(kind, [_entry(entry, key, entry.error) for entry in seen.of(kind)])
    lines += [f"# {toml(entry.item)}: {note(entry.remark)[4:]}" for entry in seen.of("unknown")]
    if seen.coupons:
        lines += ["", *_coupons(seen)]
    return lines


def _entry(good: Good, key: str, value: int) -> tuple[str, str]:
    return f"{{ item = {toml(good.item)}, {key} = {value} }}", good.remark


def _list(name: str, entries: list[tuple[str, str]], *, empty: bool = False) -> list[str]:
    if not entries:
        return [f"{name} = []" if empty else f"# {name} = []  # none found"]
    return [f"{name} = [", *(f"    {text},{note(remark)}" for text, remark in entries), "]"]


def _coupons(seen: Seen) -> list[str]:
    lines = [f"[marketplaces.{seen.name}.coupons]"]
    for kind in ("good", "oversized"):
        lines += _list(kind, [(toml(coupon.code), coupon.remark) for coupon in seen.coupons if coupon.kind == kind])
    refused = [coupon for coupon in seen.coupons if coupon.kind == "refused"]
    lines += _list(
        "refused", [(f"{{ code = {toml(entry.code)}, error = {entry.error} }}", entry.remark) for entry in refused]
    )
    for kind in ("minimum", "item_bound", "unknown"):
        lines += [_guess(coupon) for coupon in seen.coupons if coupon.kind == kind]
    return lines


def _guess(voucher: Voucher) -> str:
    if voucher.kind == "minimum":
        entry = f'{{ code = {toml(voucher.code)}, minimum = "…", error = {voucher.error} }}'
        return f"# minimum = [{entry}]  # refused for a small cart: from which amount on is it taken?"
    if voucher.kind == "item_bound":
        entry = f"{{ code = {toml(voucher.code)}, error = {voucher.error}, fits = {toml(voucher.fits)} }}"
        return f"# item_bound = [{entry}]  # name every plain item that it fits; or it hangs on the address"
    return f"# {toml(voucher.code)}: {note(voucher.remark)[4:]}"
