"""The Word templates that come with the product: `python -m tests.support.default_sheets` writes them anew."""

from collections.abc import Sequence
from pathlib import Path

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

import workflow
from workflow.domain.sheets import SheetKind

FOLDER = Path(workflow.__file__).parent / "wire/sheets/templates"
TEXT, HEADINGS = "ＭＳ 明朝", "ＭＳ ゴシック"
WIDE = Mm(165)
RIGHT, CENTRE = WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.CENTER


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for kind in SheetKind:
        made = template(kind)
        made.save(str(FOLDER / f"{kind.value}.docx"))


def template(kind: SheetKind) -> Document:
    """The template of a kind."""
    paper = _paper()
    _MADE[kind](paper)
    return paper


def _notice(paper: Document) -> None:
    _say(paper, "{{ 作成日 }}", align=RIGHT)
    _say(paper, "{{ 宛先 }}")
    _say(paper, "{{ 庁名 }}　{{ 会議体 }}", align=RIGHT, after=0)
    _say(paper, "事務局　{{ 事務局 }}", align=RIGHT)
    _title(
        paper,
        "{{ 会議名 }}{% if 持ち回り %}の御審議について（依頼）{% else %}の開催について（通知）{% endif %}",
    )
    _say(
        paper,
        "　{% if 持ち回り %}下記のとおり、持ち回りにより審議いたしますので、期限までにご回答くださいますようお願いいたします。"
        "{% else %}下記のとおり、{{ 会議名 }}を開催いたしますので、ご出席くださいますようお願いいたします。{% endif %}",
    )
    _say(paper, "記", align=CENTRE)
    _facts(
        paper,
        [
            (
                "{% if 持ち回り %}回答期限{% else %}日時{% endif %}",
                "{% if 持ち回り %}{{ 回答期限 }}{% else %}{{ 日時 }}{% endif %}",
            ),
            ("方法", "{{ 方法 }}"),
            ("場所", "{{ 場所 }}", _SITTING),
        ],
        lines=False,
    )
    _say(paper, "議題", before=8, bold=True)
    _agenda(paper)
    _paper_list(paper, "配付資料")
    _say(paper, "以上", align=RIGHT, keep=True)
    _contact(paper)


def _agenda_sheet(paper: Document) -> None:
    _title(paper, "{{ 会議名 }}　次第")
    _say(
        paper, "{% if 持ち回り %}期間　{{ 日時 }}{% else %}日時　{{ 日時 }}{% endif %}", align=RIGHT, after=0
    )
    _say(
        paper, "{% if 持ち回り %}方法　{{ 方法 }}{% else %}場所　{{ 場所 }}{% endif %}", align=RIGHT, after=14
    )
    _agenda(paper, size=12, after=6)
    _paper_list(paper, "【配付資料】")


def _seats(paper: Document) -> None:
    _title(paper, "{{ 会議名 }}　席次・出欠表")
    _say(paper, "日時　{{ 日時 }}", after=0)
    _say(paper, "場所　{{ 場所 }}")
    _rows(
        paper,
        (("番号", 12), ("役", 20), ("氏名", 46), ("出欠", 40), ("代理者", 35), ("備考", 12)),
        "委員 in 委員一覧",
        (
            "{{ 委員.番号 }}",
            "{{ 委員.役 }}",
            "{{ 委員.氏名 }}",
            "{% if 委員.出欠 %}{{ 委員.出欠 }}{% else %}□出席 □代理 □欠席{% endif %}",
            "{{ 委員.代理者 }}",
            "{{ 委員.議長 }}",
        ),
    )
    _say(
        paper,
        "委員 {{ 委員数 }} 人　{% if 出席者数 %}出席 {{ 出席者数 }} 人（代理を含む）{% else %}出席　　　人（代理を含む）　欠席　　　人{% endif %}",
        before=6,
    )
    _say(paper, "事務局", before=8, bold=True)
    _rows(
        paper,
        (("番号", 12), ("氏名", 66), ("出欠", 40), ("備考", 47)),
        "職員 in 事務局員一覧",
        ("{{ 職員.番号 }}", "{{ 職員.氏名 }}", "□出席 □欠席", ""),
    )


