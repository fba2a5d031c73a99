"""`sakutei log …`"""

from json import dumps
from pathlib import Path
from typing import Annotated

import typer

from notifications import signing
from notifications.witness import witness_in
from workflow.cli import show
from workflow.cli.options import Json, at_office, now
from workflow.domain.errors import BadInput, RecordUnproven
from workflow.queries.log import last_entries
from workflow.store import proof as proof_of
from workflow.store.settings import settings
from workflow.wire.log import WholeLog

app = typer.Typer(no_args_is_help=True, help="記録", rich_markup_mode=None)


@app.command()
def verify(
    witness: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE.eml", help="策定から届いたメールを保存したもの（何通でも）"),
    ] = None,
    since_last: Annotated[
        bool,
        typer.Option(
            "--since-last",
            help="前回の検証より後に書かれたものだけを見る。全体の検証から 7 日が過ぎていれば全体を見る",
        ),
    ] = False,
) -> None:
    """記録の全体を検証する: 出来事のつながり、書かれた行、計画の段階、保管された文書。異なるところをすべて示す。"""
    if since_last and witness:
        raise BadInput(
            "--since-last",
            "控えのメールとは照合できません",
            "控えのメールとは、全体の検証で照合します。--since-last を外してください。",
        )
    key = settings().key_of_the_log
    witnesses = [witness_in(mail, key) for mail in witness or ()]
    with at_office() as office:
        if since_last:
            proof, doubt = proof_of.verify_what_is_new(office, now=now())
            if doubt is not None:
                show.say(f"{doubt}。全体を検証しました。")
        else:
            proof = proof_of.verify(office, witnesses, now=now())
    if not proof.whole:
        raise RecordUnproven(proof.findings)
    if proof.after:
        show.say(
            f"{proof.after} 番までは、前回までに確かめたものです。それまでに書かれたままの行と文書は、今回は見直していません。"
        )
    show.say(f"記録は改変されていません（{proof.events} 件）。")
    show.say(f"行 {proof.rows} 件と文書 {proof.documents} 件は、記録のとおりです。")
    show.say(f"アクセス記録も改変されていません（{proof.entries} 件）。")
    if proof.since is not None and proof.since > 1:
        show.say(f"行は、{proof.since} 番の出来事から証明されています。それより前の変更は分かりません。")
    show.say(f"最後の出来事: {proof.seq} 番、ハッシュ {proof.head}")


@app.command()
def key() -> None:
    """記録に署名する鍵の公開鍵と、その指紋。監査が、受け取ったメールのものと見比べる。"""
    found = signing.public_key(settings().key_of_the_log)
    show.say(found.pem)
    show.say(f"指紋（SHA-256）: {found.fingerprint}")


@app.command("show")
def show_log(
    json: Json = False, last: Annotated[int, typer.Option(min=1, help="終わりから何件")] = 50
) -> None:
    """記録の終わりの部分。"""
    with at_office() as office, office.reading() as db:
        found = last_entries(db, last)
    if json:
        show.as_json(WholeLog.of(found))
        return
    show.table(
        "記録",
        ("番号", "日時", "誰が", "何を", "内容"),
        [(e.seq, show.moment(e.at), e.name, e.tag.label, dumps(e.data, ensure_ascii=False)) for e in found],
    )
