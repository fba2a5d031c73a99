"""A chain as a picture: SVG made from the chain alone. Each stage is a row, its gates are to its right in the
order in which they open, and the next stage is below."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from definitions.chain import BodyGate, Chain, DocumentGate, Gate, PeriodGate, SignoffGate, Stage
from workflow.domain.calendar import month_label
from workflow.domain.language import label, reworded, say
from workflow.domain.machine import earlier_stages
from workflow.web.svg.shapes import (
    ARROWHEADS,
    BLUE,
    FAINT,
    GREEN,
    INK,
    MINT,
    PAD,
    RULE,
    SOFT,
    WHITE,
    Box,
    Point,
    arrow,
    gate_outline,
    lettered,
    rect,
)
from workflow.web.svg.text import Line, block, height_of

STAGE_WIDTH, GATE_WIDTH = 176, 126
GAP, ROW_GAP = 22, 44
"""Between columns and between rows, in pixels."""
LANE = 12
"""Between two lines that run beside each other, in pixels."""


def picture(chain: Chain, current: str | None = None) -> str:
    """The chain as an SVG document fragment. `current` is the key of a plan's current stage."""
    drawn = _Drawing(chain, current)
    title, told = f"picture-{chain.key}-title", f"picture-{chain.key}-desc"
    return "".join(
        (
            f'<svg class="picture" xmlns="http://www.w3.org/2000/svg" role="img" '
            f'aria-labelledby="{title} {told}" width="{drawn.width}" height="{drawn.height}" '
            f'viewBox="0 0 {drawn.width} {drawn.height}">',
            f'<title id="{title}">{escape(say("「{title}」の段階と必要な手続", title=chain.title))}</title>',
            f'<desc id="{told}">{escape(_told(chain, current))}</desc>',
            ARROWHEADS,
            *drawn.parts(),
            "</svg>",
        )
    )


def columns(stage: Stage) -> list[list[Gate]]:
    """The gates of a stage in columns: each is to the right of every gate that must be open before it."""
    depth: dict[str, int] = {}
    waiting = list(stage.gates)
    while waiting:
        for gate in list(waiting):
            if all(key in depth for key in gate.after):
                depth[gate.key] = max((depth[key] + 1 for key in gate.after), default=0)
                waiting.remove(gate)
    count = max(depth.values(), default=-1) + 1
    return [[gate for gate in stage.gates if depth[gate.key] == column] for column in range(count)]


@dataclass(slots=True)
class _Row:
    """One stage with its gates, laid out."""

    stage: Stage
    panel: Box
    box: Box
    gates: dict[str, Box] = field(default_factory=dict)
    lanes: int = 0


