"""When a probe is sent: between which steps of a session, or after its purchase order."""

from __future__ import annotations

from enum import StrEnum


class Moment(StrEnum):
    """A moment between the steps of a session."""

    START = "start"  # before it is made
    OPEN = "open"  # before payment
    PAID = "paid"
    ORDER = "order"  # its purchase order is asked for
    EMPTY = "empty"  # every line was removed
    DECLINED = "declined"  # its payment was
