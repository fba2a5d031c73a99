"""The form of a sitting: the names and values of its fields, and what of them is new against the record, as acts in the
order of the page. Each is recorded, or refused, on its own."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from definitions.chain import Body
from definitions.terms import Outcome
from workflow import actions
from workflow.actions import SaidAgain, Seated, Spoken
from workflow.domain.calendar import parse_moment, shown_clock, tokyo_day
from workflow.domain.errors import BadInput
from workflow.domain.language import say
from workflow.domain.minutes import Speaker
from workflow.domain.rsvp import Intent
from workflow.domain.validation import typed_number
from workflow.domain.votes import ANOTHER_TIME, Choice, Part
from workflow.queries.agenda import Item, Line
from workflow.queries.attendance import Place, Poll, places, polls
from workflow.queries.meetings import MeetingFact
from workflow.queries.rsvp import Answer, Invited
from workflow.queries.speeches import Besides, SpeechFact, newest_of
from workflow.store.database import Office

COUNTED = "counted"
"""The choice of an outcome that the votes of the item amount to."""

MOST_LINES = 50
"""The most lines of remarks, or of members who take no part, that an item shows at once."""

_USUAL = {"speaker": Speaker.CHAIR.value, "lines": "1"}
"""The values of fields that no record has, by what their names begin with."""

_OF_A_LINE = re.compile(r"(speaker|name|text|who|part)-(\d+)-(\d+)")


@dataclass(frozen=True, slots=True)
class OnRecord:
    """The record of a sitting, as its form rests on it. `invited` are the members with their answers while nobody's
    attendance is recorded, else empty; `polls` are those of a body that votes,
    `speeches` the remarks by item."""

    meeting: MeetingFact
    rule: Body
    places: Sequence[Place]
    invited: Sequence[Invited]
    besides: Besides
    lines: Sequence[Line]
    polls: Mapping[int, Poll]
    speeches: Mapping[int, Sequence[SpeechFact]]

    @property
    def tallied(self) -> bool:
        return self.rule.reaches == "tallied"


@dataclass(frozen=True, slots=True)
class Step:
    """A part of the form that is new. `at` is the id of its place in the page, `fields` the names of what it consists of;
    `decides`: it is an outcome, of which people are told."""

    at: str
    title: str
    fields: tuple[str, ...]
    act: Callable[[Office], object]
    decides: bool = False


@dataclass(slots=True)
class Filled:
    """The fields as somebody filled them in, over the values that the form shows without them."""

    shown: Mapping[str, str]
    typed: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        """The value of a field as the page shows it."""
        return self.typed.get(name, self.before(name))

    def before(self, name: str) -> str:
        """The value of a field as the page shows it before anybody fills it in."""
        kind = name.partition("-")[0]
        return self.shown.get(name, _USUAL.get(kind, ""))

    def changed(self, *names: str) -> bool:
        return any(self[name].strip() != self.before(name).strip() for name in names)

    @property
    def kept(self) -> dict[str, str]:
        """The fields that differ from what the form shows without them: what a draft keeps."""
        return {name: value for name, value in self.typed.items() if value != self.before(name)}

    def lines(self, kind: str, item: int) -> range:
        """The numbers of the lines of that kind (`text`, `who`) that an item shows: those with something in them, and at
        least as many as were asked for, one without."""
        mine = [
            int(found[3])
            for name, value in self.typed.items()
            if value.strip() and (found := _OF_A_LINE.fullmatch(name)) and found[2] == str(item)
            if found[1] == kind
        ]
        asked = typed_number(self.typed.get(f"lines-{kind}-{item}", "")) or 1
        return range(1, min(max([asked, *mine]), MOST_LINES) + 1)


def filled_in(record: OnRecord, typed: Mapping[str, str]) -> Filled:
    """The form as it is shown: what was typed, over the record, over what the members answered to the invitation."""
    return Filled(shown_without(record), typed)


def shown_without(record: OnRecord) -> dict[str, str]:
    """The values that the form shows before anybody fills it in, by the names of its fields."""
    shown = {f"there-{place.seat.key}": attendance_of(place) for place in record.places}
    shown |= foreseen(record.invited)
    for place in record.places:
        for name, at in (("arrived", place.arrived_at), ("left", place.left_at)):
            shown[f"{name}-{place.seat.key}"] = shown_clock(at) if at else ""
    shown["presider"] = next((place.seat.key for place in record.places if place.presided), "")
    shown["guests"] = "\n".join(record.besides.guests)
    shown["observers"] = "" if record.besides.observers is None else str(record.besides.observers)
    for line in record.lines:
        shown[f"result-{line.id}"] = line.result or ""
        if poll := record.polls.get(line.id):
            shown |= {
                f"vote-{line.id}-{each.place.seat.key}": each.choice.value
                for each in poll.votes
                if each.choice
            }
            shown[f"deciding-{line.id}"] = poll.deciding.value if poll.deciding else ""
    return shown


def attendance_of(place: Place) -> str:
    """The recorded attendance of a member as a field holds it; empty while there is none."""
    if place.deputy:
        return f"by:{place.deputy.key}"
    return "" if place.present is None else "yes" if place.present else "no"


def foreseen(invited: Sequence[Invited]) -> dict[str, str]:
    """The fields of the attendance as the members' answers to the invitation foresee it."""
    found = {f"there-{each.seat.key}": _foreseen(each.answer, each) for each in invited}
    return {name: value for name, value in found.items() if value}