def _papers(paper: Document) -> None:
    _title(paper, "{{ 会議名 }}　資料一覧")
    _say(paper, "日時　{{ 日時 }}", after=0)
    _say(paper, "場所　{{ 場所 }}")
    _rows(
        paper,
        (("番号", 29), ("資料の名称", 67), ("議題", 15), ("ファイル名", 54)),
        "資料 in 資料一覧",
        ("{{ 資料.番号 }}", "{{ 資料.名称 }}", "{{ 資料.議題 }}", "{{ 資料.ファイル名 }}"),
    )


def _minutes(paper: Document) -> None:
    _title(paper, "{{ 会議名 }}　会議録")
    _say(paper, "{%p if 開催日 in 会議録の文 %}")
    _say(paper, "{{ 会議録の文 }}", before=8)
    _paper_list(paper, "会議の資料")
    _say(paper, "{%p else %}")
    _facts(
        paper,
        [
            *_HELD,
            (
                "資料",
                "{% for 資料 in 資料一覧 %}{{ 資料.番号 }}　{{ 資料.名称 }}{% if not loop.last %}\n{% endif %}{% endfor %}",
            ),
        ],
    )
    _say(paper, "{%p if 会議録本文 %}")
    _say(paper, "{{ 会議録の文 }}", before=8)
    _say(paper, "{%p else %}")
    _say(paper, "{%p if 議事要旨 %}")
    _heading(paper, "議事要旨")
    _say(paper, "{{ 議事要旨の文 }}")
    _say(paper, "{%p endif %}")
    _heading(paper, "議題と結果")
    _say(paper, "{%p for 議題 in 議題一覧 %}")
    _say(paper, "{%p if 議題.見出し %}")
    _say(paper, "{{ 議題.番号 }}　{{ 議題.名称 }}", bold=True, before=6, keep=True)
    _say(paper, "{%p else %}")
    _item_line(paper, keep=True, before=4)
    for shown, words in (
        ("版", "文書　{{ 議題.版 }}"),
        ("結果", "結果　{{ 議題.結果 }}{% if 議題.決め方 %}（{{ 議題.決め方 }}）{% endif %}"),
        ("賛否", "{{ 議題.賛否 }}"),
        ("退席等", "{{ 議題.退席等 }}"),
        ("備考", "{{ 議題.備考 }}"),
    ):
        _say(paper, f"{{%p if 議題.{shown} %}}")
        _say(paper, words, left=14, after=2)
        _say(paper, "{%p endif %}")
    _say(paper, "{%p for 条件 in 議題.条件一覧 %}")
    _say(paper, "条件{{ 条件.番号 }}　{{ 条件.内容 }}", left=21, hang=7, after=2)
    _say(paper, "{%p endfor %}")
    _say(paper, "{%p for 発言 in 議題.発言一覧 %}")
    _say(paper, "【{{ 発言.発言者 }}】　{{ 発言.内容 }}", left=21, hang=7, after=2)
    _say(paper, "{%p endfor %}")
    _say(paper, "{%p endif %}")
    _say(paper, "{%p endfor %}")
    _say(paper, "{%p endif %}")
    _say(paper, "{%p endif %}")


