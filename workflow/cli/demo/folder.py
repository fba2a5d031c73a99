"""The folder a demonstration may fill: never over somebody's files."""

import shutil
from pathlib import Path

from workflow.domain.errors import BadInput
from workflow.store import private_files

_MARK = "sakutei-demo.txt"


def empty(folder: Path) -> None:
    """A clean folder. Raises `BadInput` when it holds something that is not an earlier demo's."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / _MARK).exists():
            raise BadInput(
                "置き場所", f"{folder} には他のものがあります", "--folder で別の場所を指定してください。"
            )
        shutil.rmtree(folder)
    private_files.make_folder(folder)
    (folder / _MARK).write_text(
        "sakutei demo が作ったフォルダーです。消してかまいません。\n", encoding="utf-8"
    )
