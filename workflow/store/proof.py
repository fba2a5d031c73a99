"""The proof of the record: the log, the rows it names, the plans that follow from it, and the documents, each walked
once. Nothing is held in memory whole."""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, text

from definitions.chain import Chain
from definitions.labelled import Labelled
from workflow.domain.errors import DocumentDamaged, SakuteiError
from workflow.domain.events import Tag
from workflow.domain.language import label, say
from workflow.domain.path import Path, from_rows
from workflow.domain.plan_replay import MOVES, Replayed, replayed
from workflow.domain.plans import Status
from workflow.store import files, guards, security_log
from workflow.store.checkpoint import Checkpoint, is_marked, keep_checkpoint, last_checkpoint, marked
from workflow.store.database import Office
from workflow.store.event_log import events_of, hash_of, walk
from workflow.store.hash_chain import GENESIS, moment_of
from workflow.store.named_rows import NamedRows
from workflow.store.tables import PROVEN, Submitter
from workflow.store.touched import ROWS_AT_ONCE, rows_of_keys, rows_with_hashes

EVERYTHING_EVERY = timedelta(days=7)
"""The longest time in which old rows are not looked at again."""


@dataclass(frozen=True, slots=True)
class Witness:
    """Knowledge of the log outside of it: the hash of an event, or its first digits. `source` says who."""

    seq: int
    hash: str
    source: str


@dataclass(slots=True)
class Proof:
    """Counts of everything walked, and the findings. `head` is the hash of the last event, `seq` its number; `after` is the
    number of the event up to which an earlier verification is trusted, 0 when none is; `since` is the first event that names
    rows, None when none does; `entries` are those of the security log."""

    seq: int = 0
    head: str = GENESIS
    after: int = 0
    since: int | None = None
    events: int = 0
    rows: int = 0
    documents: int = 0
    entries: int = 0
    findings: list[str] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        return not self.findings


class Kept(Labelled):
    """The proven tables, by the names that people know."""

    ADDRESSEE = "addressee", "照会の宛先"
    ADMINISTRATOR = "administrator", "システム管理者"
    AGENDA_ITEM = "agenda_item", "議題"
    ANSWER = "answer", "区の考え方"
    API_TOKEN = "api_token", "連携キー"
    ATTENDANCE = "attendance", "出欠"
    AUDITOR = "auditor", "監査"
    BODY = "body", "会議体"
    CALENDAR_ENTRY = "calendar_entry", "予定表の予定"
    CHAIN_TEXT = "chain_text", "策定の流れ"
    CIRCULATION = "circulation", "供覧"
    CLOSING = "closing", "非公開の決定"
    CLOSED_DAY = "closed_day", "閉庁日"
    CLOSING_RULE = "closing_rule", "毎年の閉庁日"
    COMMENT_PERIOD = "comment_period", "パブリックコメント"
    CONDITION = "condition", "条件"
    CONFIRMATION = "confirmation", "訂正の確認"
    CONFIRMATION_REVIEW = "confirmation_review", "訂正の確認の後閲"
    CREDENTIAL = "credential", "パスワード"
    DECISION = "decision", "結果"
    DECLARATION = "declaration", "版の種類"
    DEPARTMENT = "department", "課"
    DEPUTY = "deputy", "代理"
    DOCUMENT = "document", "文書"
    FEED = "feed", "予定表の購読"
    INQUIRY = "inquiry", "照会"
    INQUIRY_ANSWER = "inquiry_answer", "照会への回答"
    INQUIRY_QUESTION = "inquiry_question", "照会の質問"
    INQUIRY_REMARK = "inquiry_remark", "照会への意見"
    INQUIRY_RESPONSE = "inquiry_response", "照会の意見への対応"
    ITEM_ATTENDANCE = "item_attendance", "議題ごとの出欠"
    KEPT_CALENDAR = "kept_calendar", "取り込む予定表"
    LATE_ANSWER = "late_answer", "期限後の回答"
    MEETING = "meeting", "会議"
    MEMBERSHIP = "membership", "委員・事務局"
    MINUTES_TEXT = "minutes_text", "概要・会議録"
    OPINION = "opinion", "意見"
    PAPER = "paper", "会議資料"
    PERSON = "person", "職員"
    PLAN = "plan", "計画"
    PLANS_OPENED = "plans_opened", "計画の閲覧範囲"
    POSTING = "posting", "所属・職"
    PROVIDER_IDENTITY = "provider_identity", "外部サインインの結び付き"
    PUBLICATION = "publication", "概要・会議録の公開"
    SCHEDULE_VERSION = "schedule_version", "工程表の版"
    REMARK = "remark", "意見交換"
    REVIEW = "review", "後閲"
    RSVP = "rsvp", "出欠の回答"
    SECOND_STEP_DEMAND = "second_step_demand", "二段階目の確認を求める範囲"
    SECRETARIAT_CONTACT = "secretariat_contact", "事務局の連絡先"
    SHEET_TEMPLATE = "sheet_template", "書類のテンプレート"
    SIGNOFF = "signoff", "決裁"
    SPEECH = "speech", "発言"
    STEP = "step", "段階の移動"
    SUBMISSION = "submission", "意見の提出"
    SUBMITTER = "submitter", "意見の提出者"
    VERSION = "version", "版"
    VOTE = "vote", "票"
    WEBHOOK = "webhook", "他システムへの通知"
    WRITTEN_CONSENT = "written_consent", "持ち回りへの同意"
    WRITTEN_TERMS = "written_terms", "持ち回りの理由"


