"""The state machine as a drawing: where each state and arrow goes, in SVG units. The template draws it.

Three columns: the start, the states that lead on, and those that nothing leaves (ordered, declined, empty).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from reports.text import OPERATIONS, Json

START = "start"
WIDTH, NARROW, LINE, HEAD, PORT = 310, 120, 18, 46, 42  # boxes, that of the start, a row of loops, heading, arrow's end
AISLE, GAP = 190, 66  # between columns, between the boxes of a column
ORDER = [START, "several lines with a coupon", "several lines", "one line", "one line with a coupon", "open",
         "ordered", "declined", "empty"]  # fmt: skip

Label = list[tuple[str, int]]  # operations with their visits


@dataclass
class State:
    """A box: its top left corner, how often it was visited, and the operations that stay in it."""

    name: str
    visits: int | None
    loops: Label = field(default_factory=list)
    x: int = 0
    y: int = 0
    height: int = HEAD
    width: int = WIDTH

    @property
    def cells(self) -> list[tuple[str, int, int, int]]:
        """The loops as text: words, visits, and the right end and base line of a cell; two cells in a row."""
        half = self.cell_width
        return [
            (name, visits, self.x + 14 + half + (n % 2) * (half + 22), self.y + HEAD + 6 + (n // 2) * LINE)
            for n, (name, visits) in enumerate(self.loops)
        ]

    @property
    def cell_width(self) -> int:
        """Of a cell."""
        return (WIDTH - 28 - 22) // 2


@dataclass(frozen=True)
class Arrow:
    """A path from one box to another and its label at (x, y)."""

    path: str
    x: int
    y: int
    anchor: str
    label: Label


@dataclass(frozen=True)
class Drawing:
    """Everything to draw: `left`, `top`, `width` and `height` make the view box."""

    left: int
    top: int
    width: int
    height: int
    states: list[State]
    arrows: list[Arrow]


def drawing(reach: Json) -> Drawing:
    """Lay out the states and transitions of `reach` (result.json)."""
    states = {name: State(name, visits) for name, visits in reach["states"].items()}
    edges: dict[tuple[str, str], Label] = {}
    for step in reach["transitions"]:
        for name in (step["from"], step["to"]):
            states.setdefault(name, State(name, None))
        label = (OPERATIONS.get(step["by"], step["by"]), step["visits"])
        if step["from"] == step["to"]:
            states[step["from"]].loops.append(label)
        else:
            edges.setdefault((step["from"], step["to"]), []).append(label)
    columns = _columns(states, edges)
    rank = {state.name: n for n, column in enumerate(columns) for state in column}
    for name, state in states.items():
        state.loops.sort(key=lambda loop: (-loop[1], loop[0]))
        rows = (len(state.loops) + 1) // 2
        leaving = sum(a == name and rank[b] > rank[a] for a, b in edges)
        state.height = max(HEAD + rows * LINE + (8 if rows else 0), leaving * PORT)
        if name == START and not rows:
            state.width = NARROW
    height = max((sum(s.height + GAP for s in column) - GAP for column in columns), default=0)
    x = -AISLE
    for column in columns:
        x += AISLE
        y = (height - sum(s.height + GAP for s in column) + GAP) // 2
        for state in column:
            state.x, state.y = x, y
            y += state.height + GAP
        x += max(state.width for state in column)
    arrows = _arrows(states, edges, columns, rank)
    left = -12 if columns and len(columns[0]) == 1 else -150
    return Drawing(left, -24, x - left + 12, height + 48, [s for c in columns for s in c], arrows)


def _columns(states: dict[str, State], edges: dict[tuple[str, str], Label]) -> list[list[State]]:
    left = {a for a, _ in edges}
    ordered = sorted(states.values(), key=lambda s: (ORDER.index(s.name) if s.name in ORDER else len(ORDER), s.name))
    first = [state for state in ordered if state.name == START]
    last = [state for state in ordered if state.name not in left and state.name != START]
    middle = [state for state in ordered if state not in first and state not in last]
    return [column for column in (first, middle, last) if column]


def _arrows(
    states: dict[str, State], edges: dict[tuple[str, str], Label], columns: list[list[State]], rank: dict[str, int]
) -> list[Arrow]:
    arrows = []
    for (a, b), label in edges.items():
        label.sort(key=lambda item: (-item[1], item[0]))
        if rank[a] < rank[b]:
            leaving = sorted((y for x, y in edges if x == a and rank[y] > rank[a]), key=lambda name: states[name].y)
            coming = sorted((x for x, y in edges if y == b and rank[x] < rank[b]), key=lambda name: states[name].y)
            y1 = _port(states[a], leaving.index(b), len(leaving))
            y2 = _port(states[b], coming.index(a), len(coming))
            arrows.append(_across(states[a], y1, states[b], y2, label))
        elif rank[a] == rank[b]:
            arrows.append(_within(columns[rank[a]], states[a], states[b], label))
        else:
            arrows.append(_across(states[a], states[a].y + 12, states[b], states[b].y + states[b].height - 12, label))
    return arrows


def _port(state: State, position: int, of: int) -> int:
    apart = min(PORT, (state.height - 16) // max(1, of - 1))
    return state.y + state.height // 2 + (2 * position - of + 1) * apart // 2


def _across(a: State, y1: int, b: State, y2: int, label: Label) -> Arrow:
    """From a side of one column to the facing side of another; the label stands where it leaves."""
    forward = a.x < b.x
    x1, x2 = (a.x + a.width, b.x - 3) if forward else (a.x, b.x + b.width + 3)
    bend = (x2 - x1) // 2
    path = f"M{x1} {y1}C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}"
    below = y2 < y1 - 8  # the line rises, so the label stands under it
    return Arrow(path, x1 + (8 if forward else -8), y1 + (17 if below else -7), "start" if forward else "end", label)


def _within(column: list[State], a: State, b: State, label: Label) -> Arrow:
    """Between two boxes of a column: straight between neighbours (down on the left, up on the right), else around."""
    down = a.y < b.y
    if abs(column.index(a) - column.index(b)) == 1:
        x = a.x + (40 if down else 40 + WIDTH // 2)
        y1, y2 = (a.y + a.height, b.y - 3) if down else (a.y, b.y + b.height + 3)
        return Arrow(f"M{x} {y1}L{x} {y2}", x + 9, (y1 + y2) // 2 + 4, "start", label)
    y1, y2 = (a.y + a.height - 14, b.y + 14) if down else (a.y + 14, b.y + b.height - 14)
    out = a.x - 30 - 14 * abs(column.index(a) - column.index(b))
    path = f"M{a.x} {y1}C{out} {y1} {out} {y2} {b.x - 3} {y2}"
    return Arrow(path, b.x - 12, y2 + (17 if down else -7), "end", label)
