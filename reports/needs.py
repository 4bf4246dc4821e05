"""What was not judged, grouped by why; and what a profile would have to say so that it can be."""

from __future__ import annotations

import re
from dataclasses import dataclass

from reports.text import Json

# The vocabulary of `needs` in the requirement data, as advice to the owner of a profile.
ADVICE = {
    "second_app": "a second app under [[apps]], registered apart from the first",
    "second_marketplace": "another marketplace under [marketplaces]",
    "payment": "a way to pay: kind under [payment]",
    "place_order": 'placeGuestOrder of v1: kind = "place_order" under [payment]',
    "prepaid": "an order that was paid beforehand: [[prepaid]]",
    "prepaid.session": "a session that was paid beforehand: session under [[prepaid]]",
    "token": 'tokens: kind = "client_credentials" or "token" under [auth]',
    "token_endpoint": 'client credentials: kind = "client_credentials" under [auth], ids and secrets under [[apps]]',
    "expired_token": "expired_token of an app under [[apps]]",
    "other_scope": "other_scope under [auth]: a scope of the app that does not open this API",
    "coupon": "a coupon that fits any cart of plain items: good under [coupons]",
    "second_coupon": "two coupons that fit any cart of plain items: good under [coupons]",
    "coupon.oversized": "a coupon larger than any order: oversized under [coupons]",
    "coupon.minimum": "a coupon with a minimum spend: minimum under [coupons]",
    "coupon.item_bound": "a coupon for some items only: item_bound under [coupons]",
    "coupon.refused": "coupons that are refused, each with its error: refused under [coupons]",
    "item.limit": "an item with a purchase limit: limit under the marketplace's items",
    "item.stock": "an item with little stock: stock under the marketplace's items",
    "item.lot": "an item sold in lots: lot under the marketplace's items",
    "item.removed": "an item that is taken out with a warning: removed under the marketplace's items",
    "item.warned": "an item that is sold with a warning: warned under the marketplace's items",
    "buyer.declined": "a buyer whose payment is declined: declined under [buyers]",
    "address.other": "other_address of a marketplace",
    "address.unverifiable": "unverifiable_address of a marketplace",
    "address.foreign": "foreign_countries of a marketplace",
    "address.sanctioned": "sanctioned_countries of a marketplace",
    "paid_promise": "the seconds within which an order is paid: paid_within_s under [payment]",
    "items.2": "two plain items in a marketplace",
    "items.4": "four plain items in a marketplace",
    "items.max": "as many plain items as a session holds, and one more",
    "seen.fee": "a plain item with a fee",
    "seen.promotion": "a plain item with a promotion",
    "seen.import_charges": "a plain item with import charges",
    "seen.second_option": "a plain item with a second shipping option",
    "seen.delivery_discount": "a plain item with a delivery discount",
}
_ITEM = re.compile(r"item\.(refused|removed|warned|at_payment)\.(\d+)")


def advice(need: str) -> str:
    """What to add to a profile for `need`; the need itself where nothing better is known."""
    if "|" in need:
        return ", or ".join(advice(part) for part in need.split("|"))
    if match := _ITEM.fullmatch(need):
        role, number = match.groups()
        word = "warning" if role in ("removed", "warned") else "error"
        return f"an item with {word} {number}: {role} under the marketplace's items"
    return ADVICE.get(need, need)


def lacks(requirement: Json) -> list[str]:
    """What the profile does not offer and the requirement needs, in the vocabulary of `needs`."""
    unjudged = requirement["unjudged"]
    needs: list[str] = unjudged["needs"] if unjudged and unjudged["reason"] == "not_offered" else []
    return needs


def reason(requirement: Json) -> str:
    """Why a requirement is unjudged or waived, in words alone."""
    unjudged = requirement["unjudged"]
    if unjudged and unjudged["reason"] == "not_offered":
        return "not offered by the profile"
    if unjudged and unjudged["reason"] == "not_shown":
        return f"the target never showed {' and '.join(advice(need) for need in unjudged['needs'])}"
    return requirement["reason"] or "no reason was given"


def reason_with_advice(requirement: Json) -> str:
    """The reason and, in brackets, what a profile would offer."""
    hints = " and ".join(advice(need) for need in lacks(requirement))
    return reason(requirement) + (f" ({hints})" if hints else "")


@dataclass(frozen=True)
class Group:
    """Requirements that were not judged for one reason."""

    reason: str
    advice: str | None
    requirements: list[Json]


def unjudged(result: Json) -> list[Group]:
    """The unjudged requirements by reason: the profile's gaps last, larger groups first."""
    groups: dict[tuple[str, str | None], list[Json]] = {}
    for requirement in result["requirements"]:
        if requirement["outcome"] == "unjudged":
            hint = " and ".join(advice(need) for need in lacks(requirement)) or None
            groups.setdefault((reason(requirement), hint), []).append(requirement)
    found = [Group(words, hint, members) for (words, hint), members in groups.items()]
    return sorted(found, key=lambda group: (group.advice is not None, -len(group.requirements), group.advice or ""))
