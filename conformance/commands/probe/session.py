"""How the wizard talks to one marketplace of a target: every request counts, every session has a buyer of its own."""

from __future__ import annotations

from typing import Any

from conformance.client.api_client import ApiClient
from conformance.commands.probe.observations import Seen
from conformance.commands.probe.sample_addresses import Address
from conformance.core import contract
from conformance.core.exchange import OWN_APP, Exchange, Request
from conformance.judging.model import Line, View, view


class WizardSession:
    """Asks about one marketplace. What it learned stands in `seen`, whatever interrupts it."""

    def __init__(self, target: ApiClient, seen: Seen) -> None:
        self.target, self.seen = target, seen
        self.lines: dict[str, tuple[str, Line]] = {}  # item: a session that holds it, and its line
        self._sent = 0

    def send(self, operation: str, subject: str | None, body: Any) -> Exchange:
        """One request of the first app. Raises RunStopped."""
        self._sent += 1
        request = Request(operation, subject, body, self.seen.name, OWN_APP)
        return self.target.send(request, f"probe {self.seen.name}", self._sent)

    def initiate(
        self, lines: list[tuple[str, int]], address: Address | None = None, email: str | None = None
    ) -> tuple[Exchange, View | None]:
        """A new session, and what its answer shows; None where it is refused."""
        buyer = self.target.profile.buyers.good.replace("{n}", f"{self.seen.name[5:].lower()}{self._sent}")
        body = {
            "contactEmail": email or buyer,
            "lineItemInputs": [{"itemId": item, "quantity": quantity} for item, quantity in lines],
            "shippingAddress": address or self.seen.address,
        }
        exchange = self.send(contract.INITIATE, None, body)
        self.seen.first = self.seen.first or exchange
        shown = view(exchange.body) if exchange.accepted else None
        for line in shown.lines.values() if shown else ():
            if line.item and shown and shown.id:
                self.lines[line.item] = shown.id, line
        return exchange, shown

    def set_quantity(self, session: str, line: Line, quantity: int) -> Exchange:
        """updateGuestQuantity of a line."""
        return self.send(contract.QUANTITY, session, {"lineItemId": line.id, "quantity": quantity})

    def apply(self, session: str, code: str) -> Exchange:
        """applyGuestCoupon."""
        return self.send(contract.APPLY, session, {"redemptionCode": code})

    def remove(self, session: str, code: str) -> Exchange:
        """removeGuestCoupon."""
        return self.send(contract.REMOVE, session, {"redemptionCode": code})
