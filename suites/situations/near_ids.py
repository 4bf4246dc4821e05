"""Ids that are nearly right: longer, shorter, in another spelling, of another kind of thing. None of them was given out."""

from __future__ import annotations

from collections.abc import Callable

from conformance.core import made_up
from conformance.driver.checkout import CheckoutSession

LONG_ID = 10  # characters; shorter ids may be numbered in turn
SHORT_LINE_ID = 4  # characters; shorter ids of lines may be numbered in turn


def cut_by(identifier: str, count: int) -> str | None:
    """An id but for its last characters: of a long id only, since short ids may be numbered in turn."""
    return identifier[:-count] if len(identifier) >= LONG_ID else None


def recased(identifier: str) -> str | None:
    """An id with capitals for small letters; not of a UUID, whose letter case does not count (RFC 9562)."""
    other = identifier.swapcase()
    return None if other == identifier or made_up.is_uuid(identifier) else other


# Ids that are nearly the session's own. None of these can be another session's, whatever the ids are made of.
NEAR_SESSIONS: dict[str, Callable[[CheckoutSession], str | None]] = {
    "never given out": lambda session: made_up.unknown(session.id),
    "with letters behind": lambda session: f"{session.id}abc",
    "its beginning": lambda session: cut_by(session.id, 2),
    "without its last character": lambda session: cut_by(session.id, 1),
    "with a zero in front": lambda session: f"0{session.id}",
    "with a blank behind": lambda session: f"{session.id} ",
    "in other letter case": lambda session: recased(session.id),
    "its end": lambda session: session.id[2:] if len(session.id) >= LONG_ID else None,
    "twice": lambda session: session.id * 2,
}
NEAR_ORDERS: dict[str, Callable[[CheckoutSession], str | None]] = {
    "never given out": lambda session: made_up.unknown(session.state.order or "1"),
    "with letters behind": lambda session: f"{session.state.order}abc",
    "its beginning": lambda session: cut_by(session.state.order or "", 2),
    "without its last character": lambda session: cut_by(session.state.order or "", 1),
    "with a zero in front": lambda session: f"0{session.state.order}",
    "with a blank behind": lambda session: f"{session.state.order} ",
    "in other letter case": lambda session: recased(session.state.order or ""),
    "of its session": lambda session: session.id if session.id != session.state.order else None,
}


def longer(text: str) -> str:
    """A text with a character more."""
    return f"{text}x"


def cut(text: str) -> str:
    """A text but for its last character; of a long one only, since short ids may be numbered in turn."""
    return text[:-1] if len(text) >= SHORT_LINE_ID else f"{text}{text}x"


# Ids of lines and options that are nearly right.
NEAR_TEXTS: dict[str, Callable[[str], str | None]] = {
    "a character more": longer,
    "a character less": cut,
    "with a zero in front": lambda text: f"0{text}",
    "with a blank behind": lambda text: f"{text} ",
    "in other letter case": recased,
}
