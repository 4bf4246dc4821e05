"""Combinators: the usual ways in which a server goes wrong, or differs, as effects on a shop.

All take `on=` (operations) and `when=` (a condition) and pass them to `around`. Paths are of the answer's JSON, as in
`lineItems[].shippingOptions[0].selected`: `[]` is each element, `[n]` one; what is not there is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from mock.catalogue.model import Coupon, Item, Marketplace
from mock.errors import PROBLEMS, Refusal
from mock.pricing import Bill, total
from mock.routes import STEPS_OF
from mock.seams.core import Effect, around, both
from mock.shop import Answer, Call, Shop
from mock.state import Cart
from mock.views import decimal

# -- steps
# --------------------------------------------------------------------------------------------------------------


def skip(step: str, returning: Any = None, **only: Any) -> Effect:
    """A guard or a change that does not happen."""
    return around(step, lambda go, call, *args: returning, **only)


def before(step: str, do: Callable[..., Any], **only: Any) -> Effect:
    """`do(call, *args)` first, then the step."""
    def by(go: Callable[..., Any], call: Call, *args: Any) -> Any:
        do(call, *args)
        return go()

    return around(step, by, **only)


def after(step: str, do: Callable[..., Any], **only: Any) -> Effect:
    """The step, then `do(call, value, *args)`: what it returns takes the value's place, but for None."""
    def by(go: Callable[..., Any], call: Call, *args: Any) -> Any:
        value = go()
        other = do(call, value, *args)
        return value if other is None else other

    return around(step, by, **only)


def refuse(step: str, id: int, status: int | None = None, **only: Any) -> Effect:
    """A refusal with this id where the step stands, whatever the step would say; parameters of the text are made up."""
    def by(go: Callable[..., Any], call: Call, *args: Any) -> Any:
        raise Refusal(id, status=status)

    return around(step, by, **only)


def tolerate(step: str, *, returning: Any = None, **only: Any) -> Effect:
    """What the step would refuse passes; in the step `field` the value passes as it came."""
    def by(go: Callable[..., Any], call: Call, *args: Any) -> Any:
        try:
            return go()
        except Refusal:
            return args[1] if step == "field" and returning is None else returning

    return around(step, by, **only)


def assign(**values: Any) -> Callable[..., None]:
    """For `before`, `store`, `rebill`: sets these attributes of what it is given, as in `assign(quantity=3)`."""
    def do(target: Any, *_: Any) -> None:
        for name, value in values.items():
            setattr(target, name, value)

    return do


def plus(**amounts: int) -> Callable[..., None]:
    """As `assign`, but adds: `rebill(plus(delivery=1))`."""
    def do(target: Any, *_: Any) -> None:
        for name, amount in amounts.items():
            setattr(target, name, getattr(target, name) + amount)

    return do


# -- refusals
# -----------------------------------------------------------------------------------------------------------


def restatus(status: int, **only: Any) -> Effect:
    """The same refusal under another status; `when=error(15003)` says which."""
    only.setdefault("kind", "wrong status")

    def do(call: Call, answer: Answer) -> Answer | None:
        return replace(answer, status=status) if answer.status >= 400 else None

    return after("answer", do, **only)


def reid(id: int, **only: Any) -> Effect:
    """The same refusal under another id, with the status that it had."""
    only.setdefault("kind", "wrong id")

    def do(call: Call, answer: Answer, refusal: Refusal) -> Answer:
        problem = PROBLEMS[id]
        for entry in answer.body["errors"]:
            entry.update(errorId=id, category=problem.category, domain=problem.domain)
        return answer

    return after("refusal", do, **only)


# -- the answer's JSON
# --------------------------------------------------------------------------------------------------

_PART = re.compile(r"(\w+)(?:\[(-?\d*)\])?")


def places(body: Any, path: str) -> Iterator[tuple[Any, Any]]:
    """(holder, key) of each place that a path names and that is there."""
    holders = [body]
    parts = path.split(".")
    for at, part in enumerate(parts):
        match = _PART.fullmatch(part)
        if match is None:
            raise ValueError(f"{path}: {part} is no part of a path")
        name, index = match[1], match[2]
        found: list[tuple[Any, Any]] = [(h, name) for h in holders if isinstance(h, dict) and name in h]
        if index is not None:
            lists = [holder[key] for holder, key in found if isinstance(holder[key], list)]
            found = [
                (values, n)
                for values in lists
                for n in (range(len(values)) if index == "" else [int(index)])
                if -len(values) <= n < len(values)
            ]
        if at == len(parts) - 1:
            yield from found
        holders = [holder[key] for holder, key in found]


def edit(path: str, change: Callable[[Any], Any], **only: Any) -> Effect:
    """`change(value)` in place of each value there."""
    def do(call: Call, answer: Answer, *_: Any) -> None:
        for holder, key in places(answer.body, path):
            holder[key] = change(holder[key])

    return after("answer", do, **only)


def put(path: str, value: Any, **only: Any) -> Effect:
    """This value, at a place that exists or is the last name of the path."""
    *outer, last = path.split(".")

    def do(call: Call, answer: Answer, *_: Any) -> None:
        holders = [h[k] for h, k in places(answer.body, ".".join(outer))] if outer else [answer.body]
        for holder in holders:
            if isinstance(holder, dict):
                holder[last] = value

    return after("answer", do, **only)


