"""Random use cases on random valid chains: whatever people do, no plan passes a shut gate."""

import json
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlalchemy import event, select

from definitions.chain import BodyGate, Chain, DocumentGate, PeriodGate, SignoffGate
from definitions.terms import OUTCOMES_OF, Outcome
from tests.support.chains import BODIES, chains
from tests.support.databases import SQLite
from tests.support.scenario import House
from workflow import actions
from workflow.domain.calendar import end_of_day, tokyo_day
from workflow.domain.comments import Author, Disposition, Route
from workflow.domain.errors import SakuteiError
from workflow.queries.plans import plan_by_key
from workflow.store import event_log
from workflow.store.database import Office
from workflow.store.tables import (
    CommentPeriod,
    Condition,
    Decision,
    Event,
    Opinion,
    Signoff,
    Submission,
    Version,
)

RUNS = 500


class Life(RuleBasedStateMachine):
    """What people do with one plan. Errors of the family are their right answers; any other is a fault."""

    make_office: Any

    @initialize(chain=chains())
    def begin(self, chain: Chain) -> None:
        self.office, self.throw_away = self.make_office()
        self.house = House(self.office, chain)
        self.house.now = START.now
        self.number = 0
        self.house.a_plan()

    def teardown(self) -> None:
        if hasattr(self, "office"):
            self.replays()
            self.throw_away()

    @rule()
    def adds_a_version(self) -> None:
        self.number += 1
        self.tries(lambda: self.house.a_version(f"第{self.number}稿"))

    @rule(pick=st.integers(0, 99), answer=st.integers(0, 99))
    def a_body_answers(self, pick: int, answer: int) -> None:
        gate = self.one_of(BodyGate, pick)
        if gate is None:
            return
        body = self.house.chain.body(gate.body)
        outcome = OUTCOMES_OF[body.kind][answer % len(OUTCOMES_OF[body.kind])]
        conditions = {"conditions": ["直すこと"]} if outcome is Outcome.CONDITIONAL else {}
        self.tries(lambda: self.house.agree(gate.key, outcome=outcome, **conditions))

    @rule()
    def the_stages_work_is_done(self) -> None:
        self.tries(self.house.open_every_gate)

    @rule(pick=st.integers(0, 99))
    def a_chair_decides_alone(self, pick: int) -> None:
        gate = self.one_of(BodyGate, pick)
        if gate is not None:
            outcome = self.house.chain.opens_on(gate)[0]
            chair = f"{gate.body}_chair"
            self.tries(
                lambda: actions.decide_alone(
                    self.office,
                    chair,
                    "dx",
                    gate.key,
                    outcome,
                    "急ぐ",
                    seen=self.house.text(),
                    now=self.house.now,
                )
            )

    @rule(pick=st.integers(0, 99), good=st.booleans())
    def a_body_hears_what_its_chair_did(self, pick: int, good: bool) -> None:
        alone = self.newest(Decision, Decision.manner == "chair_alone", pick)
        if alone is None:
            return

        def hear() -> None:
            body = alone.body_key
            meeting = self.house.a_meeting(body)
            item = actions.list_ratification(
                self.office, f"{body}_office", meeting, alone.id, now=self.house.now
            )
            self.house.later(days=8)
            rule = self.house.chain.body(body).urgent
            answer = Outcome.RECEIVED if rule == "report" else Outcome.APPROVED if good else Outcome.REJECTED
            actions.record_outcome(self.office, f"{body}_office", item, answer, now=self.house.now)

        self.tries(hear)

    @rule(pick=st.integers(0, 99), answer=st.integers(0, 99))
    def a_decision_is_corrected(self, pick: int, answer: int) -> None:
        old = self.newest(Decision, Decision.outcome.is_not(None), pick)
        if old is not None:
            kind = self.house.chain.body(old.body_key).kind
            outcome = OUTCOMES_OF[kind][answer % len(OUTCOMES_OF[kind])]
            conditions = ["直すこと"] if outcome is Outcome.CONDITIONAL else []
            by = f"{old.body_key}_office"
            self.tries(
                lambda: actions.correct_decision(
                    self.office, by, old.id, outcome, "誤記", conditions=conditions, now=self.house.now
                )
            )

    @rule(pick=st.integers(0, 99))
    def a_decision_is_taken_back(self, pick: int) -> None:
        old = self.newest(Decision, Decision.outcome.is_not(None), pick)
        if old is not None:
            by = f"{old.body_key}_{'chair' if old.manner == 'chair_alone' else 'office'}"
            self.tries(
                lambda: actions.take_back_decision(self.office, by, old.id, "誤り", now=self.house.now)
            )

    @rule(pick=st.integers(0, 99))
    def a_condition_is_closed(self, pick: int) -> None:
        found = self.newest(Condition, Condition.closed_at.is_(None), pick)
        if found is not None:
            self.tries(
                lambda: [
                    actions.close_condition(
                        self.office, f"{body}_chair", found.id, "直した", now=self.house.now
                    )
                    for body in [self.body_of_condition(found.id)]
                ]
            )

    @rule(pick=st.integers(0, 99), approve=st.booleans())
    def the_mayor_signs(self, pick: int, approve: bool) -> None:
        gate = self.one_of(SignoffGate, pick)
        if gate is not None:
            self.tries(
                lambda: actions.sign(
                    self.office,
                    "mayor",
                    "dx",
                    gate.key,
                    approve=approve,
                    note="所見",
                    seen=self.house.text(),
                    now=self.house.now,
                )
            )

    @rule(pick=st.integers(0, 99))
    def a_signature_is_taken_back(self, pick: int) -> None:
        old = self.newest(Signoff, Signoff.result.is_not(None), pick)
        if old is not None:
            self.tries(
                lambda: actions.take_back_signoff(self.office, "mayor", old.id, "誤り", now=self.house.now)
            )

    @rule(pick=st.integers(0, 99))
    def the_public_is_asked(self, pick: int) -> None:
        gate = self.one_of(PeriodGate, pick)
        if gate is not None:
            day = tokyo_day(self.house.now)
            self.tries(
                lambda: actions.open_comment(self.office, "tanto", "dx", gate.key, day, now=self.house.now)
            )

    @rule()
    def somebody_writes(self) -> None:
        now = self.house.now
        self.tries(
            lambda: actions.receive_opinions(
                self.office, None, "dx", Author("区民"), ["意見"], route=Route.WEB, received_at=now, now=now
            )
        )

    @rule(pick=st.integers(0, 99))
    def the_office_answers(self, pick: int) -> None:
        found = self.newest(Opinion, Opinion.answer_id.is_(None), pick)
        if found is not None:
            self.tries(
                lambda: actions.answer_opinions(
                    self.office, "tanto", "dx", [found.id], summary="意見", answer="参考にします",
                    disposition=Disposition.FOR_REFERENCE, now=self.house.now,
                )
            )  # fmt: skip

    @rule()
    def the_result_is_published(self) -> None:
        self.tries(lambda: actions.publish_result(self.office, "tanto", "dx", now=self.house.now))

    @rule(days=st.integers(1, 10))
    def time_passes(self, days: int) -> None:
        self.house.later(days=days)

    @rule(pick=st.integers(0, 99))
    def the_plan_is_sent_back(self, pick: int) -> None:
        stages = self.house.chain.stages
        self.tries(lambda: self.house.send_back(stages[pick % len(stages)].key))

    @rule()
    def the_plan_is_suspended(self) -> None:
        seen = self.house.plan().revision
        self.tries(lambda: actions.suspend(self.office, "tanto", "dx", "選挙", seen=seen, now=self.house.now))

    @rule()
    def the_plan_is_resumed(self) -> None:
        seen = self.house.plan().revision
        self.tries(lambda: actions.resume(self.office, "tanto", "dx", "終了", seen=seen, now=self.house.now))

    @rule(pick=st.integers(0, 99))
    def the_plan_advances(self, pick: int) -> None:
        before = self.house.plan()
        following = self.house.chain.after(before.stage)
        to = following[pick % len(following)] if following else None
        shut = self.shut_by_the_records()
        moved = self.tries(lambda: self.house.advance(to=to))
        if moved:
            assert shut == [], f"passed {shut} on {before.stage.key}"
            assert before.status == "active"

    # --- the oracle: the same question asked of the bare rows, one by one, in plain Python ---------------

    def shut_by_the_records(self) -> list[str]:
        plan = self.house.plan()
        with self.office.reading() as db:
            decisions = list(db.scalars(select(Decision).order_by(Decision.id)))
            conditions = list(db.scalars(select(Condition)))
            signoffs = list(db.scalars(select(Signoff).order_by(Signoff.id)))
            versions = list(db.scalars(select(Version).order_by(Version.number)))
            periods = list(db.scalars(select(CommentPeriod)))
            opinions = db.execute(
                select(Opinion.answer_id, Submission.late, Submission.period_id).join(Submission)
            ).all()
        current = versions[-1] if versions else None
        corrected = {d.supersedes_id for d in decisions}
        recalled = {s.supersedes_id for s in signoffs}
        here = (plan.stage.key, plan.visit)
        shut = []
        for gate in plan.stage.gates:
            if current is None or (current.stage, current.visit) != here:
                is_open = False
            elif isinstance(gate, DocumentGate):
                is_open = True
            elif isinstance(gate, BodyGate):
                standing = [
                    d
                    for d in decisions
                    if d.gate_key == gate.key
                    and (d.stage, d.visit) == here
                    and d.id not in corrected
                    and d.outcome is not None
                    and d.ratifies_id is None
                ]
                last = standing[-1] if standing else None
                refused = last and any(
                    d.ratifies_id == last.id and d.outcome == "rejected" and d.id not in corrected
                    for d in decisions
                )
                is_open = bool(
                    last
                    and not refused
                    and last.version_id == current.id
                    and last.outcome in [str(o) for o in self.house.chain.opens_on(gate)]
                    and not any(c.decision_id == last.id and c.closed_at is None for c in conditions)
                )
            elif isinstance(gate, SignoffGate):
                signed = [
                    s
                    for s in signoffs
                    if s.gate_key == gate.key
                    and (s.stage, s.visit) == here
                    and s.id not in recalled
                    and s.result
                ]
                is_open = bool(
                    signed and signed[-1].result == "approved" and signed[-1].version_id == current.id
                )
            else:
                is_open = any(
                    p.gate_key == gate.key
                    and p.visit == plan.visit
                    and p.version_id == current.id
                    and p.published_at is not None
                    and (p.closes_on - p.opens_on).days >= 6
                    and self.house.now >= end_of_day(p.closes_on)
                    and not any(o.period_id == p.id and o.answer_id is None and not o.late for o in opinions)
                    for p in periods
                )
            if not is_open:
                shut.append(gate.key)
        return shut

    def replays(self) -> None:
        """The log, from its start, says the same stage; and it verifies."""
        with self.office.reading() as db:
            event_log.verify(db)
            plan = plan_by_key(db, "dx")
            stage, status = None, "active"
            for row in db.scalars(select(Event).where(Event.plan_id == plan.id).order_by(Event.seq)):
                data = json.loads(row.data)
                stage = data.get("to", stage)
                status = data.get("status", status)
            assert (stage, status) == (plan.stage.key, plan.status)

    # --- small things ------------------------------------------------------------------------------------

    def tries(self, act: Any) -> Any:
        try:
            return act()
        except SakuteiError as error:
            assert error.message
            return None

    def one_of(self, kind: type, pick: int) -> Any:
        gates = [gate for gate in self.house.plan().stage.gates if isinstance(gate, kind)]
        return gates[pick % len(gates)] if gates else None

    def newest(self, table: Any, which: Any, pick: int) -> Any:
        with self.office.reading() as db:
            found = list(db.scalars(select(table).where(which).order_by(table.id.desc()).limit(3)))
            db.expunge_all()
        return found[pick % len(found)] if found else None

    def body_of_condition(self, condition: int) -> str:
        with self.office.reading() as db:
            found = db.scalar(
                select(Decision.body_key)
                .join(Condition, Condition.decision_id == Decision.id)
                .where(Condition.id == condition)
            )
        assert found is not None
        return found


