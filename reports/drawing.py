"""The state machine as a drawing: where each state and arrow goes, in SVG units. The template draws it."""

from __future__ import annotations

from dataclasses import dataclass, field

from reports.text import Json

START = "start"
WIDTH, COLUMN, GAP, LINE, HEAD = 244, 460, 52, 17, 46
ORDER = [START, "none", "open", "empty", "ordered", "paid", "declined"]  # known states, as a reader expects them


@dataclass
class State:
    """A box: its top left corner, how often it was visited, and the operations that stay in it."""

    name: str
    visits: int | None
    loops: list[tuple[str, int]] = field(default_factory=list)
    x: int = 0
    y: int = 0

    @property
    def height(self) -> int:
        """Of the box."""
        return HEAD + LINE * len(self.loops) + (6 if self.loops else 0)


@dataclass(frozen=True)
class Arrow:
    """A path from one box to another with the operations that took it, as lines of text at (x, y)."""

    path: str
    x: int
    y: int
    labels: list[tuple[str, int]]
    anchor: str


@dataclass(frozen=True)
class Drawing:
    """Everything to draw; `width` and `height` make the view box, `box` is how wide a state is."""

    width: int
    height: int
    box: int
    states: list[State]
    arrows: list[Arrow]


def drawing(reach: Json) -> Drawing:
    """Lay the states out in columns by their distance from the start."""
    states = {name: State(name, visits) for name, visits in reach["states"].items()}
    between: dict[tuple[str, str], list[tuple[str, int]]] = {}
    for step in reach["transitions"]:
        for name in (step["from"], step["to"]):
            states.setdefault(name, State(name, None))
        label = (step["by"], step["visits"])
        if step["from"] == step["to"]:
            states[step["from"]].loops.append(label)
        else:
            between.setdefault((step["from"], step["to"]), []).append(label)
    for state in states.values():
        state.loops.sort(key=lambda loop: (-loop[1], loop[0]))
    columns = _columns(states, list(between))
    height = max((sum(s.height + GAP for s in column) - GAP for column in columns), default=0)
    for position, column in enumerate(columns):
        y = (height - sum(s.height + GAP for s in column) + GAP) // 2
        for state in column:
            state.x, state.y = position * COLUMN, y
            y += state.height + GAP
    arrows = [_arrow(states[a], states[b], labels, height) for (a, b), labels in between.items()]
    backward = any(states[a].x >= states[b].x for a, b in between)
    width = (len(columns) - 1) * COLUMN + WIDTH
    return Drawing(width, height + (90 if backward else 0), WIDTH, [s for column in columns for s in column], arrows)


def _columns(states: dict[str, State], edges: list[tuple[str, str]]) -> list[list[State]]:
    entered = {b for _, b in edges}
    roots = (
        [name for name in states if name == START]
        or [name for name in states if name not in entered]
        or list(states)[:1]
    )
    depth = dict.fromkeys(roots, 0)
    frontier = roots
    while frontier:
        ahead = [b for a, b in edges if a in frontier and b not in depth]
        depth |= {b: depth[a] + 1 for a, b in edges if a in frontier and b not in depth}
        frontier = ahead
    last = max(depth.values(), default=0)
    columns: list[list[State]] = [[] for _ in range(last + 1)]
    for name in sorted(states, key=lambda n: (ORDER.index(n) if n in ORDER else len(ORDER), n)):
        columns[depth.get(name, last)].append(states[name])
    return [column for column in columns if column]


def _arrow(a: State, b: State, labels: list[tuple[str, int]], bottom: int) -> Arrow:
    labels = sorted(labels, key=lambda item: (-item[1], item[0]))
    by = b.y + min(b.height, HEAD) // 2
    if a.x < b.x:
        x1, x2 = a.x + WIDTH, b.x - 4
        y1, wide = a.y + a.height // 2, x2 - x1
        # The bend comes early, so that the label has a level line under it.
        path = f"M{x1} {y1}C{x1 + wide * 7 // 20} {y1} {x1 + wide // 5} {by} {x2} {by}"
        return Arrow(path, x2 - 8, by - 8 - LINE * (len(labels) - 1), labels, "end")
    down = bottom + 60
    x1, x2 = a.x + WIDTH // 2, b.x + WIDTH // 2 + (20 if a.x == b.x else 0)
    path = f"M{x1} {a.y + a.height}C{x1} {down} {x2} {down} {x2} {b.y + b.height + 4}"
    return Arrow(path, (x1 + x2) // 2, bottom + 52 - LINE * (len(labels) - 1), labels, "middle")
