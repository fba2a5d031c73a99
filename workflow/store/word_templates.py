"""Word templates: checked, with every fault by its place and its mend, and filled. Both happen in a process of its own
within bounds (`word_template_process`), which knows nothing of the office."""

import json
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from workflow.domain.errors import BadInput
from workflow.domain.language import reworded, say
from workflow.domain.sheets import Names
from workflow.store.bounded_process import OutOfBounds, one_at_a_time, run_bounded

LARGEST = 10 * 1024**2
"""The largest template taken, in bytes."""
SECONDS, MEMORY = 20, 1024**3
_PLACES = {
    "body": say("本文"),
    "header": say("ヘッダー"),
    "footer": say("フッター"),
    "note": say("脚注"),
    "comment": say("コメント"),
}
_PROCESS = Path(__file__).with_name("word_template_process.py")
_ONE_AT_A_TIME = threading.Lock()


def faults_of(template: Path, names: Names, example: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with a template, each fault with its place and its mend; it is filled with an example, and with nothing,
    too."""
    if template.stat().st_size > LARGEST:
        return [
            say(
                "テンプレートが大きすぎます。{megabytes} MB 以内の Word 文書にしてください。",
                megabytes=LARGEST // 1024**2,
            )
        ]
    with tempfile.TemporaryDirectory() as folder:
        return [fault_words(each) for each in _answer(template, names, [example, {}], Path(folder))]


def filled(template: Path, names: Names, values: Sequence[Mapping[str, Any]]) -> list[bytes]:
    """Return the template filled with each of the values. Raises `BadInput` where it cannot be used, `SheetNotMade`."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        found = _answer(template, names, values, folder)
        if found:
            raise BadInput(
                "テンプレート",
                say("使えません（{fault}）", fault=fault_words(found[0])),
                "設定の「書類のテンプレート」で直すか、既定のものに戻してください。",
            )
        return [(folder / f"{number}.docx").read_bytes() for number in range(len(values))]


def _answer(
    template: Path, names: Names, values: Sequence[Mapping[str, Any]], folder: Path
) -> list[dict[str, str]]:
    job = {"template": str(template.resolve()), "names": names, "values": list(values), "folder": str(folder)}
    command = [sys.executable, "-I", str(_PROCESS)]
    with one_at_a_time(_ONE_AT_A_TIME):
        try:
            ended = run_bounded(
                command, folder=folder, seconds=SECONDS, memory=MEMORY, given=json.dumps(job).encode()
            )
        except OutOfBounds:
            return [{"kind": "too_much"}]
    if ended.code:
        return [{"kind": "too_much" if ended.code < 0 else "broken"}]
    answer: list[dict[str, str]] = json.loads(ended.output)["faults"]
    return answer


def fault_words(fault: Mapping[str, str]) -> str:
    """A fault in the language chosen, with its place and its mend."""
    place, name, near = (
        reworded(_PLACES[fault.get("place", "body")]),
        fault.get("name", ""),
        fault.get("near", ""),
    )
    match fault["kind"]:
        case "no_docx":
            return say("Word 文書（docx）として読めません。Word で開き、docx で保存し直してください。")
        case "macros":
            return say("マクロ付きの文書です。マクロを含まない docx で保存し直してください。")
        case "too_much":
            return say("大きすぎるか、入り組みすぎています。図を減らし、繰返しを簡単にしてください。")
        case "outside":
            return say(
                "文書の外のもの（{what}: {target}）を取り込んでいます。図は文書に埋め込み、リンクと埋込みオブジェクトを外してください。",
                what=fault["what"],
                target=fault["target"],
            )
        case "field":
            return say(
                "{place}: フィールド「{what}」は使えません。フィールドを消すか、文字にしてください。",
                place=place,
                what=fault["what"],
            )
        case "wide":
            return say(
                "{place}「{near}」: 括弧や％が全角です。半角の {example} で書いてください。",
                place=place,
                near=near,
                example="{{ }}・{% %}",
            )
        case "elsewhere":
            return say(
                "{place}「{near}」: 差込みは、本文・ヘッダー・フッターにだけ書けます。",
                place=place,
                near=near,
            )
        case "unclosed":
            return say(
                "{place}「{near}」: 差込みの印が閉じていません。{example} を、1 つの段落の中で開いて閉じてください。",
                place=place,
                near=near,
                example="{{ }}・{% %}",
            )
        case "syntax":
            return say(
                "{place}「{near}」: 差込みを読めません（{why}）。{loop} には {end} を、{test} には {otherwise} を添えてください。",
                place=place,
                near=near,
                why=fault["why"],
                loop="{% for … %}",
                end="{% endfor %}",
                test="{% if … %}",
                otherwise="{% endif %}",
            )
        case "unknown":
            said = say("{place}: 「{name}」という差込みはありません。", place=place, name=name)
            like = fault.get("like", "")
            return said + (
                say("「{like}」のことですか。", like=like) if like else say("一覧から選んでください。")
            )
        case "no_text":
            return say(
                "{place}: 「{name}」は一覧です。{loop} で繰り返し、その中の項目を書いてください。",
                place=place,
                name=name,
                loop=f"{{% for … in {name} %}}",
            )
        case "no_list":
            return say(
                "{place}: 「{name}」は一覧でないので、繰り返せません。一覧の名前を書いてください。",
                place=place,
                name=name,
            )
        case "deep":
            return say(
                "{place}: 「{name}」の繰返しが深すぎます。{most} 重までにしてください。",
                place=place,
                name=name,
                most=fault["like"],
            )
        case "forbidden":
            return say(
                "{place}「{near}」: 「{name}」は使えません。使えるのは、差込みの名前、繰返し、条件だけです。",
                place=place,
                near=near,
                name=name,
            )
        case "torn":
            return say(
                "繰返しや条件が、段落や表の行をまたいで途中で切れています。{paragraph} は段落を、{row} は表の行を 1 つ使って、"
                "その行だけに書いてください。",
                paragraph="{%p … %}",
                row="{%tr … %}",
            )
        case _:
            return say("Word 文書に差し込めません。Word で新しい文書に写し、docx で保存し直してください。")
