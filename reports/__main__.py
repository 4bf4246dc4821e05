"""python -m reports DIR: render a run's views again, from its result.json and exchanges.jsonl."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from reports import render_all
from reports.run import read_result
from reports.terminal import print_summary, wants_colour


def main(arguments: list[str]) -> int:
    """Exit status: 0 done, 2 the input was wrong."""
    parser = argparse.ArgumentParser(prog="python -m reports", description=__doc__)
    parser.add_argument("directory", type=Path, help="folder of a run")
    options = parser.parse_args(arguments)
    try:
        render_all(options.directory)
        print_summary(read_result(options.directory), sys.stdout, wants_colour(sys.stdout), options.directory)
    except (OSError, ValueError) as error:
        print(f"reports: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
