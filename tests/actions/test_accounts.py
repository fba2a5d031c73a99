"""Accounts: what a password must be, who is invited, what a mailed link can do, and how often one may try."""

import base64
import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import perf_counter

import pytest
from sqlalchemy import select, text

from tests.support.mailbox import mailed
from tests.support.scenario import House
from workflow import actions
from workflow.actions.invitations import mint
from workflow.actions.rate_limits import (
    FROM_ALL_PLACES,
    FROM_ONE_SOURCE,
    MAILS_ASKED,
    WRONG_PASSWORDS,
    Counter,
    count_try,
    wait_left,
)
from workflow.domain.accounts import LinkPurpose
from workflow.domain.errors import (
    AlreadyDone,
    BadInput,
    IdentityUnconfirmed,
    LinkUnusable,
    NotAllowed,
    NotFound,
    SignInRefused,
)
from workflow.domain.passwords import a_password, known_by
from workflow.store import event_log
from workflow.store.tables import Event, MailedLink

PASSWORD = "はるはあけぼの やうやう白く"
NEWER = "なつはよる 月のころはさらなり"


@pytest.fixture
def known(house: House) -> House:
    house.has_password("tanto", PASSWORD)
    return house


def _sign_in(
    house: House, key: str = "tanto", password: str = PASSWORD, source: str = "", device: str = ""
) -> str:
    return actions.sign_in(house.office, key, password, source=source, device=device, now=house.now)


def _guess(house: House, key: str = "tanto", source: str = "", device: str = "") -> timedelta | None:
    """Give a wrong password; how long one has to wait instead, when it was not looked at."""
    with pytest.raises(SignInRefused) as refused:
        _sign_in(house, key, "当てずっぽうの言葉", source, device)
    return refused.value.wait


def _who(house: House, token: str) -> str | None:
    with house.office.reading() as db:
        seen = actions.signed_in(db, token, house.now)
    return seen.key if seen else None


def _wrong_from_everywhere(house: House, times: int) -> None:
    """Count wrong passwords for 担当, each from an address of its own."""
    with house.office.writing() as db:
        for number in range(times):
            from_there = Counter("key", "tanto", WRONG_PASSWORDS, place=f"source 198.51.100.{number}")
            count_try(db, [from_there], house.now)


def _invite(house: House, person: str = "mayor") -> str:
    """Invite, and mint the link as the mail's writer would."""
    actions.invite(house.office, "admin", person, now=house.now)
    return _mint(house)


def _ask(house: House, typed: str = "tanto") -> str:
    actions.ask_reset(house.office, typed, now=house.now)
    return _mint(house)


def _mint(house: House) -> str:
    with house.office.writing() as db:
        link = db.scalars(select(MailedLink).order_by(MailedLink.id.desc())).first()
        assert link is not None
        return mailed(db, mint(link, house.now))


def _links(house: House) -> int:
    with house.office.reading() as db:
        return len(db.scalars(select(MailedLink.id)).all())


def _set(house: House, token: str, purpose: LinkPurpose = LinkPurpose.WELCOME, to: str = NEWER) -> None:
    actions.set_password_by_link(house.office, purpose, token, to, now=house.now)


# --- passwords ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "password",
    [
        "aaaaaaaaaaaaaaaa",
        "abababababababab",
        "Password1234!",
        "ｐａｓｓｗｏｒｄ１２３４",
        "tanto-tanto-tanto",
        "tanto2024!!!",
        "TANTO@city.example.jp",
        "担当花子担当花子担当花子",
        "qwertyuiop123456",
        "12345678901234567890",
        "itabashi2025",
        "いたばし２０２５年１２月",
        "itabashi-kuyakusho-2025",
        "1q2w3e4r5t6y",
        "hanako19850412",
        "hanako-19850412!",
        "1985.04.12.hanako",
        "Tanto@City2025!!!",
        "yamada-taro-1985",
        "Zaq12wsxcde3",
    ],
)
def test_a_password_that_anybody_would_try_first_is_refused(known: House, password: str) -> None:
    with pytest.raises(BadInput, match="推測されやすい") as refused:
        actions.set_password(known.office, "tanto", "tanto", password, now=known.now)
    assert password not in refused.value.message
    assert _sign_in(known)


