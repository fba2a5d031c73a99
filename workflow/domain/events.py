"""An event of the log, in words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from definitions.chain import Chain
from definitions.terms import Outcome, Role
from workflow.domain.calendar import parse_day, shown_day
from workflow.domain.language import say
from workflow.domain.votes import Choice


class Tag(StrEnum):
    """Everything that can be logged: a closed list."""

    PERSON_ADDED = "person.added"
    PERSON_CHANGED = "person.changed"
    PERSON_POSTED = "person.posted"
    MEMBER_SEATED = "member.seated"
    TERM_ENDED = "term.ended"
    DEPUTY_NAMED = "deputy.named"
    ADMINISTRATOR_NAMED = "administrator.named"
    PASSWORD_SET = "password.set"  # noqa: S105
    DEPARTMENT_ADDED = "department.added"
    CLOSED_DAY_ADDED = "closed_day.added"
    PLAN_OPENED = "plan.opened"
    VERSION_ADDED = "version.added"
    PLAN_ADVANCED = "plan.advanced"
    PLAN_SENT_BACK = "plan.sent_back"
    PLAN_SUSPENDED = "plan.suspended"
    PLAN_RESUMED = "plan.resumed"
    PLAN_WITHDRAWN = "plan.withdrawn"
    MEETING_CALLED = "meeting.called"
    MEETING_MOVED = "meeting.moved"
    MEETING_CANCELLED = "meeting.cancelled"
    MEETING_CLOSED = "meeting.closed"
    ITEM_LISTED = "item.listed"
    ITEM_REMOVED = "item.removed"
    ATTENDANCE_ENTERED = "attendance.entered"
    VOTE_CAST = "vote.cast"
    VOTE_TAKEN_BACK = "vote.taken_back"
    DECISION_RECORDED = "decision.recorded"
    DECISION_CORRECTED = "decision.corrected"
    DECISION_TAKEN_BACK = "decision.taken_back"
    DECIDED_ALONE = "decision.chair_alone"
    RATIFIED = "decision.ratified"
    CONDITION_CLOSED = "condition.closed"
    SIGNED = "signoff.signed"
    SIGNOFF_TAKEN_BACK = "signoff.taken_back"
    SIGNOFF_REVIEWED = "signoff.reviewed"
    COMMENT_OPENED = "comment.opened"
    OPINION_RECEIVED = "opinion.received"
    OPINIONS_ANSWERED = "opinion.answered"
    COMMENT_PUBLISHED = "comment.published"
    DELIVERY_RESENT = "delivery.resent"
    ITEMS_ORDERED = "item.ordered"
    OPINION_SPLIT = "opinion.split"
    CIRCULATED = "circulation.asked"
    CIRCULATION_READ = "circulation.read"
    REMARKED = "remark.made"
    REMARK_TAKEN_BACK = "remark.taken_back"
    PERSON_INVITED = "person.invited"
    RESET_ASKED = "password.reset_asked"
    WAIT_LIFTED = "sign_in.wait_lifted"
    FEED_MADE = "feed.made"
    FEED_REVOKED = "feed.revoked"
    TOKEN_MADE = "token.made"  # noqa: S105
    TOKEN_REVOKED = "token.revoked"  # noqa: S105
    WEBHOOK_ADDED = "webhook.added"
    WEBHOOK_REVOKED = "webhook.revoked"
    CHAIN_ADDED = "chain.added"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Tag.PERSON_ADDED: "職員を登録",
    Tag.PERSON_CHANGED: "職員の登録を変更",
    Tag.PERSON_POSTED: "所属・職を登録",
    Tag.MEMBER_SEATED: "委員・事務局を登録",
    Tag.TERM_ENDED: "任期を終了",
    Tag.DEPUTY_NAMED: "代理者を届出",
    Tag.ADMINISTRATOR_NAMED: "システム管理者を指定",
    Tag.PASSWORD_SET: "パスワードを設定",
    Tag.DEPARTMENT_ADDED: "課を登録",
    Tag.CLOSED_DAY_ADDED: "閉庁日を登録",
    Tag.PLAN_OPENED: "計画を開始",
    Tag.VERSION_ADDED: "版を登録",
    Tag.PLAN_ADVANCED: "次の段階へ進行",
    Tag.PLAN_SENT_BACK: "差戻し",
    Tag.PLAN_SUSPENDED: "中断",
    Tag.PLAN_RESUMED: "再開",
    Tag.PLAN_WITHDRAWN: "取下げ",
    Tag.MEETING_CALLED: "会議を招集",
    Tag.MEETING_MOVED: "会議の日時・場所を変更",
    Tag.MEETING_CANCELLED: "会議を中止",
    Tag.MEETING_CLOSED: "会議を終了",
    Tag.ITEM_LISTED: "議題に登録",
    Tag.ITEM_REMOVED: "議題から除外",
    Tag.ATTENDANCE_ENTERED: "出欠を記録",
    Tag.VOTE_CAST: "採決・回答",
    Tag.VOTE_TAKEN_BACK: "採決・回答を取消し",
    Tag.DECISION_RECORDED: "結果を記録",
    Tag.DECISION_CORRECTED: "結果を訂正",
    Tag.DECISION_TAKEN_BACK: "結果を引戻し",
    Tag.DECIDED_ALONE: "会長が専決",
    Tag.RATIFIED: "専決を会議に報告",
    Tag.CONDITION_CLOSED: "条件を解消",
    Tag.SIGNED: "決裁",
    Tag.SIGNOFF_TAKEN_BACK: "決裁を引戻し",
    Tag.SIGNOFF_REVIEWED: "後閲",
    Tag.COMMENT_OPENED: "パブリックコメントを開始",
    Tag.OPINION_RECEIVED: "意見を受付",
    Tag.OPINIONS_ANSWERED: "意見に回答",
    Tag.COMMENT_PUBLISHED: "パブリックコメントの結果を公表",
    Tag.DELIVERY_RESENT: "通知を再送",
    Tag.ITEMS_ORDERED: "議題の順を変更",
    Tag.OPINION_SPLIT: "意見を分割",
    Tag.CIRCULATED: "供覧に付す",
    Tag.CIRCULATION_READ: "供覧を確認",
    Tag.REMARKED: "意見交換に記入",
    Tag.REMARK_TAKEN_BACK: "意見交換の記入を取消し",
    Tag.PERSON_INVITED: "職員を招待",
    Tag.RESET_ASKED: "パスワードの再設定を依頼",
    Tag.WAIT_LIFTED: "サインインの待ち時間を解除",
    Tag.FEED_MADE: "予定表の購読を開始",
    Tag.FEED_REVOKED: "予定表の購読を停止",
    Tag.TOKEN_MADE: "連携用の鍵を発行",
    Tag.TOKEN_REVOKED: "連携用の鍵を失効",
    Tag.WEBHOOK_ADDED: "他システムへの通知を登録",
    Tag.WEBHOOK_REVOKED: "他システムへの通知を停止",
    Tag.CHAIN_ADDED: "定義を登録",
}


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