def _summary(paper: Document) -> None:
    _title(paper, "{{ 会議名 }}　会議概要")
    _say(paper, "{%p if 開催日 in 議事要旨の文 %}")
    _say(paper, "{{ 議事要旨の文 }}")
    _say(paper, "{%p else %}")
    _facts(paper, _HELD)
    _say(paper, "{%p if 議事要旨 %}")
    _say(paper, "{{ 議事要旨の文 }}", before=8)
    _say(paper, "{%p else %}")
    _heading(paper, "議題と結果")
    _rows(
        paper,
        (("番号", 14), ("議題", 69), ("結果", 30), ("条件・備考", 52)),
        "議題 in 議題一覧",
        (
            "{{ 議題.番号 }}",
            "{{ 議題.名称 }}",
            "{{ 議題.結果 }}",
            "{% for 条件 in 議題.条件一覧 %}条件{{ 条件.番号 }}　{{ 条件.内容 }}{% if not loop.last %}\n{% endif %}{% endfor %}"
            "{% if 議題.備考 %}{% if 議題.条件一覧 %}\n{% endif %}{{ 議題.備考 }}{% endif %}",
        ),
    )
    _say(paper, "{%p endif %}")
    _say(paper, "{%p endif %}")
    _contact(paper)


def _decision(paper: Document) -> None:
    _say(paper, "{{ 作成日 }}", align=RIGHT)
    _say(paper, "{{ 宛先 }}　様")
    _say(paper, "{{ 庁名 }}　{{ 会議体 }}", align=RIGHT, after=0)
    _say(paper, "事務局　{{ 事務局 }}", align=RIGHT)
    _title(paper, "審議結果について（通知）")
    _say(paper, "　{{ 会議名 }}において付議された件の結果を、下記のとおり通知します。")
    _say(paper, "記", align=CENTRE)
    _facts(
        paper,
        [
            ("件名", "{{ 計画 }}"),
            ("付議事項", "{{ 段階 }}・{{ 付議事項 }}（{{ 目的 }}）"),
            (
                "決定した会議体",
                "{{ 会議体 }}（{{ 会議名 }}{% if 議題番号 %}　議題 {{ 議題番号 }}{% endif %}）",
            ),
            ("決定日", "{{ 決定日 }}"),
            (
                "結果",
                "{{ 結果 }}{% if 決め方 %}（{{ 決め方 }}）{% endif %}{% if 賛否 %}\n{{ 賛否 }}{% endif %}",
            ),
            ("対象の文書", "{{ 版 }}　{{ ファイル名 }}\nSHA-256　{{ 文書の指紋 }}"),
            (
                "条件",
                "{% for 条件 in 条件一覧 %}{{ 条件.番号 }}　{{ 条件.内容 }}{% if not loop.last %}\n{% endif %}{% else %}なし{% endfor %}",
            ),
            ("備考", "{% if 備考 %}{{ 備考 }}{% else %}なし{% endif %}"),
        ],
    )
    _say(paper, "以上", align=RIGHT, before=8, keep=True)
    _contact(paper)


def _schedule(paper: Document) -> None:
    _title(paper, "{{ 計画 }}　工程表（{{ 版 }}）")
    _say(paper, "{{ 作成日 }}現在　{{ 庁名 }} {{ 担当課 }}", align=RIGHT, after=0)
    _say(paper, "{%p if 変更日 %}")
    _say(paper, "変更日　{{ 変更日 }}　了解　{{ 了解 }}", before=6, after=0)
    _say(paper, "変更理由　{{ 変更理由 }}")
    _say(paper, "{%p endif %}")
    _rows(
        paper,
        (("月", 17), ("計画策定工程", 38), ("会議名", 40), ("区議会", 33), ("実施", 37)),
        "月 in 月一覧",
        (
            "{% if 月.年 %}{{ 月.年 }}\n{% endif %}{{ 月.数 }}月",
            "{{ 月.計画策定工程 }}",
            "{{ 月.会議名 }}",
            "{{ 月.区議会 }}",
            "{{ 月.実施 }}",
        ),
    )
    _heading(paper, "工程の予定（■）と実際（●）")
    _rows(
        paper,
        (("工程", 46), ("{% if 目盛 %}{{ 目盛 }}{% else %}期間{% endif %}", 119)),
        "工程 in 工程一覧",
        (
            "{{ 工程.名称 }}",
            "{% if 工程.予定の線 %}{{ 工程.予定の線 }}\n{{ 工程.実際の線 }}{% else %}予定　{{ 工程.予定 }}\n実際　{{ 工程.実際 }}{% endif %}",
        ),
        size=9,
    )
    _heading(paper, "工程表の版")
    _rows(
        paper,
        (("版", 25), ("変更日", 32), ("理由", 63), ("了解", 45)),
        "版 in 版一覧",
        ("{{ 版.名称 }}", "{{ 版.変更日 }}", "{{ 版.理由 }}", "{{ 版.了解 }}"),
    )


