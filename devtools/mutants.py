"""Small changes of code, one at a time: what a rule, the model or the judge would be with one thing wrong in it.

Comparisons turned, constants one more or less, `and` for `or`, `not` left out, `return` and `yield` left out, `in` for
`not in`, minus for plus, True for False.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass

COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
SIGNS: dict[type[ast.operator], type[ast.operator]] = {ast.Add: ast.Sub, ast.Sub: ast.Add}


@dataclass(frozen=True)
class Mutant:
    """One change. number: its place among the file's changes; code: the line as it stands; what: the change in words."""

    path: str
    number: int
    line: int
    code: str
    what: str


def _told(node: ast.AST) -> str:
    text = ast.unparse(node)
    return text if len(text) <= 90 else f"{text[:87]}…"


def _variants(node: ast.AST) -> Iterator[tuple[ast.AST | None, str]]:
    """What may stand in the place of a node; None takes a statement out."""
    if isinstance(node, ast.Return):
        if node.value is None or not (isinstance(node.value, ast.Constant) and node.value.value is None):
            yield None if node.value is None else ast.Return(ast.Constant(None)), f"left out: {_told(node)}"
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Yield | ast.YieldFrom):
        yield None, f"left out: {_told(node)}"
    elif isinstance(node, ast.BoolOp):
        other = ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
        yield other, f"{'and' if isinstance(node.op, ast.And) else 'or'} turned in: {_told(node)}"
    elif isinstance(node, ast.Constant):
        for value in _other_values(node.value):
            yield ast.Constant(value), f"{node.value!r} → {value!r}"
    else:
        for changed in _changed(node):
            yield changed, f"{_told(node)} → {_told(changed)}"


def _changed(node: ast.AST) -> Iterator[ast.AST]:
    """The node with another comparison or sign, or without its `not`."""
    if isinstance(node, ast.Compare):
        for index, op in enumerate(node.ops):
            changed = deepcopy(node)
            changed.ops[index] = COMPARED[type(op)]()
            yield changed
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.operand
    elif isinstance(node, ast.BinOp) and type(node.op) in SIGNS:
        yield ast.BinOp(node.left, SIGNS[type(node.op)](), node.right)


def _other_values(value: object) -> tuple[bool | int, ...]:
    if isinstance(value, bool):
        return (not value,)
    return (value + 1, value - 1) if isinstance(value, int) else ()


class _Places(ast.NodeVisitor):
    """Every node that may be changed, in the order of the text, and where it hangs."""

    def __init__(self) -> None:
        self.found: list[tuple[ast.AST, str, int | None]] = []

    def generic_visit(self, node: ast.AST) -> None:
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "returns", "decorator_list", "type_comment"):
                continue
            if isinstance(value, list):
                for index, entry in enumerate(value):
                    if isinstance(entry, ast.AST):
                        self._take(node, name, index, entry)
            elif isinstance(value, ast.AST):
                self._take(node, name, None, value)

    def _take(self, holder: ast.AST, name: str, position: int | None, node: ast.AST) -> None:
        self.found.append((holder, name, position))
        if not isinstance(node, ast.JoinedStr | ast.Assert):  # texts for people; what only the type checker needs
            self.visit(node)


def _node(holder: ast.AST, name: str, position: int | None) -> ast.AST:
    value = getattr(holder, name)
    found: ast.AST = value if position is None else value[position]
    return found


def mutants(path: str, source: str) -> list[Mutant]:
    """Every change of a file."""
    lines = source.splitlines()
    found: list[Mutant] = []
    for holder, name, index in _places(ast.parse(source)):
        node = _node(holder, name, index)
        for _, what in _variants(node):
            line = getattr(node, "lineno", 1)
            found.append(Mutant(path, len(found), line, lines[line - 1].strip(), what))
    return found


def mutated(source: str, number: int) -> ast.Module:
    """The file with its change of that number; -1: as it is."""
    tree, count = ast.parse(source), 0
    if number == -1:
        return tree
    for holder, name, index in _places(tree):
        node = _node(holder, name, index)
        for changed, _ in _variants(node):
            if count == number:
                new = changed if changed is not None else ast.Pass()
                if index is None:
                    setattr(holder, name, ast.copy_location(new, node))
                else:
                    getattr(holder, name)[index] = ast.copy_location(new, node)
                return ast.fix_missing_locations(tree)
            count += 1
    raise IndexError(number)


def _places(tree: ast.Module) -> list[tuple[ast.AST, str, int | None]]:
    places = _Places()
    places.visit(tree)
    return places.found
