"""A finding as a shell script of curl calls that anybody can run: 1 while the fault is there, 0 once it is gone, 2 if it
could not get that far, 3 if no script can decide. Ids are taken from answers, tokens from the environment; text from the server is quoted.
"""

from __future__ import annotations

import base64
import json
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from conformance.core import contract, made_up
from conformance.core.exchange import OTHER_APP, OWN_APP, Exchange
from conformance.evidence.reproduction.replay import Ref, ReplayTarget, Step
from conformance.evidence.reproduction.script_answers import Undecidable, compared, known_id, literal, place_of
from conformance.judging.claim import ABOUT_THE_OUTCOME, Claim, Reference

if TYPE_CHECKING:
    from conformance.core.profile import Profile
    from conformance.evidence.aggregate import Finding

TOKENS = {
    OWN_APP: "TOKEN",
    OTHER_APP: "TOKEN_OTHER_APP",
    "expired": "TOKEN_EXPIRED",
    "other-scope": "TOKEN_OTHER_SCOPE",
    "wrong-scheme": "TOKEN",
    "made-up": "TOKEN",
    "cut-short": "TOKEN",
    "other-case": "TOKEN",
}
# A token that is nearly the app's own, in the shell: as conformance/core/made_up.py makes it of a token with letters.
NEARLY = {
    "made-up": "${%s}" + made_up.TOKEN_TAIL,
    "cut-short": '$(printf %%s "$%s" | sed "s/=*$//; s/.$//")',
    "other-case": '$(printf %%s "$%s" | tr a-zA-Z A-Za-z)',
}
WHOSE = {
    "TOKEN": "of the app",
    "TOKEN_OTHER_APP": "of another app",
    "TOKEN_EXPIRED": "past its time",
    "TOKEN_OTHER_SCOPE": "of a scope that does not open the API",
}
FILES = {"ca_file": "CA_FILE", "client_cert": "CLIENT_CERT"}  # of [transport], and the variables that name others
UNAUTHORIZED = 401
HEAD = Path(__file__).with_name("script_head.sh")


class Writer:
    """Writes the steps of one script and remembers which variable holds which id."""

    def __init__(self, run: ReplayTarget, sent: list[tuple[Step, Exchange]]) -> None:
        self.run, self.sent = run, sent
        self.out: list[str] = []
        self.names: dict[tuple[Ref | int, ...], str] = {}

    def variable(self, ref: Ref, before: int) -> str:
        """The shell variable of an id; its use in a step writes the line that takes it from the answers before that."""
        steps, path, arguments = place_of(ref, self.sent, before)
        if (ref, *steps) not in self.names:
            name = f"{ref.kind}_{len(self.names) + 1}"
            self.out.append(f"{name}=$({_command('get', steps, shlex.quote(path), *arguments)}) || exit 2")
            self.names[ref, *steps] = name
        return self.names[ref, *steps]

    def step(self, step: Step, exchange: Exchange) -> None:
        """One call."""
        request, number = exchange.request, step.number
        operation = contract.operations()[request.operation]
        base = {contract.READ_ORDER: "$ORDER_URL", contract.PLACE_ORDER: "$PLACE_ORDER_URL"}.get(
            request.operation, "$SESSION_URL"
        )
        path = operation.full_path(None if request.subject is None else self._uri(step, request.subject))
        if operation.method == "POST":
            self._body(step, exchange)
        arguments = [f"-H {shlex.quote(f'{name}: {value}')}" for name, value in request.own_headers.items()]
        scheme = "Basic" if request.credential == "wrong-scheme" else "Bearer"
        if request.credential in TOKENS and self.run.profile.auth.kind != "none":
            token = NEARLY.get(request.credential, "${%s}") % TOKENS[request.credential]
            arguments.append(f'-H "Authorization: {scheme} {token}"')
        if operation.method == "POST":
            kind = "Content-Type:" if request.content_type is None else f"Content-Type: {request.content_type}"
            arguments += [f"-H {shlex.quote(kind)}", f'--data-binary @"$work/{number}.request"']
        self.out.append(f'call {number} {operation.method} "{base}{path}" {" ".join(arguments)}')

    def _uri(self, step: Step, value: str) -> str:
        ref = step.subject or step.near
        if ref is None:
            return quote(value, safe="").replace("$", "%24").replace("`", "%60")
        return f'$(uri "${self.variable(ref, step.number)}")'

    def _body(self, step: Step, exchange: Exchange) -> None:
        request, target = exchange.request, f'"$work/{step.number}.request"'
        if request.raw is not None or not step.fields:
            payload = request.payload() or b""
            text = payload.decode("utf-8", "replace")
            if text.isprintable() and "\ufffd" not in text and len(text) < 20_000:
                self.out.append(f"printf '%s' {shlex.quote(text)} > {target}")
            else:
                self.out.append(f"printf '%s' {base64.b64encode(payload).decode()} | base64 -d > {target}")
            return
        body = dict(request.body)
        arguments = []
        for name, ref in step.fields.items():
            variable = self.variable(ref, step.number)
            arguments.append(f'--arg {variable} "${variable}"')
            body[name] = f"\0{variable}\0"
        program = re.sub(r'"\\u0000(\w+)\\u0000"', r"$\1", json.dumps(body))
        self.out.append(f"jq -cn {' '.join(arguments)} {shlex.quote(program)} > {target}")


