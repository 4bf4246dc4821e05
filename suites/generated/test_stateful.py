"""Schemathesis' stateful phase: walks along the contract's links, from initiate to the purchase order."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import Phase, settings
from schemathesis import Case, Response

from conformance.driver.checkout import CheckoutDriver
from conformance.driver.marks import again, in_marketplaces, provokes
from strategies.determinism import SEEDED, drawn_by
from suites.generated import schemas
from suites.generated.checks import response
from suites.generated.sessions import SessionsByLink

WALKS, STEPS = 2, 10
Machine = schemas.stateful.as_state_machine()


@provokes("SESSION-READ", "SESSION-CREATE", "ORDER-READ", cost=60)
@again()
@in_marketplaces()
def test_stateful(shop: CheckoutDriver, market: str, request: pytest.FixtureRequest) -> None:
    live = SessionsByLink(shop, market)

    class Walk(Machine):  # type: ignore[misc, valid-type]
        """A walk whose steps leave through the suite's client, where the judge judges them."""

        def setup(self) -> None:
            live.begin()

        def call(self, case: Case, **kwargs: Any) -> Response:
            return response(case, live.send(case))

        def validate_response(self, response: Response, case: Case, *args: Any, **kwargs: Any) -> None:
            """The judge and its second opinion have seen the answer already."""

    walks = settings(
        backend=SEEDED,
        max_examples=1 if shop.brief else WALKS,
        stateful_step_count=STEPS // 2 if shop.brief else STEPS,
        phases=[Phase.generate],
        database=None,
        deadline=None,
    )
    with drawn_by(f"{request.config.option.seed}/{request.node.nodeid}"):
        Walk.run(settings=walks)
