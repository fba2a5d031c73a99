"""Rights as of the day of the act: one table, checked by every use case."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NoReturn

from definitions.chain import Chain, SignoffGate
from definitions.labelled import Labelled
from definitions.terms import Role
from workflow.domain.errors import HasLeft, NotAllowed


class Act(StrEnum):
    """Everything a person can do, by its Japanese name."""

    OPEN_PLAN = "計画の開始"
    CORRECT_PLAN = "計画の名称・担当課・工程表の月の訂正"
    CHANGE_SCHEDULE = "工程表の変更"
    ADD_VERSION = "版の登録"
    MOVE_PLAN = "計画の進行・差戻し・中断・再開・取下げ"
    CALL_MEETING = "会議の招集・変更・中止・終了"
    SET_AGENDA = "議題の設定"
    ENTER_PAPERS = "会議資料の登録・差し替え・取下げ"
    ENTER_ATTENDANCE = "出欠の記録"
    KEEP_MINUTES = "発言・説明者・傍聴者の記録と概要・会議録の作成"
    CONFIRM_MINUTES = "概要・会議録の確認"
    READ_DRAFTS = "発言の記録と概要・会議録の案の閲覧"
    OPEN_MEETINGS = "会議・議題の公開・非公開の決定の記録と、概要・会議録の公開"
    RECORD_OUTCOME = "結果の記録・訂正"
    VOTE = "採決・持ち回りの回答"
    CAST_DECIDING_VOTE = "可否同数のときの裁決"
    CLOSE_CONDITION = "条件の解消"
    CONFIRM = "訂正の確認"
    DECIDE_ALONE = "専決"
    SIGN = "決裁"
    REVIEW = "後閲"
    RUN_COMMENT = "パブリックコメントの実施・回答・公表"
    KEEP_PEOPLE = "名簿の管理"
    RESEND = "通知の再送"
    CIRCULATE = "供覧"
    READ = "供覧の確認"
    DISCUSS = "意見交換"
    INQUIRE = "照会と、その意見への対応"
    ANSWER_INQUIRY = "照会への回答"
    READ_INQUIRY = "照会の閲覧"
    CONNECT = "他システムとの連携の管理"
    RSVP = "出欠の回答"
    SET_CONTACT = "会議体の事務局の連絡先の登録"
    READ_SECURITY_LOG = "アクセス記録の閲覧"
    READ_LOG = "記録の閲覧"
    READ_PLAN = "計画の閲覧"
    SEE_MEETINGS = "会議の日時・場所の閲覧"
    READ_MEETING = "会議の出欠・採決・概要・会議録の閲覧"
    READ_BODY_PAPERS = "会議体だけの会議資料の閲覧"
    READ_WITHDRAWN_PAPERS = "取り下げた会議資料の閲覧"
    READ_ADDRESSES = "ほかの人の電子メールの閲覧"
    OPEN_PLANS = "計画の閲覧範囲の変更"
    KEEP_TEMPLATES = "書類のテンプレートの変更"
    TAKE_DOSSIER = "監査のための一件書類の作成"


class Capacity(StrEnum):
    """The capacity in which a person acts."""

    STAFF = "計画の担当課の職員"
    SECRETARIAT = "会議体の事務局"
    MEMBER = "会議体の委員"
    CHAIR = "会議体の会長（不在のときは副会長）"
    POSITION_HOLDER = "決裁者"
    DELEGATE = "専決者"
    DEPUTY = "決裁者の代理者"
    CHAIR_DEPUTY = "会長の代理者"
    MEMBER_DEPUTY = "委員の代理者"
    ADMINISTRATOR = "システム管理者"
    AUDITOR = "監査"
    CIRCULATED = "供覧を受けた人"
    INQUIRED = "照会を受けた課・職員"
    EMPLOYEE = "所属のある職員"
    COLLEAGUE = "所属のある職員（計画を庁内に開いている庁だけ）"


RIGHTS: dict[Act, frozenset[Capacity]] = {
    Act.OPEN_PLAN: frozenset({Capacity.STAFF}),
    Act.CORRECT_PLAN: frozenset({Capacity.STAFF}),
    Act.CHANGE_SCHEDULE: frozenset({Capacity.STAFF}),
    Act.ADD_VERSION: frozenset({Capacity.STAFF}),
    Act.MOVE_PLAN: frozenset({Capacity.STAFF}),
    Act.CALL_MEETING: frozenset({Capacity.SECRETARIAT}),
    Act.SET_AGENDA: frozenset({Capacity.SECRETARIAT}),
    Act.ENTER_PAPERS: frozenset({Capacity.SECRETARIAT, Capacity.STAFF}),
    Act.ENTER_ATTENDANCE: frozenset({Capacity.SECRETARIAT}),
    Act.KEEP_MINUTES: frozenset({Capacity.SECRETARIAT}),
    Act.CONFIRM_MINUTES: frozenset({Capacity.CHAIR, Capacity.SECRETARIAT}),
    Act.READ_DRAFTS: frozenset({Capacity.SECRETARIAT, Capacity.CHAIR, Capacity.AUDITOR}),
    Act.OPEN_MEETINGS: frozenset({Capacity.SECRETARIAT}),
    Act.RECORD_OUTCOME: frozenset({Capacity.SECRETARIAT, Capacity.CHAIR}),
    Act.VOTE: frozenset({Capacity.MEMBER}),
    Act.CAST_DECIDING_VOTE: frozenset({Capacity.CHAIR, Capacity.SECRETARIAT}),
    Act.CLOSE_CONDITION: frozenset({Capacity.SECRETARIAT, Capacity.CHAIR}),
    Act.CONFIRM: frozenset({Capacity.CHAIR, Capacity.SECRETARIAT, Capacity.CHAIR_DEPUTY}),
    Act.DECIDE_ALONE: frozenset({Capacity.CHAIR}),
    Act.SIGN: frozenset({Capacity.POSITION_HOLDER, Capacity.DELEGATE, Capacity.DEPUTY}),
    Act.REVIEW: frozenset({Capacity.POSITION_HOLDER}),
    Act.RUN_COMMENT: frozenset({Capacity.STAFF}),
    Act.KEEP_PEOPLE: frozenset({Capacity.ADMINISTRATOR}),
    Act.RESEND: frozenset({Capacity.STAFF, Capacity.SECRETARIAT, Capacity.ADMINISTRATOR}),
    Act.CIRCULATE: frozenset({Capacity.STAFF, Capacity.SECRETARIAT}),
    Act.READ: frozenset({Capacity.STAFF, Capacity.SECRETARIAT, Capacity.MEMBER, Capacity.CHAIR}),
    Act.DISCUSS: frozenset({Capacity.STAFF, Capacity.SECRETARIAT, Capacity.MEMBER, Capacity.CHAIR}),
    Act.INQUIRE: frozenset({Capacity.STAFF}),
    Act.ANSWER_INQUIRY: frozenset({Capacity.INQUIRED}),
    Act.READ_INQUIRY: frozenset({Capacity.STAFF, Capacity.INQUIRED, Capacity.AUDITOR}),
    Act.CONNECT: frozenset({Capacity.ADMINISTRATOR}),
    Act.RSVP: frozenset({Capacity.MEMBER, Capacity.MEMBER_DEPUTY, Capacity.SECRETARIAT}),
    Act.SET_CONTACT: frozenset({Capacity.SECRETARIAT, Capacity.ADMINISTRATOR}),
    Act.READ_SECURITY_LOG: frozenset({Capacity.ADMINISTRATOR, Capacity.AUDITOR}),
    Act.READ_LOG: frozenset({Capacity.ADMINISTRATOR, Capacity.AUDITOR}),
    Act.READ_PLAN: frozenset(
        {
            Capacity.STAFF,
            Capacity.SECRETARIAT,
            Capacity.MEMBER,
            Capacity.CHAIR,
            Capacity.POSITION_HOLDER,
            Capacity.DEPUTY,
            Capacity.CIRCULATED,
            Capacity.INQUIRED,
            Capacity.AUDITOR,
            Capacity.COLLEAGUE,
        }
    ),
    Act.SEE_MEETINGS: frozenset(
        {
            Capacity.EMPLOYEE,
            Capacity.SECRETARIAT,
            Capacity.MEMBER,
            Capacity.CHAIR,
            Capacity.MEMBER_DEPUTY,
            Capacity.ADMINISTRATOR,
            Capacity.AUDITOR,
        }
    ),
    Act.READ_MEETING: frozenset(
        {
            Capacity.SECRETARIAT,
            Capacity.MEMBER,
            Capacity.CHAIR,
            Capacity.MEMBER_DEPUTY,
            Capacity.AUDITOR,
            Capacity.COLLEAGUE,
        }
    ),
    Act.READ_BODY_PAPERS: frozenset(
        {
            Capacity.SECRETARIAT,
            Capacity.MEMBER,
            Capacity.CHAIR,
            Capacity.MEMBER_DEPUTY,
            Capacity.AUDITOR,
        }
    ),
    Act.READ_WITHDRAWN_PAPERS: frozenset({Capacity.SECRETARIAT, Capacity.AUDITOR}),
    Act.READ_ADDRESSES: frozenset({Capacity.ADMINISTRATOR, Capacity.SECRETARIAT}),
    Act.OPEN_PLANS: frozenset({Capacity.ADMINISTRATOR}),
    Act.KEEP_TEMPLATES: frozenset({Capacity.ADMINISTRATOR}),
    Act.TAKE_DOSSIER: frozenset({Capacity.STAFF, Capacity.AUDITOR}),
}
"""The rights table: who does what, and who reads what. 事務局 and 担当 may well be the same person; then they hold both capacities."""


class PlanReaders(Labelled):
    """The people to whom the office opens all its plans."""

    CONCERNED = "concerned", "担当課、計画の流れに名のある会議体と決裁者、供覧・照会を受けた人、監査"
    STAFF = "staff", "所属のある職員すべて（所属のない委員は、自分の会議体の計画だけ）"


class PaperAudience(Labelled):
    """The people to whom a paper of a meeting is open: whoever sees that the meeting is, unless what it is about is closed;
    who reads its item, or the whole meeting; the body alone, with 監査."""

    PUBLIC = "public", "公開"
    OFFICE = "office", "庁内"
    BODY = "body", "この会議体だけ"


SEATED = (Role.CHAIR, Role.VICE_CHAIR, Role.MEMBER)
"""The roles that make a member; the 事務局 is none."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, with all their capacities on one day. `represented` are the positions (職) of those whose deputy
    they are, with their holders; `plans_open`: the office opens its plans to all its staff; `left`: they served here once and no longer do (異動・退職)."""

    id: int
    key: str
    name: str
    on: date
    departments: frozenset[str] = frozenset()
    positions: frozenset[str] = frozenset()
    seats: frozenset[tuple[str, str]] = field(default_factory=frozenset)
    principals: frozenset[int] = frozenset()
    represented: frozenset[tuple[int, str]] = frozenset()
    represented_departments: frozenset[str] = frozenset()
    represented_bodies: frozenset[str] = frozenset()
    plans_open: bool = False
    administrator: bool = False
    auditor: bool = False
    left: bool = False

    def capacities(self, *, department: str | None = None, body: str | None = None) -> frozenset[Capacity]:
        """The capacities in which the person acts for that department's plan, or in that body."""
        held = set()
        if department in self.departments:
            held.add(Capacity.STAFF)
        if (body, Role.SECRETARIAT) in self.seats:
            held.add(Capacity.SECRETARIAT)
        if any((body, role) in self.seats for role in SEATED):
            held.add(Capacity.MEMBER)
        if (body, Role.CHAIR) in self.seats or (body, Role.VICE_CHAIR) in self.seats:
            held.add(Capacity.CHAIR)
        if self.administrator:
            held.add(Capacity.ADMINISTRATOR)
        if self.auditor:
            held.add(Capacity.AUDITOR)
        if self.departments:
            held |= {Capacity.EMPLOYEE, *([Capacity.COLLEAGUE] if self.plans_open else [])}
        return frozenset(held)

    def capacities_for(self, department: str, chain: Chain) -> frozenset[Capacity]:
        """The capacities in which the person stands to a plan of that department under that chain, 供覧 and 照会 apart."""
        held = set(self.capacities(department=department))
        bodies = {body.key for body in chain.bodies}
        for body in bodies:
            held |= self.capacities(body=body)
        positions = _positions_of(chain)
        if self.positions & positions:
            held.add(Capacity.POSITION_HOLDER)
        represented = {position for _, position in self.represented}
        if (
            department in self.represented_departments
            or self.represented_bodies & bodies
            or represented & positions
        ):
            held.add(Capacity.DEPUTY)
        return frozenset(held)

    def may_for(self, act: Act, department: str, chain: Chain) -> bool:
        """Return whether the person may do it for a plan of the department, or in any body of its chain."""
        return bool(RIGHTS[act] & self.capacities_for(department, chain))

    def may_read_meeting_of(self, body: str) -> bool:
        """Return whether the person may read everything of the meetings of the body, papers for the body alone apart."""
        return self.may_at_meetings_of(body, Act.READ_MEETING)

    def may_at_meetings_of(self, body: str, act: Act) -> bool:
        """Return whether any capacity of the person in the body, a member's deputy included, carries the right."""
        held = set(self.capacities(body=body))
        if body in self.represented_bodies:
            held.add(Capacity.MEMBER_DEPUTY)
        return bool(RIGHTS[act] & held)

    def may(self, act: Act, *, department: str | None = None, body: str | None = None) -> bool:
        """Return whether any capacity of the person carries the right."""
        return bool(RIGHTS[act] & self.capacities(department=department, body=body))

    def may_somewhere(self, act: Act) -> bool:
        """Return whether the person may do it in some department, body or position: checked by routes; the use
        case checks again for its plan or body."""
        held = {Capacity.STAFF, Capacity.EMPLOYEE, Capacity.INQUIRED} if self.departments else set()
        for body, _ in self.seats:
            held |= self.capacities(body=body)
        if self.administrator:
            held.add(Capacity.ADMINISTRATOR)
        if self.auditor:
            held.add(Capacity.AUDITOR)
        if self.positions:
            held |= {Capacity.POSITION_HOLDER, Capacity.DELEGATE}
        if self.principals:
            held |= {Capacity.DEPUTY, Capacity.CHAIR_DEPUTY, Capacity.MEMBER_DEPUTY}
        return bool(RIGHTS[act] & held)

    def require(self, act: Act, *, department: str | None = None, body: str | None = None) -> None:
        """Raises `NotAllowed` when no capacity of the person carries the right."""
        if not self.may(act, department=department, body=body):
            self.refuse(act)

    def require_service(self) -> None:
        """Check that the person still serves here, as the use of a personal token or password requires. Raises
        `HasLeft`."""
        if self.left:
            raise HasLeft(self.name)

    def refuse(self, act: Act, *, ended: bool = False) -> NoReturn:
        """Raises `NotAllowed` with who may; `ended`: the person had the right, and has it no longer."""
        raise NotAllowed(self.name, act, sorted(RIGHTS[act]), ended=ended)


def _positions_of(chain: Chain) -> frozenset[str]:
    """The positions (職) that sign under the chain, by right or by delegation."""
    gates = [gate for stage in chain.stages for gate in stage.gates if isinstance(gate, SignoffGate)]
    return frozenset(each for gate in gates for each in (gate.position, gate.delegate) if each)
