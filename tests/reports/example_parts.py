"""What made-up runs are built of: bodies, exchanges, findings, requirements, a result in which all is well."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tests.reports.example_rules import RULES

Json = dict[str, Any]
CHAPTERS = ["sessions", "marketplace", "line_items", "address_shipping", "coupons", "money", "payment", "protocol"]
BASE = "http://127.0.0.1:8080"
SESSION = f"{BASE}/buy/order/v2/guest_checkout_session"

WORDS = {"second_app": "a second app under [[apps]]"}  # how a profile offers a need


def amount(cents: int, currency: str = "USD") -> Json:
    return {"value": f"{cents / 100:.2f}", "currency": currency}


def body(lines: list[tuple[str, int, int]], session: str = "1700000000021", total: int | None = None) -> Json:
    """A checkout session: (item, quantity, cents) for each line."""
    subtotal = sum(quantity * cents for _, quantity, cents in lines)
    delivery = 599 * len(lines)
    return {
        "checkoutSessionId": session,
        "lineItems": [
            {
                "lineItemId": f"60000000{n}",
                "itemId": item,
                "title": f"Made-up thing no. {n}",
                "quantity": quantity,
                "baseUnitPrice": amount(cents),
                "netPrice": amount(quantity * cents),
                "seller": {"username": "good-seller"},
                "image": {"imageUrl": "https://i.example.com/1.jpg"},
                "shippingOptions": [
                    {
                        "shippingOptionId": "1",
                        "selected": True,
                        "baseDeliveryCost": amount(599),
                        "shippingCarrierCode": "USPS",
                    }
                ],
            }
            for n, (item, quantity, cents) in enumerate(lines)
        ],
        "pricingSummary": {
            "priceSubtotal": amount(subtotal),
            "deliveryCost": amount(delivery),
            "tax": amount(0),
            "total": amount(subtotal + delivery if total is None else total),
        },
    }


def source(document: str, place: str, url: str | None = None) -> Json:
    """A cited place as a result has it."""
    return {"document": document, "title": f"document {document}", "place": place, "where": place, "url": url}


def refusal(error: int, message: str) -> Json:
    return {"errors": [{"errorId": error, "domain": "API_ORDER", "category": "REQUEST", "message": message}]}


def exchange(
    trace: str, seq: int, operation: str, path: str, sent: Any, status: int | None, answer: Any, **more: Any
) -> Json:
    """One exchange; `more` replaces members."""
    return {
        "id": f"{trace}/{seq}",
        "trace": trace,
        "seq": seq,
        "operation": operation,
        "intent": None,
        "method": "GET" if operation.startswith("get") else "POST",
        "url": path if "://" in path else SESSION + path,
        "request_headers": {
            "Authorization": "Bearer <secret:a1>",
            "X-EBAY-C-MARKETPLACE-ID": "EBAY_US",
            "Content-Type": "application/json",
        },
        "request_body": sent,
        "status": status,
        "response_headers": {"Content-Type": "application/json; charset=utf-8", "rlogid": f"t6{seq:x}"},
        "response_body": answer,
        "problem": None,
        "started": f"2025-11-24T02:10:{seq % 60:02d}.125Z",
        "ms": 1.5 + seq % 4,
        "marketplace": "EBAY_US",
        "app": "1",
    } | more


def finding(
    requirement: str, summary: str, expected: str, seen: str, exchanges: list[str], steps: list[str], **more: Any
) -> Json:
    return {
        "requirement": requirement,
        "summary": summary,
        "claims": [summary],
        "expected": expected,
        "seen": seen,
        "sources": [source("O", "updateGuestQuantity")],
        "operations": ["updateGuestQuantity"],
        "marketplaces": ["EBAY_US"],
        "count": 1,
        "exchanges": exchanges,
        "reproduced": {"shown": 3, "tried": 3},
        "script": f"scripts/{requirement}.sh",
        "steps": steps,
        "waiver": None,
    } | more


def requirement(rule: tuple[str, str, str, str, list[str]], number: int) -> Json:
    name, level, chapter, title, operations = rule
    of = 1 + number * 7 % 29
    readings = {
        "COUPON-CONDITION": "stays listed and saves nothing",
        "PAY-READ-AFTER": "200 with the final state",
        "SESSION-UNKNOWN": "400 with 15003",
        "PRICE-FEE": "per unit",
    }
    return {
        "id": name,
        "chapter": chapter,
        "level": level,
        "title": title,
        "sentence": f"{title}; that holds on each operation named here, in every marketplace that is offered.",
        "sources": [source("O", operations[0] if operations else "security scheme")],
        "operations": operations,
        "outcome": "passed",
        "inferred": False,
        "unjudged": None,
        "reason": None,
        "reading": readings.get(name),
        "cases": {"judged": of, "of": of, "missing": []},
        "evidence": of * 3 + number,
        "findings": [],
    }


STATES = {
    "one line": 1204,
    "several lines": 3011,
    "one line with a coupon": 204,
    "several lines with a coupon": 580,
    "empty": 61,
    "ordered": 402,
    "declined": 6,
}
_LOOPS = [
    ("getGuestCheckoutSession", 400),
    ("updateGuestQuantity", 190),
    ("updateGuestShippingAddress", 140),
    ("updateGuestShippingOption", 130),
    ("placeGuestOrder", 31),
    ("applyGuestCoupon", 12),
    ("removeGuestCoupon", 11),
]
TRANSITIONS = [
    *[(state, by, state, visits) for state in STATES for by, visits in _LOOPS],
    ("start", "initiateGuestCheckoutSession", "one line", 310),
    ("start", "initiateGuestCheckoutSession", "several lines", 600),
    ("several lines", "updateGuestQuantity", "one line", 40),
    ("several lines", "applyGuestCoupon", "several lines with a coupon", 120),
    ("several lines with a coupon", "removeGuestCoupon", "several lines", 71),
    ("several lines with a coupon", "updateGuestQuantity", "one line with a coupon", 8),
    ("several lines with a coupon", "updateGuestQuantity", "one line", 3),
    ("one line", "applyGuestCoupon", "one line with a coupon", 60),
    ("one line with a coupon", "removeGuestCoupon", "one line", 31),
    ("one line with a coupon", "updateGuestQuantity", "empty", 5),
    ("one line", "updateGuestQuantity", "empty", 56),
    ("one line", "placeGuestOrder", "ordered", 50),
    ("several lines", "placeGuestOrder", "ordered", 58),
    ("several lines with a coupon", "placeGuestOrder", "ordered", 10),
    ("one line", "placeGuestOrder", "declined", 6),
]


def base(name: str) -> Json:
    """A result in which everything passed."""
    rules = [requirement(rule, number) for number, rule in enumerate(RULES)]
    return {
        "format": 2,
        "verdict": "conformant",
        "ending": "conformant",
        "badge": "",
        "colour": "green",
        "sentence": "",
        "exit_status": 0,
        "target": {
            "name": name,
            "base_url": BASE,
            "profile": f"{name}.toml",
            "marketplaces": ["EBAY_US", "EBAY_GB", "EBAY_DE"],
        },
        "suite": {"version": "0.1.0", "contract": "2.1.2"},
        "seed": 0,
        "started": "2025-11-24T02:10:00Z",
        "duration_s": 18.4,
        "requests": 5321,
        "token_requests": 3,
        "level": "should",
        "scope": "whole",
        "shard": None,
        "merged": 0,
        "budget": None,
        "stopped": None,
        "interrupted": False,
        "counts": {},
        "chapters": [],
        "requirements": rules,
        "reach": {
            "operations": {
                "initiateGuestCheckoutSession": {"sent": 1210, "accepted": 910, "refused": 300},
                "getGuestCheckoutSession": {"sent": 1633, "accepted": 1540, "refused": 93},
                "applyGuestCoupon": {"sent": 402, "accepted": 190, "refused": 212},
                "removeGuestCoupon": {"sent": 240, "accepted": 110, "refused": 130},
                "updateGuestQuantity": {"sent": 802, "accepted": 455, "refused": 347},
                "updateGuestShippingAddress": {"sent": 405, "accepted": 140, "refused": 265},
                "updateGuestShippingOption": {"sent": 260, "accepted": 130, "refused": 130},
                "getGuestPurchaseOrder": {"sent": 164, "accepted": 122, "refused": 42},
                "placeGuestOrder": {"sent": 205, "accepted": 118, "refused": 87},
            },
            "states": dict(STATES),
            "transitions": [{"from": a, "to": b, "by": by, "visits": visits} for a, by, b, visits in TRANSITIONS],
        },
        "readings": [
            {"requirement": r["id"], "reading": r["reading"], "operations": r["operations"][:3], "count": r["evidence"]}
            for r in rules
            if r["reading"]
        ],
        "also_seen": [],
        "waivers": [],
        "profile_problems": [],
        "defects": [],
        "notes": [],
    }


def counted(result: Json) -> Json:
    """Fill in counts, chapters and the sentence from the requirements."""
    rules = result["requirements"]

    def number(outcome: str, among: Iterable[Json]) -> int:
        return sum(r["outcome"] == outcome for r in among)

    outcomes = ["passed", "failed", "unjudged", "waived"]
    result["chapters"] = [
        {"name": name} | {outcome: number(outcome, [r for r in rules if r["chapter"] == name]) for outcome in outcomes}
        for name in CHAPTERS
    ]
    counts = {outcome: number(outcome, rules) for outcome in outcomes}
    judged = counts["passed"] + counts["failed"]
    result["counts"] = {"requirements": len(rules), "judged": judged} | counts
    said = f"{judged} of {len(rules)} requirements judged, {counts['failed']} failed"
    result["badge"] = f"{result['verdict']} · {judged} of {len(rules)} judged"
    result["sentence"] = f"{result['target']['name']} is {result['verdict']}: {said}."
    return result


def unjudged(reason: str, *needs: str, requirement: str = "", detail: str = "") -> Json:
    """Why a requirement is unjudged, as a result has it."""
    words = [WORDS.get(need, need) for need in needs]
    return {
        "reason": reason,
        "requirement": requirement,
        "needs": list(needs),
        "needs_in_words": words,
        "detail": detail,
    }


def change(result: Json, name: str, **members: Any) -> None:
    next(r for r in result["requirements"] if r["id"] == name).update(members)
