"""Calls on people and bodies: who there is, who sits where on a day; and what administrators enter."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import Field

from definitions.terms import Role
from workflow import actions, queries
from workflow.domain.accounts import Scope
from workflow.domain.calendar import tokyo_day
from workflow.domain.closed_days import MOST, NamedDay
from workflow.domain.rights import Act
from workflow.queries.bodies import seated_body
from workflow.queries.body_year import body_year
from workflow.queries.chains import chain_for
from workflow.queries.closed_days import closed_day_names
from workflow.queries.contacts import secretariat_contact
from workflow.web.api.models import Asked, ChainName, Key, Line
from workflow.web.api.routing import ApiResponse, Call, Caller, Doing, reads, writes
from workflow.wire.body_year import BodyYearShown
from workflow.wire.people import Bodies, ChainUsed, ClosedDays, Departments, Ended, OneBody, People
from workflow.wire.values import Day, Done, Numbered

router = APIRouter(route_class=Call, tags=["people"])

Email = Annotated[str, Field(min_length=3, max_length=254, description="電子メール")]
Since = Annotated[Day, Field(description="この日から")]
Until = Annotated[Day | None, Field(description="この日まで。省くと続きます")]
PersonKey = Annotated[Key, Path(description="利用者ID")]


class Named(Asked):
    """IDと名称"""

    key: Key
    name: Line = Field(description="名称")


class AddPerson(Named):
    """職員の登録"""

    email: Email


class ChangePerson(Asked):
    """職員の登録の変更"""

    name: Line | None = Field(default=None, description="新しい氏名")
    email: Email | None = Field(default=None, description="新しい電子メール")


class Post(Asked):
    """所属と職"""

    department: Key = Field(description="課ID")
    position: Line | None = Field(default=None, description="職（区長、政策経営部長 など）")
    since: Since
    until: Until = None


class TakeSeat(Asked):
    """会議体の席"""

    body: Key = Field(description="会議体ID")
    role: Role
    since: Since
    until: Until = None


class EndTerms(Asked):
    """異動・退職"""

    last_day: Day = Field(description="最後の日")


class SetContact(Asked):
    """会議体の事務局の連絡先"""

    name: Annotated[str, Field(max_length=200, description="名称。空なら会議体の名称から")] = ""
    email: Annotated[str, Field(max_length=254, description="返信先。空なら事務局の職員の電子メール")] = ""
    telephone: Annotated[str, Field(max_length=60, description="電話")] = ""


class NameDeputy(Asked):
    """代理者の届出"""

    deputy: Key = Field(description="代理者の利用者ID")
    since: Since
    until: Until = None
    absence: bool = Field(default=False, description="不在の間の代理か。仕事とお知らせが代理者にも届きます")


class Term(Asked):
    """任期"""

    since: Since
    until: Until = None


class CloseDay(Asked):
    """閉庁日"""

    day: Day
    name: Line = Field(description="閉庁日の名称")


class CloseDays(Asked):
    """いくつかの閉庁日"""

    days: list[CloseDay] = Field(
        min_length=1, max_length=MOST, description="閉庁日。誤りがあれば、どれも登録しません"
    )


class RemoveClosedDay(Asked):
    """閉庁日の取消し"""

    day: Day
    reason: Line = Field(description="取消しの理由（記録に残ります）")


class SetClosingRule(Asked):
    """毎年の閉庁日"""

    name: Line = Field(description="閉庁日の名称")
    first: Line = Field(description="最初の月日（12-29）")
    last: Line = Field(description="最後の月日（01-03）。最初の月日より前なら、翌年のその日まで")
    since: int = Field(ge=2000, le=2100, description="初めの年（西暦）")


class EndClosingRule(Asked):
    """毎年の閉庁日の終わり"""

    rule: int = Field(ge=1, le=2**31 - 1, description="番号")
    last_year: int = Field(
        ge=2000, le=2100, description="最後の年（西暦）。初めの年の前年なら、すべて取り消す"
    )


class UseChain(Asked):
    """策定の流れの会議体の登録"""

    chain: ChainName


@router.get("/people", response_model=People, **reads())
def people(
    caller: Caller,
    following: Annotated[Key | None, Query(description="このIDの次から")] = None,
    limit: Annotated[int, Query(ge=1, le=500, description="一度に返す数")] = 200,
) -> Any:
    """職員の一覧、IDの順。電子メールは、名簿を管理する人だけに答えます。"""
    with caller.office.reading() as db:
        found, more = queries.people_by_key(db, following or "", limit)
    return People.of(found, more, addresses=caller.person.may(Act.READ_ADDRESSES))


@router.get("/departments", response_model=Departments, **reads())
def departments(caller: Caller) -> Any:
    """課の一覧。"""
    with caller.office.reading() as db:
        return Departments.of(queries.departments(db))


@router.get("/bodies", response_model=Bodies, **reads())
def bodies(caller: Caller) -> Any:
    """会議体の一覧。"""
    with caller.office.reading() as db:
        return Bodies.of(queries.body_names(db))


@router.get("/bodies/{body}", response_model=OneBody, **reads())
def body(
    caller: Caller,
    body: Annotated[Key, Path(description="会議体ID")],
    on: Annotated[Day | None, Query(description="この日の委員。省くと今日")] = None,
) -> Any:
    """会議体と、その日の委員・事務局。"""
    with caller.office.reading() as db:
        day = on or tokyo_day(caller.now)
        return OneBody.of(seated_body(db, body, day), secretariat_contact(db, body, day))


@router.get("/bodies/{body}/year", response_model=BodyYearShown, **reads())
def year(
    caller: Caller,
    body: Annotated[Key, Path(description="会議体ID")],
    months: Annotated[int, Query(ge=1, le=12, description="今月からの月数")] = 6,
) -> Any:
    """会議体にこれから付議されるもの: 月ごとの会議と議題の数、工程表による見込み。閲覧できる範囲で数えます。"""
    with caller.office.reading() as db:
        return BodyYearShown.of(body, body_year(db, caller.person, body, caller.now, months))


@router.post("/bodies/{body}/contact", response_model=Done, **writes(Scope.MEETINGS, Act.SET_CONTACT))
def set_contact(
    doing: Doing, body: Annotated[Key, Path(description="会議体ID")], asked: SetContact
) -> ApiResponse:
    """会議体の事務局の連絡先を登録する。空の値は、いつものもの（会議体の名称、事務局の職員の電子メール）になります。"""
    return doing.perform(Done.of, actions.set_contact, body, **dict(asked), now=doing.now)


@router.post("/departments", response_model=Done, **writes(Scope.PEOPLE, Act.KEEP_PEOPLE))
def add_department(doing: Doing, asked: Named) -> ApiResponse:
    """課を登録する。"""
    return doing.perform(Done.of, actions.add_department, asked.key, asked.name, now=doing.now)


@router.post("/bodies", response_model=ChainUsed, **writes(Scope.PEOPLE, Act.KEEP_PEOPLE))
def add_bodies(doing: Doing, asked: UseChain) -> ApiResponse:
    """策定の流れの会議体を名簿に加え、委員を登録できるようにする。"""
    with doing.office.reading() as db:
        chain = chain_for(db, asked.chain)
    return doing.perform(lambda sha256: ChainUsed(sha256=sha256), actions.add_chain, chain, now=doing.now)


@router.post("/people", response_model=Done, **writes(Scope.PEOPLE, Act.KEEP_PEOPLE))
def add_person(doing: Doing, asked: AddPerson) -> ApiResponse:
    """職員を登録する。"""
    return doing.perform(Done.of, actions.add_person, **dict(asked), now=doing.now)


@router.post("/people/{person}/change", response_model=Done, **writes(Scope.PEOPLE, Act.KEEP_PEOPLE))
def change_person(doing: Doing, person: PersonKey, asked: ChangePerson) -> ApiResponse:
    """氏名を変える。電子メールを変えるには本人確認が要るので、画面で行ってください。"""
    return doing.perform(Done.of, actions.change_person, person, **dict(asked), now=doing.now)


@router.post("/people/{person}/postings", response_model=Numbered, **writes(Scope.PEOPLE, Act.KEEP_PEOPLE))
def post(doing: Doing, person: PersonKey, asked: Post) -> ApiResponse:
    """所属と職を登録する。"""
    return doing.perform(Numbered.of, actions.post, person, **dict(asked), now=doing.now)


@router.post("/people/{person}/seats", response_model=Numbered, **writes(Scope.PEOPLE, Act.KEEP_PEOPLE))
def seat(doing: Doing, person: PersonKey, asked: TakeSeat) -> ApiResponse:
    """会議体の会長・副会長・委員・事務局を、任期とともに登録する。"""
    return doing.perform(Numbered.of, actions.seat, person, **dict(asked), now=doing.now)


@router.post("/people/{person}/end_terms", response_model=Ended, **writes(Scope.PEOPLE, Act.KEEP_PEOPLE))
def end_terms(doing: Doing, person: PersonKey, asked: EndTerms) -> ApiResponse:
    """異動・退職: その日で所属・委員・代理を終える。"""
    return doing.perform(
        lambda ended: Ended(ended=ended), actions.end_terms, person, asked.last_day, now=doing.now
    )


@router.post("/people/{person}/deputies", response_model=Done, **writes(Scope.PEOPLE, Act.KEEP_PEOPLE))
def name_deputy(doing: Doing, person: PersonKey, asked: NameDeputy) -> ApiResponse:
    """代理者を届け出る（代理出席・代決）。"""
    return doing.perform(Done.of, actions.name_deputy, person, **dict(asked), now=doing.now)


@router.post("/people/{person}/administrator", response_model=Done, **writes(Scope.PEOPLE, Act.KEEP_PEOPLE))
def name_administrator(doing: Doing, person: PersonKey, asked: Term) -> ApiResponse:
    """システム管理者を加える。本人確認が要るので、連携キーではできません。画面で行ってください。"""
    return doing.perform(Done.of, actions.name_administrator, person, **dict(asked), now=doing.now)


@router.post("/closed_days", response_model=Done, **writes(Scope.PEOPLE, Act.KEEP_PEOPLE))
def close_day(doing: Doing, asked: CloseDay) -> ApiResponse:
    """閉庁日を加える。営業日の数え方に効きます。"""
    return doing.perform(Done.of, actions.close_day, asked.day, asked.name, now=doing.now)


@router.get("/closed_days", response_model=ClosedDays, **reads())
def closed_days(caller: Caller, year: Annotated[int, Query(ge=1950, le=2199)]) -> Any:
    """その年の閉庁日。土曜日・日曜日・祝日・12月29日から1月3日までは含みません。"""
    with caller.office.reading() as db:
        return ClosedDays.of(closed_day_names(db), year)


@router.post("/closed_days/list", response_model=Done, **writes(Scope.PEOPLE, Act.KEEP_PEOPLE))
def close_days(doing: Doing, asked: CloseDays) -> ApiResponse:
    """閉庁日をまとめて加える。"""
    days = [NamedDay(each.day, each.name) for each in asked.days]
    return doing.perform(Done.of, actions.close_days, days, now=doing.now)


@router.post("/closed_days/remove", response_model=Done, **writes(Scope.PEOPLE, Act.KEEP_PEOPLE))
def remove_closed_day(doing: Doing, asked: RemoveClosedDay) -> ApiResponse:
    """閉庁日を取り消す。閉庁日のまま過ぎた日と、その日を除いて数えた通知を送った日は、取り消せません。"""
    return doing.perform(Done.of, actions.remove_closed_day, asked.day, asked.reason, now=doing.now)


@router.post("/closing_rules", response_model=Numbered, **writes(Scope.PEOPLE, Act.KEEP_PEOPLE))
def set_closing_rule(doing: Doing, asked: SetClosingRule) -> ApiResponse:
    """毎年の閉庁日を加える。"""
    return doing.perform(Numbered.of, actions.set_closing_rule, **dict(asked), now=doing.now)


@router.post("/closing_rules/end", response_model=Done, **writes(Scope.PEOPLE, Act.KEEP_PEOPLE))
def end_closing_rule(doing: Doing, asked: EndClosingRule) -> ApiResponse:
    """毎年の閉庁日を、その年で終える。"""
    return doing.perform(Done.of, actions.end_closing_rule, asked.rule, asked.last_year, now=doing.now)
