"""A pytest plug-in (`-p tests.doubles.shuffle`): runs the tests in a random order, drawn from the seed in SHUFFLE.

After everything else has had its say, so that each test keeps its place in the plan, whatever the order.
"""

from __future__ import annotations

import os
import random

import pytest


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if "SHUFFLE" in os.environ:
        random.Random(int(os.environ["SHUFFLE"])).shuffle(items)
