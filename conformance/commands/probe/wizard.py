"""`python -m conformance profile`: asks a target a few announced questions and writes a commented profile for it.

Credentials come from the environment: EBAY_CLIENT_ID and EBAY_CLIENT_SECRET (and the same with _2 for a second app), or
EBAY_TOKEN; a target on this machine may do without. No secret is written. Exit status: 0 a profile that loads, 1 one in
which something must be filled in first, 4 wrong input.
"""

from __future__ import annotations

import argparse
import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from conformance.client.api_client import ApiClient, RunStopped
from conformance.commands.probe.profile_text import Found, render
from conformance.commands.probe.questions import Look, Seen, most_calls
from conformance.commands.probe.sample_addresses import ADDRESSES
from conformance.core import contract
from conformance.core.command_line import Parser
from conformance.core.inputs import InputError
from conformance.core.profile import GUEST_SCOPE, PRODUCTION_HOSTS, load, parse
from conformance.core.profile_reader import loopback
from conformance.driver.discovery import cause_of

OTHER_SCOPE = "https://api.ebay.com/oauth/api_scope"
ID, SECRET, TOKEN = "EBAY_CLIENT_ID", "EBAY_CLIENT_SECRET", "EBAY_TOKEN"


def arguments(given: list[str]) -> argparse.Namespace:
    """The command line."""
    parser = Parser("profile", (__doc__ or "").partition("\n")[0])
    parser.add_argument("base_url", help="what stands before /buy/order/v2/…")
    parser.add_argument(
        "--items", required=True, metavar="ID,ID|@FILE", help="item ids; EBAY_GB:ID for one marketplace"
    )
    parser.add_argument("--marketplaces", default="", metavar="NAMES", help="EBAY_US unless the items name others")
    parser.add_argument("--coupons", default="", metavar="CODES", help="redemption codes to try")
    parser.add_argument("--out", default="profile.toml", metavar="FILE", help="where the profile goes (%(default)s)")
    parser.add_argument("--order-url", metavar="URL", help="where getGuestPurchaseOrder is, if apart")
    parser.add_argument("--token-url", metavar="URL", help="the token endpoint, if apart")
    parser.add_argument("--place-order", action="store_true", help="place orders, elsewhere than on this machine too")
    parser.add_argument("--most", type=int, metavar="N", help="no more than N requests")
    return parser.parse_args(given)


def split(text: str) -> list[str]:
    """The words of a list with commas or blanks, or of the file that `@` names. Raises InputError."""
    if text.startswith("@"):
        try:
            lines = Path(text[1:]).read_text(encoding="utf-8").splitlines()
        except OSError as error:
            raise InputError(f"{text[1:]} cannot be read: {error.strerror}.") from None
        text = " ".join(line.partition("#")[0] for line in lines)
    return list(dict.fromkeys(text.replace(",", " ").split()))


def by_market(items: list[str], names: list[str]) -> dict[str, list[str]]:
    """The items to ask about in each marketplace. Raises InputError."""
    found: dict[str, list[str]] = {name: [] for name in names}
    for entry in items:
        name, _, item = entry.partition(":")
        if not item:
            continue
        found.setdefault(name, []).append(item)
    for entry in items:
        for name in (found or {"EBAY_US": []}) if ":" not in entry else ():
            found.setdefault(name, []).append(entry)
    for name in found:
        known = contract.marketplaces().get(name)
        if known is None:
            raise InputError(f"{name} is no marketplace: write one of {', '.join(contract.marketplaces())}.")
        if known["country"] not in ADDRESSES:
            raise InputError(f"There is no sample address for {name}: write that part of the profile by hand.")
    if not any(found.values()):
        raise InputError("No item is given: name at least one with --items (ITEMS=).")
    return {name: listed for name, listed in found.items() if listed}


