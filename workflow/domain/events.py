"""An event of the log, in words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from definitions.chain import Chain
from definitions.labelled import Labelled
from definitions.terms import Outcome, Role
from workflow.domain.accounts import StepsDemanded
from workflow.domain.calendar import parse_day, shown_day
from workflow.domain.cover import TextKind
from workflow.domain.kept_calendars import CalendarKind
from workflow.domain.language import label, reworded, say
from workflow.domain.minutes import MinutesKind
from workflow.domain.papers import PaperKind, designation
from workflow.domain.rights import PaperAudience, PlanReaders
from workflow.domain.rsvp import Intent, Way
from workflow.domain.schedules import version_name
from workflow.domain.sheets import SheetKind
from workflow.domain.votes import Choice


class Tag(Labelled):
    """Everything that can be logged: a closed list."""

    PERSON_ADDED = "person.added", "職員を登録"
    PERSON_CHANGED = "person.changed", "職員の登録を変更"
    PERSON_POSTED = "person.posted", "所属・職を登録"
    MEMBER_SEATED = "member.seated", "委員・事務局を登録"
    TERM_ENDED = "term.ended", "任期を終了"
    DEPUTY_NAMED = "deputy.named", "代理者を届出"
    ADMINISTRATOR_NAMED = "administrator.named", "システム管理者を指定"
    AUDITOR_NAMED = "auditor.named", "監査を指定"
    PASSWORD_SET = "password.set", "パスワードを設定"
    PROVIDER_BOUND = "provider.bound", "外部サインインを結び付け"
    PROVIDER_UNBOUND = "provider.unbound", "外部サインインの結び付きを解除"
    SECOND_STEP_SET = "second_step.set", "二段階目の確認を登録"
    SECOND_STEP_RESET = "second_step.reset", "二段階目の確認を解除"
    SECOND_STEP_DEMANDED = "second_step.demanded", "二段階目の確認を求める範囲を変更"
    PLANS_OPENED_TO = "plans.opened_to", "計画の閲覧範囲を変更"
    TEMPLATE_SET = "template.set", "書類のテンプレートを変更"
    PASSKEY_ADDED = "passkey.added", "パスキーを登録"
    PASSKEY_REMOVED = "passkey.removed", "パスキーを削除"
    RECOVERY_CODE_USED = "second_step.recovery_code_used", "予備のコードでサインイン"
    DEPARTMENT_ADDED = "department.added", "課を登録"
    DEPARTMENT_RENAMED = "department.renamed", "課の名称を訂正"
    DEPARTMENTS_ORDERED = "department.ordered", "課の建制順を登録"
    STAFF_ORDERED = "department.staff_ordered", "課の職員の順を登録"
    CLOSED_DAY_ADDED = "closed_day.added", "閉庁日を登録"
    CLOSING_RULE_SET = "closing_rule.set", "毎年の閉庁日を登録"
    CLOSING_RULE_ENDED = "closing_rule.ended", "毎年の閉庁日を終了"
    CLOSED_DAY_RENAMED = "closed_day.renamed", "閉庁日の名称を変更"
    CLOSED_DAY_REMOVED = "closed_day.removed", "閉庁日を取消し"
    CALENDAR_KEPT = "calendar.kept", "予定表を登録"
    CALENDAR_READ = "calendar.read", "予定表を読取り"
    CALENDAR_REMOVED = "calendar.removed", "予定表を除去"
    MAIL_TRIED = "mail.tried", "試しのメールを送信"
    PLAN_OPENED = "plan.opened", "計画を開始"
    PLAN_TAKEN_OVER = "plan.taken_over", "移行登録"
    PLAN_CORRECTED = "plan.corrected", "計画の名称・担当課・工程表の月を訂正"
    SCHEDULE_CHANGED = "schedule.changed", "工程表を変更"
    VERSION_ADDED = "version.added", "版を登録"
    VERSION_DECLARED = "version.declared", "版の種類を変更"
    TEXT_CONFIRMED = "confirmation.confirmed", "訂正を確認"
    TEXT_PUT_AGAIN = "confirmation.put_again", "訂正を諮り直しに"
    CONFIRMATION_TAKEN_BACK = "confirmation.taken_back", "訂正の確認を引戻し"
    PLAN_ADVANCED = "plan.advanced", "次の段階へ進行"
    PLAN_SENT_BACK = "plan.sent_back", "差戻し"
    PLAN_SUSPENDED = "plan.suspended", "中断"
    PLAN_RESUMED = "plan.resumed", "再開"
    PLAN_WITHDRAWN = "plan.withdrawn", "取下げ"
    PLAN_FINISHED = "plan.finished", "完了"
    PLAN_STOPPED = "plan.stopped", "済んだ手続が効力を失い、計画が停止"
    MEETING_PREPARED = "meeting.prepared", "会議を準備"
    DRAFT_CHANGED = "meeting.draft_changed", "準備中の会議を変更"
    DRAFT_DISCARDED = "meeting.discarded", "準備中の会議を取りやめ"
    MEETING_CALLED = "meeting.called", "会議を招集"
    AGENDA_TOLD = "meeting.agenda_told", "議題の変更を通知"
    MEETING_MOVED = "meeting.moved", "会議の日時・場所を変更"
    WRITTEN_TERMS_SET = "meeting.written_terms_set", "持ち回りの理由と求める内容を記入"
    CONSENT_GIVEN = "meeting.consent_given", "持ち回りで諮ることに回答"
    MEETING_TIME_CORRECTED = "meeting.time_corrected", "開催した会議の日時を訂正"
    MEETING_CANCELLED = "meeting.cancelled", "会議を中止"
    MEETING_CLOSED = "meeting.closed", "会議を終了"
    CLOSED_TO_PUBLIC = "meeting.closed_to_public", "非公開の決定を記録"
    OPENED_TO_PUBLIC = "meeting.opened_to_public", "公開の決定を記録"
    ITEM_LISTED = "item.listed", "議題に登録"
    ITEM_REMOVED = "item.removed", "議題から除外"
    ITEM_TIMED = "item.timed", "議題の予定時間を設定"
    RESULT_RECORDED = "item.result_recorded", "議題の結果を言葉で記録"
    PAPER_ADDED = "paper.added", "会議資料を登録"
    PAPER_REPLACED = "paper.replaced", "会議資料を差し替え"
    PAPER_WITHDRAWN = "paper.withdrawn", "会議資料を取下げ"
    PAPER_RETITLED = "paper.retitled", "会議資料の名称を訂正"
    PAPER_OPENED_TO = "paper.opened_to", "会議資料の閲覧範囲を変更"
    PAPERS_RENUMBERED = "meeting.papers_renumbered", "資料の番号を付け直し"
    PAPERS_DUE_SET = "meeting.papers_due_set", "資料の提出期限を設定"
    ATTENDANCE_ENTERED = "attendance.entered", "出欠を記録"
    ATTENDANCE_CORRECTED = "attendance.corrected", "出欠を訂正"
    PARTS_ENTERED = "attendance.item", "議題ごとの退席・除斥を記録"
    TIMES_ENTERED = "attendance.times", "遅参・退席の時刻を記録"
    GUESTS_ENTERED = "meeting.guests", "説明者・傍聴者を記録"
    SPEECH_RECORDED = "speech.recorded", "発言を記録"
    SPEECH_CORRECTED = "speech.corrected", "発言を訂正"
    SPEECH_REMOVED = "speech.removed", "発言の記録を取消し"
    MINUTES_DRAFTED = "minutes.drafted", "概要・会議録の案を作成"
    MINUTES_EDITED = "minutes.edited", "概要・会議録の案を修正"
    MINUTES_PUT = "minutes.put", "概要・会議録の確認を会長に依頼"
    MINUTES_RETURNED = "minutes.returned", "概要・会議録を案に差し戻し"
    MINUTES_CONFIRMED = "minutes.confirmed", "概要・会議録を確定"
    MINUTES_CORRECTED = "meeting.minutes_corrected", "概要・会議録を訂正"
    MINUTES_PUBLISHED = "minutes.published", "概要・会議録を公開"
    MINUTES_UNPUBLISHED = "minutes.unpublished", "概要・会議録の公開を取りやめ"
    VOTE_CAST = "vote.cast", "採決・回答"
    ANSWERED_LATE = "vote.late", "持ち回りに期限後に回答"
    VOTE_TAKEN_BACK = "vote.taken_back", "採決・回答を取消し"
    DECISION_RECORDED = "decision.recorded", "結果を記録"
    DECISION_CORRECTED = "decision.corrected", "結果を訂正"
    DECISION_TAKEN_BACK = "decision.taken_back", "結果を引戻し"
    DECIDED_ALONE = "decision.chair_alone", "会長が専決"
    RATIFIED = "decision.ratified", "専決を会議に報告"
    CONDITION_CLOSED = "condition.closed", "条件を解消"
    SIGNED = "signoff.signed", "決裁"
    SIGNOFF_TAKEN_BACK = "signoff.taken_back", "決裁を引戻し"
    SIGNOFF_REVIEWED = "signoff.reviewed", "後閲"
    CONFIRMATION_REVIEWED = "confirmation.reviewed", "訂正の確認の後閲"
    COMMENT_OPENED = "comment.opened", "パブリックコメントを開始"
    OPINION_RECEIVED = "opinion.received", "意見を受付"
    OPINIONS_ANSWERED = "opinion.answered", "意見に回答"
    COMMENT_PUBLISHED = "comment.published", "パブリックコメントの結果を公表"
    DELIVERY_RESENT = "delivery.resent", "通知を再送"
    ITEMS_ORDERED = "item.ordered", "議題の順を変更"
    OPINION_SPLIT = "opinion.split", "意見を分割"
    CIRCULATED = "circulation.asked", "供覧に付す"
    CIRCULATION_READ = "circulation.read", "供覧を確認"
    REMARKED = "remark.made", "意見交換に記入"
    REMARK_TAKEN_BACK = "remark.taken_back", "意見交換の記入を取消し"
    INQUIRED = "inquiry.asked", "照会"
    ADDRESSEES_ADDED = "inquiry.addressees_added", "照会の宛先を追加"
    INQUIRY_ANSWERED = "inquiry.answered", "照会に回答"
    REMARK_RESPONDED = "inquiry.responded", "照会の意見への対応を記録"
    INQUIRY_EXTENDED = "inquiry.extended", "照会の期限を延長"
    INQUIRY_WITHDRAWN = "inquiry.withdrawn", "照会を取下げ"
    PERSON_INVITED = "person.invited", "職員を招待"
    RESET_ASKED = "password.reset_asked", "パスワードの再設定を依頼"
    RESET_HANDED = "password.reset_handed", "パスワードの再設定のリンクを発行"
    WAIT_LIFTED = "sign_in.wait_lifted", "サインインの待ち時間を解除"
    FEED_MADE = "feed.made", "予定表の購読を開始"
    FEED_REVOKED = "feed.revoked", "予定表の購読を停止"
    TOKEN_MADE = "token.made", "連携キーを発行"
    TOKEN_REVOKED = "token.revoked", "連携キーを失効"
    WEBHOOK_ADDED = "webhook.added", "他システムへの通知を登録"
    WEBHOOK_REVOKED = "webhook.revoked", "他システムへの通知を停止"
    CHAIN_ADDED = "chain.added", "策定の流れを登録"
    COMMENT_EXTENDED = "comment.extended", "パブリックコメントの期間を延長"
    COMMENT_CORRECTED = "comment.corrected", "パブリックコメントの募集を訂正"
    COMMENT_CANCELLED = "comment.cancelled", "パブリックコメントを中止"
    COMMENT_COUNTED = "comment.counted", "前のパブリックコメントを有効と決定"
    ADDENDUM_PUBLISHED = "comment.addendum_published", "パブリックコメントの結果の追補を公表"
    AUTHORS_ERASED = "comment.authors_erased", "パブリックコメントの提出者を消去"
    RSVP_GIVEN = "rsvp.given", "出欠を回答"
    CONTACT_SET = "body.contact_set", "会議体の事務局の連絡先を登録"
    RSVP_LINKS_REVOKED = "rsvp.links_revoked", "出欠の回答のリンクを失効"
    ROWS_NAMED = "rows.named", "記録の行を証明に追加"


@dataclass(frozen=True, slots=True)
class Names:
    """Names for the keys in events. An unknown key is shown as it is."""

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
    taken_over: bool = False,
) -> str:
    """Return the description of an event, with the labels of the plan's chain. `meeting` is the title of the
    meeting where it happened; `taken_over`: it is a part of a takeover."""
    parts = [*_of_a_plan(tag, data, chain), *_of_people(tag, data, names)]
    parts.extend(say("条件: {text}", text=condition) for condition in data.get("conditions") or ())
    parts.extend(str(data[name]) for name in ("reason", "note") if data.get(name))
    if meeting:
        parts.append(f"［{meeting}］")
    if taken_over and tag is not Tag.PLAN_TAKEN_OVER:
        parts.append(f"［{label(Tag.PLAN_TAKEN_OVER)}］")
    return f"{label(tag)}: {' '.join(parts)}" if parts else label(tag)


def _of_a_plan(tag: Tag, data: Mapping[str, Any], chain: Chain | None) -> list[str]:
    parts = []
    if chain and "gate" in data and chain.has_gate(data["gate"]):
        parts.append(reworded(chain.gate(data["gate"]).label))
    if data.get("outcome") in set(Outcome):
        parts.append(label(Outcome(data["outcome"])))
    if chain and "from" in data and data["from"] != data["to"]:
        left, entered = (reworded(chain.stage(data[end]).label) for end in ("from", "to"))
        parts.append(f"{left} → {entered}")
    if data.get("choice") in set(Choice):
        parts.append(label(Choice(data["choice"])))
    if chain and tag is Tag.PLAN_STOPPED:
        parts.append(say("、").join(reworded(chain.gate(gate).label) for gate in data["gates"]))
    if tag is Tag.PLAN_CORRECTED:
        parts.extend(
            say("{was} → {now}", was=data["was"][name] or say("なし"), now=data["set"][name] or say("なし"))
            for name in data["set"]
        )
    if tag is Tag.SCHEDULE_CHANGED:
        parts.append(version_name(data["number"]))
    if tag in (Tag.ITEM_LISTED, Tag.RESULT_RECORDED) and data.get("title"):
        parts.append(f"{data['title']}　{data.get('result', '')}".strip())
    if tag in (Tag.CLOSED_TO_PUBLIC, Tag.OPENED_TO_PUBLIC):
        parts.extend(data[name] for name in ("title", "basis") if data[name])
    parts.extend(_of_papers(tag, data))
    if tag is Tag.ITEM_TIMED and data["minutes"] is not None:
        parts.append(say("{minutes} 分", minutes=data["minutes"]))
    if tag is Tag.CONSENT_GIVEN:
        parts.append(say("同意する") if data["agrees"] else say("同意しない"))
    if tag is Tag.WRITTEN_TERMS_SET:
        parts.append(data["asks"])
    if data.get("text") in set(MinutesKind):
        parts.append(
            say("{kind}（第{number}版）", kind=label(MinutesKind(data["text"])), number=data["version"])
        )
    if tag in _OF_A_VERSION:
        parts.append(say("第{number}版", number=data["number"]))
    parts.extend(str(data[name]) for name in ("filename", "why") if data.get(name))
    if tag in (Tag.PLAN_TAKEN_OVER, Tag.ROWS_NAMED):
        parts.append(say("{count} 行", count=data["rows"]))
    if data.get("kind") in set(TextKind):
        parts.append(label(TextKind(data["kind"])))
    if data.get("on"):
        parts.append(say("（{day} 付け、後日登録）", day=_day(data["on"])))
    if data.get("late_text"):
        parts.append(say("後日登録の版: {why}", why=data["late_text"]))
    if tag is Tag.SIGNED and not data["approved"]:
        parts.append(say("返却"))
    if tag is Tag.COMMENT_OPENED:
        first, last = _day(data["opens_on"]), _day(data["closes_on"])
        parts.append(say("{first}から{last}まで（{days}日間）", first=first, last=last, days=data["days"]))
    if tag in (Tag.COMMENT_EXTENDED, Tag.COMMENT_CORRECTED):
        parts.extend(_changed(data))
        if data.get("days_shut"):
            parts.append(why_changed(data))
    if tag in _OF_AN_INQUIRY:
        parts.append(str(data["title"]))
    if tag in (Tag.INQUIRED, Tag.ADDRESSEES_ADDED):
        parts.append(say("（宛先 {count}）", count=len(data["departments"]) + len(data["people"])))
    if tag in (Tag.INQUIRED, Tag.INQUIRY_EXTENDED):
        parts.append(say("（{day}まで）", day=_day(data["due_on"])))
    if tag is Tag.ADDENDUM_PUBLISHED:
        parts.append(say("{count}件", count=data["opinions"]))
    if tag is Tag.AUTHORS_ERASED:
        parts.append(say("{count} 人", count=data["submissions"]))
    if tag is Tag.OPINION_RECEIVED:
        parts.append(say("{count}件", count=data["opinions"]) + (say("（期間後）") if data["late"] else ""))
    return parts


def _of_papers(tag: Tag, data: Mapping[str, Any]) -> list[str]:
    if tag is Tag.PAPERS_RENUMBERED:
        return [say("{count}件", count=len(data["renumbered"]))]
    if tag is Tag.PAPERS_DUE_SET:
        return [_day(data["day"]) if data["day"] else say("なし")]
    if tag not in PAPERS:
        return []
    named = designation(PaperKind(data["series"]), data["number"])
    parts = [
        say("{paper}（第{edition}版）", paper=named, edition=data["edition"])
        if data["edition"] > 1
        else named
    ]
    if tag in (Tag.PAPER_ADDED, Tag.PAPER_OPENED_TO):
        parts.append(label(PaperAudience(data["audience"])))
    if data.get("title"):
        parts.append(say("{was} → {now}", was=data["was"], now=data["title"]))
    return parts


PAPERS = (
    *(Tag.PAPER_ADDED, Tag.PAPER_REPLACED, Tag.PAPER_WITHDRAWN),
    *(Tag.PAPER_RETITLED, Tag.PAPER_OPENED_TO),
)
"""The events of one paper."""


_SET = {
    "opens_on": "募集開始日",
    "closes_on": "募集終了日",
    "places": "閲覧場所",
    "contact": "提出先・問合せ先",
    "shortened_why": "短縮の理由",
}
"""The label of each field of a public comment that can be changed."""


def changes_of_comment(data: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return the changes that an event made to a public comment: each field's label, its old and its new value."""
    return [
        (say(_SET[name]), _set_to(name, data["was"][name]), _set_to(name, data["set"][name]))
        for name in _SET
        if name in data["set"]
    ]


