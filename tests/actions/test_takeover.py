"""A plan already under way is taken over (移行登録): all of it, or nothing."""

import io
import zipfile
from collections.abc import Mapping
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select

from definitions.chain import Chain
from definitions.load import shipped
from notifications import notices, outbox
from notifications.dry_run import rehearse
from tests.support.documents import p, packed, word
from tests.support.scenario import House, moment
from tests.support.takeover import WAY, Takeover, filled, form_of, let_tanto_record, row_number
from workflow import actions, queries
from workflow.domain.calendar import tokyo_day
from workflow.domain.errors import BadInput, NotAllowed
from workflow.domain.events import Tag
from workflow.domain.takeover import About, Sheet, TakeoverRefused
from workflow.queries.actor import actor
from workflow.queries.plans import plan_by_key
from workflow.queries.takeovers import takeover_of
from workflow.store import files
from workflow.store.database import Office
from workflow.store.event_log import verify
from workflow.store.tables import Delivery, Meeting, Record


@pytest.fixture
def house(house: House) -> House:
    let_tanto_record(house)
    return house.at("2023-09-04 09:00")


@pytest.fixture
def takeover(house: House, tmp_path: Path) -> Takeover:
    folder = tmp_path / "移行"
    folder.mkdir()
    return Takeover(house, folder)


def altered(place: int, **cells: Any) -> tuple[Mapping[str, Any], ...]:
    """The usual rows, with other cells in one of them."""
    return tuple({**row, **cells} if number == place else row for number, row in enumerate(WAY))


def faults(takeover: Takeover) -> list[str]:
    with pytest.raises(TakeoverRefused) as refused:
        takeover.done()
    return [fault.shown for fault in refused.value.faults]


def everything(house: House) -> dict[str, int]:
    """How many rows each table has."""
    with house.office.reading() as db:
        return {
            name: db.scalar(select(func.count()).select_from(table)) or 0
            for name, table in Record.metadata.tables.items()
        }


def stored(house: House) -> list[Path]:
    return [path for path in house.office.files.rglob("*") if path.is_file()]


def test_a_plan_at_its_third_stage_is_taken_over_and_goes_on(house: House, takeover: Takeover) -> None:
    assert takeover.done() == "dx"
    plan = house.plan()
    assert (plan.stage.key, plan.department) == ("draft", "it")
    assert [stay.stage for stay in plan.path] == ["policy", "outline", "draft"]
    assert tokyo_day(plan.path[0].since).isoformat() == "2023-03-01"
    with house.office.reading() as db:
        given = queries.gate_answers(db, plan)
        versions = queries.versions(db, plan)
    assert [(each.gate, each.words, each.day.isoformat()) for each in given] == [
        ("policy_bukai", "了承", "2023-03-20"),
        ("policy_honbu", "条件付き了承", "2023-05-15"),
        ("policy_iinkai", "報告済", "2023-06-12"),
        ("outline_bukai", "了承", "2023-06-28"),
        ("outline_honbu", "了承", "2023-08-08"),
    ]
    assert [(each.filename, each.stage) for each in versions] == [
        ("骨子.docx", "outline"),
        ("方針.docx", "policy"),
    ]
    for each in versions:
        assert files.read(house.office.files, each.sha256) == (takeover.folder / each.filename).read_bytes()

    house.a_version("素案の本文")
    house.agree("draft_bukai")
    assert house.why() and "本部" in house.why()[0]
    house.agree("draft_honbu")
    house.agree("draft_iinkai")
    assert house.advance().to_stage == "public_comment"


def test_a_rehearsal_says_what_would_be_recorded_and_records_nothing(
    house: House, takeover: Takeover
) -> None:
    takeover.documents["余り.docx"] = takeover.folder / "余り.docx"
    before, there = everything(house), stored(house)
    tried = takeover.rehearse()
    assert tried.plan.stage.key == "draft"
    words = [each.words for each in tried.history]
    assert any("了承" in each and "［第1回部会 令和5年3月20日（月）］" in each for each in words)
    assert words[-1].startswith("移行登録") and "紙で進めていたため" in words[-1]
    assert tried.missing  # the text of 素案
    assert everything(house) == before
    assert stored(house) == there


