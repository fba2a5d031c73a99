"""The seed replayed: Itabashi's DX plan from March 2023 to March 2024, every meeting of its section 7 in order,
on a clock the replay controls. The people are invented; the bodies, chairs and months are the paper's."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from definitions.load import shipped
from definitions.terms import Outcome, Role
from notifications.mail_settings import MailSettings
from notifications.scheduler import tick
from notifications.transport import mailer_of
from workflow import actions, queries
from workflow.actions import Seated, Spoken
from workflow.cli.demo.docx import docx
from workflow.domain.calendar import at_tokyo, parse_day, parse_moment, reiwa_moment, tokyo_day
from workflow.domain.comments import Author, Disposition, Route
from workflow.domain.comparison import readable
from workflow.domain.cover import TextKind
from workflow.domain.errors import SakuteiError
from workflow.domain.inquiries import GivenRemark, Silence, Verdict
from workflow.domain.meetings import MeetingForm
from workflow.domain.minutes import MinutesKind, Speaker
from workflow.domain.papers import PaperKind
from workflow.domain.rights import PlanReaders
from workflow.domain.votes import Choice
from workflow.queries import ConfirmationLine
from workflow.queries.plans import PlanFact, plan_by_key
from workflow.store import texts
from workflow.store.database import Office

PLAN = "dx2025"
BUKAI, HONBU, IINKAI = "joho_bukai", "ict_honbu", "kikaku_iinkai"
SINCE = date(2021, 4, 1)
TICKS = (time(8, 30), time(9, 0))
"""Times of day of the replayed scheduler: those of the chain's reminders."""

PEOPLE = (
    ("tanto", "担当 花子", "it", None),
    ("kucho", "区長 一郎", "kucho", "区長"),
    ("fuku", "副区長 二郎", "kucho", "副区長"),
    ("bucho", "部長 三郎", "seisaku", "政策経営部長"),
    ("kacho_it", "課長 四郎", "it", "IT推進課長"),
    ("kacho_kikaku", "課長 五月", "seisaku", "政策企画課長"),
    ("kacho_somu", "課長 六花", "somu", "総務課長"),
    ("kyoiku", "教育長 七海", "somu", "教育長"),
    ("giin_1", "委員長 八重", "gikai", None),
    ("giin_2", "副委員長 九", "gikai", None),
    ("giin_3", "委員 十和", "gikai", None),
    ("gikai", "議会 書記", "gikai", None),
)
SEATS = (
    (BUKAI, Role.CHAIR, "bucho"),
    (BUKAI, Role.MEMBER, "kacho_it"),
    (BUKAI, Role.MEMBER, "kacho_kikaku"),
    (BUKAI, Role.MEMBER, "kacho_somu"),
    (BUKAI, Role.SECRETARIAT, "tanto"),
    (HONBU, Role.CHAIR, "kucho"),
    (HONBU, Role.VICE_CHAIR, "fuku"),
    (HONBU, Role.MEMBER, "bucho"),
    (HONBU, Role.MEMBER, "kyoiku"),
    (HONBU, Role.SECRETARIAT, "tanto"),
    (IINKAI, Role.CHAIR, "giin_1"),
    (IINKAI, Role.VICE_CHAIR, "giin_2"),
    (IINKAI, Role.MEMBER, "giin_3"),
    (IINKAI, Role.SECRETARIAT, "gikai"),
)
OUTLINE = (
    "板橋区DX推進計画2025 計画骨子",
    "基本理念の図は、別紙のとおりとする。",
    "計画期間は、2023年度から2025年度までの3年間とする。",
    "手続のオンライン化、業務の見直し、情報格差の解消の三つを柱とする。",
)
PROPOSAL = (
    "板橋区DX推進計画2025 原案",
    "区民の意見を受け、手続のオンライン化の年次目標を第3章に加えた。",
    "三つの柱の下に、36施策を置く。",
    "巻末に用語集を付ける。",
)
SECRETARY = {BUKAI: "tanto", HONBU: "tanto", IINKAI: "gikai"}


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter sent in during the public comment."""

    name: str
    route: Route
    received: str
    opinions: tuple[str, ...]


LETTERS = (
    Letter(
        "区民 あおい",
        Route.WEB,
        "2023-11-14 20:10",
        ("手続のオンライン化を早めてほしい", "窓口も残してほしい"),
    ),
    Letter("区民 いぶき", Route.MAIL, "2023-11-20 09:30", ("高齢者向けの講習会を増やしてほしい",)),
    Letter(
        "板橋区商店会 代表 うみ",
        Route.POST,
        "2023-11-24 11:00",
        ("事業者の支援策を書いてほしい", "用語が難しい"),
    ),
    Letter("区民 えいた", Route.FAX, "2023-11-29 16:45", ("個人情報の守り方を詳しく",)),
    Letter("在勤 おと", Route.COUNTER, "2023-12-01 16:00", ("用語に注を付けてほしい",)),
    Letter("区民 かなで", Route.MAIL, "2023-12-02 08:00", ("期間を過ぎましたが、賛成です",)),
)
ANSWERS = (
    ((1,), "手続のオンライン化の時期", "第3章に年次目標を加えます。", Disposition.REFLECTED),
    (
        (2, 3),
        "デジタルに不慣れな人への配慮",
        "窓口と講習会は第4章に記載しています。",
        Disposition.ALREADY_WRITTEN,
    ),
    ((4,), "事業者の支援", "今後の施策の参考とします。", Disposition.FOR_REFERENCE),
    ((5, 7), "分かりやすい用語", "巻末に用語集を付けます。", Disposition.REFLECTED),
    ((6,), "個人情報の保護", "第5章に記載しています。", Disposition.ALREADY_WRITTEN),
)
GUEST = "IT推進課 主査 月島 光"
PAPERS = {
    "policy_bukai": (("策定方針（案）の概要", PaperKind.PAPER), ("上位計画との関係", PaperKind.REFERENCE)),
    "outline_bukai": (
        ("計画骨子（案）の概要", PaperKind.PAPER),
        ("前計画の達成状況", PaperKind.PAPER),
        ("他区の計画の構成", PaperKind.REFERENCE),
    ),
    "draft_bukai": (("素案の要点", PaperKind.PAPER), ("成果指標の一覧", PaperKind.REFERENCE)),
    "proposal_bukai": (
        ("原案の要点", PaperKind.PAPER),
        ("パブリックコメントの結果", PaperKind.PAPER),
    ),
}
"""The papers of the 部会's sittings, by the gate that they are about."""

