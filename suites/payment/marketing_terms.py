"""What a valid list of marketing terms holds (placeGuestOrder v1, marketingTerms)."""

from __future__ import annotations

from typing import Any

from conformance.core import contract

LISTS = ("marketingChannels", "marketingTypes")


def terms_problem(body: Any) -> str | None:
    """What is wrong with marketing terms: `shape` for an absent field, another type or a word in place of a value that is
    missing, `value` for a missing value, `more` for a value beside all of the documented ones."""
    terms = body.get("marketingTerms") if isinstance(body, dict) else None
    if not isinstance(terms, list) or not terms or not all(isinstance(term, dict) for term in terms):
        return "shape"
    for term in terms:
        lists = [term.get(name) for name in LISTS]
        if not isinstance(term.get("marketingTermsAccepted"), bool) or not all(
            isinstance(values, list) for values in lists
        ):
            return "shape"
        if not all(isinstance(value, str) for values in lists for value in values):
            return "shape"
    sent = {name: {value for term in terms for value in term[name]} for name in LISTS}
    missing = [name for name in LISTS if contract.mandatory_values(name) - sent[name]]
    if any(sent[name] - contract.mandatory_values(name) for name in missing):
        return "shape"
    more = any(sent[name] - contract.mandatory_values(name) for name in LISTS)
    return "value" if missing else "more" if more else None
