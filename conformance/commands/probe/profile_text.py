"""Writes what a probe found as a commented target profile; what it did not find out stands in it as comments."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from conformance.commands.probe.observations import Good, Seen, Voucher
from conformance.core.profile import Profile

ENDED = 15018


@dataclass(frozen=True)
class Asked:
    """What the wizard was told to ask about. roles: the catalog's own word for an item."""

    coupons: list[str] = field(default_factory=list)
    declined: list[str] = field(default_factory=list)
    roles: dict[str, str] = field(default_factory=dict)


@dataclass
class Found:
    """Everything that the wizard learned. stopped: why it ended early; skipped: why a marketplace was not asked about."""

    profile: Profile
    asked: Asked
    skipped: dict[str, str] = field(default_factory=dict)
    pays: bool = False
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
        return "{ " + ", ".join(f"{key} = {toml(member)}" for key, member in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def note(text: str) -> str:
    """A text of the target on one line of a comment."""
    return "  # " + "".join(char if char.isprintable() else "?" for char in text)[:160] if text else ""


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
        lines += ["", "[endpoints]", *(f"{key} = {toml(url)}" for key, url in data["endpoints"].items())]
    lines += ["", *_auth(found, data), "", *_payment(found), ""]
    lines += ["[buyers]", 'good = "guest{n}@example.com"']
    declined = [pair for seen in found.markets for pair in seen.declined]
    if declined:
        entries = [f"{{ email = {toml(email)}, error = {error} }}" for email, error in declined]
        lines.append(f"declined = [{', '.join(entries)}]")
    else:
        lines.append(
            '# declined = [{ email = "declined@example.com", error = 15023 }]  # a buyer whose payment is refused'
        )
    for seen in found.markets:
        lines += ["", *_market(seen, found)]
    for name, why in found.skipped.items():
        lines += ["", f"# [marketplaces.{name}]  # {why}"]
    if not found.markets:
        lines += ["", "# [marketplaces.EBAY_US]  # not reached"]
    return "\n".join(lines) + "\n"


def _auth(found: Found, data: dict[str, Any]) -> list[str]:
    auth = data["auth"]
    lines = ["[auth]", *(f"{key} = {toml(setting)}" for key, setting in auth.items())]
    if auth["kind"] == "client_credentials":
        scope = found.other_scope or "https://api.ebay.com/oauth/api_scope"
        line = f"other_scope = {toml(scope)}  # a scope of the app that does not open these methods"
        lines.append(line if found.other_scope else f"# {line}")
    if auth["kind"] == "none":
        lines += ["# No credentials were in the environment. If the server asks for a token, set EBAY_CLIENT_ID and"]
        lines += ["# EBAY_CLIENT_SECRET and probe again."]
    for app in data["apps"]:
        lines += ["", "[[apps]]", *(f"{key} = {toml(setting)}" for key, setting in app.items())]
        if app is data["apps"][0]:
            lines.append('# expired_token = { env = "EBAY_EXPIRED_TOKEN" }  # a token of this app that has ended')
            if auth["kind"] == "token":
                name = "EBAY_OTHER_SCOPE_TOKEN"
                lines.append(f'# other_scope_token = {{ env = "{name}" }}  # its scope does not open these methods')
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


def _elsewhere(good: Good, seen: Seen, found: Found) -> bool:
    """Whether an item is refused here as ended, and known in another marketplace: it belongs there alone."""
    others = [other for market in found.markets if market is not seen for other in market.goods]
    return good.error == ENDED and any(other.item == good.item and other.error != ENDED for other in others)


def _market(seen: Seen, found: Found) -> list[str]:
    lines = [f"[marketplaces.{seen.name}]", f"address = {toml(seen.address)}"]
    lines.append(
        f"other_address = {toml(seen.other)}" if seen.other else "# other_address = { … }  # taken without a warning"
    )
    lines.append(
        f"unverifiable_address = {toml(seen.unverifiable)}"
        if seen.unverifiable
        else "# unverifiable_address = { … }  # one that is taken with warning 15007"
    )
    for name, listed, example in (
        ("foreign_countries", seen.foreign, '["FR"]'),
        ("sanctioned_countries", seen.sanctioned, '["KP"]'),
    ):
        lines.append(f"{name} = {toml(listed)}" if listed else f"# {name} = {example}  # not refused, or not tried")
    lines += ["", f"[marketplaces.{seen.name}.items]"]
    lines += _list("plain", [(toml(role.item), role.remark) for role in seen.of("plain")], empty=True)
    for kind, key in (("limit", "limit"), ("stock", "stock"), ("lot", "lot")):
        lines += _list(kind, [_entry(role, key, role.amount) for role in seen.of(kind)])
    for kind, key in (("refused", "error"), ("removed", "warning"), ("warned", "warning"), ("at_payment", "error")):
        lines += _list(
            kind, [_entry(good, key, good.error) for good in seen.of(kind) if not _elsewhere(good, seen, found)]
        )
    if others := sum(_elsewhere(good, seen, found) for good in seen.goods):
        lines.append(f"# {others} items of other marketplaces are refused with {ENDED} here and left out")
    lines += [f"# {toml(good.item)}: {note(good.remark)[4:]}" for good in seen.of("unknown")]
    for good in seen.goods:
        if (said := found.asked.roles.get(good.item)) and said != good.kind:
            lines.append(f"# {toml(good.item)}: the catalog says {note(said)[4:]}, seen as {good.kind}")
    lines += [note(remark).strip() for remark in seen.remarks]
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
        "refused",
        [(f"{{ code = {toml(voucher.code)}, error = {voucher.error} }}", voucher.remark) for voucher in refused],
    )
    exact = [coupon for coupon in seen.coupons if coupon.kind == "minimum" and coupon.minimum is not None]
    lines += _list("minimum", [_minimum(coupon) for coupon in exact])
    for kind in ("minimum", "item_bound", "unknown"):
        lines += [_guess(coupon) for coupon in seen.coupons if coupon.kind == kind and coupon not in exact]
    return lines


def _minimum(voucher: Voucher) -> tuple[str, str]:
    table = f'{{ code = {toml(voucher.code)}, minimum = "{voucher.minimum:.2f}", error = {voucher.error} }}'
    return table, f"refused at {voucher.refused}, taken at {voucher.taken}: the multiple of five between them"


def _guess(voucher: Voucher) -> str:
    if voucher.kind == "minimum":
        table = f'{{ code = {toml(voucher.code)}, minimum = "…", error = {voucher.error} }}'
        between = f": between {voucher.refused} and {voucher.taken}" if voucher.taken else ""
        return f"# minimum = [{table}]  # refused for a small cart; from which amount on is it taken{between}?"
    if voucher.kind == "item_bound":
        table = f"{{ code = {toml(voucher.code)}, error = {voucher.error}, fits = {toml(voucher.fits)} }}"
        return f"# item_bound = [{table}]  # name every plain item that it fits; or it hangs on the address"
    return f"# {toml(voucher.code)}: {note(voucher.remark)[4:]}"
