"""What the bundles of a walk hold, and the questions that rules ask of it: in `filter` of a bundle and in a precondition."""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import strategies as st

from conformance.core.requirement import SessionPhase
from conformance.driver.checkout import CheckoutSession


class LineItem(NamedTuple):
    """A line item as an answer showed it first; the session may have lost it since."""

    session: CheckoutSession
    id: str
    options: tuple[str, ...]


def has_a_coupon(session: CheckoutSession) -> bool:
    """Whether a coupon is applied."""
    return bool(session.state.view.coupons)


def is_open(session: CheckoutSession) -> bool:
    """Whether the session can be changed."""
    return session.state.phase == SessionPhase.OPEN


def is_in_the_cart(line: LineItem) -> bool:
    """Whether the session was last shown with the line, and can be changed."""
    return is_open(line.session) and line.id in line.session.state.view.lines


def is_dead(line: LineItem) -> bool:
    """Whether the line was removed, or its session can be changed no more."""
    return not is_in_the_cart(line)


def has_a_choice(line: LineItem) -> bool:
    """Whether the line is in the cart, and an answer showed shipping options of it."""
    return is_in_the_cart(line) and bool(line.options)


def is_dead_with_options(line: LineItem) -> bool:
    """Whether the line is dead, and an answer showed shipping options of it."""
    return is_dead(line) and bool(line.options)


def with_an_option(line: LineItem) -> st.SearchStrategy[tuple[LineItem, str]]:
    """A line item and one of its shipping options."""
    return st.tuples(st.just(line), st.sampled_from(line.options))
