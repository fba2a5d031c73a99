"""The dossier of a plan as one archive: papers, documents with their texts and comparisons, meetings, the log, and a verifier.
Documents are copied piece by piece; nothing of them is held in memory whole but the text of one."""

import threading
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path, PurePath
from typing import IO

from workflow.domain.calendar import reiwa_moment, tokyo_day
from workflow.domain.comparison import Comparison
from workflow.domain.errors import DocumentDamaged
from workflow.domain.language import in_japanese, label, say
from workflow.domain.rights import Actor
from workflow.domain.sheets import SheetFormat, SheetKind
from workflow.domain.texts import Kind, Text, Unreadable
from workflow.queries.dossier import Dossier, DossierMeeting, LeftOut, dossier, plan_to_take
from workflow.queries.versions import VersionLine
from workflow.store import files, texts
from workflow.store.bounded_process import one_at_a_time
from workflow.store.database import Office
from workflow.wire import comparison_table
from workflow.wire.dossier.log_part import add_log
from workflow.wire.dossier.sealed_archive import SealedArchive
from workflow.wire.sheets.documents import made, plain_name, word

VERIFIER = Path(__file__).with_name("verify.py")
DOCUMENTS, COMPARISONS, MEETINGS = "文書", "新旧対照表", "会議"

_ONE_AT_A_TIME = threading.Lock()


def write_dossier(office: Office, who: Actor | None, key: str, to: IO[bytes], *, now: datetime) -> Dossier:
    """Write the dossier of the plan to a file, for a person who may take it; `who` None: the machine's own user. The log and
    what the papers say are of one moment. Raises `NotFound`, `NotAllowed`, `Unwritable` (the key), `BadInput` (the office's
    own template), `SheetNotMade`, `StorageFull`."""
    with office.reading() as db:
        plan_to_take(db, who, key)  # who may not take it keeps nobody waiting
    with one_at_a_time(_ONE_AT_A_TIME), in_japanese(), SealedArchive(to, office.key_file, now) as archive:
        with office.reading() as db:
            found = dossier(db, who, key, office.name, now)
            log = add_log(archive, db, found.plan, office.key_file)
        left = list(found.left_out)
        _add_papers(archive, office, found)
        left += _add_versions(archive, office, found)
        left += _add_meetings(archive, office, found.meetings)
        archive.add(
            "01_入れていないもの.txt",
            "".join(f"{each.what}: {each.why}。\n" for each in left) or "ありません。\n",
        )
        archive.add("00_はじめに.txt", _about(office, found, now))
        archive.copy("verify.py", VERIFIER)
        plan = {"key": found.plan.key, "title": found.plan.title, "number": found.plan.id}
        archive.seal({"office": office.name, "plan": plan, "made_at": reiwa_moment(now), **log})
    return found


def _add_papers(archive: SealedArchive, office: Office, found: Dossier) -> None:
    papers = ((2, SheetKind.APPROVALS, found.approvals), (3, SheetKind.SCHEDULE, found.schedule))
    for number, kind, facts in papers:
        for form in (SheetFormat.WORD, SheetFormat.EXCEL):
            archive.add(f"0{number}_{kind.label}.{form.value}", made(office, kind, facts, form))


def _add_versions(archive: SealedArchive, office: Office, found: Dossier) -> Iterator[LeftOut]:
    """Every version with its text, and what changed since the one before it."""
    by_number = {each.number: each for each in found.versions}
    for each in found.versions:
        name = f"{_numbered(each)}_{found.plan.chain.document_name(each.document)}".rstrip("_")
        try:
            archive.copy(
                f"{DOCUMENTS}/{name}_{plain_name(each.filename)}", files.checked(office.files, each.sha256)
            )
        except DocumentDamaged as damaged:
            yield LeftOut(_numbered(each), damaged.message.rstrip("。"))
            continue
        text = texts.text_of(office.files, each.sha256)
        if isinstance(text, Unreadable):
            yield LeftOut(say("{version}の文", version=_numbered(each)), label(text))
        else:
            archive.add(f"{DOCUMENTS}/{name}.txt", _as_lines(text))
        if each.before is not None:
            yield from _add_comparison(archive, office, found, by_number[each.before], each)