class _Drawing:
    """The layout of a chain, then its parts in drawing order."""

    def __init__(self, chain: Chain, current: str | None) -> None:
        self.chain, self.current = chain, current
        self.skips = list(_skips(chain))
        self.left = 8.0 + LANE * 1.5 * len(self.skips)
        widest = max(len(columns(stage)) for stage in chain.stages)
        self.width = int(self.left + PAD * 2 + STAGE_WIDTH + max(widest, 1) * (GAP + GATE_WIDTH) + PAD + 8)
        self.rows: list[_Row] = []
        top = 8.0
        for stage in chain.stages:
            self.rows.append(self._row(stage, top))
            top = self.rows[-1].panel.bottom + ROW_GAP
        self.height = int(top - ROW_GAP + 8)

    def parts(self) -> Iterator[str]:
        for row in self.rows:
            yield rect(row.panel, FAINT, RULE, radius=10)
        yield from self._ways()
        for row in self.rows:
            yield from self._stage(row)
            yield from self._order(row)
            if not row.gates:
                beside = Box(row.box.right + GAP - PAD, row.box.y, GATE_WIDTH * 2, row.box.height)
                yield from lettered(
                    block(say("必要な手続はありません"), 12, GATE_WIDTH * 2, fill=SOFT), beside
                )
            for gate in row.stage.gates:
                yield from self._gate(gate, row.gates[gate.key])

    # --- laying out -----------------------------------------------------------------------------------

    def _row(self, stage: Stage, top: float) -> _Row:
        y = top + PAD
        heading = Box(self.left + PAD, y, STAGE_WIDTH, height_of(self._stage_lines(stage)))
        row = _Row(stage, heading, heading)
        lowest = heading.bottom
        for number, gates in enumerate(columns(stage)):
            x, below = heading.right + GAP + number * (GATE_WIDTH + GAP), y
            for gate in gates:
                box = Box(x, below, GATE_WIDTH, height_of(self._gate_lines(gate)))
                row.gates[gate.key] = box
                below = box.bottom + PAD
            lowest = max(lowest, below - PAD if gates else below)
        row.lanes = len(list(_far(stage)))
        row.panel = Box(self.left, top, self.width - self.left - 8, lowest + row.lanes * LANE + PAD - top)
        return row

    def _stage_lines(self, stage: Stage) -> list[Line]:
        here = stage.key == self.current
        ink, soft = (WHITE, WHITE) if here else (INK, SOFT)
        marks = []
        if here:
            marks.append(say("現在の段階"))
        if stage is self.chain.first:
            marks.append(say("始まり"))
        if stage.decided:
            marks.append(say("決定"))
        if not self.chain.after(stage):
            marks.append(say("終わり"))
        width = STAGE_WIDTH - 2 * PAD
        return [
            *(block(say("・").join(marks), 12, width, fill=soft, weight=700) if marks else []),
            *block(reworded(stage.label), 15, width, fill=ink, weight=700),
            *(block(stage.work, 12, width, fill=soft) if stage.work else []),
            *(block(_months(stage), 12, width, fill=soft) if stage.planned else []),
        ]

    def _gate_lines(self, gate: Gate) -> list[Line]:
        kind, who = gate_words(self.chain, gate)
        width = GATE_WIDTH - 2 * PAD
        must = say("・必須") if gate.mandatory else ""
        beside_the_seal = width - 26 if isinstance(gate, SignoffGate) else width
        return [
            *block(kind + must, 12, beside_the_seal, fill=BLUE if gate.mandatory else SOFT, weight=700),
            *block(who or reworded(gate.label), 14, width, fill=INK, weight=700),
            *(block(reworded(gate.label), 12, width, fill=INK) if who else []),
        ]

    # --- drawing --------------------------------------------------------------------------------------

    def _stage(self, row: _Row) -> Iterator[str]:
        here = row.stage.key == self.current
        yield f'<g data-stage="{row.stage.key}">'
        fill, stroke = (BLUE, BLUE) if here else ((MINT, GREEN) if row.stage.decided else (WHITE, BLUE))
        yield rect(row.box, fill, stroke, radius=8, width=2)
        if row.stage.decided:
            inner = Box(row.box.x + 4, row.box.y + 4, row.box.width - 8, row.box.height - 8)
            yield rect(inner, "none", WHITE if here else GREEN, radius=5)
        yield from lettered(self._stage_lines(row.stage), row.box)
        yield "</g>"

    def _gate(self, gate: Gate, box: Box) -> Iterator[str]:
        yield f'<g data-gate="{gate.key}">'
        yield gate_outline(self.chain, gate, box)
        yield from lettered(self._gate_lines(gate), box)
        yield "</g>"

    def _order(self, row: _Row) -> Iterator[str]:
        """The lines from the stage to the gates that open first, and from gate to gate."""
        for gate in row.stage.gates:
            box = row.gates[gate.key]
            if not gate.after:
                yield _elbow(row.box, box)
        far = list(_far(row.stage))
        for gate in row.stage.gates:
            for before in _direct(row.stage, gate):
                if (before, gate.key) not in far:
                    yield _elbow(row.gates[before], row.gates[gate.key])
        for number, (before, key) in enumerate(far):
            lane = row.panel.bottom - (number + 1) * LANE
            yield _detour(row.gates[before], row.gates[key], lane)

    def _ways(self) -> Iterator[str]:
        """Onward from stage to stage, and the hint that a plan can be sent back."""
        for above, below in zip(self.rows, self.rows[1:], strict=False):
            x = above.box.x + 44
            if below.stage.key in self.chain.after(above.stage):
                yield _onward([(x, above.box.bottom), (x, below.box.y - 2)])
            if above.stage.key in earlier_stages(self.chain, below.stage.key):
                x, middle = x + 36, above.panel.bottom + ROW_GAP / 2
                yield arrow([(x, middle + 18), (x, middle - 17)], SOFT, dashed=True)
                yield from lettered(block(say("差戻し"), 12, 80, fill=SOFT), Box(x - 4, middle - 18, 90, 36))
        boxes = {row.stage.key: row.box for row in self.rows}
        for number, (source, target) in enumerate(self.skips):
            x, start, end = self.left - LANE * 1.5 * (number + 1), boxes[source], boxes[target]
            out, back = start.y + 26 + 8 * (number % 2), end.y + 14 + 8 * (number % 2)
            yield _onward([(start.x, out), (x, out), (x, back), (end.x - 2, back)])


