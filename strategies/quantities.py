"""Values that are no quantity: of another type or sign, or beyond 32 bits. 2**32 + 1 reads as 1 where 32 bits are kept."""

from __future__ import annotations

INVALID: tuple[object, ...] = (-1, 1.5, "2", True, None, 2**32 + 1, -7, "", [], {})
# for a cart where the first ones were refused already
LATER: tuple[object, ...] = (-2147483648, 0.25, "many", False, 2**64 + 1, [3], {"value": 2})
