"""A stopped plan, and who is named to mend it."""

from sqlalchemy import select

from definitions.terms import Outcome
from tests.support.scenario import House
from workflow import actions
from workflow.store.tables import Decision


def test_the_gate_before_a_fallen_one_is_named_with_who_opens_it(house: House) -> None:
    """The 部会 of 策定方針 is not mandatory, but the 本部, which is, comes after it."""
    house.a_plan(at="outline")
    with house.office.reading() as db:
        decision = select(Decision.id).where(Decision.gate_key == "policy_bukai")
        agreed = db.scalars(decision).one()
    actions.correct_decision(
        house.office, "joho_bukai_office", agreed, Outcome.RETURNED, "誤記", now=house.now
    )
    assert house.why()[0].startswith("部会での検討: 済んだ「策定方針」の手続が効力を失いました。")
    assert "の結果は「差戻し」です。" in house.why()[0]
    assert "事務局または部会長が記録します" in house.why()[0]
    assert house.why()[1].startswith(
        "本部への報告: 済んだ「策定方針」の手続が効力を失いました。先に「部会での検討」が"
    )

    house.agree("policy_bukai")
    house.agree("policy_honbu")
    assert not any("効力を失いました" in line for line in house.why())
