"""How much of what a test has is sent. A test says what there is; the driver chooses."""

from __future__ import annotations

from enum import Enum


class Effort(Enum):
    """How much one test sends.

    FULL: every case, and a read after every refusal. SAMPLED: few cases, and one read closes several refusals. SINGLE: one
    case, under a budget or in a quick look.
    """

    FULL = "full"
    SAMPLED = "sampled"
    SINGLE = "single"

    def limit(self, few: int | None, single: int) -> int | None:
        """How many of several values are sent; None for all of them."""
        return {Effort.FULL: None, Effort.SAMPLED: few, Effort.SINGLE: single}[self]
