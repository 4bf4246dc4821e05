"""Effects that take a value for a right one which it is only like: an id that is longer, shorter, or has a blank behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mock_server.domain.errors import Refusal
from mock_server.domain.operations import ORDER
from mock_server.domain.shop import Call
from mock_server.injection.core import Effect, wrap

# Whether an id that is sent stands for an id that exists.
Alike = Callable[[str, str], bool]


def longer(sent: str, known: str) -> bool:
    return sent.startswith(known)


def shorter(sent: str, known: str) -> bool:
    return len(sent) > 2 and known.startswith(sent)


def zero_in_front(sent: str, known: str) -> bool:
    return sent.lstrip("0") == known


def blank_behind(sent: str, known: str) -> bool:
    return sent.strip() == known


def session_by(alike: Alike, **scope: Any) -> Effect:
    """An id like that of a session opens the session. A condition (`when`) is about the session found."""
    when = scope.pop("when", None)

    def replacement(proceed: Callable[..., Any], call: Call) -> Any:
        if call.id not in call.shop.sessions:
            found = next((known for known in call.shop.sessions if alike(call.id, known)), call.id)
            sent, call.id = call.id, found
            if when is not None and not when.test(call):
                call.id = sent
        return proceed()

    return wrap("session", replacement, **scope)


def order_by(alike: Alike, **scope: Any) -> Effect:
    def replacement(proceed: Callable[..., Any], call: Call) -> Any:
        call.id = next((known for known in call.shop.orders if alike(call.id, known)), call.id)
        return proceed()

    return wrap("order", replacement, on=ORDER, **scope)


def line_by(alike: Alike, **scope: Any) -> Effect:
    """A line id like that of a line stands for the line."""

    def replacement(proceed: Callable[..., Any], call: Call, line_id: str) -> Any:
        try:
            return proceed()
        except Refusal:
            for line in call.require_cart().lines:
                if alike(line_id, line.id):
                    return proceed(line.id)
            raise

    return wrap("line", replacement, **scope)


def option_by(alike: Alike, **scope: Any) -> Effect:
    """An option id like that of an option of the line stands for the option."""

    def replacement(proceed: Callable[..., Any], call: Call, option_id: str) -> Any:
        options = call.require_cart().lines[call.line_index].item.options
        return proceed(next((option.id for option in options if alike(option_id, option.id)), option_id))

    return wrap("option", replacement, **scope)
