"""People: the list, one person, and what an administrator keeps of them."""

from datetime import date
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Query, Request, Response

from definitions.terms import Role
from workflow import actions, queries
from workflow.domain.calendar import parse_day, tokyo_day
from workflow.domain.errors import NotFound
from workflow.domain.language import say
from workflow.domain.rights import Act
from workflow.queries.accounts import newest_link
from workflow.queries.actor import actor
from workflow.queries.people import staff
from workflow.store.database import Reading
from workflow.web.identity import with_identity
from workflow.web.invitations import invited, reach_of, reset_by_hand
from workflow.web.permissions import Open, needs
from workflow.web.pulse import handed_over_words
from workflow.web.rendering import page, redirect
from workflow.web.session import Filled, FormUser, Page, Reader, Visitor

router = APIRouter(route_class=Page)

Text = Annotated[str, Form()]


@router.get("/people", openapi_extra=needs(Open.SIGNED_IN))
def people(
    request: Request,
    who: Reader,
    query: Annotated[str, Query(alias="words")] = "",
    department: str = "",
    day: str = "",
    following: str = "",
) -> Response:
    on, sees_addresses = day_asked(who, day), who.person.may(Act.READ_ADDRESSES)
    with who.office.reading() as db:
        found = queries.people_list(
            db,
            on,
            query=query[:100],
            department=department or None,
            following=following[:60] or None,
            by_address=sees_addresses,
        )
        departments = queries.departments(db)
        keeps = may_keep(db, who)
        serve = staff(db, department, tokyo_day(who.now)) if keeps and department else []
    return page(
        request,
        "people.html",
        who=who,
        found=found,
        departments=departments,
        keeps=keeps,
        sees_addresses=sees_addresses,
        on=on,
        today=tokyo_day(who.now),
        query=query,
        department=department,
        staff="\n".join(f"{each.name},{each.key}" for each in serve),
    )


@router.post("/people", openapi_extra=needs(Act.KEEP_PEOPLE))
def add_person(who: FormUser, key: Text = "", name: Text = "", email: Text = "") -> Response:
    actions.add_person(who.office, who.key, key.strip(), name, email.strip(), now=who.now)
    return redirect(
        f"/people/{key.strip()}", said=say("職員を登録しました。所属や任期を続けて登録できます。")
    )


@router.post("/departments", openapi_extra=needs(Act.KEEP_PEOPLE))
def add_department(who: FormUser, key: Text = "", name: Text = "") -> Response:
    actions.add_department(who.office, who.key, key.strip(), name, now=who.now)
    return redirect("/people", said=say("課「{name}」を登録しました。", name=name.strip()))


@router.post("/departments/{department}/staff", openapi_extra=needs(Act.KEEP_PEOPLE))
def order_staff(who: FormUser, department: str, people: Text = "") -> Response:
    actions.order_staff(who.office, who.key, department, actions.read_staff(people), now=who.now)
    return redirect(f"/people?department={quote(department)}", said=say("課の職員の順を登録しました。"))


@router.get("/people/{key}", openapi_extra=needs(Open.SIGNED_IN))
def person(request: Request, who: Reader, key: str, day: str = "") -> Response:
    on = day_asked(who, day)
    with who.office.reading() as db:
        found = queries.person(db, key, on)
        keeps = may_keep(db, who)
        departments = queries.departments(db) if keeps else []
        bodies = queries.body_names(db) if keeps else []
        colleagues = queries.colleagues(db, key) if keeps else []
        newest = newest_link(db) if keeps else 0
    return page(
        request,
        "person.html",
        who=who,
        person=found,
        keeps=keeps,
        sees_address=who.person.may(Act.READ_ADDRESSES) or key == who.key,
        departments=departments,
        bodies=bodies,
        colleagues=colleagues,
        on=on,
        today=tokyo_day(who.now),
        hands_over=handed_over_words(request.app.state.mail),
        newest_link=newest,
        warning=reach_of(request.app.state.mail.site),
        Role=Role,
        TermState=queries.TermState,
    )


@router.post("/people/{key}/change", openapi_extra=needs(Act.KEEP_PEOPLE))
def change(
    request: Request, who: FormUser, key: str, form: Filled, name: Text = "", email: Text = ""
) -> Response:
    """A new name; and, with 本人確認, a new address."""

    def act(proof: actions.Proof) -> Response:
        ended = actions.change_person(
            who.office, who.key, key, name=name, email=email.strip(), proof=proof, now=who.now
        )
        said = (
            say(
                "登録を変えました。前の電子メールに送ったリンクは使えなくなりました。必要なら、もう一度招待してください。"
            )
            if ended
            else say("登録を変えました。")
        )
        return redirect(f"/people/{key}", said=said)

    title = say("{name}さんの電子メールを「{email}」に変える", name=name, email=email.strip())
    return with_identity(request, who, form, act, title=title, back=f"/people/{key}")


@router.post("/people/{key}/invite", openapi_extra=needs(Act.KEEP_PEOPLE))
def invite(request: Request, who: FormUser, key: str, form: Filled) -> Response:
    """A mail with a link to set one's first password, or the link itself."""
    with who.office.reading() as db:
        name = queries.person(db, key, tokyo_day(who.now)).name
    title = say("{name}さんを招待する", name=name)
    return invited(request, who, form, [key], title=title, back=f"/people/{key}")


@router.post("/people/{key}/reset", openapi_extra=needs(Act.KEEP_PEOPLE))
def reset(request: Request, who: FormUser, key: str, form: Filled) -> Response:
    """With 本人確認: the link by which a person who forgot their password sets a new one."""
    title = say("{name}さんのパスワードの再設定のリンクを出す", name=_name_of(who, key))
    return reset_by_hand(request, who, form, key, title=title, back=f"/people/{key}")


