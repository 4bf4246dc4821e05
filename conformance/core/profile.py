"""The target profile: what a server sells and offers, by role, and how to reach it (targets/*.toml, docs/profile.md)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from conformance.core import contract, places
from conformance.core.exchange import NEAR_TOKENS
from conformance.core.inputs import checked_base_url

TARGETS = places.ROOT / "targets"
GUEST_SCOPE = "https://api.ebay.com/oauth/api_scope/buy.guest.order"
DEFAULT_TIMEOUT_S = 10.0  # for one exchange
DEFAULT_MAX_BYTES = 8_000_000  # of one answer
SAFE_LINE_COUNT = 4  # lines that every session takes, whatever its maximum
PRODUCTION_HOSTS = ("api.ebay.com", "apix.ebay.com")


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

    def roles_of(self, needs: str) -> set[object]:
        """The roles of its items and coupons, with their ids, that some of these needs name (contracts/README.md)."""
        named = [need.partition(".")[::2] for need in re.split("[ |]", needs)]
        kinds = {word: {rest.partition(".")[0] for head, rest in named if head == word} for word in ("item", "coupon")}
        items = {(role.kind, role.error) for role in self.roles.values() if role.kind in kinds["item"]}
        coupons = {(coupon.kind, coupon.error) for coupon in self.coupons.values() if coupon.kind in kinds["coupon"]}
        return {*items, *coupons}

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
    other_scope_token: str = field(default="", repr=False)


@dataclass(frozen=True)
class Auth:
    """How requests are authorized. kind: client_credentials, token or none.

    scope: what opens the methods; other_scope: what opens others, '' for none. plugin: `module:Class` of an authentication
    plug-in, '' for none; options: its arguments.
    """

    kind: str
    scope: str = ""
    other_scope: str = ""
    apps: tuple[App, ...] = (App(),)
    plugin: str = ""
    options: dict[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Payment:
    """How a session gets paid. kind: place_order, hosted, manual or none. settings: the table [payment] as it stands.

    paid_within_s: seconds after which an order is surely paid; None where the target promises nothing.
    """

    kind: str = "none"
    paid_within_s: float | None = None
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Buyers:
    """E-mail addresses of buyers. good: `{n}` stands for a number. declined: the errorId that refuses a buyer's payment."""

    good: str = ""
    declined: dict[str, int] = field(default_factory=dict)

    def name(self, email: str) -> bool:
        """Whether the profile says how payments of this buyer end."""
        good = re.escape(self.good).replace(re.escape("{n}"), "[0-9]+")
        return email.casefold() in self.declined or re.fullmatch(good, email, re.IGNORECASE) is not None


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
    auth: Auth
    payment: Payment
    buyers: Buyers
    markets: dict[str, Market]
    transport: dict[str, Any] = field(default_factory=dict)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    allow_production: bool = False
    stubs: tuple[str, ...] = ()
    prepaid: tuple[Prepaid, ...] = ()
    folder: Path | None = None

    def url(self, operation: str) -> str:
        """What stands before `/buy/order/…` for an operation; for `token` the whole URL of the endpoint."""
        base = self.base_url.rstrip("/")
        if operation == contract.TOKEN:
            return self.endpoints.get("token_url") or f"{base}/identity/v1/oauth2/token"
        key = {contract.READ_ORDER: "order_url", contract.PLACE_ORDER: "place_order_url"}.get(operation, "session_url")
        return self.endpoints.get(key, base).rstrip("/")

    @property
    def in_targets(self) -> bool:
        """Whether its file is in `targets/`, so that its name is enough."""
        return self.folder is not None and self.folder.resolve() == TARGETS.resolve()

    def hosts(self) -> frozenset[str]:
        """Every host that traffic may go to, as it stands in the URLs."""
        urls = [self.base_url, *self.endpoints.values()]
        return frozenset(host for url in urls if (host := urlsplit(url).hostname))

    def production_hosts(self) -> list[str]:
        """The vendor's production hosts among them; a dot at the end of a name changes nothing."""
        return sorted({host.rstrip(".") for host in self.hosts()} & set(PRODUCTION_HOSTS))

    @property
    def reads_only(self) -> bool:
        """Whether nothing but reading is allowed: the vendor's production hosts."""
        return bool(self.production_hosts())

    def stubbed(self) -> frozenset[str]:
        """The requirements that the sandbox's stubs let judge here."""
        ways = [stub for stub in contract.stubs() if self.pays_by_call or stub.operation != contract.PLACE_ORDER]
        return frozenset(way.requirement for way in ways if way.string in self.stubs)

    @property
    def pays_by_call(self) -> bool:
        """Whether v1's placeGuestOrder is there."""
        return self.payment.kind == "place_order"

    @property
    def bad_tokens(self) -> tuple[str, ...]:
        """The credentials without a good token that the target can be asked with; none where it asks for no token."""
        if self.auth.kind == "none":
            return ()
        expired = ("expired",) if self.offers("expired_token") else ()
        other_scope = ("other-scope",) if self.offers("other_scope") else ()
        return ("none", "made-up", *expired, *other_scope)

    @property
    def near_tokens(self) -> tuple[str, ...]:
        """The credentials that are nearly the app's own; none where the target asks for no token."""
        return () if self.auth.kind == "none" else NEAR_TOKENS

    def offers_operation(self, operation: str) -> bool:
        """Whether the target has the operation, and something to ask it for: an order by a call, an order that is paid."""
        need = {contract.PLACE_ORDER: "place_order", contract.READ_ORDER: "payment"}.get(operation)
        return need is None or self.offers(need)

    def role(self, marketplace: str | None, item: str) -> Role | None:
        """What the profile says of an item; None if it says nothing."""
        market = self.markets.get(marketplace or "")
        return market.roles.get(item) if market else None

    def coupon(self, marketplace: str, code: str) -> Coupon | None:
        """What the profile says of a coupon; None if it says nothing."""
        market, wanted = self.markets.get(marketplace), code.casefold()
        coupons = market.coupons.values() if market else ()
        return next((coupon for coupon in coupons if coupon.code.casefold() == wanted), None)

    def with_base_url(self, base_url: str) -> Profile:
        """The same target elsewhere."""
        return replace(self, base_url=checked_base_url(base_url, "--base-url"), endpoints={})

    def with_apps(self, count: int) -> Profile:
        """The same target without the applications after the first `count`."""
        return replace(self, auth=replace(self.auth, apps=self.auth.apps[:count]))

    def prepaid_as(self, subject: str | None) -> Prepaid | None:
        """What the profile says of a session or an order that was paid before the run."""
        if not subject or not self.prepaid:
            return None
        return next((prepaid for prepaid in self.prepaid if subject in (prepaid.order, prepaid.session)), None)

    def offers(self, need: str) -> bool:
        """Whether the target has what a requirement needs, one of `a|b` (the vocabulary of contracts/README.md)."""
        return any(map(self._offers, contract.alternatives(need)))

    def _offers(self, need: str) -> bool:
        if need in NEEDS:
            return NEEDS[need](self)
        head, _, rest = need.partition(".")
        if head == "items":
            wanted = (self.max_line_items or SAFE_LINE_COUNT) if rest == "max" else int(rest)
            return any(len(market.plain) >= wanted for market in self.markets.values())
        if head == "item":
            kind, _, error = rest.partition(".")
            return any(market.items(kind, int(error) if error else None) for market in self.markets.values())
        if head == "coupon":
            return any(market.coupons_of(rest) for market in self.markets.values())
        return head == "seen"  # learned from answers


