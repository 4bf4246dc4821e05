"""Fixtures of the generated suite, and the run's seed for Schemathesis."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from conformance.driver.checkout import CheckoutDriver
from conformance.runner.plugin import RUN
from strategies.determinism import drawn_by
from suites.generated import phase_schemas
from suites.generated.session_rotation import SessionsInTurn

CASES_PER_OPERATION = 10


@pytest.hookimpl(trylast=True)  # the plugin has made the run
def pytest_configure(config: pytest.Config) -> None:
    """`--seed` and `--depth` say what Schemathesis draws, the profile says for which operations."""
    run = config.stash.get(RUN, None)
    if run is not None:
        settings, offered = run.settings, run.profile.offers_operation
        phase_schemas.configure(settings.seed, CASES_PER_OPERATION * settings.depth, offered)


@pytest.fixture
def live(driver: CheckoutDriver, request: pytest.FixtureRequest) -> Iterator[SessionsInTurn]:
    """Sends the cases of one test to live sessions; what is drawn follows from the test's name and the run's seed."""
    with drawn_by(f"{request.config.option.seed}/{request.node.nodeid}"):
        yield SessionsInTurn(driver)
