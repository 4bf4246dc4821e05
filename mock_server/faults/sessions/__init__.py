"""Faults about sessions: created, read, kept apart, belonging to an app, their fields, what requests lack."""

from __future__ import annotations

from mock_server.faults.sessions import access, created, documented, fields, isolated, only, read, requests
from mock_server.injection import Fault

FAULTS: list[Fault] = [
    *created.FAULTS,
    *fields.FAULTS,
    *read.FAULTS,
    *isolated.FAULTS,
    *only.FAULTS,
    *access.FAULTS,
    *requests.FAULTS,
    *documented.FAULTS,
]
