"""The staff's pages on public comments: opening, letters, grouping, answering, publishing, spreadsheets."""

import csv
import io
import re
from datetime import timedelta

import openpyxl
import pytest

from tests.support.counting import counted
from tests.support.scenario import House
from tests.support.web_client import Browser
from workflow import actions, queries
from workflow.domain.calendar import TOKYO, end_of_day, tokyo_day
from workflow.domain.comments import Author, Disposition, Route


@pytest.fixture
def asked(house: House) -> House:
    """A plan whose public comment opened today, an hour ago."""
    house.a_plan(at="public_comment")
    actions.open_comment(house.office, "tanto", "dx", "comment_period", tokyo_day(house.now), now=house.now)
    return house.later(hours=1)


@pytest.fixture
def staff(asked: House) -> Browser:
    return Browser(asked, "tanto")


def a_letter(house: House, *opinions: str, route: Route = Route.POST, name: str = "区民 一郎") -> list[int]:
    actions.receive_opinions(
        house.office, "tanto", "dx", Author(name, "秘密の住所", "03-0000-0000", "秘密高校"), opinions, route=route,
        received_at=house.now, now=house.now,
    )  # fmt: skip
    with house.office.reading() as db:
        return [each.id for each in queries.all_opinions(db, 1)][-len(opinions) :]


def an_answer(house: House, *opinions: int, summary: str = "概要") -> int:
    return actions.answer_opinions(
        house.office, "tanto", "dx", opinions, summary=summary, answer="考え方",
        disposition=Disposition.REFLECTED, now=house.now,
    )  # fmt: skip


def after_the_period(house: House) -> None:
    with house.office.reading() as db:
        house.now = end_of_day(queries.rounds(db, "dx", house.now)[-1].closes_on)


# --- opening -------------------------------------------------------------------------------------------


def test_opening_shows_the_whole_period_before_it_is_done(house: House) -> None:
    house.a_plan(at="public_comment")
    staff = Browser(house, "tanto")
    assert "DX推進計画" in staff.see("/comments")
    assert "期間は 19 日以上" in staff.see("/comments/dx")
    first = tokyo_day(house.now) + timedelta(days=1)
    form = {"gate": "comment_period", "opens_on": first.isoformat(), "places": "IT推進課\n\n 中央図書館 "}
    asked_first = staff.send("/comments/dx/open", **form)
    last = first + timedelta(days=18)
    assert re.search(rf"{first.day}日（.）から(\d+年)?{last.month}月{last.day}日（.）24:00まで", asked_first)
    assert "お知らせはありません" in asked_first
    assert "期間は 19 日以上" in staff.see("/comments/dx")
    done = staff.do("/comments/dx/open", **form)
    assert "開始前" in done and "IT推進課、中央図書館" in done
    assert "からです" in staff.see("/comments/dx/preview")


def test_a_period_too_short_is_explained_and_the_form_keeps_what_was_typed(house: House) -> None:
    house.a_plan(at="public_comment")
    staff = Browser(house, "tanto")
    first = tokyo_day(house.now)
    form = {
        "gate": "comment_period",
        "opens_on": first.isoformat(),
        "closes_on": (first + timedelta(days=6)).isoformat(),
        "contact": "電話 <03>",
    }
    shown = staff.send("/comments/dx/open", 422, **form)
    assert "19 日に足りません" in shown and "電話 &lt;03&gt;" in shown and form["closes_on"] in shown
    assert "募集終了日" in staff.send("/comments/dx/open", 422, **{**form, "closes_on": "いつか"})
    shown = staff.do("/comments/dx/open", **form, shortened_why="法改正に合わせるため")
    assert "法改正に合わせるため" in shown and "募集中" in shown


def test_a_plan_in_another_stage_has_nothing_to_open(house: House) -> None:
    house.a_plan()
    staff = Browser(house, "tanto")
    assert "パブリックコメントの手続はありません" in staff.see("/comments/dx")
    staff.send("/comments/dx/open", 404, gate="comment_period", opens_on="2023-03-02")
    staff.send("/comments/dx/open", 404, gate="policy_bukai", opens_on="2023-03-02")
    for path in ("opinions", "answers", "publish", "intake", "preview", "opinions.csv", "answer"):
        staff.see(f"/comments/dx/{path}", 404)


