"""Errors of the product. Each carries its data; its message is made in the reader's language and says what to do
next."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from definitions.errors import ChainInvalid, SakuteiError
from workflow.domain.blank import is_blank
from workflow.domain.language import reworded, say, translate

__all__ = [
    "AlreadyDone",
    "AnswerLost",
    "AuditBroken",
    "BackupUnusable",
    "BadInput",
    "CallRunning",
    "DatabaseUnusable",
    "DocumentDamaged",
    "HasLeft",
    "IdentityUnconfirmed",
    "KeyReused",
    "LinkUnusable",
    "NotAllowed",
    "NotFound",
    "NotNow",
    "OtherText",
    "PlanMoved",
    "QuorumMissing",
    "QuotaSpent",
    "RecordUnproven",
    "ReplyNotTaken",
    "RsvpLinkUnusable",
    "SakuteiError",
    "ScopeMissing",
    "SheetNotMade",
    "SignInRefused",
    "StepImpossible",
    "StorageFull",
    "TemplateRefused",
    "TokenRefused",
    "TooBusy",
    "TooLarge",
    "TooManyCalls",
    "TooManyTries",
    "TooManyUploads",
    "TooSlow",
    "UnknownStage",
    "message_of",
]


def message_of(error: SakuteiError) -> str:
    """Return the message of any error in the chosen language. Faults of a chain are translated here, because
    `definitions` has no catalogue."""
    return error.told(reworded) if isinstance(error, ChainInvalid) else error.message


class PlanMoved(SakuteiError):
    """Somebody else moved the plan since it was read."""

    def __init__(self, plan: str, seen: int, now: int) -> None:
        self.plan, self.seen, self.now = plan, seen, now

    @property
    def message(self) -> str:
        return say(
            "計画「{plan}」は、ご覧になった後に他の方が動かしました（ご覧の改訂 {seen}、現在 {now}）。"
            "最新の状態を確かめてから、もう一度操作してください。",
            plan=self.plan,
            seen=self.seen,
            now=self.now,
        )


class NotAllowed(SakuteiError):
    """The person has no right to this act on that day; `ended`: they had it when they did what it is about."""

    def __init__(self, person: str, act: str, needed: Sequence[str], *, ended: bool = False) -> None:
        self.person, self.act, self.needed, self.ended = person, act, tuple(needed), ended

    @property
    def message(self) -> str:
        act, needed = translate(self.act), say("、").join(translate(each) for each in self.needed)
        if self.ended:
            return say(
                "{person}さんが「{act}」を行う権限は、終わっています。いま行えるのは: {needed}。",
                person=self.person,
                act=act,
                needed=needed,
            )
        return say(
            "{person}さんは「{act}」を行えません。行えるのは: {needed}。",
            person=self.person,
            act=act,
            needed=needed,
        )


class HasLeft(NotAllowed):
    """The person serves here no longer: everything they held has ended (異動・退職)."""

    def __init__(self, person: str) -> None:
        super().__init__(person, "", (), ended=True)

    @property
    def message(self) -> str:
        return say(
            "{person}さんの所属と任期は、すべて終わっています。操作は、いま権限のある方が行ってください。戻られたときは、先に名簿へ登録してください。",
            person=self.person,
        )


class IdentityUnconfirmed(SakuteiError):
    """The act wants its person to have just confirmed who they are, and they have not."""

    @property
    def message(self) -> str:
        return say(
            "この操作には、本人確認が要ります。サインインした画面で、パスワードを入力してから行ってください。"
            "連携キー（API）ではできません。"
        )


class NotFound(SakuteiError):
    """Nothing by that key or number."""

    def __init__(self, what: str, key: str, known: Sequence[str] = ()) -> None:
        self.what, self.key, self.known = what, key, tuple(known)

    @property
    def message(self) -> str:
        what = translate(self.what)
        said = (
            say("{what}が指定されていません。", what=what)
            if is_blank(self.key)
            else say("{what}「{key}」はありません。", what=what, key=self.key)
        )
        if not self.known:
            return said
        return said + say("次のいずれかを指定してください: {known}。", known=say("、").join(self.known[:12]))


class UnknownStage(NotFound):
    """No stage by that key in the plan's chain."""

    def __init__(self, key: str, known: Sequence[str] = ()) -> None:
        super().__init__("段階", key, known)


