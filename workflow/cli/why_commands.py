"""`sakutei why PLAN`"""

import typer

from workflow import queries
from workflow.cli import show
from workflow.cli.options import Json, PlanKey, at_office, now
from workflow.domain.plans import Status
from workflow.queries.plans import plan_by_key
from workflow.wire.plans import Blockers

app = typer.Typer(rich_markup_mode=None)


@app.command()
def why(plan: PlanKey, json: Json = False) -> None:
    """計画がなぜ進めないか、誰が、どの会議で解けるかを説明する。"""
    with at_office() as office, office.reading() as db:
        found = queries.blockers(db, plan_by_key(db, plan), now())
    if json:
        show.as_json(Blockers.of(found))
        return
    fact = found.plan
    show.say(f"{fact.title}")
    show.say(show.rail(fact.chain, fact.stage.key, fact.status))
    if fact.status is not Status.ACTIVE:
        show.say(f"この計画は{fact.status.label}です。")
    elif found.reasons:
        show.say(f"「{fact.stage.label}」から進めない理由:")
        for reason in found.reasons:
            show.say(f"・{reason.words}")
    elif fact.chain.after(fact.stage):
        show.say("必要な手続はすべて済んでいます。担当課の職員が進められます。")
    else:
        show.say("最後の段階です。")
