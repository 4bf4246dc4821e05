"""The program of a walk, as Python and with the names that Hypothesis gives to values of bundles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from hypothesis.stateful import MultipleResults

from conformance.driver.checkout import CheckoutDriver, CheckoutSession
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
        self._names: dict[int, str] = {}
        self._counts: Counter[str] = Counter()
        self._add("state = CheckoutMachine(driver, marketplace)", len(trace.exchanges), begins=True)

    def __str__(self) -> str:
        return "\n".join(self.steps)

    def record(self, rule: str, arguments: dict[str, Any], results: Iterable[Any], first: int) -> None:
        """Adds a step. first: the place of its first exchange in the trace."""
        given = ", ".join(f"{name}={self._name(value)}" for name, value in arguments.items())
        made = ", ".join(self._new_name(value) for value in results)
        self._add(f"{made} = state.{rule}({given})" if made else f"state.{rule}({given})", first)

    def _add(self, line: str, first: int, *, begins: bool = False) -> None:
        self.steps.append(line)
        self._trace.program.append(ProgramStep(line, first, begins))

    def _name(self, value: Any) -> str:
        return self._names.get(id(value)) or repr(value)

    def _new_name(self, value: Any) -> str:
        bundle = "sessions" if isinstance(value, CheckoutSession) else "lines"
        if id(value) in self._names:
            bundle = "orders"  # a session that is paid
        name = f"{bundle}_{self._counts[bundle]}"
        self._counts[bundle] += 1
        self._names[id(value)] = name
        return name


class Walking(Protocol):
    """What recording needs of a machine: who drives, what the step touched, and the program so far."""

    driver: CheckoutDriver
    touched: CheckoutSession | None
    reads_back: bool
    program: Program


Machine = TypeVar("Machine", bound=Walking)


def recorded(
    rule: Callable[Concatenate[Machine, Arguments], Result],
) -> Callable[Concatenate[Machine, Arguments], Result]:
    """A rule whose calls are part of the machine's program."""

    @wraps(rule)
    def step(machine: Machine, /, *values: Arguments.args, **arguments: Arguments.kwargs) -> Result:
        trace = machine.driver.trace
        first, judged = len(trace.exchanges), len(trace.judgments)
        machine.touched = None
        result = rule(machine, *values, **arguments)
        if machine.reads_back and machine.touched:
            machine.touched.read_back()
        results = result.values if isinstance(result, MultipleResults) else () if result is None else (result,)
        machine.program.record(rule.__name__, arguments, results, first)
        machine.program.broken = trace.broken_since(judged)
        return result

    return step
