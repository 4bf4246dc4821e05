"""pytest's id of a test, which is the name of its trace too, taken apart in this one place."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.core import contract

SUITES = "suites/"  # left out of the names of traces


@dataclass(frozen=True, slots=True)
class NodeId:
    """The parts of `money/test_money.py::test_a_cart[EBAY_US-rich]`. path: without `.py`; all of a name that is no test's."""

    path: str
    function: str = ""
    parameters: tuple[str, ...] = ()

    @classmethod
    def of(cls, text: str) -> NodeId:
        """The parts of a node id or of the name of a trace."""
        path, of_a_test, rest = text.removeprefix(SUITES).partition(".py::")
        function, _, parameters = rest.partition("[")
        return cls(path, function, tuple(parameters.removesuffix("]").split("-"))) if of_a_test else cls(text)

    @property
    def in_any_marketplace(self) -> str:
        """The id without the marketplace; other parameters stay, since with them a test judges other rules."""
        if not self.function:
            return self.path
        rest = "-".join(part for part in self.parameters if part not in contract.marketplaces())
        return f"{self.path}.py::{self.function}" + (f"[{rest}]" if rest else "")

    @property
    def place(self) -> str:
        """Folder and file, as people read them: `generated/coverage`."""
        folder, slash, file = self.path.rpartition("/")
        return f"{folder}{slash}{file.removeprefix('test_')}"
