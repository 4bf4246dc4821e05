"""Makes a test of each row of the covering array."""

from __future__ import annotations

import pytest

from conformance.runner.plugin import RUN
from suites.situations.design import lives
from suites.situations.judges import judged_by


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    run = metafunc.config.stash.get(RUN, None)
    if run is None or "life" not in metafunc.fixturenames:
        return
    found = [] if run.profile.reads_only else lives(run.profile, run.settings.depth)
    params = []
    for life in found:
        market, marks = life.row["marketplace"], pytest.mark.provokes(*judged_by(life), cost=life.cost)
        params.append(pytest.param(market, life, id=f"{market}-{life.row}", marks=marks))
    metafunc.parametrize("market, life", params)
