"""`python -m conformance replay REPORT FINDING`: sends a finding's requests again and says whether it is still there.

The judge of the run decides, whatever the finding is about. Exit status as a finding's script: 1 the fault is there, 0 it is
gone, 2 the replay could not get that far; 4 for wrong input.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

from conformance.client.api_client import ApiClient, RunStopped
from conformance.core.command_line import Parser
from conformance.core.exchange import Exchange, ExchangeId
from conformance.core.inputs import InputError
from conformance.core.profile import Profile
from conformance.core.profile_reader import load
from conformance.driver.checkout import CheckoutDriver
from conformance.driver.discovery import discover
from conformance.evidence import journal
from conformance.evidence.reproduction.replay import Step, UnresolvedReference, from_record, play, steps_of
from conformance.evidence.same_run import address_of, read_result
from conformance.judging.load_rules import load_rules
from conformance.judging.trace import Trace

GONE, THERE, UNDECIDED = 0, 1, 2

Finding = dict[str, Any]


def main(arguments: list[str]) -> int:
    """Replays a finding and prints what came of it. Raises InputError."""
    parser = Parser("replay", __doc__ or "")
    parser.add_argument("report", type=Path, metavar="REPORT", help="the folder of a run")
    parser.add_argument("finding", metavar="FINDING", help="a requirement's id, or the name of a finding's script")
    parser.add_argument("--base-url", metavar="URL", help="where the target is, in place of the profile's base_url")
    parser.add_argument("--target", metavar="NAME|FILE", help="the profile; that of the run if it is not given")
    options = parser.parse_args(arguments)
    result = read_result(options.report)
    finding = chosen(result, options.finding)
    profile = load(options.target or _profile_of(result), options.base_url)
    if not (options.target or options.base_url):
        _check_address(profile, result["target"]["base_url"])
    sent = exchanges(options.report, finding)
    if any(exchange.concurrent for exchange in sent):
        print(
            "Requests that went together cannot be replayed one after the other: "
            f"judge the target again with --requirement {finding['requirement']}."
        )
        return UNDECIDED
    return replay(profile, finding, steps_of(sent))


def _profile_of(result: dict[str, Any]) -> str:
    """The name of the run's profile in `targets/`: a report does not say where another file is. Raises InputError."""
    profile = Path(result["target"]["profile"])
    if not result["target"].get("profile_in_targets"):
        raise InputError(f"The run's profile {profile.name} was not in targets/: name the file with --target FILE.")
    return profile.stem


def _check_address(profile: Profile, base_url: str) -> None:
    """Nothing is sent to a server that the run did not judge unless it is named. Raises InputError."""
    if address_of(profile.base_url) != address_of(base_url):
        raise InputError(
            f"The run was against {base_url}, and {profile.source} says {profile.base_url}: say which with --base-url."
        )


def chosen(result: dict[str, Any], name: str) -> Finding:
    """The finding that an argument names: the first finding of a requirement, or that of a script. Raises InputError."""
    listed = [finding for requirement in result["requirements"] for finding in requirement["findings"]]
    listed += result["also_seen"]
    for finding in listed:
        script = Path(finding["script"] or "")
        if name in (finding["requirement"], finding["script"], script.name, script.stem):
            return dict(finding)
    names = [
        name for finding in listed for name in (finding["requirement"], Path(finding["script"] or "").name) if name
    ]
    known = ", ".join(dict.fromkeys(names)) or "none"
    raise InputError(f"The report has no finding {name!r}: its findings are of {known}.")


def exchanges(report: Path, finding: Finding) -> list[Exchange]:
    """What a finding rests on: the shortest sequence, or all that its test sent until then. Raises InputError."""
    trace, seq = ExchangeId.parse(finding["exchanges"][-1])
    record = journal.read_all(report).get(trace)
    if record is None:
        raise InputError(f"{report} holds no exchanges of this finding.")
    sent = [from_record(line) for line in journal.lines(report, record)]
    wanted = set(finding["exchanges"]) if finding["reproduced"] and finding["script"] else None
    return [exchange for exchange in sent if exchange.seq <= seq and (wanted is None or exchange.id in wanted)]


def replay(profile: Profile, finding: Finding, listed: list[Step]) -> int:
    """Sends the steps and prints what the judge says of them."""
    if not listed:  # the client makes its own calls of the token endpoint
        print(f"No call of the token endpoint is sent again: judge with --requirement {finding['requirement']}.")
        return UNDECIDED
    load_rules()
    target = ApiClient(profile, key=secrets.token_bytes(16))
    try:
        trace = Trace(finding["requirement"])
        driver = CheckoutDriver(target, trace)
        markets = list(dict.fromkeys(step.request.marketplace or "" for step in listed if step.creates))
        known = [name for name in markets if name in profile.markets]
        trace.world.units = discover(CheckoutDriver(target, Trace("discovery")), chunks=1, markets=known or None).units
        for step, exchange in play(driver, listed):
            print(f"{step.number + 1}: {exchange.method} {exchange.operation} -> {exchange.answer()}")
    except UnresolvedReference as missing:
        print(f"It could not get that far: no answer gave the id of the {missing}.")
        return UNDECIDED
    except RunStopped as stopped:
        print(f"It could not get that far: {stopped}")
        return UNDECIDED
    finally:
        target.close()
    return decided(trace, finding)


def decided(trace: Trace, finding: Finding) -> int:
    """Whether the finding's requirement broke in the trace, in a sentence and as an exit status."""
    own = [judgment for judgment in trace.judgments if judgment.requirement == finding["requirement"]]
    claims = [judgment.claim for judgment in own if judgment.claim and not judgment.ok]
    there = next((claim for claim in claims if claim.name in finding["claims"]), None)
    if there:
        print(f"{finding['requirement']} is broken ({there.name}): expected {there.expected}; seen {there.actual}")
        return THERE
    if not own or any(exchange.silent for exchange in trace.exchanges):
        print(f"Nothing that was answered decides about {finding['requirement']}.")
        return UNDECIDED
    print(f"{finding['requirement']} holds here: the fault is gone")
    return GONE
