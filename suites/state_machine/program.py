"""The program of a walk, as Python and with the names that Hypothesis gives to values of bundles.

Hypothesis prints a program at the end of a failing test. Here a breach ends no walk, and a finding names the step that
sent a request, so each step is written down as it ends, beside the place of its first exchange.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from hypothesis import currently_in_test_context, event
from hypothesis.stateful import Bundle, MultipleResults

from conformance.driver.checkout import CheckoutDriver, CheckoutSession
from conformance.evidence.states import known_state
from conformance.judging.context import Judgment
from conformance.judging.trace import ProgramStep, Trace

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


class Program:
    """The steps of one walk. broken: the judgments against the target that the last step brought."""

    def __init__(self, trace: Trace) -> None:
        self.steps: list[str] = []
        self.broken: list[Judgment] = []
        self._trace = trace
        self._named: list[tuple[str, object]] = []
        self._counts: Counter[str] = Counter()

    def begin(self) -> None:
        """Adds the first step."""
        self._add("state = CheckoutMachine(driver, marketplace)", len(self._trace.exchanges), begins=True)

    def __str__(self) -> str:
        return "\n".join(self.steps)

    def record(self, rule: str, arguments: dict[str, Any], results: Iterable[Any], bundle: str, first: int) -> None:
        """Adds a step. bundle: takes the results. first: the place of its first exchange in the trace."""
        given = ", ".join(f"{name}={self._text(value)}" for name, value in sorted(arguments.items()))
        made = ", ".join([self._new_name(bundle, value) for value in results])
        self._add(f"{made} = state.{rule}({given})" if made else f"state.{rule}({given})", first)

    def _add(self, line: str, first: int, *, begins: bool = False) -> None:
        self.steps.append(line)
        self._trace.program.append(ProgramStep(line, first, begins))

    def _text(self, value: object) -> str:
        """The latest name of a value, since a session that is paid has moved to another bundle; else the value."""
        for name, named in reversed(self._named):
            if named is value:
                return name
        if isinstance(value, tuple):
            return f"({', '.join(map(self._text, value))})"
        return repr(value)

    def _new_name(self, bundle: str, value: Any) -> str:
        name = f"{bundle}_{self._counts[bundle]}"
        self._counts[bundle] += 1
        self._named.append((name, value))
        return name


class Walking(Protocol):
    """What recording needs of a machine: who drives, what the step touched, and the program so far."""

    driver: CheckoutDriver
    touched: CheckoutSession | None
    reads_back: bool
    program: Program


Machine = TypeVar("Machine", bound=Walking)
Step = Callable[Concatenate[Machine, Arguments], Result]


def recorded(
    into: Bundle[Any] | None = None,
) -> Callable[[Step[Machine, Arguments, Result]], Step[Machine, Arguments, Result]]:
    """A rule whose calls are part of the machine's program. into: the `target` of the rule.

    Hypothesis counts the states that a rule led to (`hypothesis.event`): docs/examples/state_machine/walk.py shows them.
    """

    def decorate(rule: Step[Machine, Arguments, Result]) -> Step[Machine, Arguments, Result]:
        @wraps(rule)
        def step(machine: Machine, /, *values: Arguments.args, **arguments: Arguments.kwargs) -> Result:
            trace = machine.driver.trace
            first, judged = len(trace.exchanges), len(trace.judgments)
            machine.touched = None
            result = rule(machine, *values, **arguments)
            if machine.touched:
                if machine.reads_back:
                    machine.touched.read_back()
                if currently_in_test_context():  # a program may be run by itself
                    event(f"{rule.__name__}: {known_state(machine.touched.state)}")
            results = result.values if isinstance(result, MultipleResults) else () if result is None else (result,)
            machine.program.record(rule.__name__, arguments, results, "" if into is None else into.name, first)
            machine.program.broken = trace.broken_since(judged)
            return result

        return step

    return decorate
