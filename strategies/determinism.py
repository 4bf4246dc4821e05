"""A Hypothesis backend whose draws follow from the run's seed alone, in whichever process and order tests run.

Hypothesis' own backend mixes constants into its draws that it reads from the source of every loaded module. The same
seed then draws something else after another test, in another process, or after a changed line of ours. `@seed` with
`derandomize` does not change that. Besides, one generator serves all test cases of a test: a target that answers
otherwise in one walk moves every draw of the next. Findings of two runs could then not be compared. Here each test case
has a generator of its own.

A backend is the extension point that Hypothesis documents for draws of another kind: `settings(backend=SEEDED)`, with
`AVAILABLE_PROVIDERS` as the place to name it.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import count
from random import Random
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, Phase, reject, settings
from hypothesis.internal.conjecture.providers import AVAILABLE_PROVIDERS, PrimitiveProvider

if TYPE_CHECKING:
    from hypothesis.internal.intervalsets import IntervalSet

SEEDED = "seeded"
_SEED: ContextVar[str] = ContextVar("seed of the draws", default="")
_DRAWS: ContextVar[bool] = ContextVar("an example of this backend runs", default=False)

EDGE = 0.1  # share of numbers that are limits or their neighbours
ORDINARY = 128  # a range of so many integers is drawn from evenly, and most characters are among the first so many
MEAN_SIZE = 5  # of texts, beyond their smallest size
FLOATS = (0.0, -0.0, 0.5, 1.1, 1e-7, 1e16, sys.float_info.max, sys.float_info.min, math.inf, -math.inf, math.nan)


@contextmanager
def drawn_by(seed: object) -> Iterator[None]:
    """Test functions that start inside draw from this seed, if `settings(backend=SEEDED)` is theirs."""
    token = _SEED.set(str(seed))
    try:
        yield
    finally:
        _SEED.reset(token)


def walks_of(walks: int, steps: int) -> settings:
    """The settings of so many walks of a state machine, each of so many steps."""
    return settings(
        backend=SEEDED,
        max_examples=walks,
        stateful_step_count=steps,
        # No breach is raised, so nothing is left to shrink or to explain. `target` would steer Hypothesis' own backend only.
        phases=(Phase.generate,),
        deadline=None,  # how long a step takes is the target's affair
        database=None,
        # The machine's speed and the target's answers move these. `return_value` stays: it is about a rule's own code.
        suppress_health_check=[check for check in HealthCheck if check is not HealthCheck.return_value],
    )


def skip_simplest_example() -> None:
    """Ends Hypothesis' very first example, of which no backend is asked: each draw is the simplest value that it can be.

    A walk of that example takes one step over and over. It does not count. To be called once something was drawn.
    """
    if _SEED.get() and not _DRAWS.get():
        reject()


class SeededProvider(PrimitiveProvider):
    """Draws each test case from a generator of its own, so that what one test case does moves no other."""

    def __init__(self, conjecturedata: None = None, /) -> None:
        super().__init__(conjecturedata)
        self._seed, self._numbers = _SEED.get(), count()
        self._random = Random(self._seed)

    @contextmanager
    def per_test_case_context_manager(self) -> Iterator[None]:
        self._random = Random(f"{self._seed}/{next(self._numbers)}")
        token = _DRAWS.set(True)
        try:
            yield
        finally:
            _DRAWS.reset(token)

    def draw_boolean(self, p: float = 0.5) -> bool:
        return self._random.random() < p

    def draw_integer(
        self,
        min_value: int | None = None,
        max_value: int | None = None,
        *,
        weights: dict[int, float] | None = None,
        shrink_towards: int = 0,
    ) -> int:
        draw = self._random
        if weights:
            rest = max(0.0, 1 - sum(weights.values()))
            drawn = draw.choices([None, *weights], [rest, *weights.values()])[0]
            if drawn is not None:
                return drawn
        if min_value is not None and max_value is not None and max_value - min_value < ORDINARY:
            return draw.randint(min_value, max_value)

        def permitted(number: int) -> bool:
            return (min_value is None or number >= min_value) and (max_value is None or number <= max_value)

        start = next(number for number in (0, min_value, max_value) if number is not None and permitted(number))
        limits = [limit for limit in (min_value, max_value) if limit is not None]
        around = [start, *(limit + step for limit in limits for step in (-1, 0, 1) if permitted(limit + step))]
        if draw.random() < EDGE:
            return draw.choice(around)
        # no farther than the range, or most draws of a short one would end at its limits
        farthest = max(abs(limit - start) for limit in limits) if len(limits) == 2 else 2**64 - 1
        distance = draw.getrandbits(draw.randint(1, farthest.bit_length()))
        both = [number for number in (start + distance, start - distance) if permitted(number)]
        return draw.choice(both or around)

    def draw_float(
        self,
        *,
        min_value: float = -math.inf,
        max_value: float = math.inf,
        allow_nan: bool = True,
        smallest_nonzero_magnitude: float,
    ) -> float:
        draw = self._random

        def permitted(number: float) -> bool:
            if math.isnan(number):
                return allow_nan
            if number == 0:  # of the two zeros, the negative one is the smaller
                return (
                    (min_value, math.copysign(1, min_value))
                    <= (0, math.copysign(1, number))
                    <= (max_value, math.copysign(1, max_value))
                )
            return min_value <= number <= max_value and abs(number) >= smallest_nonzero_magnitude

        edges = [number for number in (*FLOATS, min_value, max_value) if permitted(number)]
        if draw.random() < EDGE:
            return draw.choice(edges)
        wide = math.ldexp(draw.uniform(-1, 1), draw.randint(-30, 60))
        narrow = draw.uniform(max(min_value, -1e9), min(max_value, 1e9))
        found = [number for number in (wide, -wide, narrow) if permitted(number)]
        return draw.choice(found or edges)

    def draw_string(self, intervals: IntervalSet, *, min_size: int = 0, max_size: int = sys.maxsize) -> str:
        if not len(intervals):
            return ""
        rare = len(intervals) > ORDINARY
        return "".join(
            chr(intervals[self._random.randrange(ORDINARY if rare and self._random.random() < 0.8 else len(intervals))])
            for _ in range(self._size(min_size, max_size))
        )

    def draw_bytes(self, min_size: int = 0, max_size: int = sys.maxsize) -> bytes:
        return self._random.randbytes(self._size(min_size, max_size))

    def _size(self, least: int, most: int) -> int:
        return min(most, least + int(self._random.expovariate(1 / MEAN_SIZE)))


AVAILABLE_PROVIDERS[SEEDED] = SeededProvider