def test_what_no_row_names_is_said(house: House, takeover: Takeover) -> None:
    documents = {**takeover.documents, "余り.docx": takeover.folder / "方針.docx"}
    tried = actions.rehearse_takeover(
        house.office, "tanto", "移行.xlsx", takeover.workbook, documents, now=house.now
    )
    assert tried.unused == ("余り.docx",)


def test_it_is_shown_as_a_takeover_with_its_reason(house: House, takeover: Takeover) -> None:
    takeover.done()
    with house.office.reading() as db:
        plan = plan_by_key(db, "dx")
        found = takeover_of(db, plan.id)
        assert found is not None
        assert (found.reason, found.filename) == ("紙で進めていたため", "移行.xlsx")
        assert {each.at for each in queries.gate_answers(db, plan)} == {found.at}
        assert {(each.counts_why, each.at) for each in queries.versions(db, plan)} == {
            (found.reason, found.at)
        }
        assert verify(db)


def test_the_schedule_has_each_stage_in_its_own_months(house: House, takeover: Takeover) -> None:
    takeover.done()
    with house.office.reading() as db:
        held = queries.held_schedule(db, plan_by_key(db, "dx"), house.now)
    months = {month.month: month.work for month in held}
    assert months["2023-03"] == months["2023-05"] == ("策定方針の調整",)
    assert months["2023-07"] == ("計画骨子の調整",)
    assert months["2023-09"] == ("素案の調整",)


def test_the_log_marks_what_was_taken_over_and_nothing_else(house: House, takeover: Takeover) -> None:
    takeover.done()
    house.later(hours=1).a_version("素案")
    with house.office.reading() as db:
        *past, whole, today = queries.history(db, plan_by_key(db, "dx"))
        logged = {
            each.seq: each.words
            for each in queries.log_page(db, actor(db, "admin", tokyo_day(house.now)), limit=200).events
        }
    assert all("［移行登録］" in each.words and "［移行登録］" in logged[each.seq] for each in past)
    assert "移行.xlsx 11 行 紙で進めていたため" in whole.words
    assert "移行登録" not in today.words and "移行登録" not in logged[today.seq]
    assert sum("［移行登録］" in words for words in logged.values()) > len(past)  # the meetings too


def test_a_meeting_whose_attendance_is_known_is_closed(house: House, takeover: Takeover) -> None:
    takeover.done()
    with house.office.reading() as db:
        meetings = db.execute(select(Meeting.title, Meeting.status, Meeting.starts_at).order_by(Meeting.id))
        held = [(title, status, at) for title, status, at in meetings]
    assert held[0] == ("第1回部会", "closed", moment("2023-03-20 14:00"))
    assert [status for _, status, _ in held[1:]] == ["called"] * 4


def test_nobody_gets_a_mail_about_what_is_past(house: House, takeover: Takeover) -> None:
    takeover.rows = (
        *WAY[:-1],
        {
            "日付": "2023-08-09",
            "何を": "差戻し",
            "会議体・段階": "策定方針",
            "備考・理由": "目標を見直すため",
        },
    )
    house.at("2023-08-10 08:00")
    notices.claim(house.office, house.now)
    assert rehearse(house.office, lambda office: takeover.done(office=office)) == []
    takeover.done()
    notices.claim(house.office, house.now)
    outbox.claim(house.office, house.now)
    with house.office.reading() as db:
        assert db.scalar(select(func.count()).select_from(Delivery)) == 0
    assert house.plan().stage.key == "policy"