# --- letters -------------------------------------------------------------------------------------------


def test_a_letter_is_shown_divided_then_entered_as_several_opinions(staff: Browser) -> None:
    local = staff.house.now.astimezone(TOKYO)
    typed = {
        "route": "fax",
        "day": f"{local:%Y-%m-%d}",
        "time": f"{local:%H:%M}",
        "name": "板橋商店会 会長 区民 一郎",
        "affiliation": "",
        "letter": "図が小さい。\n\n費用が\n心配だ。",
    }
    shown = staff.send("/comments/dx/intake", **typed, step="check")
    assert "分けた結果: 2 件" in shown and "板橋商店会" in shown
    said = staff.send("/comments/dx/intake", **typed, step="enter")
    assert "1-0001" in said and "意見 2 件" in said
    shown = staff.see("/comments/dx/opinions")
    assert "費用が\n心配だ。" in shown and "ファクス" in shown and "板橋商店会" in shown


def test_a_letter_that_came_late_is_kept_and_marked(staff: Browser) -> None:
    house = staff.house
    after_the_period(house)
    house.later(hours=9)
    staff.sign_in()
    local = house.now.astimezone(TOKYO)
    staff.send(
        "/comments/dx/intake", route="post", day=f"{local:%Y-%m-%d}", time="08:30", name="区民", letter="遅れた",
        step="enter",
    )  # fmt: skip
    assert "期間後" in staff.see("/comments/dx/opinions?which=late")
    assert "すべての意見に回答しました" in staff.see("/comments/dx")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": ""}, "氏名"),
        ({"route": "web"}, "受付方法"),
        ({"day": ""}, "届いた日時"),
        ({"day": "2099-01-01"}, "これからの日時"),
        ({"day": "2020-01-01"}, "募集は"),
        ({"letter": "\n \n"}, "1 件もありません"),
    ],
)
def test_a_letter_that_cannot_be_entered_stays_on_the_page(
    staff: Browser, wrong: dict[str, str], words: str
) -> None:
    local = staff.house.now.astimezone(TOKYO)
    typed = {
        "route": "post",
        "day": f"{local:%Y-%m-%d}",
        "time": "09:00",
        "name": "区民",
        "letter": "長い手紙",
    }
    shown = staff.send("/comments/dx/intake", 422, **{**typed, "address": "板橋 <1>", **wrong}, step="enter")
    assert words in shown and "板橋 &lt;1&gt;" in shown
    assert "当てはまる意見はありません" in staff.see("/comments/dx/opinions")


def test_an_opinion_is_divided_on_its_page_after_a_look(staff: Browser) -> None:
    (whole,) = a_letter(staff.house, "一。二。")
    page = f"/comments/dx/opinions/{whole}"
    assert "分けた結果: 2 件" in staff.send(page, letter="一。\r\n\r\n二。", step="check")
    assert "元の文と異なります" in staff.send(page, 422, letter="一。\r\n\r\n三。", step="split")
    assert "2 件に分けました" in staff.send(page, letter="一。\r\n\r\n二。", step="split")
    staff.see("/comments/dx/opinions/999", 404)


# --- answers -------------------------------------------------------------------------------------------


def test_opinions_alike_are_chosen_answered_together_and_more_added(staff: Browser) -> None:
    house = staff.house
    first, second, third = a_letter(house, "図が小さい", "図を大きく", "図が見えない")
    shown = staff.see(f"/comments/dx/answer?opinion={first}&opinion={second}")
    assert "選んだ意見 2 件" in shown and "図を大きく" in shown and "既にある回答" not in shown
    said = staff.send(
        "/comments/dx/answers",
        opinion=[first, second],
        summary="図が小さい。",
        text="改めます。",
        disposition="reflected",
    )
    assert "2 件の意見に回答しました" in said and "図が見えない" in said and "図を大きく" not in said
    assert "既にある回答" in staff.see(f"/comments/dx/answer?opinion={third}")
    with house.office.reading() as db:
        (reply,) = queries.replies(db, 1)
    assert "この回答の意見 3 件" in staff.send("/comments/dx/regroup", opinion=[third], answer=reply.id)
    page = f"/comments/dx/answers/{reply.id}"
    staff.send(page, summary="図が小さい。", text="大きくします。", disposition="already_written")
    shown = staff.see("/comments/dx/answers")
    assert "大きくします。" in shown and "記載済み" in shown and "意見 3 件" in shown
    assert "意見が選ばれていません" in staff.see("/comments/dx/answer")


