"""`python -m conformance profile`: asks a target a few announced questions and writes a commented profile for it.

Credentials come from the environment: EBAY_CLIENT_ID and EBAY_CLIENT_SECRET (and the same with _2 for a second app), or
EBAY_TOKEN; a target on this machine may do without. No secret is written.

Exit status: 0 a profile that loads, 1 no profile or one in which something must be filled in first, 4 wrong input.
"""

from __future__ import annotations

import argparse
import difflib
import json
import os
import secrets
from pathlib import Path
from typing import Any

from conformance.client.api_client import ApiClient, RunStopped
from conformance.commands.probe.address_and_payment import ADDRESS_CALLS, find_addresses, find_declined, find_payment
from conformance.commands.probe.address_and_payment import most_calls as payment_calls
from conformance.commands.probe.catalog import Catalog, read_catalog
from conformance.commands.probe.coupon_roles import find_coupon_roles
from conformance.commands.probe.coupon_roles import most_calls as coupon_calls
from conformance.commands.probe.item_roles import confirm_item_roles, find_item_roles, find_maximum
from conformance.commands.probe.item_roles import most_calls as item_calls
from conformance.commands.probe.observations import Seen
from conformance.commands.probe.profile_text import Asked, Found, render
from conformance.commands.probe.sample_addresses import ADDRESSES, Address
from conformance.commands.probe.session import WizardSession
from conformance.core import contract, inputs
from conformance.core.command_line import DONE, WORSE, Parser, counted
from conformance.core.inputs import InputError
from conformance.core.places import ROOT
from conformance.core.profile import GUEST_SCOPE
from conformance.core.profile_reader import load, loopback, parse
from conformance.driver.discovery import cause_of

MOST_REQUESTS = 10**6
OTHER_SCOPE = "https://api.ebay.com/oauth/api_scope"
ID, SECRET, TOKEN = "EBAY_CLIENT_ID", "EBAY_CLIENT_SECRET", "EBAY_TOKEN"


def arguments(given: list[str]) -> argparse.Namespace:
    """The command line."""
    parser = Parser("profile", __doc__ or "")
    parser.add_argument("base_url", help="what stands before /buy/order/v2/…")
    parser.add_argument("--items", default="", metavar="ID,ID|@FILE", help="item ids; EBAY_GB:ID for one marketplace")
    parser.add_argument(
        "--from-catalog", type=Path, metavar="FILE", help="a shop's own CSV or JSON of items and coupons"
    )
    parser.add_argument("--marketplaces", default="", metavar="NAMES", help="EBAY_US unless the items name others")
    parser.add_argument("--coupons", default="", metavar="CODES", help="redemption codes to try")
    parser.add_argument("--declined", default="", metavar="EMAILS", help="buyers whose payment is refused")
    parser.add_argument(
        "--addresses", type=Path, metavar="FILE", help="JSON: by marketplace, an address for good, other, unverifiable"
    )
    parser.add_argument(
        "--out", default="profile.toml", metavar="FILE", help="where the profile goes (%(default)s); never overwritten"
    )
    parser.add_argument("--order-url", metavar="URL", help="where getGuestPurchaseOrder is, if apart")
    parser.add_argument("--token-url", metavar="URL", help="the token endpoint, if apart")
    parser.add_argument("--place-order", action="store_true", help="place orders, elsewhere than on this machine too")
    parser.add_argument("--most", metavar="N", help="no more than N requests")
    return parser.parse_args(given)


def split(text: str) -> list[str]:
    """The words of a list with commas or blanks, or of the file that `@` names. Raises InputError."""
    if text.startswith("@"):
        lines = inputs.read_text(Path(text[1:]), "--items").splitlines()
        text = " ".join(line.partition("#")[0] for line in lines)
    return list(dict.fromkeys(text.replace(",", " ").split()))


def by_market(items: list[str], names: list[str]) -> dict[str, list[str]]:
    """The items to ask about in each marketplace. Raises InputError."""
    found: dict[str, list[str]] = {name: [] for name in names}
    for text in items:
        name, _, item = text.partition(":")
        if item:
            found.setdefault(name, []).append(item)
    everywhere = [text for text in items if ":" not in text]
    if everywhere and not found:
        found["EBAY_US"] = []
    for listed in found.values():
        listed += [item for item in everywhere if item not in listed]
    for name in found:
        if name not in contract.marketplaces():
            raise InputError(f"{name} is no marketplace: write one of {', '.join(contract.marketplaces())}.")
    if not any(found.values()):
        raise InputError("No item is given: name at least one with --items (ITEMS=) or in the file of --from-catalog.")
    return {name: listed for name, listed in found.items() if listed}


