"""The papers of a meeting and of a plan: their kinds, and what each of them says. Every field names the placeholder by
which a Word template takes it, with an example."""

from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields, is_dataclass
from typing import Any

from definitions.labelled import Labelled


class SheetKind(Labelled):
    """The papers of a meeting and of a plan that are made from a Word template."""

    NOTICE = "notice", "開催通知"
    AGENDA = "agenda", "次第"
    SEATS = "seats", "席次・出欠表"
    PAPERS = "papers", "資料一覧"
    MINUTES = "minutes", "会議録"
    SUMMARY = "summary", "会議概要"
    DECISION = "decision", "決定通知"
    SCHEDULE = "schedule", "工程表"
    APPROVALS = "approvals", "決裁経過"


OF_A_PLAN = (SheetKind.SCHEDULE, SheetKind.APPROVALS)
OF_A_MEETING = tuple(kind for kind in SheetKind if kind not in (SheetKind.DECISION, *OF_A_PLAN))


class SheetFormat(Labelled):
    WORD = "docx", "Word"
    PDF = "pdf", "PDF"
    EXCEL = "xlsx", "Excel"
    ARCHIVE = "zip", "ZIP"


Names = Mapping[str, Any]
"""The placeholders of a template: each with None where it is a text, with those of its entries where it is a list."""


def _text(name: str, example: str, meaning: str = "") -> Any:
    return field(default="", metadata={"name": name, "example": example, "meaning": meaning})


def _list(name: str, of: type, meaning: str = "") -> Any:
    return field(default=(), metadata={"name": name, "of": of, "meaning": meaning})


@dataclass(frozen=True, slots=True)
class SheetPaper:
    """A paper of a meeting. `sha256` and `filename` are those of its document."""

    number: str = _text("番号", "資料1")
    name: str = _text("名称", "DX推進計画2025 素案（第3版）")
    item: str = _text("議題", "1", "資料が付く議題の番号")
    filename: str = _text("ファイル名", "素案.docx")
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class SheetRemark:
    """Words somebody said about an item."""

    speaker: str = _text("発言者", "委員 一郎")
    words: str = _text("内容", "目標値の根拠を示してほしい。")


@dataclass(frozen=True, slots=True)
class SheetCondition:
    """A condition of a 条件付き了承."""

    number: str = _text("番号", "1")
    words: str = _text("内容", "成果指標の目標値を見直すこと")


@dataclass(frozen=True, slots=True)
class SheetItem:
    """A line of the agenda. `heading` is empty where it is none, as `report` is where no outcome was recorded."""

    number: str = _text("番号", "1")
    title: str = _text("名称", "DX推進計画2025 素案について")
    heading: str = _text("見出し", "はい", "見出しの行なら「はい」、ほかは空")
    indented: str = _text("見出しの下", "はい", "見出しの下の議題なら「はい」、ほかは空")
    purpose: str = _text("目的", "審議")
    stage: str = _text("段階", "素案")
    text: str = _text("版", "素案.docx 第3版")
    minutes: str = _text("予定時間", "20分")
    outcome: str = _text("結果", "条件付き了承")
    manner: str = _text("決め方", "採決による")
    note: str = _text("備考", "指標の根拠を添えること。", "結果に添えた備考、または言葉で書いた結果")
    counts: str = _text("賛否", "賛成 5・反対 1・棄権 0・出席 6（委員 7 人）・除斥 0")
    apart: str = _text("退席等", "除斥: 委員 三郎")
    papers: tuple[SheetPaper, ...] = _list("資料一覧", SheetPaper)
    conditions: tuple[SheetCondition, ...] = _list("条件一覧", SheetCondition)
    remarks: tuple[SheetRemark, ...] = _list("発言一覧", SheetRemark)


@dataclass(frozen=True, slots=True)
class SheetSeat:
    """A seat of the body. `present` is empty while no attendance was recorded."""

    number: str = _text("番号", "1")
    role: str = _text("役", "会長")
    name: str = _text("氏名", "部長 三郎")
    present: str = _text("出欠", "代理出席", "出席・代理出席・欠席。記録の前は空")
    deputy: str = _text("代理者", "課長 四郎")
    presided: str = _text("議長", "議長", "その会議を進行した人なら「議長」、ほかは空")


