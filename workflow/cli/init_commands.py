"""`sakutei init`"""

from typing import Annotated

import typer

from workflow import actions
from workflow.cli import show
from workflow.cli.options import now
from workflow.store import schema
from workflow.store.settings import settings

app = typer.Typer(rich_markup_mode=None)


@app.command()
def init(
    admin: Annotated[str | None, typer.Option(help="最初のシステム管理者の利用者ID")] = None,
    name: Annotated[str, typer.Option(help="その氏名")] = "",
    email: Annotated[str, typer.Option(help="その電子メール")] = "",
) -> None:
    """データベースを準備する（古い形式なら更新する）。何度行ってもよい。"""
    found = settings()
    office = found.office()
    try:
        schema.migrate(office)
        where = office.engine.url.render_as_string(hide_password=True)
        show.say(f"データベースの準備ができました: {where}")
        if admin is not None:
            actions.begin(office, admin, name, email, now=now())
            show.say(
                f"システム管理者「{admin}」を登録しました。画面に入るには、パスワードを設定してください:"
            )
            show.say(f"sakutei people password {admin} --as {admin}")
    finally:
        office.close()
