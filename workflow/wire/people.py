"""People, departments and bodies: who there is, and who sits where on a day."""

from collections.abc import Iterable, Mapping
from datetime import date

from pydantic import Field

from definitions.terms import Role
from workflow.queries import TermState
from workflow.queries.bodies import SeatedBody
from workflow.queries.contacts import BodyContact
from workflow.queries.people import PersonName
from workflow.wire.values import Day, Shown


class PersonShown(Shown):
    """職員"""

    key: str = Field(description="利用者ID")
    name: str = Field(description="氏名")
    email: str | None = Field(description="電子メール。閲覧する権限がなければ null")


class People(Shown):
    """職員の一覧の 1 ページ、IDの順"""

    people: list[PersonShown]
    following: str | None = Field(
        description="続きを読むときに following として送るID。最後のページでは null"
    )

    @classmethod
    def of(cls, people: Iterable[PersonName], following: str | None, *, addresses: bool) -> "People":
        shown = [
            PersonShown(key=person.key, name=person.name, email=person.email if addresses else None)
            for person in people
        ]
        return cls(people=shown, following=following)


class DepartmentShown(Shown):
    """課"""

    key: str = Field(description="課ID")
    name: str = Field(description="課の名称")


class Departments(Shown):
    """課の一覧"""

    departments: list[DepartmentShown]

    @classmethod
    def of(cls, departments: Iterable[tuple[str, str]]) -> "Departments":
        return cls(departments=[DepartmentShown(key=key, name=name) for key, name in departments])


class ClosedDayShown(Shown):
    """閉庁日"""

    day: Day
    name: str = Field(description="閉庁日の名称")


class ClosedDays(Shown):
    """ある年の閉庁日、日の順"""

    closed_days: list[ClosedDayShown]

    @classmethod
    def of(cls, days: Mapping[date, str], year: int) -> "ClosedDays":
        shown = [ClosedDayShown(day=day, name=name) for day, name in sorted(days.items()) if day.year == year]
        return cls(closed_days=shown)


class SeatShown(Shown):
    """会議体の席"""

    person: str = Field(description="利用者ID")
    name: str = Field(description="氏名")
    role: Role


class BodyShown(Shown):
    """会議体"""

    key: str = Field(description="会議体ID")
    name: str = Field(description="会議体の名称")


class Bodies(Shown):
    """会議体の一覧"""

    bodies: list[BodyShown]

    @classmethod
    def of(cls, bodies: Iterable[tuple[str, str]]) -> "Bodies":
        return cls(bodies=[BodyShown(key=key, name=name) for key, name in bodies])


class ContactShown(Shown):
    """メールに載せる事務局の連絡先"""

    name: str = Field(description="名称")
    email: str = Field(description="返信先。なければ空")
    telephone: str = Field(description="電話。なければ空")


class OneBody(BodyShown):
    """会議体と、その日の委員・事務局"""

    chair: str = Field(description="会長の職")
    on: Day = Field(description="この日の委員")
    members: list[SeatShown]
    contact: ContactShown

    @classmethod
    def of(cls, body: SeatedBody, contact: BodyContact) -> "OneBody":
        seats = [SeatShown(person=seat.key, name=seat.name, role=seat.role) for seat in body.members]
        return cls(
            key=body.key, name=body.name, chair=body.chair, on=body.on, members=seats,
            contact=ContactShown.model_validate(contact),
        )  # fmt: skip


class ChainUsed(Shown):
    """登録した策定の流れ"""

    sha256: str = Field(description="策定の流れの SHA-256")


class Ended(Shown):
    """終えた任期"""

    ended: int = Field(description="終えた所属・委員・代理の数")


class TermShown(Shown):
    """任期"""

    number: int = Field(description="番号")
    since: Day = Field(description="この日から")
    until: Day | None = Field(description="この日まで。null なら続きます")
    standing: TermState = Field(validation_alias="state", description="今日の状態")


class PostingShown(Shown):
    """所属と職"""

    department: str = Field(description="課の名称")
    office: str | None = Field(validation_alias="position", description="職")
    term: TermShown


class HeldSeatShown(Shown):
    """会議体の席"""

    body: str = Field(description="会議体ID")
    name: str = Field(description="会議体の名称")
    role: Role
    term: TermShown


class DeputyshipShown(Shown):
    """代理の届出"""

    key: str = Field(description="相手の利用者ID")
    name: str = Field(description="相手の氏名")
    term: TermShown


class OnePerson(PersonShown):
    """職員と、その所属・任期・代理、新しい順"""

    postings: list[PostingShown] = Field(description="所属")
    seats: list[HeldSeatShown] = Field(description="会議体の席")
    deputies: list[DeputyshipShown] = Field(description="代理者")
    principals: list[DeputyshipShown] = Field(description="代理する相手")
    administrator: list[TermShown] = Field(description="システム管理者の任期")
    auditor: list[TermShown] = Field(description="監査の任期")
    can_sign_in: bool = Field(description="パスワードがあるか")