@pytest.mark.parametrize(
    ("place", "cells", "said"),
    [
        (2, {"会議体・段階": "部長会"}, "会議体・段階「部長会」は、会議体にありません"),
        (2, {"日付": "2023-02-31"}, "「2023-02-31」は日付として読めません"),
        (2, {"日付": "2030-01-01"}, "令和12年1月1日（火） はまだ過ぎていません"),
        (2, {"日付": "2023-03-02"}, "前の行（令和5年3月6日（月））より前の日付です"),
        (2, {"何を": "相談"}, "何を「相談」は、選択肢にありません"),
        (2, {"結果": "可決"}, "結果「可決」は、情報化推進部会の結果にありません"),
        (2, {"結果": ""}, "「会議の結果」の行には「結果」が要ります"),
        (2, {"開始時刻": "午後"}, "「午後」は時刻として読めません"),
        (2, {"出席者": "誰か"}, "「誰か」はありません"),
        (2, {"文書のファイル名": "骨子.docx"}, "それより前の行で登録した版にありません"),
        (3, {"条件": ""}, "条件付き了承に条件がありません"),
        (4, {"条件": "別の条件"}, "解消を待つ条件「別の条件」はありません"),
        (6, {"会議体・段階": "書庫"}, "会議体・段階「書庫」は、段階にありません"),
        (6, {"会議体・段階": "素案"}, "計画はこのとき「策定方針」にあり、次は「素案」ではありません"),
        (6, {"結果": "了承"}, "「進行」の行に「結果」は書きません"),
        (6, {"日付": "=TODAY()"}, "数式が入っています"),
    ],
)
def test_a_wrong_row_is_named_with_its_number(
    house: House, takeover: Takeover, place: int, cells: dict[str, str], said: str
) -> None:
    before, there = everything(house), stored(house)
    takeover.rows = altered(place, **cells)
    named = f"{row_number(house, place)} 行目: "
    assert any(each.startswith(named) and said in each for each in faults(takeover)), faults(takeover)
    assert everything(house) == before
    assert stored(house) == there


def test_every_fault_is_named_at_once(house: House, takeover: Takeover) -> None:
    takeover.rows = tuple(
        {**row, "会議体・段階": "部長会"} if row["何を"] == "会議の結果" else row for row in WAY
    )
    takeover.left_out = ("骨子.docx",)
    takeover.about = {About.DEPARTMENT: "総務課"}
    named = faults(takeover)
    assert "課「総務課」はありません" in named[0]
    assert [each.split(" ")[0] for each in named[1:]] == [
        str(row_number(house, place)) for place in (2, 3, 5, 7, 8, 9)
    ]
    assert "文書のファイル名「骨子.docx」は、一緒に送るファイルにありません" in named[4]


def test_the_headquarters_cannot_come_before_the_working_group(house: House, takeover: Takeover) -> None:
    group, headquarters = WAY[2], WAY[3]
    takeover.rows = (
        *WAY[:2],
        {**headquarters, "日付": "2023-03-10", "結果": "了承", "条件": ""},
        group,
        *WAY[5:],
    )
    first, *_ = faults(takeover)
    assert first.startswith(f"{row_number(house, 2)} 行目: ") and "部会での検討" in first


def test_a_decision_cannot_come_before_its_text(house: House, takeover: Takeover) -> None:
    text, decision = {**WAY[1], "日付": "2023-04-03"}, {**WAY[2], "出席者": ""}
    takeover.rows = (WAY[0], decision, text, *WAY[3:])
    first, *_ = faults(takeover)
    assert first.startswith(f"{row_number(house, 1)} 行目: ") and "先に版を登録してください" in first


def test_a_step_past_a_shut_gate_is_refused(house: House, takeover: Takeover) -> None:
    takeover.rows = tuple(row for row in WAY if row.get("会議体・段階") != "企画総務委員会")
    assert any("策定方針報告" in each for each in faults(takeover))


def test_a_plan_goes_back_only_where_it_came_from(house: House, takeover: Takeover) -> None:
    back = {"日付": "2023-08-09", "何を": "差戻し", "会議体・段階": "原案", "備考・理由": "見直し"}
    takeover.rows = (*WAY[:-1], back)
    (named,) = faults(takeover)
    assert "「原案」を通っていません。通ってきた段階: 策定方針。" in named


def test_a_key_already_taken_is_the_only_fault_named(house: House, takeover: Takeover) -> None:
    house.a_plan()
    (named,) = faults(takeover)
    assert "計画ID「dx」は既に使われています" in named


@pytest.mark.parametrize("about", [About.KEY, About.TITLE, About.REASON, About.DEPARTMENT])
def test_what_is_said_of_the_plan_may_not_be_left_out(takeover: Takeover, about: About) -> None:
    takeover.about = {about: ""}
    assert any(about.label in each for each in faults(takeover))