@dataclass(frozen=True, slots=True)
class MeetingSheet:
    """A meeting as its papers say it."""

    office: str = _text("庁名", "○○区")
    addressee: str = _text("宛先", "委員各位", "開催通知を委員ごとに作るときは、その委員の氏名と「様」")
    made_on: str = _text("作成日", "令和5年6月5日")
    body: str = _text("会議体", "情報化推進部会")
    title: str = _text("会議名", "第3回 情報化推進部会")
    day: str = _text("開催日", "令和5年6月12日（月）")
    begins: str = _text("開始", "14:00")
    ends: str = _text("終了", "16:00")
    when: str = _text("日時", "令和5年6月12日（月）14:00から16:00まで")
    until: str = _text("回答期限", "令和5年6月12日（月）17:00", "持ち回りの回答期限。ほかは空")
    in_writing: str = _text("持ち回り", "はい", "持ち回りなら「はい」、ほかは空")
    form: str = _text("方法", "対面")
    place: str = _text("場所", "区役所 本庁舎 9階会議室")
    secretariat: str = _text("事務局", "IT推進課")
    telephone: str = _text("事務局電話", "03-0000-0000")
    email: str = _text("事務局メール", "it@city.example.jp")
    presider: str = _text("議長", "部長 三郎")
    members_count: str = _text("委員数", "7")
    present_count: str = _text("出席者数", "6", "代理出席を含む。出欠の記録の前は空")
    present_names: str = _text("出席者", "部長 三郎、課長 四郎（委員 五郎の代理）")
    absent_names: str = _text("欠席者", "委員 六郎")
    minutes: str = _text(
        "議事要旨", "事務局から素案を説明し、次のとおり意見があった。", "確定した概要。確定の前は空"
    )
    minutes_body: str = _text(
        "議事要旨の文",
        "日時　令和5年6月12日（月） 14:00から16:00まで",
        "「議事要旨」から、初めの題名の行を除いたもの",
    )
    full_minutes: str = _text("会議録本文", "１　開会", "確定した会議録。確定の前は空")
    full_minutes_body: str = _text("会議録の文", "１　開会", "「会議録本文」から、初めの題名の行を除いたもの")
    items: tuple[SheetItem, ...] = _list("議題一覧", SheetItem)
    papers: tuple[SheetPaper, ...] = _list("資料一覧", SheetPaper)
    members: tuple[SheetSeat, ...] = _list("委員一覧", SheetSeat)
    staff: tuple[SheetSeat, ...] = _list("事務局員一覧", SheetSeat)


@dataclass(frozen=True, slots=True)
class DecisionSheet:
    """A decision of a body as the plan's department is told it."""

    office: str = _text("庁名", "○○区")
    addressee: str = _text("宛先", "IT推進課")
    made_on: str = _text("作成日", "令和5年6月13日")
    body: str = _text("会議体", "情報化推進部会")
    title: str = _text("会議名", "第3回 情報化推進部会")
    day: str = _text("決定日", "令和5年6月12日（月）")
    plan: str = _text("計画", "DX推進計画2025")
    stage: str = _text("段階", "素案")
    gate: str = _text("付議事項", "部会での検討")
    number: str = _text("議題番号", "1")
    purpose: str = _text("目的", "審議")
    outcome: str = _text("結果", "条件付き了承")
    manner: str = _text("決め方", "採決による")
    text: str = _text("版", "第3版")
    filename: str = _text("ファイル名", "素案.docx")
    sha256: str = _text("文書の指紋", "9f86d081884c7d65…", "文書の SHA-256")
    note: str = _text("備考", "指標の根拠を添えること。")
    counts: str = _text("賛否", "賛成 5・反対 1・棄権 0・出席 6（委員 7 人）・除斥 0")
    secretariat: str = _text("事務局", "IT推進課")
    telephone: str = _text("事務局電話", "03-0000-0000")
    email: str = _text("事務局メール", "it@city.example.jp")
    conditions: tuple[SheetCondition, ...] = _list("条件一覧", SheetCondition)


