"""Whether breaches that calls which are not recorded would explain count all the same: several sessions have to show them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Set
from dataclasses import dataclass, field
from decimal import Decimal

from conformance.judging.amounts import ZERO
from conformance.judging.context import Judgment

SESSIONS = 3  # so many sessions show that it is no accident


@dataclass(frozen=True)
class Doubtful:
    """A breach that something which is not recorded would explain: changes by these operations, or one call seen twice.

    after_a_read: whether nothing is recorded since the last read. of_order: whether an order differs from its session; totals
    are then the session's and the order's.
    """

    judgment: Judgment
    session: str
    at_once: bool
    source: int
    by: frozenset[str] = frozenset()
    copied: bool = False
    after_a_read: bool = False
    of_order: bool = False
    totals: tuple[Decimal, Decimal] = ZERO, ZERO


@dataclass(frozen=True)
class Undone:
    """Doubtful breaches of a read, and of a call that fits the session only as it was before that read.

    It takes two unseen changes to explain both, the second of which undoes the first.
    """

    of_read: tuple[Doubtful, ...]
    of_call: tuple[Doubtful, ...]

    @property
    def by(self) -> frozenset[str]:
        """The operations that would explain both."""
        return frozenset().union(*(each.by for each in (*self.of_read, *self.of_call)))


@dataclass
class Evidence:
    """What a recording shows for and against calls that it lacks.

    lossy: the files of which something could not be read. lost: files and operations of which a call is surely missing.
    accepted, once: sessions, by file and operation; once: of calls that are listed once. unanswered: operations, by session.
    joined: whether a session is shown that no recorded call made. order_fits: whether some order is what its session was.
    undone: reads that the call after them contradicts.
    """

    lossy: Set[int] = frozenset()
    lost: set[tuple[int, str]] = field(default_factory=set)
    doubtful: list[Doubtful] = field(default_factory=list)
    undone: list[Undone] = field(default_factory=list)
    joined: bool = False
    order_fits: bool = False
    accepted: dict[tuple[int, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    once: dict[tuple[int, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    unanswered: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def proved(self) -> Iterator[Judgment]:
        """The doubtful breaches that count all the same."""
        alike: dict[tuple[str, str], list[Doubtful]] = defaultdict(list)
        for doubtful in filter(self._tells, self.doubtful):
            alike[doubtful.judgment.requirement, about(doubtful.judgment)].append(doubtful)
        for listed in alike.values():
            if self._are_no_accident(listed):
                yield from (doubtful.judgment for doubtful in listed)
        yield from self._of_undone_reads()

    def _of_undone_reads(self) -> Iterator[Judgment]:
        """The breaches of reads that later calls contradict, where several sessions show it and nothing else is missing."""
        listed = [each for each in self.undone if all(map(self._tells, each.of_call)) and each.of_read[0].at_once]
        sessions = {each.of_call[0].session for each in listed}
        explained = frozenset[str]().union(*(each.by for each in listed))
        recorded = {operation for (_, operation), found in self.accepted.items() if found}
        others = any(not doubtful.by & recorded <= explained for doubtful in self.doubtful)
        lacks = any(
            len(self.accepted[call.source, operation]) < len(sessions)
            for each in listed
            for call in each.of_call
            for operation in call.by
        )
        if len(sessions) >= SESSIONS and not (others or lacks or self.joined):
            yield from {id(each.judgment): each.judgment for pair in listed for each in pair.of_read}.values()

    def _are_no_accident(self, alike: list[Doubtful]) -> bool:
        """Whether several sessions show a breach; for orders, whether all that were read do."""
        if len({doubtful.session for doubtful in alike}) < SESSIONS:
            return False
        if any(doubtful.of_order for doubtful in alike):
            return not self.order_fits and (all(map(self._is_shown, alike)) or _is_one_sum(alike))
        return not (self._keeps_a_sample(alike) or self._lacks_changes(alike))

    def _keeps_a_sample(self, alike: list[Doubtful]) -> bool:
        """Whether calls of other kinds are missing too: a session that no recorded call made, or what other changes explain."""
        kinds = {operation for doubtful in alike for operation in doubtful.by}
        return self.joined or any(doubtful.by and not doubtful.by & kinds for doubtful in self.doubtful)

    def _lacks_changes(self, alike: list[Doubtful]) -> bool:
        """Whether the changes that would explain reads after reads are shown in fewer sessions."""
        lost = [doubtful for doubtful in alike if doubtful.after_a_read]
        count = len({doubtful.session for doubtful in lost})
        return any(len(self.accepted[each.source, operation]) < count for each in lost for operation in each.by)

    def _is_shown(self, doubtful: Doubtful) -> bool:
        return all(self.accepted[doubtful.source, operation] for operation in doubtful.by)

    def _tells(self, doubtful: Doubtful) -> bool:
        """Whether the change would be recorded: it had little time, its file shows such changes and is known to lose none.

        A file in which each call of an operation stands twice has two recorders of them.
        """
        if doubtful.copied:
            return doubtful.at_once and bool(self.once[doubtful.source, doubtful.judgment.operation])
        lost = doubtful.source in self.lossy or doubtful.by & self.unanswered[doubtful.session]
        missing = any((doubtful.source, operation) in self.lost for operation in doubtful.by)
        return doubtful.at_once and not (lost or missing) and (doubtful.of_order or self._is_shown(doubtful))


def about(judgment: Judgment) -> str:
    """The name of what a judgment claims."""
    return judgment.claim.name if judgment.claim else ""


def _is_one_sum(orders: list[Doubtful]) -> bool:
    """Whether different totals all differ by one amount: what an address changes follows from what is in the cart."""
    differences = {after - before for before, after in (doubtful.totals for doubtful in orders)}
    return ZERO not in differences and len(differences) == 1 < len({doubtful.totals for doubtful in orders})
