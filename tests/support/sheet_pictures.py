"""The papers of a long meeting as pictures, for a person to look at: `python -m tests.support.sheet_pictures [folder]`; with
the folder of a demonstration too, those of its meetings that are over: `… [folder] sakutei-demo`."""

import struct
import sys
import zlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pypdfium2
from sqlalchemy import select

from workflow.domain.meetings import MeetingStatus
from workflow.domain.sheets import (
    OF_A_MEETING,
    OF_A_PLAN,
    DecisionSheet,
    MeetingSheet,
    SheetCondition,
    SheetItem,
    SheetKind,
    SheetPaper,
    SheetRemark,
    SheetSeat,
    example_of,
    names_of,
    sheet_of,
    values_of,
)
from workflow.queries.meeting_sheets import meeting_sheet
from workflow.queries.meetings import meeting
from workflow.store.database import Office
from workflow.store.pdf_maker import as_pdf
from workflow.store.tables import Meeting
from workflow.store.word_templates import filled
from workflow.wire.sheets.documents import ours, word

LONG = (
    "人口減少社会における持続可能な行政運営とデジタル技術を活用した区民サービスの向上に関する基本的な方針及びその推進体制について"
    * 4
)
MOST = 200
CONTACT = {"secretariat": "政策経営部IT推進課", "telephone": "03-3579-2000", "email": "it@city.example.jp"}


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    short, long = a_meeting(5, 3), a_meeting(40, 30, LONG[:MOST])
    made = []
    for kind in SheetKind:
        for size, sheet in (("short", short), ("long", long)):
            about = a_decision(LONG[:MOST] if size == "long" else "") if kind is SheetKind.DECISION else sheet
            values = example_of(sheet_of(kind)) if kind in OF_A_PLAN else values_of(about)
            content = filled(ours(kind), names_of(sheet_of(kind)), [values])
            made.append((f"{kind.value}-{size}", content[0]))
    if len(sys.argv) > 2:
        made += of_a_demonstration(Path(sys.argv[2]))
    for (name, _), pdf in zip(made, as_pdf([(content, ".docx") for _, content in made]), strict=True):
        for number, page in enumerate(pypdfium2.PdfDocument(pdf)):
            bitmap = page.render(scale=1.3)
            (folder / f"{name}-{number + 1}.png").write_bytes(_png(bitmap))


def of_a_demonstration(folder: Path) -> list[tuple[str, bytes]]:
    """Each paper of the meetings that are over, by name."""
    office = Office(f"sqlite:///{folder / 'sakutei.db'}", folder / "documents", name="板橋区")
    now = datetime.now(UTC)
    with office.reading() as db:
        numbers = db.scalars(select(Meeting.id).where(Meeting.status == MeetingStatus.CLOSED)).all()
        sheets = {number: meeting_sheet(db, meeting(db, number), office.name, now) for number in numbers}
    found = []
    for kind in OF_A_MEETING:
        papers = word(office, kind, list(sheets.values()))
        found += [(f"{kind.value}-{number}", content) for number, content in zip(sheets, papers, strict=True)]
    return found


def a_meeting(items: int, members: int, title: str = "") -> MeetingSheet:
    """A meeting with that many items and members, after its end."""
    papers = tuple(
        SheetPaper(
            f"資料{number}", title or f"DX推進計画2025　素案（第{number}版）", str(number), "素案.docx"
        )
        for number in range(1, items + 1)
    )
    lines = [SheetItem("1", title or "審議事項", heading="はい", purpose="見出し")]
    for number, paper in enumerate(papers, start=1):
        lines.append(
            SheetItem(
                f"({number})",
                title or "DX推進計画2025 素案について",
                indented="はい",
                purpose="審議",
                stage="素案",
                text=f"素案.docx　第{number}版",
                outcome="条件付き了承" if number % 3 == 1 else "了承",
                manner="採決による",
                counts="賛成 5・反対 1・棄権 0・出席 6（委員 7 人）・除斥 0",
                papers=(paper,),
                conditions=(SheetCondition("1", title or "成果指標の目標値を見直すこと"),)
                if number % 3 == 1
                else (),
                remarks=(
                    SheetRemark("委員 一郎", "目標値の根拠を示してほしい。"),
                    SheetRemark("事務局", "次回までに、過去 5 年の実績から算定したものをお示しする。"),
                ),
            )
        )
    lines.append(SheetItem("2", "その他", heading="はい", purpose="見出し"))
    lines.append(
        SheetItem(
            "(1)", "次回の日程について", indented="はい", purpose="その他の議題", note="7月10日に開催する。"
        )
    )
    seats = tuple(
        SheetSeat(
            str(number),
            "会長" if number == 1 else "委員",
            f"委員 {number}郎" if number != 2 else "委員 " + "長" * 30,
            "代理出席" if number == 3 else "出席" if items < 10 else "",
            "代理 花子" if number == 3 else "",
            "議長" if number == 1 else "",
        )
        for number in range(1, members + 1)
    )
    return MeetingSheet(
        office="板橋区",
        addressee="委員各位",
        made_on="令和5年6月5日",
        body="情報化推進部会",
        title=title or "第3回 情報化推進部会",
        day="令和5年6月12日（月）",
        begins="14:00",
        ends="16:00",
        when="令和5年6月12日（月）14:00から16:00まで",
        form="対面",
        place=title or "区役所 本庁舎 9階会議室",
        presider="委員 1郎",
        members_count=str(members),
        present_count=str(members) if items < 10 else "",
        present_names="、".join(seat.name for seat in seats),
        minutes="事務局から素案を説明し、次のとおり意見があった。\n・目標値の根拠を示すこと。\n・区民に分かる言葉で書くこと。"
        * (1 if items < 10 else 20),
        items=tuple(lines),
        papers=papers,
        members=seats,
        staff=(SheetSeat("1", "事務局", "担当 花子"), SheetSeat("2", "事務局", "主事 次郎")),
        **CONTACT,
    )


def a_decision(long: str = "") -> DecisionSheet:
    """A decision with conditions."""
    conditions = (
        SheetCondition("1", "成果指標の目標値を見直すこと"),
        SheetCondition("2", "用語集を付けること"),
    )
    return DecisionSheet(
        office="板橋区",
        addressee="IT推進課",
        made_on="令和5年6月13日",
        body="情報化推進部会",
        title=long or "第3回 情報化推進部会",
        day="令和5年6月12日（月）",
        plan=long or "DX推進計画2025",
        stage="素案",
        gate="部会での検討",
        number="(1)",
        purpose="審議",
        outcome="条件付き了承",
        manner="採決による",
        text="第3版",
        filename=f"{long}.docx" if long else "素案.docx",
        sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        counts="賛成 5・反対 1・棄権 0・出席 6（委員 7 人）・除斥 0",
        conditions=tuple(replace(each, words=long or each.words) for each in conditions)
        if long
        else conditions,
        **CONTACT,
    )


def _png(bitmap: pypdfium2.PdfBitmap) -> bytes:
    """The picture of a page. PDFium gives its pixels as blue, green, red."""
    width, height, stride, depth = bitmap.width, bitmap.height, bitmap.stride, bitmap.n_channels
    pixels = bytes(bitmap.buffer)
    rows = bytearray()
    for line in range(height):
        row = pixels[line * stride : line * stride + width * depth]
        rgb = bytearray(width * 3)
        for channel in range(3):
            rgb[channel::3] = row[2 - channel :: depth]
        rows += b"\0" + rgb
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(rows))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )


if __name__ == "__main__":
    main()