@dataclass(frozen=True, slots=True)
class SheetMonth:
    """A line of the schedule in the shape of the seed's section 7, and what was held in that month."""

    year: str = _text("年", "2023年", "初めの行と1月の行だけ")
    month: str = _text("数", "3", "月の数")
    name: str = _text("名称", "2023年3月")
    work: str = _text("計画策定工程", "策定方針の調整")
    meetings: str = _text("会議名", "■情報化推進部会")
    assembly: str = _text("区議会", "■企画総務委員会 ・策定方針報告")
    held: str = _text(
        "実施", "■情報化推進部会（予定外）", "その月に行った会議と行事。予定になかったものは「予定外」"
    )


@dataclass(frozen=True, slots=True)
class SheetWork:
    """A work of the schedule, its months as words and as a bar; empty where the schedule is too long for one."""

    name: str = _text("名称", "策定方針の調整")
    planned: str = _text("予定", "2023年3月から2023年6月まで")
    held: str = _text("実際", "2023年3月から2023年7月まで")
    bar: str = _text("予定の線", "■■■■・・・", "月ごとに1字。3年より長い工程表では空")
    held_bar: str = _text("実際の線", "●●●●●・・", "月ごとに1字。3年より長い工程表では空")


@dataclass(frozen=True, slots=True)
class SheetScheduleVersion:
    """A version of the schedule: its name, and for those after 当初 when and why it was changed, and who agreed."""

    name: str = _text("名称", "第1回変更")
    changed_on: str = _text("変更日", "令和5年7月3日", "当初では空")
    reason: str = _text("理由", "素案の分量が増えたため", "当初では空")
    agreed: str = _text("了解", "情報化推進部会長", "当初では空")
    made_by: str = _text("変更者", "担当 花子", "当初では空")


@dataclass(frozen=True, slots=True)
class ScheduleSheet:
    """The schedule (工程表) of a plan, as planned in its newest version and as held."""

    office: str = _text("庁名", "○○区")
    made_on: str = _text("作成日", "令和5年9月1日")
    plan: str = _text("計画", "DX推進計画2025")
    department: str = _text("担当課", "IT推進課")
    version: str = _text("版", "第1回変更")
    changed_on: str = _text("変更日", "令和5年7月3日", "当初では空")
    reason: str = _text("変更理由", "素案の分量が増えたため", "当初では空")
    agreed: str = _text("了解", "情報化推進部会長", "当初では空")
    ruler: str = _text("目盛", "③④⑤⑥⑦⑧⑨", "線の各字の月。3年より長い工程表では空")
    months: tuple[SheetMonth, ...] = _list("月一覧", SheetMonth)
    works: tuple[SheetWork, ...] = _list("工程一覧", SheetWork)
    versions: tuple[SheetScheduleVersion, ...] = _list("版一覧", SheetScheduleVersion)


@dataclass(frozen=True, slots=True)
class SheetText:
    """A version of one of the plan's documents."""

    number: str = _text("番号", "第3版")
    document: str = _text("文書", "本編", "文書が一つの計画では空")
    filename: str = _text("ファイル名", "素案.docx")
    sha256: str = _text("文書の指紋", "9f86d081884c7d65…", "文書の SHA-256")
    kind: str = _text("種類", "新しい文書")
    stage: str = _text("段階", "素案")
    registered: str = _text("登録", "令和5年6月5日（月）10:00　担当 花子")


@dataclass(frozen=True, slots=True)
class SheetAnswer:
    """A record at a gate: a body's outcome, a 決裁, a confirmation of a correction, or a public comment."""

    number: str = _text("番号", "3", "この書類での通し番号")
    day: str = _text("日", "令和5年6月12日（月）")
    kind: str = _text("種類", "結果", "結果・決裁・訂正の確認・パブリックコメント")
    text: str = _text("文書", "第3版　素案.docx")
    sha256: str = _text("指紋", "9f86d081884c", "文書の SHA-256 の初めの12桁")
    decider: str = _text("決めた者", "情報化推進部会")
    held: str = _text("会議", "第3回 情報化推進部会（審議）", "持ち回りは、その旨と期間")
    outcome: str = _text("結果", "条件付き了承")
    manner: str = _text("決め方", "採決")
    authority: str = _text("権限", "情報化推進部会設置要綱第2条", "会議体の根拠、職、専決・代決の別")
    conditions: str = _text(
        "条件", "1 目標値を見直すこと → 解消: 第4版で修正（担当 花子、令和5年6月20日（火）09:00）"
    )
    note: str = _text("備考", "急ぐこと")
    recorded: str = _text("記録", "部会 事務局　令和5年6月12日（月）16:10", "誰がいつ記録したか")
    validity: str = _text("効力", "有効")
    about: str = _text("関係", "番号2を訂正", "訂正・引戻し・専決の報告")


