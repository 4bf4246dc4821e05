"""What tests share: under a budget an untouched session serves the next test, and one read closes several refusals."""

from __future__ import annotations

from conformance.core.exchange import OWN_APP, ExchangeId
from conformance.core.profile import Profile
from conformance.core.requirement import SessionPhase
from conformance.judging.world import SessionState, World


def untouched(
    world: World, profile: Profile, marketplace: str, credential: str, lines: list[tuple[str, int]], count: int
) -> SessionState | None:
    """A session as it was made: with these lines, or (none given) with at least so many of any plain items, one of each."""
    fitting = []
    for session in world.sessions.values():
        as_made = session.phase == SessionPhase.OPEN and not (
            session.history or session.unread_refusals or session.tainted
        )
        if as_made and (session.marketplace, session.app) == (marketplace, credential):
            has = [(line.item, line.quantity) for line in session.view.lines.values()]
            plain = all(item in profile.markets[marketplace].plain and quantity == 1 for item, quantity in has)
            any_do = (
                not lines and plain and len(has) >= count and session.email.casefold() not in profile.buyers.declined
            )
            if has == lines or any_do:
                fitting.append(session)
    return min(fitting, key=lambda session: len(session.view.lines), default=None)


def paid(world: World, marketplace: str) -> SessionState | None:
    """A session that the run's own app paid, and whose order stands as it was."""
    for session in world.sessions.values():
        order = world.orders.get(session.order or "")
        sound = (
            session.phase == SessionPhase.ORDERED
            and order
            and not (session.tainted or order.tainted or order.unread_refusals)
        )
        if sound and session.created_by and (session.marketplace, session.app) == (marketplace, OWN_APP):
            return session
    return None


def owes_a_read(world: World, session: SessionState) -> bool:
    """Whether nothing has shown yet what the last refused request left of the session, or of its order."""
    order = world.orders.get(session.order or "")
    refused = ExchangeId.parse(session.unread_refusals[-1].exchange).seq
    return (
        session.last_read is None
        or ExchangeId.parse(session.last_read).seq < refused
        or bool(order and order.unread_refusals)
    )
