"""The design of a run: which session meets which conditions and which requests, before anything is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cache, partial

from conformance.core import contract, factors
from conformance.core.profile import Profile
from strategies import array
from strategies.array import Row
from strategies.assignment import Bits, Candidate, ProbeKey, assign
from suites.situations import probes
from suites.situations.goods import is_not_bought
from suites.situations.moment import Moment
from suites.situations.probe import Probe
from suites.situations.refusals import Broken, of_initiate, of_items

CHANGES_AND_READS = 68  # of a session and of those beside it, whatever its row; the mean of a default run on the mock
PAIRS_MET = (
    0.95  # of the pairs of levels, by each method of a requirement; all from `--depth 2` on, as the last cost most
)
LEAST_MAXIMUM = 10  # lines, where the profile names none: one more is too many in each reading
PAID_ENDS = ("paid", "locked")
WITHOUT_COUPON = ("none", "removed")  # levels of the coupon
ONE_LESS = {"two": "one", "three": "two", "most": "three"}  # lines that a removal leaves
ENDS = {
    Moment.PAID: PAID_ENDS,
    Moment.ORDER: PAID_ENDS,
    Moment.EMPTY: ("emptied",),
    Moment.DECLINED: ("declined",),
}


@dataclass(frozen=True)
class SessionPlan:
    """A row of the array with the requests that its session meets. starts: broken initiates, sent before it is made."""

    row: Row
    probes: tuple[Probe, ...]
    starts: tuple[Broken, ...]

    @property
    def cost(self) -> int:
        """About how many requests it takes: its own changes and reads, and one for each probe."""
        return CHANGES_AND_READS + len(self.probes) + len(self.starts)


def session_plans(profile: Profile, depth: int = 1) -> list[SessionPlan]:
    """Every row of the array with its probes, the same each time for the same profile. depth: 0 for pairs alone."""
    rows = array.rows(profile, depth)
    shown = tuple(as_probes_meet_it(row) for row in rows)
    asked: dict[ProbeKey, dict[str, Probe]] = {}
    begun: dict[ProbeKey, dict[str, Broken]] = {}
    for market, offered in profile.markets.items():
        for probe in probes.of_sessions(profile, market):
            asked.setdefault(probe.key, {})[market] = probe
        for start in (*of_initiate(offered), *of_items(offered, profile.max_line_items or LEAST_MAXIMUM)):
            begun.setdefault(start.key, {})[market] = start
    pairs = partial(_pairs_met, depth)
    met = assign(
        [_candidate(key, where, _rows_for(profile, shown, where)) for key, where in asked.items()],
        factors_of,
        max(depth, 1),
        pairs,
    )
    starts = assign(
        [Candidate(key, _rows_in(rows, set(where))) for key, where in begun.items()], _factors_of_starts, pairs=pairs
    )
    return _most_telling_first(
        SessionPlan(
            row,
            tuple(asked[key][row["marketplace"]] for key in met.get(row.number, ())),
            tuple(begun[key][row["marketplace"]] for key in starts.get(row.number, ())),
        )
        for row in rows
    )


def as_probes_meet_it(row: Row) -> Row:
    """A row with the lines that its cart has when it meets its probes: a removal comes first, and takes a line."""
    if row["history"] != "removal":
        return row
    return replace(
        row,
        levels=tuple((name, ONE_LESS.get(level, level) if name == "lines" else level) for name, level in row.levels),
    )


def _most_telling_first(found: Iterable[SessionPlan]) -> list[SessionPlan]:
    """Each plan follows those after which it meets most pairs of levels that no plan before it met."""
    bits, names = Bits(), list(factors.row_design().factors)
    left = {plan.row.number: (bits.of(plan.row, names, 2), plan) for plan in found}
    ordered, met = [], 0
    while left:
        best = max(left, key=lambda number: ((left[number][0] & ~met).bit_count(), -number))
        pairs, plan = left.pop(best)
        met |= pairs
        ordered.append(plan)
    return ordered


def _candidate(key: ProbeKey, probes_by_market: dict[str, Probe], rows: list[Row]) -> Candidate:
    probe = next(iter(probes_by_market.values()))
    return Candidate(key, rows, probe.alone, probe.everywhere)


def _rows_in(rows: tuple[Row, ...], markets: set[str]) -> list[Row]:
    return [row for row in rows if row["marketplace"] in markets]


def _rows_for(profile: Profile, rows: tuple[Row, ...], probes_by_market: dict[str, Probe]) -> list[Row]:
    """The rows whose session comes to the state that a probe is for; without a fitting coupon, whichever do."""
    probe = next(iter(probes_by_market.values()))
    ends = ENDS.get(probe.moment)
    found = [row for row in _rows_in(rows, set(probes_by_market)) if ends is None or ends_in(profile, row, ends)]
    found = [row for row in found if probe.goods in ("", row["goods"])] or found
    found = _in_every_market(found, lambda row: probe.coupon in (None, row["coupon"] not in WITHOUT_COUPON))
    return _in_every_market(found, lambda row: probe.coupon_beside in (None, beside_has_coupon(row)))


def _in_every_market(rows: list[Row], fits: Callable[[Row], bool]) -> list[Row]:
    """The rows that fit; all of them where no row of some marketplace does."""
    fitting = [row for row in rows if fits(row)]
    return fitting if {row["marketplace"] for row in fitting} == {row["marketplace"] for row in rows} else rows


def beside_has_coupon(row: Row) -> bool:
    """Whether the session beside has a coupon: where the row says so, and where the own session's coupon changes."""
    return row["applied"] == "with" or row["coupon"] == "removed" or row["change"] in ("coupon", "coupon_again")


def ends_in(profile: Profile, row: Row, ends: tuple[str, ...]) -> bool:
    """Whether a row comes to such an end. Items of a small or unknown stock are not paid for."""
    return row["end"] in ends and not (
        row["end"] in PAID_ENDS and is_not_bought(profile.markets[row["marketplace"]], row)
    )


def _pairs_met(depth: int, requirement: str) -> float:
    """The share of the pairs of levels that each method of a requirement meets: all for the rules of the mission."""
    if depth == 1 and not contract.requirements()[requirement].mission:
        return PAIRS_MET
    return float(depth > 0)


@cache
def factors_of(requirement: str) -> frozenset[str]:
    """The factors of a requirement that a row sets; a refusal may reach whatever session stands beside."""
    rule = contract.requirements()[requirement]
    names = frozenset(rule.factors) & frozenset(factors.row_design().factors)
    return names | {"beside"} if rule.leaves_unchanged else names


def _factors_of_starts(requirement: str) -> frozenset[str]:
    """Before there is a session, it has no history."""
    return factors_of(requirement) & factors.before_a_session()
