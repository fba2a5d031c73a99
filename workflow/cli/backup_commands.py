"""`sakutei backup`"""

from pathlib import Path
from typing import Annotated

import typer

from workflow.cli import show
from workflow.cli.options import now
from workflow.domain.calendar import TOKYO
from workflow.store.backup import archive
from workflow.store.backup.envelope import read_key
from workflow.store.settings import settings

app = typer.Typer(rich_markup_mode=None)


@app.command()
def backup(
    to: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="新しいファイルの名前。省くと日時の名前で、いまのフォルダーに"),
    ] = None,
) -> None:
    """記録と文書を一つのファイルに控える。使用中でもよい。鍵（SAKUTEI_BACKUP_KEY_FILE）があれば暗号化する。"""
    found, at = settings(), now()
    key = read_key(found.backup_key_file)
    place = to or Path(f"sakutei-{at.astimezone(TOKYO):%Y%m%d-%H%M%S}.backup")
    office = found.office()
    try:
        made = archive.write(office, place, key, now=at)
    finally:
        office.close()
    show.say(
        f"バックアップができました: {place}（{place.stat().st_size:,} バイト、出来事 {made.position} 件まで、"
        f"{'暗号化済み' if key else '暗号化なし'}）。"
    )
    if made.missing:
        show.say(
            f"壊れているか失われている文書 {len(made.missing)} 件は入っていません: {'、'.join(made.missing)}"
        )
        raise typer.Exit(1)
