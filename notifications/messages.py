"""The content of each delivery, read from the records when it is sent."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from definitions.chain import BodyGate, ReminderKind, minutes_days
from definitions.terms import Outcome
from notifications import chiefs
from notifications.composing import Letter
from notifications.heads import claim_of
from notifications.inquiry_letters import ABOUT_INQUIRIES, InquiryLetters
from notifications.kinds import Kind
from notifications.lateness_letters import ABOUT_LATENESS, LatenessLetters
from notifications.meeting_letters import ABOUT_MEETINGS, MeetingLetters
from notifications.reminders import stamp
from notifications.subjects import AT_OLD_ADDRESS, NoLongerDue, Subject
from workflow import queries
from workflow.actions.invitations import is_over, is_superseded, mint
from workflow.domain import gates
from workflow.domain.accounts import Scope
from workflow.domain.calendar import (
    at_tokyo,
    end_of_day,
    reiwa_moment,
    reiwa_with_weekday,
    tokyo_day,
)
from workflow.domain.deliveries import State
from workflow.domain.events import Tag
from workflow.domain.gates import unconfirmed
from workflow.domain.language import say
from workflow.domain.meetings import MeetingStatus, decided_day
from workflow.domain.minutes import MinutesKind, MinutesState, last_day
from workflow.queries.bodies import body_chain, body_rule
from workflow.queries.chains import chain_of
from workflow.queries.closed_days import closed_days
from workflow.queries.contacts import BodyContact, secretariat_contact
from workflow.queries.gate_facts import facts
from workflow.queries.meetings import meeting as meeting_of
from workflow.queries.minutes import minutes_versions
from workflow.queries.people import auditors
from workflow.queries.plans import plan_by_id
from workflow.store.event_log import head
from workflow.store.tables import (
    AgendaItem,
    CommentPeriod,
    Condition,
    Decision,
    Event,
    MailedLink,
    Meeting,
    Person,
    Plan,
    Version,
)


class LetterWriter:
    """Writes letters from one state of the records; data that letters share is read once."""

    def __init__(self, db: Session, now: datetime) -> None:
        self._db, self._now = db, now
        self._meetings = MeetingLetters(db, now)
        self._inquiries = InquiryLetters(db, now)
        self._lateness = LatenessLetters(db, now)
        self._contacts: dict[str, BodyContact] = {}
        self._events: dict[int, tuple[Event, Mapping[str, Any]]] = {}
        self._told: dict[tuple[Kind, int], tuple[Mapping[str, Any], str, str | None]] = {}

    def letter(self, about: Subject) -> Letter:
        """The letter, a witness of the log as it is. Raises `NoLongerDue` when its content is no longer true or
        useful."""
        log = self._log  # first: what happens while the letter is written counts as not told
        return replace(self._letter(about), log=log)

    @cached_property
    def _log(self) -> tuple[int, str] | None:
        return head(self._db)

    def _letter(self, about: Subject) -> Letter:
        if about.kind in ABOUT_MEETINGS:
            return self._meetings.letter(about)
        if about.kind is Kind.COMMENT_CLOSING:
            return self._comment_closing(about)
        if about.kind in ABOUT_INQUIRIES:
            data = None if about.event_seq is None else self._event(about.event_seq)[1]
            return self._written(about, *self._inquiries.words(about, data), None)
        if about.kind is Kind.PLANS_WEEKLY:
            return self._written(about, chiefs.words(self._db, about, self._now), None, None)
        if about.kind in ABOUT_LATENESS:
            return self._written(about, *self._lateness.words(about), None)
        if about.kind.bears_link:
            return self._with_link(about)
        if about.kind is Kind.ACCOUNT_CHANGED:
            return self._account_changed(about)
        if about.kind is Kind.LOG_HEAD:
            return self._log_head(about)
        if about.kind is Kind.MINUTES:
            return self._minutes(about)
        if about.kind in (Kind.SUMMARY_DEADLINE, Kind.MINUTES_DEADLINE):
            return self._minutes_due(about)
        return self._about_plan(about)

    def _comment_closing(self, about: Subject) -> Letter:
        _, number, _, closing, _ = about.claim.split(":")
        period = self._db.get(CommentPeriod, int(number))
        plan = self._db.get(Plan, about.plan_id)
        if period is None or plan is None or period.published_at is not None:
            raise NoLongerDue(State.DROPPED, say("パブリックコメントは終わっています"))
        if period.cancelled_at is not None or closing != stamp(at_tokyo(period.closes_on, time())):
            raise NoLongerDue(State.DROPPED, say("その後に募集期間が変更又は中止されました"))
        if end_of_day(period.closes_on) <= self._now:
            raise NoLongerDue(State.MISSED, say("送る前に募集期間が終わりました"))
        context = {"plan": plan.title, "key": plan.key, "closes_on": reiwa_with_weekday(period.closes_on)}
        return self._written(about, context, chain_of(self._db, plan.chain_sha256).key, None)

    def _with_link(self, about: Subject) -> Letter:
        _, data = self._event(about.event_seq)
        link = self._db.get_one(MailedLink, data["link"])
        if link.used_at is not None:
            raise NoLongerDue(State.DROPPED, say("既にパスワードが設定されています"))
        if is_superseded(self._db, link):
            raise NoLongerDue(State.DROPPED, say("その後に、新しい招待をしました"))
        if about.tried and is_over(self._db, link, self._now):
            raise NoLongerDue(State.MISSED, say("送る前にリンクの期限が過ぎました"))
        minted = mint(link, self._now)
        context = {
            "name": about.name,
            "key": data["person"],
            "token": minted.token,
            "ends": reiwa_moment(minted.values["expires_at"]),
        }
        return Letter(about.kind, about.name, about.address, context, link=minted)

    def _account_changed(self, about: Subject) -> Letter:
        event, data = self._event(about.event_seq)
        by = self._db.get_one(Person, event.by)
        changed = self._person(data["person"]) if "person" in data else by
        context = {
            "tag": event.tag,
            "name": changed.name,
            "key": changed.key,
            "by": by.name,
            "own": by.id == changed.id,
            "at": reiwa_moment(event.at),
            "data": {
                "before": data.get("email_before", ""),
                "after": data.get("email", ""),
                "since": reiwa_with_weekday(date.fromisoformat(data["since"])) if "since" in data else "",
                "named": data.get("name", ""),
                "scopes": [Scope(each).label for each in data.get("scopes", ())],
            },
        }
        address = data["email_before"] if about.claim.endswith(AT_OLD_ADDRESS) else about.address
        return Letter(about.kind, about.name, address, context)

    def _log_head(self, about: Subject) -> Letter:
        day = tokyo_day(self._now)
        if about.claim != claim_of(day.isoformat(), about.recipient_id):
            raise NoLongerDue(State.DROPPED, say("その後の日の控えが送られます"))
        if all(each.person_id != about.recipient_id for each in auditors(self._db, day)):
            raise NoLongerDue(State.DROPPED, say("監査の任期が終わりました"))
        if self._log is None:
            raise NoLongerDue(State.DROPPED, say("出来事の記録がありません"))
        seq, digest = self._log
        context = {"name": about.name, "seq": seq, "hash": digest, "at": reiwa_moment(self._now)}
        return Letter(about.kind, about.name, about.address, context)

    def _minutes(self, about: Subject) -> Letter:
        """The letter that asks the chair to confirm a text of minutes. Raises `NoLongerDue` when it waits no longer."""
        _, data = self._event(about.event_seq)
        held, kind = meeting_of(self._db, about.meeting_id or 0), MinutesKind(data["text"])
        found = minutes_versions(self._db, held.id, drafts=True)
        newest = next(each for each in found if each.kind is kind)
        if newest.state is not MinutesState.PUT or newest.version != data["version"]:
            raise NoLongerDue(State.DROPPED, say("{kind}は、確認を待っていません", kind=kind.label))
        context = {
            "number": held.id,
            "meeting": held.title,
            "body": held.body,
            "at": reiwa_moment(held.starts_at),
            "kind": kind.label,
            "version": newest.version,
            "why": newest.reason,
        }
        chain = body_chain(self._db, held.body_key)
        return self._written(about, context, chain.key, held.body_key)

    def _minutes_due(self, about: Subject) -> Letter:
        """The reminder that a text of minutes becomes final in time. Raises `NoLongerDue` when it is, or the time passed."""
        held = meeting_of(self._db, about.meeting_id or 0)
        kind = MinutesKind.SUMMARY if about.kind is Kind.SUMMARY_DEADLINE else MinutesKind.FULL
        newest = next(
            (each for each in minutes_versions(self._db, held.id, drafts=True) if each.kind is kind), None
        )
        if newest is not None and newest.state.final:
            raise NoLongerDue(State.DROPPED, say("{kind}は既に確定しています", kind=kind.label))
        days = minutes_days(body_rule(self._db, held.body_key), ReminderKind(about.kind.value))
        if days is None or held.status is MeetingStatus.CANCELLED:
            raise NoLongerDue(State.DROPPED, say("{kind}の期限はなくなりました", kind=kind.label))
        last = last_day(held.ends_at, days, closed_days(self._db))
        if end_of_day(last) <= self._now:
            raise NoLongerDue(State.MISSED, say("送る前に{kind}の期限を過ぎました", kind=kind.label))
        context = {
            "number": held.id,
            "meeting": held.title,
            "body": held.body,
            "at": reiwa_moment(held.starts_at),
            "kind": kind.label,
            "state": newest.state.label if newest else "",
            "last": reiwa_with_weekday(last),
        }
        return self._written(about, context, body_chain(self._db, held.body_key).key, held.body_key)

    def _person(self, key: str) -> Person:
        return self._db.scalars(select(Person).where(Person.key == key)).one()

    def _about_plan(self, about: Subject) -> Letter:
        key = (about.kind, about.event_seq or 0)
        if key not in self._told:
            event, data = self._event(about.event_seq)
            if about.kind is Kind.PLAN_SENT_BACK:
                self._told[key] = sent_back_words(self._db, event.plan_id or 0, data)
            elif about.kind is Kind.PLAN_STOPPED:
                self._told[key] = self._stopped(event.plan_id or 0)
            elif about.kind is Kind.CIRCULATION:
                self._told[key] = circulation_words(self._db, event, data)
            elif about.kind is Kind.CONFIRMATION:
                self._told[key] = confirmation_words(self._db, event, data, self._now)
            else:
                self._told[key] = decision_words(self._db, Tag(event.tag), data)
        return self._written(about, *self._told[key])

    def _stopped(self, plan_id: int) -> tuple[Mapping[str, Any], str, str | None]:
        """The template values for a plan that is stopped, as it stands now. Raises `NoLongerDue` when it no longer is."""
        plan = plan_by_id(self._db, plan_id)
        fallen = gates.fallen(plan.chain, facts(self._db, plan, self._now))
        if not fallen:
            raise NoLongerDue(State.DROPPED, say("その後に、計画は再び進められるようになりました"))
        fell = {state.gate.key for state in fallen}
        reasons = [reason for reason in queries.why(self._db, plan, self._now) if reason.gate in fell]
        context = {"plan": plan.title, "key": plan.key, "stage": plan.stage.label, "reasons": reasons}
        return context, plan.chain.key, None

    def _written(
        self,
        about: Subject,
        context: Mapping[str, Any],
        chain: str | None,
        body: str | None,
    ) -> Letter:
        return Letter(
            about.kind, about.name, about.address, context, chain, body, secretariat=self._contact(body)
        )

    def _contact(self, body: str | None) -> BodyContact | None:
        """Return the 事務局 that answers for a letter about the body."""
        if body is not None and body not in self._contacts:
            self._contacts[body] = secretariat_contact(self._db, body, tokyo_day(self._now))
        return self._contacts.get(body) if body else None

    def _event(self, seq: int | None) -> tuple[Event, Mapping[str, Any]]:
        if seq is None or (event := self._db.get(Event, seq)) is None:
            raise NoLongerDue(State.DROPPED, say("出来事の記録がありません"))
        if seq not in self._events:
            self._events[seq] = (event, json.loads(event.data))
        return self._events[seq]


def confirmation_words(
    db: Session, event: Event, data: Mapping[str, Any], now: datetime
) -> tuple[Mapping[str, Any], str, str | None]:
    """Return the template values for a corrected text that waits to be confirmed, and the key of its chain. Raises
    `NoLongerDue` when a newer version replaced it, or nothing waits any more."""
    plan = plan_by_id(db, event.plan_id or 0)
    waiting = [
        each
        for each in unconfirmed(plan.chain, facts(db, plan, now))
        if each.current.number == data["number"]
    ]
    if not waiting:
        raise NoLongerDue(State.DROPPED, say("訂正の確認は、既に済んだか、要らなくなりました"))
    current, base = waiting[0].current, waiting[0].base
    conditions = {each.number: each.text for found in waiting for each in found.held.unmet}
    context = {
        "plan": plan.title,
        "key": plan.key,
        "stage": plan.stage.label,
        "version": current.number,
        "base": base.number,
        "sha256": current.sha256[:12],
        "correction": current.kind.label,
        "why": data.get("why", ""),
        "conditions": [text for number, text in conditions.items() if number in current.conditions],
        "gates": [
            {
                "label": each.gate.label,
                "body": plan.chain.body(each.gate.body).name,
                "outcome": each.held.outcome.label,
                "key": each.gate.key,
            }
            for each in waiting
        ],
    }
    return context, plan.chain.key, None


def decision_words(
    db: Session, tag: Tag, data: Mapping[str, Any]
) -> tuple[Mapping[str, Any], str, str | None]:
    """Return the template values for a decision's event, and the keys of its chain and body."""
    decision = db.get_one(Decision, data["decision"])
    plan = plan_by_id(db, decision.plan_id)
    version = db.get_one(Version, decision.version_id)
    conditions = db.scalars(
        select(Condition.text)
        .where(Condition.decision_id == decision.id, Condition.closed_at.is_(None))
        .order_by(Condition.id)
    )
    context = {
        "heading": tag.label,
        "plan": plan.title,
        "key": plan.key,
        "anchor": f"decision-{decision.id}",
        "stage": plan.chain.stage(decision.stage).label,
        "body": plan.chain.body(decision.body_key).name,
        "gate": plan.chain.gate(decision.gate_key).label,
        "outcome": Outcome(decision.outcome).label if decision.outcome else "",
        "taken_back": tag is Tag.DECISION_TAKEN_BACK,
        "decided_on": reiwa_with_weekday(_decided_on(db, decision)),
        "conditions": list(conditions),
        "note": data.get("reason") or data.get("note") or "",
        "filename": version.filename,
        "version": version.number,
        "sha256": decision.sha256[:12],
    }
    return context, plan.chain.key, decision.body_key


