"""Makes a test of each row of the covering array."""

from __future__ import annotations

import pytest

from conformance.plugin import RUN
from strategies.design import lives
from suites.situations.judges import judged_by


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    run = metafunc.config.stash.get(RUN, None)
    if run is None or "life" not in metafunc.fixturenames:
        return
    found = [] if run.profile.reads_only else lives(run.profile, run.settings.depth)
    params = [
        pytest.param(life.row["marketplace"], life, id=f"{life.row['marketplace']}-{life.row}",
                     marks=pytest.mark.provokes(*judged_by(life)))  # fmt: skip
        for life in found
    ]
    metafunc.parametrize("market, life", params)
