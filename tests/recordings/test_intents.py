"""What is lawful follows from the request and the state, never from why a request was sent."""

from __future__ import annotations

from dataclasses import replace

from conformance.evidence.reproduction.replay import from_record
from conformance.judging.load_rules import load_rules
from devtools.corpus import CORPUS, judged, load


def test_healthy_traces_stay_healthy_without_their_intents() -> None:
    load_rules()
    for path in (CORPUS, CORPUS.with_name("variants.jsonl.gz")):
        corpus = load(path)
        for entry in corpus.entries:
            if entry.requirement is None:
                sent = [replace(from_record(record), intent=None) for record in entry.exchanges]
                broken = [
                    judgment for judgment in judged(corpus.profile(entry.profile), entry.units, sent) if not judgment.ok
                ]
                assert broken == [], (entry.name, broken[:2])
