"""An event of the log, in words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from definitions.chain import Chain
from definitions.terms import Outcome, Role
from workflow.audit import Tag
from workflow.calendar import parse_day, shown_day
from workflow.language import say
from workflow.tally import Choice


@dataclass(frozen=True, slots=True)
class Names:
    """What keys in events stand for. A key that is not here is said as it is."""

    people: Mapping[str, str] = field(default_factory=dict)
    bodies: Mapping[str, str] = field(default_factory=dict)
    departments: Mapping[str, str] = field(default_factory=dict)


NOBODY = Names()


def event_words(
    tag: Tag,
    data: Mapping[str, Any],
    *,
    chain: Chain | None = None,
    meeting: str | None = None,
    names: Names = NOBODY,
) -> str:
    """What happened, with the labels of the plan's chain; `meeting` is the title of the meeting it happened at."""
    parts = [*_of_a_plan(tag, data, chain), *_of_people(tag, data, names)]
    parts.extend(say("条件: {text}", text=condition) for condition in data.get("conditions") or ())
    parts.extend(str(data[name]) for name in ("reason", "note") if data.get(name))
    if meeting:
        parts.append(f"［{meeting}］")
    return f"{say(tag.label)}: {' '.join(parts)}" if parts else say(tag.label)


def _of_a_plan(tag: Tag, data: Mapping[str, Any], chain: Chain | None) -> list[str]:
    parts = []
    if chain and "gate" in data and chain.has_gate(data["gate"]):
        parts.append(chain.gate(data["gate"]).label)
    if data.get("outcome") in set(Outcome):
        parts.append(say(Outcome(data["outcome"]).label))
    if chain and "from" in data and data["from"] != data["to"]:
        parts.append(f"{chain.stage(data['from']).label} → {chain.stage(data['to']).label}")
    if data.get("choice") in set(Choice):
        parts.append(say(Choice(data["choice"]).label))
    if tag is Tag.VERSION_ADDED:
        parts.append(f"{say('第{number}版', number=data['number'])} {data['filename']}")
    if tag is Tag.SIGNED and not data["approved"]:
        parts.append(say("返却"))
    if tag is Tag.COMMENT_OPENED:
        first, last = _day(data["opens_on"]), _day(data["closes_on"])
        parts.append(say("{first}から{last}まで（{days}日間）", first=first, last=last, days=data["days"]))
    if tag is Tag.OPINION_RECEIVED:
        parts.append(say("{count}件", count=data["opinions"]) + (say("（期間後）") if data["late"] else ""))
    return parts


def _of_people(tag: Tag, data: Mapping[str, Any], names: Names) -> list[str]:
    said = _PEOPLE.get(tag)
    return [said(data, names)] if said else []


def _person(data: Mapping[str, Any], names: Names, field: str = "person") -> str:
    key = str(data.get(field, ""))
    return names.people.get(key, key)


def _posted(data: Mapping[str, Any], names: Names) -> str:
    return f"{_person(data, names)}　{_department(data, names)}{_office(data)}{_span(data)}"


def _seated(data: Mapping[str, Any], names: Names) -> str:
    return f"{_person(data, names)}　{_seat(data, names)}{_span(data)}"


def _ended(data: Mapping[str, Any], names: Names) -> str:
    what = ""
    if "body" in data:
        what = _seat(data, names)
    elif "department" in data:
        what = f"{_department(data, names)}{_office(data)}"
    elif "principal" in data:
        what = say("{person}の代理", person=_person(data, names, "principal"))
    until = say("（{day}まで）", day=_day(data["last_day"]))
    return f"{_person(data, names)}　{what or say('すべての所属・委員・代理')}{until}"


def _seat(data: Mapping[str, Any], names: Names) -> str:
    role = data.get("role")
    body = str(data.get("body", ""))
    return say(
        "{body}の{role}",
        body=names.bodies.get(body, body),
        role=say(Role(role).label) if role in set(Role) else role,
    )


def _department(data: Mapping[str, Any], names: Names) -> str:
    key = str(data.get("department", ""))
    return names.departments.get(key, key)


def _office(data: Mapping[str, Any]) -> str:
    return f" {data['office']}" if data.get("office") else ""


def _span(data: Mapping[str, Any]) -> str:
    since = _day(data["since"])
    if not data.get("until"):
        return say("（{first}から）", first=since)
    return say("（{first}から{last}まで）", first=since, last=_day(data["until"]))


def _day(text: str) -> str:
    return shown_day(parse_day(str(text)))


_PEOPLE: dict[Tag, Callable[[Mapping[str, Any], Names], str]] = {
    Tag.PERSON_ADDED: lambda data, _: f"{data['name']}（{data['key']}）",
    Tag.PERSON_CHANGED: lambda data, names: "　".join(
        [_person(data, names), *(str(data[name]) for name in ("name", "email") if data.get(name))]
    ),
    Tag.PERSON_POSTED: _posted,
    Tag.MEMBER_SEATED: _seated,
    Tag.TERM_ENDED: _ended,
    Tag.DEPUTY_NAMED: lambda data, names: (
        say(
            "{principal}の代理に{deputy}",
            principal=_person(data, names, "principal"),
            deputy=_person(data, names, "deputy"),
        )
        + _span(data)
    ),
    Tag.ADMINISTRATOR_NAMED: _person,
    Tag.PASSWORD_SET: _person,
    Tag.PERSON_INVITED: _person,
    Tag.DEPARTMENT_ADDED: lambda data, _: f"{data['name']}（{data['key']}）",
    Tag.CLOSED_DAY_ADDED: lambda data, _: f"{_day(data['day'])}　{data['name']}",
    Tag.CHAIN_ADDED: lambda data, _: f"{data['title']}（{data['key']}）",
}
