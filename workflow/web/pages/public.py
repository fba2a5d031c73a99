"""Pages for the public, without signing in: plans that ask for opinions, the text, the form, the result.

A plan is shown from the day its public comment begins. Before that, the pages do not reveal that it exists."""

import hmac
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from workflow import actions, queries
from workflow.actions.opinions import MOST_AT_ONCE
from workflow.domain.comments import WRITER_FIELDS, PeriodState, told_of
from workflow.domain.errors import NotNow, TooManyTries
from workflow.domain.validation import LONGEST_TEXT
from workflow.queries import Consultation
from workflow.store.database import Office, Reading
from workflow.store.signatures import receipt_seal
from workflow.web.limits import Load, takes
from workflow.web.pages.public_form import LURE, Typed
from workflow.web.permissions import Open, needs
from workflow.web.rendering import attachment, go, page
from workflow.web.session import Page, same_origin, source_of

router = APIRouter(prefix="/public", route_class=Page)


async def our_form(request: Request) -> FormData:
    """The form as sent by a page of ours."""
    if not same_origin(request):
        raise HTTPException(403)
    return await request.form()


PublicForm = Annotated[FormData, Depends(our_form)]


@router.get("", openapi_extra=needs(Open.PUBLIC))
def public_list(request: Request) -> Response:
    """The public comments that run, are being answered, or are published; newest first."""
    with _office(request).reading() as db:
        found = [each for each in queries.consultations(db, request.app.state.clock()) if each.begun]
    return page(request, "public_list.html", found=found, State=PeriodState)


@router.get("/{key}", openapi_extra=needs(Open.PUBLIC))
def public_page(request: Request, key: str, round: int | None = None) -> Response:
    with _office(request).reading() as db:
        known = _begun(db, request, key)
        asked = _chosen(known, round)
        if asked is None:
            return _missing(request)
        result = result_of(db, asked)
    return public_view(request, asked, Typed.nothing(), known=known, **result)


@router.get("/{key}/document", openapi_extra=needs(Open.PUBLIC))
def public_document(request: Request, key: str, round: int | None = None) -> Response:
    """The text that the public is asked about, as an attachment whatever it is."""
    office = _office(request)
    with office.reading() as db:
        asked = _chosen(_begun(db, request, key), round)
    if asked is None:
        return _missing(request)
    return attachment(office, asked.sha256, asked.filename)


@router.get("/{key}/received", openapi_extra=needs(Open.PUBLIC))
def public_receipt(request: Request, key: str, number: str = "", seal: str = "") -> Response:
    """The receipt number, for who was given it."""
    with _office(request).reading() as db:
        ours = hmac.compare_digest(receipt_seal(db, f"{key} {number}").encode(), seal.encode())
        asked = _chosen(_begun(db, request, key), None)
        if asked is None or not ours:
            return _missing(request)
        received_at, opinions = queries.letter(db, number)
    return page(
        request, "public_receipt.html", asked=asked, number=number, received_at=received_at, opinions=opinions
    )


@router.post("/{key}", openapi_extra=needs(Open.PUBLIC) | takes(Load.LONG_FORM))
def public_send(request: Request, key: str, form: PublicForm) -> Response:
    """Everything the form does: another field, a look at what will be sent, back to it, and sending."""
    with _office(request).reading() as db:
        known = _begun(db, request, key)
        asked = _chosen(known, None)
    if asked is None:
        return _missing(request)
    typed, step = Typed.of(form), form.get("step")
    if asked.state is not PeriodState.RUNNING:
        return public_view(request, asked, typed, known=known, code=409)
    if typed.lured:
        return page(request, "public_refused.html", asked=asked, again_at=None)
    if step in ("more", "back"):
        return public_view(
            request, asked, typed.with_another_field() if step == "more" else typed, known=known
        )
    problems = typed.problems()
    if problems:
        return public_view(request, asked, typed, known=known, problems=problems, code=422)
    if step != "send":
        told = told_of(typed.writer)
        return page(request, "public_confirm.html", asked=asked, typed=typed, told=told, fields=WRITER_FIELDS)
    return _take_in(request, asked, typed, known)


def public_view(
    request: Request,
    asked: Consultation,
    typed: Typed,
    *,
    known: list[Consultation],
    problems: dict[str, str] | None = None,
    document: str = "",
    code: int = 200,
    **result: Any,
) -> Response:
    """The page of one public comment. `document` is where its text is, for those to whom it is not public yet."""
    return page(
        request,
        "public.html",
        code=code,
        asked=asked,
        typed=typed,
        rounds=known,
        problems=problems or {},
        document=document or f"/public/{asked.plan.key}/document?round={asked.round}",
        fields=WRITER_FIELDS,
        lure=LURE,
        most=MOST_AT_ONCE,
        longest=LONGEST_TEXT,
        State=PeriodState,
        **result,
    )


def result_of(db: Reading, asked: Consultation) -> dict[str, Any]:
    """Return the published result: the counts, and the replies to the opinions that arrived in time. Empty before
    the publication."""
    if asked.state is not PeriodState.PUBLISHED:
        return {}
    return {
        "counted": queries.comment_counts(db, asked.id),
        "replies": [each for each in queries.replies(db, asked.id) if each.opinions],
    }


def _take_in(request: Request, asked: Consultation, typed: Typed, known: list[Consultation]) -> Response:
    office, now = _office(request), request.app.state.clock()
    try:
        receipt = actions.receive_from_public(
            office, asked.plan.key, typed.writer, typed.said, sender=source_of(request), now=now
        )
    except TooManyTries as error:
        answer = page(request, "public_refused.html", code=429, asked=asked, again_at=error.again_at)
        answer.headers["retry-after"] = str(max(1, round((error.again_at - now).total_seconds())))
        return answer
    except NotNow:
        return public_view(request, asked, typed, known=known, code=409)
    with office.reading() as db:
        seal = receipt_seal(db, f"{asked.plan.key} {receipt}")
    return go(f"/public/{asked.plan.key}/received?number={receipt}&seal={seal}")


def _missing(request: Request) -> Response:
    """The same words whether there is no such plan or its comment has not begun."""
    return page(request, "public_missing.html", code=404)


def _begun(db: Reading, request: Request, key: str) -> list[Consultation]:
    return [each for each in queries.rounds(db, key[:60], request.app.state.clock()) if each.begun]


def _chosen(known: list[Consultation], round: int | None) -> Consultation | None:
    if round is None:
        return known[-1] if known else None
    return next((each for each in known if each.round == round), None)


def _office(request: Request) -> Office:
    office: Office = request.app.state.office
    return office