@dataclass(frozen=True, slots=True)
class SheetGate:
    """A gate in one visit of its stage, with its records in the order of time."""

    stage: str = _text("段階", "素案")
    visit: str = _text("回", "訪問 2", "差戻しの後だけ。初めは空")
    name: str = _text("名称", "部会での検討")
    decider: str = _text("決める者", "情報化推進部会")
    basis: str = _text("根拠", "情報化推進部会設置要綱第2条", "策定の流れに書かれた根拠。なければ空")
    answers: tuple[SheetAnswer, ...] = _list("記録一覧", SheetAnswer)


@dataclass(frozen=True, slots=True)
class ApprovalsSheet:
    """The course of a plan's approvals (決裁経過): who approved which text when, on whose authority."""

    office: str = _text("庁名", "○○区")
    made_on: str = _text("作成日", "令和6年3月29日")
    plan: str = _text("計画", "DX推進計画2025")
    department: str = _text("担当課", "IT推進課")
    stage: str = _text("段階", "印刷")
    status: str = _text("状態", "完了")
    chain: str = _text(
        "策定の流れ",
        "板橋区DX推進計画2025（0123456789abcdef）",
        "計画が従う策定の流れと、その SHA-256 の初め",
    )
    texts: tuple[SheetText, ...] = _list("文書一覧", SheetText)
    gates: tuple[SheetGate, ...] = _list("手続一覧", SheetGate)


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A placeholder as people are told of it. `within` is the list whose entries have it, empty: the paper itself."""

    written: str
    example: str
    meaning: str
    within: str


def sheet_of(kind: SheetKind) -> type:
    """Return the facts that a paper of the kind is made from."""
    return _SHEETS.get(kind, MeetingSheet)


_SHEETS: dict[SheetKind, type] = {
    SheetKind.DECISION: DecisionSheet,
    SheetKind.SCHEDULE: ScheduleSheet,
    SheetKind.APPROVALS: ApprovalsSheet,
}


def names_of(sheet: type) -> Names:
    """Return the placeholders of a paper."""
    return {
        each.metadata["name"]: names_of(each.metadata["of"]) if "of" in each.metadata else None
        for each in _named(sheet)
    }


def values_of(sheet: Any) -> dict[str, Any]:
    """Return what the placeholders of a paper stand for, as plain texts, lists and dicts."""
    return {each.metadata["name"]: _plain(getattr(sheet, each.name)) for each in _named(type(sheet))}


def example_of(sheet: type) -> dict[str, Any]:
    """Return an example of what the placeholders stand for, with one entry in each list."""
    return {
        each.metadata["name"]: (
            [example_of(each.metadata["of"])] if "of" in each.metadata else each.metadata["example"]
        )
        for each in _named(sheet)
    }


def placeholders(sheet: type, within: str = "") -> list[Placeholder]:
    """Return the placeholders of a paper for people to read, those of each list after it."""
    found: list[Placeholder] = []
    entry = within.removesuffix("一覧")
    for each in _named(sheet):
        name, meaning = each.metadata["name"], each.metadata["meaning"]
        if "of" in each.metadata:
            source = f"{entry}.{name}" if entry else name
            loop = f"{{% for {name.removesuffix('一覧')} in {source} %}} … {{% endfor %}}"
            found.append(Placeholder(loop, "", meaning, within))
            found += placeholders(each.metadata["of"], name)
        else:
            written = f"{{{{ {entry}.{name} }}}}" if entry else f"{{{{ {name} }}}}"
            found.append(Placeholder(written, each.metadata["example"], meaning, within))
    return found


def _named(sheet: type) -> list[Field[Any]]:
    return [each for each in fields(sheet) if "name" in each.metadata]


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return values_of(value) if is_dataclass(value) and not isinstance(value, type) else value
