"""The first requests of a run: does the target answer at all, and what do the profile's plain items show?

What the answers tell is handed to every process, so that tests can choose items and every trace knows the same prices.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from conformance.client.circuit_breaker import sentence_for_broken_answers, sentence_for_silence
from conformance.client.turned_away import is_locked_out, why_not_let_in
from conformance.core import contract
from conformance.core.exchange import Exchange
from conformance.core.profile import SAFE_LINE_COUNT, Profile
from conformance.driver.checkout import CheckoutDriver
from conformance.driver.features import Features
from conformance.driver.profile_check import speaks_of_items, wrong_items, wrong_roles
from conformance.judging.amounts import ZERO
from conformance.judging.model import Line, View, objects

MOST_ITEMS = 24


@dataclass
class Discovery:
    """What the first requests learned.

    cause: the sentence with which the run ends, if there is nothing to judge. locked_out: nothing was proved, since the
    profile's app was not let in. problems: sentences, each a role that the target does not fill.
    """

    features: dict[tuple[str, str], Features] = field(default_factory=dict)
    units: dict[tuple[str, str], Decimal] = field(default_factory=dict)
    cause: str | None = None
    locked_out: bool = False
    problems: list[str] = field(default_factory=list)

    def dump(self) -> dict[str, Any]:
        """Plain data for another process."""
        return {
            "features": [[*key, asdict(feature)] for key, feature in self.features.items()],
            "units": [[*key, str(value)] for key, value in self.units.items()],
        }

    @classmethod
    def load(cls, data: dict[str, Any]) -> Discovery:
        """The findings that another process dumped."""
        return cls(
            {(market, item): Features(**shown) for market, item, shown in data["features"]},
            {(market, item): Decimal(value) for market, item, value in data["units"]},
        )


def discover(driver: CheckoutDriver, *, chunks: int | None = None, markets: list[str] | None = None) -> Discovery:
    """Initiates sessions with all plain items of each marketplace, as many in one as surely fit.

    chunks: how many sessions for a marketplace; all items if that is not given.
    """
    found, names = Discovery(), markets or list(driver.profile.markets)
    first_answers = [
        _Answer(name, part, _initiate(driver, name, part)) for name in names for part in _parts(driver, name, chunks)
    ]
    for answer in first_answers:
        _learn(found, driver, answer)
    whole = bool(found.features) and chunks is None
    for answer in first_answers:
        view = _view(driver, answer.exchange)
        shown = set(view.items) if view else set()
        if answer.lacks_room or set(answer.items) <= shown:
            continue
        if whole or (speaks_of_items(answer.exchange) and not found.problems):  # the first one says enough
            market = driver.market(answer.marketplace)
            found.problems += wrong_items(driver, market, [(item, 1) for item in answer.items])
    if not (found.features or found.problems) and first_answers:
        exchanges = [answer.exchange for answer in first_answers]
        telling = next((exchange for exchange in exchanges if not exchange.silent or exchange.breach), exchanges[0])
        found.cause = cause_of(telling, driver.profile)
        found.locked_out = all(is_locked_out(exchange, driver.profile) for exchange in exchanges)
    elif whole:
        _check_roles(found, driver, names)
    return found


class _Answer(NamedTuple):
    """The answer to a session of these items."""

    marketplace: str
    items: list[str]
    exchange: Exchange

    @property
    def lacks_room(self) -> bool:
        """Whether fewer lines fit than the profile says."""
        return contract.TOO_MANY_LINES in self.exchange.error_ids and len(self.items) > SAFE_LINE_COUNT


def _parts(driver: CheckoutDriver, marketplace: str, chunks: int | None) -> list[list[str]]:
    """The plain items of a marketplace, in as few carts as surely hold them."""
    items, size = list(driver.market(marketplace).plain)[:MOST_ITEMS], driver.maximum()
    return [items[index : index + size] for index in range(0, len(items), size)][:chunks]


def _initiate(driver: CheckoutDriver, marketplace: str, items: list[str]) -> Exchange:
    full = len(items) == driver.profile.max_line_items
    requirement = (
        contract.rule_of_refusal(contract.TOO_MANY_LINES) if full else contract.owner_of_answer_to(contract.INITIATE)
    )
    return driver.initiate(marketplace, [(item, 1) for item in items], requirement, f"{len(items)} plain items")


def _learn(found: Discovery, driver: CheckoutDriver, answer: _Answer) -> None:
    """What the lines show; of a cart that has no room for all of them, a smaller cart."""
    exchange = answer.exchange
    if answer.lacks_room:
        exchange = driver.initiate(answer.marketplace, [(item, 1) for item in answer.items[:SAFE_LINE_COUNT]])
    view = _view(driver, exchange)
    if view is None:
        return
    for line in view.lines.values():
        found.features[answer.marketplace, line.item or ""] = _features(line, view)
        if line.unit is not None:
            found.units.setdefault((answer.marketplace, line.item or ""), line.unit)


def _check_roles(found: Discovery, driver: CheckoutDriver, marketplaces: list[str]) -> None:
    """Whether each role is what the profile says; the sessions that this makes show features as well."""
    for name in marketplaces:
        found.problems += wrong_roles(driver, name)
    for session in driver.trace.world.sessions.values():
        for line in session.view.lines.values():
            found.features.setdefault((session.marketplace, line.item or ""), _features(line, session.view))


def _view(driver: CheckoutDriver, exchange: Exchange) -> View | None:
    """The session that an answer shows; None if it shows none."""
    session = driver.trace.world.session_of(exchange)
    return session.view if session else None


def _is_taxed(line: Line, view: View) -> bool:
    """Whether a tax is added to the line: the cart has a tax, and the line names it, or no line says whose it is."""
    return bool(view.summary.get("tax")) and (_names_a_tax(line) or not any(map(_names_a_tax, view.lines.values())))


def _names_a_tax(line: Line) -> bool:
    return any(tax.get("includedInPrice") is not True for tax in objects(line.raw.get("taxDetails")))


def _features(line: Line, view: View) -> Features:
    costs = {(option.cost, option.imports) for option in line.options}
    return Features(
        options=len(line.options) if len(costs) > 1 else 1,
        fee=bool(line.fees),
        promotion=bool(line.promotion),
        discount=any(option.discount for option in line.options),
        imports=any(option.imports > ZERO for option in line.options),
        tax=_is_taxed(line, view),
        unit=str(line.unit or 0),
        seller=str(
            (line.raw.get("seller") or {}).get("username", "") if isinstance(line.raw.get("seller"), dict) else ""
        ),
    )


def cause_of(exchange: Exchange, profile: Profile) -> str:
    """Why nothing can be judged, in one sentence."""
    ids, where, said = set(exchange.error_ids), exchange.url, exchange.answer()
    end = "so nothing that follows can be judged"
    if exchange.breach:
        return sentence_for_broken_answers(exchange)
    if exchange.silent:
        return sentence_for_silence(exchange)
    if exchange.problem_kind == "redirect":
        return f"The target answers with a redirect ({exchange.status}), which is not followed: check base_url in the profile."
    if refusal := why_not_let_in(exchange, profile):
        return refusal
    if exchange.status == 404 and not ids - contract.NOTHING_THERE:
        return f"Nothing answers like the Order API at {where} (404): check base_url in the profile."
    if exchange.accepted and not isinstance(exchange.body.get("checkoutSessionId"), str):
        return f"The target answers initiateGuestCheckoutSession with {said} and no checkoutSessionId, {end}."
    if exchange.accepted:
        return f"The target answers initiateGuestCheckoutSession with {said} and no line items, {end}."
    if exchange.status is not None and exchange.status < 400:
        return f"The target answers a valid initiateGuestCheckoutSession with {said}, {end}."
    if exchange.status is not None and exchange.status >= 500:
        return f"The target fails on a valid initiateGuestCheckoutSession ({said}), {end}."
    return f"The target refuses a valid initiateGuestCheckoutSession with {said}: check the items and the address in the profile."
