"""When a run gives a target up: silence is bounded, work is not.

A target that answers, however long the run takes, is judged to the end. One that has stopped answering, breaks every
answer or forgets what it made proves nothing more; the run ends with a sentence that names the cause (docs/verdict.md).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from statistics import median

from conformance.core import contract
from conformance.core.exchange import Exchange
from conformance.core.profile import DEFAULT_TIMEOUT_S

SLOW_IN_A_ROW = 3  # requests in a row that nobody answered in time
# The same where the failure came at once: the next request waits a little, for a server that restarts.
QUICK_IN_A_ROW = 5
PAUSES_S = (0.0, 0.25, 0.5, 1.0, 2.0)  # before the request that follows so many failures
LOST_S = 45.0  # seconds in all that went by with waiting for nothing (at 10 s a request)
FEW, SHARE_TO_STOP, SHARE_TO_TELL = 20, 0.04, 0.01  # unanswered requests, and their share of all
MOST_BROKEN, BROKEN_IN_A_ROW = 20, 3  # answers that break HTTP
RECENT = 10  # answers whose median tells how fast a target is
MOST_LOST = 5  # sessions that a target made and then did not know


@dataclass
class CircuitBreaker:
    """What the requests of one process met. timeout_s: of one exchange. whole: a whole run is ahead, so speed matters."""

    timeout_s: float = DEFAULT_TIMEOUT_S
    whole: bool = False
    answered: int = 0
    unanswered: int = 0
    row: int = 0
    lost_s: float = 0.0
    broken: int = 0
    last: str = ""
    sentence: str | None = None
    _timeouts: int = 0
    _broken_row: int = 0
    _forgotten: dict[str, int] = field(default_factory=dict)
    _recent: deque[float] = field(default_factory=lambda: deque(maxlen=RECENT))

    def note(self, exchange: Exchange, seconds: float) -> None:
        """Counts an exchange that took so many seconds."""
        if exchange.status is None and exchange.breach:
            self.broken += 1
            self._broken_row += 1
            self.row = 0
            self.last = exchange.problem or "no HTTP"
            if self._broken_row >= BROKEN_IN_A_ROW or self.broken >= MOST_BROKEN:
                self.give_up(sentence_for_broken_answers(exchange))
            return
        self._broken_row = 0
        if not exchange.silent:
            self.row = self._timeouts = 0
            if exchange.operation != contract.TOKEN:  # another server, often
                self.answered += 1
                self._recent.append(exchange.ms / 1000)
                self._too_slow()
            return
        self.unanswered += 1
        self.row += 1
        self.last = exchange.answer()
        if exchange.status is None and seconds > self.timeout_s / 2:
            self._timeouts += 1
            self.lost_s += seconds
        self._too_silent(exchange)

    def pause_s(self) -> float:
        """Seconds to wait before the next request, after failures that came at once."""
        return PAUSES_S[min(self.row, len(PAUSES_S)) - 1] if self.row and not self._timeouts else 0.0

    def give_up(self, sentence: str) -> None:
        """No further request is worth it; the first cause stands."""
        self.sentence = self.sentence or sentence

    def forgot(self, trace: str, sessions: int) -> None:
        """So many sessions of a trace were unknown to the target that had made them."""
        self._forgotten[trace] = sessions
        if self.forgotten >= MOST_LOST:
            self.give_up(
                f"The target forgets its sessions: {self.forgotten} that it had made were unknown to it a little later "
                "(15003), so that what follows cannot be judged."
            )

    @property
    def forgotten(self) -> int:
        """Sessions that the target made and then did not know."""
        return sum(self._forgotten.values())

    def _too_silent(self, exchange: Exchange) -> None:
        timeouts = self._timeouts >= (SLOW_IN_A_ROW if self.answered else SLOW_IN_A_ROW - 1)
        lost = self.lost_s > max(LOST_S, LOST_S / 10 * self.timeout_s)
        if timeouts or self.row >= QUICK_IN_A_ROW:
            self.give_up(sentence_for_silence(exchange, self.answered))
        elif lost or (self.unanswered >= FEW and self.unanswered > SHARE_TO_STOP * self.total):
            self.give_up(sentence_for_gaps(self.unanswered, self.total, self.last))

    def _too_slow(self) -> None:
        limit = self.timeout_s / 10
        if self.whole and len(self._recent) == RECENT and (usual := median(self._recent)) >= limit:
            self.give_up(
                f"The target is too slow for a whole run: {usual:.1f} s for an answer (limit {limit:g} s); ask for less "
                "with --budget or --requirement, or raise timeout_s in the profile."
            )

    @property
    def total(self) -> int:
        """Requests that were sent and noted."""
        return self.answered + self.unanswered + self.broken


def sentence_for_gaps(count: int, total: int, last: str) -> str:
    """The sentence for a target that leaves requests without an answer now and then."""
    return f"The target left {count} of {total:,} requests without an answer, the last one so: {last.rstrip('.')}."


def worth_telling(count: int, total: int) -> bool:
    """Whether so many requests without an answer leave a run incomplete, even if every rule was judged."""
    return count >= SLOW_IN_A_ROW and count > SHARE_TO_TELL * total


def sentence_for_broken_answers(exchange: Exchange) -> str:
    """The sentence for answers that break HTTP or JSON."""
    detail = (exchange.problem or "no reason given").rstrip(".")
    if exchange.problem_kind == "too_large":
        return f"The target answers with more than this API has to say: {detail}."
    return f"The target breaks {'JSON' if exchange.problem_kind == 'json' else 'HTTP'}: {detail}."


def sentence_for_quota(wanted: str) -> str:
    """The sentence for a quota that is used up for so many seconds."""
    hours, minutes = divmod(round(int(wanted) / 60), 60)
    words = f"{hours} h {minutes} min" if hours else f"{minutes} min" if minutes else f"{wanted} s"
    return (
        f"The target's quota of calls is used up (429) for another {words}: go on then with --resume and this report."
    )


def sentence_for_silence(exchange: Exchange, answered: int = 0) -> str:
    """The sentence for a target that does not answer, or no longer."""
    if exchange.status == 429:
        return "The target's quota of calls is used up (429): try again after its reset."
    if exchange.status is not None:
        return f"The target is not available ({exchange.status}): try again later."
    detail = (exchange.problem or "no reason given").rstrip(".")
    if answered:
        return f"The target stopped answering after {answered:,} answers: {detail}."
    return f"The target did not answer: {detail}."
