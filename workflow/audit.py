"""The event log: every event chained by hash to the one before it."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from workflow.errors import AuditBroken
from workflow.office import connection_of
from workflow.records import Event, Record

GENESIS = "0" * 64
"""The hash before the first event."""


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


def record(
    db: Session,
    tag: Tag,
    *,
    at: datetime,
    by: int | None,
    plan: int | None = None,
    meeting: int | None = None,
    **data: Any,
) -> int:
    """Append one event and return its number. The caller's transaction already excludes other writers."""
    connection = connection_of(db)
    last = connection.execute(_LAST).first()
    seq, before = (last.seq + 1, last.hash) if last else (1, GENESIS)
    text = _CANONICAL.encode(data)
    row = {"at": at, "by": by, "tag": tag, "plan_id": plan, "meeting_id": meeting, "data": text}
    connection.execute(_APPEND, {"seq": seq, "hash": _hash(before, seq, row), **row})
    return seq


_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
_EVENT = Record.metadata.tables["event"]
_LAST = select(_EVENT.c.seq, _EVENT.c.hash).order_by(_EVENT.c.seq.desc()).limit(1)
_APPEND = insert(_EVENT)


def verify(db: Session) -> int:
    """Walk the whole log and return how many events it holds.

    Raises `AuditBroken` at the first event that was changed, removed or put in between.
    """
    before, expected = GENESIS, 1
    columns = (
        Event.seq,
        Event.at,
        Event.by,
        Event.tag,
        Event.plan_id,
        Event.meeting_id,
        Event.data,
        Event.hash,
    )
    for row in db.execute(select(*columns).order_by(Event.seq).execution_options(yield_per=1000)):
        if row.seq != expected:
            raise AuditBroken(expected, "この番号の出来事が失われています")
        if _hash(before, row.seq, dict(row._mapping)) != row.hash:
            raise AuditBroken(row.seq, "内容が記録された時と異なります")
        before, expected = row.hash, expected + 1
    return expected - 1


def _hash(before: str, seq: int, row: Mapping[str, Any]) -> str:
    at: datetime = row["at"]
    fields = [
        before,
        str(seq),
        at.astimezone(UTC).isoformat(timespec="microseconds"),
        *(str(row[name]) for name in ("by", "tag", "plan_id", "meeting_id", "data")),
    ]
    return hashlib.sha256("\n".join(fields).encode()).hexdigest()
