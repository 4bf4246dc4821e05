"""`python -m tests.corpus_of_liars`: writes tests/data/liars.jsonl.gz, the shrunk proof of each liar and the honest visit."""

from __future__ import annotations

import sys
from typing import Any

from conformance.corpus import CORPUS, Corpus, Entry, expect, slim, unproved
from conformance.exchange import Exchange
from conformance.rules import load_rules
from tests.honest import HonestShop
from tests.honest_goods import profile_data
from tests.liars_by_deed import CAST
from tests.shrinking import shrunk
from tests.visit import PARTS, visit

LIARS = CORPUS.with_name("liars.jsonl.gz")


def records(exchanges: list[Exchange]) -> list[dict[str, Any]]:
    return [slim(one.record()) for one in exchanges]


def corpus() -> Corpus:
    """The honest visit, part by part, and each liar."""
    load_rules()
    found = Corpus({"honest": profile_data()})
    for part in PARTS:
        found.entries.append(
            Entry(part.__name__, "honest", None, exchanges=records(visit(HonestShop(), part).exchanges))
        )
    for liar in CAST:
        proof, _ = shrunk(liar)
        if proof is not None:
            also = [liar.also] if liar.also else []
            sent = records([exchange for _, exchange in proof.sent])
            found.entries.append(Entry(f"liar: {liar.name}", "honest", liar.requirement, also, exchanges=sent))
    profile = found.profile("honest")
    found.entries = [expect(one, profile) for one in found.entries]
    return found


def main() -> int:
    found = corpus()
    found.save(LIARS)
    print(f"{LIARS}: {len(found.entries)} traces, {LIARS.stat().st_size:,} bytes")
    lost = unproved(found.entries)
    print("\n".join(f"not found again: {one}" for one in lost))
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
