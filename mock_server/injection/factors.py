"""The conditions that a fault can be narrowed to: factors and levels of `contracts/factors.yaml`, as a request meets them.

Each factor is a function from a situation to the level that holds, or "" for none.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations

from mock_server.catalogue.goods import APPS, COUPONS, MARKETPLACES
from mock_server.catalogue.model import AMPLE
from mock_server.domain.operations import CHANGES, INITIATE, ORDER, PLACE, QUANTITY, READ
from mock_server.domain.shop import Call
from mock_server.injection.core import Condition
from mock_server.injection.situation import Situation, situation

HEADER = "x-ebay-c-marketplace-id"
FEW = 10  # pieces; above are many
_COUNTS = {1: "one", 2: "two", 3: "three"}
Levels = tuple[str, ...]


def _sent(call: Call) -> str:
    return call.request.headers.get(HEADER, "")


def _asked(now: Situation) -> dict[str, int]:
    """Quantities by item that a new session asks for."""
    inputs = now.body.get("lineItemInputs") if now.operation == INITIATE else None
    found: dict[str, int] = {}
    for line_input in inputs if isinstance(inputs, list) else []:
        if isinstance(line_input, dict) and isinstance(line_input.get("quantity"), int):
            found[str(line_input.get("itemId"))] = found.get(str(line_input.get("itemId")), 0) + line_input["quantity"]
    return found


def marketplace(call: Call, now: Situation) -> str:
    return now.cart.market.id if now.cart is not None else _sent(call)


def lines(call: Call, now: Situation) -> str:
    count = len(now.cart.lines) if now.cart is not None else len(_asked(now))
    return _COUNTS.get(count, "most") if count else ""


def line(call: Call, now: Situation) -> str:
    place = _line_index(now)
    if now.cart is None or place is None:
        return ""
    last = len(now.cart.lines) - 1
    return "only" if last == 0 else "first" if place == 0 else "last" if place == last else "middle"


def _line_index(now: Situation) -> int | None:
    ids = [line.id for line in now.cart.lines] if now.cart is not None else []
    return ids.index(now.body["lineItemId"]) if now.body.get("lineItemId") in ids else None


def quantity(call: Call, now: Situation) -> str:
    quantities = [line.quantity for line in now.cart.lines] if now.cart is not None else list(_asked(now).values())
    largest = max(quantities, default=0)
    return "" if not quantities else "many" if largest > FEW else "few" if largest > 1 else "one"


def asked(call: Call, now: Situation) -> str:
    wanted, place = now.body.get("quantity"), _line_index(now)
    if now.operation != QUANTITY or type(wanted) is not int or now.cart is None or place is None:
        return ""
    before = now.cart.lines[place].quantity
    if wanted > FEW:
        return "many"
    return "zero" if wanted == 0 else "same" if wanted == before else "more" if wanted > before else "less"


def option(call: Call, now: Situation) -> str:
    if now.cart is None:
        return "first"
    return "first" if all(line.option == line.item.options[0].id for line in now.cart.lines) else "other"


def coupon(call: Call, now: Situation) -> str:
    applied = now.cart.coupon if now.cart is not None else None
    if applied is None:
        return "removed" if now.story.had_coupon else "none"
    known = COUPONS.get(applied.code, applied)
    return (
        "item_bound"
        if known.category
        else "minimum"
        if known.minimum
        else "oversized"
        if known.code == "GIANT"
        else "good"
    )


def address(call: Call, now: Situation) -> str:
    return now.story.address


def goods(call: Call, now: Situation) -> str:
    if now.cart is None:
        return "plain"
    items, tax = [line.item for line in now.cart.lines], now.cart.market.tax
    bounds = {"limit": any(item.limit for item in items), "lot": any(item.lot for item in items)}
    bounds["stock"] = any(item.stock < AMPLE for item in items)
    bounds["warned"] = any(item.warned for item in items)
    if any(bounds.values()):
        return next(name for name, holds in bounds.items() if holds)
    shows = {
        "promotion": any(item.promotions for item in items),
        "fee": any(item.fees for item in items),
        "imports": any(option.imports for item in items for option in item.options),
        "discount": any(option.discount for item in items for option in item.options),
        "tax": tax is not None and not tax.included and any(item.taxed for item in items),
    }
    found = [name for name, shown in shows.items() if shown]
    return "plain" if not found else found[0] if len(found) == 1 else "several"


def history(call: Call, now: Situation) -> str:
    return now.story.history


def before(call: Call, now: Situation) -> str:
    return now.story.before


def times(call: Call, now: Situation) -> str:
    return {0: "first", 1: "second"}.get(now.story.sent[now.operation], "later")


def phase(call: Call, now: Situation) -> str:
    return now.phase


def header(call: Call, now: Situation) -> str:
    sent, own = _sent(call), now.cart.market.id if now.cart is not None else ""
    if not sent:
        return "none"
    if sent in MARKETPLACES:
        return "own" if own in ("", sent) else "other"
    rights = [own] if own else list(MARKETPLACES)
    if any(sent.casefold() == right.casefold() for right in rights):
        return "case"
    return "near" if any(sent.startswith(right) or right.startswith(sent) for right in rights) else "unknown"


def pair(call: Call, now: Situation) -> str:
    return f"{marketplace(call, now)}>{_sent(call)}" if header(call, now) == "other" else ""


def app(call: Call, now: Situation) -> str:
    grant = call.shop.tokens.get(call.request.headers.get("authorization", "").partition(" ")[2].strip())
    if grant is None:
        return "stranger"
    return "own" if grant.app == (now.session.app if now.session is not None else next(iter(APPS))) else "other"


def id(call: Call, now: Situation) -> str:
    if now.operation == INITIATE:
        return ""
    if now.session is not None:
        return "right"
    sent, sessions, orders = now.id, set(call.shop.sessions), set(call.shop.orders)
    known, elsewhere = (orders, sessions) if now.operation == ORDER else (sessions, orders)
    if sent in elsewhere:
        return "order"
    if any(sent.startswith(right) for right in known):
        return "longer"
    if sent and any(right.startswith(sent) or right.endswith(sent) for right in known):
        return "shorter"
    spelled = sent.strip().lstrip("0").casefold()
    return "spelled" if any(spelled == right.strip().lstrip("0").casefold() for right in known) else "unknown"


def buyer(call: Call, now: Situation) -> str:
    own = now.session
    if own is None:
        return ""
    others = (other for other in call.shop.sessions.values() if other is not own)
    return "shared" if any(other.email.casefold() == own.email.casefold() for other in others) else "own"


def observer(call: Call, now: Situation) -> str:
    """Where the request shows an effect: itself, or as a read of what came before."""
    own, latest = now.session, now.story.latest
    if now.operation in (INITIATE, PLACE, *CHANGES):
        return "answer"
    if own is None:
        return ""
    if now.operation == ORDER:
        return "order_again" if now.story.sent[ORDER] else "order"
    if now.operation == READ and latest is not None and latest is not own:
        return "other_app" if latest.app != own.app else "same_buyer" if latest.email == own.email else "same_app"
    return "later_read" if now.story.reads else "next_read"


_OF = (
    marketplace,
    lines,
    line,
    quantity,
    asked,
    option,
    coupon,
    address,
    goods,
    history,
    before,
    times,
    phase,
    header,
    pair,
    app,
    id,
    buyer,
    observer,
)
FACTORS: dict[str, Callable[[Call, Situation], str]] = {factor.__name__: factor for factor in _OF}
LEVELS: dict[str, Levels] = {
    "marketplace": tuple(MARKETPLACES),
    "lines": ("one", "two", "three", "most"),
    "line": ("only", "first", "middle", "last"),
    "quantity": ("one", "few", "many"),
    "asked": ("zero", "less", "same", "more", "many"),
    "option": ("first", "other"),
    "coupon": ("none", "good", "oversized", "minimum", "item_bound", "removed"),
    "address": ("first", "updated", "same", "unverifiable"),
    "goods": ("plain", "promotion", "fee", "imports", "discount", "tax", "several", "limit", "stock", "lot", "warned"),
    "history": ("fresh", "quantity", "option", "address", "coupon", "removal", "back"),
    "before": ("change", "read", "refusal"),
    "times": ("first", "second", "later"),
    "phase": ("open", "paid", "declined", "empty"),
    "header": ("own", "none", "other", "unknown", "near", "case"),
    "pair": tuple(f"{made}>{sent}" for made, sent in permutations(MARKETPLACES, 2)),
    "app": ("own", "other", "stranger"),
    "id": ("right", "unknown", "longer", "shorter", "spelled", "order"),
    "buyer": ("own", "shared"),
    "observer": ("answer", "next_read", "later_read", "order", "order_again", "same_buyer", "same_app", "other_app"),
}
CONDITIONS = tuple(f"{factor}={level}" for factor, levels in LEVELS.items() for level in levels)


def condition(name: str) -> Condition:
    """The condition `factor=level`. Raises KeyError if there is none of this name."""
    if name not in CONDITIONS:
        raise KeyError(name)
    factor, _, level = name.partition("=")
    holds = FACTORS[factor]
    return Condition(lambda call, *_: (now := situation(call)) is not None and holds(call, now) == level, "situation")
