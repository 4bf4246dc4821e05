"""Reads the times of recorders: every fraction, offset and clock, and how coarse each is."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from conformance.recordings.entry import RecordedTime
from conformance.recordings.values import number

# 2026-01-05T09:30:00.1234567+0100, T9:30:00 (a clock of twelve hours), a blank in place of the T, no offset at all.
ISO = re.compile(
    r"\s*(\d{4})-(\d{1,2})-(\d{1,2})[T ]\s*(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?\s*([AaPp][Mm])?\s*"
    r"(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?(?::?\d\d)?)?\s*",
    re.IGNORECASE,
)
EPOCH = re.compile(r"\s*[0-9]{1,19}(\.[0-9]*)?\s*")  # as a text: a gateway quotes what it counts
FORMS = ("%a, %d %b %Y %H:%M:%S %Z", "%a, %d %b %Y %H:%M:%S %z", "%d/%b/%Y:%H:%M:%S %z", "%a %b %d %H:%M:%S %Y")
MOST_SECONDS = 4e9  # since 1970; a larger number counts parts of a second
PARTS = (1, 1e3, 1e6, 1e9)  # of a second: a log's milliseconds, a tracer's microseconds and nanoseconds
YEARS = range(1971, 2097)  # a time of another year is a recorder's word for none


def moment(value: Any) -> RecordedTime:
    """The time of an entry; one without an offset is taken as UTC, since only the order counts."""
    try:
        found = _read(value)
    except OverflowError:
        return RecordedTime()
    if found.timestamp is None or found.timestamp.year not in YEARS:
        return RecordedTime()
    return RecordedTime(found.timestamp, found.step_s, fine=found.timestamp.microsecond % 1000 != 0)


def _read(value: Any) -> RecordedTime:
    if isinstance(value, datetime):  # as YAML reads it
        return RecordedTime(value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC))
    if isinstance(value, str):
        found = ISO.fullmatch(value)
        if found:
            return _of_text(*found.groups())
        if (other := _other_form(value.strip())) is not None:
            return other
    count = float(value) if isinstance(value, str) and EPOCH.fullmatch(value) else number(value)
    parts = next((parts for parts in PARTS if count and 0 < count / parts <= MOST_SECONDS), None)
    if count is None or parts is None:
        return RecordedTime()
    whole = parts == 1 and count == int(count)
    return RecordedTime(datetime.fromtimestamp(count / parts, UTC), 1.0 if whole else 0.0)


def _other_form(value: str) -> RecordedTime | None:
    """A time as in a Date header or an access log."""
    for form in FORMS:
        try:
            made = datetime.strptime(value, form)
        except ValueError:
            continue
        return RecordedTime(made.replace(tzinfo=made.tzinfo or UTC).astimezone(UTC), 1.0)
    return None


def _of_text(*parts: str | None) -> RecordedTime:
    year, month, day, hour, minute, second, fraction, half, offset = parts
    hours = int(hour or 0)
    if half:
        hours = hours % 12 + (12 if half.lower() == "pm" else 0)
    try:
        zone = timezone(_offset(offset or "Z"))
        made = datetime(
            int(year or 1970),
            int(month or 1),
            int(day or 1),
            hours,
            int(minute or 0),
            min(int(second or 0), 59),
            tzinfo=zone,
        )
        made += timedelta(microseconds=int((fraction or "0")[:6].ljust(6, "0")))
        return RecordedTime(made.astimezone(UTC), 0.0 if fraction else 1.0 if second else 60.0)
    except (ValueError, OverflowError):
        return RecordedTime()


def _offset(text: str) -> timedelta:
    if text[:1] not in "+-":
        return timedelta(0)
    digits = text[1:].replace(":", "").ljust(6, "0")
    found = timedelta(hours=int(digits[:2]), minutes=int(digits[2:4]), seconds=int(digits[4:6]))
    return -found if text[0] == "-" else found