def _decided_on(db: Session, decision: Decision) -> date:
    """The day of a decision, by the records of its meeting."""
    held = db.scalar(
        select(Meeting)
        .join(AgendaItem, AgendaItem.meeting_id == Meeting.id)
        .where(AgendaItem.id == decision.item_id)
    )
    if held is None:
        return decision.decided_on
    return decided_day(decision.decided_on, held.form, held.starts_at)


def sent_back_words(
    db: Session, plan_id: int, data: Mapping[str, Any]
) -> tuple[Mapping[str, Any], str, str | None]:
    """Return the template values for a 差戻し, and the key of the plan's chain."""
    plan = plan_by_id(db, plan_id)
    context = {
        "plan": plan.title,
        "key": plan.key,
        "was": plan.chain.stage(data["from"]).label,
        "to": plan.chain.stage(data["to"]).label,
        "reason": data["reason"],
    }
    return context, plan.chain.key, None


def circulation_words(
    db: Session, event: Event, data: Mapping[str, Any]
) -> tuple[Mapping[str, Any], str, str | None]:
    """Return the template values for a 供覧, and the key of the plan's chain."""
    plan = plan_by_id(db, event.plan_id or 0)
    version = db.scalars(
        select(Version).where(Version.plan_id == plan.id, Version.number == data["version"])
    ).one()
    context = {
        "plan": plan.title,
        "key": plan.key,
        "stage": plan.chain.stage(version.stage).label,
        "filename": version.filename,
        "version": version.number,
        "sha256": version.sha256[:12],
        "asker": db.get_one(Person, event.by).name,
        "note": data["note"],
    }
    return context, plan.chain.key, None


def bodies_between(db: Session, plan_id: int, to: str, was: str) -> list[str]:
    """The bodies that have gates from one stage to the other, both included."""
    plan = plan_by_id(db, plan_id)
    keys = [stage.key for stage in plan.chain.stages]
    stages = plan.chain.stages[keys.index(to) : keys.index(was) + 1]
    return list(dict.fromkeys(g.body for stage in stages for g in stage.gates if isinstance(g, BodyGate)))