def _add_comparison(
    archive: SealedArchive, office: Office, found: Dossier, old: VersionLine, new: VersionLine
) -> Iterator[LeftOut]:
    name = f"{_numbered(old)}と{_numbered(new)}"
    try:
        compared = texts.comparison_of(office.files, old.sha256, new.sha256)
    except DocumentDamaged as damaged:
        yield LeftOut(f"{COMPARISONS} {name}", damaged.message.rstrip("。"))
        return
    if not isinstance(compared, Comparison):
        why = compared.old or compared.new or Unreadable.BROKEN
        yield LeftOut(f"{COMPARISONS} {name}", label(why))
        return
    title, sides = found.plan.title, (_numbered(old), _numbered(new))
    archive.add(f"{COMPARISONS}/{name}.docx", comparison_table.docx(title, *sides, compared))
    archive.add(f"{COMPARISONS}/{name}.xlsx", comparison_table.xlsx(*sides, compared))
    archive.add(f"{COMPARISONS}/{name}.html", comparison_table.page(title, *sides, compared))


def _add_meetings(
    archive: SealedArchive, office: Office, meetings: Sequence[DossierMeeting]
) -> Iterator[LeftOut]:
    whole = [each.sheet for each in meetings if each.sheet]
    kinds = (SheetKind.AGENDA, SheetKind.MINUTES)
    agendas, minutes = (iter(word(office, kind, whole) if whole else []) for kind in kinds)
    for number, held in enumerate(meetings, start=1):
        folder = _folder_of(number, held)
        if held.sheet is not None:
            archive.add(f"{folder}/次第.docx", next(agendas))
            told = next(minutes)
            if held.minutes:
                archive.add(f"{folder}/会議録.docx", told)
        yield from _add_meeting(archive, office, folder, held)


def _folder_of(number: int, held: DossierMeeting) -> str:
    day = tokyo_day(held.meeting.starts_at).isoformat()
    return f"{MEETINGS}/{number:02}_{day}_{plain_name(held.meeting.title)}"


def _add_meeting(
    archive: SealedArchive, office: Office, folder: str, held: DossierMeeting
) -> Iterator[LeftOut]:
    """The final minutes and the papers of a meeting; for who may not read all of it, what the minutes tell of the plan."""
    for each in held.minutes:
        archive.add(f"{folder}/{each.kind.label}_第{each.version}版.txt", f"{each.text}\n")
    if held.parts:
        told = "\n".join(f"{heading}\n{part}\n" for heading, part in held.parts)
        archive.add(f"{folder}/この計画についての部分.txt", told)
    for paper in held.papers:
        edition = f"_{paper.edition}回目" if paper.edition > 1 else ""
        name = plain_name(f"{paper.designation}{edition}_{PurePath(paper.filename).name}")
        try:
            archive.copy(f"{folder}/{name}", files.checked(office.files, paper.sha256))
        except DocumentDamaged as damaged:
            yield LeftOut(f"{held.meeting.title} {paper.designation}", damaged.message.rstrip("。"))


def _numbered(version: VersionLine) -> str:
    return f"第{version.number:02}版"


def _as_lines(text: Text) -> str:
    marks = {Kind.HEADING: "\n■ ", Kind.PARAGRAPH: "", Kind.ROW: "| "}
    return "".join(f"{marks[block.kind]}{block.text}\n" for block in text).lstrip("\n")


def _about(office: Office, found: Dossier, now: datetime) -> str:
    return f"""{found.plan.title}　監査のための一件書類
{office.name}　{found.plan.department_name}　{reiwa_moment(now)}作成

02_決裁経過　誰が、どの文書を、いつ、どの根拠で決めたか。
03_工程表　予定と、実際に行ったもの。
{DOCUMENTS}　すべての版と、その文。
{COMPARISONS}　続く二つの版の違い。
{MEETINGS}　この計画を扱った会議の次第、確定した概要・会議録、資料。読む権利のあるものだけです。
01_入れていないもの.txt　入れていないものと、その理由。
log　記録。この計画の出来事は内容ごと、ほかの出来事はハッシュだけです。
verify.py　検証するプログラム。Python 3 だけで動き、ほかに何も要りません。

検証のしかた
  python3 verify.py この書類.zip
  python3 verify.py この書類.zip --key 公開鍵の指紋 --witness 策定から届いたメール.eml
公開鍵の指紋は、庁から別に受け取ったものと見比べてください。verify.py も、疑わしければ別に受け取ったものを使ってください。
一つのファイルの一字でも違えば、検証は合いません。
"""