def drop(path: str, **only: Any) -> Effect:
    """The field is not there."""
    only.setdefault("kind", "one field")

    def do(call: Call, answer: Answer, *_: Any) -> None:
        for holder, key in reversed(list(places(answer.body, path))):
            del holder[key]

    return after("answer", do, **only)


def add(path: str, minor: int, **only: Any) -> Effect:
    """So many cents more on the amount at a path; nothing else follows."""
    only.setdefault("kind", "a cent")

    def change(amount: Any) -> Any:
        cents = int(amount["value"].replace(".", ""))
        return {**amount, "value": decimal(cents + minor, len(amount["value"].rpartition(".")[2]))}

    return edit(path, change, **only)


def rebill(change: Callable[[Bill], Any], **only: Any) -> Effect:
    """`change(bill)` on the summary's amounts; the total follows."""
    def do(call: Call, bill: Bill, *_: Any) -> None:
        change(bill)
        bill.total = total(bill)

    return after("bill", do, **only)


def header(name: str, value: str | None, **only: Any) -> Effect:
    """Sets a header of the answer, or with None takes it away."""
    def do(call: Call, answer: Answer, *_: Any) -> None:
        answer.headers.pop(name, None)
        if value is not None:
            answer.headers[name] = value

    return after("answer", do, **only)


# -- what is stored, against what is shown
# ------------------------------------------------------------------------------


def ignore(**only: Any) -> Effect:
    """Accepted, and nothing happens."""
    only.setdefault("kind", "ignored")
    return skip("apply", **only)


def store(change: Callable[[Cart, Call], Any], **only: Any) -> Effect:
    """`change(cart, call)` on what is stored, once the request was applied."""
    return after("apply", lambda call, value: change(call.the_cart(), call), **only)


def shown_not_kept(**only: Any) -> Effect:
    """The answer shows the change, the next read does not."""
    key = object()

    def remember(call: Call) -> None:
        call.notes[key] = call.the_cart().copy()

    def restore(call: Call, answer: Answer, *_: Any) -> None:
        if key in call.notes:
            call.the_session().cart = call.notes[key]

    return both(
        before("apply", remember, **{**only, "kind": "answer only"}), after("answer", restore, on=only.get("on", ()))
    )


def kept_not_shown(**only: Any) -> Effect:
    """The answer shows the session as it was before, the next read shows the change."""
    key = object()

    def remember(call: Call) -> None:
        call.notes[key] = call.the_cart().copy()

    def show(go: Callable[..., Any], call: Call) -> Any:
        now, call.cart = call.cart, call.notes.get(key, call.cart)
        try:
            return go()
        finally:
            call.cart = now

    return both(before("apply", remember, **{**only, "kind": "next read"}), around("view", show, on=only.get("on", ())))


def refused_yet_applied(step: str, to: str = "session", returning: Any = None, **only: Any) -> Effect:
    """Refused by this step as it should be, and carried out all the same: on the session, on its order, or on another
    session of the shop."""
    key = object()

    def by(go: Callable[..., Any], call: Call, *args: Any) -> Any:
        if key in call.notes:
            return returning
        try:
            return go()
        except Refusal:
            call.notes[key] = True
            _carry_out(call, to)
            raise

    return around(step, by, **{"kind": "refused yet applied", **only})


def _carry_out(call: Call, to: str) -> None:
    """Once more from the body on, with the step that refused out of the way."""
    session, cart = call.session, call.cart
    call.wanted, call.inputs, call.warnings = {}, [], []
    steps = [step for step in STEPS_OF[call.operation] if step not in ("token", "stub", "session", "apply")]
    try:
        for step in steps:
            call.run(step)
        target = _target(call, to)
        if target is not None:
            call.cart = target
            call.run("apply")
    except Refusal:
        pass  # something else was wrong with it too
    if session is not None:
        call.session, call.cart = session, cart


def _target(call: Call, to: str) -> Cart | None:
    session = call.session
    if to == "session" or session is None:
        return call.cart
    if to == "order":
        order = call.shop.orders.get(session.order)
        return order.cart if order is not None else None
    for other in reversed(call.shop.sessions.values()):
        if other is not session and len(other.cart.lines) > call.at:
            return other.cart
    return None


# -- data and settings
# --------------------------------------------------------------------------------------------------


def settings(**values: Any) -> Effect:
    """Other settings (`mock.shop.Settings`)."""
    def install(shop: Shop) -> None:
        shop.settings = replace(shop.settings, **values)

    return Effect(install)


def items(change: Callable[[Item], Item]) -> Effect:
    """Other goods: `change(item)` of each."""
    def install(shop: Shop) -> None:
        shop.items = {
            name: {changed.id: changed for changed in map(change, goods.values())} for name, goods in shop.items.items()
        }

    return Effect(install)


def coupons(change: Callable[[Coupon], Coupon]) -> Effect:
    """Other coupons: `change(coupon)` of each."""
    def install(shop: Shop) -> None:
        shop.coupons = {changed.code: changed for changed in map(change, shop.coupons.values())}

    return Effect(install)


def marketplaces(change: Callable[[Marketplace], Marketplace]) -> Effect:
    """Other marketplaces: `change(marketplace)` of each."""
    def install(shop: Shop) -> None:
        shop.marketplaces = {changed.id: changed for changed in map(change, shop.marketplaces.values())}

    return Effect(install)
