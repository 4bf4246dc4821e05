"""Measures coverage: under which conditions (contracts/factors.yaml) exchanges happened, and who observed their effect.

It reads the exchanges alone, so that what a run covers is measured, never planned.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import islice, product
from typing import NamedTuple

from conformance.core import contract
from conformance.core.exchange import OTHER_APP, OWN_APP
from conformance.core.factors import NOTHING, Cart, Condition, Levels, factors
from conformance.core.requirement import SessionPhase
from conformance.judging.context import Judgment, RuleContext
from conformance.judging.model import Line, View, cart_key
from conformance.judging.world import RuleOutcome, SessionState

NO_LEVEL, FIRST_LEVEL = ".", 48  # of an encoded condition: no level, and the code of a factor's first level
TIMES = {1: "first", 2: "second"}
PHASES = {
    SessionPhase.ORDERED: "paid",
    SessionPhase.DECLINED: "declined",
    SessionPhase.EMPTY: "empty",
    SessionPhase.OPEN: "open",
}
CHANGED = {
    contract.QUANTITY: "quantity",
    contract.OPTION: "option",
    contract.ADDRESS: "address",
    contract.APPLY: "coupon",
    contract.REMOVE: "coupon",
}
APPS = (OWN_APP, OTHER_APP)
RELATIONS = ("other_app", "same_app", "same_buyer")  # of two sessions in different parts of a group, see _groups
BOUNDED = ("limit", "stock", "lot")  # roles of items of which not every quantity can be had
GOODS_BY_ROLE = (*BOUNDED, "warned")  # roles that are levels of the goods


class AwaitedEffect(NamedTuple):
    """A request whose effect is still to be observed: its condition, and the rules that it was judged by."""

    condition: Condition
    rules: frozenset[str]


class AwaitedEffects:
    """Effects within one group of sessions that no other part of the group has read yet, by the part that they came from.

    Who reads them first is all that counts, so they are let go then: a recording has thousands of readers.
    """

    __slots__ = ("_awaited", "_read")

    def __init__(self) -> None:
        self._awaited: dict[str, dict[AwaitedEffect, None]] = {}
        self._read: set[AwaitedEffect] = set()

    def add(self, effect: AwaitedEffect, part: str) -> None:
        """Takes an effect in."""
        if effect not in self._read:
            self._awaited.setdefault(part, {})[effect] = None

    def read_by(self, reader: str) -> Iterator[AwaitedEffect]:
        """The effects of other parts than the reader's, each once."""
        for part in [part for part in self._awaited if part != reader]:
            for effect in self._awaited.pop(part):
                self._read.add(effect)
                yield effect


@dataclass(slots=True)
class SessionHistory:
    """What happened to a session so far, as far as a condition speaks of it."""

    history: str = "fresh"
    before: str = "change"
    address: str = "first"
    had_coupon: bool = False
    sent: Counter[str] = field(default_factory=Counter)
    carts: list[object] = field(default_factory=list)
    unread: list[AwaitedEffect] = field(default_factory=list)
    read: list[AwaitedEffect] = field(default_factory=list)
    ordered: list[AwaitedEffect] = field(default_factory=list)
    view: View | None = None
    cart: Cart = NOTHING