NEEDS: dict[str, Callable[[Profile], bool]] = {
    "second_app": lambda profile: len(profile.auth.apps) > 1,
    "second_marketplace": lambda profile: len(profile.markets) > 1,
    "payment": lambda profile: profile.payment.kind in ("place_order", "hosted", "manual"),
    "place_order": lambda profile: profile.pays_by_call,
    "prepaid": lambda profile: any(prepaid.order for prepaid in profile.prepaid),
    "prepaid.session": lambda profile: any(prepaid.session for prepaid in profile.prepaid),
    "token": lambda profile: profile.auth.kind != "none",
    "token_endpoint": lambda profile: profile.auth.kind == "client_credentials",
    "expired_token": lambda profile: any(app.expired_token for app in profile.auth.apps),
    "other_scope": lambda profile: (
        any(app.other_scope_token for app in profile.auth.apps)
        or (bool(profile.auth.other_scope) and profile.auth.kind == "client_credentials")
    ),
    "coupon": lambda profile: any(market.coupons_of("good", "oversized") for market in profile.markets.values()),
    "second_coupon": lambda profile: any(
        len(market.coupons_of("good", "oversized")) > 1 for market in profile.markets.values()
    ),
    "buyer.declined": lambda profile: bool(profile.buyers.declined) and profile.payment.kind == "place_order",
    "address.other": lambda profile: any(market.other_address for market in profile.markets.values()),
    "address.unverifiable": lambda profile: any(market.unverifiable_address for market in profile.markets.values()),
    "address.foreign": lambda profile: any(market.foreign_countries for market in profile.markets.values()),
    "address.sanctioned": lambda profile: any(market.sanctioned_countries for market in profile.markets.values()),
    "paid_promise": lambda profile: profile.payment.paid_within_s is not None,
}
