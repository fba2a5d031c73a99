"""Minutes of a meeting: who speaks in them, the life of their two texts (概要 and 会議録), the drafts of both, made from the
record, and a text that was edited in Word. A draft is a paper in Japanese, whatever language its reader chose."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Self

from definitions.labelled import Labelled
from workflow.domain.calendar import business_days_after, tokyo_day
from workflow.domain.texts import Text, heading, paragraph

LONGEST_MINUTES = 100_000
"""The longest text of minutes taken, in characters: every word of some five hours."""


class Speaker(Labelled):
    """In what part somebody speaks at a meeting."""

    CHAIR = "chair", "会長（進行）"
    MEMBER = "member", "委員"
    GUEST = "guest", "説明者・関係者"
    SECRETARIAT = "secretariat", "事務局"


def in_order(spoken: Iterable[tuple[int, int | None]]) -> list[int]:
    """Return the places of the remarks at an item in the order in which they were made. Each is given by its place and
    that of the remark it follows: None, it came after all that stood before; 0, before all. Of two that follow the same
    one, the later record is the nearer."""
    after: dict[int, list[int]] = {}
    waiting = []
    for place, follows in sorted(spoken):
        if follows is None:
            waiting.append(place)
        else:
            after.setdefault(follows, []).append(place)
    found: list[int] = []
    ahead = [*reversed(waiting), *after.get(0, ())]
    while ahead:
        found.append(ahead.pop())
        ahead.extend(after.get(found[-1], ()))
    return found


class MinutesKind(Labelled):
    """The short text, with the items and their outcomes, and the whole one, with the course of the meeting."""

    SUMMARY = "summary", "概要"
    FULL = "full", "会議録"


class MinutesState(Labelled):
    """The state of one version of a text: being written, put to the chair, confirmed by the chair, and approved by the
    body at a later meeting."""

    DRAFT = "draft", "作成中"
    PUT = "put", "会長の確認待ち"
    CONFIRMED = "confirmed", "確定"
    APPROVED = "approved", "承認済"

    @property
    def final(self) -> bool:
        """Return whether who reads the meeting reads the text; a correction of it is another version."""
        return self in (MinutesState.CONFIRMED, MinutesState.APPROVED)


class BesideText(Labelled):
    """Parts of a Word document besides the words of its paragraphs and tables, and what becomes of each."""

    CHANGES = "changes", "変更履歴は、すべて承諾したものとして読みました。"
    COMMENTS = "comments", "コメントは取り込みません。"
    NUMBERS = (
        "numbers",
        "Word が自動で付けた番号と行頭の記号は取り込みません。要るものは、文字で書いてください。",
    )
    PICTURES = "pictures", "図と画像は取り込みません。"
    FOOTNOTES = "footnotes", "脚注は、文の終わりに置きました。"
    OTHERS = "others", "文末脚注、ヘッダー及びフッターは取り込みません。"


@dataclass(frozen=True, slots=True)
class MinutesMark:
    """The text that a Word document was made from; `revision` counts the edits of its draft."""

    meeting: int
    kind: MinutesKind
    version: int
    revision: int

    @property
    def written(self) -> str:
        """The mark as the document carries it, in its keywords: without a sign that divides keywords."""
        return f"sakutei-minutes-{self.meeting}-{self.kind.value}-{self.version}-{self.revision}"

    @classmethod
    def found_in(cls, keywords: str) -> Self | None:
        """Return the mark among the keywords of a document; None where there is none."""
        found = _MARK.search(keywords)
        if found is None:
            return None
        meeting, kind, version, revision = found.groups()
        return cls(int(meeting), MinutesKind(kind), int(version), int(revision))


_MARK = re.compile(r"sakutei-minutes-([0-9]{1,9})-(summary|full)-([0-9]{1,9})-([0-9]{1,9})(?![0-9])")


@dataclass(frozen=True, slots=True)
class WordMinutes:
    """A text of minutes as Word gives it back. `mark` is None in a document that was not made from minutes here."""

    text: str
    mark: MinutesMark | None
    beside: tuple[BesideText, ...]


@dataclass(frozen=True, slots=True)
class Attendee:
    """A member at the meeting: the role in the body (会長), the position (職) of that day, and the name. `deputy` attended
    for them; `arrived` and `left` are times of day. Empty where there is none."""

    role: str
    office: str
    name: str
    deputy: str = ""
    arrived: str = ""
    left: str = ""

    @property
    def named(self) -> str:
        """The speaker as minutes name them: who attended for a member, with the member."""
        own = f"{self.name}{self.role}"
        return f"{self.deputy}（{own}代理）" if self.deputy else own


@dataclass(frozen=True, slots=True)
class Remark:
    """Something said, and by whom as the minutes name them."""

    speaker: str
    text: str


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """An item of the agenda. `heading`: it stands over the items that follow. `outcome` is in words, `counts` are those of
    a vote, and `result` came of an item at no gate; `apart` says who took no part. Empty where there is none."""

    id: int
    number: str
    title: str
    heading: bool
    papers: tuple[str, ...]
    remarks: tuple[Remark, ...]
    outcome: str
    note: str
    counts: dict[str, int]
    conditions: tuple[str, ...]
    result: str
    apart: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MinutesFacts:
    """A meeting as far as its minutes tell of it. `members` counts those of its day, also those of whom nothing was
    recorded; `observers` is None where nobody counted."""

    number: int
    body: str
    title: str
    day: str
    begins: str
    ends: str
    form: str
    in_writing: bool
    place: str
    presider: str
    members: int
    attendance: tuple[Attendee, ...]
    absent: tuple[Attendee, ...]
    guests: tuple[str, ...]
    observers: int | None
    items: tuple[ItemFacts, ...]


def last_day(over: datetime, days: int, closed: Collection[date]) -> date:
    """Return the last day on which minutes become final in time: so many business days after the meeting was over."""
    return business_days_after(tokyo_day(over), days, closed)


def draft_of(kind: MinutesKind, facts: MinutesFacts) -> str:
    """Return the draft of the text, made from the record."""
    lines = _summary(facts) if kind is MinutesKind.SUMMARY else _full(facts)
    return "\n".join(lines) + "\n"


def item_heading(item: ItemFacts) -> str:
    """The line under which the texts tell of the item."""
    return f"議題{item.number}　{item.title}"


def part_on(item: ItemFacts, text: str) -> str:
    """Return the part of a text on the item, with its heading; empty where nothing in the text is under that heading."""
    heading, found = item_heading(item), list[str]()
    for line in text.splitlines():
        if line.strip() == heading:
            found = [line]
        elif found and _ENDS_AN_ITEM.match(line):
            break
        elif found:
            found.append(line)
    return "\n".join(found).rstrip()


def lines_of(text: str) -> list[str]:
    """The lines of a text, whatever ends them, without the empty ones after the last."""
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip().split("\n")


def without_title(kind: MinutesKind, text: str) -> str:
    """The text without its first line, where that is the title as a draft has it: a paper has a title of its own."""
    first, _, rest = text.partition("\n")
    return rest.lstrip("\r\n") if first.strip().endswith(f"　{kind.label}") else text


def begins_a_part(line: str) -> bool:
    """Return whether the line is a heading of the text: that of an item, or what ends one."""
    return bool(_ENDS_AN_ITEM.match(line))


def blocks_of(text: str) -> Text:
    """The text as it is compared: its lines, without the empty ones."""
    return tuple(
        heading(line.strip(), 1) if begins_a_part(line) else paragraph(line.strip())
        for line in lines_of(text)
        if line.strip()
    )


_ENDS_AN_ITEM = re.compile(r"議題\S+　|〔|[１-９]　")


def _summary(facts: MinutesFacts) -> Iterator[str]:
    yield f"{_named(facts)}　概要"
    yield ""
    yield f"日時　{_time(facts)}"
    yield f"場所　{facts.place}（{facts.form}）"
    if not facts.in_writing:
        deputies = sum(bool(each.deputy) for each in facts.attendance)
        yield (
            f"出席　委員 {facts.members} 人中 {len(facts.attendance)} 人"
            + (f"（うち代理 {deputies} 人）" if deputies else "")
        )
    if facts.observers is not None:
        yield f"傍聴者　{facts.observers} 人"
    for item in facts.items:
        yield ""
        if item.heading:
            yield f"〔{item.number}　{item.title}〕"
        else:
            yield item_heading(item)
            yield from _outcome(item)


def _full(facts: MinutesFacts) -> Iterator[str]:
    yield f"{_named(facts)}　会議録"
    yield ""
    yield f"１　日時　{_time(facts)}"
    yield f"２　場所　{facts.place}（{facts.form}）"
    yield "３　出席した委員"
    yield from (f"　{_attendee(each)}" for each in facts.attendance)
    if facts.absent:
        yield "　欠席した委員"
        yield from (f"　{_attendee(each)}" for each in facts.absent)
    if facts.presider:
        yield f"　進行　{facts.presider}"
    yield "４　説明者・関係者　" + ("、".join(facts.guests) or "なし")
    counted = "記録なし" if facts.observers is None else f"{facts.observers} 人"
    yield f"５　傍聴者　{counted}"
    yield "６　議題、経過及び結果"
    for item in facts.items:
        yield ""
        if item.heading:
            yield f"〔{item.number}　{item.title}〕"
            continue
        yield item_heading(item)
        if item.papers:
            yield "　資料　" + "、".join(item.papers)
        if item.apart:
            yield "　" + "、".join(item.apart)
        for remark in item.remarks:
            first, *rest = remark.text.splitlines()
            yield f"　（{remark.speaker}）{first}"
            yield from (f"　　{line}" for line in rest)
        yield from _outcome(item)
    yield ""
    yield "７　その他　なし"


def _named(facts: MinutesFacts) -> str:
    return facts.title if facts.body in facts.title else f"{facts.body}　{facts.title}"


def _time(facts: MinutesFacts) -> str:
    return f"{facts.day} {facts.begins}から{facts.ends}まで"


def _attendee(member: Attendee) -> str:
    office = f"（{member.office}）" if member.office else ""
    times = [f"遅参 {member.arrived}" if member.arrived else "", f"退席 {member.left}" if member.left else ""]
    more = "、".join(each for each in (f"代理 {member.deputy}" if member.deputy else "", *times) if each)
    return f"{member.role}{office}　{member.name}" + (f"（{more}）" if more else "")


def _outcome(item: ItemFacts) -> Iterator[str]:
    if item.outcome:
        yield f"　結果　{item.outcome}{_counts(item.counts)}"
    if item.note:
        yield f"　備考　{item.note}"
    for condition in item.conditions:
        yield f"　条件　{condition}"
    for line in item.result.splitlines():
        yield f"　結果　{line}"
    if not (item.outcome or item.result):
        yield "　結果　記録なし"


def _counts(counts: dict[str, int]) -> str:
    if not counts:
        return ""
    return f"（賛成 {counts['in_favour']}、反対 {counts['against']}、棄権 {counts['abstained']}）"
