"""The target profile: what a server sells and offers, by role, and how to reach it (targets/*.toml, docs/profile.md)."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from conformance.core import contract, places
from conformance.core.inputs import InputError, checked_url
from conformance.core.profile_reader import ROLE_KEYS, TABLES, TOP, Reader, loopback

TARGETS = places.ROOT / "targets"
GUEST_SCOPE = "https://api.ebay.com/oauth/api_scope/buy.guest.order"
PRODUCTION_HOSTS = ("api.ebay.com", "apix.ebay.com")
PAYMENTS = ("place_order", "hosted", "manual", "prepaid", "none")


@dataclass(frozen=True)
class Role:
    """What an item is good for. amount: the limit, the stock or the lot; error: the id of its refusal or warning."""

    kind: str
    error: int = 0
    amount: int = 0


@dataclass(frozen=True)
class Coupon:
    """What a coupon is good for: good, oversized, minimum, item_bound or refused. fits: the items that it fits."""

    code: str
    kind: str
    error: int = 0
    minimum: Decimal = Decimal(0)
    fits: tuple[str, ...] = ()


@dataclass(frozen=True)
class Market:
    """What one marketplace offers."""

    name: str
    address: dict[str, Any]
    other_address: dict[str, Any] | None = None
    unverifiable_address: dict[str, Any] | None = None
    foreign_countries: tuple[str, ...] = ()
    sanctioned_countries: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()
    roles: dict[str, Role] = field(default_factory=dict)
    coupons: dict[str, Coupon] = field(default_factory=dict)

    @property
    def country(self) -> str:
        """The country that the marketplace ships to."""
        return str(self.address.get("country", ""))

    def items(self, kind: str, error: int | None = None) -> list[str]:
        """The items of a role."""
        return [
            item for item, role in self.roles.items() if role.kind == kind and (error is None or role.error == error)
        ]

    def coupons_of(self, *kinds: str) -> list[Coupon]:
        """The coupons of these kinds."""
        return [coupon for coupon in self.coupons.values() if coupon.kind in kinds]


@dataclass(frozen=True)
class App:
    """An application's credentials; never printed."""

    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    expired_token: str = field(default="", repr=False)


@dataclass(frozen=True)
class Prepaid:
    """A purchase order that was paid beforehand, by the first app, and the checkout session that it came from."""

    order: str
    marketplace: str
    session: str = ""