def test_the_file_of_a_version_must_be_one_that_is_taken(house: House, takeover: Takeover) -> None:
    documents = takeover.documents
    documents["方針.docx"].write_bytes(packed({"word/vbaProject.bin": "", "[Content_Types].xml": ""}))
    with pytest.raises(TakeoverRefused, match=f"{row_number(house, 1)} 行目: .*マクロ付き"):
        actions.take_over(house.office, "tanto", "移行.xlsx", takeover.workbook, documents, now=house.now)


def _with_macros(form: bytes) -> bytes:
    kept = io.BytesIO(form)
    with zipfile.ZipFile(kept, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"Sub")
    return kept.getvalue()


def _with_entities(form: bytes) -> bytes:
    return _rewritten(
        form, "xl/workbook.xml", lambda text: text.replace("<workbook", "<!DOCTYPE x []><workbook", 1)
    )


def _bomb(form: bytes) -> bytes:
    return _rewritten(form, "xl/worksheets/sheet1.xml", lambda text: text + " " * 120 * 1024**2)


def _rewritten(form: bytes, name: str, change: Any) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(form)) as old, zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as new:
        for each in old.namelist():
            text = old.read(each)
            new.writestr(each, change(text.decode()) if each == name else text)
    return kept.getvalue()


def _without_the_sheet(_: bytes) -> bytes:
    book, kept = Workbook(), io.BytesIO()
    book.save(kept)
    return kept.getvalue()


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("移行.xlsx", _with_macros, "マクロ付きの Office 文書"),
        ("移行.xlsx", _with_entities, "を読めません（ファイルが壊れている"),
        ("移行.xlsx", _bomb, "を読めません（中身が大きすぎます"),
        ("移行.xlsx", _without_the_sheet, "「移行」のシートがありません"),
        ("移行.xlsx", lambda form: form[:2000], "壊れた ZIP"),
        ("移行.xlsx", lambda _: "日付,何を".encode(), "名前と合いません"),
        ("移行.csv", lambda _: "日付,何を".encode(), "Excel ブック（xlsx）ではありません"),
        ("移行.xlsx", lambda _: b"", "ファイルが空です"),
    ],
)
def test_what_is_no_harmless_workbook_is_refused_in_words(
    house: House, takeover: Takeover, name: str, change: Any, said: str
) -> None:
    workbook = takeover.folder / "表"
    workbook.write_bytes(change(filled(form_of(house), WAY)))
    with pytest.raises(BadInput) as refused:
        actions.take_over(house.office, "tanto", name, workbook, takeover.documents, now=house.now)
    assert said in refused.value.message


def test_a_form_without_its_headings_or_rows_says_so(house: House, takeover: Takeover) -> None:
    takeover.rows = ()
    assert any("「計画の開始」の行が、いちばん上に 1 行だけ要ります" in each for each in faults(takeover))
    book = load_workbook(io.BytesIO(filled(form_of(house), WAY)))
    for row in list(book[Sheet.ROWS.label].iter_rows()):
        if row[0].value == "日付":
            row[0].value = "いつ"
    workbook = takeover.folder / "表.xlsx"
    book.save(workbook)
    with pytest.raises(TakeoverRefused, match="見出しの行がありません"):
        actions.take_over(house.office, "tanto", "表.xlsx", workbook, takeover.documents, now=house.now)


def test_a_day_that_excel_keeps_as_a_date_is_read(house: House, takeover: Takeover) -> None:
    takeover.rows = altered(2, 日付=date(2023, 3, 20), 開始時刻=time(5))
    takeover.done()
    with house.office.reading() as db:
        assert db.scalar(select(func.min(Meeting.starts_at))) == moment("2023-03-20 05:00")


def test_who_may_not_record_for_a_body_is_refused_at_its_row(house: House, takeover: Takeover) -> None:
    actions.post(house.office, "admin", "ict_honbu_office", "it", tokyo_day(house.now), now=house.now)
    with pytest.raises(TakeoverRefused) as refused:
        takeover.done("ict_honbu_office")
    assert refused.value.faults[0].row == row_number(house, 2)
    assert "会議体の事務局" in refused.value.faults[0].words


