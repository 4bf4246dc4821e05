"""`--recording`: judges recorded traffic into the run's journal (conformance/recordings). Sends nothing."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.core import contract
from conformance.core.profile import Auth, Buyers, Market, Payment, Profile
from conformance.recordings.calls import operation_of
from conformance.recordings.cleaning.by_file import MARKETPLACE
from conformance.recordings.files import Contents, read
from conformance.recordings.judge_contents import judge_contents

if TYPE_CHECKING:
    from conformance.runner.run import Run


def bare_profile(paths: Iterable[Path], contents: Contents | None = None) -> Profile:
    """A profile that knows nothing but the marketplaces of the recordings. Raises InputError.

    contents: what the files hold, where they are read already.
    """
    paths = list(paths)
    contents = contents or read(paths)
    asked = {
        entry.request_headers.get(MARKETPLACE) for entry in contents.entries if operation_of(entry.method, entry.url)
    }
    names = sorted(filter(None, asked | {record.exchange.request.marketplace for record in contents.own}))
    known = contract.marketplaces()
    markets = {name: Market(name, {"country": known[name]["country"]}) for name in names if name in known}
    name = ", ".join(path.name for path in paths)
    return Profile(
        name=name,
        source=name,
        base_url="http://recording.invalid",
        max_line_items=None,
        endpoints={},
        auth=Auth("none"),
        payment=Payment("place_order"),
        buyers=Buyers(),
        markets=markets,
    )


def judge_recording(run: Run) -> None:
    """Judges every trace of the recordings into the run's journal."""
    assert run.settings.recording and run.journal
    known = run.settings.target != "recording"
    contents, run.contents = run.contents or read(run.settings.recording), None
    found = judge_contents(contents, run.profile, run.key, roles=known)
    for index, trace in enumerate(found.traces):
        for exchange in trace.exchanges:
            run.journal.exchange(exchange)
        run.journal.trace(trace, index)
        run.ending.defects += trace.world.rule_errors
    run.notes += found.notes