def verify(office: Office, witnesses: Iterable[Witness] = (), *, now: datetime) -> Proof:
    """Prove the record, also against what the last verification knew of it, and keep the result for the next one."""
    return _kept(office, prove(office, [*witnesses, *_known_before(office)]), now)


def verify_what_is_new(office: Office, *, now: datetime) -> tuple[Proof, str | None]:
    """Prove what was written since the last verification, and keep the result for the next one. Everything is proven where
    that one cannot be trusted: also returns why, None where it is."""
    doubt = _doubt(office, now)
    if doubt is not None:
        return verify(office, now=now), doubt
    return _kept(office, prove(office, _known_before(office), after=_known_before(office)[0].seq), now), None


def _known_before(office: Office) -> list[Witness]:
    before = last_checkpoint(office.files)
    return [Witness(before.seq, before.hash, say("前回の検証の控え"))] if before and before.seq else []


def _doubt(office: Office, now: datetime) -> str | None:
    """Return why the last verification is not to be trusted; None when it is."""
    last = last_checkpoint(office.files)
    if last is None or last.seq == 0:
        return say("前回の検証の控えがありません")
    if not is_marked(last, office.key_file):
        return say("前回の検証の控えに、この庁の鍵による印がありません")
    if last.findings:
        return say("前回の検証で、証明できないところが見つかっています")
    if last.everything_at is None or not timedelta() <= now - last.everything_at < EVERYTHING_EVERY:
        return say("全体の検証から {days} 日が過ぎています", days=EVERYTHING_EVERY.days)
    with office.reading() as db:
        if hash_of(db.connection(), last.seq) != last.hash:
            return say("前回の検証の控えが、記録と合いません")
    return None


def _kept(office: Office, proof: Proof, now: datetime) -> Proof:
    before = last_checkpoint(office.files)
    seq, head = (
        (proof.seq, proof.head) if proof.whole else (before.seq, before.hash) if before else (0, GENESIS)
    )
    counts = (proof.events, proof.rows, proof.documents, len(proof.findings))
    everything_at = before.everything_at if before and proof.after else now
    result = Checkpoint(now, seq, head, *counts, proof.after, everything_at)
    keep_checkpoint(office.files, marked(result, office.key_file))
    return proof


def prove(office: Office, witnesses: Iterable[Witness] = (), *, after: int = 0) -> Proof:
    """Walk everything once, as it stood at one moment; every finding names its place. With `after`, events up to that
    number are trusted: only later ones and the rows and documents that they name are walked, but all plans, guards, names of
    files and the security log."""
    proof = Proof(after=after)
    with office.reading() as db:
        connection = db.connection()
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
        with _text_that_is_none_read(connection):
            documents, new = _walk(connection, proof, witnesses)
    proof.findings += _of_documents(office, new, proof)
    proof.findings += _of_strangers(office, documents)
    proof.findings = [finding.encode("utf-8", "replace").decode() for finding in proof.findings]
    return proof


def _walk(
    connection: Connection, proof: Proof, witnesses: Iterable[Witness]
) -> tuple[Sequence[str], Sequence[str]]:
    """Walk what is in the database; return the documents it knows, and those to look at."""
    known = [*witnesses, *_known_in_the_database(connection)]
    named, plans = _walk_events(connection, proof, known)
    documents = list(connection.execute(text("SELECT sha256 FROM document")).scalars())
    new = list(named.keys("document")) if proof.after else documents
    proof.findings += _of_the_end(proof, known)
    for table in PROVEN:
        proof.findings += _of_rows(connection, table, named, proof)
    proof.findings += _of_plans(connection, plans)
    proof.findings += _of_the_security_log(connection, proof)
    proof.findings += (_unguarded(guard) for guard in guards.missing(connection))
    return documents, new


