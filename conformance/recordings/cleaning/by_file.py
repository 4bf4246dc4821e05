"""What the recorder of a file leaves out, cuts or rewrites in every call: only all calls of a file together show it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from conformance.core import contract
from conformance.core.exchange import Exchange, RecordedPart
from conformance.judging.content.request_schema import ADDRESS_PARTS, problems
from conformance.recordings.cleaning.lengths import EXACTLY, Writings, may_be_compressed
from conformance.recordings.cleaning.marks import is_digest
from conformance.recordings.entry import Body, RecordedEntry

MARKETPLACE, MEDIA, AGENT = "x-ebay-c-marketplace-id", "content-type", "user-agent"
# What only the wire adds: where one of these is recorded, a header that is not recorded was not sent.
OF_WIRE_SENT, OF_WIRE_GIVEN = ("host",), ("date", "content-length", "transfer-encoding", "server")
OF_PERSON = "shippingAddress"  # the member that cleaners take out
SELDOM = 20  # bodies that a recorder wrote anew for each that it left as it was
SEVERAL = 3  # calls that show what one alone may by chance
KINDS = 3  # of members; one or two that are texts in place of objects are the server's own
# Headers as the documents write them, whatever they name; another form in each call of a file is the recorder's.
FORMS = {MARKETPLACE: re.compile("[A-Z]{2,}_[A-Z]{2}"), MEDIA: re.compile(r"[\w.+-]+/[\w.+-]+\s*(;.*)?")}
Files = list[
    list[tuple[Exchange, bool]]
]  # of each file its exchanges, and whether the request has the length that it names
WHOLE_ADDRESS = ADDRESS_PARTS | {"recipient", OF_PERSON}


def by_file(calls: Iterable[tuple[Exchange, int, bool]]) -> Files:
    """The exchanges of each file. calls: each exchange with its file, and whether its request has the length that it names."""
    files: dict[int, list[tuple[Exchange, bool]]] = defaultdict(list)
    for exchange, source, of_wire in calls:
        files[source].append((exchange, of_wire))
    return list(files.values())


def is_marketplace(value: str) -> bool:
    """Whether a header's value is a marketplace, whatever became of its name."""
    return value.upper().startswith("EBAY_")


