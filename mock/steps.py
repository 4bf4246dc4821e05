"""The table of steps that a new shop starts with, collected from the modules that hold them.

A step is a function `(call, *args)`. It raises `Refusal` to end the request, fills in the call, or returns a value; a
step that needs another runs it by name (`call.run("limit", item, quantity)`), so that each can be wrapped alone.
"""

from __future__ import annotations

from mock.access import STEPS as ACCESS
from mock.bodies import STEPS as BODIES
from mock.changes import STEPS as CHANGES
from mock.errors import Refusal
from mock.pricing import STEPS as PRICING
from mock.routes import find
from mock.sessions import STEPS as SESSIONS
from mock.shop import Answer, Call, Step
from mock.views import STEPS as VIEWS


def call(call: Call) -> Answer:
    """The whole request: its steps, then the view or the refusal, then the answer."""
    answer: Answer
    try:
        call.operation, call.id = call.run("route")
        for step in call.shop.order[call.operation]:
            call.run(step)
        answer = Answer(200, call.run("view"), call.headers)
    except Refusal as refusal:
        answer = call.run("refusal", refusal)
    answer = call.run("answer", answer)
    session = call.session_of()
    if session is not None:
        accepted = answer.status < 300
        (session.done if accepted else session.refused)[call.operation] += 1
        session.last = call.operation if accepted else session.last
    return answer


def route(call: Call) -> tuple[str, str]:
    return find(call.request.method, call.request.path)


def refusal(call: Call, refusal: Refusal) -> Answer:
    return Answer(refusal.status, refusal.body, refusal.headers)


def answer(call: Call, answer: Answer) -> Answer:
    return answer


STEPS: dict[str, Step] = {
    **{step.__name__: step for step in (call, route, refusal, answer)},
    **ACCESS,
    **SESSIONS,
    **BODIES,
    **CHANGES,
    **PRICING,
    **VIEWS,
}