@dataclass
class Coverage:
    """Which conditions the rules of one trace were judged under. broken: of each exchange that broke a rule."""

    met: dict[Condition, set[RuleOutcome]] = field(default_factory=lambda: defaultdict(set))
    broken: dict[str, Condition] = field(default_factory=dict)
    _stories: dict[str, SessionHistory] = field(default_factory=lambda: defaultdict(SessionHistory))
    _effects: dict[tuple[str, ...], AwaitedEffects] = field(default_factory=lambda: defaultdict(AwaitedEffects))
    _buyers: Counter[str] = field(default_factory=Counter)
    _counted: int = 0  # sessions whose buyers are in `_buyers`

    def encoded(self) -> dict[str, set[RuleOutcome]]:
        """The same with the conditions as text."""
        found: dict[str, set[RuleOutcome]] = defaultdict(set)
        for condition, judged in self.met.items():
            found[encode(condition.levels())] |= judged
        return found

    def where_broken(self, exchange: str) -> str:
        """The condition of an exchange that broke a rule, as text; '' where it is not known."""
        condition = self.broken.get(exchange)
        return encode(condition.levels()) if condition else ""

    def note(self, context: RuleContext, judged: Sequence[Judgment]) -> None:
        """Takes an exchange in, before it is applied to the world."""
        rules = frozenset([judgment.requirement for judgment in judged])
        session = _session(context)
        story = self._stories[session.id] if session else SessionHistory()
        condition = self._condition(context, session, story)
        if rules:
            self.met[condition].add(self._judged(context, judged, condition, rules))
        if session is None:
            return
        if context.operation == contract.READ and context.accepted:
            self._observe_read(session, story)
        elif context.operation == contract.READ_ORDER and context.accepted:
            self._observe("order_again", story.ordered)
            self._observe("order", story.unread)
            story.ordered, story.unread = story.unread, []
        elif rules and context.operation in (*contract.CHANGES, contract.PLACE_ORDER):
            effect = AwaitedEffect(condition, rules)
            story.unread.append(effect)
            for group, part in _groups(session):
                self._effects[group].add(effect, part)
        _follow(context, session, story)

    def _judged(
        self, context: RuleContext, judged: Sequence[Judgment], condition: Condition, rules: frozenset[str]
    ) -> RuleOutcome:
        broken = frozenset([judgment.requirement for judgment in judged if not judgment.ok])
        if not broken:
            return RuleOutcome(rules)
        self.broken[context.exchange.id] = condition
        return RuleOutcome(rules - broken, broken)

    def _condition(self, context: RuleContext, session: SessionState | None, story: SessionHistory) -> Condition:
        request, world = context.request, context.world
        app = session.app if session else OWN_APP
        common = (
            story.history,
            story.before,
            story.address,
            TIMES.get(story.sent[context.operation] + 1, "later"),
            _header(context, session),
            request.marketplace or "",
            "own" if request.credential == app else "other" if request.credential in APPS else "stranger",
        )
        if session is None:
            near = _near(context) if context.operation not in (contract.INITIATE, contract.TOKEN) else ""
            asked = Cart(*_sizes(_quantities(context)))
            return Condition(context.operation, request.marketplace or "", asked, *common, id=near)
        if story.view is not session.view:
            story.view, story.cart = session.view, _cart(context, session, story)
        if self._counted != len(world.sessions):
            self._count(world.sessions)
        return Condition(
            context.operation,
            session.marketplace,
            story.cart,
            *common,
            "right",
            PHASES.get(session.phase, ""),
            *_line(context, session.view),
            "shared" if self._buyers[session.email.casefold()] > 1 else "own",
        )

    def _count(self, sessions: dict[str, SessionState]) -> None:
        """Counts the buyers of the sessions that are new. A world forgets no session."""
        self._buyers.update(known.email.casefold() for known in islice(sessions.values(), self._counted, None))
        self._counted = len(sessions)

    def _observe_read(self, session: SessionState, story: SessionHistory) -> None:
        self._observe("later_read", story.read)
        self._observe("next_read", story.unread)
        story.read, story.unread = story.unread, ([] if session.phase != SessionPhase.ORDERED else story.unread)
        for relation, (group, part) in zip(RELATIONS, _groups(session), strict=True):
            self._observe(relation, self._effects[group].read_by(part))

    def _observe(self, observer: str, effects: Iterable[AwaitedEffect]) -> None:
        for effect in effects:
            self.met[Condition(*effect.condition[:-1], observer)].add(RuleOutcome(effect.rules))


def _groups(session: SessionState) -> tuple[tuple[tuple[str, ...], str], ...]:
    """The groups that a session belongs to, each with the part of it that the session is: an app, a buyer, the session."""
    buyer = session.email.casefold()
    return ((), session.app), ((session.app,), buyer), ((session.app, buyer), session.id)


def _session(context: RuleContext) -> SessionState | None:
    return context.world.sessions.get(context.order.paid.id) if context.order else context.session


