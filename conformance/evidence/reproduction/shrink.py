"""Makes a finding's sequence as short as it can be: sub-lists are sent again until none is shorter, within a cap."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace

from conformance.client.api_client import RunStopped
from conformance.core import contract
from conformance.core.exchange import OWN_APP, Exchange, ExchangeId, Request
from conformance.driver.checkout import CheckoutDriver
from conformance.evidence import journal
from conformance.evidence.aggregate import Finding, Reproduction
from conformance.evidence.reproduction.control import cause
from conformance.evidence.reproduction.curl_script import write_script
from conformance.evidence.reproduction.replay import (
    FIRST_CONTROL,
    FIRST_REPLAY,
    ReplayTarget,
    Step,
    UnresolvedReference,
    from_record,
    play,
    steps_of,
)
from conformance.judging.consequences import BrokenClaims
from conformance.judging.context import Judgment
from conformance.judging.trace import TraceKind

# Requests to shorten one finding; its control comes on top. The longest walks have about 200 requests, so that each can be
# sent once whole and then in parts.
CAP = 220
LONGEST_BODY, LONGEST_TEXT = 800, 80  # characters of a request in a line of steps, and of one text in it
TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')  # in JSON
REPEATS = 3


@dataclass
class Proof:
    """A replay that showed the breach."""

    steps: list[Step]
    sent: list[tuple[Step, Exchange]]
    judgment: Judgment


class Shrinker:
    """Replays sub-lists of a sequence against a target."""

    def __init__(self, run: ReplayTarget, finding: Finding) -> None:
        self.run, self.finding = run, finding
        self.spent = self.replays = 0

    def replay(self, steps: list[Step]) -> Proof | None:
        """Sends the steps; the proof if the same claim of the same requirement breaks again."""
        if not steps or self.spent + len(steps) > CAP:
            return None
        self.replays += 1
        name = f"shrink/{self.finding.requirement}/{self.finding.name}/{self.replays}".replace(" ", "-")
        with self.run.driver(FIRST_REPLAY + self.replays, name, kind=TraceKind.REPLAY) as driver:
            try:
                sent = play(driver, steps)
            except UnresolvedReference:
                return None
            finally:
                self.spent += len(driver.trace.exchanges)
            return self._proof(driver, steps, sent)

    def broken(self, steps: list[Step]) -> set[tuple[str, str]] | None:
        """Every (requirement, name of the claim) that breaks when the steps are sent; None where one of them cannot be sent."""
        with self.run.driver(FIRST_CONTROL, f"control/{self.finding.requirement}", kind=TraceKind.REPLAY) as driver:
            try:
                play(driver, steps)
            except UnresolvedReference:
                return None
            return {
                (judgment.requirement, judgment.claim.name)
                for judgment in driver.trace.judgments
                if judgment.claim and not judgment.ok
            }

    def _proof(self, driver: CheckoutDriver, steps: list[Step], sent: list[tuple[Step, Exchange]]) -> Proof | None:
        for judgment in driver.trace.judgments:
            if (
                not judgment.ok
                and judgment.claim
                and (judgment.requirement, judgment.claim.name) == (self.finding.requirement, self.finding.name)
            ):
                last = next(index for index, (_, exchange) in enumerate(sent) if exchange.id == judgment.exchange)
                return Proof(steps[: last + 1], sent[: last + 1], judgment)
        return None

    def shrink(self, steps: list[Step]) -> Proof | None:
        """The shortest proof that was found; None if the breach did not show again."""
        best = None
        for candidate in _guesses(steps):
            best = self.replay(candidate)
            if best:
                break
        if best is None:
            return None
        best = self._fewer_steps(best)
        return self._smaller_carts(best)

    def _fewer_steps(self, best: Proof) -> Proof:
        size = max(1, len(best.steps) // 2)
        while size and self.spent < CAP:
            index = 0
            while index < len(best.steps) - 1:
                chunk = best.steps[index : index + size]
                if chunk[-1] is best.steps[-1]:
                    chunk = chunk[:-1]
                gone = {step.number for step in chunk}
                rest = [step for step in best.steps if step not in chunk and not step.sessions & gone]
                found = self.replay(rest) if chunk and len(rest) < len(best.steps) else None
                if found:
                    best = found
                else:
                    index += size
            size //= 2
        return best

    def _smaller_carts(self, best: Proof) -> Proof:
        """Fewer lines and quantity 1 in the sessions that the proof needs."""
        for index, step in enumerate(list(best.steps)):
            if not step.creates or not isinstance(step.request.body, dict):
                continue
            for smaller in _smaller(step, best.steps):
                candidate = [*best.steps[:index], smaller, *best.steps[index + 1 :]]
                found = self.replay(candidate)
                if found and len(found.steps) == len(best.steps):
                    best = found
                    break
        return best


def _guesses(steps: list[Step]) -> Iterator[list[Step]]:
    """Short sub-lists that often suffice, then the whole."""
    last = steps[-1]
    roots = last.sessions
    makers = [step for step in steps[:-1] if step.number in roots]
    own = [step for step in steps if step.sessions & roots or step.number in roots]
    previous = [candidate for candidate in own[:-1] if candidate not in makers][-1:]
    yield from ([*makers, last], [*makers, *previous, last], own)
    if len(own) < len(steps):
        yield steps


def _smaller(step: Step, steps: list[Step]) -> Iterator[Step]:
    inputs = step.request.body.get("lineItemInputs")
    if not isinstance(inputs, list) or not all(isinstance(line_input, dict) for line_input in inputs):
        return
    used = {ref.item for other in steps for ref in other.fields.values() if ref.created_by_step == step.number}
    kept = [line_input for line_input in inputs if line_input.get("itemId") in used] or inputs[:1]
    for lines in (kept, inputs[:2], inputs[: (len(inputs) + 1) // 2]):
        if len(lines) < len(inputs):
            yield _with_inputs(step, lines)
    if any(
        line_input.get("quantity") not in (0, 1) and isinstance(line_input.get("quantity"), int)
        for line_input in inputs
    ):
        yield _with_inputs(step, [{**line_input, "quantity": 1} for line_input in inputs])


def _with_inputs(step: Step, lines: list[dict[str, object]]) -> Step:
    request: Request = replace(step.request, body={**step.request.body, "lineItemInputs": deepcopy(lines)})
    return replace(step, request=request)


def shrink_finding(run: ReplayTarget, finding: Finding, records: journal.Records, known: BrokenClaims) -> None:
    """Shrinks a finding, says how often it came again, and writes its script; or says which of the `known` broken rules
    it is a consequence of."""
    folder = run.parts
    trace, seq = ExchangeId.parse(finding.first.exchange)
    record = records.get(trace)
    if record is None or not finding.first.test:
        return  # shown only by several traces together
    exchanges = [from_record(line) for line in journal.lines(folder, record)]
    upto = [exchange for exchange in exchanges if exchange.seq <= seq and exchange.operation != contract.TOKEN]
    shrinker = Shrinker(run, finding)
    try:
        proof = shrinker.shrink(steps_of(upto))
        sequence = proof.sent if proof else list(zip(steps_of(upto), upto, strict=True))
        finding.cause = cause(finding, sequence, known, shrinker.broken)
        if finding.cause:
            return
        if proof is None:
            finding.reproduced = Reproduction(0, shrinker.replays)
            return
        finding.reproduced = _sent_again(shrinker, proof.steps)
    except RunStopped:
        return
    claim = proof.judgment.claim
    assert claim
    finding.first = replace(finding.first, expected=claim.expected, actual=claim.actual)
    finding.exchanges = [exchange.id for _, exchange in proof.sent]
    finding.steps = [describe(exchange, whole=exchange is proof.sent[-1][1]) for _, exchange in proof.sent]
    finding.script = write_script(run, finding, proof.sent, claim)


def _sent_again(shrinker: Shrinker, steps: list[Step]) -> Reproduction:
    """How often the shortest sequence showed the breach: once while it was found, and in what the cap leaves room for."""
    shown = tried = 1
    while tried < REPEATS and shrinker.spent + len(steps) <= CAP:
        tried += 1
        shown += shrinker.replay(steps) is not None
    return Reproduction(shown, tried)


def describe(exchange: Exchange, *, whole: bool = False) -> str:
    """A request and its answer in one line. whole: more than the items of a new session, for the step that is judged."""
    body = exchange.request.body
    if exchange.operation == contract.INITIATE and not whole:
        body = body.get("lineItemInputs") if isinstance(body, dict) else None
    sent = "" if body is None else f" {_shortened(json.dumps(body, ensure_ascii=False))}"
    who = "" if exchange.request.credential == OWN_APP else f" as {exchange.request.credential}"
    where = f" in {exchange.request.marketplace or 'no marketplace'}"
    if exchange.operation == contract.READ_ORDER and not exchange.request.marketplace:
        where = ""  # it names none anyway
    return f"{exchange.operation}{who}{where}{sent} → {exchange.answer()}"


def _shortened(body: str) -> str:
    """JSON with its long texts cut, so that the fields after them show as well."""
    return _cut(TEXT.sub(lambda match: _cut(match.group(), LONGEST_TEXT), body), LONGEST_BODY)


def _cut(text: str, most: int) -> str:
    """The text without its middle, which says the least, with the number of characters that are left out."""
    gone = len(text) - most
    return text if gone <= 0 else f"{text[: most // 2]}… {gone:,} more …{text[-most // 2 :]}"
