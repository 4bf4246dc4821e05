"""Rules are pure: they change nothing that they are given, and it is the same in which order they are asked."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import asdict, replace
from typing import Any

import pytest

from conformance.core import contract, places
from conformance.core.exchange import Exchange
from conformance.core.profile import Profile
from conformance.evidence.reproduction.replay import from_record
from conformance.judging import apply_exchange
from conformance.judging import judge as judging
from conformance.judging.context import Judgment, RuleContext
from conformance.judging.load_rules import load_rules
from conformance.judging.registry import demanding, forbidding, refusing
from conformance.judging.world import World
from devtools.corpus import CORPUS, load

if not CORPUS.is_file():
    pytest.skip("the corpus of a matrix run is not there: python -m devtools.corpus", allow_module_level=True)
SAMPLE = 60  # traces of the corpus


def traces() -> Iterator[tuple[Profile, list[Exchange]]]:
    load_rules()
    corpus = load()
    profiles = {name: corpus.profile(name) for name in corpus.profiles}
    for entry in random.Random(7).sample(corpus.entries, SAMPLE):
        yield profiles[entry.profile], [from_record(record) for record in entry.exchanges]


def judged(profile: Profile, exchanges: list[Exchange]) -> list[list[Judgment]]:
    world = World()
    return [judging.judge(world, profile, exchange) for exchange in exchanges]


def by_text(judgments: list[Judgment]) -> list[str]:
    return sorted(str(asdict(judgment)) for judgment in judgments)


@pytest.mark.parametrize("chapter", contract.CHAPTERS)
def test_a_rule_sets_no_attribute_and_no_member_of_one(chapter: str) -> None:
    for path in (places.ROOT / "suites" / chapter).glob("*.py"):
        if path.name.startswith("test_"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
                target = node.value if isinstance(node, ast.Subscript) else node
                assert not isinstance(target, ast.Attribute), f"{path}:{node.lineno}"


def test_rules_in_any_order_give_the_same_judgments(monkeypatch: pytest.MonkeyPatch) -> None:
    everything = [(profile, exchanges, judged(profile, exchanges)) for profile, exchanges in traces()]
    dice = random.Random(1)
    shuffled_rules: Any
    for shuffled_rules in (demanding, refusing, forbidding):
        for key, listed in shuffled_rules.items():
            monkeypatch.setitem(shuffled_rules, key, dice.sample(listed, len(listed)))
    for profile, exchanges, before in everything:
        for shuffled, ordered in zip(judged(profile, exchanges), before, strict=True):
            assert by_text(shuffled) == by_text(ordered)


def test_rules_leave_the_world_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[tuple[RuleContext, Any, Any]] = []
    apply = apply_exchange.apply
    context_of = judging._context

    def before(world: World, profile: Profile, exchange: Exchange) -> RuleContext:
        context = context_of(world, profile, exchange)
        taken.append((context, deepcopy(replace(world, rule_errors=[])), deepcopy(exchange)))
        return context

    def after(context: RuleContext, *rest: Any) -> None:
        _, world, exchange = taken[-1]
        assert replace(context.world, rule_errors=[]) == world
        assert context.exchange == exchange
        apply(context, *rest)

    monkeypatch.setattr(judging, "_context", before)
    monkeypatch.setattr(apply_exchange, "apply", after)
    for profile, exchanges in list(traces())[:10]:
        judged(profile, exchanges)
    assert taken
