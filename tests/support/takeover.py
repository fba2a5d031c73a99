"""A takeover as an office prepares it: the form filled in with openpyxl, and the files of the versions beside it."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from definitions.terms import Role
from tests.support.documents import p, word
from tests.support.scenario import LONG_AGO, House
from workflow import actions
from workflow.domain.calendar import tokyo_day
from workflow.domain.takeover import About, Column, Sheet
from workflow.store.database import Office
from workflow.wire.takeover_form import takeover_form

WAY: tuple[Mapping[str, str], ...] = (
    {"日付": "2023-03-01", "何を": "計画の開始"},
    {"日付": "2023-03-06", "何を": "版の登録", "文書のファイル名": "方針.docx", "備考・理由": "部会に出した案"},
    {"日付": "2023-03-20", "何を": "会議の結果", "会議体・段階": "情報化推進部会", "結果": "了承", "会議の名称": "第1回部会", "開始時刻": "14:00", "出席者": "全員"},
    {"日付": "2023-05-15", "何を": "会議の結果", "会議体・段階": "ICT推進・活用本部（庁議）", "文書のファイル名": "方針.docx", "結果": "条件付き了承", "条件": "目標年度を書くこと"},
    {"日付": "2023-05-22", "何を": "条件の解消", "条件": "目標年度を書くこと", "備考・理由": "3ページに記載済み"},
    {"日付": "2023-06-12", "何を": "会議の結果", "会議体・段階": "企画総務委員会", "結果": "報告済"},
    {"日付": "2023-06-12", "何を": "進行"},
    {"日付": "令和5年6月20日", "何を": "版の登録", "文書のファイル名": "骨子.docx"},
    {"日付": "2023-06-28", "何を": "会議の結果", "会議体・段階": "情報化推進部会", "結果": "了承"},
    {"日付": "2023-08-08", "何を": "会議の結果", "会議体・段階": "ICT推進・活用本部（庁議）", "結果": "了承"},
    {"日付": "2023-08-09", "何を": "進行", "会議体・段階": "素案"},
)  # fmt: skip
"""From 策定方針 to 素案, in the chain of Itabashi's DX plan."""

ABOUT: Mapping[About, str] = {
    About.KEY: "dx",
    About.TITLE: "DX推進計画",
    About.DEPARTMENT: "IT推進課",
    About.REASON: "紙で進めていたため",
}


@dataclass
class Takeover:
    """The form and the files of one takeover, kept in a folder."""

    house: House
    folder: Path
    rows: Sequence[Mapping[str, Any]] = WAY
    about: Mapping[About, str] = field(default_factory=dict)
    left_out: Sequence[str] = ()

    @property
    def workbook(self) -> Path:
        place = self.folder / "移行.xlsx"
        place.write_bytes(filled(form_of(self.house), self.rows, self.about))
        return place

    @property
    def documents(self) -> dict[str, Path]:
        found = {}
        for row in self.rows:
            name = row.get("文書のファイル名")
            if name and name not in self.left_out:
                found[name] = self.folder / name
                found[name].write_bytes(word(p(name)))
        return found

    def rehearse(self, by: str = "tanto", office: Office | None = None) -> actions.Rehearsed:
        return actions.rehearse_takeover(
            office or self.house.office, by, "移行.xlsx", self.workbook, self.documents, now=self.house.now
        )

    def done(self, by: str = "tanto", office: Office | None = None) -> str:
        return actions.take_over(
            office or self.house.office, by, "移行.xlsx", self.workbook, self.documents, now=self.house.now
        )


def filled(form: bytes, rows: Sequence[Mapping[str, Any]], about: Mapping[About, str] | None = None) -> bytes:
    """The form with those rows written into it."""
    book = load_workbook(io.BytesIO(form))
    sheet = book[Sheet.ROWS.label]
    said = {**ABOUT, **(about or {})}
    for line in list(sheet.iter_rows()):
        for each, value in said.items():
            if line[0].value == each.label:
                line[1].value = value
        if line[0].value == Column.DAY.label:
            columns = {str(cell.value): cell.column for cell in line if cell.value}
            for number, row in enumerate(rows, start=line[0].row + 1):
                for name, written in row.items():
                    sheet.cell(number, columns[name], written)
            break
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def form_of(house: House) -> bytes:
    return takeover_form(house.chain.key, house.chain, [("it", "IT推進課")], tokyo_day(house.now))


def row_number(house: House, place: int) -> int:
    """The number, in the sheet, of the row at that place, from 0."""
    sheet = load_workbook(io.BytesIO(form_of(house)))[Sheet.ROWS.label]
    head = next(line[0].row for line in sheet.iter_rows() if line[0].value == Column.DAY.label)
    return int(head) + 1 + place


def let_tanto_record(house: House) -> None:
    """Who takes over is in the 担当課, and in the 事務局 of each body."""
    for body in house.chain.bodies:
        actions.seat(house.office, "admin", "tanto", body.key, Role.SECRETARIAT, LONG_AGO, now=house.now)
