"""Runs the walks of one test. The same seed and target: the same requests, in whichever process."""

from __future__ import annotations

from typing import cast

from hypothesis.stateful import run_state_machine_as_test

from conformance.driver.checkout import CheckoutDriver
from conformance.driver.prerequisite import PrerequisiteFailed
from strategies.determinism import drawn_by, walks_of
from suites.state_machine.machine import BrokenRequirement, CheckoutMachine

IN_VAIN = 10  # requests of walks that got no session, before no other walk is tried


class NoSession(BaseException):
    """Whole walks got no session. No Exception: Hypothesis takes that for a failing example, which it sends again."""


class Machines:
    """Makes the machine of each walk. A class of its own for each test would be kept by Hypothesis for good.

    Raises NoSession.
    """

    def __init__(self, driver: CheckoutDriver, marketplace: str) -> None:
        self.driver, self.marketplace = driver, marketplace
        self.breaches: list[BrokenRequirement] = []

    def __call__(self) -> CheckoutMachine:
        if len(self.driver.trace.exchanges) >= IN_VAIN and not self.driver.trace.world.sessions:
            raise NoSession
        return CheckoutMachine(self.driver, self.marketplace, self.breaches.append)


def run_walks(
    driver: CheckoutDriver, marketplace: str, seed: str, *, walks: int, steps: int
) -> list[BrokenRequirement]:
    """Sends so many walks of so many steps. Returns the breaches, in order, and raises for none.

    Raises PrerequisiteFailed where the target makes no session.
    """
    machines = Machines(driver, marketplace)
    try:
        with drawn_by(seed):
            # "a class or a function", says Hypothesis of the factory; its type names the class alone
            run_state_machine_as_test(cast(type[CheckoutMachine], machines), settings=walks_of(walks, steps))
    except NoSession:
        raise PrerequisiteFailed("SESSION-CREATE") from None
    return machines.breaches
