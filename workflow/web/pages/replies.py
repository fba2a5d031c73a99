"""区の考え方, for the staff: opinions that are alike put together, answered, and the answers reworded."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response

from workflow import actions, queries
from workflow.domain.comments import Disposition
from workflow.domain.errors import NotFound
from workflow.domain.language import label, say
from workflow.domain.rights import Act
from workflow.web.pages.comments import comment_to_run, of_round, opened_comment
from workflow.web.permissions import needs
from workflow.web.rendering import page, redirect
from workflow.web.session import FormUser, Page, Reader

router = APIRouter(prefix="/comments/{key}", route_class=Page)
Several = Annotated[list[int] | None, Form()]
Round = Annotated[int | None, Form()]


@router.get("/answers", openapi_extra=needs(Act.READ_PLAN))
def answers(request: Request, who: Reader, key: str, round: int | None = None) -> Response:
    with who.office.reading() as db:
        found, asked = opened_comment(db, who, key, round)
        replies = queries.replies(db, asked.held_id)
    return page(request, "comment_answers.html", who=who, comments=found, asked=asked, replies=replies)


@router.get("/answer", openapi_extra=needs(Act.RUN_COMMENT))
def answer_page(
    request: Request,
    who: Reader,
    key: str,
    opinion: Annotated[list[int] | None, Query()] = None,
    round: int | None = None,
) -> Response:
    """The opinions chosen, and two ways to answer them: anew, or by an answer that is there. Those whose answer is
    published stay as they are."""
    with who.office.reading() as db:
        found, asked = comment_to_run(db, who, key, round)
        chosen = [each for each in queries.opinions_by_id(db, asked.id, opinion or []) if not each.settled]
        replies = queries.replies(db, asked.held_id)
    return page(
        request,
        "comment_answer.html",
        who=who,
        comments=found,
        asked=asked,
        chosen=chosen,
        replies=[(each.id, each.summary[:60]) for each in replies if each.published_at is None],
        dispositions=_dispositions(),
    )


@router.post("/answers", openapi_extra=needs(Act.RUN_COMMENT))
def answer(
    who: FormUser,
    key: str,
    disposition: Annotated[Disposition, Form()],
    opinion: Several = None,
    summary: Annotated[str, Form()] = "",
    text: Annotated[str, Form()] = "",
    round: Round = None,
) -> Response:
    actions.answer_opinions(
        who.office,
        who.key,
        key,
        opinion or [],
        summary=summary,
        answer=text,
        disposition=disposition,
        round=round,
        now=who.now,
    )
    said = say("{count} 件の意見に回答しました。", count=len(opinion or []))
    return redirect(f"/comments/{key}/opinions?which=unanswered{of_round(round, '&')}", said)


@router.get("/answers/{number}", openapi_extra=needs(Act.READ_PLAN))
def one_answer(request: Request, who: Reader, key: str, number: int, round: int | None = None) -> Response:
    with who.office.reading() as db:
        found, asked = opened_comment(db, who, key, round)
        reply = next((each for each in queries.replies(db, asked.held_id) if each.id == number), None)
        if reply is None:
            raise NotFound("この募集の回答", str(number))
        chosen = queries.opinions_of_answer(db, number) if found.runs else []
    return page(
        request,
        "comment_reply.html",
        who=who,
        comments=found,
        asked=asked,
        reply=reply,
        chosen=chosen,
        dispositions=_dispositions(),
    )


@router.post("/answers/{number}", openapi_extra=needs(Act.RUN_COMMENT))
def edit(
    who: FormUser,
    key: str,
    number: int,
    disposition: Annotated[Disposition, Form()],
    summary: Annotated[str, Form()] = "",
    text: Annotated[str, Form()] = "",
    round: Round = None,
) -> Response:
    actions.edit_answer(
        who.office,
        who.key,
        key,
        number,
        summary=summary,
        text=text,
        disposition=disposition,
        round=round,
        now=who.now,
    )
    return redirect(f"/comments/{key}/answers/{number}{of_round(round)}", say("回答を直しました。"))


@router.post("/regroup", openapi_extra=needs(Act.RUN_COMMENT))
def group(
    who: FormUser,
    key: str,
    answer: Annotated[int, Form()],
    opinion: Several = None,
    round: Round = None,
) -> Response:
    actions.group_opinions(who.office, who.key, key, answer, opinion or [], round=round, now=who.now)
    said = say("{count} 件の意見を、その回答に加えました。", count=len(opinion or []))
    return redirect(f"/comments/{key}/answers/{answer}{of_round(round)}", said)


def _dispositions() -> list[tuple[str, str]]:
    return [(each.value, label(each)) for each in Disposition]
