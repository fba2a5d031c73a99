"""The plans of the office as a sheet by months: narrowed, sorted, page by page, on screen, on paper and as Excel."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from markupsafe import Markup
from pydantic import BaseModel

from workflow import queries
from workflow.domain.calendar import month_of, shown_day, tokyo_day
from workflow.domain.language import say
from workflow.domain.lateness import Course, standing_words
from workflow.domain.plans import Status
from workflow.queries.bodies import body_names
from workflow.queries.chains import kept_chains
from workflow.queries.plan_sheet import SheetRow, sheet_rows
from workflow.queries.plans import Order, Page, served_by
from workflow.queries.reading_rights import plans_readable
from workflow.store.database import Reading
from workflow.web import plan_sheet_table
from workflow.web.permissions import Open, needs
from workflow.web.rendering import download, page
from workflow.web.session import Page as PageRoute
from workflow.web.session import Reader, Visitor
from workflow.web.spreadsheet import EXCEL, workbook
from workflow.web.svg.gantt import HATCHED, Window, bars, scale

router = APIRouter(route_class=PageRoute)

PLANS_ON_A_PAGE = 50
PLANS_IN_EXCEL = 1000
WINDOWS = (12, 18, 36)
"""Numbers of months that can be shown at once."""
MONTHS_BEFORE = 3
"""Months shown before the present one, unless somebody asks for others."""


class Asked(BaseModel):
    """A view of the plans, as its address asks for it. A field left empty narrows nothing."""

    words: str = ""
    status: str = ""
    stage: str = ""
    department: str = ""
    body: str = ""
    person: str = ""
    late: str = ""
    order: str = ""
    since: str = ""
    months: str = ""
    density: str = ""

    def address(self, **more: str) -> str:
        """The query of the same view, with these changed."""
        given = {**self.model_dump(), **more}
        return urlencode({name: value[:100] for name, value in given.items() if value})


@router.get("/plans", openapi_extra=needs(Open.SIGNED_IN))
def plans(request: Request, who: Reader, asked: Annotated[Asked, Query()], following: str = "") -> Response:
    """The plans that the person may read, narrowed as asked. The address is the view: it can be kept and sent."""
    with who.office.reading() as db:
        found = _found(db, who, asked, following, PLANS_ON_A_PAGE)
        rows = sheet_rows(db, found.plans, who.now)
        departments, bodies = queries.departments(db), body_names(db)
        stages = {stage.key: stage.label for chain in kept_chains(db).values() for stage in chain.stages}
    today, window = tokyo_day(who.now), _window(asked, who)
    return page(
        request,
        "plans.html",
        who=who,
        rows=rows,
        asked=asked,
        today=today,
        window=window,
        scale=Markup(scale(window)),  # noqa: S704
        hatched=Markup(HATCHED),  # noqa: S704
        drawn={plan: Markup(drawn) for plan, drawn in bars(rows, window, today).items()},  # noqa: S704
        grouped=asked.order == Order.DEPARTMENT,
        Course=Course,
        standing_words=standing_words,
        stay_words=_stay_words,
        statuses=list(Status),
        orders=list(Order),
        windows=WINDOWS,
        stages=list(stages.items()),
        departments=departments,
        bodies=bodies,
        earlier=_to(asked, since=window.moved(-window.count // 2)),
        later=_to(asked, since=window.moved(window.count // 2)),
        excel=f"/plans.xlsx?{asked.address()}",
        first_page=_to(asked) if following else None,
        next_page=_to(asked, following=found.following) if found.following else None,
        may_open=bool(who.person.departments),
    )


@router.get("/plans.xlsx", openapi_extra=needs(Open.SIGNED_IN))
def plans_as_excel(who: Reader, asked: Annotated[Asked, Query()]) -> Response:
    """The same plans as Excel, as many as fit in one file; its last row says so where there are more."""
    with who.office.reading() as db:
        rows: list[SheetRow] = []
        for _ in range(PLANS_IN_EXCEL // PLANS_ON_A_PAGE):
            found = _found(db, who, asked, rows[-1].plan.key if rows else "", PLANS_ON_A_PAGE)
            rows += sheet_rows(db, found.plans, who.now)
            if found.following is None:
                break
    table = plan_sheet_table.rows(rows, tokyo_day(who.now))
    if found.following is not None:
        more = say(
            "{most} 件までです。この後の計画は入っていません。絞り込んで、分けて受け取ってください。",
            most=PLANS_IN_EXCEL,
        )
        table.append([more])
    return download(workbook(say("計画"), table, plan_sheet_table.WIDTHS), EXCEL, say("計画一覧.xlsx"))


def _found(db: Reading, who: Visitor, asked: Asked, following: str, limit: int) -> Page:
    of_body = [sha256 for sha256, chain in kept_chains(db).items() if chain.has_body(asked.body)]
    return queries.plan_list(
        db,
        plans_readable(db, who.person) & served_by(asked.person[:60], tokyo_day(who.now))
        if asked.person
        else plans_readable(db, who.person),
        order=Order(asked.order) if asked.order in set(Order) else Order.KEY,
        chains=of_body if asked.body else None,
        late_on=tokyo_day(who.now) if asked.late else None,
        department=asked.department or None,
        status=Status(asked.status) if asked.status in set(Status) else None,
        stage=asked.stage or None,
        query=asked.words[:100],
        following=following[:60] or None,
        limit=limit,
    )


def _window(asked: Asked, who: Visitor) -> Window:
    """The months shown: those asked for, or from some before this one."""
    count = int(asked.months) if asked.months in map(str, WINDOWS) else WINDOWS[1]
    try:
        return Window.around(asked.since, count)
    except ValueError:
        return Window.around(Window.around(month_of(tokyo_day(who.now)), 1).moved(-MONTHS_BEFORE), count)


def _stay_words(row: SheetRow) -> str:
    """The actual stages of a plan, in words: what its bars show."""
    stays = (
        f"{row.plan.chain.stage(stage).label} {shown_day(first)}～{shown_day(last)}"
        for stage, first, last in row.stays
    )
    return " ".join(stays)


def _to(asked: Asked, **more: str) -> str:
    return f"/plans?{asked.address(**more)}"
