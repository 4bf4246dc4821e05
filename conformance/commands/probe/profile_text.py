"""Writes what a probe found as a commented target profile; what it did not find out stands in it as comments."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from conformance.commands.probe.observations import Good, Seen, Voucher
from conformance.core.profile import Profile

ENDED = 15018
ROLES = ("plain", "limit", "stock", "lot", "refused", "removed", "warned", "at_payment")


@dataclass(frozen=True)
class Asked:
    """What the wizard was asked to try. roles: the catalog's own word for an item."""

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
        f"# Written by `python -m conformance profile` after {found.sent} requests to {found.profile.base_url}.",
        "# Each value is what the server showed: correct what is wrong. A line that begins with # and has a key in it is",
        "# an example of what was not found: write your own value and remove the first #, or leave the line as it is.",
        "# docs/profile.md explains every key.",
    ]
    if found.stopped:
        lines.append(note(f"The server was not asked everything: {found.stopped}").strip())
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
            '# declined = [{ email = "declined@example.com", error = 15023 }]  # buyers whose payment is refused with that id'
        )
    for seen in found.markets:
        lines += ["", *_market(seen, found)]
    for name, why in found.skipped.items():
        lines += ["", f"# [marketplaces.{name}]  # {why}"]
    if not found.markets:
        lines += ["", "# [marketplaces.EBAY_US]  # not asked about: add its address and items"]
    return "\n".join(lines) + "\n"


def _auth(found: Found, data: dict[str, Any]) -> list[str]:
    auth = data["auth"]
    lines = ["[auth]", *(f"{key} = {toml(setting)}" for key, setting in auth.items())]
    if auth["kind"] == "client_credentials":
        scope = found.other_scope or "https://api.ebay.com/oauth/api_scope"
        line = f"other_scope = {toml(scope)}  # a scope of the app that does not open these methods"
        lines.append(line if found.other_scope else f"# {line}; this one was not granted")
    if auth["kind"] == "none":
        lines += ["# No credentials were in the environment. If the server asks for a token, set EBAY_CLIENT_ID and"]
        lines += ["# EBAY_CLIENT_SECRET and probe again."]
    for app in data["apps"]:
        lines += ["", "[[apps]]", *(f"{key} = {toml(setting)}" for key, setting in app.items())]
        if app is data["apps"][0]:
            lines.append(
                '# expired_token = { env = "EBAY_EXPIRED_TOKEN" }  # the variable holds a token of this app that has expired'
            )
            if auth["kind"] == "token":
                name = "EBAY_OTHER_SCOPE_TOKEN"
                lines.append(f'# other_scope_token = {{ env = "{name}" }}  # its scope does not open these methods')
    if len(data["apps"]) == 1:
        key = "token" if auth["kind"] == "token" else "client_id"
        lines += [
            "",
            "# A second app must not see the sessions and orders of the first. With one, remove the # of these lines:",
        ]
        lines += ["# [[apps]]", f'# {key} = {{ env = "EBAY_{key.upper()}_2" }}']
        lines += ['# client_secret = { env = "EBAY_CLIENT_SECRET_2" }'] if key == "client_id" else []
    return lines


def _payment(found: Found) -> list[str]:
    lines = ["[payment]", f'kind = "{found.payment}"{note(found.about_payment)}']
    if found.payment == "place_order":
        lines.append(
            "# paid_within_s = 0  # if the server promises it: an order is PAID after so many seconds, 0 for at once"
        )
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
        lines.append(
            f"{name} = {toml(listed)}"
            if listed
            else f"# {name} = {example}  # {example[2:-2]} was not refused for its country"
        )
    lines += ["", f"[marketplaces.{seen.name}.items]"]
    plain = [(toml(role.item), role.remark) for role in seen.of("plain")]
    lines += _list("plain", plain) if plain else ["plain = []  # none found: at least one is needed"]
    for kind, key in (("limit", "limit"), ("stock", "stock"), ("lot", "lot")):
        lines += _list(kind, [_entry(role, key, role.amount) for role in seen.of(kind)])
    for kind, key in (("refused", "error"), ("removed", "warning"), ("warned", "warning"), ("at_payment", "error")):
        lines += _list(
            kind, [_entry(good, key, good.error) for good in seen.of(kind) if not _elsewhere(good, seen, found)]
        )
    if others := sum(_elsewhere(good, seen, found) for good in seen.goods):
        lines.append(f"# {others} items of other marketplaces are refused with {ENDED} here and left out")
    lines += [f"# left out: {toml(good.item)}: {note(good.remark)[4:]}" for good in seen.of("unknown")]
    for good in seen.goods:
        said = found.asked.roles.get(good.item, "")
        if said != good.kind and (said in ROLES or (said and good.kind == "unknown")):
            lines.append(f"# {toml(good.item)}: the catalog says {note(said)[4:]}, seen as {good.kind}")
    lines += [note(remark).strip() for remark in seen.remarks]
    if seen.coupons:
        lines += ["", *_coupons(seen)]
    return lines


