"""A small independent shop behind the interface of `conformance.client.api_client.ApiClient`, without HTTP or the mock.

Written from the documents. Each step is a method of a few lines; the faulty servers (tests/doubles/faulty_servers.py) override them.
"""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

from conformance.client.redaction import Secrets
from conformance.client.strict_json import parsed
from conformance.core import contract
from conformance.core.exchange import OTHER_APP, OWN_APP, Exchange, Intent, Request
from tests.doubles.reference_checks import Refusal, address, quantity, required, terms
from tests.doubles.reference_goods import (
    CURRENCY,
    DECLINED,
    DOUBTFUL,
    ITEMS,
    OPTIONS,
    Json,
    Session,
    coupon_refusal,
    profile,
)
from tests.doubles.reference_views import order_view, session_view


class ReferenceShop:
    """Answers requests as the documents say."""

    most = 4

    def __init__(self) -> None:
        self.profile, self.secrets = profile(), Secrets(b"honest")
        self.token_requests = 0
        self.sessions: dict[str, Session] = {}
        self.orders: dict[str, Session] = {}

    def send(self, request: Request, trace: str = "honest", seq: int = 0, intent: Intent | None = None) -> Exchange:
        """What `ApiClient.send` does, without the way there and back."""
        operation = contract.operations()[request.operation]
        status, body, headers = self.answer(request)
        exchange = Exchange(
            trace, seq, request, operation.method, f"http://127.0.0.1:1{operation.path}", intent, status
        )
        exchange.headers = {"content-type": "application/json", **headers}
        exchange.body, exchange.text = parsed(json.dumps(body)) if not isinstance(body, str) else parsed(body)
        exchange.started, exchange.ms = f"2026-01-01T00:{seq // 60:02d}:{seq % 60:02d}.000Z", 1.0
        return exchange

    def answer(self, request: Request) -> tuple[int, Any, dict[str, str]]:
        """Status, body and headers."""
        try:
            body = self.handle(request)
        except Refusal as no:
            number, detail = no.args[0], " ".join(map(str, no.args[1:]))
            gateway = {1001: 401, 2004: 400}.get(number)
            status = gateway or next(iter(contract.operations()[request.operation].statuses_of(number)))
            return status, {"errors": [self.entry(number, request.operation, detail)]}, {}
        made = request.operation == contract.INITIATE
        return 200, body, {"x-ebay-security-signature": f"signed {body['checkoutSessionId']}"} if made else {}

    def entry(self, number: int, operation: str, detail: str = "") -> Json:
        known = contract.error(number, operation)
        assert known
        return {"errorId": number, "domain": known.domains[0], "category": known.categories[0],
                "message": f"{known.meaning}. {detail}".strip()}  # fmt: skip

    def handle(self, request: Request) -> Json:
        """The body of a success. Raises Refusal."""
        if request.credential not in (OWN_APP, OTHER_APP):
            raise Refusal(1001)
        if request.operation == contract.READ_ORDER:
            return self.read_order(request)
        if request.marketplace not in CURRENCY:
            raise Refusal(15027, request.marketplace)
        body = request.object()
        if request.raw is not None or (request.operation != contract.READ and not isinstance(request.body, dict)):
            raise Refusal(2004)
        if request.operation == contract.INITIATE:
            return self.show(self.initiate(request, body), request)
        session = self.session(request)
        if request.operation == contract.PLACE_ORDER:
            return self.place(session, body)
        if request.operation != contract.READ:
            self.guard(session)
            self.change(session, request.operation, body)
        return self.show(session, request)

    def session(self, request: Request) -> Session:
        session = self.sessions.get(request.subject or "")
        if session is None:
            raise Refusal(15003)
        if session.app != request.credential:
            raise Refusal(15025)
        if session.market != request.marketplace:
            raise Refusal(15029, request.marketplace)
        return session

    def guard(self, session: Session) -> None:
        if session.order or session.declined:
            raise Refusal(15021)
        if not session.lines:
            raise Refusal(15019)

    def show(self, session: Session, request: Request) -> Json:
        """The session as the documents have it."""
        warnings = [
            self.entry(warning, request.operation)
            for warning in session.warnings
            if self.tells(warning, request.operation)
        ]
        return {**session_view(session), **({"warnings": warnings} if warnings else {})}

    def tells(self, number: int, operation: str) -> bool:
        return number in contract.operations()[operation].warnings

    # ------------------------------------------------------------ payment

    def place(self, session: Session, body: Json) -> Json:
        if session.declined:
            raise Refusal(15023)
        if session.order:
            return {"purchaseOrderId": session.order, "warnings": [self.entry(15006, contract.PLACE_ORDER)]}
        if not session.lines:
            raise Refusal(15019)
        terms(body.get("marketingTerms"))
        changed = {ITEMS[line[1]].at_payment for line in session.lines} - {0}
        if changed - {15005}:
            raise Refusal(max(changed - {15005}))
        session.declined = session.email == DECLINED
        if session.declined:
            raise Refusal(15023)
        session.order = f"o{len(self.orders) + 1}"
        self.orders[session.order] = session
        partly = {"warnings": [self.entry(15005, contract.PLACE_ORDER)]} if changed else {}
        return {"purchaseOrderId": session.order, "purchaseOrderPaymentStatus": "PAID", **partly}

    def read_order(self, request: Request) -> Json:
        session = self.orders.get(request.subject or "")
        if session is None:
            raise Refusal(16002)
        if session.app != request.credential:
            raise Refusal(16003)
        return order_view(session)

    # ------------------------------------------------------------ changes

    def initiate(self, request: Request, body: Json) -> Session:
        required(body, "contactEmail", "lineItemInputs", "shippingAddress")
        if "@" not in body["contactEmail"]:
            raise Refusal(15002, "contactEmail")
        lines: list[list[Any]] = []
        warnings: list[int] = []
        for node in body["lineItemInputs"]:
            required(node, "itemId", "quantity")
            item = ITEMS.get(node["itemId"])
            if item is None or item.refused:
                raise Refusal(item.refused if item else 15018)
            quantity(item, node["quantity"], least=1)
            warnings += [entry for entry in (item.gone, item.warned) if entry]
            if not item.gone:
                lines.append([f"{len(self.sessions) + 1}0{len(lines) + 1}", node["itemId"], node["quantity"], 0])
        if len(lines) > self.most:
            raise Refusal(15011, self.most)
        if not lines:
            raise Refusal(15044 if warnings else 15019)
        session = Session(f"s{len(self.sessions) + 1}", request.credential, str(request.marketplace), body["contactEmail"],
                          {}, lines, warnings=warnings)  # fmt: skip
        self.move(session, body["shippingAddress"])
        self.sessions[session.id] = session
        return session

    def change(self, session: Session, operation: str, body: Json) -> None:
        if operation == contract.ADDRESS:
            self.move(session, body)
        elif operation in (contract.APPLY, contract.REMOVE):
            required(body, "redemptionCode")
            (self.apply if operation == contract.APPLY else self.remove)(session, body["redemptionCode"])
        else:
            required(body, "lineItemId", "quantity" if operation == contract.QUANTITY else "shippingOptionId")
            line = next((line for line in session.lines if line[0] == body["lineItemId"]), None)
            if line is None:
                raise Refusal(15002, "lineItemId")
            (self.set_quantity if operation == contract.QUANTITY else self.select)(session, line, body)

    def set_quantity(self, session: Session, line: list[Any], body: Json) -> None:
        quantity(ITEMS[line[1]], body["quantity"], least=0)
        line[2] = body["quantity"]
        session.lines = [line for line in session.lines if line[2]]

    def select(self, session: Session, line: list[Any], body: Json) -> None:
        ids = [f"{line[0]}-{index}" for index in range(len(OPTIONS))]
        if body["shippingOptionId"] not in ids:
            raise Refusal(15002, "shippingOptionId")
        line[3] = ids.index(body["shippingOptionId"])

    def apply(self, session: Session, code: str) -> None:
        if session.coupon:
            raise Refusal(16001)
        if number := coupon_refusal(code, [(ITEMS[line[1]], line[2]) for line in session.lines]):
            raise Refusal(number)
        session.coupon = code

    def remove(self, session: Session, code: str) -> None:
        if session.coupon != code:
            raise Refusal(16025)
        session.coupon = None

    def move(self, session: Session, sent: Any) -> None:
        address(session.market, sent)
        session.address = deepcopy(sent)
        session.warnings = [warning for warning in session.warnings if warning != 15007]
        session.warnings += [15007] if sent == DOUBTFUL else []
