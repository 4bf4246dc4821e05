"""What is drawn hangs on the seed alone.

Hypothesis mixes constants into its draws that it reads out of the source of every module that happens to be loaded, ours
among them. Then the same seed would draw something else after another test, in another process, or once a line of ours
is changed. Its list is left empty here; what it always tries (limits of numbers, odd texts) stays.
"""

from __future__ import annotations

from functools import cache
from typing import Any


@cache
def keep_still() -> None:
    """Takes the constants of loaded modules out of every draw of this process. Without effect the second time.

    Hypothesis has no option for it. A version of it that is another inside draws as it likes; tests/runner/test_order.py tells.
    """
    from hypothesis.internal.conjecture import providers as inside

    providers: Any = inside
    if hasattr(providers, "_get_local_constants"):
        nothing = type(providers.GLOBAL_CONSTANTS)()
        providers._get_local_constants = lambda: nothing
        providers.CONSTANTS_CACHE.cache.clear()
