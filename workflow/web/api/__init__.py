"""The JSON beside the pages: the same use cases and rights, under /api/v1. A subject is a file; a call is one short
function in it that names its use case."""

import inspect
from enum import StrEnum
from functools import cache
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import State
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute

from definitions import terms
from notifications import kinds
from workflow import actions, queries
from workflow.domain import comparison, gates, machine, texts
from workflow.domain import inquiries as inquiry_rules
from workflow.domain import search as search_rules
from workflow.domain.errors import SakuteiError
from workflow.web.api import (
    chains,
    circulation,
    comments,
    decisions,
    in_writing,
    inquiries,
    kept_calendars,
    meetings,
    minutes,
    open_meetings,
    papers,
    people,
    plans,
    preparing,
    problems,
    search,
    worklist,
)
from workflow.web.api.problems import Problem
from workflow.web.api.rate_limit import Pace

ROUTERS = (
    plans.router,
    preparing.router,
    meetings.router,
    in_writing.router,
    papers.router,
    minutes.router,
    open_meetings.router,
    decisions.router,
    comments.router,
    circulation.router,
    inquiries.router,
    people.router,
    kept_calendars.router,
    chains.router,
    search.router,
    worklist.router,
)
SUBJECTS = {
    "plans": "計画",
    "meetings": "会議と議題",
    "minutes": "会議の記録と会議録",
    "decisions": "決定と決裁",
    "comments": "パブリックコメント",
    "reading": "供覧と意見交換",
    "inquiries": "照会",
    "people": "名簿と会議体",
    "definitions": "策定の流れ",
    "search": "検索",
    "work": "今日の仕事・記録・通知",
}
"""The tags of the calls, with their names."""

_ABOUT = """ページと同じ操作を、同じ権限で、JSON で行います。

- 連携キーは「連携キー」のページで発行し、`Authorization: Bearer …` で送ります。Cookie は使いません。
- 日時は時差付きの ISO 8601、日は 2023-06-12 の形です。
- 書込みは 201、下見（`?dry_run=true`）は 200 で答えます。下見は何も記録せず、誰に何が送られるかだけを示します。
- 書込みに `Idempotency-Key` を付けると、通信が切れて送り直しても二度は行いません。同じ値には 7 日の間、初めの答えを返します
  （`Idempotent-Replayed: true`）。別の内容に同じ値を使うと 422、処理中なら 409 です。
- できなかったことは RFC 9457（`application/problem+json`）で答えます。
"""


def build(state: State) -> FastAPI:
    """The calls, as an application to be mounted under /api beside the pages; `state` is that of the pages."""
    api = _Api(
        title="策定 API",
        version="1",
        description=_ABOUT,
        docs_url=None,
        redoc_url=None,
        openapi_url="/v1/openapi.json",
        openapi_tags=[{"name": name, "description": words} for name, words in SUBJECTS.items()],
        servers=[{"url": "/api"}],
        root_path_in_servers=False,
        redirect_slashes=False,
        routes=[*_routes()],
    )
    api.state = state
    api.state.pace = Pace()
    api.exception_handler(SakuteiError)(problems.refused)
    api.exception_handler(RequestValidationError)(problems.invalid)
    api.exception_handler(HTTPException)(problems.unanswerable)
    api.exception_handler(Exception)(problems.unexpected)
    return api


@cache
def _routes() -> list[BaseRoute]:
    """The routes of all calls, made ready once for all applications of a process."""
    calls = APIRouter(generate_unique_id_function=lambda route: route.name)
    for router in ROUTERS:
        calls.include_router(router, prefix="/v1")
    return calls.routes


class _Api(FastAPI):
    """Describes itself with the parts that no single call declares."""

    def openapi(self) -> dict[str, Any]:
        fresh = self.openapi_schema is None
        described = super().openapi()
        if fresh:
            parts = described["components"]
            parts["securitySchemes"] = {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "「連携キー」で発行した連携キー",
                }
            }
            parts["schemas"] |= _problem_schemas()
            _name_values(parts["schemas"])
            for methods in described["paths"].values():
                for call in methods.values():
                    call["summary"] = call["description"].partition("。")[0]
        return described


def _problem_schemas() -> dict[str, Any]:
    schema = Problem.model_json_schema(mode="serialization", ref_template="#/components/schemas/{model}")
    return {**schema.pop("$defs", {}), "Problem": schema}


def _name_values(schemas: dict[str, Any]) -> None:
    """Says of each closed list what its values are called."""
    for module in (
        terms,
        kinds,
        actions,
        gates,
        machine,
        comparison,
        texts,
        queries,
        inquiry_rules,
        search_rules,
    ):
        for name, kind in inspect.getmembers(module, inspect.isclass):
            if name in schemas and issubclass(kind, StrEnum):
                schemas[name]["description"] = "、".join(
                    f"{each.value}: {getattr(each, 'label', each.value)}" for each in kind
                )
