"""More faulty servers: shops that do something else than they should, or to somebody else."""

from __future__ import annotations

from collections import Counter
from typing import Any

from conformance.core import contract
from conformance.core.exchange import OWN_APP, Exchange, Intent, Request
from tests.doubles.faulty_servers import FAULTY_SERVERS as FAULTY_SERVERS
from tests.doubles.faulty_servers import faulty
from tests.doubles.reference_checks import Refusal
from tests.doubles.reference_goods import ITEMS, Json, Session
from tests.doubles.reference_server import ReferenceShop


@faulty("SESSION-READ")
class ForgetsTheSecondChange(ReferenceShop):
    """Shows it, and has forgotten it at the next read."""

    def handle(self, request: Request) -> Json:
        session = self.sessions.get(request.subject or "")
        lines = [list(line) for line in session.lines] if session else []
        body = super().handle(request)
        if session and request.operation == contract.QUANTITY and request.object()["quantity"] == 3:
            session.lines = lines
        return body


@faulty("SESSION-READ")
class ForgetsTheCoupon(ReferenceShop):
    def handle(self, request: Request) -> Json:
        session = self.sessions.get(request.subject or "")
        if session and request.operation == contract.READ and not session.order:
            session.coupon = None
        return super().handle(request)


@faulty("QTY-SET")
class SwapsTwoLines(ReferenceShop):
    def set_quantity(self, session: Session, line: list[Any], body: Json) -> None:
        other = next((entry for entry in session.lines if entry is not line), line)
        super().set_quantity(session, other if body["quantity"] == 5 else line, body)


@faulty("QTY-ZERO")
class RemovesTheNextLineToo(ReferenceShop):
    def set_quantity(self, session: Session, line: list[Any], body: Json) -> None:
        super().set_quantity(session, line, body)
        if body["quantity"] == 0 and len(session.lines) > 1:
            session.lines.pop()


@faulty("LINES-MAX")
class TakesFiveLines(ReferenceShop):
    most = 5


@faulty("LINES-MAX", also="ERROR-PARAMS")  # it tells the wrong maximum
class TakesThreeLines(ReferenceShop):
    most = 3


@faulty("SHIP-SET")
class SelectsForEveryLine(ReferenceShop):
    def select(self, session: Session, line: list[Any], body: Json) -> None:
        super().select(session, line, body)
        for entry in session.lines:
            entry[3] = line[3]


@faulty("ADDR-REPLACE")
class LosesTheSecondAddressLine(ReferenceShop):
    def move(self, session: Session, sent: Any) -> None:
        super().move(session, sent)
        session.address.pop("addressLine2", None)


@faulty("ADDR-CHARS")
class TakesControlCharacters(ReferenceShop):
    def move(self, session: Session, sent: Any) -> None:
        super().move(
            session, {**sent, "city": sent["city"].replace("\x07", "")} if "\x07" in str(sent.get("city")) else sent
        )


@faulty("ADDR-DOMESTIC")
class ShipsToFrance(ReferenceShop):
    def move(self, session: Session, sent: Any) -> None:
        country = sent.get("country") if isinstance(sent, dict) else None
        super().move(session, {**sent, "country": "US"} if country == "FR" else sent)


@faulty("COUPON-ONE")
class TakesTheSecondCoupon(ReferenceShop):
    def apply(self, session: Session, code: str) -> None:
        if code == "TENOFF":
            session.coupon = None
        super().apply(session, code)


@faulty("COUPON-REMOVE")
class KeepsTheCoupon(ReferenceShop):
    def remove(self, session: Session, code: str) -> None:
        if session.coupon != code:
            raise Refusal(16025)


@faulty("COUPON-REFUSED")
class WantsNoMinimum(ReferenceShop):
    def apply(self, session: Session, code: str) -> None:
        if code == "SPEND100":
            session.coupon = code
        else:
            super().apply(session, code)


@faulty("SESSION-SIGNATURE")
class SignsNothing(ReferenceShop):
    def answer(self, request: Request) -> tuple[int, Any, dict[str, str]]:
        status, body, _ = super().answer(request)
        return status, body, {}


@faulty("SESSION-UNIQUE", also="SESSION-ONLY")  # the ids of its options are made of the line's
class RenamesTheLine(ReferenceShop):
    def set_quantity(self, session: Session, line: list[Any], body: Json) -> None:
        super().set_quantity(session, line, body)
        line[0] += "9"


