"""Fixtures of the generated suite, and the run's seed for Schemathesis."""

from __future__ import annotations

import pytest

from conformance.driver.checkout import CheckoutDriver
from suites.generated import schemas
from suites.generated.live import SessionsInTurn

EXAMPLES_PER_OPERATION = 12


def pytest_collectstart(collector: pytest.Collector) -> None:
    """`--seed` and `--depth` say what Schemathesis draws."""
    if isinstance(collector, pytest.Module):
        option = collector.config.option
        schemas.draw_by(option.seed, EXAMPLES_PER_OPERATION * option.depth)


@pytest.fixture
def live(shop: CheckoutDriver) -> SessionsInTurn:
    """Sends the cases of one test to live sessions."""
    return SessionsInTurn(shop)
