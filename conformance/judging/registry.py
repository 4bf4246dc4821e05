"""The rules, as the chapters register them: by operation and kind of answer, in the order of their dependencies.

`refuses` registers a rule that names reasons for which a request must be refused; its lawful answers stand in
contracts/requirements. A rule of `demands` makes claims about an answer from all that is known. A rule of `shows` makes
claims from what the answer shows alone, so that equal answers are asked once. A rule of `forbids` says that a refusal is
its breach, whatever the request was sent for. All are pure functions of what they are given.

A rule has one owner: the requirement whose operations it is asked for, whose place it has, and that owns what names no
other. Where its reasons or claims name further requirements, they stand behind the owner: `refuses("OWNER", "OTHER")`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple

from conformance.core import contract
from conformance.judging.claim import Claim
from conformance.judging.context import RefusalReason, RuleContext
from conformance.judging.model import View


class AnswerKind(StrEnum):
    """The kinds of answers that rules make claims about. UNREADABLE: what is no answer of HTTP."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNREADABLE = "unreadable"


ANY_ANSWER = (AnswerKind.ACCEPTED, AnswerKind.REFUSED)
RefusalReasons = Callable[[RuleContext], Iterable[RefusalReason | str]]
Claims = Callable[[RuleContext], Iterable[Claim]]
ClaimsOfView = Callable[[View], Iterable[Claim]]


class Rule(NamedTuple):
    """A rule function about answers, and what the judge needs to know of it. of_view: whether it takes the view alone."""

    requirement: str
    claims: Callable[[Any], Iterable[Claim]]
    presumes_same_cart: bool
    of_view: bool = False


refusing: dict[str, list[tuple[str, RefusalReasons]]] = defaultdict(list)
demanding: dict[tuple[str, AnswerKind], list[Rule]] = defaultdict(list)
forbidding: dict[str, list[Rule]] = defaultdict(list)
RULES: dict[str, list[Callable[..., Any]]] = defaultdict(list)


def _list(rule: Callable[..., Any], requirements: Iterable[str]) -> None:
    for requirement in requirements:
        RULES[requirement].append(rule)


def refuses(owner: str, *others: str) -> Callable[[RefusalReasons], RefusalReasons]:
    """Registers a function that names the reasons of requirements about a refusal."""

    def register(rule: RefusalReasons) -> RefusalReasons:
        for operation in contract.requirements()[owner].operations:
            refusing[operation].append((owner, rule))
        _list(rule, (owner, *others))
        return rule

    return register


def demands(
    owner: str, *others: str, on: AnswerKind | tuple[AnswerKind, ...] = AnswerKind.ACCEPTED
) -> Callable[[Claims], Claims]:
    """Registers a function that makes claims about answers of a kind, or of several."""

    def register(rule: Claims) -> Claims:
        known = contract.requirements()[owner]
        for operation in known.operations:
            for kind in on if isinstance(on, tuple) else (on,):
                demanding[operation, kind].append(Rule(owner, rule, known.presumes_same_cart))
        _list(rule, (owner, *others))
        return rule

    return register


def shows(requirement: str) -> Callable[[ClaimsOfView], ClaimsOfView]:
    """Registers a function that makes claims about a success by what the answer shows, whatever was asked and known."""

    def register(rule: ClaimsOfView) -> ClaimsOfView:
        known = contract.requirements()[requirement]
        for operation in known.operations:
            demanding[operation, AnswerKind.ACCEPTED].append(
                Rule(requirement, rule, known.presumes_same_cart, of_view=True)
            )
        _list(rule, [requirement])
        return rule

    return register


def forbids(requirement: str) -> Callable[[Claims], Claims]:
    """Registers a function that makes a claim where a refusal is the requirement's breach, whatever was asked for."""

    def register(rule: Claims) -> Claims:
        for operation in contract.requirements()[requirement].operations:
            forbidding[operation].append(Rule(requirement, rule, presumes_same_cart=False))
        _list(rule, [requirement])
        return rule

    return register


@cache
def yields_to(requirement: str) -> frozenset[str]:
    """The ids whose breach by the same answer leaves nothing to say for this requirement: `yields_to`, chapters spelt out."""
    known = contract.requirements()
    found: set[str] = set()
    for name in known[requirement].yields_to:
        found |= {each.id for each in known.values() if each.chapter == name} if name in contract.CHAPTERS else {name}
    return frozenset(found - {requirement})


@cache
def _order() -> dict[str, int]:
    """The place of each requirement: after those that it yields to, else as in the files. Raises ValueError for a circle."""
    found: dict[str, int] = {}
    under_way: set[str] = set()

    def place(requirement: str) -> None:
        if requirement in found:
            return
        if requirement in under_way:
            raise ValueError(f"{requirement} yields to itself")
        under_way.add(requirement)
        for other in contract.requirements():
            if other in yields_to(requirement):
                place(other)
        found[requirement] = len(found)

    for requirement in contract.requirements():
        place(requirement)
    return found


def in_order(rule: Sequence[Any]) -> int:
    """The sort key of what begins with a requirement's id."""
    return _order()[rule[0]]


def sort_rules() -> None:
    """Puts the rules in the order of their dependencies, whoever imported which module first."""
    for listed in (*refusing.values(), *demanding.values(), *forbidding.values()):
        listed.sort(key=in_order)  # type: ignore[attr-defined]
