"""python -m reports DIR                       render a run's views again, from result.json and exchanges.jsonl
python -m reports compare A B [--out DIR]     two nights of a target, or two targets: compare.md, compare.html
python -m reports remember DIR FILE           add a run to a history file (JSON lines)
python -m reports keep DIR FOLDER             copy a run with only the exchanges that its findings name
python -m reports trend FOLDER|FILE           each requirement through past runs: trend.html
python -m reports matrix FILE [--out PAGE]    the kill matrix as a page: kill-matrix.html
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def main(arguments: list[str]) -> int:
    """Exit status: 0 done, 1 something got worse (compare --fail-if-worse), 2 the input was wrong."""
    commands = {"compare": _compare, "remember": _remember, "keep": _keep, "trend": _trend, "matrix": _matrix}
    command = commands.get(arguments[0]) if arguments else None
    try:
        return command(arguments[1:]) if command else _render(arguments)
    except (OSError, ValueError) as error:
        print(f"reports: {error}", file=sys.stderr)
        return 2


def _parser(name: str = "") -> argparse.ArgumentParser:
    return argparse.ArgumentParser(
        prog=f"python -m reports {name}".strip(),
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def _render(arguments: list[str]) -> int:
    from reports import render_all
    from reports.run import read_result
    from reports.terminal import print_summary, wants_colour

    parser = _parser()
    parser.add_argument("directory", type=Path, metavar="DIR", help="folder of a run")
    folder = parser.parse_args(arguments).directory
    render_all(folder)
    print_summary(read_result(folder), sys.stdout, wants_colour(sys.stdout), folder)
    return 0


def _compare(arguments: list[str]) -> int:
    from reports.comparison import compare
    from reports.html.comparison_views import markdown, write

    parser = _parser("compare")
    parser.add_argument("a", type=Path, metavar="A", help="folder of the earlier run, or of the first target")
    parser.add_argument("b", type=Path, metavar="B", help="folder of the later run, or of the second target")
    parser.add_argument("--out", type=Path, metavar="DIR", help="where compare.md and compare.html go; B unless told")
    parser.add_argument(
        "--as", dest="kind", choices=["nights", "targets"], help="what A and B are; seen from their targets unless told"
    )
    parser.add_argument(
        "--fail-if-worse", action="store_true", help="exit 1 if a requirement broke or is no longer judged"
    )
    options = parser.parse_args(arguments)
    found = compare(options.a, options.b, None if options.kind is None else options.kind == "targets")
    folder: Path = options.out or options.b
    write(found, folder)
    print(markdown(found), end="")
    print(f"\nWritten: {folder / 'compare.html'}", file=sys.stderr)
    return int(options.fail_if_worse and bool(found.of("broken") or found.of("no longer judged")))


def _remember(arguments: list[str]) -> int:
    from reports.history import remember
    from reports.run import read_result

    parser = _parser("remember")
    parser.add_argument("directory", type=Path, metavar="DIR", help="folder of a run")
    parser.add_argument("file", type=Path, metavar="FILE", help="history file, made if it is not there")
    options = parser.parse_args(arguments)
    added = remember(read_result(options.directory), options.file)
    print("remembered" if added else "already there")
    return 0


def _keep(arguments: list[str]) -> int:
    from reports.keep import keep

    parser = _parser("keep")
    parser.add_argument("directory", type=Path, metavar="DIR", help="folder of a run")
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="where the copy goes")
    options = parser.parse_args(arguments)
    print(f"{keep(options.directory, options.folder)} exchanges kept in {options.folder}")
    return 0


def _trend(arguments: list[str]) -> int:
    from reports.html.trend import trend

    parser = _parser("trend")
    parser.add_argument("place", type=Path, metavar="FOLDER|FILE", help="results in folders, or a history file")
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="where the page goes; trend.html beside them unless told"
    )
    options = parser.parse_args(arguments)
    page = trend(options.place)
    out: Path = options.out or (options.place if options.place.is_dir() else options.place.parent) / "trend.html"
    out.write_text(page, encoding="utf-8", newline="\n")
    print(out)
    return 0


def _matrix(arguments: list[str]) -> int:
    from reports.kill_matrix import write

    parser = _parser("matrix")
    parser.add_argument("file", type=Path, metavar="FILE", help="a kill matrix, as `make matrix` writes it")
    parser.add_argument("--out", type=Path, metavar="PAGE", help="where the page goes; beside FILE unless told")
    options = parser.parse_args(arguments)
    print(write(options.file, options.out))
    return 0


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    sys.exit(main(sys.argv[1:]))