def test_what_was_published_can_be_read_and_no_longer_changed(staff: Browser) -> None:
    house = staff.house
    (opinion,) = a_letter(house, "図が小さい")
    number = an_answer(house, opinion)
    after_the_period(house)
    staff.sign_in()
    preview = staff.see("/comments/dx/publish")
    assert "1件・1人（郵送1人）" in preview and "考え方" in preview and "公表へ進む" in preview
    assert "お知らせはありません" in staff.send("/comments/dx/publish")
    assert "結果を公表しました" in staff.do("/comments/dx/publish")
    assert house.why() == []
    for path in (
        f"answers/{number}",
        f"opinions/{opinion}",
        "opinions",
        "publish",
        f"answer?opinion={opinion}",
    ):
        shown = staff.see(f"/comments/dx/{path}")
        assert (
            "<button>回答を直す" not in shown and 'name="letter"' not in shown and "公表へ進む" not in shown
        )
        assert 'name="summary"' not in shown
    staff.send(f"/comments/dx/answers/{number}", 409, summary="変", text="更", disposition="outside")
    assert "追補として公表" in staff.see("/comments/dx/intake")


def test_what_keeps_the_result_from_being_published_is_said(staff: Browser) -> None:
    a_letter(staff.house, "一", "二")
    preview = staff.see("/comments/dx/publish")
    assert "24:00より後に公表できます" in preview
    assert "2件・1人" in preview and "提出されたご意見はありませんでした" not in preview
    after_the_period(staff.house)
    staff.sign_in()
    assert "回答のない意見が 2 件" in staff.see("/comments/dx/publish")
    staff.send("/comments/dx/publish", 409, sure="yes")


def test_a_plan_passes_the_stage_by_the_pages_alone(house: House) -> None:
    house.a_plan(at="public_comment")
    staff = Browser(house, "tanto")
    form = {"gate": "comment_period", "opens_on": tokyo_day(house.now).isoformat()}
    staff.do("/comments/dx/open", **form)
    house.later(hours=1)
    citizen = Browser(house)
    citizen.send("/public/dx", step="send", name="区民", address="板橋区", opinion=["図が小さい"])
    local = house.now.astimezone(TOKYO)
    staff.send(
        "/comments/dx/intake", route="counter", day=f"{local:%Y-%m-%d}", time=f"{local:%H:%M}", name="区民 二郎",
        letter="字も小さい", step="enter",
    )  # fmt: skip
    staff.send(
        "/comments/dx/answers", opinion=[1, 2], summary="小さい。", text="改めます。", disposition="reflected"
    )
    after_the_period(house)
    staff.sign_in()
    staff.do("/comments/dx/publish")
    assert "2件・2人（フォーム1人、窓口1人）" in citizen.see("/public/dx")
    house.advance()
    assert house.plan().stage.key != "public_comment"


# --- who sees what -------------------------------------------------------------------------------------


def test_only_those_who_run_the_comment_see_what_was_written_and_who_wrote(asked: House) -> None:
    (opinion,) = a_letter(asked, "図が小さい", name="秘密 一子")
    an_answer(asked, opinion)
    colleague = Browser(asked, "mayor")
    for path in ("", "/answers", "/answers/1", "/publish"):
        shown = colleague.see(f"/comments/dx{path}")
        assert "秘密" not in shown and "03-0000" not in shown and "図が小さい" not in shown, path
    for path in ("/opinions", f"/opinions/{opinion}", "/opinions.csv", "/opinions.xlsx"):
        colleague.see(f"/comments/dx{path}", 403)
    staff = Browser(asked, "tanto")
    for path in ("/opinions", f"/opinions/{opinion}", "/opinions.csv"):
        assert "秘密 一子" in staff.see(f"/comments/dx{path}")


