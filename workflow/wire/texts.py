"""The text of a version, and what changed between two."""

from collections.abc import Iterable

from pydantic import Field

from workflow.domain.comparison import Change, Changed, Comparison, Difference, Incomparable, Mark, Pieces
from workflow.domain.texts import Kind, Text, Unreadable
from workflow.queries import VersionLine
from workflow.wire.values import Shown, each


class BlockShown(Shown):
    """見出し・段落・表の行"""

    kind: Kind = Field(description="heading: 見出し、paragraph: 段落、row: 表の行")
    cells: list[str] = Field(description="文字。表の行では、セルごと")
    level: int = Field(description="見出しの段（1 が最上位）。見出しのほかは 0")
    begins: bool = Field(description="表の最初の行か")


class TextShown(Shown):
    """版の文書から取り出した文字"""

    number: int = Field(description="版の番号")
    sha256: str = Field(description="文書の SHA-256")
    why_not: Unreadable | None = Field(description="文字を取り出せなかった理由")
    blocks: list[BlockShown] = Field(description="見出し・段落・表の行、文書の順")

    @classmethod
    def of(cls, version: VersionLine, found: Text | Unreadable) -> "TextShown":
        return cls(
            number=version.number,
            sha256=version.sha256,
            why_not=found if isinstance(found, Unreadable) else None,
            blocks=[] if isinstance(found, Unreadable) else each(BlockShown, found),
        )


class PieceShown(Shown):
    """文字の一部"""

    text: str
    differs: bool = Field(description="もう一方の版と違うか")
    number: bool = Field(description="変わった数字か")


class DifferenceShown(Shown):
    """違いのある見出し・段落・表の行"""

    change: Change = Field(description="何が起きたか")
    under: str = Field(description="その上にある見出し。なければ空")
    elsewhere: str = Field(description="移動したとき、もう一方の場所の上にある見出し")
    old: list[list[PieceShown]] | None = Field(description="旧の文字、セルごと。旧になければ null")
    new: list[list[PieceShown]] | None = Field(description="新の文字、セルごと。新になければ null")

    @classmethod
    def of(cls, under: str, found: Difference) -> "DifferenceShown":
        return cls(
            change=found.change,
            under=under,
            elsewhere=found.elsewhere,
            old=_cells(found.old_pieces) if found.old else None,
            new=_cells(found.new_pieces) if found.new else None,
        )


class ComparisonShown(Shown):
    """二つの版の違い。空白の違いは比べません"""

    old: int = Field(description="旧の版の番号")
    new: int = Field(description="新の版の番号")
    old_why_not: Unreadable | None = Field(description="旧の文書を比べられない理由")
    new_why_not: Unreadable | None = Field(description="新の文書を比べられない理由")
    changed: int = Field(description="変更された段落・表の行の数")
    added: int = Field(description="追加された数")
    deleted: int = Field(description="削除された数")
    moved: int = Field(description="移動した数")
    numbers_changed: int = Field(description="変更のうち、数字の変わった数")
    differences: list[DifferenceShown] = Field(description="違い、文書の順。変更のない段落は含みません")

    @classmethod
    def of(cls, old: VersionLine, new: VersionLine, found: Comparison | Incomparable) -> "ComparisonShown":
        comparison = Comparison(()) if isinstance(found, Incomparable) else found
        return cls(
            old=old.number,
            new=new.number,
            old_why_not=found.old if isinstance(found, Incomparable) else None,
            new_why_not=found.new if isinstance(found, Incomparable) else None,
            changed=comparison.count(Change.CHANGED),
            added=comparison.count(Change.ADDED),
            deleted=comparison.count(Change.DELETED),
            moved=comparison.count(Change.MOVED_HERE),
            numbers_changed=comparison.numbers_changed,
            differences=list(_differences(comparison)),
        )


def _differences(comparison: Comparison) -> Iterable[DifferenceShown]:
    for part in comparison.parts:
        if isinstance(part, Changed):
            yield from (DifferenceShown.of(part.under, found) for found in part.differences)


def _cells(pieces: Pieces) -> list[list[PieceShown]]:
    return [
        [
            PieceShown(text=piece.text, differs=piece.mark is not Mark.SAME, number=piece.mark is Mark.NUMBER)
            for piece in cell
        ]
        for cell in pieces
    ]