def test_who_is_in_no_department_takes_nothing_over(takeover: Takeover) -> None:
    with pytest.raises(NotAllowed):
        takeover.rehearse("admin")


def test_the_example_in_the_form_can_be_taken_over(house: House, takeover: Takeover) -> None:
    """What the form shows is right."""
    book = load_workbook(io.BytesIO(form_of(house)))
    del book[Sheet.ROWS.label]
    book[Sheet.EXAMPLE.label].title = Sheet.ROWS.label
    workbook = takeover.folder / "例.xlsx"
    book.save(workbook)
    documents = {}
    for name in ("策定方針.docx", "骨子.docx"):
        documents[name] = takeover.folder / name
        documents[name].write_bytes(word(p(name)))
    key = actions.take_over(house.office, "tanto", "例.xlsx", workbook, documents, now=house.now)
    assert house.plan(key).stage.key == "draft"


# --- 決裁 ----------------------------------------------------------------------------------------------------


def _where_the_mayor_signs_the_policy() -> Chain:
    raw = shipped("itabashi_dx_2025").model_dump(mode="json", by_alias=True, exclude_none=True)
    raw["key"] = "mayor_signs"
    raw["stages"][0]["gates"].append(
        {
            "key": "policy_mayor",
            "kind": "signoff",
            "label": "区長の決裁",
            "office": "区長",
            "after": ["policy_iinkai"],
        }
    )
    return Chain.model_validate(raw)


SIGNED: Mapping[str, str] = {"日付": "2023-06-12", "何を": "決裁", "会議体・段階": "区長", "結果": "決裁"}


@pytest.fixture
def signing(office: Office, tmp_path: Path) -> Takeover:
    house = House(office, _where_the_mayor_signs_the_policy())
    let_tanto_record(house)
    folder = tmp_path / "移行"
    folder.mkdir()
    return Takeover(house.at("2023-09-04 09:00"), folder, rows=(*WAY[:6], SIGNED, *WAY[6:]))


def test_a_signature_on_paper_is_entered_for_who_held_the_position(signing: Takeover) -> None:
    signing.done()
    with signing.house.office.reading() as db:
        plan = plan_by_key(db, "dx")
        (signed,) = [each for each in queries.gate_answers(db, plan) if each.signoff]
        (said,) = [each for each in queries.history(db, plan) if each.tag is Tag.SIGNED]
    assert (signed.by, signed.day.isoformat(), signed.version) == ("区 長", "2023-06-12", 1)
    assert (said.by, said.data["on"]) == ("担当 花子", "2023-06-12")
    assert "後日登録" in said.words and "紙で進めていたため" in said.words
    assert plan.stage.key == "draft"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({**SIGNED, "会議体・段階": "副区長"}, "会議体・段階「副区長」は、決裁者の職にありません"),
        ({**SIGNED, "結果": "了承"}, "結果「了承」は、決裁にありません"),
        ({**SIGNED, "結果": "返却"}, "決裁しない理由: 空です"),
        ({**SIGNED, "結果": "返却", "備考・理由": "予算"}, "手続が済んでいません"),
    ],
)
def test_a_wrong_signature_is_named(signing: Takeover, row: Mapping[str, str], said: str) -> None:
    signing.rows = (*WAY[:6], row, *WAY[6:])
    assert any(said in each for each in faults(signing)), faults(signing)


def test_nobody_signs_before_the_bodies_agreed_or_while_the_position_was_vacant(signing: Takeover) -> None:
    signing.rows = (*WAY[:5], {**SIGNED, "日付": "2023-05-30"}, *WAY[5:])
    first, *_ = faults(signing)
    assert "区長の決裁" in first and "策定方針報告" in first
    actions.end_terms(signing.house.office, "admin", "mayor", date(2023, 1, 31), now=signing.house.now)
    signing.rows = (*WAY[:6], SIGNED, *WAY[6:])
    assert "令和5年6月12日（月） に区長だった方が名簿にいません" in faults(signing)[0]