@router.post("/people/{key}/lift-wait", openapi_extra=needs(Act.KEEP_PEOPLE))
def lift_wait(who: FormUser, key: str) -> Response:
    actions.lift_wait(who.office, who.key, key, now=who.now)
    return redirect(f"/people/{key}", said=say("サインインの待ち時間を解きました。"))


@router.post("/people/{key}/postings", openapi_extra=needs(Act.KEEP_PEOPLE))
def post(
    who: FormUser, key: str, department: Text = "", position: Text = "", since: Text = "", until: Text = ""
) -> Response:
    actions.post(
        who.office,
        who.key,
        key,
        department,
        _first(since),
        position=position.strip() or None,
        until=_last(until),
        now=who.now,
    )
    return redirect(f"/people/{key}", said=say("所属を登録しました。"))


@router.post("/people/{key}/seats", openapi_extra=needs(Act.KEEP_PEOPLE))
def seat(
    who: FormUser,
    key: str,
    role: Annotated[Role, Form()],
    body: Text = "",
    since: Text = "",
    until: Text = "",
) -> Response:
    actions.seat(who.office, who.key, key, body, role, _first(since), until=_last(until), now=who.now)
    return redirect(f"/people/{key}", said=say("任期を登録しました。"))


@router.post("/people/{key}/deputies", openapi_extra=needs(Act.KEEP_PEOPLE))
def deputy(who: FormUser, key: str, deputy: Text = "", since: Text = "", until: Text = "") -> Response:
    actions.name_deputy(
        who.office, who.key, key, deputy.strip(), _first(since), until=_last(until), now=who.now
    )
    return redirect(f"/people/{key}", said=say("代理者を登録しました。"))


@router.post("/people/{key}/administrator", openapi_extra=needs(Act.KEEP_PEOPLE))
def administrator(
    request: Request, who: FormUser, key: str, form: Filled, since: Text = "", until: Text = ""
) -> Response:
    """With 本人確認: who is named may do the same."""
    first, last = _first(since), _last(until)

    def act(proof: actions.Proof) -> Response:
        actions.name_administrator(who.office, who.key, key, first, until=last, proof=proof, now=who.now)
        return redirect(f"/people/{key}", said=say("システム管理者に指定しました。"))

    title = say("{name}さんをシステム管理者に指定する", name=_name_of(who, key))
    return with_identity(request, who, form, act, title=title, back=f"/people/{key}")


@router.post("/people/{key}/unbind", openapi_extra=needs(Act.KEEP_PEOPLE))
def unbind(request: Request, who: FormUser, key: str, form: Filled) -> Response:
    """With 本人確認: who is bound next gets in as that person."""

    def act(proof: actions.Proof) -> Response:
        actions.unbind_provider(who.office, who.key, key, proof=proof, now=who.now)
        return redirect(f"/people/{key}", said=say("外部サインインの結び付きを解きました。"))

    title = say("{name}さんの外部サインインの結び付きを解く", name=_name_of(who, key))
    return with_identity(request, who, form, act, title=title, back=f"/people/{key}")


@router.post("/people/{key}/auditor", openapi_extra=needs(Act.KEEP_PEOPLE))
def auditor(
    request: Request, who: FormUser, key: str, form: Filled, since: Text = "", until: Text = ""
) -> Response:
    """With 本人確認: who watches over the record is not chosen by whoever found a screen open."""
    first, last = _first(since), _last(until)

    def act(proof: actions.Proof) -> Response:
        actions.name_auditor(who.office, who.key, key, first, until=last, proof=proof, now=who.now)
        return redirect(f"/people/{key}", said=say("監査に指定しました。"))

    title = say("{name}さんを監査に指定する", name=_name_of(who, key))
    return with_identity(request, who, form, act, title=title, back=f"/people/{key}")


@router.post("/people/{key}/end", openapi_extra=needs(Act.KEEP_PEOPLE))
def end_all(who: FormUser, key: str, last_day: Text = "") -> Response:
    ended = actions.end_terms(who.office, who.key, key, parse_day(last_day, say("最後の日")), now=who.now)
    return redirect(f"/people/{key}", said=say("{count} 件の所属・任期・代理を終えました。", count=ended))


@router.post("/people/{key}/{kind}/{number}/end", openapi_extra=needs(Act.KEEP_PEOPLE))
def end_one(who: FormUser, key: str, kind: str, number: int, last_day: Text = "") -> Response:
    """End one posting, seat, deputyship or term of the role 監査."""
    ends = {
        "postings": actions.end_posting,
        "seats": actions.end_seat,
        "deputies": actions.end_deputyship,
        "auditor": actions.end_auditor,
    }
    if kind not in ends:
        raise NotFound("操作", kind)
    ends[kind](who.office, who.key, number, parse_day(last_day, say("最後の日")), now=who.now)
    return redirect(f"/people/{key}", said=say("終わりの日を登録しました。"))


def day_asked(who: Visitor, text: str) -> date:
    """The day chosen for a page; today by default. Raises `BadInput`."""
    return parse_day(text, say("この日の名簿")) if text.strip() else tokyo_day(who.now)


def may_keep(db: Reading, who: Visitor) -> bool:
    """Return whether the person may manage the list of people today."""
    return actor(db, who.key, tokyo_day(who.now)).may(Act.KEEP_PEOPLE)


def _name_of(who: Visitor, key: str) -> str:
    with who.office.reading() as db:
        return queries.person(db, key, tokyo_day(who.now)).name


def _first(text: str) -> date:
    return parse_day(text, say("始まりの日"))


def _last(text: str) -> date | None:
    return parse_day(text, say("終わりの日")) if text.strip() else None
