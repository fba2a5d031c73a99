"""The commands of `sakutei`. Each runs one use case or one query."""

import importlib
import os
import sys
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from definitions.errors import SakuteiError

_GROUPS = {
    "demo": "板橋区の計画を最初から最後まで再生する（これだけで動きます）",
    "init": "データベースを準備・更新し、最初のシステム管理者を登録する",
    "plan": "計画: 開始・版の登録・進行・差戻し・中断・再開・取下げ・一覧・履歴",
    "why": "計画がなぜ進めないか、誰がどの会議で解けるかを説明する",
    "work": "職員の手元で待っている仕事の一覧",
    "days": "職員の予定（会議・期限・仕事）の一覧",
    "paper": "会議資料: 登録・差し替え・取下げ・閲覧範囲・提出期限",
    "meeting": "会議: 準備・招集・変更・中止・終了・議題・出欠",
    "minutes": "会議録: 発言などの記録、概要と会議録の案・確認・訂正・承認",
    "open": "会議公開: 非公開・公開の決定、会議録の公開",
    "decision": "決定: 結果の記録・採決・専決・訂正・引戻し・条件の解消",
    "sign": "決裁: 決裁・引戻し・後閲",
    "comment": "パブリックコメント: 開始・意見の受付・回答・公表",
    "inquiry": "照会: 照会・回答・意見への対応・期限の延長・取下げ",
    "search": "検索: 閲覧できるものすべてから言葉で探す、索引の作り直し",
    "people": "名簿: 課・職員・所属・委員・代理者・閉庁日",
    "calendar": "取り込む予定表: 登録・一覧・読み直し・除去",
    "mail": "通知: 送信状況・再送",
    "serve": "ブラウザーで使う画面を開く（--demo で見本）",
    "scheduler": "お知らせを送り続ける（SIGTERM で止まる）",
    "log": "記録の検証と表示",
    "backup": "記録と文書を一つのファイルに控える（使用中でもよい）",
    "restore": "バックアップから復元する（いまの記録は残す）",
    "db": "データベースと文書の検査",
    "chain": "策定の流れ: 一覧・検査・JSON Schema",
    "diagram": "計画または策定の流れの図（mermaid）",
}

_NAMED_OTHERWISE = {
    "demo": "demo.command",
    "sign": "signoff_commands",
    "work": "worklist_commands",
    "days": "own_days_commands",
}


class _Lazy(TyperGroup):
    """Knows its commands by name; loads one when it is called, so that `--help` is quick."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(_GROUPS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        return (
            TyperCommand(cmd_name, help=_GROUPS[cmd_name], rich_markup_mode=None)
            if cmd_name in _GROUPS
            else None
        )

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name = args[0]
        if name not in _GROUPS:
            return super().resolve_command(ctx, args)
        module = importlib.import_module(f"workflow.cli.{_NAMED_OTHERWISE.get(name, f'{name}_commands')}")
        return name, typer.main.get_command(module.app), args[1:]


app = typer.Typer(
    cls=_Lazy,
    help="策定: 自治体の計画書の進行と決定を記録し、会議の前に知らせます。",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
)


@app.callback()
def sakutei() -> None:
    """Commands are found by `_Lazy`."""


def main() -> None:
    """The entry point. Whatever is wrong with the input is one message and exit code 2."""
    # Whatever is made below, other users of the machine cannot read it.
    os.umask(0o077)
    try:
        app()
    except SakuteiError as error:
        _refuse(error.message)
    except FileNotFoundError as error:
        _refuse(f"ファイル「{error.filename}」が見つかりません。名前と場所を確かめてください。")
    except OSError as error:
        _refuse(
            f"「{error.filename or ''}」を読み書きできません（{error.strerror}）。権限と空きを確かめてください。"
        )
    except KeyboardInterrupt:
        _refuse("中止しました。")


def _refuse(message: str) -> None:
    print(f"エラー: {message}", file=sys.stderr)
    sys.exit(2)