@contextmanager
def _text_that_is_none_read(connection: Connection) -> Iterator[None]:
    """SQLite keeps any bytes as text; those that are none must be found, and not end the walk."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        yield
        return
    driver.text_factory = partial(str, encoding="utf-8", errors="surrogateescape")
    try:
        yield
    finally:
        driver.text_factory = str


def _known_in_the_database(connection: Connection) -> list[Witness]:
    """The highest number of an event that other tables know."""
    asked = "SELECT max(seq) FROM (SELECT max(seq) AS seq FROM cursor UNION ALL SELECT max(event_seq) FROM delivery) s"
    known = connection.execute(text(asked)).scalar()
    return [Witness(known, "", say("通知の控え"))] if known else []


_Plans = dict[int, tuple[Chain, Replayed] | None]
"""The plans that events make, and their chains; None: they make none."""


def _walk_events(connection: Connection, proof: Proof, witnesses: list[Witness]) -> tuple[NamedRows, _Plans]:
    """Also returns the rows that the events name, and the plans that they make."""
    named, plans, chains = NamedRows(), _Plans(), _Chains(connection)
    if proof.after:
        proof.seq, proof.head = proof.after, hash_of(connection, proof.after) or ""
        for event in events_of(connection, MOVES, until=proof.after):
            proof.findings += _moved(plans, chains, event)
    awaited: dict[int, list[Witness]] = {}
    for witness in witnesses:
        awaited.setdefault(witness.seq, []).append(witness)
    for event, broken in walk(connection, after=proof.after):
        if broken is not None:
            proof.findings.append(broken.message)
        proof.events, proof.seq, proof.head = proof.events + 1, event.seq, event.hash
        for witness in awaited.get(event.seq, ()):
            if not event.hash.startswith(witness.hash):
                proof.findings.append(_rewritten(witness))
        if event.wrote is not None:
            proof.since = proof.since or event.seq
            try:
                if event.tag != Tag.AUTHORS_ERASED and _erases_authors(event.wrote):
                    proof.findings.append(_erased_otherwise(event.seq))
                named.add(event.seq, event.wrote)
            except (ValueError, AttributeError, TypeError):
                proof.findings.append(say("{seq} 番の出来事が書いた行を読めません。", seq=event.seq))
        if event.tag in MOVES:
            proof.findings += _moved(plans, chains, event)
    return named, plans


def _erases_authors(wrote: str) -> bool:
    """Raises `ValueError` when it is not as an event holds it."""
    table = Submitter.__tablename__
    return f'"{table}"' in wrote and None in json.loads(wrote).get(table, {}).values()


def _erased_otherwise(seq: int) -> str:
    return say("{seq} 番の出来事は、消去の出来事でないのに、意見の提出者を削除しています。", seq=seq)


def _moved(plans: _Plans, chains: "_Chains", event: Row[Any]) -> Iterator[str]:
    try:
        _move(plans, chains, event)
    except (SakuteiError, ValueError, KeyError, AttributeError, TypeError):
        plans[event.plan_id] = None
        yield say("{seq} 番の出来事から、計画の段階を導けません。", seq=event.seq)


def _move(plans: _Plans, chains: "_Chains", event: Row[Any]) -> None:
    data = json.loads(event.data)
    if event.tag == Tag.PLAN_OPENED:
        chain, before = chains.of(data["chain_sha256"]), None
    elif (known := plans[event.plan_id]) is not None:
        chain, before = known
    else:
        return
    plans[event.plan_id] = chain, replayed(chain, before, Tag(event.tag), data, moment_of(event.at))


class _Chains:
    """The chains of the plans, parsed once."""

    def __init__(self, connection: Connection) -> None:
        self._texts: dict[str, str] = dict(
            connection.execute(text("SELECT sha256, text FROM chain_text")).all()
        )
        self._chains: dict[str, Chain] = {}

    def of(self, sha256: str) -> Chain:
        """Raises `ValueError` when it is not kept as it was."""
        if sha256 not in self._chains:
            written = self._texts.get(sha256, "")
            if hashlib.sha256(written.encode("utf-8", "surrogateescape")).hexdigest() != sha256:
                raise ValueError(sha256)
            self._chains[sha256] = Chain.from_canonical_json(written)
        return self._chains[sha256]


def _of_the_end(proof: Proof, witnesses: list[Witness]) -> Iterator[str]:
    for witness in witnesses:
        if witness.seq > proof.seq:
            yield say(
                "記録の終わりが失われています: {source}は {seq} 番の出来事を知っていますが、記録は {last} 番で終わります。",
                source=witness.source,
                seq=witness.seq,
                last=proof.seq,
            )


def _rewritten(witness: Witness) -> str:
    return say(
        "{seq} 番までの記録が書き換えられています: {source}の知るハッシュと異なります。",
        seq=witness.seq,
        source=witness.source,
    )


def _of_rows(connection: Connection, table: str, named: NamedRows, proof: Proof) -> Iterator[str]:
    for key, digest in _rows(connection, table, named, proof):
        proof.rows += 1
        last = named.take(table, key)
        if last is None:
            yield say("{row}を書いた出来事がありません。", row=_row(table, key))
        elif last[1] is None:
            yield say(
                "{row}は、{seq} 番の出来事で削除されたのに残っています。", row=_row(table, key), seq=last[0]
            )
        elif last[1] != digest:
            yield say(
                "{row}の内容が、{seq} 番の出来事が書いたものと異なります。", row=_row(table, key), seq=last[0]
            )
    for key, seq in named.left(table):
        yield say("{row}が失われています（{seq} 番の出来事が書いたもの）。", row=_row(table, key), seq=seq)


def _rows(connection: Connection, table: str, named: NamedRows, proof: Proof) -> Iterator[tuple[str, str]]:
    """The rows to look at: all, or those that later events name."""
    if not proof.after:
        yield from rows_with_hashes(connection, table)
        return
    keys = named.keys(table)
    while some := list(islice(keys, ROWS_AT_ONCE)):
        yield from rows_of_keys(connection, table, some)


def _of_the_security_log(connection: Connection, proof: Proof) -> Iterator[str]:
    for _, broken in security_log.walk(connection):
        proof.entries += 1
        if broken is not None:
            yield say(
                "アクセス記録の {seq} 番が改変されています: {problem}。",
                seq=broken.seq,
                problem=broken.problem,
            )


def _row(table: str, key: str) -> str:
    return say("{table}の {key}（{name}）", table=label(Kept(table)), key=key, name=table)


def _of_plans(connection: Connection, plans: _Plans) -> Iterator[str]:
    columns = "id, key, stage, status, visit, revision, path, stretch, entered_at"
    for row in connection.execute(text(f"SELECT {columns} FROM plan ORDER BY id")):  # noqa: S608
        made = plans.get(row.id)
        if made is None:
            yield say("計画「{key}」の段階を導く出来事がありません。", key=row.key)
            continue
        for what, expected, found in _derived(*made, row):
            if expected != found:
                yield say(
                    "計画「{key}」の{what}が、出来事から導かれるもの（{expected}）と異なります（{found}）。",
                    key=row.key,
                    what=what,
                    expected=expected,
                    found=found,
                )


def _derived(chain: Chain, plan: Replayed, row: Row[Any]) -> Iterator[tuple[str, str, str]]:
    """Each thing that follows from the events: its name, as it should be and as it is."""
    here = plan.path[-1]
    labels = {stage.key: stage.label for stage in chain.stages}
    yield say("段階"), labels[here.stage], labels.get(row.stage, str(row.stage))
    yield say("状態"), label(plan.status), _status(row.status)
    yield say("訪問の番号"), str(here.visit), str(row.visit)
    yield say("改訂番号"), str(plan.revision), str(row.revision)
    yield say("文書の区間"), str(here.stretches[chain.main_document]), str(row.stretch)
    yield say("段階に入った日時"), here.since.astimezone(UTC).isoformat(), _moment(row.entered_at)
    yield say("経路"), _stays(plan.path), _stays_of(row.path)


def _status(written: str) -> str:
    return label(Status(written)) if written in set(Status) else str(written)


def _moment(written: object) -> str:
    try:
        return moment_of(written).isoformat()
    except ValueError:
        return str(written)


def _stays(path: Path) -> str:
    return " ".join(
        f"{stay.stage}:{stay.visit}:{json.dumps(dict(stay.stretches), sort_keys=True)}:"
        f"{stay.since.astimezone(UTC).isoformat()}"
        for stay in path
    )


def _stays_of(written: object) -> str:
    try:
        return _stays(from_rows(json.loads(written) if isinstance(written, str) else written))  # type: ignore[arg-type]
    except (ValueError, TypeError, AttributeError):
        return str(written)


def _unguarded(guard: guards.Guard) -> str:
    return say(
        "{table} の表を守る仕組み（{name}）が外されています。`sakutei init` で戻ります。",
        table=guard.table,
        name=guard.name,
    )


def _of_documents(office: Office, documents: Sequence[str], proof: Proof) -> Iterator[str]:
    for sha256 in documents:
        proof.documents += 1
        try:
            files.checked(office.files, sha256)
        except DocumentDamaged as damaged:
            yield damaged.message


def _of_strangers(office: Office, documents: Sequence[str]) -> Iterator[str]:
    for path in files.strangers(office.files, frozenset(documents)):
        yield say(
            "文書の置き場所に、知らないファイル（{name}）があります。", name=path.relative_to(office.files)
        )
