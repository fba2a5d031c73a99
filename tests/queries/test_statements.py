"""How many SQL statements a use case costs."""

from datetime import date
from itertools import product

import pytest
from sqlalchemy import text

from definitions.terms import Outcome
from tests.support.counting import counted
from tests.support.scenario import House
from workflow import actions, queries
from workflow.domain.inquiries import GivenRemark, Silence, Verdict
from workflow.domain.minutes import Speaker
from workflow.domain.rsvp import Intent
from workflow.queries.reading_rights import EVERYTHING
from workflow.store.tables import APPEND_ONLY, Record


def test_recording_a_decision_takes_at_most_eight_statements(house: House) -> None:
    house.a_plan()
    house.a_version()
    house.agree("policy_bukai")
    item = house.an_item("policy_honbu")
    with counted(house) as sent:
        actions.record_outcome(house.office, "ict_honbu_office", item, Outcome.APPROVED, now=house.now)
    assert 4 <= len(sent) <= 8, "\n\n".join(sent)


def test_advancing_takes_at_most_nine_statements(house: House) -> None:
    house.a_plan()
    house.open_every_gate()
    with counted(house) as sent:
        house_seen = 1
        actions.advance(house.office, "tanto", "dx", seen=house_seen, now=house.now)
    assert 4 <= len(sent) <= 9, "\n\n".join(sent)


@pytest.mark.parametrize("person", ["tanto", "joho_bukai_office", "mayor"])
def test_the_worklist_and_the_plan_list_cost_the_same_for_more_plans(house: House, person: str) -> None:
    def cost() -> tuple[int, int]:
        with house.office.reading() as db:
            with counted(house) as work:
                queries.worklist(db, person, house.now)
            with counted(house) as plans:
                queries.plan_list(db, EVERYTHING)
        return len(work), len(plans)

    house.a_plan("one", at="proposal")
    house.a_version(key="one")
    house.an_item("proposal_bukai", "one")
    cost()
    before = cost()
    for number in range(4):
        house.a_plan(f"more{number}")
        house.a_version(key=f"more{number}")
        house.an_item("policy_bukai", f"more{number}")
    assert cost() == before
    assert before[0] <= 10
    assert before[1] == 1


@pytest.mark.parametrize("chain", ["shingikai_gian"])
def test_the_database_itself_refuses_to_rewrite_what_was_decided(house: House) -> None:
    house.a_plan(at="bill")
    house.a_version()
    house.agree("bill_chogi")
    with house.office.reading() as db:
        item = db.scalars(text("SELECT max(id) FROM agenda_item")).one()
    said = actions.Spoken(Speaker.CHAIR, "ほかにあるか。")
    actions.record_speech(house.office, "chogi_office", item, said, now=house.now)
    actions.sign(house.office, "mayor", "dx", "bill_mayor", seen=house.text(), now=house.now)
    house.a_correction()
    house.confirm("bill_chogi")
    comes = actions.GivenRsvp(Intent.ATTENDS)
    actions.give_rsvp(house.office, "chogi_1", house.a_meeting("chogi"), comes, now=house.now)
    asked = actions.inquire(
        house.office, "tanto", "dx", "照会", "御意見を", ["用語は正しいか"], departments=["mayor"],
        due_on=date(2099, 1, 5), silence=Silence.NO_OBJECTION, now=house.now,
    )  # fmt: skip
    remarks = [GivenRemark("古い")]
    actions.answer_inquiry(house.office, "mayor", "dx", asked, remarks, has_opinion=True, now=house.now)
    actions.respond_to_remark(house.office, "tanto", "dx", asked, 1, Verdict.ADOPTED, "改めた", now=house.now)
    verbs = ["UPDATE {0} SET {1} = {1}", "DELETE FROM {0}"]
    if house.office.engine.dialect.name == "postgresql":
        verbs.append("TRUNCATE {0} CASCADE")
    for table, verb in product(APPEND_ONLY, verbs):
        column = next(iter(Record.metadata.tables[table].columns)).name
        with house.office.engine.connect() as connection:
            assert connection.scalar(text(f"SELECT count(*) FROM {table}")), f"no row in {table} to protect"
            with pytest.raises(Exception, match="append-only"):
                connection.execute(text(verb.format(table, column)))
