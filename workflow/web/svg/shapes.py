"""The shapes a chain's picture is made of: boxes, the outline of each kind of gate, arrows, lines of text. Lengths
are in pixels."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from definitions.chain import BodyGate, Chain, DocumentGate, Gate, PeriodGate, SignoffGate
from definitions.terms import BodyKind
from workflow.web.svg.text import Line

INK, SOFT, RULE, FAINT, WHITE = "#1a1a1a", "#4d4d4d", "#d6d8db", "#f7f8fa", "#ffffff"
BLUE, GREEN, MINT, RED = "#0017c1", "#115a36", "#e6f5ec", "#a30000"
PAD = 12
"""Inside boxes."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """A place for something with an outline."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def eye(self) -> float:
        """The height at which lines come in and go out: the same for all boxes with the same top."""
        return self.y + 28


def gate_outline(chain: Chain, gate: Gate, box: Box) -> str:
    """The gate's outline: each kind of gate and of body has its own."""
    match gate:
        case DocumentGate():
            return _sheet(box)
        case PeriodGate():
            return _stretch(box)
        case SignoffGate():
            return _sealed_paper(box)
        case BodyGate():
            return _BODIES[chain.body(gate.body).kind](box)


def rect(box: Box, fill: str, stroke: str, *, radius: float, width: float = 1.5) -> str:
    return (
        f'<rect x="{_number(box.x)}" y="{_number(box.y)}" width="{_number(box.width)}" height="{_number(box.height)}" '
        f'rx="{_number(radius)}" fill="{fill}" stroke="{stroke}" stroke-width="{_number(width)}"/>'
    )


def arrow(
    points: Sequence[Point],
    stroke: str = INK,
    *,
    width: float = 1.5,
    head: str = "then",
    dashed: bool = False,
) -> str:
    """A line through the points, with a head at the last one."""
    dash = ' stroke-dasharray="4 3"' if dashed else ""
    return (
        f'<polyline points="{_listed(points)}" fill="none" stroke="{stroke}" stroke-width="{_number(width)}"'
        f'{dash} stroke-linejoin="round" marker-end="url(#picture-{head})"/>'
    )


def lettered(lines: list[Line], box: Box) -> Iterator[str]:
    """The lines in the box, from its top."""
    y = box.y + PAD * 0.75
    for line in lines:
        y += line.height
        weight = f' font-weight="{line.weight}"' if line.weight != 400 else ""
        yield (
            f'<text x="{_number(box.x + PAD)}" y="{_number(y - line.height * 0.26)}" font-size="{line.size}" '
            f'fill="{line.fill}"{weight}>{escape(line.text)}</text>'
        )


def _sheet(box: Box) -> str:
    """A sheet with a folded corner."""
    x, y, r, b = box.x, box.y, box.right, box.bottom
    fold = [(r - 14, y), (r - 14, y + 14), (r, y + 14)]
    return _polygon((x, y), (r - 14, y), (r, y + 14), (r, b), (x, b)) + _stroke(fold)


def _stretch(box: Box) -> str:
    """Draw the shape of a period between two days."""
    first, last = box.x + 7, box.right - 7
    sides = [_stroke([(day, box.y), (day, box.bottom)]) for day in (first, last)]
    return rect(box, WHITE, INK, radius=0) + "".join(sides)


def _sealed_paper(box: Box) -> str:
    x, y = _number(box.right - 20), box.y + 19
    return (
        rect(box, WHITE, INK, radius=0)
        + f'<circle cx="{x}" cy="{_number(y)}" r="11" fill="none" stroke="{RED}" stroke-width="1.5"/>'
        + f'<text x="{x}" y="{_number(y + 4.5)}" font-size="12" fill="{RED}" text-anchor="middle">印</text>'
    )


def _round_table(box: Box) -> str:
    return rect(box, WHITE, INK, radius=12)


def _notched(box: Box) -> str:
    """Something is handed in."""
    x, y, r, b, eye = box.x, box.y, box.right, box.bottom, box.eye
    return _polygon((x, y), (r, y), (r, b), (x, b), (x, eye + 14), (x + 7, eye), (x, eye - 14))


def _pointed(box: Box) -> str:
    """An answer goes out."""
    x, y, r, b, eye = box.x, box.y, box.right, box.bottom, box.eye
    return _polygon((x, y), (r - 7, y), (r - 7, eye - 14), (r, eye), (r - 7, eye + 14), (r - 7, b), (x, b))


def _octagon(box: Box) -> str:
    x, y, r, b, cut = box.x, box.y, box.right, box.bottom, 9
    upper = ((x, y + cut), (x + cut, y), (r - cut, y), (r, y + cut))
    return _polygon(*upper, (r, b - cut), (r - cut, b), (x + cut, b), (x, b - cut))


_BODIES = {
    BodyKind.DELIBERATIVE: _round_table,
    BodyKind.RECEIVING: _notched,
    BodyKind.ADVISORY: _pointed,
    BodyKind.VOTING: _octagon,
}


def _polygon(*points: Point) -> str:
    return f'<polygon points="{_listed(points)}" fill="{WHITE}" stroke="{INK}" stroke-width="1.5"/>'


def _stroke(points: Sequence[Point]) -> str:
    return f'<polyline points="{_listed(points)}" fill="none" stroke="{INK}" stroke-width="1.5"/>'


def _listed(points: Sequence[Point]) -> str:
    return " ".join(f"{_number(x)},{_number(y)}" for x, y in points)


def _number(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


def _head(name: str, colour: str) -> str:
    return (
        f'<marker id="picture-{name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" '
        f'markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0 L8 4 L0 8 Z" fill="{colour}"/></marker>'
    )


ARROWHEADS = f"<defs>{_head('then', INK)}{_head('onward', BLUE)}</defs>"