def write_script(run: ReplayTarget, finding: Finding, sent: list[tuple[Step, Exchange]], claim: Claim) -> str:
    """Writes the script below the report folder and returns its name there."""
    requirement = contract.requirements()[finding.requirement]
    writer = Writer(run, sent)
    for step, exchange in sent:
        writer.step(step, exchange)
    try:
        decision = _decision(writer, requirement.id, claim, sent)
        lines = [*writer.out, decision]
    except Undecidable as why:  # its calls stay, for whoever reads them
        said = f"This script cannot decide: {why}. Let the suite decide, with replay."
        lines = [f"echo {shlex.quote(said)} >&2; exit 3", *writer.out, ""]
    used = (
        sorted({TOKENS[step.request.credential] for _, step in sent if step.request.credential in TOKENS})
        if run.profile.auth.kind != "none"
        else []
    )
    where = "the head of this script says how to get one"
    checks = [
        f'[ -n "${{{variable}:-}}" ] || {{ echo "set {variable} to a token {WHOSE[variable]}: {where}" >&2; exit 2; }}\n'
        for variable in used
    ]
    script = f"scripts/{finding.requirement}-{hash_of(finding.name) % 10000:04d}.sh"
    head = HEAD.read_text(encoding="utf-8")
    values = {
        "requirement": requirement.id,
        "level": requirement.level,
        "title": requirement.title,
        "sentence": _one_line(requirement.sentence),
        "sources": "; ".join(
            _one_line(f"{source['title']}: {source['where']}") for source in finding.document()["sources"]
        ),
        "expected": _one_line(claim.expected),
        "seen": _one_line(claim.actual),
        "about": _one_line(claim.name),
        "tokens": "".join(f"{variable}=… " for variable in used),
        "grant": _grant(run, used),
        "name": script,
        "target": "" if run.profile.in_targets else f" --target {shlex.quote(run.profile.source)}",
        "base": shlex.quote(run.profile.base_url),
        "session_url": _url(run, contract.READ),
        "order_url": _url(run, contract.READ_ORDER),
        "place_url": _url(run, contract.PLACE_ORDER),
        "checks": "".join(checks),
        "headers": _header_checks(run.profile),
        "transport": "".join(f" \\\n    {argument}" for argument in _transport(run.profile)),
    }
    head = re.sub(r"@(\w+)@", lambda found: values[found[1]], head)  # at once: a value may hold a placeholder
    path = run.parts / script
    path.parent.mkdir(exist_ok=True)
    path.write_text(head + "\n".join(lines), encoding="utf-8")
    path.chmod(0o755)
    return script


def _variable(header: str) -> str:
    """The environment variable that holds the value of one of the profile's headers."""
    return "HEADER_" + re.sub(r"[^A-Z0-9]", "_", header.upper())


def _header_checks(profile: Profile) -> str:
    """The lines that take the profile's [transport] from the environment, and end a script that cannot send it."""
    settings = profile.transport
    lines = [
        f'[ -n "${{{_variable(name)}:-}}" ] || '
        f"{{ echo {shlex.quote(f'set {_variable(name)} to the value of the header {name}')} >&2; exit 2; }}\n"
        for name in settings.get("headers") or {}
    ]
    lines += [
        f"{variable}=${{{variable}:-{shlex.quote(str(settings[key]))}}}\n"
        for key, variable in FILES.items()
        if settings.get(key)
    ]
    if profile.auth.plugin:
        lines.append(
            "echo 'auth.plugin of the profile signs requests, which only the suite can: use replay' >&2; exit 2\n"
        )
    return "".join(lines)


def _transport(profile: Profile) -> list[str]:
    """The arguments with which curl sends what the profile's [transport] sends: headers, authority, certificate."""
    settings = profile.transport
    found = [f'-H {shlex.quote(f"{name}: ")}"${_variable(name)}"' for name in settings.get("headers") or {}]
    found += ['--cacert "$CA_FILE"'] if settings.get("ca_file") else []
    found += ['--cert "$CLIENT_CERT"'] if settings.get("client_cert") else []
    return found


