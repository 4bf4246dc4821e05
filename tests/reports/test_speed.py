"""Rendering streams: the time and memory of a long run."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

from tests.reports import example_parts as parts
from tests.reports import examples

ROOT = Path(__file__).parents[2]
MANY = 20_000


def test_a_long_record_takes_little_time_and_memory(tmp_path: Path) -> None:
    """A fifth of 100,000 exchanges in a fifth of 20 s, with room to spare; memory does not grow with the record."""
    folder = examples.write(tmp_path, examples.faulty())
    lines = [("v1|1|0", 1, 1000)] * 4
    whole = json.dumps(parts.exchange("w9", 7, "updateGuestQuantity", "/1/update_quantity", {}, 200, parts.body(lines)))
    with (folder / "exchanges.jsonl").open("a") as file:
        file.writelines(whole.replace("w9/7", f"w9/{n}") + "\n" for n in range(MANY))
    code = (
        "import pathlib, sys; from reports import render_all; render_all(pathlib.Path(sys.argv[1]));"
        "status = pathlib.Path('/proc/self/status');"
        "print(status.read_text().split('VmHWM:')[1].split()[0] if status.exists() else 0)"
    )
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert time.monotonic() - started < 4
    assert int(done.stdout) < 80_000  # KiB; the record alone is 40 MB
