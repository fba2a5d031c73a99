"""The papers of a meeting (会議資料)."""

from collections.abc import Iterable

from pydantic import Field

from workflow.domain.meetings import Scheduled
from workflow.domain.papers import PaperKind, PaperMark
from workflow.domain.rights import PaperAudience
from workflow.queries.papers import PaperFact
from workflow.wire.values import Day, Moment, Shown


class PaperShown(Shown):
    """会議資料の一つの版"""

    number: int = Field(description="会議資料の番号（この版のもの）")
    designation: str = Field(description="資料1 のような呼び名")
    kind: PaperKind
    edition: int = Field(description="版。差し替えると 2 から")
    item: int | None = Field(description="議題の番号。会議そのものの資料では null")
    title: str | None = Field(description="資料の名称。取り下げられ、閲覧できないときは null")
    filename: str | None = Field(description="ファイルの名前。閲覧できないときは null")
    sha256: str | None = Field(description="文書の SHA-256。閲覧できないときは null")
    size: int | None = Field(description="大きさ（バイト）。閲覧できないときは null")
    media_type: str | None = Field(description="ファイルの種類。閲覧できないときは null")
    audience: PaperAudience
    marks: list[PaperMark] = Field(description="資料に付く印")
    why: str | None = Field(description="差し替えの理由")
    withdrawn_why: str | None = Field(description="取下げの理由。取り下げられていなければ null")
    added_at: Moment = Field(description="登録した日時")

    @classmethod
    def at(cls, meeting: Scheduled, paper: PaperFact, *, opens: bool) -> "PaperShown":
        return cls(
            number=paper.id,
            designation=paper.designation,
            kind=paper.kind,
            edition=paper.edition,
            item=paper.item,
            title=paper.title if opens else None,
            filename=paper.filename if opens else None,
            sha256=paper.sha256 if opens else None,
            size=paper.size if opens else None,
            media_type=paper.media_type if opens else None,
            audience=paper.audience,
            marks=paper.marks(meeting),
            why=paper.why,
            withdrawn_why=paper.withdrawn_why,
            added_at=paper.at,
        )


class Papers(Shown):
    """会議の資料、呼び名の順。差し替え前の版も含みます"""

    due: Day | None = Field(description="資料の提出期限。決めていなければ null")
    papers: list[PaperShown]

    @classmethod
    def of(cls, due: Day | None, papers: Iterable[PaperShown]) -> "Papers":
        return cls(due=due, papers=list(papers))
