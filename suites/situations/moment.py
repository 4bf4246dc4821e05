"""When in the life of a session, or of its purchase order, a probe is sent."""

from __future__ import annotations

from enum import StrEnum


class Moment(StrEnum):
    """A moment of a session's life."""

    START = "start"  # before it is made
    OPEN = "open"  # before payment
    PAID = "paid"
    ORDER = "order"  # its purchase order is asked for
    EMPTY = "empty"  # every line was removed
    DECLINED = "declined"  # its payment was