@pytest.mark.parametrize(
    ("key", "name", "email"),
    [
        ("jiro", "策定 次郎", "sakutei@city.example.jp"),
        ("s-jiro", "策定 次郎", "sakutei@city.example.jp"),
        ("worker", "策定 じろう", "worker@city.example.jp"),
        ("worker", "策定 ジロウ", "worker@city.example.jp"),
        ("worker", "策定 次郎", "jiro.sakutei@city.example.jp"),
    ],
)
def test_the_names_of_person_and_product_are_no_password_however_they_are_written(
    house: House, key: str, name: str, email: str
) -> None:
    actions.add_person(house.office, "admin", key, name, email, now=house.now)
    for password in ("sakutei-jiro1", "Jiro+Sakutei+2025", "じろう・じろう・じろう・25"):
        with pytest.raises(BadInput, match="推測されやすい"):
            actions.set_password(house.office, "admin", key, password, now=house.now)


def test_the_name_of_the_office_is_no_password(house: House) -> None:
    house.a_plan()
    with pytest.raises(BadInput, match="庁名"):
        actions.set_password(house.office, "tanto", "tanto", "板橋区板橋区板橋区2025", now=house.now)


@pytest.mark.parametrize(
    "password",
    [
        "紅葉山市の紅葉山市の紅葉山市2025",
        "もみじやまと、もみじやまに、もみじやまで",
        "momijiyama-momijiyama-25",
    ],
)
def test_the_name_that_the_office_gives_itself_is_no_password(house: House, password: str) -> None:
    actions.set_password(house.office, "tanto", "tanto", password, now=house.now)
    house.office.name = "紅葉山市　もみじやま"
    with pytest.raises(BadInput, match="推測されやすい"):
        actions.set_password(house.office, "tanto", "tanto", password, now=house.now)


def test_a_password_is_judged_as_quickly_however_long_it_is(house: House) -> None:
    longest = "Lq2-xW7$e みどりの橋 " * 11
    began = perf_counter()
    actions.set_password(house.office, "tanto", "tanto", longest[:200], now=house.now)
    assert perf_counter() - began < 1


@pytest.mark.parametrize(
    "password",
    ["correct horse battery", "tanto の机の上の猫はよく眠る", "9f#Lq2-xW7$e", "いろはにほへとちりぬるを"],
)
def test_a_password_of_unrelated_words_or_signs_is_taken(known: House, password: str) -> None:
    actions.set_password(known.office, "tanto", "tanto", password, now=known.now)
    assert _sign_in(known, password=password)


def test_no_password_that_the_program_makes_is_refused(house: House) -> None:
    """Random letters with a digit at one end are no word with a number."""
    words = known_by("tanto", "担当 太郎", "tanto@city.example.jp", ["板橋区"])
    signs = random.Random(9)  # the same each time: one in some ten thousand holds a word by chance
    for _ in range(300):
        a_password(base64.urlsafe_b64encode(signs.randbytes(9)).decode(), words)
    a_password("2xKqWmPzRtL9", words)


def test_a_new_password_needs_the_old_one_and_keeps_only_this_session(known: House) -> None:
    here, elsewhere = _sign_in(known), _sign_in(known)
    with pytest.raises(BadInput, match="現在のパスワード"):
        actions.change_password(known.office, "tanto", "ちがう", NEWER, session=here, now=known.now)
    assert _who(known, elsewhere) == "tanto"
    actions.change_password(known.office, "tanto", PASSWORD, NEWER, session=here, now=known.now)
    assert (_who(known, here), _who(known, elsewhere)) == ("tanto", None)
    assert _sign_in(known, password=NEWER)


def test_the_old_password_cannot_be_guessed_from_an_open_session(known: House) -> None:
    for _ in range(WRONG_PASSWORDS):
        with pytest.raises(BadInput):
            actions.change_password(known.office, "tanto", "当てずっぽう", NEWER, now=known.now)
    with pytest.raises(SignInRefused, match="1 分"):
        actions.change_password(known.office, "tanto", PASSWORD, NEWER, now=known.now)
    assert _sign_in(known), "guessing there does not shut the owner out of the sign-in page"


# --- sessions ----------------------------------------------------------------------------------------


def test_ending_a_session_ends_one_of_ones_own_only(known: House) -> None:
    actions.set_password(known.office, "admin", "mayor", PASSWORD, now=known.now)
    mine, theirs = _sign_in(known), _sign_in(known, "mayor")
    with known.office.reading() as db:
        named = dict(db.execute(text("SELECT person_id, token_sha256 FROM sign_in")).all())  # type: ignore[arg-type]
    for session in named.values():
        actions.end_session(known.office, "tanto", session, now=known.now)
    assert (_who(known, mine), _who(known, theirs)) == (None, "mayor")