def why_changed(data: Mapping[str, Any]) -> str:
    """Return the reason for a change of a public comment: as written, or the suspension of its plan."""
    if data.get("days_shut"):
        return say("計画の中断により、{days} 日の間、受け付けられなかったため", days=data["days_shut"])
    return str(data["reason"])


def _set_to(name: str, value: Any) -> str:
    if not value:
        return say("なし")
    if name in ("opens_on", "closes_on"):
        return _day(value)
    return say("、").join(value) if name == "places" else str(value)


def _changed(data: Mapping[str, Any]) -> list[str]:
    return [
        say("{field}: {was} → {now}", field=field, was=was, now=now)
        for field, was, now in changes_of_comment(data)
    ]


_OF_AN_INQUIRY = (
    *(Tag.INQUIRED, Tag.ADDRESSEES_ADDED, Tag.INQUIRY_ANSWERED),
    *(Tag.REMARK_RESPONDED, Tag.INQUIRY_EXTENDED, Tag.INQUIRY_WITHDRAWN),
)
"""Told without who answered and what: everybody who reads the plan reads its events."""
_OF_A_VERSION = (Tag.VERSION_ADDED, Tag.VERSION_DECLARED, Tag.TEXT_CONFIRMED, Tag.TEXT_PUT_AGAIN)


