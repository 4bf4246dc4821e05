"""Which finding is the consequence of which: the second half of the decision tables (conformance/judging/attribution.py)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from conformance.core import contract
from conformance.core.requirement import DependsOn, ExplainedFinding, OwnedBreach
from conformance.judging.attribution import Attribution, Cause, DecisionRow, first_match
from conformance.judging.claim import Aspect

# Rules that break alike, from which on one cause is named for all. Two may be two faults; no single fault of the mock
# breaks three rules alike.
SYSTEMIC = 3
BrokenClaims = set[tuple[str, str]]  # (requirement, name of the claim)


# ---------------------------------------------------------------- a finding that is sent again


class Control(Protocol):
    """A finding, and its shortest sequence sent again in other forms; None where that cannot be sent. known: all findings."""

    requirement: str
    name: str
    known: BrokenClaims

    def with_plain_reads(self) -> BrokenClaims | None:
        """What breaks with plain reads in place of all that is blamed, and of what went to other sessions."""

    def with_other_sessions(self) -> BrokenClaims | None:
        """The same, with the requests to other sessions; None if there are none."""

    def under_its_marketplace(self) -> BrokenClaims | None:
        """What breaks if the order is read under its marketplace; None if it was."""

    def order_without_refusals(self) -> BrokenClaims | None:
        """What breaks if the refused requests before the read of an order are left out; None if there are none."""

    def reading_after_refusals(self) -> BrokenClaims | None:
        """What breaks if a read follows each refusal; None if that is so anyway."""


@dataclass
class CachedControl:
    """A control of which each sequence is sent once, and only if a row asks for it."""

    control: Control

    @cached_property
    def with_plain_reads(self) -> BrokenClaims | None:
        """See Control."""
        return self.control.with_plain_reads()

    @cached_property
    def known_rules(self) -> set[str]:
        """The rules that have a finding."""
        return {rule for rule, _ in self.control.known}

    def suspects(self) -> list[str]:
        """The rules about reads of which the finding may be a consequence: those broken elsewhere, above its own."""
        reads = contract.explaining(ExplainedFinding.SESSION_READS)
        requirement = self.control.requirement
        if of_the_request_alone(requirement, self.control.name):
            return []
        above = reads[: reads.index(requirement)] if requirement in reads else reads
        return [each for each in above if each in self.known_rules]

    def shows_again(self, broken: BrokenClaims) -> bool:
        """Whether the finding itself broke."""
        return (self.control.requirement, self.control.name) in broken


def of_the_request_alone(requirement: str, name: str) -> bool:
    """Whether a request has to be refused for what it says itself, whatever became of the session."""
    depends = contract.requirements()[requirement].depends_on
    return name in (Aspect.REFUSED, Aspect.REFUSAL_ID) and depends not in (
        DependsOn.SESSION_STATE,
        DependsOn.SESSION_PHASE,
    )


def _first(suspects: list[str], broken: BrokenClaims | None) -> Attribution | None:
    rules = {rule for rule, _ in broken or ()}
    return next((Attribution(Cause.THE_READ, suspect) for suspect in suspects if suspect in rules), None)


def _of_another_session(facts: CachedControl) -> Attribution | None:
    reads = facts.control.requirement == contract.owner_of_answer_to(contract.READ)
    (owner,) = contract.explaining(ExplainedFinding.OTHER_SESSIONS)
    if (
        not reads
        or owner not in facts.known_rules
        or facts.with_plain_reads is None
        or facts.shows_again(facts.with_plain_reads)
    ):
        return None
    return Attribution(Cause.ANOTHER_SESSION, owner)


def _of_the_header(facts: CachedControl) -> Attribution | None:
    (owner,) = contract.explaining(ExplainedFinding.MISSING_HEADER)
    if owner == facts.control.requirement or owner not in facts.known_rules:
        return None
    broken = facts.control.under_its_marketplace()
    return None if broken is None or facts.shows_again(broken) else Attribution(requirement=owner)


def _of_the_order(facts: CachedControl) -> Attribution | None:
    suspects = [each for each in contract.explaining(ExplainedFinding.ORDER_READS) if each in facts.known_rules]
    if not suspects or facts.control.requirement in suspects:
        return None
    return _first(suspects, facts.control.order_without_refusals())


def _of_an_earlier_refusal(facts: CachedControl) -> Attribution | None:
    """The rule that breaks may have no finding yet: then the most special rule of refusals with a finding of that part."""
    control = facts.control
    if of_the_request_alone(control.requirement, control.name) or len(control.known) < 2:
        return None
    broken = control.reading_after_refusals()
    if broken is None or facts.shows_again(broken):
        return None
    rules = [rule for rule, _ in sorted(broken, key=lambda pair: pair[1] != control.name) if _keeps_a_session(rule)]
    siblings = [rule for rule, name in sorted(control.known) if name == control.name and _keeps_a_session(rule)]
    siblings.sort(key=lambda rule: len(contract.requirements()[rule].operations))
    found = [rule for rule in rules if rule in facts.known_rules] or (siblings if rules else [])
    return next((Attribution(requirement=rule) for rule in found if rule != control.requirement), None)


def _keeps_a_session(rule: str) -> bool:
    return bool(contract.requirements()[rule].leaves_unchanged)


SENT_AGAIN: tuple[DecisionRow[CachedControl], ...] = (
    DecisionRow(
        "a rule about reads breaks when plain reads stand in place of what the finding blames",
        "that rule (`explains: [session_reads]`), the first of the file",
        lambda facts: _first(facts.suspects(), facts.with_plain_reads) if facts.suspects() else None,
    ),
    DecisionRow(
        "the same, when the requests to other sessions are sent as well",
        "that rule",
        lambda facts: _first(facts.suspects(), facts.control.with_other_sessions()) if facts.suspects() else None,
    ),
    DecisionRow(
        "a difference of a read is gone when other sessions are left alone",
        "the rule that `explains: [other_sessions]`",
        _of_another_session,
    ),
    DecisionRow(
        "an order that was read without a marketplace reads well with it",
        "the rule that `explains: [missing_header]`",
        _of_the_header,
    ),
    DecisionRow(
        "a rule about orders breaks when the refused requests before the read of an order are left out",
        "that rule (`explains: [order_reads]`), the first of the file",
        _of_the_order,
    ),
    DecisionRow(
        "it is gone when a read follows each refusal, and the rule of a refusal breaks in its place",
        "that rule",
        _of_an_earlier_refusal,
    ),
)


def consequence_of(control: Control) -> str | None:
    """The broken rule that a finding is a consequence of. Raises RunStopped."""
    return first_match(SENT_AGAIN, CachedControl(control)).requirement


# ---------------------------------------------------------------- findings beside each other


class FindingFacts(Protocol):
    """A finding as the others see it, `name` being what is broken of the requirement.

    weak: the difference is not what the blamed request asked for. never_again, shown_again: it was sent again, and did not
    show, or did. unknown_session: the answer was that there is no such session. undocumented_status: it is about an answer
    whose status is none that the operation documents for a refusal. of_orders: whether it was seen in reads of orders alone.
    """

    @property
    def requirement(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def weak(self) -> bool: ...
    @property
    def never_again(self) -> bool: ...
    @property
    def shown_again(self) -> bool: ...
    @property
    def unknown_session(self) -> bool: ...
    @property
    def undocumented_status(self) -> bool: ...
    @property
    def of_orders(self) -> bool: ...


@dataclass(frozen=True)
class FindingAmongAll:
    """A finding among all of them. lost: the target forgot sessions while the run went on."""

    finding: FindingFacts
    all: Sequence[FindingFacts]
    lost: bool = False


def explains_reads(requirement: str) -> bool:
    """Whether the requirement is about what reads of a session or an order show."""
    return bool(
        {ExplainedFinding.SESSION_READS, ExplainedFinding.ORDER_READS} & contract.requirements()[requirement].explains
    )


def _same_part(facts: FindingAmongAll) -> Iterable[FindingFacts]:
    """Findings about reads of the same part: which field of a part differs first is another in each session."""
    return (each for each in facts.all if explains_reads(each.requirement) and _part(each) == _part(facts.finding))


def _part(finding: FindingFacts) -> str:
    return finding.name.partition(".")[0]


def _moves_by_itself(facts: FindingAmongAll) -> Attribution | None:
    cause = next(iter(_same_part(facts)), None) if facts.finding.weak else None
    return Attribution(Cause.THE_READ, cause.requirement) if cause else None


def _never_again(facts: FindingAmongAll) -> Attribution | None:
    finding = facts.finding
    blames_a_refusal = bool(contract.requirements()[finding.requirement].leaves_unchanged)
    if finding.shown_again or explains_reads(finding.requirement) or not (finding.never_again or blames_a_refusal):
        return None
    shown_again = [each for each in _same_part(facts) if each.shown_again]
    return Attribution(Cause.THE_READ, shown_again[-1].requirement) if shown_again else None


def _never_again_apart(facts: FindingAmongAll) -> Attribution | None:
    (owner,) = contract.explaining(ExplainedFinding.OTHER_SESSIONS)
    finding = facts.finding
    beside = any(each.requirement == owner and each.name == finding.name for each in facts.all)
    return (
        Attribution(Cause.ANOTHER_SESSION, owner)
        if beside and finding.never_again and finding.requirement != owner
        else None
    )


def _of_the_loss(facts: FindingAmongAll) -> Attribution | None:
    if not facts.lost or not facts.finding.unknown_session:
        return None
    lost = [each for each in facts.all if each.unknown_session]
    reads = contract.owner_of_answer_to(contract.READ)
    kept = next((each for each in lost if each.requirement == reads), lost[0])
    return None if kept is facts.finding else Attribution(requirement=kept.requirement)


def _rules_beside(facts: FindingAmongAll, owner: str) -> list[str]:
    """The other requirements that an undocumented status breaks, in the order of their findings."""
    return list(
        dict.fromkeys(each.requirement for each in facts.all if each.undocumented_status and each.requirement != owner)
    )


def _of_one_rule(facts: FindingAmongAll) -> Attribution | None:
    owner = contract.owner_of(OwnedBreach.UNDOCUMENTED_STATUSES)
    rules = _rules_beside(facts, owner)
    if facts.finding.requirement != owner or not facts.finding.undocumented_status or not 0 < len(rules) < SYSTEMIC:
        return None
    return Attribution(requirement=rules[0])


def _of_every_refusal(facts: FindingAmongAll) -> Attribution | None:
    owner = contract.owner_of(OwnedBreach.UNDOCUMENTED_STATUSES)
    of_a_header = facts.finding.requirement in contract.explaining(ExplainedFinding.MISSING_HEADER)
    if facts.finding.requirement == owner or not facts.finding.undocumented_status or of_a_header:
        return None
    known = any(each.requirement == owner and each.undocumented_status for each in facts.all)
    return Attribution(requirement=owner) if known and len(_rules_beside(facts, owner)) >= SYSTEMIC else None


def _of_the_missing_header(facts: FindingAmongAll) -> Attribution | None:
    (owner,) = contract.explaining(ExplainedFinding.MISSING_HEADER)
    known = any(each.requirement == owner and each.undocumented_status for each in facts.all)
    reads = facts.finding.undocumented_status and facts.finding.of_orders
    return Attribution(requirement=owner) if known and reads and facts.finding.requirement != owner else None


CONSEQUENCES: tuple[DecisionRow[FindingAmongAll], ...] = (
    DecisionRow(
        "reads of orders are refused with a status that they document for no refusal, and so are those without a marketplace",
        "the rule that `explains: [missing_header]`",
        _of_the_missing_header,
    ),
    DecisionRow(
        "refusals of three rules or more have a status that their operations document for no refusal",
        "the rule that `owns: [undocumented_statuses]`",
        _of_every_refusal,
    ),
    DecisionRow("the same of fewer rules", "each of those rules, not the one that owns them", _of_one_rule),
    DecisionRow(
        "sessions are forgotten, and the answer was that there is no such session",
        "the rule that `owns_answers_to` reads if it has such a finding, else the first of them",
        _of_the_loss,
    ),
    DecisionRow(
        "the difference is not what the refused request asked for, and a rule about reads breaks for the same part",
        "the rule about reads",
        _moves_by_itself,
    ),
    DecisionRow(
        "it never showed again, or a refusal is blamed and nothing was sent again, and a rule about reads did show for the same part",
        "the rule about reads",
        _never_again,
    ),
    DecisionRow(
        "it never showed again, and another session showed the same part of a change that was not its own",
        "the rule that `explains: [other_sessions]`",
        _never_again_apart,
    ),
)
