"""A run against each server of the gallery, as users start it: it ends, names the cause and writes a whole report."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.hostile.gallery import GALLERY, SAMPLE, Hostile, serving
from tests.hostile.running import EXIT, LONGEST_S, MOST_MEMORY_MB, TRACEBACK, Run, whole

MOST_FINDINGS = 9  # the first cause, not all that follows from it
SECRETS = {"mock-secret-one", "mock-secret-two", "mock-expired-one", "mock-expired-two"}


@pytest.mark.timeout(LONGEST_S + 60)
@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(entry, id=entry.name, marks=[] if entry.name in SAMPLE else [pytest.mark.hostile])
        for entry in GALLERY
    ],
)
def test_a_run_against(entry: Hostile, healthy: str, tmp_path: Path) -> None:
    with serving(entry, healthy) as (url, server, shop):
        ended = Run(url, tmp_path / "report").wait()

    assert ended.status is not None, f"did not end within {LONGEST_S:g} s:\n{ended.out[-2000:]}"
    assert ended.seconds <= LONGEST_S
    assert ended.megabytes <= MOST_MEMORY_MB
    assert not TRACEBACK.search(ended.out), ended.out[-4000:]
    assert "\x1b" not in ended.out

    result = whole(ended)
    sentence = result["sentence"]
    assert result["verdict"] in entry.verdicts, sentence
    assert ended.status == result["exit_status"] == EXIT[result["verdict"]]
    assert re.search(entry.phrase, sentence, re.IGNORECASE), sentence
    assert sentence.isprintable() and len(sentence) <= 300
    assert sentence in " ".join(ended.out.split()), "the terminal must say it too"
    if not entry.name.startswith("junk"):  # there, each is a breach of its own
        assert (
            sum(len(entry["findings"]) for entry in result["requirements"]) + len(result["also_seen"]) <= MOST_FINDINGS
        )

    assert server.misled == [], "a redirect was followed"
    planted = SECRETS | shop.tokens
    for file in [path for path in ended.folder.rglob("*") if path.is_file()]:
        text = file.read_bytes()
        assert not [secret for secret in planted if secret.encode() in text], f"a secret stands in {file.name}"
    assert not [secret for secret in planted if secret in ended.out]