def test_every_sign_in_begins_a_session_of_its_own(known: House) -> None:
    tokens = [_sign_in(known) for _ in range(3)]
    assert len(set(tokens)) == 3
    actions.end_other_sessions(known.office, "tanto", tokens[1], now=known.now)
    assert [_who(known, token) for token in tokens] == [None, "tanto", None]


# --- how often one may try ---------------------------------------------------------------------------


def test_each_wrong_password_doubles_the_wait_up_to_a_quarter_of_an_hour(known: House) -> None:
    assert [_guess(known) for _ in range(WRONG_PASSWORDS)] == [None] * WRONG_PASSWORDS
    waits = []
    for _ in range(7):
        wait = _guess(known)
        assert wait is not None
        waits.append(wait.total_seconds())
        known.now += wait
        assert _guess(known) is None, "after the wait it is looked at again"
    assert waits == [30, 60, 120, 240, 480, 900, 900]


@pytest.mark.parametrize(
    "key", ["tanto\0", "\0tanto", " tanto ", "TANTO", "ｔａｎｔｏ", "ta\u200bnto", "tanto\r\n", "tan\ud800to"]
)
def test_the_same_person_by_any_spelling_is_counted_as_one(known: House, key: str) -> None:
    for _ in range(WRONG_PASSWORDS):
        _guess(known, key)
    assert _guess(known, key) is not None
    assert _guess(known) is not None


def test_guesses_at_one_person_from_everywhere_are_bounded_together(known: House) -> None:
    _wrong_from_everywhere(known, FROM_ALL_PLACES - 1)
    assert _guess(known, "tanto\0", "198.51.100.200") is None
    assert _guess(known, "tanto\0", "198.51.100.201") is not None


def test_wrong_passwords_from_elsewhere_shut_nobody_out(known: House) -> None:
    for _ in range(3 * WRONG_PASSWORDS):
        _guess(known, source="203.0.113.9")
    assert _sign_in(known, source="192.0.2.1")


def test_a_known_device_passes_whatever_is_tried_elsewhere(known: House) -> None:
    device = actions.new_device(known.office, "tanto")
    _wrong_from_everywhere(known, FROM_ALL_PLACES)
    assert _guess(known, source="192.0.2.1") is not None
    assert _sign_in(known, source="192.0.2.1", device=device)


def test_a_known_device_is_no_way_to_guess_without_end(known: House) -> None:
    device = actions.new_device(known.office, "tanto")
    for _ in range(WRONG_PASSWORDS):
        assert _guess(known, device=device) is None
    assert _guess(known, device=device) is not None


@pytest.mark.parametrize("forged", ["mayors", "", ".", "ab.cd", "あ.い", "x" * 10_000])
def test_a_device_is_known_to_its_own_person_only(known: House, forged: str) -> None:
    device = actions.new_device(known.office, "mayor") if forged == "mayors" else forged
    _wrong_from_everywhere(known, FROM_ALL_PLACES)
    assert _guess(known, source="192.0.2.1", device=device) is not None


def test_invented_keys_do_not_shut_an_office_out(known: House) -> None:
    assert _guess(known, "invented", "192.0.2.1") is None
    with known.office.reading() as db:
        from_there = Counter("source", "192.0.2.1", 1)
        assert wait_left(db, [from_there], known.now) is None, "it was not counted for the address"


def test_the_people_of_an_office_cannot_all_be_tried_from_one_address(known: House) -> None:
    with known.office.writing() as db:
        for _ in range(FROM_ONE_SOURCE - 1):
            count_try(db, [Counter("source", "192.0.2.1", FROM_ONE_SOURCE)], known.now)
    assert _guess(known, source="192.0.2.1") is None
    assert _guess(known, source="192.0.2.1") is not None
    assert _sign_in(known, source="192.0.2.2")
    assert _sign_in(known, source="192.0.2.1", device=actions.new_device(known.office, "tanto"))
    known.later(minutes=15)
    assert _sign_in(known, source="192.0.2.1")


