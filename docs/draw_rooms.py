"""The picture of the rooms, drawn from the imports between them.

python docs/draw_rooms.py > docs/img/rooms.svg
"""

import ast
from collections.abc import Iterator
from html import escape
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("api", "eventlog", "backends", "statemachine")

WIDTH, HEIGHT = 390, 52
"""Of a room, in pixels."""
GAP, RISE, MARGIN = 40, 36, 24
"""Between neighbours, between rows, and around all of them, in pixels."""

Imports = dict[str, set[str]]
"""For each room, the rooms that it imports from."""


def rooms() -> list[str]:
    """The packages, and for `api` what it holds."""
    inside = sorted(ROOT.glob("api/*/__init__.py")) + sorted(ROOT.glob("api/[!_]*.py"))
    names = [path.parent.name if path.stem == "__init__" else path.stem for path in inside]
    return [f"api.{name}" for name in names] + list(PACKAGES[1:])


def imports() -> Imports:
    """Who imports from whom, as the code stands."""
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    found: Imports = {room: set() for room in rooms()}
    for module in graph.modules:
        importer = _room_of(module, found)
        for imported in graph.find_modules_directly_imported_by(module):
            target = _room_of(imported, found)
            if importer and target and importer != target:
                found[importer].add(target)
    return found


def _room_of(module: str, rooms: Imports) -> str | None:
    return next((room for room in rooms if f"{module}.".startswith(f"{room}.")), None)


def without_detours(imports: Imports) -> Imports:
    """The imports that do not follow from others: few enough to be drawn."""
    below = {room: _all_below(room, imports) for room in imports}
    return {
        room: {
            target
            for target in targets
            if not any(target in below[other] for other in targets - {target})
        }
        for room, targets in imports.items()
    }


def _all_below(room: str, imports: Imports) -> set[str]:
    found: set[str] = set()
    waiting = [*imports[room]]
    while waiting:
        target = waiting.pop()
        if target not in found:
            found.add(target)
            waiting.extend(imports[target])
    return found


def rows(imports: Imports) -> list[list[str]]:
    """The rooms from the top down, each as low as those that import from it allow."""
    depth = dict.fromkeys(imports, 0)
    for _ in imports:  # the longest way down cannot be longer than this
        for room, targets in imports.items():
            for target in targets:
                depth[target] = max(depth[target], depth[room] + 1)
    return [
        [room for room in imports if depth[room] == row] for row in range(max(depth.values()) + 1)
    ]


def purpose(room: str) -> str:
    """The first sentence of a room's docstring."""
    path = ROOT / Path(*room.split("."))
    source = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    docstring = ast.get_docstring(ast.parse(source.read_text(encoding="utf-8"))) or ""
    return docstring.split("\n\n")[0].replace("\n", " ").split(". ")[0].rstrip(".").replace("`", "")


def svg() -> str:
    """The picture."""
    drawn = without_detours(imports())
    plan = rows(drawn)
    broadest = max(len(row) for row in plan)
    width = 2 * MARGIN + broadest * WIDTH + (broadest - 1) * GAP
    places: dict[str, tuple[int, int]] = {}
    for y, row in enumerate(plan):
        left = (width - len(row) * WIDTH - (len(row) - 1) * GAP) // 2
        for x, room in enumerate(row):
            places[room] = (left + x * (WIDTH + GAP), MARGIN + y * (HEIGHT + RISE))
    height = 2 * MARGIN + len(plan) * HEIGHT + (len(plan) - 1) * RISE
    return "".join(f"{line}\n" for line in _lines(drawn, places, width, height))


def _lines(
    drawn: Imports, places: dict[str, tuple[int, int]], width: int, height: int
) -> Iterator[str]:
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" font-family="sans-serif" font-size="12">'
    )
    yield '<marker id="tip" markerWidth="9" markerHeight="8" refX="8" refY="4" orient="auto">'
    yield '<path d="M0,0 L9,4 L0,8 z" fill="#667"/></marker>'
    yield f'<rect width="{width}" height="{height}" fill="#fff"/>'
    for room, targets in drawn.items():
        for target in sorted(targets):
            x1, y1 = _middle(places[room], HEIGHT)
            x2, y2 = _middle(places[target], 0)
            yield (f'<path d="M{x1},{y1} L{x2},{y2}" stroke="#667" marker-end="url(#tip)"/>')
    for room, (x, y) in places.items():
        fill = "#eef3ff" if room.startswith("api.") else "#f1f6ec"
        yield (
            f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="6" fill="{fill}" '
            'stroke="#99a"/>'
        )
        name = room.replace(".", "/") + ("/" if (ROOT / room.replace(".", "/")).is_dir() else ".py")
        middle = x + WIDTH // 2
        yield (
            f'<text x="{middle}" y="{y + 21}" text-anchor="middle" font-weight="bold" '
            f'font-size="14">{name}</text>'
        )
        yield f'<text x="{middle}" y="{y + 40}" text-anchor="middle">{escape(purpose(room))}</text>'
    yield "</svg>"


def _middle(place: tuple[int, int], down: int) -> tuple[int, int]:
    return place[0] + WIDTH // 2, place[1] + down


if __name__ == "__main__":
    print(svg(), end="")
