"""A plan's path and the stretches of its texts, what a version was declared to be, and confirmations of corrected
texts; days of their own for what is entered later."""

import json
from datetime import UTC
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

MOMENT = sa.DateTime(timezone=True)
APPEND_ONLY = ("declaration", "confirmation")


def upgrade() -> None:
    op.add_column("plan", sa.Column("path", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("plan", sa.Column("stretch", sa.Integer(), nullable=False, server_default="1"))
    op.execute(
        "ALTER TABLE plan ADD COLUMN forerunner_id INTEGER CONSTRAINT fk_plan_forerunner_id REFERENCES plan (id)"
    )
    op.add_column("version", sa.Column("stretch", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("version", sa.Column("counts_from", MOMENT, nullable=True))
    op.add_column("version", sa.Column("counts_why", sa.Text(), nullable=True))
    op.add_column("decision", sa.Column("late_text_why", sa.Text(), nullable=True))
    op.add_column("condition", sa.Column("met_on", sa.Date(), nullable=True))
    op.add_column("step", sa.Column("counts_from", MOMENT, nullable=True))
    _declarations()
    _confirmations()
    for table in APPEND_ONLY:
        _never_changed(table)
    _find_the_paths()


def _declarations() -> None:
    op.create_table(
        "declaration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("conditions", sa.JSON(), nullable=False),
        sa.Column("declared_by", sa.Integer(), nullable=False),
        sa.Column("declared_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name="fk_declaration_version_id"),
        sa.ForeignKeyConstraint(["declared_by"], ["person.id"], name="fk_declaration_declared_by"),
        sa.PrimaryKeyConstraint("id", name="pk_declaration"),
    )
    op.create_index("ix_declaration_version_id", "declaration", ["version_id"])


def _confirmations() -> None:
    op.create_table(
        "confirmation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(60), nullable=False),
        sa.Column("visit", sa.Integer(), nullable=False),
        sa.Column("gate_key", sa.String(60), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("base_sha256", sa.String(64), nullable=False),
        sa.Column("result", sa.String(20), nullable=True),
        sa.Column("manner", sa.String(20), nullable=False),
        sa.Column("confirmed_by", sa.Integer(), nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("supersedes_id", sa.Integer(), nullable=True),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name="fk_confirmation_plan_id"),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name="fk_confirmation_decision_id"),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name="fk_confirmation_version_id"),
        sa.ForeignKeyConstraint(["confirmed_by"], ["person.id"], name="fk_confirmation_confirmed_by"),
        sa.ForeignKeyConstraint(["supersedes_id"], ["confirmation.id"], name="fk_confirmation_supersedes_id"),
        sa.ForeignKeyConstraint(["recorded_by"], ["person.id"], name="fk_confirmation_recorded_by"),
        sa.PrimaryKeyConstraint("id", name="pk_confirmation"),
        sa.UniqueConstraint("supersedes_id", name="uq_confirmation_supersedes_id"),
    )
    op.create_index("ix_confirmation_decision_id", "confirmation", ["decision_id"])
    op.create_index("ix_confirmation_plan_id_stage_visit", "confirmation", ["plan_id", "stage", "visit"])


def _never_changed(table: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION sakutei_append_only()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )


PLAN = sa.table(
    "plan",
    *(sa.column(name) for name in ("id", "chain_sha256", "stage", "visit", "stretch")),
    sa.column("entered_at", MOMENT),
    sa.column("path", sa.JSON()),
)
CHAIN = sa.table("chain_text", sa.column("sha256"), sa.column("text"))
VERSION = sa.table(
    "version", sa.column("plan_id"), sa.column("stage"), sa.column("visit"), sa.column("stretch")
)
STEP = sa.table(
    "step",
    *(sa.column(name) for name in ("plan_id", "revision", "trigger", "to_stage", "visit")),
    sa.column("taken_at", MOMENT),
)


def _find_the_paths() -> None:
    """Walk the steps of every plan again, and write what came of them."""
    bind = op.get_bind()
    columns = (PLAN.c.id, PLAN.c.stage, PLAN.c.visit, PLAN.c.entered_at, CHAIN.c.text)
    plans = bind.execute(sa.select(*columns).join(CHAIN, CHAIN.c.sha256 == PLAN.c.chain_sha256)).all()
    for plan in plans:
        of_plan = sa.select(STEP).where(STEP.c.plan_id == plan.id).order_by(STEP.c.revision)
        path, stretches = _walk(bind.execute(of_plan).all(), _stages_with_a_document(plan.text))
        path = path or [[plan.stage, plan.visit, 1, _moment(plan.entered_at)]]
        bind.execute(sa.update(PLAN).where(PLAN.c.id == plan.id).values(path=path, stretch=path[-1][2]))
        for (stage, visit), stretch in stretches.items():
            here = (VERSION.c.plan_id == plan.id) & (VERSION.c.stage == stage) & (VERSION.c.visit == visit)
            bind.execute(sa.update(VERSION).where(here).values(stretch=stretch))


def _walk(steps: Any, with_document: set[str]) -> tuple[list[list[Any]], dict[tuple[str, int], int]]:
    path: list[list[Any]] = []
    stretches: dict[tuple[str, int], int] = {}
    for step in steps:
        if step.trigger not in ("open", "advance", "send_back"):
            continue
        before = path[-1][2] if path else 1
        if step.trigger == "send_back":
            place = next((i for i, stay in enumerate(path) if stay[0] == step.to_stage), 0)
            before, path = path[place][2], path[:place]
        stretch = step.revision if step.to_stage in with_document else before
        path.append([step.to_stage, step.visit, stretch, _moment(step.taken_at)])
        stretches[step.to_stage, step.visit] = stretch
    return path, stretches


def _moment(read: Any) -> str:
    return str((read if read.tzinfo else read.replace(tzinfo=UTC)).isoformat())


def _stages_with_a_document(chain: str) -> set[str]:
    stages = json.loads(chain)["stages"]
    return {
        stage["key"]
        for stage in stages
        if any(gate["kind"] == "document" for gate in stage.get("gates") or ())
    }
