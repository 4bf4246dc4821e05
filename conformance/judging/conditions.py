"""Under which conditions an exchange happened and who observed its effect (contracts/factors.yaml), read from the
exchanges alone: what a run covers is measured here, never planned.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from conformance.core import contract
from conformance.core.exchange import OTHER_APP, OWN_APP
from conformance.core.factors import factors
from conformance.judging.context import Judgment, RuleContext
from conformance.judging.model import Line, Session, View, cart_key

FEW, MANY = 10, 11  # pieces
COUNTS = {1: "one", 2: "two", 3: "three"}
TIMES = {1: "first", 2: "second"}
PHASES = {"ordered": "paid", "declined": "declined", "empty": "empty", "open": "open"}
CHANGED = {
    contract.QUANTITY: "quantity",
    contract.OPTION: "option",
    contract.ADDRESS: "address",
    contract.APPLY: "coupon",
    contract.REMOVE: "coupon",
}
BOUNDED = ("limit", "stock", "lot")  # roles of items of which not every quantity can be had
Levels = dict[str, str]


@dataclass(slots=True)
class Effect:
    """A request whose effect is still to be observed: its levels, and the rules that it was judged by."""

    session: str
    levels: str
    rules: frozenset[str]

    def seen_by(self, observer: str) -> str:
        """The levels as encoded, under another observer."""
        place, characters = _observers()
        return f"{self.levels[:place]}{characters[observer]}{self.levels[place + 1 :]}"


@dataclass(slots=True)
class Story:
    """What happened to a session so far, as far as a condition speaks of it. seen: effects that its reads have shown."""

    history: str = "fresh"
    before: str = "change"
    address: str = "first"
    had_coupon: bool = False
    sent: Counter[str] = field(default_factory=Counter)
    carts: list[object] = field(default_factory=list)
    unread: list[Effect] = field(default_factory=list)
    read: list[Effect] = field(default_factory=list)
    ordered: list[Effect] = field(default_factory=list)
    seen: int = 0


@dataclass
class Coverage:
    """Which conditions the rules of one trace were judged under: rules by their levels, in the order of `encode`."""

    met: dict[str, set[frozenset[str]]] = field(default_factory=lambda: defaultdict(set))
    _stories: dict[str, Story] = field(default_factory=dict)
    _effects: list[Effect] = field(default_factory=list)

    def note(self, context: RuleContext, judged: Iterable[Judgment]) -> None:
        """Takes an exchange in, before it is applied to the world."""
        rules = frozenset(judgment.requirement for judgment in judged)
        session = _session(context)
        story = self._stories.setdefault(session.id, Story()) if session else Story()
        levels = levels_of(context, session, story)
        encoded = encode(levels)
        if rules:
            self.met[encoded].add(rules)
        if session is None:
            return
        if context.operation == contract.READ and context.exchange.accepted:
            self._observe_read(context, session, story)
        elif context.operation == contract.READ_ORDER and context.exchange.accepted:
            self._observe("order_again", story.ordered)
            self._observe("order", story.unread)
            story.ordered, story.unread = story.unread, []
        elif rules and context.operation in (*contract.CHANGES, contract.PLACE_ORDER):
            effect = Effect(session.id, encoded, rules)
            story.unread.append(effect)
            self._effects.append(effect)
        _tell(context, session, story)

    def _observe_read(self, context: RuleContext, session: Session, story: Story) -> None:
        self._observe("later_read", story.read)
        self._observe("next_read", story.unread)
        story.read, story.unread = story.unread, ([] if session.phase != "ordered" else story.unread)
        for effect in self._effects[story.seen :]:
            other = context.world.sessions.get(effect.session)
            if other is not None and other is not session:
                self._observe(_relation(session, other), [effect])
        story.seen = len(self._effects)

    def _observe(self, observer: str, effects: Iterable[Effect]) -> None:
        for effect in effects:
            self.met[effect.seen_by(observer)].add(effect.rules)


def _relation(session: Session, other: Session) -> str:
    if session.app != other.app:
        return "other_app"
    return "same_buyer" if session.email.casefold() == other.email.casefold() else "same_app"


def _session(context: RuleContext) -> Session | None:
    return context.world.sessions.get(context.order.paid.id) if context.order else context.session


def _tell(context: RuleContext, session: Session, story: Story) -> None:
    """What the exchange adds to the story of its session."""
    operation = context.operation
    story.sent[operation] += 1
    if operation == contract.READ_ORDER:
        return
    if not context.exchange.accepted:
        story.before = "refusal"
        return
    story.before = "read" if operation == contract.READ else "change"
    if operation not in CHANGED or context.answer is None:
        return
    story.history = (
        "removal" if operation == contract.QUANTITY and context.body.get("quantity") == 0 else CHANGED[operation]
    )
    story.had_coupon |= bool(context.answer.coupons)
    if operation == contract.ADDRESS:
        story.address = _address(context)
    cart = cart_key(context.answer)
    if cart in (story.carts or [cart_key(session.view)])[:-1] or (not story.carts and cart == cart_key(session.view)):
        story.history = "back"
    story.carts = [*(story.carts or [cart_key(session.view)]), cart]


def _address(context: RuleContext) -> str:
    if 15007 in context.exchange.warning_ids:
        return "unverifiable"
    return "same" if context.before and context.before.address == context.address else "updated"


def levels_of(context: RuleContext, session: Session | None, story: Story) -> Levels:
    """The level of each factor that the exchange has one of."""
    request, found = context.request, {"operation": context.operation, "observer": "answer"}
    view = session.view if session else None
    found["marketplace"] = session.marketplace if session else request.marketplace or ""
    found["lines"], found["quantity"] = _cart(context, view)
    found["header"] = _header(context, session)
    found["sent"] = request.marketplace or ""
    app = session.app if session else OWN_APP
    known = request.credential in (OWN_APP, OTHER_APP)
    found["app"] = "own" if request.credential == app else "other" if known else "stranger"
    found["coupon"], found["option"], found["goods"] = "none", "first", "plain"
    found["history"], found["before"], found["address"] = story.history, story.before, story.address
    found["times"] = TIMES.get(story.sent[context.operation] + 1, "later")
    if session and view:
        found["id"] = "right"
        found["phase"] = PHASES.get(session.phase, "")
        found["coupon"] = _coupon(context, session, story)
        found["option"] = "first" if all(_first(line) for line in view.lines.values()) else "other"
        found["goods"] = _goods(context, session, view)
        found["line"], found["asked"] = _line(context, view)
        others = (one for one in context.world.sessions.values() if one is not session)
        shared = any(other.email.casefold() == session.email.casefold() for other in others)
        found["buyer"] = "shared" if shared else "own"
    elif context.operation not in (contract.INITIATE, contract.TOKEN):
        found["id"] = _near(context)
    return found


def _cart(context: RuleContext, view: View | None) -> tuple[str, str]:
    """How many lines, and the largest quantity of one."""
    if view is not None:
        quantities = [line.quantity or 0 for line in view.lines.values()]
    else:
        inputs = context.body.get("lineItemInputs")
        given = (
            [entry.get("quantity") for entry in inputs if isinstance(entry, dict)] if isinstance(inputs, list) else []
        )
        quantities = [count if isinstance(count, int) else 0 for count in given]
    largest = max(quantities, default=0)
    if not quantities:
        return "", ""
    return COUNTS.get(len(quantities), "most"), "many" if largest > FEW else "few" if largest > 1 else "one"


def _header(context: RuleContext, session: Session | None) -> str:
    sent, own = context.request.marketplace, session.marketplace if session else None
    if not sent:
        return "none"
    if sent == own or (own is None and sent in context.profile.markets):
        return "own"
    if sent in context.profile.markets:
        return "other"
    rights = [own] if own else list(context.profile.markets)
    if any(sent.casefold() == right.casefold() for right in rights):
        return "case"
    return "near" if any(sent.startswith(right) or right.startswith(sent) for right in rights) else "unknown"


def _first(line: Line) -> bool:
    return not line.options or line.options[0].selected


def _coupon(context: RuleContext, session: Session, story: Story) -> str:
    if not session.view.coupons:
        return "removed" if story.had_coupon else "none"
    role = context.profile.coupon(session.marketplace, session.view.coupons[0])
    return role.kind if role and role.kind != "refused" else "good"


def _goods(context: RuleContext, session: Session, view: View) -> str:
    lines = view.lines.values()
    roles = [context.profile.role(session.marketplace, line.item or "") for line in lines]
    if any(role is not None and role.kind in BOUNDED for role in roles):
        return "limited"
    shows = {
        "promotion": any(line.promotion for line in lines),
        "fee": any(line.fees for line in lines),
        "imports": any(option.imports for line in lines for option in line.options),
        "discount": any(option.discount for line in lines for option in line.options),
        "tax": bool(view.summary.get("tax")),
    }
    found = [name for name, seen in shows.items() if seen]
    return "plain" if not found else found[0] if len(found) == 1 else "several"


def _line(context: RuleContext, view: View) -> tuple[str, str]:
    """Which line a change names, and how the quantity that it asks for differs."""
    wanted, ids = context.body.get("lineItemId"), list(view.lines)
    if not isinstance(wanted, str) or wanted not in ids:
        return "", ""
    place, last = ids.index(wanted), len(ids) - 1
    line = "only" if last == 0 else "first" if place == 0 else "last" if place == last else "middle"
    asked, before = context.body.get("quantity"), view.lines[wanted].quantity
    if (
        context.operation != contract.QUANTITY
        or isinstance(asked, bool)
        or not isinstance(asked, int)
        or before is None
    ):
        return line, ""
    if asked > FEW:
        return line, "many"
    return line, "zero" if asked == 0 else "same" if asked == before else "more" if asked > before else "less"


def _near(context: RuleContext) -> str:
    """How an id that was not given out resembles those that were."""
    asked, world = context.request.subject or "", context.world
    reads_order = context.operation == contract.READ_ORDER
    known, elsewhere = (world.orders, world.sessions) if reads_order else (world.sessions, world.orders)
    if asked in elsewhere:
        return "order"
    if any(asked != right and asked.startswith(right) for right in known):
        return "longer"
    if asked and any(right.startswith(asked) or right.endswith(asked) for right in known):
        return "shorter"
    return "spelled" if any(_spelled(asked) == _spelled(right) for right in known) else "unknown"


def _spelled(text: str) -> str:
    return text.strip().lstrip("0").casefold()


# ---------------------------------------------------------------- as text


@cache
def _columns() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Each column of an encoded vector with its levels; `sent` is the header's marketplace, of which `pair` is made."""
    marketplaces = tuple(contract.marketplaces())
    listed = {name: tuple(level.name for level in factor.levels) for name, factor in factors().items()}
    listed |= {"marketplace": marketplaces, "sent": marketplaces, "operation": tuple(contract.operations())}
    listed.pop("pair")
    return tuple(listed.items())


def encode(levels: Levels) -> str:
    """The levels in one character each, `.` for none."""
    return "".join([characters.get(levels.get(name, ""), ".") for name, characters in _characters()])


@cache
def _observers() -> tuple[int, dict[str, str]]:
    """The place of the observer in an encoded vector, and the character of each."""
    return next((place, characters) for place, (name, characters) in enumerate(_characters()) if name == "observer")


@cache
def _characters() -> tuple[tuple[str, dict[str, str]], ...]:
    """Each column with the character of each level."""
    return tuple(
        (name, {level: chr(48 + place) for place, level in enumerate(options)}) for name, options in _columns()
    )


def decode(text: str) -> Levels:
    """What `encode` wrote, with the pair of marketplaces."""
    found = {
        name: options[ord(char) - 48] for char, (name, options) in zip(text, _columns(), strict=True) if char != "."
    }
    sent = found.pop("sent", "")
    if found.get("header") == "other" and sent:
        found["pair"] = f"{found.get('marketplace', '')}>{sent}"
    return found
