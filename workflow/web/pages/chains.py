"""The chains: each definition drawn and in words, and new ones for the office."""

import json
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response, UploadFile
from markupsafe import Markup

from definitions.chain import Chain
from definitions.check import check
from definitions.errors import ChainInvalid, Fault
from definitions.load import MAXIMUM_BYTES, chain_text, parse_chain, shipped_text
from workflow import actions, queries
from workflow.domain.errors import AlreadyDone
from workflow.domain.language import say
from workflow.domain.rights import Act
from workflow.queries.chains import Definition
from workflow.web.guide import Refusal
from workflow.web.limits import Load, takes
from workflow.web.pages.people import may_keep
from workflow.web.permissions import Open, needs
from workflow.web.rendering import page, redirect
from workflow.web.session import FormUser, Page, Reader, Visitor
from workflow.web.svg.drawing import gate_words, picture

router = APIRouter(prefix="/chains", route_class=Page)


@router.get("", openapi_extra=needs(Open.SIGNED_IN))
def chains(request: Request, who: Reader) -> Response:
    with who.office.reading() as db:
        found = queries.known_chains(db)
        keeps = may_keep(db, who)
    return page(request, "chains.html", who=who, found=found, keeps=keeps)


@router.get("/_new", openapi_extra=needs(Act.KEEP_PEOPLE))
def new(request: Request, who: Reader, of: str = "") -> Response:
    """The definitions to copy, and the form for one that is written. `of`: the form has a copy of that one, to be made
    the office's own."""
    with who.office.reading() as db:
        copied = queries.known_chain(db, of) if of else None
        samples = [] if copied else queries.known_chains(db)
    return page(
        request,
        "chain_new.html",
        who=who,
        text=_text_of(copied) if copied else "",
        copied=copied.chain if copied else None,
        samples=samples,
        faults=(),
        refused="",
        chain=None,
    )


@router.post("/_new", openapi_extra=needs(Act.KEEP_PEOPLE) | takes(Load.TABLE))
def check_or_add(
    request: Request,
    who: FormUser,
    text: Annotated[str, Form()] = "",
    sure: Annotated[str, Form()] = "",
    file: UploadFile | None = None,
) -> Response:
    """First every fault of the text, or the chain it defines; then, when asked with `sure`, it is added."""
    name: str = say("策定の流れ")
    try:
        if file is not None and file.filename:
            name = file.filename[:100]
            text = chain_text(file.file.read(MAXIMUM_BYTES + 1), name)
        chain = parse_chain(text, name)
    except ChainInvalid as invalid:
        return _again(request, who, text, invalid.faults, Refusal(invalid))
    if sure != "yes":
        return page(
            request,
            "chain_new.html",
            who=who,
            text=text,
            copied=None,
            samples=(),
            faults=(),
            refused="",
            **_drawn(chain),
        )
    try:
        sha256 = actions.add_chain(who.office, who.key, chain, now=who.now)
    except AlreadyDone as refused:
        return _again(request, who, text, refused=Refusal(refused))
    return redirect(
        f"/chains/{sha256[:12]}", said=say("策定の流れを登録しました。会議体に委員を登録できます。")
    )


@router.get("/_schema", openapi_extra=needs(Open.SIGNED_IN))
def schema(who: Reader) -> Response:
    """The JSON Schema of a definition: an editor completes the keys by it."""
    text = json.dumps(Chain.model_json_schema(), ensure_ascii=False, indent=2)
    return _attached(text, "application/schema+json", "sakutei-chain.schema.json")


@router.get("/{short}", openapi_extra=needs(Open.SIGNED_IN))
def chain(request: Request, who: Reader, short: str) -> Response:
    with who.office.reading() as db:
        found = queries.known_chain(db, short)
        keeps = may_keep(db, who)
    return page(
        request,
        "chain.html",
        who=who,
        found=found,
        keeps=keeps,
        findings=check(found.chain),
        **_drawn(found.chain),
    )


@router.get("/{short}/text", openapi_extra=needs(Open.SIGNED_IN))
def text(who: Reader, short: str) -> Response:
    """The definition to begin one's own from, as a file."""
    with who.office.reading() as db:
        found = queries.known_chain(db, short)
    return _attached(_text_of(found), "application/yaml", f"{found.chain.key}.yaml")


@router.post("/{short}/keep", openapi_extra=needs(Act.KEEP_PEOPLE))
def keep(who: FormUser, short: str) -> Response:
    """Make the bodies of a definition that comes with the program known to the office."""
    with who.office.reading() as db:
        found = queries.known_chain(db, short)
    actions.add_chain(who.office, who.key, found.chain, now=who.now)
    return redirect(f"/chains/{short}", said=say("策定の流れを登録しました。会議体に委員を登録できます。"))


def _text_of(found: Definition) -> str:
    """The text of a definition: YAML with its comments when it comes with the program, else JSON, which is YAML too."""
    if found.shipped:
        return shipped_text(found.chain.key)
    return json.dumps(json.loads(found.chain.canonical_json()), ensure_ascii=False, indent=2)


def _again(
    request: Request, who: Visitor, text: str, faults: Sequence[Fault] = (), refused: str = ""
) -> Response:
    """The form with the text as it was sent, to be corrected."""
    shown: dict[str, Any] = {
        "text": text,
        "faults": faults,
        "refused": refused,
        "chain": None,
        "copied": None,
        "samples": (),
    }
    return page(request, "chain_new.html", code=422, who=who, **shown)


def _drawn(chain: Chain) -> dict[str, Any]:
    """Return the template values of a chain. The picture is SVG that escapes every text of the chain."""
    return {
        "chain": chain,
        "drawn": Markup(picture(chain)),  # noqa: S704
        "gate_words": gate_words,
    }


def _attached(text: str, kind: str, name: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type=kind, headers=headers)