@faulty("SESSION-SAFE")
class CountsReads(ReferenceShop):
    """The second read in a row finds one more of the first line."""

    latest = ""

    def handle(self, request: Request) -> Json:
        session = self.sessions.get(request.subject or "")
        if session and request.operation == contract.READ and self.latest == session.id and session.market == "EBAY_US":
            session.lines[0][2] += 1
        self.latest = session.id if session and request.operation == contract.READ else ""
        return super().handle(request)


@faulty("SESSION-ISOLATED")
class TouchesEverySession(ReferenceShop):
    def set_quantity(self, session: Session, line: list[Any], body: Json) -> None:
        super().set_quantity(session, line, body)
        for other in self.sessions.values():
            if other is not session and not other.order and other.market == "EBAY_GB" and len(other.lines) > 1:
                other.lines[1][2] += 1


@faulty("SESSION-ONLY")
class ResetsTheOptions(ReferenceShop):
    def move(self, session: Session, sent: Any) -> None:
        super().move(session, sent)
        for line in session.lines:
            line[3] = 0


@faulty("PAY-LOCK")
class RefusesButApplies(ReferenceShop):
    """15021 after payment, and yet the order has another quantity."""

    def guard(self, session: Session) -> None:
        if session.order and session.lines[0][2] == 1:
            session.lines[0][2] = 2
        super().guard(session)


@faulty("PAY-LOCK")
class RefusesButRenames(ReferenceShop):
    """15021 after payment, and yet the order's lines have other ids."""

    refused = 0

    def guard(self, session: Session) -> None:
        self.refused += session.order is not None
        super().guard(session)

    def read_order(self, request: Request) -> Json:
        body = super().read_order(request)
        for line in body["lineItems"] if self.refused == 1 else []:
            line["lineItemId"] += "9"
        return body


@faulty("PAY-TWICE", also="ORDER-READ")
class MakesASecondOrder(ReferenceShop):
    def place(self, session: Session, body: Json) -> Json:
        if session.order:
            session.order = None
        return super().place(session, body)


@faulty("PAY-TERMS")
class WantsNoTerms(ReferenceShop):
    def place(self, session: Session, body: Json) -> Json:
        terms = {**body["marketingTerms"][0], "marketingTypes": ["OFFER", "PROMOTION", "SURVEY"]}
        return super().place(session, {"marketingTerms": [terms]})


@faulty("PAY-EMPTY")
class SellsNothing(ReferenceShop):
    def place(self, session: Session, body: Json) -> Json:
        if session.lines:
            return super().place(session, body)
        session.order = "o0"
        self.orders["o0"] = session
        return {"purchaseOrderId": "o0"}


@faulty("PAY-DECLINED-ENDS")
class ForgivesADeclinedCard(ReferenceShop):
    def guard(self, session: Session) -> None:
        session.declined = False
        super().guard(session)


@faulty("PAY-ITEM-CHANGED")
class SellsARevisedItem(ReferenceShop):
    def place(self, session: Session, body: Json) -> Json:
        if any(ITEMS[line[1]].at_payment == 15020 for line in session.lines):
            return {"purchaseOrderId": "o0"}
        return super().place(session, body)


@faulty("ORDER-APP")
class ShowsOrdersToAll(ReferenceShop):
    def read_order(self, request: Request) -> Json:
        return super().read_order(Request(request.operation, request.subject, credential=OWN_APP))


@faulty("ORDER-STABLE")
class OrdersAreUndone(ReferenceShop):
    """PAID at first, PENDING from the third time on."""

    def __init__(self) -> None:
        super().__init__()
        self.reads: Counter[str | None] = Counter()

    def read_order(self, request: Request) -> Json:
        body = super().read_order(request)
        self.reads[request.subject] += 1
        return {**body, "purchaseOrderPaymentStatus": "PENDING"} if self.reads[request.subject] > 2 else body


@faulty("QTY-INVALID")
class CrashesAtAFraction(ReferenceShop):
    def answer(self, request: Request) -> tuple[int, Any, dict[str, str]]:
        if request.object().get("quantity") == 1.5:
            return 500, {"errors": [self.entry(15000, request.operation)]}, {}
        return super().answer(request)


