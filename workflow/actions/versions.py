"""Use cases on the versions of a plan's text: register one, as a new text or a correction; say anew which it is."""

import unicodedata
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import PurePath

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from definitions.chain import Chain
from workflow.actions.plans import must_be_active, must_be_at
from workflow.actions.stopping import noting_stops
from workflow.domain.calendar import effective_from, shown_day, tokyo_day
from workflow.domain.cover import Text, TextKind, current
from workflow.domain.errors import AlreadyDone, BadInput, NotFound, NotNow
from workflow.domain.events import Tag
from workflow.domain.facts import Facts
from workflow.domain.gates import correctable_conditions, takes_new_text
from workflow.domain.language import say
from workflow.domain.rights import Act, Actor
from workflow.domain.validation import a_line, a_text, not_to_come, some_text
from workflow.queries.actor import actor
from workflow.queries.gate_facts import facts
from workflow.queries.plans import PlanFact
from workflow.queries.reading_rights import plan_to_read
from workflow.store.database import Office
from workflow.store.event_log import record
from workflow.store.files import Arriving, Kept
from workflow.store.tables import Declaration, Document, Version


def add_version(
    office: Office,
    by: str,
    plan: str,
    filename: str,
    content: bytes | Arriving | Kept,
    *,
    document: str | None = None,
    kind: TextKind = TextKind.NEW,
    conditions: Sequence[int] = (),
    why: str = "",
    note: str = "",
    on: date | None = None,
    reason: str = "",
    seen: int | None = None,
    now: datetime,
) -> int:
    """Register a version of a document in the stage the plan stands in, and return its number; left out, the
    `document` is the plan's main one. A new text makes every approval of it stale. A correction needs the confirmation of each body that approved: it meets `conditions`, by
    their numbers, or is minor, and says `why`. `seen` is the plan's revision as the person last saw it: the text is
    for the stage they saw. `on` is the day from which the text counts, when it is registered later (移行登録), for a
    `reason`.

    Raises `PlanMoved`, `NotAllowed`, `NotFound`, `NotNow` (suspended or withdrawn; a new text where only corrections
    are taken, or while the public is asked about the present one), `AlreadyDone` (the same bytes as the present
    text), `BadInput`.
    """
    # As Windows writes names, so that one from a Mac is found by what people type.
    written = unicodedata.normalize("NFC", filename.replace("\\", "/"))
    name = a_line("ファイル名", PurePath(written).name)
    a_text("版の説明", note)
    not_to_come("文書の日付", on, now)
    later = some_text("後から登録する理由", reason) if on is not None else None
    with office.reading() as db:
        _may_add(db, by, plan, now)
    # After the permission check, so that only authorised users store files.
    kept = office.keep(content)
    sha256 = kept.sha256
    with office.writing() as db:
        who, fact = _may_add(db, by, plan, now)
        if seen is not None:
            must_be_at(fact, seen)
        must_be_active(fact, "版の登録", or_finished=kind.correction)
        known = facts(db, fact, now)
        about = _About(fact, known, _document(fact.chain, document))
        if about.text is not None and about.text.sha256 == sha256:
            raise AlreadyDone(
                say("第{number}版と同じ内容です。直した文書を登録してください。", number=about.text.number)
            )
        _must_suit(about, kind)
        at = _counts_from(about, on, now)
        named = _declared(about, kind, conditions, why)
        number = _next_number(db, fact)
        if db.get(Document, sha256) is None:
            db.execute(insert(Document).values(sha256=sha256, size=kept.size))
        version = db.scalars(
            insert(Version).returning(Version.id),
            {
                "plan_id": fact.id,
                "number": number,
                "stage": fact.stage.key,
                "visit": fact.visit,
                "document": about.document,
                "stretch": fact.stay.stretches[about.document],
                "sha256": sha256,
                "filename": name,
                "note": note,
                "added_by": who.id,
                "added_at": now,
                "counts_from": None if at == now else at,
                "counts_why": None if at == now else later,
            },
        ).one()
        _write_declaration(db, who, version, kind, why, named, now)
        record(
            db,
            Tag.VERSION_ADDED,
            at=now,
            by=who.id,
            plan=fact.id,
            number=number,
            sha256=sha256,
            filename=name,
            stage=fact.stage.key,
            visit=fact.visit,
            note=note,
            document=about.document,
            kind=kind,
            meets=list(named),
            why=why,
            on=on,
            reason=reason,
        )
        return number


def declare_version(
    office: Office,
    by: str,
    plan: str,
    number: int,
    kind: TextKind,
    *,
    conditions: Sequence[int] = (),
    why: str = "",
    now: datetime,
) -> None:
    """Say anew what a present text of the plan is: a new text, or a correction and of what kind. Possible until somebody
    confirmed it.

    Raises `NotNow` (not the present text; a new text where only corrections are taken), `AlreadyDone` (confirmed),
    `NotAllowed`, `BadInput`, `NotFound`.
    """
    with office.writing() as db:
        who, fact = _may_add(db, by, plan, now)
        must_be_active(fact, "版の種類の変更", or_finished=True)
        about = _about_present(fact, facts(db, fact, now), number)
        if kind.correction and len(about.texts) == 1:
            raise _nothing_to_correct()
        _must_suit(about, kind)
        present = about.texts[-1]
        _must_be_unconfirmed(about.known, present.sha256)
        named = _declared(about, kind, conditions, why)
        with noting_stops(db, [fact.id], by=who.id, now=now):
            _write_declaration(db, who, present.version_id, kind, why, named, now)
            record(
                db,
                Tag.VERSION_DECLARED,
                at=now,
                by=who.id,
                plan=fact.id,
                number=number,
                kind=kind,
                meets=list(named),
                why=why,
            )


