"""The form of a takeover (移行登録) as an Excel workbook, with the choices of one chain and an example."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation

from definitions.chain import Body, BodyGate, Chain, DocumentGate, SignoffGate, Stage
from definitions.terms import OUTCOMES_OF, Outcome
from workflow.domain.decisions import SignoffResult
from workflow.domain.takeover import MOST_ROWS, About, Column, Present, RowKind, Sheet

HINTS = {
    About.KEY: "画面のアドレスに使う短い名前。半角の英小文字・数字・_・-。例: dx2025",
    About.TITLE: "計画の正式な名称",
    About.DEPARTMENT: "一覧から選びます",
    About.CHAIN: "様式を作ったときの定義。変えないでください",
    About.REASON: "なぜ後から登録するか。すべての記録に「移行登録」の理由として残ります",
}
"""The hint beside each line above the rows."""

EXPLAINED = {
    Column.DAY: "行われた日。古い順に。2023-06-12 または 令和5年6月12日",
    Column.KIND: "一覧から選びます。いちばん上は「計画の開始」",
    Column.WHERE: "会議の結果: 会議体。決裁: 決裁者の職。差戻し: 戻す先の段階。進行: 分かれ道のときだけ、次の段階",
    Column.FILE: "版の登録: 一緒に送るファイルの名前。会議の結果: 会議が見た文書（空けると、そのときの最新の版）",
    Column.RESULT: "会議の結果と決裁: 一覧から選びます",
    Column.CONDITIONS: "条件付き了承: 付いた条件。条件の解消: 解消した条件（同じ言葉で）。1 行に 1 つ（Alt+Enter で改行）",
    Column.NOTE: "差戻しの理由、条件をどう満たしたか、版の説明、会議の備考",
    Column.MEETING: "会議の結果: 第1回など。空けると、会議体の名前",
    Column.CLOCK: "会議の結果: 分かるときだけ。14:00",
    Column.PRESENT: "会議の結果: 分かるときだけ。名簿の氏名を「、」で区切るか、「全員」。書くと会議を終了にします",
}
"""The explanation above each column."""

ABOUT_ALL = (
    "途中まで進んでいる計画を、まとめて登録する表です。会議や差戻しを、行われた順に 1 行ずつ書き、各版の文書ファイルと一緒に送ります。",
    "送ると、まず全体を検査します。誤りがあれば行の番号とともにすべて示し、何も登録しません。",
    "書けるのは、きのうまでのことです。採決とパブリックコメントは書けません。その前までを移行登録し、続きは画面で記録します。",
)
"""The lines at the top."""

_WIDTHS = (16, 14, 24, 26, 16, 30, 34, 18, 10, 22)
_LINE = Side(style="thin", color="999999")
_BORDER = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_TO_FILL = PatternFill("solid", fgColor="FFF8DC")
_NAMED = PatternFill("solid", fgColor="E3EBF5")


def takeover_form(name: str, chain: Chain, departments: Sequence[tuple[str, str]], on: date) -> bytes:
    """The form for plans under the chain of that name. The example ends on that day."""
    book = Workbook()
    rows = book.active
    rows.title = Sheet.ROWS.label
    _lay_out(rows, {About.CHAIN: name}, ())
    about = {
        About.KEY: "example2025",
        About.TITLE: chain.title,
        About.DEPARTMENT: departments[0][1] if departments else "",
        About.CHAIN: name,
        About.REASON: "紙とメールで進めていたため",
    }
    _lay_out(book.create_sheet(Sheet.EXAMPLE.label), about, list(_example(chain, on)))
    _offer_choices(book, rows, chain, [title for _, title in departments])
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()


def _lay_out(sheet: Any, about: dict[About, str], rows: Sequence[dict[Column, str | date]]) -> None:
    for line in ABOUT_ALL:
        sheet.append([line])
    for each in About:
        sheet.append([each.label, about.get(each), None, HINTS[each]])
        sheet.cell(sheet.max_row, 1).font = Font(bold=True)
        for cell in sheet[sheet.max_row][:2]:
            cell.border = _BORDER
        sheet.cell(sheet.max_row, 2).fill = _TO_FILL
        sheet.merge_cells(start_row=sheet.max_row, start_column=2, end_row=sheet.max_row, end_column=3)
    sheet.append([EXPLAINED[each] for each in Column])
    for cell in sheet[sheet.max_row]:
        cell.font, cell.alignment = Font(size=9, color="555555"), Alignment(wrap_text=True, vertical="bottom")
    sheet.row_dimensions[sheet.max_row].height = 75
    sheet.append([each.label for each in Column])
    for cell in sheet[sheet.max_row]:
        cell.font, cell.fill, cell.border = Font(bold=True), _NAMED, _BORDER
    head = sheet.max_row
    for number in range(head + 1, head + 1 + (len(rows) or MOST_ROWS)):
        row = rows[number - head - 1] if rows else {}
        for place, column in enumerate(Column, start=1):
            cell = sheet.cell(number, place, row.get(column))
            cell.border, cell.alignment = _BORDER, Alignment(wrap_text=True, vertical="top")
            cell.number_format = "yyyy/mm/dd" if column is Column.DAY else "@"
    for place, width in enumerate(_WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.freeze_panes = sheet.cell(head + 1, 3)
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight, sheet.sheet_properties.pageSetUpPr.fitToPage = 0, True
    sheet.print_title_rows = f"{head}:{head}"


def _offer_choices(book: Any, rows: Any, chain: Chain, departments: Sequence[str]) -> None:
    """Lists to choose from, each a column of a sheet of its own. What is not in a list can be written all the same: what
    is wrong is said when the form is read."""
    gates = [gate for stage in chain.stages for gate in stage.gates]
    positions = list(dict.fromkeys(gate.position for gate in gates if isinstance(gate, SignoffGate)))
    places = [body.name for body in chain.bodies] + positions + [stage.label for stage in chain.stages]
    outcomes = [
        outcome.label for outcome in Outcome if any(outcome in OUTCOMES_OF[b.kind] for b in chain.bodies)
    ]
    choices: dict[Column | About, list[str]] = {
        Column.KIND: [each.label for each in RowKind],
        Column.WHERE: places,
        Column.RESULT: outcomes + [each.label for each in SignoffResult if positions],
        About.DEPARTMENT: list(departments),
    }
    listed = book.create_sheet(Sheet.CHOICES.label)
    head = len(ABOUT_ALL) + len(About) + 2
    for place, (what, words) in enumerate(choices.items(), start=1):
        letter = get_column_letter(place)
        listed.column_dimensions[letter].width = 30
        for number, text in enumerate([what.label, *words], start=1):
            listed.cell(number, place, text).font = Font(bold=number == 1)
        if not words:
            continue
        source = f"{quote_sheetname(listed.title)}!${letter}$2:${letter}${len(words) + 1}"
        choice = DataValidation(type="list", formula1=source, allow_blank=True, showErrorMessage=False)
        rows.add_data_validation(choice)
        if isinstance(what, About):
            choice.add(f"B{len(ABOUT_ALL) + list(About).index(what) + 1}")
        else:
            column = get_column_letter(list(Column).index(what) + 1)
            choice.add(f"{column}{head + 1}:{column}{head + MOST_ROWS}")


def _example(chain: Chain, on: date) -> Iterator[dict[Column, str | date]]:
    """The way through the first two stages of the chain, a week for each row."""
    rows = list(_way(chain))
    first = on - timedelta(weeks=len(rows))
    for week, row in enumerate(rows):
        yield {Column.DAY: first + timedelta(weeks=week), **row}


def _way(chain: Chain) -> Iterator[dict[Column, str | date]]:
    yield {Column.KIND: RowKind.OPENED.label}
    for stage in chain.stages[:2]:
        if any(isinstance(gate, DocumentGate) for gate in stage.gates):
            yield {Column.KIND: RowKind.VERSION.label, Column.FILE: f"{stage.label}.docx"}
        for gate in stage.gates:
            if isinstance(gate, BodyGate):
                yield from _meeting(stage, chain.body(gate.body), conditional=stage is not chain.first)
        yield {Column.KIND: RowKind.ADVANCED.label}


def _meeting(stage: Stage, body: Body, *, conditional: bool) -> Iterator[dict[Column, str | date]]:
    outcome, condition = OUTCOMES_OF[body.kind][0], "目標年度を本文に書くこと"
    meeting = {
        Column.KIND: RowKind.MEETING.label,
        Column.WHERE: body.name,
        Column.FILE: f"{stage.label}.docx",
    }
    if conditional and Outcome.CONDITIONAL in OUTCOMES_OF[body.kind]:
        yield {**meeting, Column.RESULT: Outcome.CONDITIONAL.label, Column.CONDITIONS: condition}
        yield {
            Column.KIND: RowKind.CONDITION.label,
            Column.CONDITIONS: condition,
            Column.NOTE: "本文の 3 ページに書いたことを会長が確認",
        }
    else:
        yield {
            **meeting,
            Column.RESULT: outcome.label,
            Column.CLOCK: "14:00",
            Column.PRESENT: Present.EVERYBODY.label,
        }
