"""Reads a target profile (targets/*.toml): its shape by the published schema, then its sense by the documents.

Whatever is wrong is an InputError: one sentence in the words of the file.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from conformance.core import contract
from conformance.core.inputs import (
    InputError,
    checked_base_url,
    checked_secret,
    checked_url,
    environment_words,
    from_environment,
    read_toml,
)
from conformance.core.profile import (
    GUEST_SCOPE,
    TARGETS,
    App,
    Auth,
    Buyers,
    Coupon,
    Market,
    Payment,
    Prepaid,
    Profile,
    Role,
)
from conformance.core.profile_schema import check_shape, place

HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
FRAMING = ("content-length", "transfer-encoding", "connection", "host")  # the transport writes them
ROLE_KEYS = {
    "limit": "limit",
    "stock": "stock",
    "lot": "lot",
    "refused": "error",
    "removed": "warning",
    "warned": "warning",
    "at_payment": "error",
}
COUPON_KINDS = ("good", "oversized", "minimum", "refused", "item_bound")


def path_of(target: str) -> Path:
    """Where a profile is that is named by its name in `targets/` or by its path."""
    return Path(target) if target.endswith(".toml") or "/" in target else TARGETS / f"{target}.toml"


def load(target: str, base_url: str | None = None, *, offline: bool = False) -> Profile:
    """Reads a profile by its name in `targets/` or by its path. offline: nothing is sent, so secrets may be missing.

    Raises InputError with one sentence that names the key and what to write.
    """
    path = path_of(target)
    if path.parent == TARGETS and not os.path.isfile(path):
        known = ", ".join(sorted(path.stem for path in TARGETS.glob("*.toml") if path.stem != "template"))
        raise InputError(f"There is no profile {target[:80]!r}: give a path to a TOML file or one of {known}.")
    return parse(read_toml(path, "--target", target), path.name, base_url, folder=path.parent, offline=offline)


def parse(
    data: dict[str, Any],
    source: str,
    base_url: str | None = None,
    *,
    folder: Path | None = None,
    offline: bool = False,
) -> Profile:
    """A profile from its parsed TOML. folder: what its files are relative to. Raises InputError."""
    check_shape(data, source)
    if base_url is None and "base_url" not in data:
        raise InputError(f"base_url in {source} is missing: write an http or https URL such as http://127.0.0.1:8080.")
    base = (
        checked_base_url(data["base_url"], f"base_url in {source}")
        if base_url is None
        else checked_base_url(base_url, "--base-url")
    )
    apart = {} if base_url else data.get("endpoints", {})
    endpoints = {
        key: (checked_url if key == "token_url" else checked_base_url)(url, f"endpoints.{key} in {source}")
        for key, url in apart.items()
    }
    reader = _Reader(source, offline, local=all(map(loopback, [base, *endpoints.values()])))
    auth, payment, buyers = data.get("auth", {}), data.get("payment", {}), data.get("buyers", {})
    kind = auth.get("kind", "client_credentials")
    if payment.get("kind") in ("hosted", "manual"):
        checked_url(payment.get("script_url", ""), f"payment.script_url in {source}")
    if auth.get("other_scope") and auth["other_scope"] == auth.get("scope", GUEST_SCOPE):
        raise InputError(f"auth.other_scope in {source} is auth.scope: write a scope that does not open these methods.")
    apps = reader.apps(data.get("apps", []), kind)
    shared = reader.coupons(("coupons",), data.get("coupons", {}))
    markets = {name: reader.market(name, table, shared) for name, table in data["marketplaces"].items()}
    reader.fits(("coupons",), shared, {item for market in markets.values() for item in market.plain})
    return Profile(
        name=str(data.get("name", source.removesuffix(".toml"))),
        source=source,
        base_url=base,
        max_line_items=data.get("max_line_items"),
        endpoints=endpoints,
        auth=Auth(
            kind=kind,
            scope=str(auth.get("scope", GUEST_SCOPE)),
            other_scope=str(auth.get("other_scope", "")),
            apps=apps,
            plugin=str(auth.get("plugin", "")),
            options=reader.options(auth.get("options", {})),
        ),
        payment=Payment(
            kind=payment.get("kind", "none"),
            paid_within_s=float(payment["paid_within_s"]) if "paid_within_s" in payment else None,
            settings=payment,
        ),
        buyers=Buyers(
            good=str(buyers.get("good", "guest{n}@example.com")),
            declined=reader.declined(buyers.get("declined", [])),
        ),
        markets=markets,
        transport=reader.transport(data.get("transport", {}), folder),
        allow_production=data.get("allow_production") is True,
        stubs=reader.stubs(data.get("stubs", {}).get("testError", False)),
        prepaid=tuple(reader.prepaid(table, set(markets)) for table in data.get("prepaid", [])),
        folder=folder,
        secrets=tuple(reader.secrets),  # last: what is read above adds to them
    )


@dataclass
class _Reader:
    """One profile: what its keys mean together. local: every URL points to this machine."""

    source: str
    offline: bool
    local: bool
    secrets: list[str] = field(default_factory=list)

    def _wrong(self, path: Iterable[Any], why: str) -> InputError:
        return InputError(f"{place(list(path))} in {self.source} {why}.")

    # ------------------------------------------------------------ secrets

    def secret(self, path: tuple[Any, ...], value: Any, *, clear: bool) -> str:
        """A secret, from the environment or (clear) as it stands there."""
        name, in_header = f"{place(path)} in {self.source}", path[-1] not in ("client_id", "client_secret")
        if isinstance(value, dict):
            found = "" if self.offline else from_environment(str(value["env"]), name, in_header=in_header)
        elif clear or self.offline:
            found = checked_secret(value, name, in_header=in_header)
        else:
            raise InputError(f'{name} is a secret in clear: write {{ env = "NAME" }} and set that variable.')
        if found and path[-1] != "client_id":
            self.secrets.append(found)
        return found

    def apps(self, listed: list[dict[str, Any]], kind: str) -> tuple[App, ...]:
        """The applications; one without credentials where the target asks for none."""
        if kind == "none":
            return (App(),)
        if not listed:
            raise InputError(f"{self.source} has no app: write a table [[apps]] with client_id and client_secret.")
        needed = ("client_id", "client_secret") if kind == "client_credentials" else ("token",)
        found: list[App] = []
        for index, table in enumerate(listed):
            if index and table.get("optional") and not _given(table):
                continue
            for key in needed:
                if key not in table:
                    raise self._wrong(("apps", index, key), f"is missing: auth.kind {kind!r} needs it")
            app = App(
                **{
                    key: self.secret(("apps", index, key), value, clear=self.local or key == "client_id")
                    for key, value in table.items()
                    if key != "optional"
                }
            )
            for key, other in (("expired_token", "one that has ended"), ("other_scope_token", "one of another scope")):
                if getattr(app, key) and getattr(app, key) == app.token:
                    raise self._wrong(("apps", index, key), f"is the app's good token: write {other}")
            if not self.offline and any(getattr(app, needed[0]) == getattr(other, needed[0]) for other in found):
                raise self._wrong(
                    ("apps", index), "is the app that stands before it: write another one, or leave it out"
                )
            found.append(app)
        return tuple(found)

    def options(self, table: dict[str, Any]) -> dict[str, Any]:
        """The arguments of the authentication plug-in; those from the environment are secrets."""
        return {
            key: self.secret(("auth", "options", key), value, clear=False) if isinstance(value, dict) else value
            for key, value in table.items()
        }

    # ------------------------------------------------------------ transport

    def transport(self, table: dict[str, Any], folder: Path | None) -> dict[str, Any]:
        """[transport] with absolute paths and the values of its headers."""
        found = dict(table)
        for key in ("ca_file", "client_cert"):
            if key in table and folder is not None:
                found[key] = str((folder / Path(table[key]).expanduser()).resolve())
        headers = {}
        for name, value in table.get("headers", {}).items():
            path = ("transport", "headers", name)
            if not HEADER.fullmatch(name):
                raise self._wrong(path, "is no name of a header")
            if name.lower() in FRAMING:
                raise self._wrong(path, "is written by the suite: leave it out")
            if isinstance(value, dict):
                headers[name] = self.secret(path, value, clear=False)
            else:
                headers[name] = checked_secret(value, f"{place(path)} in {self.source}")
        return {**found, "headers": headers} if headers else found

    # ------------------------------------------------------------ what the server offers

    def market(self, name: str, table: dict[str, Any], shared: dict[str, Coupon]) -> Market:
        """One marketplace."""
        where = ("marketplaces", name)
        if name not in contract.marketplaces():
            raise self._wrong(
                where, f"is no marketplace of the documents: write one of {', '.join(contract.marketplaces())}"
            )
        if table.get("unverifiable_address") == table["address"]:
            raise self._wrong((*where, "unverifiable_address"), "is the good address: write one that brings a warning")
        home = table["address"].get("country", "")
        foreign, sanctioned = table.get("foreign_countries", []), table.get("sanctioned_countries", [])
        for key, countries in (("foreign_countries", foreign), ("sanctioned_countries", sanctioned)):
            if home in countries:
                raise self._wrong((*where, key), f"names {home}, the country of the good address")
        if both := sorted(set(foreign) & set(sanctioned)):
            raise self._wrong((*where, "foreign_countries"), f"names {both[0]}, which sanctioned_countries names too")
        plain, roles = self.items((*where, "items"), table["items"])
        own = self.coupons((*where, "coupons"), table.get("coupons", {}))
        self.fits((*where, "coupons"), own, set(plain))
        return Market(
            name=name,
            address=table["address"],
            other_address=table.get("other_address"),
            unverifiable_address=table.get("unverifiable_address"),
            foreign_countries=tuple(foreign),
            sanctioned_countries=tuple(sanctioned),
            plain=plain,
            roles=roles,
            coupons=shared | own,
        )

    def items(self, where: tuple[Any, ...], table: dict[str, Any]) -> tuple[tuple[str, ...], dict[str, Role]]:
        """(the plain items, every item's role)."""
        listed = table.get("plain", [])
        if isinstance(listed, dict):
            name = f"{place((*where, 'plain'))} in {self.source}"
            listed = environment_words(str(listed["env"]), name, optional=self.offline)
        if not listed and not self.offline:
            raise self._wrong(where, "has no plain items: list at least one item id with ample stock")
        roles: dict[str, Role] = {}
        for item, role in ((item, Role("plain")) for item in listed):
            self._once(where, roles, item, role)
        for kind, key in ROLE_KEYS.items():
            for index, role_table in enumerate(table.get(kind, [])):
                number = role_table[key]
                if key in ("error", "warning"):
                    self._documented((*where, kind, index, key), number, kind)
                    role = Role(kind, error=number)
                else:
                    role = Role(kind, amount=number)
                self._once(where, roles, role_table["item"], role)
        return tuple(listed), roles

    def _once(self, where: tuple[Any, ...], roles: dict[str, Role], item: str, role: Role) -> None:
        if item in roles:
            first = roles[item].kind
            words = f"twice under {first}" if first == role.kind else f"under {first} and under {role.kind}"
            raise self._wrong(where, f"names {item[:80]!r} {words}: an item has one role")
        roles[item] = role

    def _documented(self, path: tuple[Any, ...], number: int, kind: str) -> None:
        known = _documented_ids(kind)
        if number not in known:
            usual = [known_id for known_id in known if contract.rule_of_need(f"item.{kind}.{known_id}")] or known
            raise self._wrong(path, f"is {number}, which the documents do not know there: {_near(number, usual)}")

    def coupons(self, where: tuple[Any, ...], table: dict[str, Any]) -> dict[str, Coupon]:
        """The coupons of a table by their codes."""
        found: dict[str, Coupon] = {}
        for kind in COUPON_KINDS:
            for index, given in enumerate(table.get(kind, [])):
                coupon = Coupon(given, kind)
                if isinstance(given, dict):
                    self._documented((*where, kind, index, "error"), given["error"], "coupon")
                    least = Decimal(str(given.get("minimum", 0)))
                    coupon = Coupon(given["code"], kind, given["error"], least, tuple(given.get("fits", ())))
                if coupon.code.casefold() in map(str.casefold, found):
                    raise self._wrong(
                        (*where, kind), f"names {coupon.code[:80]!r}, which is named before: a code has one role"
                    )
                found[coupon.code] = coupon
        return found

    def fits(self, where: tuple[Any, ...], coupons: dict[str, Coupon], plain: set[str]) -> None:
        """A coupon fits plain items, or nobody could try it."""
        for coupon in coupons.values():
            if strange := [item for item in coupon.fits if item not in plain]:
                raise self._wrong(
                    (*where, coupon.kind), f"fits {strange[0][:80]!r}, which is not among the plain items"
                )

    def declined(self, listed: list[dict[str, Any]]) -> dict[str, int]:
        """Buyers whose payment is refused, by e-mail address."""
        found: dict[str, int] = {}
        for index, buyer in enumerate(listed):
            self._documented(("buyers", "declined", index, "error"), buyer["error"], "declined")
            if found.setdefault(buyer["email"].casefold(), buyer["error"]) != buyer["error"]:
                raise self._wrong(("buyers", "declined", index), "names a buyer again, with another error")
        return found

    def stubs(self, given: bool | list[str]) -> tuple[str, ...]:
        """The negative-testing strings that the server knows."""
        known = tuple(dict.fromkeys(stub.string for stub in contract.stubs()))
        if isinstance(given, bool):
            return known if given else ()
        for string in given:
            if string not in known:
                raise self._wrong(("stubs", "testError"), f"names {string[:80]!r}: write some of {', '.join(known)}")
        return tuple(given)

    def prepaid(self, given: dict[str, Any], markets: set[str]) -> Prepaid:
        """An order or session that was paid before the run."""
        session, marketplace = given.get("session", ""), given.get("marketplace", "")
        if session and marketplace not in markets:
            raise InputError(
                f"A [[prepaid]] session in {self.source} needs its marketplace, one of {', '.join(sorted(markets))}."
            )
        if marketplace and marketplace not in contract.marketplaces():
            raise InputError(
                f"A [[prepaid]] table in {self.source} names a marketplace that the documents do not have."
            )
        if not session and "order" not in given:
            raise InputError(f"A [[prepaid]] table in {self.source} has no order: write its purchaseOrderId.")
        return Prepaid(given.get("order", ""), marketplace, session)


def _given(table: dict[str, Any]) -> bool:
    """Whether every variable that a table names is set."""
    return all(os.environ.get(value["env"], "").strip() for value in table.values() if isinstance(value, dict))


def _documented_ids(kind: str) -> frozenset[int]:
    """The ids that the documents give the condition of a role."""
    operations = contract.operations()
    if kind in ("removed", "warned"):
        return operations[contract.INITIATE].warnings
    operation = {"coupon": contract.APPLY, "at_payment": contract.PLACE_ORDER, "declined": contract.PLACE_ORDER}
    return frozenset(operations[operation.get(kind, contract.INITIATE)].ids)


def _near(number: int, known: Iterable[int]) -> str:
    nearest = sorted(known, key=lambda known_id: (abs(known_id - number), known_id))[:5]
    return f"write one such as {', '.join(map(str, sorted(nearest)))} (docs/ids.md has them all)"


def loopback(url: str) -> bool:
    """Whether a URL points to this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:  # a name such as 127.example.com
        return False
