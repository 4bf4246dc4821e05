"""Walks under Hypothesis itself, which shrinks the first breach and prints its program (docs/state-machine.md).

    python docs/examples/state_machine/walk.py TARGET URL [MARKETPLACE]

Then each state that a rule led to, with the number of walks.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test
from hypothesis.statistics import collector

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from conformance.client.api_client import ApiClient
from conformance.core.profile_reader import load
from conformance.driver.checkout import CheckoutDriver
from conformance.judging.load_rules import load_rules
from conformance.judging.trace import Trace
from suites.state_machine.machine import BrokenRequirement, CheckoutMachine

WALKS = settings(max_examples=20, stateful_step_count=12, database=None, deadline=None)


def main(target: str, url: str, marketplace: str = "EBAY_US") -> int:
    """1 after a breach, whose requirement and shortest program are printed; else 0."""
    load_rules()
    client = ApiClient(load(target, url), key=b"k")

    def machine() -> CheckoutMachine:  # each walk has a trace of its own
        return CheckoutMachine(CheckoutDriver(client, Trace("walk")), marketplace)

    seen: list[Any] = []
    try:
        with collector.with_value(seen.append):  # type: ignore[arg-type]  # typed by its default, None
            run_state_machine_as_test(machine, settings=WALKS)  # type: ignore[arg-type]  # a factory
    except BrokenRequirement as breach:
        print(breach)
        return 1
    finally:
        print("\n".join(f"{count:>4} {event}" for event, count in sorted(states(seen).items())))
    return 0


def states(seen: list[Any]) -> Counter[str]:
    """How often a rule led to a state, as Hypothesis has counted it; its own events are left out."""
    cases = [case for statistics in seen for case in statistics["generate-phase"]["test-cases"]]
    events = (event for case in cases for event in case["events"])
    return Counter(event for event in events if hasattr(CheckoutMachine, event.partition(":")[0]))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
