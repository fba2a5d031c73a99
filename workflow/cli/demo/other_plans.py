"""Other plans of the demonstration, on other chains and in other stages, so that a newcomer finds one of each.
The people and the plans are invented."""

from datetime import time, timedelta

from definitions.chain import Body, BodyGate, DocumentGate, Gate, SignoffGate
from definitions.load import shipped
from definitions.terms import CARRYING_OUTCOME, Role
from workflow import actions
from workflow.actions import Seated
from workflow.cli.demo import story as replay
from workflow.cli.demo.docx import docx
from workflow.cli.demo.story import SINCE, Replay
from workflow.domain.calendar import at_tokyo, business_days_after, end_of_day, first_of_month, tokyo_day
from workflow.domain.comments import Author, Route
from workflow.domain.meetings import MeetingForm
from workflow.domain.votes import Choice
from workflow.queries.plans import PlanFact, plan_by_key

PEOPLE = (
    ("gakushiki_1", "学識 一葉", "gakushiki-1@example.jp"),
    ("gakushiki_2", "公募 二胡", "gakushiki-2@example.jp"),
    ("gicho", "議長 万里", "gicho@example.jp"),
)
SEATS = (
    ("kentokai", Role.CHAIR, "fuku"),
    ("kentokai", Role.MEMBER, "bucho"),
    ("kentokai", Role.SECRETARIAT, "tanto"),
    ("iinkai", Role.CHAIR, "giin_2"),
    ("iinkai", Role.SECRETARIAT, "gikai"),
    ("shingikai", Role.CHAIR, "gakushiki_1"),
    ("shingikai", Role.MEMBER, "gakushiki_2"),
    ("shingikai", Role.MEMBER, "giin_3"),
    ("shingikai", Role.SECRETARIAT, "tanto"),
    ("chogi", Role.CHAIR, "kucho"),
    ("chogi", Role.MEMBER, "kyoiku"),
    ("chogi", Role.SECRETARIAT, "tanto"),
    ("gikai", Role.CHAIR, "gicho"),
    ("gikai", Role.SECRETARIAT, "gikai"),
)
CONTACT = """郵送・窓口　〒000-0000 ○○区役所 環境政策課
ファクス　00-0000-0000
電子メール　kankyo@example.jp"""
ALL_SEATS = (*replay.SEATS, *SEATS)
OPINIONS = (
    ("環境 みどり", Route.WEB, ("公園の木を切らないでほしい", "太陽光発電への補助を続けてほしい")),
    ("エコ商会 代表 そら", Route.MAIL, ("事業者向けの相談窓口がほしい",)),
)