REMARKS = {
    "policy_bukai": (
        Spoken(Speaker.SECRETARIAT, "資料1により、策定方針（案）を説明した。"),
        Spoken(
            Speaker.MEMBER,
            "基本構想や個別計画との関係を明らかにしてほしい。\n計画の期間も、それらにそろえるべきではないか。",
            member="kacho_kikaku",
        ),
        Spoken(
            Speaker.SECRETARIAT, "参考資料1に関係を図で示した。期間は2025年度までとし、基本計画にそろえる。"
        ),
        Spoken(Speaker.CHAIR, "ほかに意見がないようなので、本案のとおり了承とする。"),
    ),
    "outline_bukai": (
        Spoken(Speaker.SECRETARIAT, "資料1及び資料2により、計画骨子（案）を説明した。"),
        Spoken(
            Speaker.MEMBER,
            "三つの柱はよいが、基本理念の図が分かりにくい。区民が読んで分かる図にしてほしい。",
            member="kacho_it",
        ),
        Spoken(Speaker.GUEST, "前計画では、達成した施策が八割であった。", name=GUEST),
        Spoken(Speaker.CHAIR, "図を分かりやすくすることを条件に、了承とする。"),
    ),
    "draft_bukai": (
        Spoken(Speaker.SECRETARIAT, "資料1により、素案を説明した。"),
        Spoken(Speaker.MEMBER, "成果指標の目標値の根拠を示してほしい。", member="kacho_kikaku"),
        Spoken(Speaker.SECRETARIAT, "過去五年の実績から算定した。参考資料1に示している。"),
    ),
    "proposal_bukai": (
        Spoken(Speaker.SECRETARIAT, "資料1及び資料2により、原案とパブリックコメントの結果を説明した。"),
        Spoken(Speaker.MEMBER, "意見を受けて変えた箇所を、一覧で示してほしい。", member="kacho_it"),
        Spoken(Speaker.SECRETARIAT, "新旧対照表を、本部の資料に加える。"),
        Spoken(Speaker.CHAIR, "原案のとおり了承とする。"),
    ),
}
"""The remarks at the 部会's sittings, by the gate that they are about."""