def _approvals(paper: Document) -> None:
    _lay_across(paper)
    _title(paper, "{{ 計画 }}　決裁経過")
    _say(paper, "{{ 作成日 }}現在　{{ 庁名 }} {{ 担当課 }}", align=RIGHT, after=0)
    _say(paper, "段階　{{ 段階 }}（{{ 状態 }}）　策定の流れ　{{ 策定の流れ }}")
    _heading(paper, "文書")
    _rows(
        paper,
        (("版", 18), ("文書", 62), ("種類・段階", 50), ("登録", 52), ("SHA-256", 70)),
        "文書 in 文書一覧",
        (
            "{{ 文書.番号 }}",
            "{% if 文書.文書 %}{{ 文書.文書 }}　{% endif %}{{ 文書.ファイル名 }}",
            "{{ 文書.種類 }}\n{{ 文書.段階 }}",
            "{{ 文書.登録 }}",
            "{{ 文書.文書の指紋 }}",
        ),
        size=9,
    )
    _say(paper, "{%p for 手続 in 手続一覧 %}")
    _heading(
        paper,
        "{{ 手続.段階 }}　{{ 手続.名称 }}（{{ 手続.決める者 }}）{% if 手続.回 %}　{{ 手続.回 }}{% endif %}"
        "{% if 手続.根拠 %}　根拠: {{ 手続.根拠 }}{% endif %}",
    )
    _rows(
        paper,
        (
            *(("番号", 11), ("日・種類", 31), ("文書", 43), ("決めた者・権限・会議", 57)),
            *(("結果・決め方", 30), ("条件・後閲・備考", 44), ("記録・効力", 36)),
        ),
        "記録 in 手続.記録一覧",
        (
            "{{ 記録.番号 }}",
            "{{ 記録.日 }}\n{{ 記録.種類 }}",
            "{{ 記録.文書 }}\n{{ 記録.指紋 }}…",
            "{{ 記録.決めた者 }}{% if 記録.権限 %}\n{{ 記録.権限 }}{% endif %}{% if 記録.会議 %}\n{{ 記録.会議 }}{% endif %}",
            "{{ 記録.結果 }}{% if 記録.決め方 %}\n（{{ 記録.決め方 }}）{% endif %}",
            "{{ 記録.条件 }}{% if 記録.条件 %}{% if 記録.備考 %}\n{% endif %}{% endif %}{{ 記録.備考 }}",
            "{{ 記録.記録 }}\n{{ 記録.効力 }}{% if 記録.関係 %}\n{{ 記録.関係 }}{% endif %}",
        ),
        size=9,
    )
    _say(paper, "{%p endfor %}")
    _say(
        paper,
        "文書の指紋は、その文書の SHA-256 です。1 字でも違う文書では、別のものになります。",
        before=8,
        size=9,
    )


