"""Calls on definitions: which there are, and one in full."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from workflow.queries.chains import chain_for, chains_by_key
from workflow.web.api.models import ChainName
from workflow.web.api.routing import Call, Caller, reads
from workflow.wire.chains import Chains

router = APIRouter(route_class=Call, tags=["definitions"])


@router.get("/chains", response_model=Chains, **reads())
def chains(caller: Caller) -> Any:
    """使える策定の流れの一覧。"""
    with caller.office.reading() as db:
        return Chains.of(chains_by_key(db))


@router.get("/chains/{chain}", response_model=dict[str, Any], **reads())
def chain(caller: Caller, chain: ChainName) -> JSONResponse:
    """一つの策定の流れの全文。形は `sakutei chain schema` の JSON Schema のとおり。"""
    with caller.office.reading() as db:
        return JSONResponse(chain_for(db, chain).model_dump(mode="json"))