class _About:
    """A document of a plan, with its versions in the stretch the plan stands in."""

    def __init__(self, plan: PlanFact, known: Facts, document: str) -> None:
        self.plan, self.known, self.document = plan, known, document
        self.texts = known.versions(plan.stay, document)

    @property
    def text(self) -> Text | None:
        return self.texts[-1] if self.texts else None


def _document(chain: Chain, key: str | None) -> str:
    """The key of the document meant. Raises `NotFound`."""
    known = [document.key for document in chain.documents]
    if key is not None and key not in known:
        raise NotFound("文書", key, known)
    return key or chain.main_document


def _about_present(plan: PlanFact, known: Facts, number: int) -> _About:
    """The document whose present text has that number. Raises `NotNow`."""
    for document in plan.chain.documents:
        about = _About(plan, known, document.key)
        if about.text is not None and about.text.number == number:
            return about
    raise NotNow(
        "版の種類の変更",
        plan.stage.label,
        say("第{number}版は、いまの段階の現在の版ではありません。", number=number),
    )


def _may_add(db: Session, by: str, plan: str, now: datetime) -> tuple[Actor, PlanFact]:
    who = actor(db, by, tokyo_day(now))
    fact = plan_to_read(db, who, plan)
    who.require(Act.ADD_VERSION, department=fact.department)
    return who, fact


def _must_suit(about: _About, kind: TextKind) -> None:
    """Raises `BadInput` for a correction of nothing, `NotNow` for a new text where none is taken."""
    plan = about.plan
    if kind.correction and about.text is None:
        raise _nothing_to_correct()
    if kind.correction or takes_new_text(plan.chain, about.known, about.document):
        return
    why = (
        say("パブリックコメントの途中です。軽微な修正として登録するか、先に募集を中止してください。")
        if about.document in plan.chain.written_in(plan.stage)
        else say(
            "この段階の文書は、前の段階で決まっています。条件への対応か軽微な修正として登録するか、文書を作る段階へ差し戻してください。"
        )
    )
    raise NotNow("新しい文書の登録", plan.stage.label, why)


def _counts_from(about: _About, on: date | None, now: datetime) -> datetime:
    """The moment from which a text counts that is registered now and is of that day. Raises `BadInput` for a day before
    the plan came to its stage, or before the text that it follows."""
    at = effective_from(on, now)
    since = max([about.plan.stay.since, *(text.at for text in about.texts[-1:])])
    if tokyo_day(at) < tokyo_day(since):
        raise BadInput(
            "文書の日付",
            say("{day} より前です", day=shown_day(tokyo_day(since))),
            "計画がいまの段階に入った日、前の版の日以後の日を指定してください。",
        )
    return max(at, since)


def _nothing_to_correct() -> BadInput:
    return BadInput("版の種類", "訂正のもとになる版がありません", "新しい文書として登録してください。")


def _declared(about: _About, kind: TextKind, conditions: Sequence[int], why: str) -> list[int]:
    """The conditions that a correction names, sorted. Raises `BadInput`."""
    if kind is TextKind.MINOR:
        some_text("軽微な修正の理由", why)
    else:
        a_text("版の種類の理由", why)
    if kind is not TextKind.CONDITIONS:
        if conditions:
            raise BadInput(
                "対応する条件", "条件への対応ではありません", "種類を「条件への対応」にしてください。"
            )
        return []
    owed = correctable_conditions(about.plan.chain, about.known, about.document)
    unmet = {each.number: each.text for each in owed}
    unknown = sorted(set(conditions) - set(unmet))
    if unknown or not conditions:
        numbers = say("、").join(f"{number}（{text}）" for number, text in sorted(unmet.items()))
        raise BadInput(
            "対応する条件",
            say("条件 {number} は、解消を待っていません", number=unknown[0])
            if unknown
            else "選ばれていません",
            say("次のうちから選んでください: {numbers}。", numbers=numbers)
            if unmet
            else "解消を待っている条件はありません。軽微な修正か新しい文書として登録してください。",
        )
    return sorted(set(conditions))


def _must_be_unconfirmed(known: Facts, sha256: str) -> None:
    for recorded in known.decisions.values():
        for decision in recorded:
            if any(answer.sha256 == sha256 for answer in current(decision.confirmations)):
                raise AlreadyDone(
                    "この版は既に確認されています。直した文書を、新しい版として登録してください。"
                )


def _next_number(db: Session, plan: PlanFact) -> int:
    newest = db.scalar(select(func.max(Version.number)).where(Version.plan_id == plan.id))
    return (newest or 0) + 1


def _write_declaration(
    db: Session,
    who: Actor,
    version: int,
    kind: TextKind,
    why: str,
    conditions: Sequence[int],
    now: datetime,
) -> None:
    db.execute(
        insert(Declaration).values(
            version_id=version,
            kind=kind,
            why=why,
            conditions=list(conditions),
            declared_by=who.id,
            declared_at=now,
        )
    )