@dataclass
class ShownByFile:
    """What a file shows at all. A header that no call of the file has may have been taken out.

    companions: the headers that each accepted call with a marketplace has, by method and client.
    given_words: how often initiate gave an id without any digit.
    longest_…: the length of the longest text that was sent, and given.
    perhaps_cut: the lengths of texts with an ellipsis, in requests that do not have the length that they name.
    whole, fractions: how many bodies have a whole number that is written as 1, or as 1.0; …_sent, …_given: of those, the
    requests and answers. as_said: whether a request of the length that it names has a 1.0.
    deepest: how deep the deepest object or list lies. packed: the names of texts that are JSON, by their depth.
    …_forms: how often a header of FORMS has that form, and has another one in an accepted call.
    writings, given_writings: how many requests and answers have the length that they name, by the way of writing them.
    """

    request_headers: set[str] = field(default_factory=set)
    response_headers: set[str] = field(default_factory=set)
    companions: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    plain_ids: set[str] = field(default_factory=set)
    given_words: Counter[tuple[str, str]] = field(default_factory=Counter)
    longest_sent: int = 0
    longest_given: int = 0
    perhaps_cut: set[int] = field(default_factory=set)
    whole: int = 0
    fractions_sent: int = 0
    fractions_given: int = 0
    as_said: bool = False
    deepest: int = 0
    packed: dict[int, set[str]] = field(default_factory=dict)
    sent_forms: Counter[tuple[str, bool]] = field(default_factory=Counter)
    given_forms: Counter[tuple[str, bool]] = field(default_factory=Counter)
    writings: Counter[str] = field(default_factory=Counter)
    given_writings: Counter[str] = field(default_factory=Counter)

    def add(self, entry: RecordedEntry, operation: str, subject: str | None, ways: Writings) -> None:
        """Takes note of a call. A blank header may be what a cleaner left."""
        self.plain_ids |= entry.body.found.plain
        if subject and not is_digest(subject):
            self.plain_ids.add("purchaseOrderId" if operation == contract.READ_ORDER else "checkoutSessionId")
        self.request_headers |= {name for name, value in entry.request_headers.items() if value.strip()}
        self.response_headers |= {name for name, value in entry.response_headers.items() if value.strip()}
        if MARKETPLACE in entry.request_headers and entry.status == 200:
            self._accompany(entry)
        self._forms(entry)
        self.writings.update(ways.sent or ())
        self.given_writings.update(ways.given or ())
        if operation == contract.INITIATE:
            self.given_words.update(entry.answer.found.words)
        self._texts(entry.body, entry.answer)

    def _accompany(self, entry: RecordedEntry) -> None:
        names = {name for name in entry.request_headers if not name.startswith(("x-ebay-", "content-"))}
        for client in ("", entry.request_headers.get(AGENT, "")):
            key = entry.method, client
            self.companions[key] = self.companions.get(key, names) & names

    def _forms(self, entry: RecordedEntry) -> None:
        for forms, recorded in ((self.sent_forms, entry.request_headers), (self.given_forms, entry.response_headers)):
            for name, form in FORMS.items():
                if value := recorded.get(name, "").strip():
                    proper = form.fullmatch(value) is not None
                    forms[name, proper] += proper or entry.status == 200

    def _is_rewritten(self, name: str) -> bool:
        """Whether the recorder writes a header in a form of its own: no call has it as the documents do.

        A media type is so in requests and answers: in answers alone it is the server's.
        """
        sent, given = self.sent_forms, self.given_forms
        proper, odd = sent[name, True] + given[name, True], min(sent[name, False], SEVERAL)
        return not proper and odd == SEVERAL and (name == MARKETPLACE or given[name, False] >= SEVERAL)

    def _texts(self, sent: Body, given: Body) -> None:
        self.longest_sent = max(self.longest_sent, sent.found.longest)
        self.longest_given = max(self.longest_given, given.found.longest)
        # A request of the length that its header names was rewritten by nobody; an answer's length may be its writer's.
        self.as_said |= sent.found.fractions and sent.as_sent
        if not sent.as_sent:
            self.perhaps_cut |= {length for _, length in sent.found.perhaps_cut}
        self.whole += sent.found.whole + given.found.whole
        self.fractions_sent += sent.found.fractions
        self.fractions_given += given.found.fractions
        for found in (sent.found, given.found):
            self.deepest = max(self.deepest, found.deepest)
            for _, depth, name in found.packed:
                self.packed.setdefault(depth, set()).add(name)

    @property
    def rewrites_numbers(self) -> bool:
        """Whether the recorder writes whole numbers as fractions: 1.0 for 1. It leaves a call as it is whose request is no JSON."""
        seldom = self.whole * SELDOM <= self.fractions_sent + self.fractions_given
        return bool(self.fractions_sent and self.fractions_given) and seldom and not self.as_said

    def _packed(self, body: Body) -> set[str]:
        """The members in which a recorder wrote as text what lies deep: several kinds at one depth, and nothing lies deeper."""
        depth = self.deepest + 1
        if self.packed.keys() != {depth} or len(self.packed[depth]) < KINDS:
            return set()
        return {member for member, _, _ in body.found.packed}

    def hides(self, name: str, entry: RecordedEntry) -> bool:
        """Whether nobody knows if a request had a header that is not recorded, or what a blank or rewritten one was."""
        if self._is_rewritten(name):
            return True
        sent = entry.request_headers
        whole = entry.request_headers_whole and name not in entry.request_headers_open and name in self.request_headers
        renamed = name == MARKETPLACE and any(map(is_marketplace, sent.values()))
        chosen = self._keeps_some(entry)
        return _is_hidden(name, sent, whole=whole and not renamed and not chosen, of_wire=OF_WIRE_SENT)

    def hides_in_answer(self, name: str, entry: RecordedEntry) -> bool:
        """The same for an answer."""
        if self._is_rewritten(name):
            return True
        given = entry.response_headers
        whole = (
            entry.response_headers_whole and name not in entry.response_headers_open and name in self.response_headers
        )
        seen = name == MEDIA and bool(entry.answer_media)  # by the recorder
        chosen = self._keeps_some(entry)
        return _is_hidden(name, given, whole=whole and not seen and not chosen, of_wire=OF_WIRE_GIVEN)

    def _keeps_some(self, entry: RecordedEntry) -> bool:
        """Whether the recorder kept some headers of this call: the marketplace lacks, and others that the client sends with it."""
        sent = entry.request_headers
        if MARKETPLACE in sent:
            return False
        return bool(self.companions.get((entry.method, sent.get(AGENT, "")), set()) - sent.keys())

    def hides_ids(self, entry: RecordedEntry) -> bool:
        """Whether an answer has no id of its own: a digest where requests name others, one word for several sessions."""
        found = entry.answer.found
        hashed = any(member in self.plain_ids for member, _ in found.digests)
        return hashed or any(self.given_words[word] > 1 for word in found.words if word[0] == "checkoutSessionId")

    def is_changed(self, ways: Writings) -> bool:
        """Whether a request has not the length that it names, however its JSON is written, while others of the file have it.

        Answers in which only ids were replaced are still judged.
        """
        return bool(self._usual) and ways.sent is not None and ways.sent.isdisjoint(self._usual | {EXACTLY})

    def is_changed_answer(self, entry: RecordedEntry, ways: Writings) -> bool:
        """The same for an answer, but for one in which something was replaced, which is unknown by itself.

        One that is much shorter than its body was compressed.
        """
        if not self._usual_given or entry.answer.found.digests or entry.answer.found.taken_out:
            return False
        differs = ways.given is not None and ways.given.isdisjoint(self._usual_given | {EXACTLY})
        return differs and not may_be_compressed(entry.response_headers, entry.answer)

    @cached_property
    def _usual(self) -> set[str]:
        """The ways of writing that the file's client uses: a request has its length in another way by chance."""
        return _frequent(self.writings)

    @cached_property
    def _usual_given(self) -> set[str]:
        """Those of the server."""
        return _frequent(self.given_writings)

    def taken_out_of_request(self, entry: RecordedEntry) -> frozenset[str]:
        """The members of a request in which something was taken out. Requests of the lengths that they name were not cut."""
        cut = _cut(entry.body, self.longest_sent) if self.longest_sent in self.perhaps_cut else set[str]()
        return entry.body.found.taken_out | cut | self._packed(entry.body)

    def taken_out_of_answer(self, entry: RecordedEntry) -> frozenset[str]:
        """The members of an answer in which something was taken out."""
        return entry.answer.found.taken_out | _cut(entry.answer, self.longest_given) | self._packed(entry.answer)