def test_a_used_link_and_an_administrator_lift_the_wait(known: House) -> None:
    def shut_out() -> None:
        while _guess(known) is None:
            pass

    shut_out()
    _set(known, _ask(known), LinkPurpose.RESET)
    assert _sign_in(known, password=NEWER)
    shut_out()
    actions.lift_wait(known.office, "admin", "tanto", now=known.now)
    assert _sign_in(known, password=NEWER)
    with pytest.raises(NotAllowed):
        actions.lift_wait(known.office, "tanto", "tanto", now=known.now)
    with pytest.raises(NotFound):
        actions.lift_wait(known.office, "admin", "nobody", now=known.now)


def test_right_passwords_do_not_use_up_the_tries_of_an_office(known: House) -> None:
    for _ in range(WRONG_PASSWORDS + 2):
        assert _sign_in(known, source="192.0.2.1")
    with known.office.reading() as db:
        assert db.execute(text("SELECT count(*) FROM failed_sign_in")).scalar() == 0


def test_guesses_at_the_same_moment_cannot_exceed_the_limit(known: House) -> None:
    def guess(_: int) -> bool:
        """Whether the guess was looked at."""
        try:
            _sign_in(known, password="当てずっぽうの言葉")
        except SignInRefused as refused:
            return refused.wait is None
        raise AssertionError("the guess was right")

    with ThreadPoolExecutor(8) as crowd:
        looked_at = sum(crowd.map(guess, range(WRONG_PASSWORDS + 8)))
    assert looked_at == WRONG_PASSWORDS


def test_what_was_typed_is_not_kept(known: House) -> None:
    with pytest.raises(SignInRefused):
        _sign_in(known, "わたしのパスワードです", source="192.0.2.1")
    with known.office.reading() as db:
        kept = str(db.execute(text("SELECT name FROM failed_sign_in")).all())
    assert "わたし" not in kept and "192.0.2.1" not in kept


@pytest.mark.parametrize("key", ["\0", "tanto\0", "'; --", "あ" * 10_000, ""])
def test_a_strange_key_is_refused_like_any_other(known: House, key: str) -> None:
    with pytest.raises(SignInRefused, match="違います"):
        _sign_in(known, key, "違うパスワードです")
    actions.ask_reset(known.office, key, now=known.now)


# --- invitations and resets --------------------------------------------------------------------------


def test_only_an_administrator_invites_and_only_who_has_no_password(known: House) -> None:
    with pytest.raises(NotAllowed):
        actions.invite(known.office, "tanto", "mayor", now=known.now)
    with pytest.raises(AlreadyDone, match="既にパスワード"):
        actions.invite(known.office, "admin", "tanto", now=known.now)
    with pytest.raises(NotFound):
        actions.invite(known.office, "admin", "nobody", now=known.now)
    assert _links(known) == 0


def test_an_invited_person_sets_a_password_and_signs_in(known: House) -> None:
    _set(known, _invite(known))
    assert _sign_in(known, "mayor", NEWER)


def test_a_reset_ends_every_session_and_every_other_link(known: House) -> None:
    session = _sign_in(known)
    first, second = _ask(known), _ask(known, "TANTO@city.example.jp")
    _set(known, second, LinkPurpose.RESET)
    assert _who(known, session) is None
    for used in (first, second):
        with pytest.raises(LinkUnusable, match="既に設定されています"):
            _set(known, used, LinkPurpose.RESET, PASSWORD)
    assert _sign_in(known, password=NEWER)


def test_a_changed_password_makes_mailed_links_useless(known: House) -> None:
    link = _ask(known)
    actions.change_password(known.office, "tanto", PASSWORD, NEWER, now=known.now)
    with pytest.raises(LinkUnusable):
        _set(known, link, LinkPurpose.RESET)


def test_a_link_ends_and_says_so(known: House) -> None:
    welcome, reset = _invite(known), _ask(known)
    known.later(hours=1)
    with pytest.raises(LinkUnusable, match="期限が過ぎました"):
        _set(known, reset, LinkPurpose.RESET)
    known.later(days=6, hours=22)
    _set(known, welcome)
    late = _invite(known, "joho_bukai_1")
    known.later(days=7)
    with pytest.raises(LinkUnusable, match="期限が過ぎました"):
        _set(known, late)


def test_a_link_serves_its_own_purpose_only(known: House) -> None:
    with pytest.raises(LinkUnusable, match="使えません"):
        _set(known, _invite(known), LinkPurpose.RESET)


def test_a_bad_password_does_not_use_the_link_up(known: House) -> None:
    link = _invite(known)
    with pytest.raises(BadInput):
        _set(known, link, to="mayor-mayor-mayor")
    _set(known, link)