def _in_a_shell(argument: str, profile: Profile) -> str:
    """An argument of curl as somebody types it, where no script has set the variables of files."""
    for key, variable in FILES.items():
        argument = argument.replace(f'"${variable}"', shlex.quote(str(profile.transport.get(key, ""))))
    return argument


def _look(claim: Claim, sent: list[tuple[Step, Exchange]]) -> str:
    """The command that shows what is wrong in the last answer: the place that the claim is about, else its errors."""
    if not sent[-1][1].accepted or not claim.look:
        return "echo 'seen now:'; jq -c '{status, errors: [.body.errors[]?|{errorId, message}]}'"
    return (
        f"echo 'seen now:'; jq -c {shlex.quote(f'{{status, errors: [.body.errors[]?.errorId], seen: [{claim.look}]}}')}"
    )


def _grant(run: ReplayTarget, used: list[str]) -> str:
    """How to get a token, as comments."""
    if not used:
        return ""
    words = "".join(f"\n# {variable}: a token {WHOSE[variable]}" for variable in used)
    if run.profile.auth.kind != "client_credentials":
        return words
    scope = f"-d grant_type=client_credentials --data-urlencode scope={shlex.quote(run.profile.auth.scope)}"
    url = shlex.quote(run.profile.url(contract.TOKEN))
    transport = "".join(f"{_in_a_shell(argument, run.profile)} " for argument in _transport(run.profile))
    return f"""{words}, as in
#   TOKEN=$(curl -q -s {transport}-u "$CLIENT_ID:$CLIENT_SECRET" {scope} {url} | jq -r .access_token)"""


def hash_of(text: str) -> int:
    """A stable number for a name."""
    from zlib import crc32

    return crc32(text.encode())


def _one_line(text: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f-\x9f\s]+", " ", text).strip()


def _url(run: ReplayTarget, operation: str) -> str:
    url = run.profile.url(operation)
    return "$BASE_URL" if url == run.profile.base_url else shlex.quote(url)


def _test(writer: Writer, claim: Claim, sent: list[tuple[Step, Exchange]]) -> tuple[str, list[str]]:
    """The claim's jq test, and the arguments that give it what it needs of this run's answers. Raises Undecidable."""
    if not claim.test:
        raise Undecidable("curl does not show what its last answer was on the wire")
    test, arguments, last = claim.test, [], sent[-1][0].number
    for reference in filter(claim.needs.__contains__, Reference):
        name = reference.removeprefix("$")
        if reference.is_answer:
            target = f'"$work/{name}.json"'
            writer.out.append(f"{_command('shown', compared(reference, claim, sent))} > {target} || exit 2")
            arguments.append(f"--slurpfile {name}_list {target}")
            test = f"${name}_list[0] as {reference} | {test}"
        elif ref := known_id(reference, claim, sent):
            arguments.append(f'--arg {name} "${writer.variable(ref, last)}"')
        else:
            arguments.append(f"--argjson {name} {shlex.quote(literal(reference, claim, sent))}")
    return test, arguments


def _command(name: str, steps: list[int], *arguments: str) -> str:
    """A call of a function of the head with the steps whose answers it looks through."""
    return " ".join([name, shlex.quote(" ".join(map(str, steps))), *arguments])


def _decision(writer: Writer, requirement: str, claim: Claim, sent: list[tuple[Step, Exchange]]) -> str:
    """The end of a script: the test, and what its outcome says. Raises Undecidable."""
    test, arguments = _test(writer, claim, sent)
    request, last = sent[-1][0].request, sent[-1][1]
    answer = f'"$work/{sent[-1][0].number}.json"'
    refused = f"is_accepted {answer} || {{ echo 'the last request is refused here: it shows nothing' >&2; exit 2; }}"
    about_content = last.accepted and claim.name not in ABOUT_THE_OUTCOME
    before = [refused] if about_content and last.method == "GET" else []  # no refusal of a read is what was wanted
    if request.credential == OWN_APP and last.status != UNAUTHORIZED:
        before.append(f"[ \"$(jq .status {answer})\" != 401 ] || {{ echo 'the token is not taken' >&2; exit 2; }}")
    after = refused if about_content else ""
    return f"""
{chr(10).join(before)}
jq -e {" ".join(arguments)} {shlex.quote(test)} {answer} > /dev/null 2>&1
case $? in
  0) echo {shlex.quote(f"{requirement} holds here: the fault is gone")}; exit 0 ;;
  2|3) echo 'this jq cannot read the test' >&2; exit 2 ;;
esac
{after}
echo {shlex.quote(f"{requirement} is broken ({_one_line(claim.name)}): expected {_one_line(claim.expected)}")}
{_look(claim, sent)} {answer}
exit 1
"""
