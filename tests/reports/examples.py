"""Made-up runs, written to a folder as a real run writes them: result.json, exchanges.jsonl, scripts/.

`conformant`, `faulty` (three findings), `incomplete` (little offered), and `hostile` (text that wants to be code).
`python -m tests.reports.examples FOLDER` writes them, to look at.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.reports.example_parts import (
    BASE,
    Json,
    base,
    body,
    change,
    counted,
    exchange,
    finding,
    refusal,
    source,
    unjudged,
)


def conformant() -> tuple[Json, list[Json]]:
    result = base("mock")
    traffic = [
        exchange(
            "t1",
            1,
            "initiateGuestCheckoutSession",
            "/initiate",
            {"lineItemInputs": []},
            200,
            body([("v1|1|0", 1, 1899)]),
        ),
        exchange(
            "t1",
            2,
            "getGuestCheckoutSession",
            "/1700000000021",
            None,
            400,
            refusal(15003, "No such session."),
            intent={"requirement": "SESSION-UNKNOWN", "case": "getGuestCheckoutSession"},
        ),
    ]
    return counted(result), traffic


WAIVER = {
    "rule": "PAY-LOCK",
    "operation": None,
    "reason": "known since 3 November",
    "owner": "shop team",
    "link": "https://example.com/4711",
    "expires": "2026-01-31",
}


def missing(condition: str) -> Json:
    """A case that was not judged."""
    return {"operation": "getGuestCheckoutSession", "condition": condition}


LINES = [("v1|110000000001|0", 1, 1899), ("v1|110000000002|0", 2, 4250)]


def faulty() -> tuple[Json, list[Json]]:
    result = base("shop-under-test") | {
        "verdict": "not conformant",
        "ending": "not conformant",
        "colour": "red",
        "exit_status": 1,
    }
    cart = {"contactEmail": "guest7@example.com", "lineItemInputs": [{"itemId": i, "quantity": q} for i, q, _ in LINES]}
    zero = {"lineItemId": "600000000", "quantity": 0}
    traffic = [
        exchange("w2-17", 1, "initiateGuestCheckoutSession", "/initiate", cart, 200, body(LINES)),
        exchange("w2-17", 2, "updateGuestQuantity", "/1700000000021/update_quantity", zero, 200, body(LINES[1:])),
        exchange(
            "w2-17", 3, "getGuestCheckoutSession", "/1700000000021", None, 200, body([(LINES[0][0], 0, 1899), LINES[1]])
        ),
        exchange("w1-3", 1, "initiateGuestCheckoutSession", "/initiate", cart, 200, body(LINES)),
        exchange(
            "w1-3",
            2,
            "placeGuestOrder",
            f"{BASE}/buy/order/v1/guest_checkout_session/1700000000021/place_order",
            {"marketingTerms": []},
            200,
            {"purchaseOrderId": "5000000000"},
            request_headers={"Authorization": "Bearer <secret:a1>", "X-EBAY-C-MARKETPLACE-ID": "EBAY_GB"},
            marketplace="EBAY_GB",
            intent={"requirement": "MARKET-SAME", "case": "placeGuestOrder EBAY_US>EBAY_GB"},
        ),
        exchange("w1-9", 1, "initiateGuestCheckoutSession", "/initiate", cart, 200, body(LINES, total=10399)),
        exchange(
            "w1-9",
            2,
            "applyGuestCoupon",
            "/1700000000021/apply_coupon",
            {"redemptionCode": "FIVEOFF"},
            None,
            None,
            problem="no answer within 10 s",
        ),
    ]
    findings = [
        finding(
            "QTY-ZERO",
            "A line that was removed is back on the next read",
            "lineItems without 600000000, as the answer to update_quantity had it",
            "lineItems with 600000000, quantity 0, on the next read",
            ["w2-17/1", "w2-17/2", "w2-17/3"],
            ["POST initiate with 2 items", "POST update_quantity of the first line to 0", "GET the session"],
            count=14,
            marketplaces=["EBAY_US", "EBAY_GB", "EBAY_DE"],
            operations=["updateGuestQuantity", "getGuestCheckoutSession"],
        ),
        finding(
            "MARKET-SAME",
            "An order is placed from another marketplace",
            "status 400 with errorId 15029",
            "status 200 with purchaseOrderId",
            ["w1-3/1", "w1-3/2"],
            ["POST initiate in EBAY_US", "POST place_order in EBAY_GB"],
            count=6,
            operations=["placeGuestOrder"],
            sources=[source("O", "15029"), source("P", "error codes", "https://developer.example/place")],
        ),
        finding(
            "PRICE-TOTAL",
            "The total is not the sum of its parts",
            "total 115.97 = 103.99 + 11.98 + 0.00",
            "total 103.99",
            ["w1-9/1", "w1-9/2"],
            ["POST initiate with 2 items", "POST apply_coupon FIVEOFF"],
            reproduced={"shown": 2, "tried": 3},
            count=211,
        ),
    ]
    for found in findings:
        change(result, found["requirement"], outcome="failed", findings=[found])
    known = finding(
        "PAY-LOCK", "A paid session is changed", "refused with 409", "200", [], [], script=None, waiver=WAIVER
    )
    change(
        result,
        "PAY-LOCK",
        outcome="waived",
        findings=[known],
        reason="known since 3 November, ticket 4711, until 2026-01-31",
    )
    change(
        result,
        "COUPON-REMOVE",
        outcome="unjudged",
        unjudged=unjudged("blocked", requirement="PRICE-TOTAL"),
        reason="blocked by PRICE-TOTAL",
    )
    change(
        result,
        "SESSION-READ",
        cases={"judged": 21, "of": 26, "missing": [missing("paid, then read"), missing("declined, then read")]},
    )
    result["notes"] = [
        "Readings differ between operations for SESSION-UNKNOWN: 400 on six, 404 on getGuestCheckoutSession."
    ]
    result["also_seen"] = [
        finding(
            "ERROR-SHAPE",
            "A refusal without category",
            "category REQUEST",
            "no category",
            [],
            [],
            script=None,
            reproduced=None,
        )
    ]
    return counted(result), traffic


def incomplete() -> tuple[Json, list[Json]]:
    result = base("sandbox") | {"verdict": "incomplete", "ending": "incomplete", "colour": "orange", "exit_status": 6}
    lacking = {
        "MARKET-SAME": "second_marketplace",
        "SESSION-APP": "second_app",
        "ORDER-APP": "second_app",
        "QTY-LOT": "item.lot",
        "QTY-LIMIT": "item.limit",
        "COUPON-APPLY": "coupon",
        "COUPON-ONE": "second_coupon",
        "COUPON-REMOVE": "coupon",
        "ADDR-SANCTION": "address.sanctioned",
        "PAY-DECLINED": "buyer.declined",
        "ORDER-PAID": "paid_promise",
        "ITEM-ENDED": "item.refused.15018",
        "PRICE-FEE": "seen.fee",
    }
    for name, need in lacking.items():
        change(
            result,
            name,
            outcome="unjudged",
            reason=f"not offered: {need}",
            unjudged=unjudged("not_offered", need),
            reading=None,
            evidence=0,
            cases={"judged": 0, "of": 9, "missing": []},
        )
    change(result, "RACE", outcome="unjudged", unjudged=unjudged("budget"), reason="budget spent", evidence=0)
    change(
        result,
        "ROBUST",
        outcome="unjudged",
        unjudged=unjudged("no_answer"),
        reason="the target did not answer",
        evidence=0,
    )
    result["target"] |= {"base_url": "https://apix.sandbox.example.com", "marketplaces": ["EBAY_US"]}
    result["reach"]["states"]["declined"] = 0
    result["readings"] = [r for r in result["readings"] if r["requirement"] != "PRICE-FEE"]
    return counted(result), []


MARKUP = "</script></style><img src=//evil.example/x onerror=alert(1)><b>bold</b> {{ 7*7 }} & \"quoted\" 'single'"
CONTROLS = (
    "\x1b[2J\x1b]0;owned\x07\r\x00\x9b31m \u202eltr \ud800 \u2028 end ]]> `tick` | pipe @someone ::error:: \n## heading"
)


def hostile() -> tuple[Json, list[Json]]:
    """The faulty run, with markup and control characters wherever a target's text can stand."""
    result, traffic = faulty()
    nasty = MARKUP + CONTROLS
    result["sentence"] += nasty
    result["notes"].append(nasty)
    result["target"]["name"] = nasty
    result["target"]["base_url"] += nasty
    result["readings"].append({"requirement": "RACE", "reading": nasty, "operations": [nasty], "count": 1})
    result["reach"]["operations"][nasty] = {"sent": 1, "accepted": 0, "refused": 1}
    result["reach"]["states"][nasty] = 1
    result["reach"]["transitions"].append({"from": "open", "to": nasty, "by": nasty, "visits": 1})
    for rule in result["requirements"]:
        rule["reading"] = rule["reading"] and nasty
        rule["reason"] = rule["reason"] and rule["reason"] + nasty
        rule["cases"]["missing"] = [missing(nasty)]
        for found in rule["findings"]:
            found |= {name: found[name] + nasty for name in ("summary", "expected", "seen")}
            found |= {"operations": [nasty], "marketplaces": [nasty], "steps": [nasty]}
    for item in traffic:
        item["response_body"] = (
            {"text": nasty} if item["seq"] == 1 else {"errors": [{"message": nasty, nasty: [nasty]}]}
        )
        item["response_headers"]["Server-Says"] = nasty
        item["url"] += nasty
        item["problem"] = nasty
        item["marketplace"] = nasty
        item["operation"] = nasty
    return result, traffic