def credentials(base: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """([auth], [[apps]]) of the profile to write, each secret as the name of its variable. Raises InputError."""
    if os.environ.get(ID) and os.environ.get(SECRET):
        suffixes = [""] + (["_2"] if os.environ.get(f"{ID}_2") and os.environ.get(f"{SECRET}_2") else [])
        apps = [{"client_id": {"env": ID + suffix}, "client_secret": {"env": SECRET + suffix}} for suffix in suffixes]
        return {"kind": "client_credentials", "scope": GUEST_SCOPE}, apps
    if os.environ.get(TOKEN):
        listed = [TOKEN] + ([f"{TOKEN}_2"] if os.environ.get(f"{TOKEN}_2") else [])
        return {"kind": "token"}, [{"token": {"env": entry}} for entry in listed]
    if loopback(base):
        return {"kind": "none"}, []
    raise InputError(f"No credentials: set {ID} and {SECRET}, or {TOKEN}.")


def main(given: list[str]) -> int:
    """Asks, writes, and says what it did; see the module. Raises InputError."""
    options = arguments(given)
    names = split(options.marketplaces)
    markets = by_market(split(options.items), names)
    coupons = split(options.coupons)
    auth, apps = credentials(options.base_url)
    endpoints = {"order_url": options.order_url, "token_url": options.token_url}
    data = {
        "name": urlsplit(options.base_url).hostname or "target",
        "base_url": options.base_url,
        "endpoints": {key: endpoint for key, endpoint in endpoints.items() if endpoint},
        "auth": auth,
        "apps": apps,
        "marketplaces": {
            name: {"address": ADDRESSES[contract.marketplaces()[name]["country"]][0], "items": {"plain": listed}}
            for name, listed in markets.items()
        },
    }
    profile = parse(data, "the probe")
    if profile.hosts() & set(PRODUCTION_HOSTS):
        raise InputError("The vendor's production hosts are not probed.")
    pays = options.place_order or loopback(options.base_url)
    most = len(apps) + 1 + sum(most_calls(len(listed), len(coupons), pays) for listed in markets.values())
    most = min(most, options.most or most)
    print(f"Probing {profile.base_url} with at most {most} requests{', orders among them' if pays else ''}.")
    found = Found(profile, coupons_asked=coupons)
    _ask(found, markets, most, pays)
    out = Path(options.out)
    try:
        out.write_text(render(found, data), encoding="utf-8")
    except OSError as error:
        raise InputError(f"{out} cannot be written: {error.strerror}.") from None
    print(f"Sent {found.sent} requests. {found.stopped or ''}".rstrip())
    try:
        load(str(out))
    except InputError as error:
        print(f"Wrote {out}, to be completed by hand: {error}")
        return 1
    print(f"Wrote {out}: read its comments, then  make conformance TARGET={out}")
    return 0


def _ask(found: Found, markets: dict[str, list[str]], most: int, pays: bool) -> None:
    """Fills `found`, as far as the target and the number of requests allow."""
    profile = found.profile

    def spend() -> None:
        if found.sent >= most:
            raise RunStopped(f"The {most} requests are used up; what they did not tell stands in comments.")
        found.sent += 1

    target = ApiClient(profile, key=secrets.token_bytes(16), before_request=spend)
    try:
        if profile.auth == "client_credentials":
            for app in profile.apps:
                target.token(app, profile.scope)
            granted = target.grant(profile.apps[0].client_id, profile.apps[0].client_secret, OTHER_SCOPE)
            found.other_scope = OTHER_SCOPE if granted.status == 200 else ""
        for name, items in markets.items():
            country = contract.marketplaces()[name]["country"]
            seen = Seen(name, ADDRESSES[country][0])
            found.markets.append(seen)
            _one_market(found, Look(target, seen), items, country, pays)
    except RunStopped as stopped:
        found.stopped = str(stopped)
        if profile.auth == "none" and "token" in found.stopped:
            found.stopped += f" None were given: set {ID} and {SECRET}, or {TOKEN}."
    finally:
        target.close()
    first = found.markets[0].first if found.markets else None
    if first and not found.stopped and not any(market.of("plain") for market in found.markets):
        found.stopped = cause_of(first)


def _one_market(found: Found, look: Look, items: list[str], country: str, pays: bool) -> None:
    look.items(items)
    plain = [entry.item for entry in look.seen.of("plain")]
    if len(found.markets) == 1:
        found.maximum, found.about_maximum = look.maximum(plain)
    if not plain:
        return
    look.addresses(ADDRESSES[country][1], "DE" if country == "FR" else "FR")
    look.coupons(found.coupons_asked)
    if pays and (len(found.markets) == 1 or found.payment == "place_order"):
        found.payment, found.about_payment = look.payment()
