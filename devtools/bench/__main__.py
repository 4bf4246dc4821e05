"""`make bench`: every measure in one run, as a table, JSON, and a page with plots; see docs/speed.md.

Exit status 1 if a ratio is a quarter worse than the committed one, or than in the last nights (`--history`). A goal that
is missed is marked in the table.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from devtools.bench import growth, history, judging, load, recordings, speed
from devtools.bench.chart import CHART, chart
from devtools.bench.figures import Figure, compare, document, figures_of, machine, number, table
from devtools.bench.page import markdown, page

ROOT = Path(__file__).resolve().parents[2]
COMMITTED = ROOT / "docs" / "bench.json"
MEASURES = {
    "default": speed.default_run,
    "machine": speed.state_machine,
    "layers": speed.layers,
    "judging": judging.judging,
    "shrinking": growth.shrinking,
    "depth": growth.depth,
    "rendering": growth.rendering,
    "matrix": growth.matrix,
    "load": load.figures,
    "recordings": recordings.figures,
}


def committed(path: Path) -> list[Figure]:
    """The last committed figures; none if there are none yet."""
    try:
        return figures_of(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return []


def is_busy(about: dict[str, Any]) -> bool:
    """Whether something else was running when the bench began."""
    return float(about.get("load") or 0.0) > float(about["cores"]) / 4


def keep(found: list[Figure], before: list[Figure], when: str, about: dict[str, Any], only: bool) -> None:
    """Writes docs/bench.json, docs/bench.md and docs/layers.svg. only: the figures that were not measured stay as they were."""
    measured = {item.id for item in found}
    rest = [entry for entry in before if only and entry.id not in measured]
    data = document([*found, *rest], when, about)
    COMMITTED.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    kind = data["machine"]
    busy = f" The machine was busy with other things (load {kind['load']}), so measure again." if is_busy(kind) else ""
    text = (
        f"# Figures\n\nWritten by `make bench ARGS=--write` on {when[:10]}: {kind['cores']} cores, "
        f"{kind['architecture']}, {kind['memory_gib']} GiB, Python {kind['python']}.{busy} What they mean: "
        f"[speed and soundness](speed.md).\n\n{markdown([*found, *rest])}"
    )
    COMMITTED.with_name("bench.md").write_text(text, encoding="utf-8")
    COMMITTED.with_name(CHART.name).write_text(chart(figures_of(data)), encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m devtools.bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", action="append", choices=[*MEASURES], help="this measure; repeatable")
    parser.add_argument("--out", type=Path, default=ROOT / "reports" / "bench", help="where JSON and page go")
    parser.add_argument("--write", action="store_true", help="these are the figures to compare with from now on")
    parser.add_argument(
        "--history", type=Path, help="compare with the last nights of this file, and add this one to it"
    )
    options = parser.parse_args(arguments)
    before = history.usual(options.history) if options.history else committed(COMMITTED)
    found = list[Figure]()
    about = machine()
    if is_busy(about):
        print(f"The load is {about['load']}: figures of a busy machine say little.", file=sys.stderr)
    folder = growth.scratch()
    try:
        for name in options.only or MEASURES:
            print(f"measuring: {name}", file=sys.stderr, flush=True)
            found += list(MEASURES[name](folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    when = datetime.now(UTC).isoformat(timespec="seconds")
    worse = compare(before, found)
    options.out.mkdir(parents=True, exist_ok=True)
    data = document(found, when, about)
    (options.out / "bench.json").write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    (options.out / "bench.html").write_text(page(found, before, worse, when, data["machine"]), encoding="utf-8")
    print(table(found, before))
    for entry in worse:
        print(
            f"WORSE: {entry.id} was {number(entry.before)} and is {number(entry.now)}, {entry.factor:.2f} times as bad."
        )
    print(f"\n{options.out / 'bench.html'}")
    if options.history:
        history.remember(options.history, found, when, about)
    if options.write:
        keep(found, committed(COMMITTED), when, about, bool(options.only))
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