def _frequent(found: Counter[str]) -> set[str]:
    least = max(SEVERAL, max(found.values(), default=0) / 2)
    return {way for way, count in found.items() if count >= least}


def _cut(body: Body, longest: int) -> set[str]:
    """A text with an ellipsis was cut where no text of the file is longer."""
    return {member for member, length in body.found.perhaps_cut if length == longest}


def _is_hidden(name: str, recorded: Mapping[str, str], *, whole: bool, of_wire: Iterable[str]) -> bool:
    """Whether a header that is absent or blank may have been taken out. whole: nothing else says so; of_wire: what only the wire adds."""
    return not recorded.get(name, "").strip() and not (whole and any(header in recorded for header in of_wire))


def with_whole_numbers(value: Any) -> Any:
    """The value as it was before a recorder wrote 1.0 for 1."""
    if isinstance(value, dict):
        return {name: with_whole_numbers(part) for name, part in value.items()}
    if isinstance(value, list):
        return [with_whole_numbers(part) for part in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def open_what_is_blank(calls: Iterable[tuple[Exchange, int, bool]]) -> None:
    """What each request of a file has to have and none has may have been taken out by a cleaner, answers included.

    calls: each exchange with its file, and whether its body is known to be as it was sent: then nothing is missing.
    """
    listed = list(calls)
    for source in {source for _, source, _ in listed}:
        _open_emptied_address([(exchange, as_sent) for exchange, of, as_sent in listed if of == source])
    blank: dict[tuple[int, str], list[Exchange]] = {}
    filled = set[tuple[int, str]]()
    for exchange, source, as_sent in listed:
        for path in _blank(exchange, as_sent=as_sent):
            blank.setdefault((source, path), []).append(exchange)
        filled |= {(source, path) for path in _filled(exchange.request.body, "")}
    for key in blank.keys() - filled:
        for exchange in blank[key]:
            exchange.unseen |= {RecordedPart.REQUEST_BODY}
    emptied = {source for source, path in blank.keys() - filled if path.rpartition(".")[2] in WHOLE_ADDRESS}
    for exchange, source, _ in listed:
        if source in emptied and exchange.accepted:
            exchange.unseen |= {RecordedPart.PERSON}


def _open_emptied_address(calls: list[tuple[Exchange, bool]]) -> None:
    """The address is unknown where each accepted request for a session has none, or an empty one."""
    made = [(exchange, as_sent) for exchange, as_sent in calls if exchange.operation == contract.INITIATE]
    sent = [(exchange, as_sent) for exchange, as_sent in made if exchange.accepted and exchange.request.object()]
    if not sent or any(as_sent or exchange.request.object().get(OF_PERSON) for exchange, as_sent in sent):
        return
    for exchange, _ in sent:
        exchange.unseen |= {RecordedPart.REQUEST_BODY}
    for exchange, _ in calls:
        if exchange.accepted:
            exchange.unseen |= {RecordedPart.PERSON}


def _blank(exchange: Exchange, *, as_sent: bool) -> Iterator[str]:
    """The paths of what a request has to have and is blank or missing."""
    for problem in problems(exchange.request) if isinstance(exchange.request.body, dict) else ():
        missing = problem.kind == "missing" and not as_sent
        if (missing or problem.kind in ("null", "empty")) and not problem.optional:
            yield problem.path.removeprefix(f"{OF_PERSON}.")


def _filled(node: object, path: str) -> Iterator[str]:
    """The paths of what is not blank in a request, without the address's own name."""
    if isinstance(node, dict):
        if path:
            yield path
        for name, value in node.items():
            here = f"{path}.{name}" if path else name
            if name == OF_PERSON and value:
                yield here
            yield from _filled(value, "" if name == OF_PERSON else here)
    elif isinstance(node, list):
        yield from (path,) if node else ()
        for element in node:
            yield from _filled(element, f"{path}[]")
    elif node is not None and str(node).strip():
        yield path