def _of_people(tag: Tag, data: Mapping[str, Any], names: Names) -> list[str]:
    said = _PEOPLE.get(tag)
    return [said(data, names)] if said else []


def _person(data: Mapping[str, Any], names: Names, field: str = "person") -> str:
    key = str(data.get(field) or "")
    return names.people.get(key, key)


def _invited(data: Mapping[str, Any], names: Names) -> str:
    return _person(data, names) + (say("（リンクを画面に表示）") if data.get("shown") else "")


def _posted(data: Mapping[str, Any], names: Names) -> str:
    return f"{_person(data, names)}　{_department(data, names)}{_position(data)}{_span(data)}"


def _seated(data: Mapping[str, Any], names: Names) -> str:
    return f"{_person(data, names)}　{_seat(data, names)}{_span(data)}"


def _ended(data: Mapping[str, Any], names: Names) -> str:
    what = ""
    if "body" in data:
        what = _seat(data, names)
    elif "department" in data:
        what = f"{_department(data, names)}{_position(data)}"
    elif "principal" in data:
        what = say("{person}の代理", person=_person(data, names, "principal"))
    elif "auditor" in data:
        what = say("監査")
    until = say("（{day}まで）", day=_day(data["last_day"]))
    return f"{_person(data, names)}　{what or say('すべての所属・委員・代理')}{until}"


