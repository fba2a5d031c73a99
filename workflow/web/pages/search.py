"""検索: everything that the reader may read, by the words in it."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from workflow.domain.language import label, say
from workflow.domain.minutes import MinutesKind
from workflow.domain.search import LONGEST_QUERY, Part, SearchKind
from workflow.queries.search import Hit
from workflow.queries.search import search as searched
from workflow.web.permissions import Open, needs
from workflow.web.rendering import page
from workflow.web.session import Page, Reader
from workflow.wire.search import place_of

router = APIRouter(route_class=Page)


@router.get("/search", openapi_extra=needs(Open.SIGNED_IN))
def search(
    request: Request,
    who: Reader,
    query: Annotated[str, Query(alias="words")] = "",
    kind: str = "",
    following: str = "",
) -> Response:
    """The first results of each kind, or those of one, a page."""
    chosen = SearchKind(kind) if kind in set(SearchKind) else None
    asked = query.strip()[:LONGEST_QUERY]
    with who.office.reading() as db:
        found = searched(db, who.person, asked, kind=chosen, following=following or None)
    return page(
        request,
        "search.html",
        who=who,
        asked=asked,
        chosen=chosen,
        kinds=[("", say("すべて")), *((each.value, label(each)) for each in SearchKind)],
        found=found,
        groups=[(each, [(hit, name_of(hit), place_of(hit)) for hit in each.hits]) for each in found.groups],
        address=lambda kind, place="": (
            "/search?" + urlencode({"words": asked, "kind": kind, **({"following": place} if place else {})})
        ),
        paged=bool(following),
    )


def name_of(hit: Hit) -> tuple[Part, ...]:
    """The name of the thing as its link says it, with the places of the words marked."""
    if hit.kind is SearchKind.VERSION:
        return (Part(say("第{number}版", number=hit.link) + " ", False), *hit.title)
    if hit.kind is SearchKind.MINUTES:
        return (Part(label(MinutesKind(hit.link)), False),)
    return hit.title or (Part(label(hit.kind), False),)