class NotNow(SakuteiError):
    """An act that the present state does not allow; `why` says which state it requires."""

    def __init__(self, act: str, about: str, why: str) -> None:
        self.act, self.about, self.why = act, about, why

    @property
    def message(self) -> str:
        said = say("「{stage}」からの{trigger}はできません。", stage=self.about, trigger=translate(self.act))
        return said + translate(self.why)


class StepImpossible(NotNow):
    """A step that the machine does not have from the plan's position; `to` is the target stage, None: any."""

    def __init__(self, trigger: str, stage: str, to: str | None = None) -> None:
        super().__init__(trigger, stage, say("段階の順序と、中断・取下げの状態を確かめてください。"))
        self.to = to

    @property
    def message(self) -> str:
        if self.to is None:
            return super().message
        said = say(
            "「{stage}」から「{to}」への{trigger}はできません。",
            stage=reworded(self.about),
            to=reworded(self.to),
            trigger=translate(self.act),
        )
        return said + translate(self.why)


class OtherText(SakuteiError):
    """A newer version was registered since the person saw the text they answer."""

    def __init__(self, seen: int, current: int) -> None:
        self.seen, self.current = seen, current

    @property
    def message(self) -> str:
        return say(
            "ご覧になった文書は第{seen}版ですが、現在は第{current}版です。第{current}版を確かめてから、もう一度操作してください。",
            seen=self.seen,
            current=self.current,
        )


class QuorumMissing(SakuteiError):
    """Not enough members for a decision."""

    def __init__(self, body: str, present: int, members: int, rule: str) -> None:
        self.body, self.present, self.members, self.rule = body, present, members, rule

    @property
    def message(self) -> str:
        return say(
            "{body}は定足数（委員の{rule}）に達していません: 委員{members}人中、出席{present}人。"
            "出席（代理を含む）を確かめるか、会議を開き直してください。",
            body=self.body,
            rule=self.rule,
            members=self.members,
            present=self.present,
        )


class AlreadyDone(SakuteiError):
    """It was done before, or somebody has built on it since."""

    def __init__(self, message: str) -> None:
        self._message = message

    @property
    def message(self) -> str:
        return translate(self._message)


class BadInput(SakuteiError):
    """An invalid value: `place` names it, `mend` is the hint."""

    def __init__(self, place: str, problem: str, mend: str) -> None:
        self.place, self.problem, self.mend = place, problem, mend

    @property
    def message(self) -> str:
        return say(
            "{place}: {problem}。{mend}",
            place=translate(self.place),
            problem=translate(self.problem),
            mend=translate(self.mend),
        )


def missing(place: str, mend: str) -> BadInput:
    """The refusal of a value that was left out: an empty one is not named."""
    return BadInput(place, "入力されていません", mend)


class Unwritable(BadInput):
    """A template or a setting of the office cannot be used. No recipient is at fault: the mail waits until it is mended."""


class TemplateRefused(BadInput):
    """A Word template with faults, each in words with its place and its mend."""

    def __init__(self, filename: str, faults: Sequence[str]) -> None:
        super().__init__(
            say("テンプレート「{name}」", name=filename[:100]),
            say("誤りが {count} 件あります", count=len(faults)),
            "次を直して、もう一度登録してください。",
        )
        self.faults = tuple(faults)

    @property
    def message(self) -> str:
        return " ".join([super().message, *(reworded(fault) for fault in self.faults)])


class DocumentDamaged(SakuteiError):
    """A stored file is gone, or no longer has its SHA-256."""

    def __init__(self, sha256: str, problem: str) -> None:
        self.sha256, self.problem = sha256, problem

    @property
    def message(self) -> str:
        return say(
            "保管された文書（SHA-256 {sha256}…）が{problem}。バックアップから同じファイルを戻してください。",
            sha256=self.sha256[:12],
            problem=translate(self.problem),
        )