def _follow(context: RuleContext, session: SessionState, story: SessionHistory) -> None:
    """What the exchange adds to the story of its session."""
    operation = context.operation
    story.sent[operation] += 1
    if operation == contract.READ_ORDER:
        return
    if not context.accepted:
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
    if contract.UNVERIFIED_ADDRESS in context.exchange.warning_ids:
        return "unverifiable"
    return "same" if context.before and context.before.address == context.address else "updated"


def _cart(context: RuleContext, session: SessionState, story: SessionHistory) -> Cart:
    lines = session.view.lines.values()
    return Cart(
        *_sizes([line.quantity or 0 for line in lines]),
        _coupon(context, session, story),
        "first" if all(map(_first, lines)) else "other",
        _goods(context, session, session.view),
    )


def _sizes(quantities: list[int]) -> tuple[str, str]:
    """How many lines, and the largest quantity of one."""
    if not quantities:
        return "", ""
    known = factors()
    return known["lines"].level_of(len(quantities)), known["quantity"].level_of(max(quantities))


def _quantities(context: RuleContext) -> list[int]:
    """What a request that makes a session asks for."""
    inputs = context.body.get("lineItemInputs")
    given = (
        [line_input.get("quantity") for line_input in inputs if isinstance(line_input, dict)]
        if isinstance(inputs, list)
        else []
    )
    return [count if isinstance(count, int) else 0 for count in given]


def _header(context: RuleContext, session: SessionState | None) -> str:
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


def _coupon(context: RuleContext, session: SessionState, story: SessionHistory) -> str:
    if not session.view.coupons:
        return "removed" if story.had_coupon else "none"
    role = context.profile.coupon(session.marketplace, session.view.coupons[0])
    return role.kind if role and role.kind != "refused" else "good"


def _goods(context: RuleContext, session: SessionState, view: View) -> str:
    lines = view.lines.values()
    roles = [context.profile.role(session.marketplace, line.item or "") for line in lines]
    if named := [role.kind for role in roles if role is not None and role.kind in GOODS_BY_ROLE]:
        return named[0]
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
    if factors()["quantity"].level_of(asked) == "many":
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
def columns() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Each column of an encoded vector with its levels; `sent` is the header's marketplace, of which `pair` is made."""
    marketplaces = tuple(contract.marketplaces())
    listed = {name: tuple(level.name for level in factor.levels) for name, factor in factors().items()}
    listed |= {"marketplace": marketplaces, "sent": marketplaces, "operation": tuple(contract.operations())}
    listed.pop("pair")
    return tuple(listed.items())


def encode(levels: Levels) -> str:
    """The levels in one character each, NO_LEVEL for none."""
    return "".join([characters.get(levels.get(name, ""), NO_LEVEL) for name, characters in _characters()])


@cache
def _characters() -> tuple[tuple[str, dict[str, str]], ...]:
    """Each column with the character of each level."""
    return tuple(
        (name, {level: chr(FIRST_LEVEL + place) for place, level in enumerate(options)}) for name, options in columns()
    )


def decode(vectors: Sequence[str]) -> dict[tuple[str, str], int]:
    """Of what `encode` wrote: the vectors that have a level, for each level of a factor, as the bits of an integer.

    The vector at place 0 is the lowest bit. Two levels met where their integers share a bit.
    """
    found: dict[tuple[str, str], int] = {}
    for (name, known), column in zip(_characters(), zip(*reversed(vectors), strict=True), strict=False):
        text = "".join(column)
        zeros = dict.fromkeys(map(ord, text), "0")
        for level, character in known.items():
            if character in text:
                found[name, level] = int(text.translate(zeros | {ord(character): "1"}), 2)
    sent = {level: found.pop(("sent", level)) for name, level in list(found) if name == "sent"}
    for made, other in product(contract.marketplaces(), sent):
        bits = found.get(("marketplace", made), 0) & found.get(("header", "other"), 0) & sent[other]
        if bits:
            found["pair", f"{made}>{other}"] = bits
    return found