def test_of_two_at_once_with_one_link_one_sets_the_password(known: House) -> None:
    link = _invite(known)

    def try_to_set(password: str) -> bool:
        try:
            _set(known, link, to=password)
        except LinkUnusable:
            return False
        return True

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(try_to_set, [PASSWORD, NEWER])) == [False, True]


def test_who_was_never_let_in_gets_no_mail_for_a_password(known: House) -> None:
    for typed in ("mayor", "nobody", "nobody@example.jp", ""):
        actions.ask_reset(known.office, typed, now=known.now)
    assert _links(known) == 0
    actions.invite(known.office, "admin", "mayor", now=known.now)
    known.later(days=8)
    actions.ask_reset(known.office, "mayor", now=known.now)
    assert _links(known) == 2, "an invitation that came to nothing can be mended by oneself"


def test_nobody_is_flooded_with_mails_they_did_not_ask_for(known: House) -> None:
    for typed in ("tanto", "tanto@city.example.jp") * 5:
        actions.ask_reset(known.office, typed, now=known.now)
    assert _links(known) == 3
    known.later(minutes=16)
    actions.ask_reset(known.office, "tanto", now=known.now)
    assert _links(known) == 4


def test_one_address_cannot_ask_for_everybody(known: House) -> None:
    with known.office.writing() as db:
        for _ in range(MAILS_ASKED):
            count_try(db, [Counter("reset", "192.0.2.1", MAILS_ASKED)], known.now)
    actions.ask_reset(known.office, "tanto", source="192.0.2.1", now=known.now)
    assert _links(known) == 0
    actions.ask_reset(known.office, "tanto", source="192.0.2.2", now=known.now)
    assert _links(known) == 1


def test_invented_keys_keep_nobody_from_asking(known: House) -> None:
    for number in range(MAILS_ASKED + 1):
        actions.ask_reset(known.office, f"key{number}", source="192.0.2.1", now=known.now)
    actions.ask_reset(known.office, "tanto", source="192.0.2.1", now=known.now)
    assert _links(known) == 1


def test_an_address_mended_ends_the_link_that_went_to_the_old_one(known: House) -> None:
    link, reset = _invite(known), _ask(known)
    ended = actions.change_person(
        known.office,
        "admin",
        "mayor",
        email="right@city.example.jp",
        proof=actions.OwnMachine(),
        now=known.now,
    )
    assert ended == 1
    with pytest.raises(LinkUnusable):
        _set(known, link)
    actions.change_person(known.office, "admin", "tanto", name="担当 華子", now=known.now)
    actions.change_person(
        known.office,
        "admin",
        "tanto",
        email="tanto@city.example.jp",
        proof=actions.OwnMachine(),
        now=known.now,
    )
    _set(known, reset, LinkPurpose.RESET)


def test_a_new_invitation_ends_the_one_before(known: House) -> None:
    first, second = _invite(known), _invite(known)
    with pytest.raises(LinkUnusable):
        _set(known, first)
    _set(known, second)


def test_of_several_mails_for_one_link_each_works_until_one_is_used(known: House) -> None:
    actions.invite(known.office, "admin", "mayor", now=known.now)
    first, second = _mint(known), _mint(known)
    _set(known, first)
    with pytest.raises(LinkUnusable, match="既に設定されています"):
        _set(known, second)


def test_who_has_left_sets_no_password_by_mail(known: House) -> None:
    link = _ask(known)
    known.later(minutes=20)
    actions.end_terms(known.office, "admin", "tanto", known.now.date() - timedelta(days=1), now=known.now)
    with pytest.raises(LinkUnusable):
        _set(known, link, LinkPurpose.RESET)
    actions.ask_reset(known.office, "tanto", now=known.now)
    assert _links(known) == 1


def test_the_log_tells_of_invitations_and_passwords_but_no_secret(known: House) -> None:
    link = _invite(known)
    _set(known, link)
    with known.office.reading() as db:
        event_log.verify(db)
        told = db.execute(select(Event.tag, Event.data).order_by(Event.seq.desc()).limit(2)).all()
        kept = str(db.execute(text("SELECT data FROM event")).all())
        kept += str(db.execute(text("SELECT token_sha256 FROM link_token")).all())
    assert [row.tag for row in told] == ["password.set", "person.invited"]
    assert link not in kept and NEWER not in kept