def _skips(chain: Chain) -> Iterator[tuple[str, str]]:
    """The ways onward that do not go to the row below."""
    keys = [stage.key for stage in chain.stages]
    for number, stage in enumerate(chain.stages):
        for key in chain.after(stage):
            if key not in keys[number + 1 : number + 2]:
                yield stage.key, key


def _direct(stage: Stage, gate: Gate) -> tuple[str, ...]:
    """The gates to wait for, without those that another of them waits for already."""
    behind: dict[str, set[str]] = {}
    for each in (each for column in columns(stage) for each in column):
        behind[each.key] = set(each.after).union(*(behind[key] for key in each.after))
    implied = set().union(*(behind[key] for key in gate.after))
    return tuple(dict.fromkeys(key for key in gate.after if key not in implied))


def _far(stage: Stage) -> Iterator[tuple[str, str]]:
    """(before, gate) where a whole column lies between the two."""
    place = {gate.key: number for number, gates in enumerate(columns(stage)) for gate in gates}
    for gate in stage.gates:
        for before in _direct(stage, gate):
            if place[gate.key] - place[before] > 1:
                yield before, gate.key


def _onward(points: list[Point]) -> str:
    return arrow(points, BLUE, width=2.5, head="onward")


def _elbow(source: Box, target: Box) -> str:
    """From a box to one in the next column."""
    turn = target.x - GAP / 2
    return arrow(
        [(source.right, source.eye), (turn, source.eye), (turn, target.eye), (target.x - 1, target.eye)]
    )


def _detour(source: Box, target: Box, lane: float) -> str:
    """From a box to one that is several columns away, under those between."""
    out, turn = source.right + GAP / 3, target.x - GAP / 2
    return arrow(
        [
            (source.right, source.eye),
            (out, source.eye),
            (out, lane),
            (turn, lane),
            (turn, target.eye),
            (target.x - 1, target.eye),
        ]
    )


# --- words ----------------------------------------------------------------------------------------------


def gate_words(chain: Chain, gate: Gate) -> tuple[str, str]:
    """Return the label of the gate's kind, and the name of whoever opens it (empty for a document)."""
    match gate:
        case BodyGate():
            body = chain.body(gate.body)
            return label(body.kind), reworded(body.name)
        case DocumentGate():
            return say("文書"), ""
        case PeriodGate():
            return say("意見募集"), say("{days}日以上", days=gate.minimum_days)
        case SignoffGate():
            return say("決裁"), gate.position


def _months(stage: Stage) -> str:
    if stage.planned is None:
        return ""
    first, last = month_label(stage.planned.first), month_label(stage.planned.last)
    return first if first == last else f"{first}〜{last}"


def _told(chain: Chain, current: str | None) -> str:
    steps = []
    for stage in chain.stages:
        gates = say("、").join(
            f"{reworded(gate.label)}（{'・'.join(word for word in gate_words(chain, gate) if word)}）"
            for gate in stage.gates
        )
        steps.append(f"{reworded(stage.label)}: {gates}" if gates else reworded(stage.label))
    here = say("現在の段階は「{stage}」です。", stage=chain.stage(current).label) if current else ""
    told = say("段階は上から下へ進みます。各段階の右に、先へ進む前に済ませる手続があります。")
    return f"{told}{here} {' → '.join(steps)}"
