"""Which of the sandbox's negative-testing strings a request holds (contracts/stubs.yaml)."""

from __future__ import annotations

from conformance.core import contract
from conformance.core.exchange import Request
from conformance.core.profile import Profile


def stubs_in(profile: Profile, request: Request) -> list[contract.Stub]:
    """The stubs that a request names, in its path or as an item; none where the profile does not have them."""
    if not profile.stubs:
        return []
    named = {request.subject or ""}
    listed = request.object().get("lineItemInputs") if request.operation == contract.INITIATE else None
    named |= (
        {str(line_input.get("itemId")) for line_input in listed if isinstance(line_input, dict)}
        if isinstance(listed, list)
        else set()
    )
    return [
        stub
        for stub in contract.stubs()
        if stub.operation == request.operation and stub.subject in named and stub.string in profile.stubs
    ]
