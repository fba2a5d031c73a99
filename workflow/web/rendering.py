"""Pages as they are answered: templates, redirects, downloads."""

import re
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote, unquote

from fastapi import Request, Response
from fastapi.responses import FileResponse, HTMLResponse, StreamingResponse
from fastapi.templating import Jinja2Templates
from jinja2 import StrictUndefined
from markupsafe import Markup

from definitions.terms import Role
from workflow.domain.calendar import month_label, period_words, shown_day, shown_moment, tokyo_day
from workflow.domain.comparison import Change
from workflow.domain.language import Dates, Language, dates, label, language, reworded, translate
from workflow.domain.papers import shown_size
from workflow.domain.rights import Act
from workflow.domain.seats import chair_position, seat_label
from workflow.domain.texts import with_tables
from workflow.domain.votes import rules_words, shown_share
from workflow.store import files
from workflow.store.database import Office
from workflow.store.uploads import OCTETS
from workflow.web.guide import guide_of
from workflow.web.japanese import marked
from workflow.web.kept_forms import ASKED, refilled
from workflow.web.office_setup import way_on
from workflow.web.pulse import backup_words, halted_words, kept_words

SAID, LANGUAGE, DATES = "sakutei-said", "sakutei-language", "sakutei-dates"


def _words(text: str, /, **values: object) -> str:
    """A text of ours in the language chosen, with the values in place of its %(names)s. A plain str, so that a page
    escapes it like everything else: nothing becomes markup by being translated."""
    words = translate(text)
    return words % {name: reworded(each) for name, each in values.items()} if values else words


_pages = Jinja2Templates(directory=Path(__file__).parent / "templates")


_pages.env.undefined = StrictUndefined
_pages.env.finalize = reworded
_pages.env.add_extension("jinja2.ext.do")


_pages.env.filters |= {
    "label": label,
    "reworded": reworded,
    "rules": rules_words,
    "seat": seat_label,
    "chair_position": chair_position,
    "share": shown_share,
    "moment": shown_moment,
    "month": month_label,
    "size": shown_size,
    "day": lambda value: shown_day(tokyo_day(value) if isinstance(value, datetime) else value),
}


_pages.env.globals |= {
    "_": _words,
    "Act": Act,
    "Role": Role,
    "Language": Language,
    "Dates": Dates,
    "language": language.get,
    "dates": dates.get,
    "guide_of": guide_of,
    "period_words": period_words,
    "Change": Change,
    "with_tables": with_tables,
    "cells": lambda headings: [
        Markup(' role="cell" data-label="{}"').format(reworded(each)) for each in headings
    ],
}


def page(request: Request, name: str, *, code: int = 200, **context: Any) -> Response:
    """Render a page from that template. `who` is the person signed in, or None. The message of the last form is
    shown once; that no mail goes, as long as it does not; the next step of setting up the office, until the first
    plan is opened. `kept_in`: where mail is kept that no server takes."""
    who = context.setdefault("who", None)
    context["halted"] = halted_words(who.mail) if who else ""
    context["no_backup"] = backup_words(who.backup) if who else ""
    context["way_on"] = (
        way_on(request, who.office, who.person, who.now) if who and not who.has_plans else None
    )
    context["kept_in"] = kept_words(request.app.state.mail) if who else ""
    context["said"] = unquote(request.cookies.get(SAID, ""))[:500]
    answer: Response = _pages.TemplateResponse(request, name, context, status_code=code)
    late, english = (
        ASKED in request.query_params and hasattr(request.state, "visitor"),
        language.get() is Language.ENGLISH,
    )
    if late or english:
        shown = bytes(answer.body).decode()
        shown = refilled(request, shown) if late else shown
        answer = HTMLResponse(marked(shown) if english else shown, status_code=code)
    if context["said"]:
        answer.delete_cookie(SAID)
    return answer


def redirect(path: str, said: str = "") -> Response:
    """After a form: see the result with a GET, and read what was done. A path that is none of this site leads to its
    first page."""
    location = quote(own_path(path), safe="/#?&=:%+")
    answer = Response(status_code=303, headers={"location": location})
    if said:
        answer.set_cookie(SAID, quote(said), max_age=60, httponly=True, samesite="lax")
    return answer


def own_path(path: str) -> str:
    """The path where it is one of this site, else that of the first page. Browsers read // and /\\ as another host, and first remove tabs
    and newlines."""
    return path if re.fullmatch(r"/(?!/)[^\\\x00-\x20\x7f-\xa0]*", path) else "/"


def attachment(office: Office, sha256: str, filename: str, kind: str = OCTETS) -> Response:
    """A document of the store, to be kept and not opened, whatever it is. Raises `DocumentDamaged`."""
    return FileResponse(files.to_send(office.files, sha256), media_type=kind, headers=_kept_as(filename))


def download(content: bytes, kind: str, filename: str) -> Response:
    """A file made for who asks, to be kept and not opened."""
    return Response(content, media_type=kind, headers=_kept_as(filename))


def streamed(file: IO[bytes], kind: str, filename: str) -> Response:
    """A file made for who asks, as `download`, read from the disk while it is sent; closed with the answer."""
    size = file.tell()
    file.seek(0)
    headers = {**_kept_as(filename), "content-length": str(size)}
    return StreamingResponse(iter(partial(file.read, _A_PIECE), b""), media_type=kind, headers=headers)


_A_PIECE = 256 * 1024


def _kept_as(filename: str) -> dict[str, str]:
    """The name twice (RFC 6266): in ASCII for old programs, and as it is."""
    _, dot, ending = filename.rpartition(".")
    plain = f"sakutei.{ending}" if dot and ending.isascii() and ending.isalnum() else "sakutei"
    return {
        "content-disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
    }
