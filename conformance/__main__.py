"""`python -m conformance COMMAND …`: everything that people run. `python -m conformance` lists the commands."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import NamedTuple

from conformance import VERSION
from conformance.core.command_line import DONE, run
from conformance.core.inputs import InputError, nearest
from conformance.runner.system.output import keep_output


class Entry(NamedTuple):
    """A command: module and function that run it, and what `--help` says of it."""

    module: str
    function: str
    summary: str


COMMANDS = {
    "judge": Entry(
        "conformance.commands.judge", "main", "judge a target; takes the options of the suite and of pytest"
    ),
    "profile": Entry("conformance.commands.probe.wizard", "main", "ask a target a few questions and write its profile"),
    "watch": Entry("conformance.commands.watch", "main", "judge with --quick whenever the server's source changes"),
    "replay": Entry(
        "conformance.commands.replay", "main", "send a finding's requests again and say whether it is there"
    ),
    "merge": Entry("conformance.commands.merge", "main", "one report from those of several shards"),
    "report": Entry("conformance.commands.views", "report", "render the views of a run again"),
    "compare": Entry("conformance.commands.views", "compare", "two runs side by side: two nights, or two targets"),
    "trend": Entry("conformance.commands.views", "trend", "each requirement through past runs"),
    "remember": Entry("conformance.commands.views", "remember", "add a run to a history file"),
    "keep": Entry("conformance.commands.views", "keep", "copy a run with only the exchanges that its findings name"),
    "matrix": Entry("conformance.commands.views", "matrix", "the kill matrix as a page"),
    "drift": Entry(
        "conformance.commands.drift.comparison", "main", "a newly published OpenAPI document against the contract"
    ),
    "mock": Entry("conformance.commands.mock", "main", "serve the embedded mock"),
}


def usage() -> str:
    """The list of commands."""
    width = max(map(len, COMMANDS))
    lines = [f"  {name:<{width}}  {command.summary}" for name, command in COMMANDS.items()]
    return "\n".join(
        [
            "usage: python -m conformance COMMAND …",
            "",
            *lines,
            "",
            "python -m conformance COMMAND --help explains a command. Exit status 4: the input was wrong; nothing was sent.",
        ]
    )


def main(arguments: list[str] | None = None) -> int:
    """The entry of the command line. Returns the exit status (docs/verdict.md)."""
    keep_output()
    return run(_dispatch, sys.argv[1:] if arguments is None else arguments)


def _dispatch(given: list[str]) -> int:
    if not given or given[0] in ("-h", "--help"):
        print(usage())
        return DONE
    if given[0] == "--version":
        print(VERSION)
        return DONE
    command = COMMANDS.get(given[0])
    if command is None:
        asked = nearest(given[0], COMMANDS)
        raise InputError(
            f"There is no command {given[0]!r}{'. ' + asked if asked else ': '}python -m conformance lists them."
        )
    status: int = getattr(import_module(command.module), command.function)(given[1:])
    return status


if __name__ == "__main__":
    sys.exit(main())