CHAIRS = {BUKAI: "bucho", HONBU: "kucho", IINKAI: "giin_1"}


class Replay:
    """The replay of the year, printed through `say`. Mail is really sent as `settings` say, at the replay's own
    time."""

    def __init__(self, office: Office, settings: MailSettings, say: Callable[[datetime, str], None]) -> None:
        self.office, self.settings, self.tell = office, settings, say
        self.now = parse_moment("2023-03-01 09:00")
        self.sent = 0

    def play(self) -> None:
        """From the opening of the plan to its printing. Raises what went wrong; nothing should."""
        self.people()
        self.policy()
        self.outline()
        self.sent_back_in_summer()
        self.draft()
        self.public_comment()
        self.proposal()
        self.printing()

    def play_halfway(self) -> None:
        """From the opening up to 素案, whose 部会 has met and waits for its record; the next one is prepared."""
        self.policy()
        self.outline()
        self.sent_back_in_summer()
        self.at("2023-09-04 10:00").version("素案.docx", "素案")
        number = self.inquires("2023-09-22")
        starts_at = parse_moment("2023-09-19 14:00")
        meeting = self.prepared("第3回 情報化推進部会", starts_at)
        self.heading(meeting, "議事")
        item = actions.list_item(self.office, "tanto", meeting, PLAN, "draft_bukai", now=self.now)
        self.papers(meeting, item, "draft_bukai")
        self.heading(meeting, "その他")
        actions.list_matter(
            self.office, "tanto", meeting, "次回の日程について", planned_minutes=10, now=self.now
        )
        actions.summon(self.office, "tanto", meeting, now=self.now)
        following = self.prepared("第4回 情報化推進部会", parse_moment("2023-12-19 14:00"))
        actions.list_matter(self.office, "tanto", following, "前回会議録の承認", now=self.now)
        self.at("2023-09-11 15:00").answers(number)
        self.at("2023-09-19 16:00")

    def prepared(self, title: str, starts_at: datetime) -> int:
        """A meeting of the 部会 in preparation."""
        return actions.prepare_meeting(
            self.office, "tanto", BUKAI, title, starts_at=starts_at, ends_at=starts_at + timedelta(hours=2),
            place="区役所 本庁舎 9階会議室", items_due=tokyo_day(starts_at) - timedelta(days=7), now=self.now,
        )  # fmt: skip

    def heading(self, meeting: int, title: str) -> None:
        actions.list_matter(self.office, "tanto", meeting, title, heading=True, now=self.now)

    # --- the scenes --------------------------------------------------------------------------------------

    def people(self) -> None:
        actions.begin(self.office, "admin", "管理 太郎", "admin@example.jp", now=self.now)
        for key, name in (
            ("it", "IT推進課"),
            ("seisaku", "政策企画課"),
            ("somu", "総務課"),
            ("kucho", "区長室"),
            ("gikai", "区議会事務局"),
        ):
            actions.add_department(self.office, "admin", key, name, now=self.now)
        actions.post(self.office, "admin", "admin", "somu", SINCE, now=self.now)
        actions.open_plans_to(
            self.office, "admin", PlanReaders.STAFF, proof=actions.OwnMachine(), now=self.now
        )
        actions.add_chain(self.office, "admin", shipped("itabashi_dx_2025"), now=self.now)
        for key, name, department, position in PEOPLE:
            address = f"{key.replace('_', '-')}@example.jp"
            actions.add_person(self.office, "admin", key, name, address, now=self.now)
            actions.post(self.office, "admin", key, department, SINCE, position=position, now=self.now)
        for body, role, key in SEATS:
            actions.seat(self.office, "admin", key, body, role, SINCE, now=self.now)
        actions.name_deputy(self.office, "admin", "kucho", "fuku", SINCE, now=self.now)
        actions.name_deputy(self.office, "admin", "kacho_somu", "kacho_kikaku", SINCE, now=self.now)
        self.say(f"職員 {len(PEOPLE) + 1} 人と 3 つの会議体を登録しました。")

    def policy(self) -> None:
        chain = shipped("itabashi_dx_2025")
        actions.open_plan(self.office, "tanto", PLAN, chain.title, chain, department="it", now=self.now)
        self.say(f"計画「{chain.title}」を開始しました（策定方針）。")
        self.at("2023-03-06 10:00").version("策定方針（案）.docx", "策定方針（案）")
        self.meets(BUKAI, "第1回 情報化推進部会", "2023-03-20 14:00", "policy_bukai")
        self.too_early()
        self.at("2023-05-01 10:00")
        self.meets(HONBU, "第1回 ICT推進・活用本部（庁議）", "2023-05-15 10:00", "policy_honbu")
        self.at("2023-05-29 10:00")
        self.meets(IINKAI, "企画総務委員会", "2023-06-12 10:00", "policy_iinkai")
        self.advance()

    def outline(self) -> None:
        self.at("2023-06-14 10:00").version("計画骨子.docx", *OUTLINE)
        decision = self.meets(
            BUKAI,
            "第2回 情報化推進部会",
            "2023-06-26 14:00",
            "outline_bukai",
            outcome=Outcome.CONDITIONAL,
            conditions=["基本理念の図を分かりやすくすること"],
        )
        self.at("2023-07-05 13:00")
        with self.office.reading() as db:
            given = queries.gate_answers(db, plan_by_key(db, PLAN))
        [condition] = next(each.owed for each in given if each.id == (False, decision))
        self.corrected(
            "計画骨子（修正）.docx",
            *OUTLINE[:1],
            "基本理念の図は、「誰一人取り残さない」を中心に置いて描き直した。",
            *OUTLINE[2:],
            meets=[condition.number],
        )
        self.at("2023-07-06 09:30").confirms("bucho", "outline_bukai", "図は求めたとおりになった。")
        self.at("2023-08-07 10:00")
        self.meets(HONBU, "第2回 ICT推進・活用本部（庁議）", "2023-08-21 10:00", "outline_honbu")
        self.advance()

    def sent_back_in_summer(self) -> None:
        """差戻し, corrected in writing (持ち回り) so that the paper's months are kept."""
        self.at("2023-08-22 09:30")
        actions.send_back(
            self.office,
            "tanto",
            PLAN,
            "outline",
            "骨子の目標年次に誤りがあった",
            seen=self.seen(),
            now=self.now,
        )
        self.say("差戻し: 骨子の目標年次に誤りが見つかり、「骨子」へ戻しました。前の了承は効きません。")
        self.at("2023-08-22 11:00").version(
            "計画骨子（訂正）.docx", *(line.replace("2025年度", "2024年度") for line in OUTLINE)
        )
        self.in_writing(BUKAI, "骨子の訂正について（持ち回り）", "outline_bukai", "2023-08-28 17:00")
        self.in_writing(HONBU, "骨子の訂正について（持ち回り）", "outline_honbu", "2023-09-01 17:00")
        self.advance()

    def draft(self) -> None:
        self.at("2023-09-04 10:00").version("素案.docx", "素案")
        number = self.inquires("2023-09-15")
        self.at("2023-09-11 15:00").answers(number)
        self.at("2023-09-13 09:00").responds(number)
        self.meets(BUKAI, "第3回 情報化推進部会", "2023-09-19 14:00", "draft_bukai")
        self.at("2023-09-27 10:00").version("素案（改）.docx", "素案 予算の見込みを改めた")
        self.say("部会の了承は第5版へのものなので、現在の第6版には効かなくなりました。")
        self.blocked()
        self.in_writing(BUKAI, "素案の変更について（持ち回り）", "draft_bukai", "2023-10-03 17:00")
        self.at("2023-10-04 10:00")
        self.meets(HONBU, "第3回 ICT推進・活用本部（庁議）", "2023-10-16 10:00", "draft_honbu")
        self.at("2023-10-23 10:00")
        self.meets(IINKAI, "企画総務委員会", "2023-11-06 10:00", "draft_iinkai")
        self.advance()

    def public_comment(self) -> None:
        self.at("2023-11-08 10:00")
        last = actions.open_comment(
            self.office,
            "tanto",
            PLAN,
            "comment_period",
            parse_day("2023-11-13"),
            places=["区政資料室", "各図書館"],
            now=self.now,
        )
        self.say(f"パブリックコメントを 2023-11-13 から {last.isoformat()} の 24:00 まで募集します。")
        for letter in LETTERS:
            self.at(letter.received)
            by = None if letter.route is Route.WEB else "tanto"
            actions.receive_opinions(
                self.office,
                by,
                PLAN,
                Author(letter.name),
                letter.opinions,
                route=letter.route,
                received_at=self.now,
                now=self.now,
            )
        self.at("2023-12-07 10:00")
        with self.office.reading() as db:
            period = queries.chosen_round(db, PLAN, None, self.now)
            numbers = [said.id for said in queries.all_opinions(db, period.id)]
        for places, summary, answer, disposition in ANSWERS:
            chosen = [numbers[place - 1] for place in places]
            actions.answer_opinions(
                self.office,
                "tanto",
                PLAN,
                chosen,
                summary=summary,
                answer=answer,
                disposition=disposition,
                now=self.now,
            )
        actions.publish_result(self.office, "tanto", PLAN, now=self.now)
        self.say(
            f"意見に答え、結果を公表しました。期間後に届いたものも残しています（送付 {len(LETTERS)} 通）。"
        )
        self.advance()

    def proposal(self) -> None:
        self.at("2023-12-08 10:00").version("原案.docx", *PROPOSAL)
        self.meets(BUKAI, "第4回 情報化推進部会", "2023-12-18 14:00", "proposal_bukai")
        self.at("2023-12-25 10:00")
        self.meets(
            HONBU,
            "第4回 ICT推進・活用本部（庁議）",
            "2024-01-15 10:00",
            "proposal_honbu",
            moved_to="2024-01-22 10:00",
        )
        self.at("2024-01-24 10:00").corrected(
            "原案（正誤）.docx",
            *(line.replace("36施策", "38施策") for line in PROPOSAL),
            why="施策数の正誤（36→38）",
        )
        self.at("2024-01-25 09:00").confirms("bucho", "proposal_bukai", "誤記と認める。")
        self.at("2024-01-25 13:00").confirms("fuku", "proposal_honbu", "誤記と認める。")
        self.at("2024-01-29 10:00")
        self.meets(IINKAI, "企画総務委員会", "2024-02-13 10:00", "proposal_iinkai")
        self.at("2024-02-20 10:00")
        number = actions.sign(
            self.office,
            "fuku",
            PLAN,
            "decision_mayor",
            seen=self.latest(),
            note="区長出張中のため",
            now=self.now,
        )
        self.say("副区長が区長に代わって決裁しました（代決）。区長の後閲が残ります。")
        self.advance()
        self.at("2024-02-26 09:30")
        actions.review_signoff(self.office, "kucho", number, note="確認した", now=self.now)
        self.say("区長が後閲しました。")

    def printing(self) -> None:
        self.at("2024-03-01 10:00")
        self.advance()
        self.at("2024-03-29 10:00")

    # --- what the scenes are made of ---------------------------------------------------------------------

    def at(self, moment: str) -> "Replay":
        """Advance the clock to the moment (2023-06-12 14:00), sending due mail on the way."""
        return self.until(parse_moment(moment))

    def until(self, until: datetime) -> "Replay":
        day = tokyo_day(self.now)
        while day <= tokyo_day(until):
            for clock in TICKS:
                due = at_tokyo(day, clock)
                if self.now < due <= until:
                    self.now = due
                    self.deliver()
            day += timedelta(days=1)
        self.now = until
        self.deliver()
        return self

    def deliver(self) -> None:
        self.sent += tick(self.office, mailer_of(self.settings), self.settings, lambda: self.now).sent

    def latest(self) -> int:
        """The number of the version by which the plan's gates are judged."""
        with self.office.reading() as db:
            text = plan_by_key(db, PLAN).text
        return text.number if text else 0

    def version(self, name: str, *paragraphs: str) -> None:
        number = actions.add_version(self.office, "tanto", PLAN, name, docx(*paragraphs), now=self.now)
        self.say(f"文書「{name}」を第{number}版として登録しました。")

    def corrected(self, name: str, *paragraphs: str, meets: Sequence[int] = (), why: str = "") -> None:
        """A correction of the text: one that meets conditions, or a 正誤."""
        kind = TextKind.CONDITIONS if meets else TextKind.MINOR
        number = actions.add_version(
            self.office,
            "tanto",
            PLAN,
            name,
            docx(*paragraphs),
            kind=kind,
            conditions=meets,
            why=why,
            now=self.now,
        )
        self.say(f"文書「{name}」を第{number}版（{kind.label}）として登録しました。")
        self.blocked()

    def confirms(self, key: str, gate: str, note: str) -> None:
        """The chair, or their deputy, confirms the corrected text on the comparison."""
        with self.office.reading() as db:
            plan = plan_by_key(db, PLAN)
            waiting = queries.confirmation_waiting(db, plan, gate, self.now)
        found = readable(texts.comparison_of(self.office.files, waiting.base.sha256, waiting.current.sha256))
        actions.confirm_text(
            self.office, key, PLAN, gate, seen=waiting.current.number, note=note, now=self.now
        )
        body = plan.chain.body(waiting.gate.body)
        manner = next(each for each in self.confirmed(plan) if each.gate == gate).manner
        self.say(
            f"{body.name}の{manner.label}が、第{waiting.base.number}版との新旧対照（変更 {len(found.differences)} 箇所）を"
            f"見て、第{waiting.current.number}版を確認しました。"
        )

    def confirmed(self, plan: PlanFact) -> list[ConfirmationLine]:
        with self.office.reading() as db:
            return queries.confirmations(db, plan)[::-1]

    def meets(
        self,
        body: str,
        title: str,
        starts: str,
        gate: str,
        *,
        outcome: Outcome | None = None,
        conditions: list[str] | None = None,
        moved_to: str | None = None,
    ) -> int:
        """A meeting called now, attended, its outcome recorded, closed with minutes. Returns the decision."""
        by = SECRETARY[body]
        starts_at = parse_moment(starts)
        meeting = actions.call_meeting(
            self.office, by, body, title, starts_at=starts_at, ends_at=starts_at + timedelta(hours=2),
            place="区役所 本庁舎 9階会議室", now=self.now,
        )  # fmt: skip
        item = actions.list_item(self.office, by, meeting, PLAN, gate, now=self.now)
        self.papers(meeting, item, gate)
        self.say(f"{title}を {reiwa_moment(starts_at)} に招集し、開催通知を送りました。")
        self.deliver()
        if moved_to:
            starts, starts_at = moved_to, parse_moment(moved_to)
            self.at("2024-01-05 10:00")
            actions.move_meeting(
                self.office, by, meeting, starts_at=starts_at, ends_at=starts_at + timedelta(hours=2),
                reason="日程の調整", now=self.now,
            )  # fmt: skip
            self.say(f"{title}を {reiwa_moment(starts_at)} に変更し、全員に知らせました。")
        self.at(starts)
        self.now = starts_at + timedelta(hours=2)
        there = {
            key: Seated(present=True) for b, role, key in SEATS if b == body and role is not Role.SECRETARIAT
        }
        if body == BUKAI:
            there["kacho_somu"] = Seated(present=True, deputy="kacho_kikaku")
        actions.enter_attendance(self.office, by, meeting, there, now=self.now)
        self.said(meeting, item, gate)
        usual = Outcome.RECEIVED if body == IINKAI else Outcome.APPROVED
        decision = actions.record_outcome(
            self.office, by, item, outcome or usual, conditions=conditions or [], now=self.now
        )
        actions.close_meeting(self.office, by, meeting, now=self.now)
        self.say(f"{title}: {(outcome or usual).label}")
        self.minutes(meeting, body)
        return decision

    def papers(self, meeting: int, item: int, gate: str) -> None:
        """The 事務局 enters the papers of the item."""
        for title, kind in PAPERS.get(gate, ()):
            actions.add_paper(
                self.office, "tanto", meeting, f"{title}.docx", docx(title, "本文"), item=item, kind=kind, now=self.now,
            )  # fmt: skip

    def said(self, meeting: int, item: int, gate: str) -> None:
        """Record the remarks at the item, and who came beside the members."""
        remarks = REMARKS.get(gate, ())
        for spoken in remarks:
            actions.record_speech(self.office, "tanto", item, spoken, now=self.now)
        if remarks:
            actions.enter_guests(self.office, "tanto", meeting, [GUEST], None, now=self.now)

    def minutes(self, meeting: int, body: str) -> None:
        """The chair confirms the 概要, and of the 部会 the 会議録 too."""
        by, kinds = SECRETARY[body], MinutesKind if body == BUKAI else (MinutesKind.SUMMARY,)
        for kind in kinds:
            if kind is MinutesKind.FULL:
                actions.draft_minutes(self.office, by, meeting, kind, now=self.now)
            actions.put_minutes(self.office, by, meeting, kind, now=self.now)
        self.deliver()
        for kind in kinds:
            actions.confirm_minutes(self.office, CHAIRS[body], meeting, kind, seen=0, now=self.now)
        self.say(f"会長が{'と'.join(kind.label for kind in kinds)}を確認し、確定しました。")

    def inquires(self, due: str) -> int:
        """照会: two departments are asked about the 素案."""
        number = actions.inquire(
            self.office, "tanto", PLAN, "素案についての意見照会",
            "DX推進計画2025の素案について、御意見をお寄せください。",
            ["所管の施策の記載に誤りはありませんか", "成果指標の目標値は適切ですか"],
            departments=["seisaku", "somu"], due_on=parse_day(due), silence=Silence.NO_OBJECTION, now=self.now,
        )  # fmt: skip
        self.say(f"政策企画課と総務課に、素案について照会しました（回答期限 {due}）。")
        return number

    def answers(self, number: int) -> None:
        """A department answers the 照会 with two remarks."""
        remarks = [
            GivenRemark("第4章の施策12は、総務課と共管である。", question=1, page="34", section="施策12"),
            GivenRemark("目標値80%の根拠を、脚注に書かれたい。", question=2, page="52"),
        ]
        actions.answer_inquiry(
            self.office, "kacho_somu", PLAN, number, remarks, has_opinion=True, now=self.now
        )
        self.say("総務課が照会に答えました（意見 2 件）。")

    def responds(self, number: int) -> None:
        """The department that asked says what it makes of each remark."""
        with self.office.reading() as db:
            asked = queries.inquiry(db, plan_by_key(db, PLAN), number)
        remarks = [each for one in asked.addressees if one.answer for each in one.answer.remarks]
        verdicts = (
            (Verdict.ADOPTED, "共管と記載します。"),
            (Verdict.PARTLY, "根拠は、巻末の資料編に示します。"),
        )
        for remark, (verdict, reason) in zip(remarks, verdicts, strict=True):
            actions.respond_to_remark(
                self.office, "tanto", PLAN, number, remark.number, verdict, reason, now=self.now
            )

    def in_writing(self, body: str, title: str, gate: str, until: str) -> None:
        """A 持ち回り: members answer, the last one only after the reminder."""
        ends_at = parse_moment(until)
        meeting = actions.call_meeting(
            self.office, "tanto", body, title, form=MeetingForm.IN_WRITING, starts_at=self.now, ends_at=ends_at,
            place="持ち回り", now=self.now,
        )  # fmt: skip
        item = actions.list_item(self.office, "tanto", meeting, PLAN, gate, now=self.now)
        self.say(f"{title}を送付しました（回答期限 {reiwa_moment(ends_at)}）。")
        members = [key for b, role, key in SEATS if b == body and role is not Role.SECRETARIAT]
        for key in members[:-1]:
            actions.cast_vote(self.office, key, item, Choice.FOR, now=self.now)
        self.until(ends_at - timedelta(hours=2))
        actions.cast_vote(self.office, members[-1], item, Choice.FOR, now=self.now)
        self.until(ends_at)
        actions.record_outcome(self.office, "tanto", item, Outcome.APPROVED, now=self.now)
        actions.close_meeting(self.office, "tanto", meeting, "全員が賛成した。", now=self.now)
        self.say(f"{title}: 全員の回答により了承")

    def advance(self) -> None:
        moved = actions.advance(self.office, "tanto", PLAN, seen=self.seen(), now=self.now)
        with self.office.reading() as db:
            chain = plan_by_key(db, PLAN).chain
        self.say(
            f"「{chain.stage(moved.from_stage).label}」から「{chain.stage(moved.to_stage).label}」へ進みました。"
        )

    def too_early(self) -> None:
        self.say("本部と委員会を待たずに進めようとします…")
        try:
            self.advance()
        except SakuteiError as refused:
            self.say(f"断られました。{refused.message}")
        else:
            raise AssertionError("a step was taken without its approvals")

    def blocked(self) -> None:
        with self.office.reading() as db:
            for reason in queries.why(db, plan_by_key(db, PLAN), self.now):
                self.say(f"進めない理由: {reason.words}")

    def seen(self) -> int:
        with self.office.reading() as db:
            return plan_by_key(db, PLAN).revision

    def say(self, words: str) -> None:
        self.tell(self.now, words)