def _foreseen(answer: Answer | None, invited: Invited) -> str:
    if answer is None:
        return ""
    if answer.intent is Intent.BY_DEPUTY:
        registered = answer.deputy_key in {each.key for each in invited.deputies}
        return f"by:{answer.deputy_key}" if registered else ""
    return "yes" if answer.intent is Intent.ATTENDS else "no"


def seated_as(value: str) -> Seated | None:
    """The attendance that a field holds: yes, no, `by:<deputy>`; None for nothing."""
    if value.startswith("by:"):
        return Seated(present=True, deputy=value.removeprefix("by:"))
    return {"yes": Seated(present=True), "no": Seated(present=False)}.get(value)


def spoken_as(speaker: str, name: str, text: str) -> Spoken:
    """A remark as fields give it: `speaker` is a part, with the key of a member. Raises `BadInput`."""
    part, _, member = speaker.partition(":")
    if part not in set(Speaker):
        raise BadInput("発言者", "選ばれていません", "発言者を選んでください。")
    return Spoken(Speaker(part), text, member=member, name=name)


def lines_in(text: str) -> tuple[str, ...]:
    """The lines of a text that hold something."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def observers_in(typed: str) -> int | None:
    """The number of 傍聴者 that a field holds; None: nobody counted. Raises `BadInput`."""
    counted = typed_number(typed)
    if typed.strip() and counted is None:
        problem = say("「{given}」は人数ではありません", given=typed.strip()[:40])
        raise BadInput("傍聴者の数", problem, "半角の数字で入力してください。")
    return counted


def without_recorded(record: OnRecord, typed: Mapping[str, str], seen: int) -> dict[str, str]:
    """Return what was typed, without the remarks that are on record since the form was shown: it was sent before, and is sent
    again. `seen` is the newest remark that it showed; 0: none."""
    form, left = Filled({}, typed), dict(typed)
    for line in record.lines:
        for names, spoken, earlier in _typed_remarks(line, form):
            said = record.speeches.get(line.id, ())
            if spoken and SaidAgain(seen, earlier).is_on_record(said, spoken):
                left = {name: value for name, value in left.items() if name not in names}
    return left


def steps_of(record: OnRecord, form: Filled, by: str, now: datetime) -> list[Step]:
    """Return the parts of the form that are new, in the order in which they are recorded."""
    return [*_of_the_meeting(record, form, by, now), *_of_the_items(record, form, by, now)]


def _of_the_meeting(record: OnRecord, form: Filled, by: str, now: datetime) -> Iterator[Step]:
    meeting, reason = record.meeting.id, form["reason"]
    there: dict[str, Seated] = {}
    for place in record.places:
        value = form[f"there-{place.seat.key}"]
        if value != attendance_of(place) and (seated := seated_as(value)):
            there[place.seat.key] = seated
    presider = form["presider"] if form.changed("presider") else None
    if there or presider is not None:
        names = [f"there-{place.seat.key}" for place in record.places]
        yield Step(
            "there",
            say("出欠"),
            (*names, "presider"),
            lambda office: actions.enter_attendance(
                office, by, meeting, there, presider=presider, reason=reason, now=now
            ),
        )
    day = tokyo_day(record.meeting.starts_at).isoformat()
    for place in record.places:
        key = place.seat.key
        names = [f"arrived-{key}", f"left-{key}"]
        if form.changed(*names):
            yield Step(
                "there",
                say("{name}さんの遅参・退席の時刻", name=place.seat.name),
                tuple(names),
                partial(_times, by, meeting, key, day, form[names[0]], form[names[1]], reason, now),
            )
    if form.changed("guests", "observers"):
        guests, observers = lines_in(form["guests"]), form["observers"]
        yield Step(
            "besides",
            say("説明者・傍聴者"),
            ("guests", "observers"),
            lambda office: actions.enter_guests(
                office, by, meeting, guests, observers_in(observers), reason=reason, now=now
            ),
        )


def _times(
    by: str, meeting: int, member: str, day: str, arrived: str, left: str, reason: str, now: datetime, office: Office
) -> None:  # fmt: skip
    actions.enter_times(
        office,
        by,
        meeting,
        member,
        arrived_at=parse_moment(f"{day} {arrived}", say("来た時刻")) if arrived.strip() else None,
        left_at=parse_moment(f"{day} {left}", say("去った時刻")) if left.strip() else None,
        reason=reason,
        now=now,
    )


def _of_the_items(record: OnRecord, form: Filled, by: str, now: datetime) -> Iterator[Step]:
    for line in record.lines:
        if line.heading:
            continue
        if line.item:
            yield from _parts(line, form, by, now)
            yield from _votes(record, line, form, by, now)
            yield from _outcome(record, line, line.item, form, by, now)
        else:
            yield from _result(line, form, by, now)
        yield from _remarks(line, newest_of(record.speeches), form, by, now)


def _titled(line: Line, what: str) -> str:
    return f"{line.number}　{line.title}: {what}"


def _parts(line: Line, form: Filled, by: str, now: datetime) -> Iterator[Step]:
    parts: dict[str, Part] = {}
    names: list[str] = []
    halves = False
    for number in form.lines("who", line.id):
        pair = f"who-{line.id}-{number}", f"part-{line.id}-{number}"
        member, part = form[pair[0]], form[pair[1]]
        if member or part:
            names += pair
            halves |= not member or part not in set(Part)
        if member and part in set(Part):
            parts[member] = Part(part)
    if not names:
        return

    def act(office: Office) -> None:
        if halves:
            raise BadInput("議題の出欠", "委員か出欠が選ばれていません", "両方を選んでください。")
        actions.enter_parts(office, by, line.id, parts, reason=form["reason"], now=now)

    yield Step(
        f"item-{line.id}",
        _titled(line, say("遅参・退席・除斥")),
        (*names, f"lines-who-{line.id}"),
        act,
    )


def _votes(record: OnRecord, line: Line, form: Filled, by: str, now: datetime) -> Iterator[Step]:
    if not record.tallied:
        return
    typed = {
        place.seat.key: Choice(value)
        for place in record.places
        if (value := form[f"vote-{line.id}-{place.seat.key}"]) in set(Choice)
        and form.changed(f"vote-{line.id}-{place.seat.key}")
    }
    rest = form[f"rest-{line.id}"]
    others = Choice(rest) if rest in set(Choice) else None
    if typed or others:
        names = [f"vote-{line.id}-{place.seat.key}" for place in record.places]
        yield Step(
            f"item-{line.id}",
            _titled(line, say("挙手の結果")),
            (*names, f"rest-{line.id}"),
            lambda office: actions.enter_votes(
                office,
                by,
                line.id,
                typed | (_of_the_others(office, record, line.id, others, typed) if others else {}),
                reason=form["reason"],
                now=now,
            ),
        )
    deciding = f"deciding-{line.id}"
    if form[deciding] in set(Choice) and form.changed(deciding):
        yield Step(
            f"item-{line.id}",
            _titled(line, say("裁決")),
            (deciding,),
            lambda office: actions.cast_deciding_vote(office, by, line.id, Choice(form[deciding]), now=now),
        )


def _of_the_others(
    office: Office, record: OnRecord, item: int, choice: Choice, typed: Mapping[str, Choice]
) -> dict[str, Choice]:
    """The choice, for everybody there who has a vote and gave none."""
    with office.reading() as db:
        poll = polls(db, record.meeting, record.rule, places(db, record.meeting))[item]
    seats = [each.place.seat.key for each in poll.votes if each.awaited]
    return {key: choice for key in seats if key not in typed}


def _outcome(
    record: OnRecord, line: Line, item: Item, form: Filled, by: str, now: datetime
) -> Iterator[Step]:
    names = tuple(f"{name}-{line.id}" for name in ("outcome", "conditions", "note", "late"))
    chosen, conditions, note, late = (form[name] for name in names)
    if not any(each.strip() for each in (chosen, conditions, note, late)):
        return

    def act(office: Office) -> None:
        if chosen not in {*Outcome, COUNTED}:
            raise BadInput("結果", "選ばれていません", "結果を選ぶか、書いたものを消してください。")
        if chosen not in ANOTHER_TIME:
            with office.reading() as db:
                actions.must_be_attended(db, record.meeting.id)
        if chosen == COUNTED:
            actions.decide_by_votes(
                office, by, item.id, conditions=lines_in(conditions), note=note, late_text=late, now=now
            )
        else:
            actions.record_outcome(
                office,
                by,
                item.id,
                Outcome(chosen),
                conditions=lines_in(conditions),
                note=note,
                late_text=late,
                now=now,
            )

    yield Step(f"item-{line.id}", _titled(line, say("結果")), names, act, decides=True)


def _result(line: Line, form: Filled, by: str, now: datetime) -> Iterator[Step]:
    names = f"result-{line.id}", f"approved-{line.id}"
    result, approved = form[names[0]], form[names[1]] != "no"
    if form.changed(*names):
        yield Step(
            f"item-{line.id}",
            _titled(line, say("結果")),
            names,
            lambda office: actions.record_result(
                office, by, line.id, result, approved=approved, reason=form["reason"], now=now
            ),
        )


def _remarks(line: Line, newest: int, form: Filled, by: str, now: datetime) -> Iterator[Step]:
    """`newest` is the newest remark on record: one that another request records meanwhile is not recorded twice."""
    for names, _, earlier in _typed_remarks(line, form):
        speaker, name, text = (form[each] for each in names)
        unless = SaidAgain(newest, earlier)
        yield Step(
            names[2],
            _titled(line, say("発言")),
            (*names, f"lines-text-{line.id}"),
            partial(_remark, by, line.id, speaker or Speaker.CHAIR, name, text, unless, now),
        )


def _typed_remarks(line: Line, form: Filled) -> Iterator[tuple[tuple[str, str, str], Spoken | None, int]]:
    """The names of the fields of each remark that was typed at an item, the remark, None where nobody is chosen who made
    it, and the number of the same ones before it."""
    before = Counter[Spoken]()
    for number in form.lines("text", line.id):
        names = (
            f"speaker-{line.id}-{number}",
            f"name-{line.id}-{number}",
            f"text-{line.id}-{number}",
        )
        speaker, name, text = (form[each] for each in names)
        if not text.strip():
            continue
        try:
            spoken = spoken_as(speaker or Speaker.CHAIR, name.strip(), text.strip())
        except BadInput:
            yield names, None, 0
            continue
        yield names, spoken, before[spoken]
        before[spoken] += 1


def _remark(
    by: str, item: int, speaker: str, name: str, text: str, unless: SaidAgain, now: datetime, office: Office
) -> None:
    actions.record_speech(office, by, item, spoken_as(speaker, name, text), unless=unless, now=now)