@dataclass(frozen=True)
class Profile:
    """A target, as its TOML file says it."""

    name: str
    source: str
    base_url: str
    max_line_items: int | None
    endpoints: dict[str, str]
    auth: str
    scope: str
    other_scope: str
    apps: tuple[App, ...]
    payment: str
    paid_within_s: float | None
    good_buyer: str
    declined: dict[str, int]
    markets: dict[str, Market]
    transport: dict[str, Any] = field(default_factory=dict)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    allow_production: bool = False
    stubs: bool = False
    prepaid: tuple[Prepaid, ...] = ()
    paying: dict[str, Any] = field(default_factory=dict)

    def url(self, operation: str) -> str:
        """What stands before `/buy/order/…` for an operation; for `token` the whole URL of the endpoint."""
        base = self.base_url.rstrip("/")
        if operation == contract.TOKEN:
            return self.endpoints.get("token_url") or f"{base}/identity/v1/oauth2/token"
        key = {contract.READ_ORDER: "order_url", contract.PLACE_ORDER: "place_order_url"}.get(operation, "session_url")
        return self.endpoints.get(key, base).rstrip("/")

    def hosts(self) -> frozenset[str]:
        """Every host that traffic may go to."""
        urls = [self.base_url, *self.endpoints.values()]
        return frozenset(host for url in urls if (host := urlsplit(url).hostname))

    @property
    def reads_only(self) -> bool:
        """Whether nothing but reading is allowed: the vendor's production hosts."""
        return bool(self.hosts() & set(PRODUCTION_HOSTS))

    def stubbed(self) -> frozenset[str]:
        """The requirements that the sandbox's stubs let judge here."""
        ways = [stub for stub in contract.stubs() if self.pays_by_call or stub.operation != contract.PLACE_ORDER]
        return frozenset(way.requirement for way in ways) if self.stubs else frozenset()

    @property
    def pays_by_call(self) -> bool:
        """Whether v1's placeGuestOrder is there."""
        return self.payment == "place_order"

    def role(self, marketplace: str | None, item: str) -> Role | None:
        """What the profile says of an item; None if it says nothing."""
        market = self.markets.get(marketplace or "")
        return market.roles.get(item) if market else None

    def coupon(self, marketplace: str, code: str) -> Coupon | None:
        """What the profile says of a coupon; None if it says nothing."""
        market = self.markets.get(marketplace)
        return (
            next((coupon for coupon in market.coupons.values() if coupon.code.casefold() == code.casefold()), None)
            if market
            else None
        )

    def with_base_url(self, base_url: str) -> Profile:
        """The same target elsewhere."""
        return replace(self, base_url=checked_url(base_url, "--base-url"), endpoints={})

    def prepaid_as(self, subject: str | None) -> Prepaid | None:
        """What the profile says of a session or an order that was paid before the run."""
        return next((entry for entry in self.prepaid if subject and subject in (entry.order, entry.session)), None)

    def offers(self, need: str) -> bool:
        """Whether the target has what a requirement needs (the vocabulary of contracts/requirements)."""
        if need in NEEDS:
            return NEEDS[need](self)
        head, _, rest = need.partition(".")
        if head == "items":
            wanted = (self.max_line_items or 4) if rest == "max" else int(rest)
            return any(len(market.plain) >= wanted for market in self.markets.values())
        if head == "item":
            kind, _, error = rest.partition(".")
            return any(market.items(kind, int(error) if error else None) for market in self.markets.values())
        if head == "coupon":
            return any(market.coupons_of(rest) for market in self.markets.values())
        return head == "seen"  # learned from answers


NEEDS: dict[str, Callable[[Profile], bool]] = {
    "second_app": lambda it: len(it.apps) > 1,
    "second_marketplace": lambda it: len(it.markets) > 1,
    "payment": lambda it: it.payment in ("place_order", "hosted", "manual"),
    "place_order": lambda it: it.pays_by_call,
    "prepaid": lambda it: any(entry.order for entry in it.prepaid),
    "prepaid.session": lambda it: any(entry.session for entry in it.prepaid),
    "token": lambda it: it.auth != "none",
    "token_endpoint": lambda it: it.auth == "client_credentials",
    "expired_token": lambda it: any(app.expired_token for app in it.apps),
    "other_scope": lambda it: bool(it.other_scope),
    "coupon": lambda it: any(market.coupons_of("good", "oversized") for market in it.markets.values()),
    "second_coupon": lambda it: any(len(market.coupons_of("good", "oversized")) > 1 for market in it.markets.values()),
    "buyer.declined": lambda it: bool(it.declined) and it.payment == "place_order",
    "address.other": lambda it: any(market.other_address for market in it.markets.values()),
    "address.unverifiable": lambda it: any(market.unverifiable_address for market in it.markets.values()),
    "address.foreign": lambda it: any(market.foreign_countries for market in it.markets.values()),
    "address.sanctioned": lambda it: any(market.sanctioned_countries for market in it.markets.values()),
    "paid_promise": lambda it: it.paid_within_s is not None,
}


def path_of(target: str) -> Path:
    """Where a profile is that is named by its name in `targets/` or by its path."""
    return Path(target) if target.endswith(".toml") or "/" in target else TARGETS / f"{target}.toml"


def load(target: str, base_url: str | None = None) -> Profile:
    """Reads a profile by its name in `targets/` or by its path.

    Raises InputError with one sentence that names the key and what to write.
    """
    path = path_of(target)
    if not path.is_file():
        known = ", ".join(sorted(path.stem for path in TARGETS.glob("*.toml") if path.stem != "template"))
        raise InputError(f"There is no profile {target!r}: give a path to a TOML file or one of {known}.")
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path.name} is not valid TOML: {error}.") from None
    return parse(data, path.name, base_url)


