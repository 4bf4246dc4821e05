"""Files of recordings: lines of logs, cut documents, and what is no document at all."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest

from conformance.core.inputs import InputError, checked_file
from conformance.recordings.files import read
from tests.recordings.inputs.made import healthy
from tests.recordings.inputs.odd_recorders import har


@pytest.mark.parametrize("member", ["log", "@message", "message", "msg"])
def test_an_entry_in_the_line_of_a_log(tmp_path: Path, member: str) -> None:
    lines = [json.dumps({"stream": "stdout", member: json.dumps(entry) + "\n"}) for entry in healthy()]
    (tmp_path / "a.log").write_text("\n".join(['{"log": "started"}', *lines]), encoding="utf-8")
    found = read([tmp_path / "a.log"])
    assert len(found.entries) == len(healthy()) and found.odd == 1


def test_where_a_document_breaks_is_told(tmp_path: Path) -> None:
    text = json.dumps(har(healthy()))
    (tmp_path / "cut.har").write_text(text[:3000], encoding="utf-8")
    with pytest.raises(InputError, match=r"cut\.har is no whole JSON, it breaks at line 1, character \d+"):
        read([tmp_path / "cut.har"])


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_zeros_are_no_recording(tmp_path: Path, pack: type) -> None:
    (tmp_path / "zeros").write_bytes(pack(bytes(20_000_000)))
    with pytest.raises(InputError, match="zeros is neither"):
        read([tmp_path / "zeros"])


def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="no regular file"):
        checked_file(tmp_path / "pipe", "--recording")
