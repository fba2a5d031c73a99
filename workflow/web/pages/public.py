"""Pages for the public, without signing in: plans that ask for opinions, the text, the form, the result.

A plan is shown from the day its public comment begins. Before that, the pages do not reveal that it exists."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from workflow import actions, queries
from workflow.actions.opinions import MOST_AT_ONCE, a_writer_field
from workflow.domain.comments import WRITER_FIELDS, Author, PeriodState, told_of
from workflow.domain.comparison import Comparison
from workflow.domain.errors import BadInput, NotNow, TooManyTries
from workflow.domain.language import say
from workflow.domain.validation import LONGEST_TEXT, some_text, typed_number
from workflow.queries import Consultation, Counted, Replied
from workflow.queries.open_meetings import open_body_rules
from workflow.queries.reading_rights import EVERYTHING
from workflow.queries.versions import VersionLine, corrections_of
from workflow.store import texts
from workflow.store.database import Office, Reading
from workflow.store.signatures import receipt_seal
from workflow.web.limits import Load, takes
from workflow.web.permissions import Open, needs
from workflow.web.rendering import attachment, page, redirect
from workflow.web.session import Page, same_origin, source_of

router = APIRouter(prefix="/public", route_class=Page)

FIRST_FIELDS = 3
"""Number of fields for opinions shown at first."""
LURE = "homepage"
"""A field that people do not see and programs fill in."""


@dataclass(frozen=True, slots=True)
class Typed:
    """The content of the public form. `opinions` has an entry for each field shown, empty ones too."""

    writer: Author
    opinions: tuple[str, ...]
    lured: bool = False

    @classmethod
    def nothing(cls) -> "Typed":
        return cls(Author(""), ("",) * FIRST_FIELDS)

    @classmethod
    def of(cls, form: FormData) -> "Typed":
        opinions = tuple(_text(value) for value in form.getlist("opinion"))[:MOST_AT_ONCE]
        return cls(
            Author(**{field: _text(form.get(field)) for field in WRITER_FIELDS}),
            opinions or ("",) * FIRST_FIELDS,
            lured=bool(_text(form.get(LURE)).strip()),
        )

    @property
    def said(self) -> list[str]:
        """The opinions without the fields left empty."""
        return [text for text in self.opinions if text.strip()]

    def with_another_field(self) -> "Typed":
        return Typed(self.writer, (*self.opinions, "")[:MOST_AT_ONCE])

    def problems(self) -> dict[str, str]:
        """Return the errors by the id of their field. Empty when the form can be sent."""
        found = {}
        for field in WRITER_FIELDS:
            if problem := self._problem_of(field):
                found[field] = problem
        if not self.said:
            found["opinion-1"] = say("意見を入力してください。")
        for place, text in enumerate(self.opinions, 1):
            if text.strip() and (problem := _problem(text)):
                found[f"opinion-{place}"] = problem
        return found

    def _problem_of(self, field: str) -> str | None:
        value: str = getattr(self.writer, field)
        if field in ("name", "address") and not value.strip():
            return say("{field}を入力してください。", field=say(WRITER_FIELDS[field][0]))
        try:
            a_writer_field(field, value)
        except BadInput as error:
            return error.message
        return None


@dataclass(frozen=True, slots=True)
class Addendum:
    """追補: what came in time, was found after the result was published, and was published by itself."""

    at: datetime
    counted: Counted
    replies: tuple[Replied, ...]


async def our_form(request: Request) -> FormData:
    """The form as sent by a page of ours."""
    if not same_origin(request):
        raise HTTPException(403)
    return await request.form()


PublicForm = Annotated[FormData, Depends(our_form)]


@router.get("", openapi_extra=needs(Open.PUBLIC))
def public_list(request: Request, following: str = "") -> Response:
    """The public comments that run, are being answered, or are published, a page at a time; newest first."""
    now = request.app.state.clock()
    with _office(request).reading() as db:
        found = queries.consultations(db, EVERYTHING, now, following or None)
        meetings = bool(open_body_rules(db))
    return page(
        request,
        "public_list.html",
        found=[each for each in found.consultations if each.begun],
        first_page="/public" if following else None,
        next_page=f"/public?following={found.following}" if found.following else None,
        meetings=meetings,
        State=PeriodState,
    )


@router.get("/{key}", openapi_extra=needs(Open.PUBLIC))
def public_page(request: Request, key: str, round: int | None = None) -> Response:
    with _office(request).reading() as db:
        known = _begun(db, request, key)
        asked = _chosen(known, round)
        if asked is None:
            return _missing(request)
        asked = _as_it_stands(db, request, asked)
        result = result_of(db, asked)
        corrected = _corrections(db, asked)
    return public_view(request, asked, Typed.nothing(), known=known, corrected=corrected, **result)


@router.get("/{key}/corrections/{number}", openapi_extra=needs(Open.PUBLIC))
def public_correction(request: Request, key: str, number: int, round: int | None = None) -> Response:
    """Show what a 正誤 changed in the text that the public is asked about."""
    office = _office(request)
    with office.reading() as db:
        asked = _chosen(_begun(db, request, key), round)
        corrected = asked and next((v for v in _corrections(db, asked) if v.number == number), None)
    if asked is None or corrected is None:
        return _missing(request)
    found = texts.comparison_of(office.files, asked.sha256, corrected.sha256)
    return page(
        request,
        "public_correction.html",
        asked=asked,
        corrected=corrected,
        comparison=found if isinstance(found, Comparison) else None,
    )


@router.get("/{key}/corrections/{number}/document", openapi_extra=needs(Open.PUBLIC))
def public_corrected_document(request: Request, key: str, number: int, round: int | None = None) -> Response:
    """The corrected text, as an attachment whatever it is."""
    office = _office(request)
    with office.reading() as db:
        asked = _chosen(_begun(db, request, key), round)
        corrected = asked and next((v for v in _corrections(db, asked) if v.number == number), None)
    if corrected is None:
        return _missing(request)
    return attachment(office, corrected.sha256, corrected.filename)


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
        period = number.partition("-")[0]
        asked = next((each for each in _begun(db, request, key) if str(each.id) == period), None)
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
        asked = _chosen(known, _round(form))
        if asked is None:
            return _missing(request)
        asked = _as_it_stands(db, request, asked)
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
    corrected: Sequence[VersionLine] = (),
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
        corrected=corrected,
        document=document or f"/public/{asked.plan.key}/document?round={asked.round}",
        fields=WRITER_FIELDS,
        lure=LURE,
        months=request.app.state.citizens_data_months,
        most=MOST_AT_ONCE,
        longest=LONGEST_TEXT,
        State=PeriodState,
        **result,
    )


def result_of(db: Reading, asked: Consultation) -> dict[str, Any]:
    """Return the published result: the counts, the replies to the opinions that arrived in time, and what was
    published afterwards as 追補, oldest first. Empty before the publication, and where nothing was asked anew."""
    if asked.published_at is None or not asked.held:
        return {}
    counted = queries.published_counts(db, asked.id)
    late = queries.comment_counts(db, asked.id)
    replies = [each for each in queries.replies(db, asked.id) if each.opinions]
    first = replace(
        counted.get(asked.published_at, Counted()),
        late_opinions=late.late_opinions,
        late_persons=late.late_persons,
    )
    return {
        "counted": first,
        "replies": [each for each in replies if each.published_at == asked.published_at],
        "addenda": [
            Addendum(at, counted[at], tuple(each for each in replies if each.published_at == at))
            for at in sorted(counted)
            if at > asked.published_at
        ],
    }


def _take_in(request: Request, asked: Consultation, typed: Typed, known: list[Consultation]) -> Response:
    office, now = _office(request), request.app.state.clock()
    try:
        receipt = actions.receive_from_public(
            office,
            asked.plan.key,
            typed.writer,
            typed.said,
            sender=source_of(request),
            round=asked.round,
            now=now,
        )
    except TooManyTries as error:
        answer = page(request, "public_refused.html", code=429, asked=asked, again_at=error.again_at)
        answer.headers["retry-after"] = str(max(1, round((error.again_at - now).total_seconds())))
        return answer
    except NotNow:
        return public_view(request, asked, typed, known=known, code=409)
    with office.reading() as db:
        seal = receipt_seal(db, f"{asked.plan.key} {receipt}")
    return redirect(f"/public/{asked.plan.key}/received?number={receipt}&seal={seal}")


def _missing(request: Request) -> Response:
    """The same words whether there is no such plan or its comment has not begun."""
    return page(request, "public_missing.html", code=404)


def _begun(db: Reading, request: Request, key: str) -> list[Consultation]:
    return [each for each in queries.rounds(db, key[:60], request.app.state.clock()) if each.begun]


def _as_it_stands(db: Reading, request: Request, asked: Consultation) -> Consultation:
    """The period, stopped when the text it is about was replaced."""
    now = request.app.state.clock()
    stopped = asked.state is PeriodState.RUNNING and queries.is_voided(db, asked, now)
    return replace(asked, state=PeriodState.STOPPED) if stopped else asked


def _corrections(db: Reading, asked: Consultation) -> list[VersionLine]:
    """The corrections of the text asked about that were registered before the period ended."""
    return corrections_of(queries.versions(db, asked.plan), asked.number, asked.ends_at)


def _chosen(known: list[Consultation], round: int | None) -> Consultation | None:
    if round is None:
        return known[-1] if known else None
    return next((each for each in known if each.round == round), None)


def _round(form: FormData) -> int | None:
    """The round that the form is of; None where it names none."""
    return typed_number(form.get("round"))


def _office(request: Request) -> Office:
    office: Office = request.app.state.office
    return office


def _problem(text: str) -> str | None:
    if len(text) > LONGEST_TEXT:
        return say(
            "{length} 文字あります。{longest} 文字以内にするか、意見の欄を分けてください。",
            length=len(text),
            longest=LONGEST_TEXT,
        )
    try:
        some_text("意見", text)
    except BadInput as error:
        return error.message
    return None


def _text(value: object) -> str:
    return value.replace("\r\n", "\n") if isinstance(value, str) else ""