def parse(data: dict[str, Any], source: str, base_url: str | None = None) -> Profile:
    """A profile from its parsed TOML. Raises InputError."""
    secrets: list[str] = []
    reader = Reader(source, secrets)
    reader.keys("", data, TOP)
    base = checked_url(base_url or reader.text("", data, "base_url"), "--base-url" if base_url else "base_url")
    for name in ("endpoints", "auth", "payment", "buyers", "coupons", "transport", "stubs"):
        reader.keys(name, reader.table(data, name), TABLES[name])
    auth = reader.table(data, "auth")
    kind = reader.choice("auth.kind", auth.get("kind", "client_credentials"), ("client_credentials", "token", "none"))
    payment = reader.table(data, "payment")
    apart = {} if base_url else reader.table(data, "endpoints")
    endpoints = {key: checked_url(str(entry), f"endpoints.{key}") for key, entry in apart.items()}
    apps = _apps(reader, data, kind, all(map(loopback, [base, *endpoints.values()])))
    shared = _coupons(reader, "coupons", reader.table(data, "coupons"))
    markets = reader.table(data, "marketplaces")
    if not markets:
        raise InputError(
            f"{source} offers no marketplace: write a table [marketplaces.EBAY_US] with an address and items."
        )
    buyers = reader.table(data, "buyers")
    maximum = data.get("max_line_items")
    if maximum is not None and (not isinstance(maximum, int) or maximum < 1):
        raise InputError(
            f"max_line_items in {source} must be a whole number from 1 on; leave it out if it is not known."
        )
    return Profile(
        name=str(data.get("name", source.removesuffix(".toml"))),
        source=source,
        base_url=base,
        max_line_items=maximum,
        endpoints=endpoints,
        auth=kind,
        scope=str(auth.get("scope", GUEST_SCOPE)),
        other_scope=str(auth.get("other_scope", "")),
        apps=apps,
        payment=reader.choice("payment.kind", payment.get("kind", "none"), PAYMENTS),
        paid_within_s=float(payment["paid_within_s"]) if "paid_within_s" in payment else None,
        good_buyer=str(buyers.get("good", "guest{n}@example.com")),
        declined={
            reader.text("buyers.declined", entry, "email").casefold(): reader.number("buyers.declined", entry, "error")
            for entry in reader.list("buyers.declined", buyers.get("declined", []))
        },
        markets={name: _market(reader, name, market, shared) for name, market in markets.items()},
        transport=reader.table(data, "transport"),
        secrets=tuple(secrets),
        allow_production=data.get("allow_production") is True,
        stubs=reader.table(data, "stubs").get("testError") is True,
        prepaid=tuple(
            _prepaid(reader, entry, set(markets)) for entry in reader.list("prepaid", data.get("prepaid", []))
        ),
        paying=_paying(reader, payment),
    )


def _prepaid(reader: Reader, entry: dict[str, Any], markets: set[str]) -> Prepaid:
    session, marketplace = str(entry.get("session", "")), str(entry.get("marketplace", ""))
    if session and marketplace not in markets:
        raise InputError(
            f"A [[prepaid]] session in {reader.source} needs its marketplace, one of {', '.join(sorted(markets))}."
        )
    order = str(entry.get("order", "")) if session else reader.text("prepaid", entry, "order")
    return Prepaid(order, marketplace, session)


def _paying(reader: Reader, payment: dict[str, Any]) -> dict[str, Any]:
    """The rest of [payment], for payment.kind hosted and manual."""
    if payment.get("kind") in ("hosted", "manual"):
        checked_url(reader.text("payment", payment, "script_url"), "payment.script_url")
    clicks = payment.get("clicks", [])
    if not isinstance(clicks, list) or not all(isinstance(click, str) for click in clicks):
        raise InputError(f'payment.clicks in {reader.source} must be a list of CSS selectors such as ["#pay"].')
    for key, kinds in (("wait_s", (int, float)), ("payments", (int,))):
        value = payment.get(key, 1)
        if isinstance(value, bool) or not isinstance(value, kinds) or value <= 0:
            raise InputError(f"payment.{key} in {reader.source} must be a number above 0.")
    return payment


