"""The call that searches."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from workflow.domain.search import LONGEST_QUERY, SearchKind
from workflow.queries.search import search as searched
from workflow.web.api.routing import Call, Caller, reads
from workflow.wire.search import SearchShown

router = APIRouter(route_class=Call, tags=["search"])


@router.get("/search", response_model=SearchShown, **reads())
def search(
    caller: Caller,
    words: Annotated[
        str,
        Query(
            min_length=1, max_length=LONGEST_QUERY, description="探す言葉。空白で区切ると、すべてを含むもの"
        ),
    ],
    kind: Annotated[
        SearchKind | None, Query(description="この種類だけ。省くと、種類ごとに初めの 5 件")
    ] = None,
    following: Annotated[str | None, Query(max_length=30, description="前の答えの following")] = None,
) -> Any:
    """閲覧できるものすべてから、言葉で探す。新しく書かれたものから答えます。"""
    with caller.office.reading() as db:
        return SearchShown.of(searched(db, caller.person, words, kind=kind, following=following))
