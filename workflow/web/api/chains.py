"""Calls on definitions: which there are, and one in full."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from definitions.chain import Chain
from definitions.load import shipped, shipped_chains
from workflow.domain.errors import NotFound
from workflow.queries.chains import chain_of
from workflow.store.tables import ChainText, Plan
from workflow.web.api.models import Key, Shown
from workflow.web.api.routing import Call, Caller, reads

router = APIRouter(route_class=Call, tags=["definitions"])


class ChainShown(Shown):
    """計画の進め方の定義"""

    key: str = Field(description="定義の鍵")
    title: str = Field(description="定義の名称")
    office: str = Field(description="庁名")
    stages: list[str] = Field(description="段階の名称、順に")


class Chains(Shown):
    """定義の一覧"""

    chains: list[ChainShown]


@router.get("/chains", response_model=Chains, **reads())
def chains(caller: Caller) -> Any:
    """使える定義の一覧。"""
    with caller.office.reading() as db:
        keys = sorted({*shipped_chains(), *db.scalars(select(ChainText.key))})
        found = [chain_named(db, key) for key in keys]
    return Chains(
        chains=[
            ChainShown(
                key=chain.key,
                title=chain.title,
                office=chain.office,
                stages=[stage.label for stage in chain.stages],
            )
            for chain in found
        ]
    )


@router.get("/chains/{chain}", response_model=dict[str, Any], **reads())
def chain(caller: Caller, chain: Key) -> JSONResponse:
    """一つの定義の全文。形は `sakutei chain schema` の JSON Schema のとおり。"""
    with caller.office.reading() as db:
        return JSONResponse(chain_named(db, chain).model_dump(mode="json"))


def chain_named(db: Session, key: str) -> Chain:
    """The chain of that key: as it comes with the program, else as the newest plan has it, else as it was added.
    Raises `NotFound` with the keys there are."""
    if key in shipped_chains():
        return shipped(key)
    found = db.scalar(
        select(ChainText.sha256)
        .outerjoin(Plan, Plan.chain_sha256 == ChainText.sha256)
        .where(ChainText.key == key)
        .group_by(ChainText.sha256)
        .order_by(func.coalesce(func.max(Plan.id), 0).desc())
        .limit(1)
    )
    if found is None:
        raise NotFound("定義", key, sorted({*shipped_chains(), *db.scalars(select(ChainText.key))}))
    return chain_of(db, found)
