"""Quantities that are none: wrong in type, in sign, or far beyond 32 bits."""

from __future__ import annotations

INVALID: tuple[object, ...] = (-1, 1.5, "2", True, None, 10**12, -7, "", [], {})
# for a cart where the first ones were refused already
LATER: tuple[object, ...] = (-2147483648, 0.25, "many", False, 10**18, [3], {"value": 2})