_SITTING = "not 持ち回り"
_HELD = [
    ("{% if 持ち回り %}期間{% else %}日時{% endif %}", "{{ 日時 }}"),
    (
        "{% if 持ち回り %}方法{% else %}場所{% endif %}",
        "{% if 持ち回り %}{{ 方法 }}{% else %}{{ 場所 }}（{{ 方法 }}）{% endif %}",
    ),
    ("議長", "{{ 議長 }}", _SITTING),
    (
        "出席者",
        "{{ 出席者 }}{% if 出席者数 %}\n（委員 {{ 委員数 }} 人中 {{ 出席者数 }} 人）{% endif %}",
        _SITTING,
    ),
    ("欠席者", "{% if 欠席者 %}{{ 欠席者 }}{% else %}なし{% endif %}", _SITTING),
    (
        "事務局",
        "{% for 職員 in 事務局員一覧 %}{{ 職員.氏名 }}{% if not loop.last %}、{% endif %}{% endfor %}",
    ),
]
_MADE = {
    SheetKind.NOTICE: _notice,
    SheetKind.AGENDA: _agenda_sheet,
    SheetKind.SEATS: _seats,
    SheetKind.PAPERS: _papers,
    SheetKind.MINUTES: _minutes,
    SheetKind.SUMMARY: _summary,
    SheetKind.DECISION: _decision,
    SheetKind.SCHEDULE: _schedule,
    SheetKind.APPROVALS: _approvals,
}


# --- pieces ------------------------------------------------------------------------------------------------


def _agenda(paper: Document, size: float = 10.5, after: float = 3) -> None:
    _say(paper, "{%p for 議題 in 議題一覧 %}")
    _say(paper, "{%p if 議題.見出し %}")
    _say(
        paper,
        "{{ 議題.番号 }}　{{ 議題.名称 }}",
        size=size,
        bold=True,
        before=6,
        after=after,
        left=7,
        hang=7,
        keep=True,
    )
    _say(paper, "{%p else %}")
    _item_line(paper, size=size, after=after)
    _say(paper, "{%p endif %}")
    _say(paper, "{%p endfor %}")


def _item_line(
    paper: Document, *, size: float = 10.5, before: float = 0, after: float = 3, keep: bool = False
) -> None:
    """The item, and on a line of their own the numbers of its papers."""
    how = {"size": size, "before": before, "after": after, "keep": keep}
    words = (
        "{{ 議題.番号 }}　{{ 議題.名称 }}{% if 議題.目的 %}（{{ 議題.目的 }}）{% endif %}"
        "{% if 議題.資料一覧 %}\n{% endif %}{% for 資料 in 議題.資料一覧 %}【{{ 資料.番号 }}】{% endfor %}"
    )
    _say(paper, "{%p if 議題.見出しの下 %}")
    _say(paper, words, left=17, hang=10, **how)
    _say(paper, "{%p else %}")
    _say(paper, words, left=10, hang=10, **how)
    _say(paper, "{%p endif %}")


def _paper_list(paper: Document, title: str) -> None:
    _say(paper, "{%p if 資料一覧 %}")
    _say(paper, title, before=12, bold=True, keep=True)
    _say(paper, "{%p for 資料 in 資料一覧 %}")
    _say(paper, "{{ 資料.番号 }}　{{ 資料.名称 }}", left=21, hang=14, after=2)
    _say(paper, "{%p endfor %}")
    _say(paper, "{%p endif %}")


def _contact(paper: Document) -> None:
    _say(
        paper,
        "【問合せ先】　{{ 事務局 }}{% if 事務局電話 %}　電話 {{ 事務局電話 }}{% endif %}{% if 事務局メール %}　{{ 事務局メール }}{% endif %}",
        before=12,
        size=9.5,
    )


def _paper() -> Document:
    """An empty paper: A4, Japanese fonts by name, page numbers in the middle of the foot."""
    paper = docx.Document()
    (section,) = paper.sections
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(22.5)
    section.top_margin, section.bottom_margin = Mm(25), Mm(22)
    usual = paper.styles["Normal"]
    usual.font.name, usual.font.size = TEXT, Pt(10.5)
    usual.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), TEXT)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "ja-JP")
    language.set(qn("w:eastAsia"), "ja-JP")
    usual.element.get_or_add_rPr().append(language)
    paper.core_properties.author, paper.core_properties.title = "", ""
    foot = section.footer.paragraphs[0]
    foot.alignment = CENTRE
    for field in ("PAGE", None, "NUMPAGES"):
        if field is None:
            foot.add_run(" / ")
            continue
        code = OxmlElement("w:fldSimple")
        code.set(qn("w:instr"), field)
        foot._p.append(code)
    return paper


