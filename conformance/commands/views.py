"""Commands about finished runs: their views rendered again, two side by side, many through time."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path

from conformance.core.command_line import Parser, write_own
from conformance.core.inputs import InputError, checked_file
from reports import render_all
from reports.comparison import compare as compared
from reports.documents import UnfitFile
from reports.history import remember as added_to
from reports.html.comparison_views import markdown
from reports.html.comparison_views import page as page_of
from reports.html.trend import trend as trend_page
from reports.keep import keep as kept
from reports.kill_matrix import page as matrix_page
from reports.kill_matrix import read as read_matrix
from reports.run import read_result
from reports.terminal import print_summary, wants_colour


def _reading(command: Callable[[Parser, list[str]], int]) -> Callable[[list[str]], int]:
    """A command of this name, described by its docstring; a file that holds something else is wrong input."""

    @wraps(command)
    def checked(arguments: list[str]) -> int:
        try:
            return command(Parser(command.__name__, command.__doc__ or ""), arguments)
        except UnfitFile as error:
            raise InputError(f"{error}".rstrip(".") + ".") from None

    return checked


@_reading
def report(parser: Parser, arguments: list[str]) -> int:
    """Renders a finished run again from its result.json and exchanges.jsonl."""
    parser.add_argument("directory", type=Path, metavar="DIR", help="folder of a run")
    folder = parser.parse_args(arguments).directory
    render_all(folder)
    print_summary(read_result(folder), sys.stdout, wants_colour(sys.stdout), folder)
    return 0


@_reading
def compare(parser: Parser, arguments: list[str]) -> int:
    """Two runs side by side: two nights of a target, or two targets. Writes compare.md and compare.html."""
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
    found = compared(options.a, options.b, None if options.kind is None else options.kind == "targets")
    folder: Path = options.out or options.b
    write_own((folder / "compare.md", markdown(found)), (folder / "compare.html", page_of(found)))
    print(markdown(found), end="")
    print(f"\nWritten: {folder / 'compare.html'}", file=sys.stderr)
    return int(options.fail_if_worse and bool(found.of("broken") or found.of("no longer judged")))


@_reading
def remember(parser: Parser, arguments: list[str]) -> int:
    """Adds a run to a history file (JSON lines)."""
    parser.add_argument("directory", type=Path, metavar="DIR", help="folder of a run")
    parser.add_argument("file", type=Path, metavar="FILE", help="history file, made if it is not there")
    options = parser.parse_args(arguments)
    if options.file.exists():
        checked_file(options.file, "The history file")
    added = added_to(read_result(options.directory), options.file)
    print("remembered" if added else "already there")
    return 0


@_reading
def keep(parser: Parser, arguments: list[str]) -> int:
    """Copies a run with only the exchanges that its findings name."""
    parser.add_argument("directory", type=Path, metavar="DIR", help="folder of a run")
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="where the copy goes")
    options = parser.parse_args(arguments)
    print(f"{kept(options.directory, options.folder)} exchanges kept in {options.folder}")
    return 0


@_reading
def trend(parser: Parser, arguments: list[str]) -> int:
    """Each requirement through past runs: trend.html."""
    parser.add_argument("place", type=Path, metavar="FOLDER|FILE", help="results in folders, or a history file")
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="where the page goes; trend.html beside them unless told"
    )
    parser.add_argument("--cost", type=Path, metavar="FILE", help="what the suite costs, as `make bench` keeps it")
    options = parser.parse_args(arguments)
    if options.place.exists() and not options.place.is_dir():
        checked_file(options.place, "The history file")
    if options.cost:
        checked_file(options.cost, "--cost")
    page = trend_page(options.place, options.cost)
    out: Path = options.out or (options.place if options.place.is_dir() else options.place.parent) / "trend.html"
    write_own((out, page))
    print(out)
    return 0


@_reading
def matrix(parser: Parser, arguments: list[str]) -> int:
    """The kill matrix as a page: kill-matrix.html."""
    parser.add_argument("file", type=Path, metavar="FILE", help="a kill matrix, as `make matrix` writes it")
    parser.add_argument("--out", type=Path, metavar="PAGE", help="where the page goes; beside FILE unless told")
    options = parser.parse_args(arguments)
    checked_file(options.file, "The kill matrix")
    out: Path = options.out or options.file.with_suffix(".html")
    write_own((out, matrix_page(read_matrix(options.file))))
    print(out)
    return 0
