"""The results of a search, and where each leads."""

from pydantic import Field

from workflow.domain.search import Part, SearchKind
from workflow.queries.search import Hit, SearchResult
from workflow.wire.values import Moment, Shown


def place_of(hit: Hit) -> str:
    """The page, and the place on it, where the thing is read."""
    plan = f"/plans/{hit.plan[0]}" if hit.plan else ""
    comment = f"/comments/{hit.plan[0]}" if hit.plan else ""
    meeting = f"/meetings/{hit.meeting[0]}" if hit.meeting else ""
    match hit.kind:
        case SearchKind.PLAN:
            return plan
        case SearchKind.VERSION:
            return f"{plan}/versions/{hit.link}/text{f'#t{hit.line}' if hit.line else ''}"
        case SearchKind.MEETING:
            return meeting
        case SearchKind.ITEM:
            return f"{meeting}#item-{hit.key}"
        case SearchKind.PAPER:
            return f"{meeting}#paper-{hit.key}"
        case SearchKind.MINUTES:
            return f"{meeting}/minutes#{hit.link}"
        case SearchKind.DECISION:
            return f"{plan}#decision-{hit.key}"
        case SearchKind.CONDITION:
            return f"{plan}#decision-{hit.link}"
        case SearchKind.OPINION:
            return f"{comment}/opinions/{hit.key}?round={hit.link}"
        case SearchKind.REPLY:
            return f"{comment}/answers/{hit.key}?round={hit.link}"
        case SearchKind.INQUIRY:
            return f"{plan}/inquiries/{hit.link}"
        case SearchKind.REMARK:
            return f"{plan}/inquiries/{hit.link}#remark-{hit.key}"
        case SearchKind.PERSON:
            return f"/people/{hit.link}"
        case SearchKind.BODY:
            return f"/bodies/{hit.link}"


class PartShown(Shown):
    """見つかったところの文字の一部"""

    text: str = Field(description="文字")
    marked: bool = Field(description="探した言葉なら true")


class HitShown(Shown):
    """見つかったもの"""

    kind: SearchKind
    title: str = Field(description="名称。ないものは空")
    excerpt: list[PartShown] = Field(description="本文の見つかったところ。名称だけで見つかったときは空")
    plan: str | None = Field(description="計画ID")
    meeting: int | None = Field(description="会議の番号")
    path: str = Field(description="読むページのパス")

    @classmethod
    def of(cls, hit: Hit) -> "HitShown":
        return cls(
            kind=hit.kind,
            title=text_of(hit.title),
            excerpt=[PartShown(text=each.text, marked=each.marked) for each in hit.excerpt],
            plan=hit.plan[0] if hit.plan else None,
            meeting=hit.meeting[0] if hit.meeting else None,
            path=place_of(hit),
        )


class HitGroupShown(Shown):
    """一つの種類の結果"""

    kind: SearchKind
    count: int = Field(description="見つかった件数（閲覧できるものだけ）")
    hits: list[HitShown]
    following: str | None = Field(
        description="続きを読むときに kind とともに following として送る値。続きがなければ null"
    )


class SearchShown(Shown):
    """検索の結果"""

    words: list[str] = Field(description="探した言葉")
    groups: list[HitGroupShown] = Field(description="種類ごとの結果")
    behind: Moment | None = Field(description="索引が記録に追いついていなければ、いつまでの記録から探したか")
    reading: bool = Field(description="まだ本文を読み取っていない文書があれば true")

    @classmethod
    def of(cls, found: SearchResult) -> "SearchShown":
        groups = [
            HitGroupShown(
                kind=each.kind,
                count=each.count,
                hits=[HitShown.of(hit) for hit in each.hits],
                following=each.following,
            )
            for each in found.groups
        ]
        return cls(words=list(found.words), groups=groups, behind=found.behind, reading=found.reading)


def text_of(parts: tuple[Part, ...]) -> str:
    """The parts as one text."""
    return "".join(each.text for each in parts)