class START:
    """The moment every life begins; set when the template is peopled."""

    now: Any = None


def _peopled(office: Office) -> None:
    """Seat the people of the three bodies once; every run begins from a copy."""
    raw = {
        "format": 1, "key": "base", "title": "任意", "office": "市",
        "bodies": [{"key": b, "name": f"会議体{b}", "kind": "deliberative", "chair": "会長"} for b in BODIES],
        "stages": [{"key": "s0", "label": "段階", "decided": True}],
    }  # fmt: skip
    START.now = House(office, Chain.model_validate(raw)).now + timedelta(days=1)


def _lives(make_office: Any, runs: int) -> None:
    kind = type("AnyLife", (Life,), {"make_office": staticmethod(make_office)})
    run_state_machine_as_test(
        kind,
        settings=settings(
            max_examples=runs,
            stateful_step_count=16,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=False,
        ),
    )


@pytest.mark.slow
@pytest.mark.parametrize("part", range(2))
def test_no_plan_on_any_chain_passes_a_shut_gate(sqlite: SQLite, tmp_path: Path, part: int) -> None:
    with sqlite.office(tmp_path) as office:
        _peopled(office)

    def a_copy() -> tuple[Office, Any]:
        folder = Path(tempfile.mkdtemp(dir=tmp_path))
        shutil.copy(tmp_path / "sakutei.db", folder / "x.db")
        made = Office(f"sqlite:///{folder}/x.db", folder / "files")
        event.listen(made.engine, "connect", lambda c, _: c.execute("PRAGMA synchronous=OFF"))

        def throw_away() -> None:
            made.close()
            shutil.rmtree(folder)

        return made, throw_away

    _lives(a_copy, RUNS // 2)