class DatabaseUnusable(SakuteiError):
    """The database is locked, read-only, missing or of another migration."""

    def __init__(self, problem: str, mend: str) -> None:
        self.problem, self.mend = problem, mend

    @property
    def message(self) -> str:
        return say(
            "データベースを使えません: {problem}。{mend}",
            problem=translate(self.problem),
            mend=translate(self.mend),
        )


class StorageFull(SakuteiError):
    """There is no room for what was to be kept."""

    @property
    def message(self) -> str:
        return say(
            "ディスクに空きがないため、保存できません。何も記録していません。システム管理者に知らせ、空きができてから、もう一度操作してください。"
        )


class BackupUnusable(SakuteiError):
    """A backup cannot be made there, or is not one that can be restored."""

    def __init__(self, problem: str, mend: str) -> None:
        self.problem, self.mend = problem, mend

    @property
    def message(self) -> str:
        return say(
            "バックアップを使えません: {problem}。{mend}",
            problem=translate(self.problem),
            mend=translate(self.mend),
        )


class AuditBroken(SakuteiError):
    """The event log does not verify."""

    def __init__(self, seq: int, problem: str) -> None:
        self.seq, self.problem = seq, problem

    @property
    def message(self) -> str:
        return say(
            "記録の {seq} 番の出来事が改変されています: {problem}。",
            seq=self.seq,
            problem=translate(self.problem),
        )


class RecordUnproven(SakuteiError):
    """The record is not what its log proves."""

    def __init__(self, findings: Sequence[str]) -> None:
        self.findings = findings

    @property
    def message(self) -> str:
        told = say(
            "記録に、証明できないところが {count} か所あります。バックアップと照らし合わせてください。",
            count=len(self.findings),
        )
        return "\n".join([told, *(f"- {finding}" for finding in self.findings)])


