"""The table of steps that a new shop starts with, collected from the modules that hold them.

A step is a function `(call, *args)`. It raises `Refusal` to end the request, fills in the call, or returns a value; a
step that needs another runs it by name (`call.run("limit", item, quantity)`), so that each can be wrapped alone.
"""

from __future__ import annotations

from mock_server.domain.errors import Refusal
from mock_server.domain.mutations import STEPS as MUTATIONS
from mock_server.domain.pricing import STEPS as PRICING
from mock_server.domain.sessions import STEPS as SESSIONS
from mock_server.domain.shop import Call, Response, Settings, Shop, Step
from mock_server.http.auth import STEPS as AUTH
from mock_server.http.routes import STEPS_OF, find
from mock_server.http.stubs import STEPS as STUBS
from mock_server.http.validation import STEPS as VALIDATION
from mock_server.http.views import STEPS as VIEWS


def call(call: Call) -> Response:
    """The whole request: its steps, then the view or the refusal, then the answer."""
    response: Response
    try:
        call.operation, call.id = call.run("route")
        for step in call.shop.steps_of[call.operation]:
            call.run(step)
        response = Response(200, call.run("view"), call.headers)
    except Refusal as refusal:
        response = call.run("refusal", refusal)
    response = call.run("response", response)
    session = call.find_session()
    if session is not None:
        accepted = response.status < 300
        (session.done if accepted else session.refused)[call.operation] += 1
        session.last = call.operation if accepted else session.last
    return response


def route(call: Call) -> tuple[str, str]:
    return find(call.request.method, call.request.path)


def refusal(call: Call, refusal: Refusal) -> Response:
    return Response(refusal.status, refusal.body, refusal.headers)


def response(call: Call, response: Response) -> Response:
    return response


STEPS: dict[str, Step] = {
    **{step.__name__: step for step in (call, route, refusal, response)},
    **AUTH,
    **SESSIONS,
    **VALIDATION,
    **MUTATIONS,
    **PRICING,
    **VIEWS,
    **STUBS,
}


def new_shop(settings: Settings | None = None) -> Shop:
    """A healthy shop."""
    return Shop(settings or Settings(), STEPS, STEPS_OF)