class Neighbours:
    """Further sample plans, brought to their stages on the replay's own clock."""

    def __init__(self, replay: Replay) -> None:
        self.replay, self.office = replay, replay.office

    def before(self) -> None:
        """Before the seed's own plan begins: one is printed by then, others are on their way."""
        office, now = self.office, self.replay.now
        for chain in (shipped("two_rounds"), shipped("shingikai_gian")):
            actions.add_chain(office, "admin", chain, now=now)
        for key, name, address in PEOPLE:
            actions.add_person(office, "admin", key, name, address, now=now)
        for body, role, key in SEATS:
            actions.seat(office, "admin", key, body, role, SINCE, now=now)
        self.bring("bosai2022", "地域防災計画（令和3年度修正）", "itabashi_dx_2025", "printing", "2021-04")
        self.bring("kankyo", "環境基本計画", "two_rounds", "first_comment")
        self.bring("kihonkoso", "基本構想", "shingikai_gian", "report")
        self.bring("shisetsu", "公共施設等総合管理計画", "itabashi_dx_2025", "outline", "2022-06")
        self.bring("korei", "高齢者保健福祉計画", "itabashi_dx_2025", "draft", "2022-09")
        seen = self.plan("shisetsu").revision
        actions.suspend(
            office, "tanto", "shisetsu", "国の指針の改定を待つため", seen=seen, now=self.replay.now
        )

    def beside(self) -> None:
        """Beside the seed's plan in September 2023: one opens, one asks the public, one waits for its 答申, one
        goes round the 本部 in writing (持ち回り)."""
        office, replay = self.office, self.replay
        chain = shipped("itabashi_dx_2025")
        actions.open_plan(
            office, "tanto", "kosodate", "子育て支援計画", chain,
            department="it", first_month="2023-09", now=replay.now,
        )  # fmt: skip
        self.document("korei")
        korei = self.plan("korei")
        self.open_gate(korei, korei.chain.gate("draft_bukai"))
        self.document("kihonkoso")
        self.meet("kihonkoso", "report_shingikai")
        circular = actions.call_meeting(
            office, "tanto", "ict_honbu", "高齢者保健福祉計画（素案）について（持ち回り）",
            form=MeetingForm.IN_WRITING, starts_at=replay.now, ends_at=replay.now + timedelta(days=7),
            place="持ち回り", now=replay.now,
        )  # fmt: skip
        actions.list_item(office, "tanto", circular, "korei", "draft_honbu", now=replay.now)
        today, places = tokyo_day(replay.now), ["環境政策課の窓口", "各図書館"]
        actions.open_comment(
            office, "tanto", "kankyo", "first_period", today, places=places, contact=CONTACT, now=replay.now
        )
        for name, route, opinions in OPINIONS:
            by = None if route is Route.WEB else "tanto"
            actions.receive_opinions(
                office, by, "kankyo", Author(name), opinions,
                route=route, received_at=replay.now, now=replay.now,
            )  # fmt: skip

    def bring(self, key: str, title: str, chain: str, stage: str, first_month: str | None = None) -> None:
        """Open a plan, and take it through every gate up to the stage, in the months its schedule names."""
        if first_month:
            self.not_before(first_month)
        actions.open_plan(
            self.office, "tanto", key, title, shipped(chain),
            department="it", first_month=first_month, now=self.replay.now,
        )  # fmt: skip
        while (plan := self.plan(key)).stage.key != stage:
            for gate in plan.stage.gates:
                self.open_gate(plan, gate)
            actions.advance(self.office, "tanto", key, seen=plan.revision, now=self.replay.now)

    def open_gate(self, plan: PlanFact, gate: Gate) -> None:
        for slot in plan.dated.schedule:
            if gate.key in slot.gates:
                self.not_before(slot.month)
        if isinstance(gate, DocumentGate):
            self.document(plan.key)
        elif isinstance(gate, BodyGate):
            self.decide(plan.chain.body(gate.body), *self.meet(plan.key, gate.key))
        elif isinstance(gate, SignoffGate):
            text = self.plan(plan.key).text
            seen = text.number if text else 0
            actions.sign(self.office, "kucho", plan.key, gate.key, seen=seen, now=self.replay.now)
        else:
            today = tokyo_day(self.replay.now)
            last = actions.open_comment(self.office, "tanto", plan.key, gate.key, today, now=self.replay.now)
            self.replay.until(end_of_day(last))
            actions.publish_result(self.office, "tanto", plan.key, now=self.replay.now)

    def not_before(self, month: str) -> None:
        first = at_tokyo(first_of_month(month), time(9))
        self.replay.until(max(first, self.replay.now))

    def document(self, key: str) -> None:
        plan = self.plan(key)
        name = f"{plan.title}（{plan.stage.label}）"
        actions.add_version(
            self.office, "tanto", key, f"{name}.docx", docx(name, "本文"), now=self.replay.now
        )

    def meet(self, key: str, gate: str) -> tuple[int, int]:
        """The gate's body meets on the next business day, and all attend; returns the numbers of the meeting and
        its item."""
        plan = self.plan(key)
        found = plan.chain.gate(gate)
        assert isinstance(found, BodyGate)  # noqa: S101
        body, by = found.body, _secretary(found.body)
        starts_at = at_tokyo(business_days_after(tokyo_day(self.replay.now), 1), time(10))
        ends_at = starts_at + timedelta(hours=1)
        title = f"{plan.chain.body(body).name}（{plan.title}）"
        meeting = actions.call_meeting(
            self.office, by, body, title, starts_at=starts_at, ends_at=ends_at,
            place="区役所 本庁舎 第一委員会室", now=self.replay.now,
        )  # fmt: skip
        item = actions.list_item(self.office, by, meeting, key, gate, now=self.replay.now)
        self.replay.until(ends_at)
        there = {key: Seated(present=True) for key in _members(body)}
        actions.enter_attendance(self.office, by, meeting, there, now=self.replay.now)
        return meeting, item

    def decide(self, body: Body, meeting: int, item: int) -> None:
        """The body's usual answer; where its members vote, all but the chair vote for it. That ends the meeting."""
        by, now = _secretary(body.key), self.replay.now
        if body.reaches == "tallied":
            for key in _members(body.key)[1:]:
                actions.cast_vote(self.office, key, item, Choice.FOR, now=now)
            actions.decide_by_votes(self.office, by, item, now=now)
        else:
            actions.record_outcome(self.office, by, item, CARRYING_OUTCOME[body.kind][0], now=now)
        actions.close_meeting(self.office, by, meeting, "原案のとおり決した。", now=now)

    def plan(self, key: str) -> PlanFact:
        with self.office.reading() as db:
            return plan_by_key(db, key)


def _members(body: str) -> list[str]:
    """The keys of those who sit in the body, its chair first."""
    return [key for name, role, key in ALL_SEATS if name == body and role is not Role.SECRETARIAT]


def _secretary(body: str) -> str:
    return next(key for name, role, key in ALL_SEATS if name == body and role is Role.SECRETARIAT)
