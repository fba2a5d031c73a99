"""An office to test in: its people, and the shortest way to bring a plan somewhere."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy import select

from definitions.chain import BodyGate, Chain, Corrections, DocumentGate, PeriodGate, SignoffGate
from definitions.load import shipped
from definitions.terms import BodyKind, Outcome, Role
from workflow import actions, queries
from workflow.actions.passwords import put_password
from workflow.domain.calendar import end_of_day, parse_moment, tokyo_day
from workflow.domain.cover import TextKind
from workflow.domain.meetings import MeetingForm
from workflow.domain.votes import Choice
from workflow.queries.people import person_id
from workflow.queries.plans import PlanFact, plan_by_key
from workflow.store.database import Office
from workflow.store.tables import Person

LONG_AGO = date(2020, 4, 1)
USUAL = {
    BodyKind.DELIBERATIVE: Outcome.APPROVED,
    BodyKind.RECEIVING: Outcome.RECEIVED,
    BodyKind.ADVISORY: Outcome.ADVISED,
    BodyKind.VOTING: Outcome.PASSED,
}
_QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class House:
    """Section `it` (担当 `tanto`), an administrator `admin`. Every body has a 事務局 `<body>_office`, a chair
    `<body>_chair` and members `<body>_1`, `<body>_2`. `now` is the clock. Where they live already, they stay."""

    def __init__(self, office: Office, chain: str | Chain = "itabashi_dx_2025") -> None:
        self.office = office
        self.chain = _shipped(chain) if isinstance(chain, str) else chain
        self.now = parse_moment("2023-03-01 09:00")
        if not self._inhabited():
            self._people()

    def at(self, text: str) -> "House":
        self.now = parse_moment(text)
        return self

    def later(self, **span: float) -> "House":
        self.now += timedelta(**span)
        return self

    def a_plan(self, key: str = "dx", at: str | None = None) -> PlanFact:
        """A plan in the stage `at`, with everything before it done."""
        actions.open_plan(self.office, "tanto", key, "DX推進計画", self.chain, department="it", now=self.now)
        while at is not None and self.plan(key).stage.key != at:
            self.open_every_gate(key)
            self.advance(key)
        return self.plan(key)

    def plan(self, key: str = "dx") -> PlanFact:
        with self.office.reading() as db:
            return plan_by_key(db, key)

    def why(self, key: str = "dx") -> list[str]:
        with self.office.reading() as db:
            return [reason.words for reason in queries.why(db, plan_by_key(db, key), self.now)]

    def advance(self, key: str = "dx", **how: object) -> actions.Moved:
        seen = self.plan(key).revision
        return actions.advance(self.office, "tanto", key, seen=seen, now=self.now, **how)  # type: ignore[arg-type]

    def send_back(self, to: str, key: str = "dx") -> actions.Moved:
        seen = self.plan(key).revision
        return actions.send_back(self.office, "tanto", key, to, "方針の見直し", seen=seen, now=self.now)

    def a_version(self, text: str | None = None, key: str = "dx") -> int:
        content = text or f"{key} {self.now.isoformat()}"
        return actions.add_version(self.office, "tanto", key, "計画.docx", content.encode(), now=self.now)

    def a_correction(
        self, text: str | None = None, key: str = "dx", *, meets: Sequence[int] = (), **how: Any
    ) -> int:
        """A correction of the plan's text: a minor one, or one that meets conditions."""
        content = text or f"{key} 訂正 {self.now.isoformat()}"
        kind = TextKind.CONDITIONS if meets else TextKind.MINOR
        why = "" if meets else "誤字"
        return actions.add_version(
            self.office, "tanto", key, "計画.docx", content.encode(), kind=kind, conditions=meets, why=why,
            now=self.now, **how,
        )  # fmt: skip

    def confirm(self, gate: str, key: str = "dx", by: str | None = None, **how: Any) -> int:
        """The chair of the gate's body, or the 事務局 of one that receives reports, confirms the plan's text."""
        body = self.chain.body(self.body_of(gate))
        whom = by or f"{body.key}_{'office' if body.confirmed_by is Corrections.SECRETARIAT else 'chair'}"
        return actions.confirm_text(
            self.office, whom, key, gate, **{"seen": self.text(key), "now": self.now, **how}
        )

    def a_meeting(
        self, body: str = "joho_bukai", *, form: MeetingForm = MeetingForm.IN_PERSON, days: int = 7
    ) -> int:
        """A meeting called for `days` days from now, two hours long; in writing, it goes out now."""
        starts_at = self.now if form is MeetingForm.IN_WRITING else self.now + timedelta(days=days)
        ends_at = self.now + timedelta(days=days, hours=2)
        name = self.chain.body(body).name
        return actions.call_meeting(
            self.office, f"{body}_office", body, name, form=form, starts_at=starts_at, ends_at=ends_at,
            place="第一委員会室", now=self.now,
        )  # fmt: skip

    def an_item(self, gate: str, key: str = "dx", **how: object) -> int:
        """An item for the gate at a new meeting of its body, which has begun and is attended by all."""
        body = self.body_of(gate)
        meeting = self.a_meeting(body, **how)  # type: ignore[arg-type]
        item = actions.list_item(self.office, f"{body}_office", meeting, key, gate, now=self.now)
        if how.get("form") is not MeetingForm.IN_WRITING:
            self.later(days=7, hours=1)
            self.everybody_attends(body, meeting)
        return item

    def everybody_attends(self, body: str, meeting: int) -> None:
        there = {f"{body}_{who}": actions.Seated(present=True) for who in ("chair", "1", "2")}
        actions.enter_attendance(self.office, f"{body}_office", meeting, there, now=self.now)

    def agree(self, gate: str, key: str = "dx", outcome: Outcome | None = None, **how: object) -> int:
        """The gate's body meets and gives its usual answer, or `outcome`."""
        item = self.an_item(gate, key)
        body = self.chain.body(self.body_of(gate))
        if body.reaches == "tallied":
            for who in ("1", "2"):
                actions.cast_vote(self.office, f"{body.key}_{who}", item, Choice.FOR, now=self.now)
            return actions.decide_by_votes(self.office, f"{body.key}_office", item, now=self.now)
        return actions.record_outcome(
            self.office, f"{body.key}_office", item, outcome or USUAL[body.kind], now=self.now, **how
        )  # type: ignore[arg-type]

    def open_every_gate(self, key: str = "dx") -> None:
        plan = self.plan(key)
        for gate in plan.stage.gates:
            match gate:
                case DocumentGate():
                    self.a_version(key=key)
                case BodyGate():
                    self.agree(gate.key, key)
                case SignoffGate():
                    actions.sign(self.office, "mayor", key, gate.key, seen=self.text(key), now=self.now)
                case PeriodGate():
                    self.a_comment(gate.key, key)

    def a_comment(self, gate: str, key: str = "dx") -> None:
        last = actions.open_comment(self.office, "tanto", key, gate, tokyo_day(self.now), now=self.now)
        self.now = end_of_day(last)
        actions.publish_result(self.office, "tanto", key, now=self.now)

    def body_of(self, gate: str) -> str:
        found = self.chain.gate(gate)
        assert isinstance(found, BodyGate)
        return found.body

    def text(self, key: str = "dx") -> int:
        """The number of the version by which the plan's gates are judged."""
        text = self.plan(key).text
        return text.number if text else 0

    def has_password(self, key: str, password: str) -> None:
        """Give a person a password without the work that makes it hard to guess from the database."""
        with self.office.writing() as db:
            put_password(db, person_id(db, key), _QUICK.hash(password), self.now)

    def _inhabited(self) -> bool:
        with self.office.reading() as db:
            return db.scalar(select(Person.id).limit(1)) is not None

    def _people(self) -> None:
        office, now = self.office, self.now
        actions.begin(office, "admin", "管理 太郎", "admin@city.example.jp", now=now)
        actions.add_department(office, "admin", "it", "IT推進課", now=now)
        actions.add_department(office, "admin", "mayor", "区長室", now=now)
        actions.add_chain(office, "admin", self.chain, now=now)
        self.a_person("tanto", "担当 花子")
        actions.post(office, "admin", "tanto", "it", LONG_AGO, now=now)
        self.a_person("mayor", "区 長")
        actions.post(office, "admin", "mayor", "mayor", LONG_AGO, position="区長", now=now)
        seats = {"office": Role.SECRETARIAT, "chair": Role.CHAIR, "1": Role.MEMBER, "2": Role.MEMBER}
        for body in self.chain.bodies:
            for who, role in seats.items():
                self.a_person(f"{body.key}_{who}", f"{body.name} {role.label}{who}")
                actions.seat(office, "admin", f"{body.key}_{who}", body.key, role, LONG_AGO, now=now)

    def a_person(self, key: str, name: str = "誰か") -> None:
        address = f"{key.replace('_', '-')}@city.example.jp"
        actions.add_person(self.office, "admin", key, name, address, now=self.now)


@cache
def _shipped(key: str) -> Chain:
    return shipped(key)


def moment(text: str) -> datetime:
    return parse_moment(text)