def _by_provider(
    house: House, subject: str, address: str | None, issuer: str = "https://login.example"
) -> str | None:
    user = actions.ProviderUser(issuer, subject, address)
    return actions.sign_in_by_provider(house.office, user, now=house.now)


def _moves_to(house: House, person: str, address: str) -> None:
    proof = actions.OwnMachine()
    actions.change_person(house.office, "admin", person, email=address, proof=proof, now=house.now)


def test_a_verified_address_signs_in_the_one_person_who_has_it(known: House) -> None:
    _moves_to(known, "mayor", "tanto@city.example.jp")
    assert _by_provider(known, "hanako", "tanto@city.example.jp") is None
    _moves_to(known, "mayor", "mayor@city.example.jp")
    token = _by_provider(known, "hanako", "Tanto@City.Example.JP")
    assert token is not None and _who(known, token) == "tanto"
    for nobody in ("", "@", "tanto@", None):
        assert _by_provider(known, "nobody", nobody) is None


def test_who_gets_the_address_of_somebody_bound_is_not_let_in_as_them(known: House) -> None:
    assert _by_provider(known, "hanako", "tanto@city.example.jp")
    assert _by_provider(known, "successor", "tanto@city.example.jp") is None
    token = _by_provider(known, "hanako", "hanako@married.example.jp")
    assert token is not None and _who(known, token) == "tanto", "an address that changed does not matter"
    _moves_to(known, "tanto", "hanako@married.example.jp")
    _moves_to(known, "mayor", "tanto@city.example.jp")
    token = _by_provider(known, "hanako", "tanto@city.example.jp")
    assert token is not None and _who(known, token) == "tanto", "nor one that is somebody else's now"
    token = _by_provider(known, "hanako", "tanto@city.example.jp", issuer="https://other.example")
    assert token is not None and _who(known, token) == "mayor", "a subject is its issuer's only"


def test_an_administrator_who_confirms_lets_go_of_a_binding_and_the_sessions(known: House) -> None:
    session = _by_provider(known, "hanako", "tanto@city.example.jp")
    assert session is not None
    with pytest.raises(IdentityUnconfirmed):
        actions.unbind_provider(known.office, "admin", "tanto", proof=None, now=known.now)
    proof = actions.OwnMachine()
    with pytest.raises(NotAllowed):
        actions.unbind_provider(known.office, "tanto", "tanto", proof=proof, now=known.now)
    actions.unbind_provider(known.office, "admin", "tanto", proof=proof, now=known.now)
    assert _who(known, session) is None
    with pytest.raises(NotFound):
        actions.unbind_provider(known.office, "admin", "tanto", proof=proof, now=known.now)
    assert _by_provider(known, "hanako", None) is None
    assert _by_provider(known, "newer", "tanto@city.example.jp")
    with known.office.reading() as db:
        tags = db.scalars(select(Event.tag).where(Event.tag.like("provider.%")).order_by(Event.seq)).all()
    assert tags == ["provider.bound", "provider.unbound", "provider.bound"]


@pytest.mark.parametrize("address", ["tan\u212ao@city.example.jp", "tanKo@city.example.jp"])
def test_the_kelvin_sign_is_no_k(known: House, address: str) -> None:
    _moves_to(known, "tanto", "tanko@city.example.jp")
    same = "\u212a" not in address
    assert (_by_provider(known, "hanako", address) is not None) is same
    actions.ask_reset(known.office, address, now=known.now)
    assert _links(known) == int(same)


def test_a_key_with_the_kelvin_sign_is_another_key(known: House) -> None:
    actions.add_person(known.office, "admin", "kei", "ケイ", "kei@city.example.jp", now=known.now)
    known.has_password("kei", PASSWORD)
    assert _sign_in(known, "ＫEI")
    with pytest.raises(SignInRefused):
        _sign_in(known, "\u212aei")


def test_a_domain_in_japanese_is_one_in_either_form(known: House) -> None:
    _moves_to(known, "tanto", "tanto@例え.jp")
    assert _by_provider(known, "hanako", "TANTO@xn--r8jz45g.JP")


def test_a_session_begun_by_address_ends_like_any_other(known: House) -> None:
    token = _by_provider(known, "hanako", "tanto@city.example.jp")
    assert token is not None
    known.now += actions.TOKEN_LIFE + timedelta(seconds=1)
    assert _who(known, token) is None
