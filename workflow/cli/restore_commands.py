"""`sakutei restore`"""

from pathlib import Path
from typing import Annotated

import typer

from workflow.cli import show
from workflow.cli.options import now
from workflow.store.backup.envelope import read_key
from workflow.store.backup.restoring import restore as put_back
from workflow.store.settings import settings

app = typer.Typer(rich_markup_mode=None)


@app.command()
def restore(
    backup: Annotated[Path, typer.Argument(metavar="FILE", help="`sakutei backup` で作ったファイル")],
) -> None:
    """バックアップから復元する。全体を確かめてから置き換え、いまのデータベースは名前を変えて残す。"""
    found = settings()
    key = read_key(found.backup_key_file)
    with backup.open("rb") as opened:
        office = found.office()
        try:
            done = put_back(office, opened, key, now=now())
        finally:
            office.close()
    manifest = done.manifest
    show.say(f"{show.moment(manifest.made_at)} の状態に復元しました（出来事 {manifest.position} 件まで）。")
    if done.kept:
        show.say(f"元のデータベースは {done.kept} に残してあります。")
    if manifest.missing:
        show.say(
            f"控えた時に失われていた文書が {len(manifest.missing)} 件あります: {'、'.join(manifest.missing)}"
        )
    show.say("`sakutei log verify` と `sakutei db check` で確かめてください。")
