"""Faults about sessions: created, read, kept apart, belonging to an app, their fields, what requests lack."""

from __future__ import annotations

from mock_server.faults.sessions import (
    created,
    documented,
    elsewhere,
    fields,
    isolation,
    near_ids,
    ownership,
    read,
    requests,
    side_effects,
)
from mock_server.injection import Fault

FAULTS: list[Fault] = [
    *created.FAULTS,
    *fields.FAULTS,
    *read.FAULTS,
    *isolation.FAULTS,
    *elsewhere.FAULTS,
    *side_effects.FAULTS,
    *ownership.FAULTS,
    *near_ids.FAULTS,
    *requests.FAULTS,
    *documented.FAULTS,
]
