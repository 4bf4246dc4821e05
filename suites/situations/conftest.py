"""Makes a test of each row of the covering array."""

from __future__ import annotations

import pytest

from conformance.runner.plugin import RUN
from suites.situations.design import session_plans
from suites.situations.requirements_of_plan import requirements_of


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    run = metafunc.config.stash.get(RUN, None)
    if run is None or metafunc.definition.get_closest_marker("for_each_session_plan") is None:
        return
    depth = 0 if run.settings.quick else run.settings.depth
    found = [] if run.profile.reads_only else session_plans(run.profile, depth)
    params = []
    for plan in found:
        market, marks = plan.row["marketplace"], pytest.mark.provokes(*requirements_of(plan), cost=plan.cost)
        params.append(pytest.param(market, plan, id=f"{market}-{plan.row}", marks=marks))
    metafunc.parametrize("market, plan", params)
