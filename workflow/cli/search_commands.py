"""`sakutei search WORDS`, and `sakutei search rebuild`"""

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from workflow.actions.search import rebuild_index
from workflow.cli import show
from workflow.cli.options import By, Json, at_office, now
from workflow.domain.calendar import tokyo_day
from workflow.domain.search import SearchKind
from workflow.queries.actor import actor
from workflow.queries.search import search as searched
from workflow.wire.search import SearchShown, place_of, text_of


class _WordsOrCommand(TyperGroup):
    """Takes what is no command for words to look for."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        known = args[0] in self.commands
        return super().resolve_command(ctx, args if known else ["words", *args])


app = typer.Typer(cls=_WordsOrCommand, no_args_is_help=True, help="検索", rich_markup_mode=None)


@app.command()
def words(
    words: Annotated[list[str], typer.Argument(metavar="WORDS", help="探す言葉。すべてを含むものを探す")],
    by: By,
    kind: Annotated[SearchKind | None, typer.Option("--kind", help="この種類だけ")] = None,
    following: Annotated[str | None, typer.Option("--following", help="前の答えの following")] = None,
    json: Json = False,
) -> None:
    """職員が閲覧できるものすべてから、言葉で探す（`sakutei search 言葉` でも同じ）。"""
    with at_office() as office, office.reading() as db:
        who = actor(db, by, tokyo_day(now()))
        found = searched(db, who, " ".join(words), kind=kind, following=following)
    if json:
        show.as_json(SearchShown.of(found))
        return
    if found.behind is not None:
        show.say(f"{show.moment(found.behind)} までの記録から探しました。")
    rows = [
        (group.kind.label, text_of(hit.title), text_of(hit.excerpt), place_of(hit))
        for group in found.groups
        for hit in group.hits
    ]
    show.table("見つかったもの", ("種類", "名称", "見つかったところ", "ページ"), rows)
    for group in found.groups:
        if group.following:
            show.say(
                f"{group.kind.label}: {group.count} 件のうち {len(group.hits)} 件です。続き: --kind {group.kind.value} --following {group.following}"
            )


@app.command()
def rebuild() -> None:
    """検索の索引を、記録と文書からはじめから作り直す（記録は変わりません。使用中でもよい）。"""
    with at_office() as office, show.terminal().status("作り直しています…"):
        made = rebuild_index(office)
    show.say(f"検索の索引を作り直しました: {made.entries} 件、文書 {made.documents} 件。")