def given_addresses(path: Path | None) -> dict[str, dict[str, Address]]:
    """By marketplace: `good`, `other` and `unverifiable`, as the file has them. Raises InputError."""
    if path is None:
        return {}
    try:
        data = json.loads(inputs.read_text(path, "--addresses"))
    except (ValueError, RecursionError):
        raise InputError(f"--addresses names {path}, which is no JSON.") from None
    whole = isinstance(data, dict) and all(
        isinstance(by_use, dict) and all(isinstance(address, dict) for address in by_use.values())
        for by_use in data.values()
    )
    if not whole:
        raise InputError(f'--addresses names {path}: write {{"EBAY_US": {{"good": {{…}}, "other": {{…}}}}}}.')
    return dict(data)


def free_place(wanted: Path) -> Path:
    """The file to write: the wanted one, or one beside it where that is there already. Raises InputError."""
    if not wanted.parent.is_dir():
        raise InputError(f"--out names {wanted}: the folder {wanted.parent} is not there.")
    if wanted.is_dir():
        raise InputError(f"--out names {wanted}, which is a folder.")
    beside = (wanted.with_name(f"{wanted.stem}.{number}{wanted.suffix}") for number in range(2, 1000))
    return next(place for place in (wanted, *beside) if not place.exists())


def credentials(base: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """([auth], [[apps]]) of the profile to write, each secret as the name of its variable. Raises InputError."""
    if _app_is_given(""):
        suffixes = ["", "_2"] if _app_is_given("_2") else [""]
        apps = [{"client_id": {"env": ID + suffix}, "client_secret": {"env": SECRET + suffix}} for suffix in suffixes]
        return {"kind": "client_credentials", "scope": GUEST_SCOPE}, apps
    if os.environ.get(TOKEN, "").strip():
        listed = [TOKEN] + ([f"{TOKEN}_2"] if os.environ.get(f"{TOKEN}_2", "").strip() else [])
        return {"kind": "token"}, [{"token": {"env": variable}} for variable in listed]
    if loopback(base):
        return {"kind": "none"}, []
    raise InputError(f"No credentials: set {ID} and {SECRET}, or {TOKEN}.")


def _app_is_given(suffix: str) -> bool:
    """Whether both variables of an app are set. Raises InputError if only one of them is."""
    missing = [name for name in (ID + suffix, SECRET + suffix) if not os.environ.get(name, "").strip()]
    if len(missing) == 1:
        raise InputError(f"{ID}{suffix} and {SECRET}{suffix} belong together: set {missing[0]}, or neither.")
    return not missing


def main(given: list[str]) -> int:
    """Asks, writes, and says what it did; see the module. Raises InputError."""
    options = arguments(given)
    if options.most is not None:
        options.most = inputs.whole_number(options.most, "--most", 1, MOST_REQUESTS)
    base = inputs.checked_base_url(options.base_url, "The base URL")
    catalog = read_catalog(options.from_catalog) if options.from_catalog else Catalog([], [], {})
    if options.from_catalog:
        counts = f"{counted(len(catalog.items), 'item')} and {counted(len(catalog.coupons), 'coupon')}"
        print(f"Read {counts} from {options.from_catalog}.")
    names = split(options.marketplaces)
    listed = [text for text in catalog.items if not names or text.partition(":")[0] in names or ":" not in text]
    markets = by_market([*split(options.items), *listed], names)
    addresses = given_addresses(options.addresses)
    asked = Asked(
        coupons=list(dict.fromkeys([*split(options.coupons), *catalog.coupons])),
        declined=split(options.declined),
        roles=catalog.roles,
    )
    out = free_place(Path(options.out))
    auth, apps = credentials(base)
    endpoints = {"order_url": options.order_url, "token_url": options.token_url}
    data: dict[str, Any] = {
        "name": Path(options.out).stem,
        "base_url": base,
        "endpoints": {key: endpoint for key, endpoint in endpoints.items() if endpoint},
        "auth": auth,
        "apps": apps,
        "marketplaces": {},
    }
    skipped = {}
    for name, items in markets.items():
        good = addresses.get(name, {}).get("good") or _sample(name, 0)
        if good is None:
            skipped[name] = f"there is no sample address for {name}: give one in the file of --addresses"
        else:
            data["marketplaces"][name] = {"address": good, "items": {"plain": items}}
    if not data["marketplaces"]:
        raise InputError(f"Nothing can be asked: {'; '.join(skipped.values())}.")
    profile = parse(data, "the wizard")
    if profile.reads_only:
        raise InputError("The vendor's production hosts are not probed.")
    found = Found(profile, asked, skipped=skipped, pays=options.place_order or loopback(base))
    markets = {name: listed for name, listed in markets.items() if name not in skipped}
    most = len(apps) + 2 + sum(most_calls(len(listed), asked, found.pays) for listed in markets.values())
    most = most if options.most is None else min(most, options.most)
    print(
        f"Probing {profile.base_url} with at most {counted(most, 'request')}{', orders among them' if found.pays else ''}."
    )
    _ask(found, markets, addresses, most)
    print(f"Sent {counted(found.sent, 'request')}. {found.stopped or ''}".rstrip())
    if not any(seen.of("plain") for seen in found.markets):
        print("Nothing is written: no item could be bought, so there is nothing to judge with.")
        remarks = [str(good.remark or good.error) for seen in found.markets for good in seen.goods]
        for remark in list(dict.fromkeys(remarks))[:3] if not found.stopped else ():
            print(f"  {remark}")
        return WORSE
    return _write(found, data, Path(options.out), out)


def _sample(name: str, number: int) -> Address | None:
    country = contract.marketplaces()[name]["country"]
    return ADDRESSES[country][number] if country in ADDRESSES else None


def most_calls(items: int, asked: Asked, pays: bool) -> int:
    """The most requests that one marketplace takes."""
    paying = payment_calls(items, len(asked.declined)) if pays else 0
    return item_calls(items) + coupon_calls(len(asked.coupons), items) + ADDRESS_CALLS + paying


def _write(found: Found, data: dict[str, Any], wanted: Path, out: Path) -> int:
    schema = os.path.relpath(ROOT / "targets" / "profile.schema.json", out.parent)
    text = f"#:schema {Path(schema).as_posix()}\n{render(found, data)}"
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{out} cannot be written: {error.strerror}.") from None
    if out != wanted:
        before = inputs.read_text(wanted, "--out").splitlines()
        differing = [line for line in difflib.unified_diff(before, text.splitlines(), lineterm="", n=0)][2:]
        lines = sum(line[:1] in "+-" for line in differing)
        print(f"{wanted} is there and stays as it is; {lines} lines differ, see  diff {wanted} {out}")
    try:
        load(str(out))
    except InputError as error:
        print(f"Wrote {out}, to be completed by hand: {error}")
        return WORSE
    print(f"Wrote {out}: read its comments, then  make conformance TARGET={out}")
    return DONE


def _ask(found: Found, markets: dict[str, list[str]], addresses: dict[str, dict[str, Address]], most: int) -> None:
    """Fills `found`, as far as the target and the number of requests allow."""
    profile = found.profile

    def spend() -> None:
        if found.sent >= most:
            raise RunStopped(
                f"The budget of {counted(most, 'request')} is used up; what it did not tell stands in comments."
            )
        found.sent += 1

    target = ApiClient(profile, key=secrets.token_bytes(16), before_request=spend)
    try:
        if profile.auth.kind == "client_credentials":
            for app in profile.auth.apps:
                target.token(app, profile.auth.scope)
            granted = target.grant(profile.auth.apps[0].client_id, profile.auth.apps[0].client_secret, OTHER_SCOPE)
            found.other_scope = OTHER_SCOPE if granted.status == 200 else ""
        for name, items in markets.items():
            seen = Seen(name, profile.markets[name].address)
            found.markets.append(seen)
            _one_market(found, WizardSession(target, seen), items, addresses.get(name, {}))
    except RunStopped as stopped:
        found.stopped = str(stopped)
        if profile.auth.kind == "none" and "token" in found.stopped:
            found.stopped = (
                f"The target asks for a token, and no credentials were given: set {ID} and {SECRET}, or {TOKEN}."
            )
    finally:
        target.close()
    first = found.markets[0].first if found.markets else None
    if first and not found.stopped and not any(market.of("plain") for market in found.markets):
        found.stopped = cause_of(first, profile)


def _one_market(found: Found, probe: WizardSession, items: list[str], addresses: dict[str, Address]) -> None:
    find_item_roles(probe, items)
    plain = [good.item for good in probe.seen.of("plain")]
    if len(found.markets) == 1:
        found.maximum, found.about_maximum = find_maximum(probe, plain)
    if not plain:
        return
    country = contract.marketplaces()[probe.seen.name]["country"]
    other = addresses.get("other") or _sample(probe.seen.name, 1) or {**probe.seen.address, "addressLine2": "Flat 3"}
    find_addresses(probe, other, "DE" if country == "FR" else "FR", addresses.get("unverifiable"))
    confirm_item_roles(probe)
    find_coupon_roles(probe, found.asked.coupons)
    if found.pays and (len(found.markets) == 1 or found.payment == "place_order"):
        found.payment, found.about_payment = find_payment(probe)
        if len(found.markets) == 1 and found.payment == "place_order":
            find_declined(probe, found.asked.declined)
