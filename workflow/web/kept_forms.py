"""A form that came after its session had ended, or was refused: kept for its writer, and filled in again on the page it stood on."""

from enum import StrEnum
from urllib.parse import urlsplit

import lxml.html
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from lxml.html import FormElement, HtmlElement
from starlette.concurrency import run_in_threadpool

from workflow import actions
from workflow.domain.errors import SakuteiError, message_of
from workflow.domain.language import say
from workflow.queries.kept_forms import KeptField, KeptForm, kept_form
from workflow.web.pages_above import page_above

ASKED = "kept"
"""The name in an address that asks for the form that is kept."""


class Why(StrEnum):
    """The reason for which a form is kept."""

    LATE = "late"
    REFUSED = "refused"


def reason_of(refused: Exception) -> str:
    """Say why a form was refused: in the words of the refusal, or that fields of it could not be read."""
    if not isinstance(refused, RequestValidationError):
        return str(message_of(refused)) if isinstance(refused, SakuteiError) else ""
    names = say("、").join(str(each["loc"][-1]) for each in refused.errors())
    return say(
        "送られた内容を読み取れません（{names}）。画面を開き直して、入力し直してください。", names=names
    )


async def keep(request: Request, key: str, why: Why, reason: str = "") -> str:
    """Keep the form that the person sent, as far as it is text: no file; with the reason, where it was refused. Return the
    address of its page, which then shows it again; that of the page above where nothing was kept."""
    form = await request.form()
    fields = [KeptField(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    page = _page_of(request)
    state, action = request.app.state, request.url.path
    now = state.clock()
    kept = await run_in_threadpool(
        actions.keep_form, state.office, key, action, page, fields, reason=reason, now=now
    )
    return f"{page}{'&' if '?' in page else '?'}{ASKED}={why}#{ASKED}" if kept else page


def _page_of(request: Request) -> str:
    """The page that the form stood on: the browser names it, and it is believed where it is a page of ours."""
    named = urlsplit(request.headers.get("referer", ""))
    ours = named.netloc == request.headers.get("host") and any(
        page.match(named.path) for page in request.app.state.pages
    )
    if not ours:
        return page_above(request) or "/"
    asked = "&".join(each for each in named.query.split("&") if each and not each.startswith(f"{ASKED}="))
    return f"{named.path}?{asked}" if asked else named.path


def refilled(request: Request, page: str) -> str:
    """The page with the form that is kept for its reader filled in again; as it is, where none is kept for it."""
    who = request.state.visitor
    with who.office.reading() as db:
        late = kept_form(db, who.person.id, who.now)
    if late is None or urlsplit(late.page).path != request.url.path:
        return page
    refused = request.query_params[ASKED] == Why.REFUSED
    tree = lxml.html.document_fromstring(page)
    form = _form_of(tree, late)
    if form is None:
        notice = _notice(
            late.reason if refused else "",
            say("記録していません。送られた内容は次のとおりです。必要なら控えて、入力し直してください。")
            if refused
            else say(
                "サインインの期限が切れていたため、記録していません。送られた内容は次のとおりです。必要なら控えて、入力し直してください。"
            ),
        )
        for each in late.fields:
            if each.value.strip():
                shown = lxml.html.Element("p", {"class": "text"})
                shown.text = each.value
                notice.append(shown)
        tree.get_element_by_id("main").insert(0, notice)
    else:
        _fill(form, late)
        words: str = (
            say("まだ記録していません。送られた内容をこの下に戻しました。直して、もう一度送ってください。")
            if refused
            else say(
                "サインインの期限が切れていたため、まだ記録していません。送られた内容をこの下に戻しました。確かめて、もう一度送ってください。"
            )
        )
        if form.xpath(".//input[@type='file']"):
            words += say("ファイルは残していません。もう一度選んでください。")
        lost = _without_a_field(form, late)
        if lost:
            lost.insert(
                0, say("次の内容は、この画面に欄がないため戻せません。必要なら控えて、入力し直してください。")
            )
        form.addprevious(_notice(late.reason if refused else "", words, *lost))
        for around in form.iterancestors("details"):
            around.set("open", "")
    return str(lxml.html.tostring(tree, encoding="unicode", doctype="<!doctype html>"))


def _notice(*paragraphs: str) -> HtmlElement:
    """The notice above a form that is shown again; of its paragraphs those that say something."""
    notice = lxml.html.Element("div", {"class": "notice bad", "role": "alert", "id": ASKED, "tabindex": "-1"})
    for words in filter(None, paragraphs):
        told = lxml.html.Element("p")
        told.text = words
        notice.append(told)
    return notice


def _form_of(tree: HtmlElement, late: KeptForm) -> FormElement | None:
    """The form of the page that goes where the kept one went, whatever place of the answer it leads to; of several, the
    one with most of its hidden values."""
    fields = {(each.name, each.value) for each in late.fields}

    def alike(form: FormElement) -> int:
        return sum(
            (each.get("name"), each.get("value", "")) in fields
            for each in form.xpath(".//input[@type='hidden']")
        )

    here = urlsplit(late.page).path
    found = [
        form
        for form in tree.forms
        if form.get("method", "").lower() == "post"
        and (urlsplit(form.get("action") or "").path or here) == late.action
    ]
    return max(found, key=alike, default=None)


def _without_a_field(form: FormElement, late: KeptForm) -> list[str]:
    """The text that was filled in where the form has no field now: in rows that were added to it."""
    known = {each.get("name") for each in form.xpath(".//*[@name]")} | {"sure", "step"}  # yes, or a button
    return [each.value for each in late.fields if each.name not in known and each.value.strip()]


def _fill(form: FormElement, late: KeptForm) -> None:
    """Set what people fill in as it was; what the page itself carries hidden stays as it is now."""
    values: dict[str, list[str]] = {}
    for each in late.fields:
        values.setdefault(each.name, []).append(each.value)
    for control in form.xpath(".//input[@name] | .//textarea[@name] | .//select[@name]"):
        _set(control, values.get(control.get("name"), []))


def _set(control: HtmlElement, left: list[str]) -> None:
    kind = control.get("type", "text").lower()
    if control.tag == "select":
        for option in control.xpath(".//option"):
            _mark(option, "selected", (option.get("value", option.text_content())) in left)
    elif control.tag == "input" and kind in ("checkbox", "radio"):
        _mark(control, "checked", control.get("value", "on") in left)
    elif control.tag == "textarea":
        control.text = left.pop(0) if left else control.text
    elif kind not in ("hidden", "password", "file", "submit") and left:
        control.set("value", left.pop(0))


def _mark(control: HtmlElement, name: str, is_set: bool) -> None:
    if is_set:
        control.set(name, "")
    elif name in control.attrib:
        del control.attrib[name]