def _rsvp(data: Mapping[str, Any], names: Names) -> str:
    return say(
        "{person}　{answer}（{way}）",
        person=_person(data, names),
        answer=label(Intent(data["intent"])),
        way=label(Way(data["way"])),
    )


def _seat(data: Mapping[str, Any], names: Names) -> str:
    role = data.get("role")
    body = str(data.get("body", ""))
    return say(
        "{body}の{role}",
        body=names.bodies.get(body, body),
        role=label(Role(role)) if role in set(Role) else role,
    )


def _department(data: Mapping[str, Any], names: Names) -> str:
    key = str(data.get("department", ""))
    return names.departments.get(key, key)


def _position(data: Mapping[str, Any]) -> str:
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
    Tag.SECOND_STEP_SET: _person,
    Tag.SECOND_STEP_RESET: _person,
    Tag.PASSKEY_ADDED: lambda data, names: f"{_person(data, names)}　{data['name']}",
    Tag.PASSKEY_REMOVED: lambda data, names: f"{_person(data, names)}　{data['name']}",
    Tag.RECOVERY_CODE_USED: _person,
    Tag.SECOND_STEP_DEMANDED: lambda data, _: label(StepsDemanded(data["whom"])),
    Tag.PLANS_OPENED_TO: lambda data, _: label(PlanReaders(data["whom"])),
    Tag.TEMPLATE_SET: lambda data, _: "　".join(
        [label(SheetKind(data["kind"])), data["filename"] or say("既定のもの")]
    ),
    Tag.PROVIDER_BOUND: lambda data, names: f"{_person(data, names)}　{data['issuer']}",
    Tag.PROVIDER_UNBOUND: lambda data, names: f"{_person(data, names)}　{data['issuer']}",
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
    Tag.AUDITOR_NAMED: _person,
    Tag.PASSWORD_SET: _person,
    Tag.RESET_HANDED: _person,
    Tag.PERSON_INVITED: _invited,
    Tag.DEPARTMENT_ADDED: lambda data, _: f"{data['name']}（{data['key']}）",
    Tag.DEPARTMENT_RENAMED: lambda data, _: f"{data['before']} → {data['name']}（{data['key']}）",
    Tag.DEPARTMENTS_ORDERED: lambda data, _: say("、").join(data["names"]),
    Tag.STAFF_ORDERED: lambda data, names: _department(data, names),
    Tag.CLOSED_DAY_ADDED: lambda data, _: f"{_day(data['day'])}　{data['name']}",
    Tag.CLOSING_RULE_SET: lambda data, _: (
        f"{data['first']}〜{data['last']}　{data['name']}（{data['since']}〜）"
    ),
    Tag.CLOSING_RULE_ENDED: lambda data, _: f"{data['name']}（〜{data['until']}）",
    Tag.CLOSED_DAY_RENAMED: lambda data, _: f"{_day(data['day'])}　{data['name']}",
    Tag.CLOSED_DAY_REMOVED: lambda data, _: (
        f"{_day(data['day'])}　{data['name']}（{data.get('reason') or say('予定表からなくなりました')}）"
    ),
    Tag.CALENDAR_KEPT: lambda data, _: f"{data['name']}（{label(CalendarKind(data['kind']))}）",
    Tag.CALENDAR_READ: lambda data, _: say(
        "{name}: 増えた予定 {new} 件、なくなった予定 {gone} 件",
        name=data["name"],
        new=data["new"],
        gone=data["gone"],
    ),
    Tag.CALENDAR_REMOVED: lambda data, _: data["name"],
    Tag.MAIL_TRIED: _person,
    Tag.RSVP_GIVEN: _rsvp,
    Tag.RSVP_LINKS_REVOKED: _person,
    Tag.CONTACT_SET: lambda data, names: "　".join(
        [
            names.bodies.get(data["body"], data["body"]),
            *(data[name] for name in ("name", "email", "telephone") if data[name]),
        ]
    ),
    Tag.CHAIN_ADDED: lambda data, _: f"{data['title']}（{data['key']}）",
}