def test_a_colleague_is_offered_nothing_and_refused_everything(asked: House) -> None:
    (opinion,) = a_letter(asked, "図が小さい")
    colleague = Browser(asked, "mayor")
    shown = colleague.see("/comments/dx")
    assert "/comments/dx/opinions" not in shown and "意見の登録" not in shown
    for path in ("opinions", "intake", f"answer?opinion={opinion}"):
        assert "担当課の職員" in colleague.see(f"/comments/dx/{path}", 403)
    colleague.send(
        "/comments/dx/answers", 403, opinion=[opinion], summary="一", text="二", disposition="reflected"
    )
    colleague.send("/comments/dx/regroup", 403, opinion=[opinion], answer=1)
    for step in ("check", "split"):
        colleague.send(f"/comments/dx/opinions/{opinion}", 403, letter="図が\n\n小さい", step=step)
    colleague.send("/comments/dx/publish", 403, sure="yes")
    colleague.send(
        "/comments/dx/open", 403, gate="comment_period", opens_on=tokyo_day(asked.now).isoformat(), sure="yes"
    )


# --- spreadsheets --------------------------------------------------------------------------------------

FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(1)",
    "\t=1",
    "＝1",
    "＋1",
    "－1",
    "＠1",
    " =1",
    '=HYPERLINK("http://x","y")',
]


def test_no_cell_of_the_excel_file_is_a_formula_and_every_text_is_as_written(staff: Browser) -> None:
    a_letter(staff.house, *FORMULAS, name="=cmd|'/c calc'!A1")
    answer = staff.client.get("/comments/dx/opinions.xlsx")
    assert answer.headers["content-disposition"].startswith("attachment")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    rows = list(sheet.iter_rows(min_row=2))
    assert [row[5].value for row in rows] == FORMULAS
    assert {cell.data_type for row in rows for cell in row if isinstance(cell.value, str)} == {"s"}
    assert rows[0][9].value == "=cmd|'/c calc'!A1"
    assert rows[0][5].quotePrefix and not rows[0][0].quotePrefix


def test_no_cell_of_the_csv_begins_a_formula_and_excel_knows_it_is_utf8(staff: Browser) -> None:
    a_letter(staff.house, *FORMULAS, '普通の\n意見, "引用"', name="=cmd|'/c calc'!A1")
    content = staff.client.get("/comments/dx/opinions.csv").content
    assert content.startswith(b"\xef\xbb\xbf")
    heading, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert heading[0] == "受付番号" and heading[9] == "氏名"
    cells = [cell for row in rows for cell in row]
    assert not [cell for cell in cells if cell.lstrip().startswith(tuple("=+-@＝＋－＠"))]
    assert [row[5] for row in rows] == [*(f"'{text}" for text in FORMULAS), '普通の\n意見, "引用"']


# --- costs ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/comments", 12),
        ("/comments/dx", 12),
        ("/comments/dx/opinions", 14),  # the security log is told who reads the names
        ("/comments/dx/answers", 12),
        ("/comments/dx/publish", 12),
    ],
)
def test_a_page_costs_the_same_however_many_opinions_there_are(staff: Browser, path: str, most: int) -> None:
    house = staff.house

    def cost() -> int:
        with counted(house) as sent:
            staff.see(path)
        return len(sent)

    an_answer(house, *a_letter(house, "一"))
    cost()
    before = cost()
    for number in range(30):
        an_answer(house, *a_letter(house, f"意見{number}", f"他{number}"), summary=f"概要{number}")
    assert cost() == before <= most


def test_the_list_costs_the_same_however_many_plans_ask(staff: Browser) -> None:
    house = staff.house

    def cost() -> int:
        with counted(house) as sent:
            staff.see("/comments")
            staff.see("/public")
        return len(sent)

    cost()
    before = cost()
    for key in ("b", "c"):
        house.a_plan(key, at="public_comment")
        actions.open_comment(
            house.office, "tanto", key, "comment_period", tokyo_day(house.now), now=house.now
        )
    house.a_plan("d", at="public_comment")
    staff.sign_in()
    assert cost() == before


def test_long_lists_are_paged(staff: Browser) -> None:
    a_letter(staff.house, *(f"意見その{number:02}。" for number in range(25)))
    first = staff.see("/comments/dx/opinions")
    assert "意見その19。" in first and "意見その20。" not in first
    following = re.findall(r'href="([^"]+)">次のページ', first)[0].replace("&amp;", "&")
    second = staff.see(following)
    assert "意見その20。" in second and "次のページ" not in second