class SignInRefused(SakuteiError):
    """The key and the password do not go together, or it was tried too often: `wait` is how long no further try
    is taken. Says no more than that."""

    def __init__(self, *, wait: timedelta | None = None) -> None:
        self.wait = wait

    @property
    def message(self) -> str:
        if self.wait is not None:
            return say(
                "続けて間違えたため、あと {minutes} 分ほど受け付けられません。待ってから、もう一度お試しください。お急ぎのときは、「パスワードを忘れたとき」から設定し直すか、システム管理者に解除を依頼してください。",
                minutes=-(-self.wait // timedelta(minutes=1)),
            )
        return say(
            "利用者IDまたはパスワードが違います。忘れたときは、「パスワードを忘れたとき」から設定し直してください。"
        )


class TooManyTries(SakuteiError):
    """The same sender used a public form too often. `again_at` is when it takes the next one."""

    def __init__(self, again_at: datetime) -> None:
        self.again_at = again_at

    @property
    def message(self) -> str:
        return say(
            "短い時間に続けて送られたため、フォームの受付を休んでいます。時間をおいて、もう一度お送りください。"
        )


class LinkUnusable(SakuteiError):
    """A one-time link already used, expired or unknown. `why` says which."""

    def __init__(self, why: str) -> None:
        self.why = why

    @property
    def message(self) -> str:
        return say(
            "{why}。パスワードが分からないときは、新しいリンクを送るようお求めください。",
            why=translate(self.why),
        )


class RsvpLinkUnusable(SakuteiError):
    """A link to answer an invitation by that is unknown, revoked or over. `why` says which."""

    def __init__(self, why: str) -> None:
        self.why = why

    @property
    def message(self) -> str:
        return say(
            "{why}。出欠は、サインインして会議のページで答えるか、事務局にお知らせください。",
            why=translate(self.why),
        )


class ReplyNotTaken(SakuteiError):
    """A mail in the inbox for answers that is no answer to an invitation, or none that counts. `why` says which."""

    def __init__(self, why: str) -> None:
        self.why = why

    @property
    def message(self) -> str:
        return say("出欠の回答として受け取れません: {why}。", why=translate(self.why))


class TokenRefused(SakuteiError):
    """A program sent no token, or one that is unknown, over or revoked."""

    def __init__(self, *, missing: bool = False) -> None:
        self.missing = missing

    @property
    def message(self) -> str:
        if self.missing:
            return say("連携キーがありません。Authorization: Bearer に連携キーを付けて呼び出してください。")
        return say(
            "連携キーが正しくないか、期限が切れたか、失効しています。「連携キー」で発行し直してください。"
        )


class ScopeMissing(SakuteiError):
    """The token was not made for this."""

    def __init__(self, scope: str, label: str) -> None:
        self.scope, self.label = scope, label

    @property
    def message(self) -> str:
        return say(
            "この連携キーでは「{label}」（{scope}）を行えません。その範囲を選んで連携キーを発行し直してください。",
            label=translate(self.label),
            scope=self.scope,
        )


class TooManyCalls(SakuteiError):
    """The token was used too often. `wait` is in seconds."""

    def __init__(self, wait: int) -> None:
        self.wait = wait

    @property
    def message(self) -> str:
        return say("呼出しが多すぎます。{wait} 秒待ってから、もう一度呼び出してください。", wait=self.wait)


class TooLarge(SakuteiError):
    """More was sent than is taken there. `most` is in bytes."""

    def __init__(self, most: int) -> None:
        self.most = most

    @property
    def message(self) -> str:
        return say("送られたものが大きすぎます。{most} 以内にしてください。", most=_size(self.most))


class TooBusy(SakuteiError):
    """Too many people sign in at this moment."""

    @property
    def message(self) -> str:
        return say("いまサインインが集中しています。少し待ってから、もう一度お試しください。")


class SheetNotMade(SakuteiError):
    """A paper could not be made at this moment: others' are being made, or a program failed."""

    def __init__(self, why: str, mend: str) -> None:
        self.why, self.mend = why, mend

    @property
    def message(self) -> str:
        return say("書類を作れません（{why}）。{mend}", why=reworded(self.why), mend=reworded(self.mend))


class TooSlow(SakuteiError):
    """A request whose rest comes too slowly to wait for."""

    @property
    def message(self) -> str:
        return say("送信が途中で止まったか、遅すぎます。通信の状態を確かめて、もう一度お送りください。")


class TooManyUploads(SakuteiError):
    """A person sends more documents at once than `most`."""

    def __init__(self, most: int) -> None:
        self.most = most

    @property
    def message(self) -> str:
        return say(
            "同時に送れる文書は {most} 件までです。送り終わってから、もう一度お送りください。", most=self.most
        )


class QuotaSpent(SakuteiError):
    """A person has sent as much as one may in a day. `most` is in bytes."""

    def __init__(self, most: int) -> None:
        self.most = most

    @property
    def message(self) -> str:
        return say(
            "一日に送れる文書の量（{most}）に達しました。明日、もう一度お送りください。",
            most=_size(self.most),
        )


class KeyReused(SakuteiError):
    """An idempotency key came with another request than before."""

    def __init__(self, key: str) -> None:
        self.key = key

    @property
    def message(self) -> str:
        return say(
            "Idempotency-Key「{key}」は、別の内容の呼出しで使われています。呼出しごとに新しい値を付けてください。",
            key=self.key,
        )


class CallRunning(SakuteiError):
    """The same call, by its idempotency key, is being done."""

    @property
    def message(self) -> str:
        return say("同じ Idempotency-Key の呼出しを処理中です。少し待ってから、もう一度呼び出してください。")


class AnswerLost(SakuteiError):
    """The call was done, but the program stopped before its answer was kept."""

    @property
    def message(self) -> str:
        return say(
            "この呼出しは既に行われ、記録されていますが、答えを控える前に処理が止まりました。"
            "もう一度は行いません。結果は読み取りの呼出しで確かめてください。"
        )


def _size(size: int) -> str:
    """A number of bytes as people say it."""
    return f"{size // 1024**2} MB" if size >= 1024**2 else f"{size // 1024} KB"