def _entry(good: Good, key: str, value: int) -> tuple[str, str]:
    return f"{{ item = {toml(good.item)}, {key} = {value} }}", good.remark


# The keys of a profile, each with an example for the role that no item or coupon has.
EXAMPLES = {
    "limit": '{ item = "v1|…|0", limit = 2 }',
    "stock": '{ item = "v1|…|0", stock = 3 }',
    "lot": '{ item = "v1|…|0", lot = 5 }',
    "refused": '{ item = "v1|…|0", error = 15018 }',
    "removed": '{ item = "v1|…|0", warning = 15043 }',
    "warned": '{ item = "v1|…|0", warning = 20000 }',
    "at_payment": '{ item = "v1|…|0", error = 15020 }',
}
COUPON_EXAMPLES = {
    "good": '"…"',
    "oversized": '"…"',
    "refused": '{ code = "…", error = 16003 }',
    "minimum": '{ code = "…", minimum = "100.00", error = 16005 }',
    "item_bound": '{ code = "…", error = 16013, fits = ["v1|…|0"] }',
}


def _list(name: str, entries: list[tuple[str, str]], examples: dict[str, str] = EXAMPLES) -> list[str]:
    if not entries:
        return [f"# {name} = [{examples[name]}]  # none found"]
    return [f"{name} = [", *(f"    {text},{note(remark)}" for text, remark in entries), "]"]


def _coupons(seen: Seen) -> list[str]:
    lines = [f"[marketplaces.{seen.name}.coupons]"]
    of = {kind: [coupon for coupon in seen.coupons if coupon.kind == kind] for kind in (*COUPON_EXAMPLES, "unknown")}
    for kind in ("good", "oversized"):
        lines += _list(kind, [(toml(coupon.code), coupon.remark) for coupon in of[kind]], COUPON_EXAMPLES)
    refused = [(f"{{ code = {toml(coupon.code)}, error = {coupon.error} }}", coupon.remark) for coupon in of["refused"]]
    lines += _list("refused", refused, COUPON_EXAMPLES)
    lines += _list("minimum", [_minimum(coupon) for coupon in of["minimum"]], COUPON_EXAMPLES)
    lines += _list("item_bound", [_item_bound(coupon) for coupon in of["item_bound"] if coupon.fits], COUPON_EXAMPLES)
    lines += [
        f"# left out: {toml(coupon.code)}: refused with {coupon.error} with each of a few items"
        for coupon in of["item_bound"]
        if not coupon.fits
    ]
    return lines + [f"# left out: {toml(coupon.code)}: {note(coupon.remark)[4:]}" for coupon in of["unknown"]]


def _minimum(voucher: Voucher) -> tuple[str, str]:
    """The entry; as a comment where the amount was not found."""
    between = f"refused at {voucher.refused}, taken at {voucher.taken}"
    if voucher.minimum is None:
        table = f'# {{ code = {toml(voucher.code)}, minimum = "…", error = {voucher.error} }}'
        found = f"; {between}" if voucher.taken else ""
        return table, f"refused for a small cart{found}: write the minimum and remove the first #"
    table = f'{{ code = {toml(voucher.code)}, minimum = "{voucher.minimum:.2f}", error = {voucher.error} }}'
    return table, f"{between}: correct it if another amount between the two is the minimum"


def _item_bound(voucher: Voucher) -> tuple[str, str]:
    """The entry, as a comment: which items the coupon fits was tried with a few, and it may depend on something else."""
    table = f"# {{ code = {toml(voucher.code)}, error = {voucher.error}, fits = {toml(voucher.fits)} }}"
    seen = f"taken with {len(voucher.fits)} of a few items"
    return (
        table,
        f"{seen}: list in fits every plain item that it fits, and remove the first #; delete it if the address decides",
    )
