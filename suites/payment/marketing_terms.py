"""What a valid list of marketing terms holds (placeGuestOrder v1, marketingTerms)."""

from __future__ import annotations

from typing import Any

CHANNELS = frozenset({"EMAIL"})
TYPES = frozenset({"OFFER", "PROMOTION", "SURVEY"})


def terms_problem(body: Any) -> str | None:
    """What is wrong with marketing terms: `shape` for an absent field or another type, `value` for a missing value."""
    terms = body.get("marketingTerms") if isinstance(body, dict) else None
    if not isinstance(terms, list) or not terms or not all(isinstance(term, dict) for term in terms):
        return "shape"
    for term in terms:
        lists = (term.get("marketingChannels"), term.get("marketingTypes"))
        if not isinstance(term.get("marketingTermsAccepted"), bool) or not all(
            isinstance(values, list) for values in lists
        ):
            return "shape"
        if not all(isinstance(value, str) for values in lists for value in values):
            return "shape"
    channels = {value for term in terms for value in term["marketingChannels"]}
    types = {value for term in terms for value in term["marketingTypes"]}
    return "value" if not (channels >= CHANNELS and types >= TYPES) else None