def _lay_across(paper: Document) -> None:
    (section,) = paper.sections
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = section.page_height, section.page_width


def _say(
    paper: Document,
    words: str,
    *,
    align: WD_ALIGN_PARAGRAPH | None = None,
    size: float = 10.5,
    bold: bool = False,
    before: float = 0,
    after: float = 6,
    left: float = 0,
    hang: float = 0,
    keep: bool = False,
) -> Paragraph:
    """A paragraph; `left` and `hang` are in millimetres, its first line hanging out by `hang`."""
    made = paper.add_paragraph()
    if not words.startswith("{%p"):
        made.alignment = align
        shape = made.paragraph_format
        shape.space_before, shape.space_after = Pt(before), Pt(after)
        shape.left_indent, shape.first_line_indent = Mm(left), Mm(-hang)
        shape.keep_with_next = keep
    _write(made, words, size=size, bold=bold)
    return made


def _write(paragraph: Paragraph, words: str, *, size: float, bold: bool) -> None:
    run = paragraph.add_run(words)
    run.font.size, run.bold = Pt(size), bold
    if bold:
        run.font.name = HEADINGS
        run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), HEADINGS)


def _title(paper: Document, words: str) -> None:
    _say(paper, words, align=CENTRE, size=14, bold=True, before=12, after=14)


def _heading(paper: Document, words: str) -> None:
    _say(paper, words, size=11, bold=True, before=12, after=4, keep=True)


def _facts(paper: Document, facts: Sequence[tuple[str, ...]], *, lines: bool = True) -> None:
    """A table of names and values; a third word is the condition under which the row is there."""
    told = [row for fact in facts for row in _row(*fact)]
    table = _table(paper, len(told), (Mm(32), Mm(133)), lines=lines)
    for row, words in zip(table.rows, told, strict=True):
        for place, (cell, text) in enumerate(zip(row.cells, words, strict=True)):
            _fill(cell, text, bold=place == 0)
            if lines and place == 0:
                _shade(cell)


def _row(name: str, value: str, condition: str = "") -> list[tuple[str, str]]:
    row = (name, value)
    return [(f"{{%tr if {condition} %}}", ""), row, ("{%tr endif %}", "")] if condition else [row]


def _rows(
    paper: Document,
    headings: Sequence[tuple[str, float]],
    loop: str,
    cells: Sequence[str],
    *,
    size: float = 10,
) -> None:
    """A table with a row for each entry of a list; its headings stand on every page."""
    table = _table(paper, 4, [Mm(width) for _, width in headings])
    for cell, (words, _) in zip(table.rows[0].cells, headings, strict=True):
        _fill(cell, words, bold=True, size=size)
        _shade(cell)
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for row, words in ((1, [f"{{%tr for {loop} %}}"]), (2, list(cells)), (3, ["{%tr endfor %}"])):
        for cell, text in zip(table.rows[row].cells, words, strict=False):
            _fill(cell, text, size=size)
        table.rows[row]._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def _table(paper: Document, rows: int, widths: Sequence[Length], *, lines: bool = True) -> Table:
    table = paper.add_table(rows, len(widths))
    table.style = "Table Grid" if lines else "Normal Table"
    table.autofit, table.alignment = False, WD_TABLE_ALIGNMENT.CENTER
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
        for cell in column.cells:
            cell.width = width
    return table


def _fill(cell: _Cell, words: str, *, bold: bool = False, size: float = 10) -> None:
    line = cell.paragraphs[0]
    line.paragraph_format.space_before = line.paragraph_format.space_after = Pt(2)
    _write(line, words, size=size, bold=bold)


def _shade(cell: _Cell) -> None:
    shading = OxmlElement("w:shd")
    shading.set(qn("w:val"), "clear")
    shading.set(qn("w:fill"), "F2F2F2")
    cell._tc.get_or_add_tcPr().append(shading)


if __name__ == "__main__":
    main()