SCRIPT = """#!/bin/bash
# {id}: reproduces the finding from nothing. Exit 1: the fault is there, 0: it is gone, 2: could not get that far.
set -u
base=${{BASE_URL:-{base}}}
token=${{TOKEN:?a token for the guest order scope}}
answer=$(curl -sS -X POST "$base/buy/order/v2/guest_checkout_session/initiate" \\
  -H "Authorization: Bearer $token" -H 'X-EBAY-C-MARKETPLACE-ID: EBAY_US' -H 'Content-Type: application/json' \\
  --data '{{"contactEmail":"guest7@example.com"}}') || exit 2
session=$(jq -er .checkoutSessionId <<<"$answer") || exit 2
"""


def write(folder: Path, run: tuple[Json, list[Json]]) -> Path:
    """Write a run as the suite writes it; returns the folder."""
    result, traffic = run
    (folder / "scripts").mkdir(parents=True, exist_ok=True)
    (folder / "result.json").write_text(json.dumps(result, indent=1))
    (folder / "exchanges.jsonl").write_text("".join(json.dumps(x) + "\n" for x in traffic))
    for rule in result["requirements"]:
        for found in rule["findings"]:
            if found["script"]:
                (folder / found["script"]).write_text(SCRIPT.format(id=rule["id"], base=BASE))
    return folder


if __name__ == "__main__":
    for make in (conformant, faulty, incomplete, hostile):
        print(write(Path(sys.argv[1]) / make.__name__, make()))
