"""`python -m tests.corpus.faulty_servers`: writes the corpus of faulty servers, of the healthy visit and of junk."""

from __future__ import annotations

import sys
from typing import Any

from conformance.core import contract
from conformance.core.exchange import Exchange, Intent, Request
from conformance.core.profile_reader import parse
from conformance.driver.checkout import CheckoutDriver
from conformance.judging.load_rules import load_rules
from conformance.judging.trace import Trace
from devtools.corpus import CORPUS, JUNK, Corpus, CorpusEntry, expect, slim, unproved
from suites.payment.test_prepaid import test_orders_that_were_paid_beforehand, test_sessions_that_were_paid_beforehand
from tests.doubles.faulty_servers_by_action import FAULTY_SERVERS
from tests.doubles.fuzzed_responses import traces
from tests.doubles.in_memory_replay import shrunk
from tests.doubles.reference_goods import Json, Session, profile_data
from tests.doubles.reference_server import ReferenceShop
from tests.doubles.scripted_session import PARTS, session_of, visit

JUNK_TRACES = 6
CORPUS_OF_FAULTY_SERVERS = CORPUS.with_name("faulty_servers.jsonl.gz")


# Answers of a token endpoint to grants that it has to refuse: credential, status, body; the first three are right.
GRANTS: list[tuple[str, int, Any]] = [
    ("wrong-secret", 401, {"error": "invalid_client"}),
    ("unknown-client", 401, {"error": "invalid_client"}),
    ("unknown-scope", 400, {"error": "invalid_scope"}),
    ("wrong-secret", 400, {"error": "invalid_client"}),
    ("unknown-scope", 400, {"error": "invalid_request"}),
    ("unknown-client", 200, {"access_token": "made-up", "token_type": "Application Access Token"}),
    ("unknown-client", 401, {"error": "invalid_client", "access_token": "made-up"}),
]


def _grant(position: int, credential: str, status: int, body: Any) -> CorpusEntry:
    form = "application/x-www-form-urlencoded"
    sent = Request(contract.TOKEN, raw=b"grant_type=client_credentials", content_type=form, credential=credential)
    exchange = Exchange(
        "tokens", 0, sent, "POST", "http://127.0.0.1:1", Intent("AUTH-GRANT", credential), status, body=body
    )
    return CorpusEntry(
        f"grant {position}", "honest", "AUTH-GRANT" if position > 2 else None, exchanges=records([exchange])
    )


class Unlocks(ReferenceShop):
    """Takes changes of a session that is paid."""

    def guard(self, session: Session) -> None:
        """Nothing is locked."""


def prepaid(target: ReferenceShop, broken: str | None = None) -> tuple[Json, CorpusEntry]:
    """A paid session and its order, known from the profile alone, as suites/payment/test_prepaid.py asks for them."""
    paid = session_of(CheckoutDriver(target, Trace("paid before")))  # type: ignore[arg-type]
    order = paid.place_order().body["purchaseOrderId"]
    data = profile_data() | {"prepaid": [{"session": paid.id, "order": order, "marketplace": "EBAY_US"}]}
    target.profile = parse(data, "prepaid.toml")
    trace = Trace("prepaid")
    for test in (test_sessions_that_were_paid_beforehand, test_orders_that_were_paid_beforehand):
        test(CheckoutDriver(target, trace), "EBAY_US")  # type: ignore[arg-type]
    name = f"prepaid: {type(target).__name__}"
    return data, CorpusEntry(name, "prepaid", broken, exchanges=records(trace.exchanges))


def records(exchanges: list[Exchange]) -> list[dict[str, Any]]:
    return [slim(exchange.record()) for exchange in exchanges]


def corpus() -> Corpus:
    """The healthy visit, part by part, and each faulty server."""
    load_rules()
    found = Corpus({"honest": profile_data()})
    for part in PARTS:
        found.entries.append(
            CorpusEntry(part.__name__, "honest", None, exchanges=records(visit(ReferenceShop(), part).exchanges))
        )
    for faulty in FAULTY_SERVERS:
        proof, _ = shrunk(faulty)
        if proof is not None:
            also = [faulty.also] if faulty.also else []
            sent = records([exchange for _, exchange in proof.sent])
            found.entries.append(
                CorpusEntry(f"liar: {faulty.name}", "honest", faulty.requirement, also, exchanges=sent)
            )
    for index, exchanges in enumerate(traces(JUNK_TRACES)):
        found.entries.append(CorpusEntry(f"junk {index}", "honest", JUNK, exchanges=records(exchanges)))
    found.entries += [_grant(index, *grant) for index, grant in enumerate(GRANTS)]
    for shop, broken in ((ReferenceShop(), None), (Unlocks(), "PAY-LOCK")):
        found.profiles["prepaid"], entry = prepaid(shop, broken)
        found.entries.append(entry)
    profiles = {name: found.profile(name) for name in found.profiles}
    found.entries = [expect(entry, profiles[entry.profile]) for entry in found.entries]
    return found


def main() -> int:
    found = corpus()
    found.save(CORPUS_OF_FAULTY_SERVERS)
    print(f"{CORPUS_OF_FAULTY_SERVERS}: {len(found.entries)} traces, {CORPUS_OF_FAULTY_SERVERS.stat().st_size:,} bytes")
    lost = unproved(found.entries)
    print("\n".join(f"not found again: {entry}" for entry in lost))
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
