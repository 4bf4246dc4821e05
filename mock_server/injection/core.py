"""How a shop gets to differ: an Effect wraps a step of it, or changes its data. A Fault or Variant names a few
effects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from mock_server.domain.errors import JSON
from mock_server.domain.operations import OPERATIONS, TOKEN
from mock_server.domain.shop import Call, Shop
from mock_server.http.pipeline import STEPS

# When or how a fault shows; conditions and combinators bring theirs along, `fault(kind=…)` says otherwise.
KINDS = (
    "always",
    "marketplace",
    "repeat",
    "lines",
    "coupon",
    "after",
    "answer-only",
    "read-only",
    "applied-though-refused",
    "status",
    "id",
    "field",
    "boundary",
    "cent",
    "ignored",
    "quantity",
    "race",
)


_OF_TOKENS = ("grant", "client", "scopes", "token_view")


@dataclass(frozen=True, slots=True)
class Condition:
    """`test(call, *args)` sees what the wrapped step sees. `&`, `|` and `~` combine; `&` stops at the first that is
    false, so a count that stands last counts only where the others hold. `meets`: needs two requests held
    together."""

    test: Callable[..., bool]
    kind: str = ""
    meets: bool = False

    def __and__(self, other: Condition) -> Condition:
        return Condition(
            lambda call, *args: self.test(call, *args) and other.test(call, *args),
            self.kind or other.kind,
            self.meets or other.meets,
        )

    def __or__(self, other: Condition) -> Condition:
        return Condition(
            lambda call, *args: self.test(call, *args) or other.test(call, *args),
            self.kind or other.kind,
            self.meets or other.meets,
        )

    def __invert__(self) -> Condition:
        return Condition(lambda call, *args: not self.test(call, *args), self.kind, self.meets)


@dataclass(frozen=True, slots=True)
class Effect:
    """`install` changes a fresh shop; `operations`: where it shows; `does`: which combinators act on which steps."""

    install: Callable[[Shop], None]
    operations: tuple[str, ...] = ()
    kind: str = ""
    does: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault, or a lawful variant, with what the lists print of it. `also`: further requirements that the same breach
    belongs to just as well; `about`: variants about one thing exclude each other; `profile`: keys of the target profile
    that have to say something else for a variant."""

    name: str
    requirement: str
    sees: str
    effects: tuple[Effect, ...]
    operations: tuple[str, ...]
    kind: str
    about: str = ""
    chapter: str = ""
    also: tuple[str, ...] = ()
    profile: JSON = field(default_factory=dict)


Variant = Fault


def wrap(
    step: str,
    replacement: Callable[..., Any],
    *,
    on: str | Sequence[str] = (),
    when: Condition | None = None,
    kind: str = "",
) -> Effect:
    """Runs `replacement(proceed, call, *args)` in place of a step, on these operations, when the condition holds.

    `proceed()` is the step as it was, `proceed(*other)` the step with other arguments. What `replacement` returns or raises
    is the outcome. Without `on` it acts on all operations; on the token endpoint only if the step belongs to it.
    """
    if step not in STEPS:
        raise ValueError(f"no step is called {step}")
    operations = (on,) if isinstance(on, str) else tuple(on)
    if unknown := set(operations) - {*OPERATIONS, TOKEN}:
        raise ValueError(f"no operation is called {unknown}")
    if when is not None and when.meets and not operations:
        raise ValueError("say on which operations requests are held together")

    shown = operations or ((TOKEN,) if step in _OF_TOKENS else OPERATIONS)

    def install(shop: Shop) -> None:
        inner = shop.steps[step]

        def wrapped(call: Call, *args: Any) -> Any:
            if call.operation and call.operation not in shown:  # in `call` and `route` it is not known yet
                return inner(call, *args)
            if when is not None and not when.test(call, *args):
                return inner(call, *args)
            return replacement(lambda *other: inner(call, *(other or args)), call, *args)

        shop.steps[step] = wrapped
        if when is not None and when.meets:
            shop.meets.update(operations)

    does = f"{replacement.__qualname__.partition('.')[0]} {step}"
    return Effect(install, operations, kind or (when.kind if when is not None else ""), (does,))


def combine(*effects: Effect) -> Effect:
    """Several effects as one."""

    def install(shop: Shop) -> None:
        for effect in effects:
            effect.install(shop)

    kind = next((effect.kind for effect in effects if effect.kind), "")
    return Effect(
        install, _union(effects), kind, tuple(dict.fromkeys(act for effect in effects for act in effect.does))
    )


def _union(effects: Iterable[Effect]) -> tuple[str, ...]:
    named = {operation for effect in effects for operation in effect.operations}
    return tuple(operation for operation in (*OPERATIONS, TOKEN) if operation in named)


def _shows(name: str, effects: tuple[Effect, ...], on: str | Sequence[str]) -> tuple[str, ...]:
    operations = ((on,) if isinstance(on, str) else tuple(on)) or _union(effects)
    if not operations or not set(operations) <= {*OPERATIONS, TOKEN}:
        raise ValueError(f"{name}: say on= which operations it shows")
    return operations


def fault(
    name: str,
    requirement: str,
    sees: str,
    *effects: Effect,
    kind: str = "",
    on: str | Sequence[str] = (),
    also: str | Sequence[str] = (),
) -> Fault:
    """`sees`: what a client sees, in a phrase. `kind` and `on` say what the effects do not say themselves; `also`:
    requirements whose sentence it breaks as much as the one it is named for."""
    kind = kind or next((effect.kind for effect in effects if effect.kind), "always")
    if kind not in KINDS:
        raise ValueError(f"{name}: no kind is called {kind}")
    further = (also,) if isinstance(also, str) else tuple(also)
    return Fault(name, requirement, sees, effects, _shows(name, effects, on), kind, also=further)


def variant(
    name: str,
    requirement: str,
    sees: str,
    *effects: Effect,
    about: str = "",
    on: str | Sequence[str] = (),
    profile: JSON | None = None,
) -> Variant:
    """A lawful difference. Two variants `about` the same thing are not combined; `profile`: what the target profile has
    to say otherwise, as in `{"max_line_items": 10}`."""
    return Fault(
        name, requirement, sees, effects, _shows(name, effects, on), "variant", about or name, profile=profile or {}
    )


def collect(chapters: Mapping[str, Sequence[Fault]]) -> dict[str, Fault]:
    """The faults or variants of all chapters by name, each with its chapter."""
    found: dict[str, Fault] = {}
    for chapter, entries in chapters.items():
        for entry in entries:
            if entry.name in found or not set(entry.name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-"):
                raise ValueError(f"{entry.name}: there are two of it, or it has other characters than a-z, 0-9 and -")
            found[entry.name] = replace(entry, chapter=chapter)
    return found
