"""Schemathesis' stateful phase: walks along the contract's links, from initiate to the purchase order."""

from __future__ import annotations

from typing import Any, cast

import pytest
from schemathesis import Case, Response
from schemathesis.generation.stateful import run_state_machine_as_test

from conformance.driver.checkout import CheckoutDriver
from conformance.driver.marks import again, in_marketplaces, provokes
from strategies.determinism import drawn_by, skip_simplest_example, walks_of
from suites.generated.checks import Phase, as_response
from suites.generated.phase_schemas import schema
from suites.generated.session_rotation import SessionsByLink

WALKS, STEPS = 3, 12
BEGINNING = "initiate"


def machine() -> Any:
    """Schemathesis' machine without the rules that would begin a walk in a session that nobody made."""
    made = schema(Phase.STATEFUL).as_state_machine()
    for rule in made.root_rules:
        if not rule.endswith(BEGINNING):
            delattr(made, rule)
    return made


class Walk(machine()):  # type: ignore[misc]
    """A walk whose steps leave through the suite's client, where the judge judges them."""

    def __init__(self, live: SessionsByLink) -> None:
        self.live = live
        super().__init__()

    def setup(self) -> None:
        """Nothing is drawn yet, so it is open whether the walk counts: it begins with the first call."""
        self.begun = False
        # `machine` took the other roots out. Else their turn would come before initiate is sent once more.
        self.control.roots = [label for label in self.control.roots if label.endswith(BEGINNING)]

    def call(self, case: Case, **kwargs: Any) -> Response:
        if not self.begun:
            skip_simplest_example()
            self.live.begin()
            self.begun = True
        return as_response(case, self.live.send(case))

    def validate_response(self, response: Response, case: Case, *args: Any, **kwargs: Any) -> None:
        """The judge and its second opinion have seen the answer already."""


@provokes("SESSION-READ", "SESSION-CREATE", "ORDER-READ", cost=60)
@again()
@in_marketplaces()
def test_stateful(driver: CheckoutDriver, market: str, request: pytest.FixtureRequest) -> None:
    live = SessionsByLink(driver, market)
    walks = walks_of(driver.times(WALKS), driver.times(STEPS, single=STEPS // 2))
    with drawn_by(f"{request.config.option.seed}/{request.node.nodeid}"):
        # a factory, since Hypothesis keeps each class of machines for good; its type names the class alone
        run_state_machine_as_test(cast(type[Walk], lambda: Walk(live)), settings=walks)
