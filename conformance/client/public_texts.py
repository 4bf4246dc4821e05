"""Texts that nobody can keep secret: what the documents say, and what the suite sends openly."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any, get_args

from conformance.client.http1 import Kind
from conformance.core import contract
from conformance.core.exchange import BAD_CREDENTIALS, OTHER_APP, OWN_APP
from conformance.core.profile import Profile

OURS = (OWN_APP, OTHER_APP, *BAD_CREDENTIALS, *get_args(Kind), *contract.CHAPTERS, "not conformant")  # in every report


def public_texts(profile: Profile) -> Iterator[str]:
    """The contract's words, and every address, item, coupon and buyer of the profile."""
    yield _contract()
    yield from OURS
    yield from (profile.buyers.good, *profile.buyers.declined)
    for market in profile.markets.values():
        yield market.name
        yield from _texts([market.address, market.other_address, market.unverifiable_address])
        yield from (*market.foreign_countries, *market.sanctioned_countries, *market.roles, *market.coupons)


@cache
def _contract() -> str:
    documents = [contract.document(name) for name in ("order-v2", "order-v1")]
    return json.dumps([documents, sorted(contract.requirements())], ensure_ascii=False, default=str)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for child in value.values() if isinstance(value, dict) else value:
            yield from _texts(child)