def _apps(reader: Reader, data: dict[str, Any], kind: str, local: bool) -> tuple[App, ...]:
    listed = reader.list("apps", data.get("apps", []))
    if kind == "none":
        return (App(),)
    if not listed:
        raise InputError(f"{reader.source} has no app: write a table [[apps]] with client_id and client_secret.")
    found = []
    for index, entry in enumerate(listed):
        where = f"apps[{index}]"
        reader.keys(where, entry, TABLES["apps"])
        if index and entry.get("optional") is True and not reader.given(entry):
            continue
        needed = ("client_id", "client_secret") if kind == "client_credentials" else ("token",)
        for key in needed:
            if key not in entry:
                raise InputError(f"{where} in {reader.source} has no {key}, which auth.kind {kind!r} needs.")
        values = {
            key: reader.secret(f"{where}.{key}", value, local or key == "client_id")
            for key, value in entry.items()
            if key != "optional"
        }
        found.append(App(**values))
    return tuple(found)


def _coupons(reader: Reader, where: str, table: dict[str, Any]) -> dict[str, Coupon]:
    reader.keys(where, table, TABLES["coupons"])
    found = {}
    for kind in ("good", "oversized"):
        for code in table.get(kind, []):
            found[str(code)] = Coupon(str(code), kind)
    for kind in ("minimum", "refused", "item_bound"):
        for entry in reader.list(f"{where}.{kind}", table.get(kind, [])):
            code = reader.text(f"{where}.{kind}", entry, "code")
            try:
                least = Decimal(str(entry.get("minimum", 0)))
            except InvalidOperation:
                raise InputError(
                    f'{where}.{kind} in {reader.source}: minimum must be a decimal such as "100.00".'
                ) from None
            found[code] = Coupon(
                code, kind, reader.number(f"{where}.{kind}", entry, "error"), least, tuple(entry.get("fits", ()))
            )
    return found


def _market(reader: Reader, name: str, table: Any, shared: dict[str, Coupon]) -> Market:
    where = f"marketplaces.{name}"
    if not isinstance(table, dict):
        raise InputError(f"{where} in {reader.source} must be a table.")
    reader.keys(where, table, tuple(TABLES["marketplace"]))
    if not isinstance(table.get("address"), dict):
        raise InputError(
            f"{where} in {reader.source} has no address: write one that the target takes without a warning."
        )
    items = table.get("items", {})
    reader.keys(f"{where}.items", items, TABLES["items"])
    plain: tuple[str, ...] = tuple(reader.words(f"{where}.items.plain", items.get("plain", [])))
    if not plain:
        raise InputError(
            f"{where}.items in {reader.source} has no plain items: list at least one item id with ample stock."
        )
    roles = {item: Role("plain") for item in plain}
    for kind, (_, amount) in ROLE_KEYS.items():
        for entry in reader.list(f"{where}.items.{kind}", items.get(kind, [])):
            item = reader.text(f"{where}.items.{kind}", entry, "item")
            number = reader.number(f"{where}.items.{kind}", entry, amount)
            is_id = amount in ("error", "warning")
            roles[item] = Role(kind, error=number if is_id else 0, amount=0 if is_id else number)
    return Market(
        name=name,
        address=table["address"],
        other_address=table.get("other_address"),
        unverifiable_address=table.get("unverifiable_address"),
        foreign_countries=tuple(table.get("foreign_countries", ())),
        sanctioned_countries=tuple(table.get("sanctioned_countries", ())),
        plain=plain,
        roles=roles,
        coupons=shared | _coupons(reader, f"{where}.coupons", table.get("coupons", {})),
    )