@faulty("ROBUST")
class CrashesAtBrokenJson(ReferenceShop):
    def answer(self, request: Request) -> tuple[int, Any, dict[str, str]]:
        if request.raw is not None:
            return 500, {"errors": [self.entry(15000, request.operation)]}, {}
        return super().answer(request)


@faulty("ERROR-SHAPE")
class ForgetsTheDomain(ReferenceShop):
    def entry(self, number: int, operation: str, detail: str = "") -> Json:
        entry = super().entry(number, operation, detail)
        return entry if contract.error(number, operation).kind == "warning" else {**entry, "domain": ""}  # type: ignore[union-attr]


@faulty("ERROR-PARAMS")
class TellsNothing(ReferenceShop):
    def entry(self, number: int, operation: str, detail: str = "") -> Json:
        return {**super().entry(number, operation), "message": "no"}


@faulty("TYPE-JSON")
class SendsText(ReferenceShop):
    def send(self, request: Request, trace: str = "", seq: int = 0, intent: Intent | None = None) -> Exchange:
        exchange = super().send(request, trace, seq, intent)
        exchange.headers["content-type"] = "text/plain"
        return exchange


@faulty("AUTH-TOKEN")
class ReadsWithoutAToken(ReferenceShop):
    def handle(self, request: Request) -> Json:
        if request.credential == "none" and request.operation == contract.READ:
            request = Request(request.operation, request.subject, None, request.marketplace)
        return super().handle(request)


@faulty("SESSION-DOCUMENTED")
class Creates201(ReferenceShop):
    def answer(self, request: Request) -> tuple[int, Any, dict[str, str]]:
        status, body, headers = super().answer(request)
        return 201 if status == 200 and request.operation == contract.QUANTITY else status, body, headers


@faulty("SESSION-REQUIRED")
class WantsNoEmail(ReferenceShop):
    def initiate(self, request: Request, body: Json) -> Session:
        return super().initiate(request, {"contactEmail": "a@b.example", **body})


@faulty("SESSION-CREATE")
class LosesTheThirdLine(ReferenceShop):
    def initiate(self, request: Request, body: Json) -> Session:
        session = super().initiate(request, body)
        session.lines = session.lines[:2]
        return session


@faulty("ITEM-REMOVED")
class KeepsWhatIsGone(ReferenceShop):
    def initiate(self, request: Request, body: Json) -> Session:
        session = super().initiate(request, body)
        if 15043 in session.warnings:
            session.lines.append(["777", "v1|3002|0", 1, 0])
        return session


@faulty("SESSION-CREATE", also="SESSION-FIELDS")
class NamesNoSession(ReferenceShop):
    def show(self, session: Session, request: Request) -> Json:
        return {**super().show(session, request), "checkoutSessionId": ""}


@faulty("COUPON-ONE")
class ListsTheSameCouponTwice(ReferenceShop):
    def apply(self, session: Session, code: str) -> None:
        if session.coupon == code:
            session.warnings.append(0)
        else:
            super().apply(session, code)

    def show(self, session: Session, request: Request) -> Json:
        body = super().show(session, request)
        return {**body, "appliedCoupons": body["appliedCoupons"] * 2} if 0 in session.warnings else body


@faulty("LINES-OWN")
class SplitsALine(ReferenceShop):
    """Two of an item are two lines of one."""

    def initiate(self, request: Request, body: Json) -> Session:
        session = super().initiate(request, body)
        for line in [line for line in session.lines if line[1] == "v1|1002|0" and line[2] == 2]:
            line[2] = 1
            session.lines.append([f"{line[0]}7", *line[1:]])
        return session


@faulty("WARNING-SHAPE")
class WarnsBesideErrors(ReferenceShop):
    def answer(self, request: Request) -> tuple[int, Any, dict[str, str]]:
        status, body, headers = super().answer(request)
        return status, {**body, "warnings": [self.entry(15007, request.operation)]} if status == 409 else body, headers


@faulty("TYPE-JSON", also="ORDER-READ")
class CutsOrdersShort(ReferenceShop):
    """The answer ends in the middle once an order has been read three times."""

    reads = 0

    def answer(self, request: Request) -> tuple[int, Any, dict[str, str]]:
        status, body, headers = super().answer(request)
        if request.operation == contract.READ_ORDER and status == 200:
            self.reads += 1
            body = body if self.reads < 4 else '{"purchaseOrderId": '
        return status, body, headers
