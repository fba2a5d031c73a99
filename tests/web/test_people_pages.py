"""People and bodies in the browser: everybody reads them as of any day, administrators keep them."""

import re
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from sqlalchemy import select

from definitions.terms import Role
from notifications import notices
from notifications.scheduler import tick
from notifications.transport import mailer_of
from tests.support.api_client import Program
from tests.support.scenario import House
from tests.support.web_client import PASSWORD, Browser, mail_settings
from workflow import actions
from workflow.actions.identity import CONFIRMED_FOR
from workflow.domain.calendar import shown_moment, tokyo_day
from workflow.queries.bodies import seats
from workflow.store.tables import Event

TABLE = "氏名,利用者ID,メール,課,職\n佐藤 一郎,sato,sato@city.example.jp,IT推進課,課長\n鈴木,suzuki,suzuki@city.example.jp,it,\n"


@pytest.fixture
def admin(house: House) -> Browser:
    return Browser(house, "admin")


def test_people_are_listed_with_their_departments_and_bodies(admin: Browser) -> None:
    shown = admin.see("/people")
    row = _row(shown, "tanto")
    assert "担当 花子" in row and "IT推進課" in row
    assert "情報化推進部会</a>（事務局）" in _row(shown, "joho_bukai_office")


def test_people_are_found_by_a_part_of_their_name_and_by_department(admin: Browser) -> None:
    assert "tanto@" in admin.see("/people?words=花子") and "mayor@" not in admin.see("/people?words=花子")
    assert "tanto@" in admin.see("/people?department=it") and "mayor@" not in admin.see(
        "/people?department=it"
    )
    assert "当てはまる職員はいません" in admin.see("/people?words=だれでもない")


def test_a_long_list_goes_on_where_the_page_ended(admin: Browser) -> None:
    for number in range(60):
        admin.house.a_person(f"p{number:02}", f"職員{number:02}")
    first = admin.see("/people?words=職員")
    following = re.search(r'href="(/people\?[^"]*following=[^"]*)"', first)
    assert following and "職員49" in first and "職員50" not in first
    second = admin.see(following[1].replace("&amp;", "&"))
    assert "職員50" in second and "職員59" in second and "続きを見る" not in second


def test_a_list_is_as_of_the_day_one_chooses(admin: Browser) -> None:
    shown = admin.see("/bodies/joho_bukai?day=2019-01-01")
    assert "の時点の名簿です" in shown and "この日の委員はいません" in shown
    assert "joho-bukai-1@" in admin.see("/bodies/joho_bukai?day=令和5年1月1日")
    assert "日付として読めません" in admin.see("/bodies/joho_bukai?day=きのう", 422)


def test_a_person_is_added_posted_and_seated(admin: Browser) -> None:
    shown = admin.send("/people", key="sato", name="佐藤 一郎", email="sato@city.example.jp")
    assert "職員を登録しました" in shown and "所属はまだ登録されていません" in shown
    admin.send("/people/sato/postings", department="it", position="課長", since="2023-04-01")
    admin.send("/people/sato/seats", body="joho_bukai", role="member", since="2023-04-01", until="2025-03-31")
    shown = admin.see("/people/sato?day=2023-06-01")
    assert "課長" in shown and "情報化推進部会" in shown
    assert "佐藤 一郎" not in admin.see("/bodies/joho_bukai?day=2022-04-01").partition("この日でない任期")[0]
    assert "佐藤 一郎" in admin.see("/bodies/joho_bukai?day=2025-03-31").partition("この日でない任期")[0]


def test_what_is_past_is_shown_as_past(admin: Browser) -> None:
    number = _first_end_form(admin.see("/people/joho_bukai_1"), "seats")
    admin.send(f"/people/joho_bukai_1/seats/{number}/end", last_day="2022-03-31")
    shown = admin.see("/people/joho_bukai_1")
    assert "終了" in shown and "令和4年3月31日（木）まで" in shown
    assert "joho_bukai_1" not in _members(admin.house)
    assert f"/seats/{number}/end" not in shown


def test_one_posting_and_one_deputyship_end_alone(admin: Browser) -> None:
    admin.send("/people/mayor/deputies", deputy="tanto", since="2023-01-01")
    shown = admin.see("/people/mayor")
    assert "この方の代理者" in shown and "この方が代理する" in admin.see("/people/tanto")
    admin.send(f"/people/mayor/deputies/{_first_end_form(shown, 'deputies')}/end", last_day="2023-02-01")
    assert "/deputies/1/end" not in admin.see("/people/mayor")
    admin.send(f"/people/mayor/postings/{_first_end_form(shown, 'postings')}/end", last_day="2023-02-01")
    assert "終了" in admin.see("/people/mayor")
    admin.send("/people/mayor/nothing/1/end", 404, last_day="2023-02-01")


def test_everything_a_person_holds_ends_at_once(admin: Browser) -> None:
    said = admin.send("/people/joho_bukai_1/end", last_day="2023-02-28")
    assert "1 件の所属・任期・代理を終えました" in said


def test_a_name_and_an_administrator_are_changed(admin: Browser) -> None:
    admin = Browser(admin.house, "admin", password=PASSWORD)
    admin.send("/people/tanto/change", name="担当 桃子", email="momoko@city.example.jp")
    assert "momoko@city.example.jp" in admin.see("/people/tanto")
    admin.send("/people/tanto/administrator", since="2023-01-01")
    assert "名簿の管理" in Browser(admin.house, "tanto").see("/people")


def test_a_person_without_a_password_is_invited_after_it_was_said_to_whom(admin: Browser) -> None:
    state = admin.client.app.state  # type: ignore[attr-defined]
    state.mail = replace(state.mail, smtp_host="127.0.0.1")
    assert "招待メールを送る" in admin.see("/people/mayor")
    asked = admin.send("/people/mayor/invite")
    assert "区 長さんを招待する" in asked and "mayor@city.example.jp" in asked
    said = admin.do("/people/mayor/invite")
    assert "招待メールを用意しました" in said and "/welcome/" not in said
    log = admin.see("/log?tag=person.invited")
    assert "職員を招待: 区 長" in log and "リンクを画面に表示" not in log
    actions.set_password(admin.house.office, "admin", "admin", PASSWORD, now=admin.house.now)
    admin.sign_in()
    assert "招待メールを送る" not in admin.see("/people/admin")
    Browser(admin.house, "tanto").send("/people/mayor/invite", 403)


def test_without_a_mail_server_the_link_of_an_invitation_is_shown_once_to_be_handed_over(
    house: House,
) -> None:
    admin = Browser(house, "admin", password=PASSWORD)
    asked = admin.send("/people/mayor/invite")
    assert "リンクを画面に出す" in asked and not _links(asked)
    shown = _handed(admin, "/people/mayor/invite")
    (link,) = _links(shown)
    assert "区 長" in shown and "ご本人に渡してください" in shown and "パスワードを設定できます" in shown
    for path in ("/people/mayor", "/people/_invitations", "/people", "/"):
        assert not _links(admin.see(path))
    log = admin.see("/log?tag=person.invited")
    assert "職員を招待: 区 長（リンクを画面に表示）" in log and link.rpartition("/")[2] not in log
    stranger = Browser(house)
    assert "区 長" in stranger.see(link)
    admin.post("/people/mayor/invite", 409, sure="yes", after="0")
    assert "区 長" in stranger.see(link), "the page reloaded ends no link that was handed over"
    (again,) = _links(_handed(admin, "/people/mayor/invite"))
    stranger.see(link, 410)
    stranger.see(again)
    many = _handed(admin, "/people/_invitations", person=["mayor", "tanto"])
    assert len(_links(many)) == 2 and "担当" in many
    assert notices.claim(admin.house.office, admin.house.now) == 0, "no mail bears a second link"


def test_who_cannot_be_invited_is_refused_before_a_link_is_promised(house: House) -> None:
    admin = Browser(house, "admin", password=PASSWORD)
    assert "既にパスワードを設定しています" in admin.send(
        "/people/_invitations", 409, person=["mayor", "admin"]
    )
    assert "1 人以上を選んでください" in admin.send("/people/_invitations", 422)
    Browser(house, "tanto").send("/people/mayor/invite", 403)
    assert "person.invited" not in _tags(house)


def test_without_a_mail_server_a_forgotten_password_is_set_anew_by_a_link_that_is_handed_over(
    house: House,
) -> None:
    admin, theirs = Browser(house, "admin", password=PASSWORD), Browser(house, "tanto", password=PASSWORD)
    after = re.findall(r'reset".*?name="after" value="(\d+)"', admin.see("/people/tanto"), re.DOTALL)[-1]
    shown = admin.send("/people/tanto/reset", after=after)
    (link,) = _links(shown, "reset")
    assert "担当 花子" in shown and "一度だけ" in shown
    for path in ("/people/tanto", "/people", "/log"):
        assert not _links(admin.see(path), "reset") and link.rpartition("/")[2] not in admin.see(path)
    log = admin.see("/log?tag=password.reset_handed")
    assert "パスワードの再設定のリンクを発行: 担当 花子" in log and "管理 太郎" in log
    theirs.see("/account")
    admin.send("/people/tanto/reset", 409, after=after)
    stranger, chosen = Browser(house), "なつはよる 月のころはさらなり"
    stranger.see(link)
    assert "今日の仕事" in stranger.send(link, password=chosen, again=chosen)
    assert theirs.client.get("/account", follow_redirects=False).status_code == 303
    stranger.see(link, 410)


def test_who_it_concerns_is_told_that_a_link_for_a_new_password_was_shown(house: House) -> None:
    admin = Browser(house, "admin", password=PASSWORD)
    Browser(house, "tanto", password=PASSWORD)
    notices.claim(house.office, house.now)
    admin.send("/people/tanto/reset")
    assert notices.claim(house.office, house.now) == 2
    settings = mail_settings(house.office.files.parent)
    tick(house.office, mailer_of(settings), settings, lambda: house.now)
    said = [each.read_bytes() for each in settings.mail_folder.glob("*.eml")]
    mails = [message_from_bytes(each, policy=policy.default) for each in said]
    told = [each for each in mails if "パスワードの再設定のリンクの発行" in str(each["subject"])]
    assert {each["to"].addresses[0].addr_spec for each in told} == {
        "tanto@city.example.jp",
        "admin@city.example.jp",
    }
    assert not any("/reset/" in each.as_string() for each in told)


def test_a_second_link_for_a_new_password_ends_the_first_and_who_has_none_is_invited(house: House) -> None:
    admin = Browser(house, "admin", password=PASSWORD)
    Browser(house, "tanto", password=PASSWORD)
    assert "再設定のリンク" not in admin.see("/people/mayor")
    assert "招待してください" in admin.send("/people/mayor/reset", 422)
    links = []
    for _ in range(2):
        after = re.findall(r'reset".*?name="after" value="(\d+)"', admin.see("/people/tanto"), re.DOTALL)[-1]
        links += _links(admin.send("/people/tanto/reset", after=after), "reset")
    Browser(house).see(links[0], 410)
    Browser(house).see(links[1])


def test_a_link_for_a_new_password_is_for_administrators_who_just_gave_their_own(house: House) -> None:
    for key in ("mayor", "joho_bukai_office"):
        Browser(house, key, password=PASSWORD).send("/people/tanto/reset", 403)
    house.has_password("tanto", PASSWORD)
    left_open = Browser(house, "admin", password=PASSWORD)
    house.now += CONFIRMED_FOR + timedelta(minutes=1)
    asked = left_open.send("/people/tanto/reset")
    assert not _links(asked, "reset") and "あなたのパスワード" in asked
    assert "password.reset_handed" not in _tags(house)
    assert _links(left_open.send("/people/tanto/reset", own_password=PASSWORD), "reset")


def test_where_mail_is_sent_nobody_is_offered_another_way_to_a_new_password(house: House) -> None:
    admin = Browser(house, "admin", password=PASSWORD)
    house.has_password("tanto", PASSWORD)
    state = admin.client.app.state  # type: ignore[attr-defined]
    state.mail = replace(state.mail, smtp_host="127.0.0.1")
    assert "再設定のリンク" not in admin.see("/people/tanto")
    assert "メールで届きます" in admin.send("/people/tanto/reset", 422)
    assert "password.reset_handed" not in _tags(house)


def test_links_that_open_on_the_server_alone_are_warned_of_before_and_where_they_are_handed_over(
    house: House,
) -> None:
    admin = Browser(house, "admin", password=PASSWORD)
    assert "SAKUTEI_SITE" not in admin.send("/people/mayor/invite")
    state = admin.client.app.state  # type: ignore[attr-defined]
    state.mail = replace(state.mail, site="http://localhost:8000")
    assert "SAKUTEI_SITE" in admin.send("/people/mayor/invite")
    assert "SAKUTEI_SITE" in _handed(admin, "/people/mayor/invite")


def test_who_forgot_their_password_is_promised_no_mail_where_none_is_sent(house: House) -> None:
    stranger = Browser(house)
    assert "サーバーを管理する人が" in stranger.see("/reset")
    state = stranger.client.app.state  # type: ignore[attr-defined]
    state.mail = replace(state.mail, smtp_host="127.0.0.1")
    shown = stranger.see("/reset")
    assert "お送りします" in shown and "サーバーを管理する人が" not in shown


def test_the_page_of_a_person_says_when_they_were_invited(admin: Browser) -> None:
    state = admin.client.app.state  # type: ignore[attr-defined]
    state.mail = replace(state.mail, smtp_host="127.0.0.1")
    assert "招待済み" not in admin.see("/people/mayor")
    at = shown_moment(admin.house.now)
    actions.invite(admin.house.office, "admin", "mayor", now=admin.house.now)
    shown = admin.see("/people/mayor")
    assert (
        f"招待済み（{at}）" in shown
        and "招待メールをもう一度送る" in shown
        and "招待メールを送る" not in shown
    )
    admin.house.has_password("mayor", PASSWORD)
    assert "招待済み" not in admin.see("/people/mayor")


def test_before_an_invitation_its_mail_is_shown_without_its_link(admin: Browser) -> None:
    asked = admin.send("/people/_invitations", person=["mayor", "tanto"])
    assert "この操作で送られるお知らせはありません" in asked, (
        "the links are handed over, and no mail bears others"
    )
    for page in (asked, admin.see("/people/_invitations")):
        for untrue in ("通送られます", "メールで送ります", "招待メールを送る"):
            assert untrue not in page
    state = admin.client.app.state  # type: ignore[attr-defined]
    state.mail = replace(state.mail, smtp_host="127.0.0.1")
    asked = admin.send("/people/_invitations", person=["mayor", "tanto"])
    assert "2 通送られます" in asked and "招待メールを送る" in asked
    assert asked.count("<summary>文面") == 1 and "区 長、担当" in asked
    assert "区 長 様" in asked and "/welcome/…" in asked and not _links(asked)
    assert "メールで送ります" in admin.see("/people/_invitations")


def test_a_link_is_shown_to_an_administrator_alone_who_just_gave_their_password(house: House) -> None:
    for key in ("tanto", "joho_bukai_office"):
        Browser(house, key, password=PASSWORD).send("/people/mayor/invite", 403, sure="yes")
    left_open = Browser(house, "admin", password=PASSWORD)
    house.now += CONFIRMED_FOR + timedelta(minutes=1)
    asked = left_open.send("/people/mayor/invite", sure="yes")
    assert not _links(asked) and "パスワード" in asked
    assert "person.invited" not in _tags(house)
    assert _links(left_open.send("/people/mayor/invite", sure="yes", own_password=PASSWORD))


def _handed(admin: Browser, path: str, **form: object) -> str:
    """Invite by the page that asks first; the page with the links."""
    after = re.findall(r'name="after" value="(\d+)"', admin.send(path, **form))[-1]
    return admin.send(path, **form, after=after, sure="yes")


def _links(page: str, purpose: str = "welcome") -> list[str]:
    """The paths of the links by which one sets a password: the first, or with `reset` a new one."""
    return re.findall(rf"http://office\.example\.jp(/{purpose}/[0-9a-f]{{64}})<", page)


def _tags(house: House) -> set[str]:
    with house.office.reading() as db:
        return set(db.scalars(select(Event.tag)))


def test_who_keeps_no_list_reads_without_forms_and_is_refused(house: House) -> None:
    member = Browser(house, "tanto")
    for path in ("/people", "/people/mayor", "/bodies", "/bodies/joho_bukai"):
        main = member.see(path).partition("<main")[2].partition("</main>")[0]
        assert 'method="post"' not in main, path
    forms = {
        "/people": {"key": "x", "name": "x", "email": "x@y.jp"},
        "/departments": {"key": "x", "name": "x"},
        "/people/mayor/change": {"name": "x", "email": "x@y.jp"},
        "/people/mayor/postings": {"department": "it", "since": "2023-01-01"},
        "/people/mayor/seats": {"body": "joho_bukai", "role": "chair", "since": "2023-01-01"},
        "/people/mayor/deputies": {"deputy": "tanto", "since": "2023-01-01"},
        "/people/mayor/administrator": {"since": "2023-01-01"},
        "/people/mayor/auditor": {"since": "2023-01-01"},
        "/people/mayor/end": {"last_day": "2023-01-01"},
        "/people/mayor/postings/1/end": {"last_day": "2023-01-01"},
        "/people/_table": {"people": TABLE, "since": "2023-01-01", "sure": "yes"},
    }
    for path, form in forms.items():
        assert "システム管理者" in member.send(path, 403, **form)
    member.see("/people/_table", 403)


def test_a_stranger_reads_no_name_and_no_address(house: House) -> None:
    stranger = Browser(house)
    for path in ("/people", "/people/tanto", "/bodies", "/bodies/joho_bukai", "/people/_table"):
        led = stranger.client.get(path, follow_redirects=False).headers["location"]
        assert led.partition("?")[0] == "/sign-in"


def test_a_mistake_is_said_and_changes_nothing(admin: Browser) -> None:
    assert "既に使われています" in admin.send("/people", 409, key="tanto", name="x", email="x@y.jp")
    assert "使えません" in admin.send("/people", 422, key="大文字", name="x", email="x@y.jp")
    assert "より前です" in admin.send(
        "/people/tanto/postings", 422, department="it", since="2023-04-01", until="2022-04-01"
    )
    assert "既に委員です" in admin.send(
        "/people/joho_bukai_1/seats", 409, body="joho_bukai", role="member", since="2023-01-01"
    )
    admin.see("/people/nobody", 404)
    admin.see("/bodies/nothing", 404)


def test_a_table_is_checked_before_anybody_is_added(admin: Browser) -> None:
    shown = admin.send("/people/_table", people=TABLE, since="2023-04-01")
    assert "誤りはありません。2 人を登録できます" in shown and "着任の日: 令和5年4月1日（土）</p>" in shown
    row = (
        shown.partition("佐藤 一郎</td>")[0].rpartition("<tr")[2]
        + shown.partition("佐藤 一郎</td>")[2].partition("</tr>")[0]
    )
    assert row.count("</t") + 1 == shown.partition("<tbody")[0].count('scope="col"') == 8
    assert "sato" not in admin.see("/people?words=佐藤").partition("<table>")[2]
    admin.send("/people/_table", people=TABLE, since="2023-04-01", sure="yes")
    assert "課長" in admin.see("/people/sato")


def test_who_is_registered_already_stands_so_in_the_check_and_is_left_out(admin: Browser) -> None:
    oneself = "管理 太郎,admin,admin@city.example.jp,it,課長\n"
    shown = admin.send("/people/_table", people=TABLE + oneself, since="2023-04-01")
    assert "2 人を登録できます" in shown and "既に登録されています。この行では何も変えません" in shown
    shown = admin.send("/people/_table", people=oneself, since="2023-04-01")
    assert "全員が既に登録されています" in shown and "人を登録する</button>" not in shown


def test_every_fault_of_a_table_stands_beside_its_line(admin: Browser) -> None:
    shown = admin.send("/people/_table", 422, people=TABLE + "田中,tanto,宛先,財政課,\n", since="2023-04-01")
    assert "1 行に誤りがあります" in shown
    for words in (
        "利用者ID「tanto」は、電子メールの違う職員が既に使っています",
        "宛先として使えません",
        "課「財政課」はありません",
    ):
        assert words in shown
    assert "田中,tanto" in shown  # the text stays, to be mended
    said = admin.send(
        "/people/_table", 422, people=TABLE + "田中,tanto,宛先,,\n", since="2023-04-01", sure="yes"
    )
    assert "まだ誰も登録していません" in said
    assert "当てはまる職員はいません" in admin.see("/people?words=佐藤")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp932"])
def test_a_table_is_uploaded_as_spreadsheets_write_it(admin: Browser, encoding: str) -> None:
    answer = admin.client.post(
        "/people/_table",
        data={"csrf": admin.csrf, "since": "2023-04-01"},
        files={"file": ("名簿.csv", TABLE.encode(encoding))},
    )
    assert "2 人を登録できます" in answer.text


def test_a_file_that_is_no_text_is_refused_kindly(admin: Browser) -> None:
    answer = admin.client.post(
        "/people/_table",
        data={"csrf": admin.csrf, "since": "2023-04-01"},
        files={"file": ("名簿.xlsx", b"PK\x03\x04\xff\xfe\x80\x81\xff")},
    )
    assert answer.status_code == 422 and "CSV" in answer.text


def test_a_body_shows_its_rule_its_people_and_its_coming_meetings(house: House) -> None:
    meeting = house.a_meeting("joho_bukai")
    shown = Browser(house, "tanto").see("/bodies/joho_bukai")
    for words in (
        "審議機関",
        "政策経営部長",
        "設置要綱第5条第1項",
        "次の会議に報告する",
        f"/meetings/{meeting}",
    ):
        assert words in shown


def test_a_body_without_its_people_says_what_to_do(house: House) -> None:
    for who in ("chair", "1", "2", "office"):
        actions.end_terms(house.office, "admin", f"joho_bukai_{who}", tokyo_day(house.now), now=house.now)
    house.later(days=2)
    assert "未登録" in Browser(house, "tanto").see("/bodies")
    assert "システム管理者に登録を依頼" in Browser(house, "tanto").see("/bodies/joho_bukai")
    assert "まとめて登録する" in Browser(house, "admin").see("/bodies/joho_bukai")


def _members(house: House) -> list[str]:
    with house.office.reading() as db:
        return [seat.key for seat in seats(db, "joho_bukai", tokyo_day(house.now), [Role.MEMBER])]


def _row(shown: str, key: str) -> str:
    return next(row for row in shown.split("<tr ") if f'href="/people/{key}"' in row)


def _first_end_form(shown: str, kind: str) -> int:
    found = re.search(rf"/{kind}/(\d+)/end", shown)
    assert found
    return int(found[1])


def test_the_secretariat_sets_the_contact_of_its_mails_on_the_bodys_page(house: House) -> None:
    desk = Browser(house, "joho_bukai_office")
    assert "joho-bukai-office@city.example.jp" in desk.see("/bodies/joho_bukai")
    form = {"name": "IT推進課 推進係", "email": "desk@city.example.jp", "telephone": "03-0000-0000"}
    shown = desk.send("/bodies/joho_bukai/contact", **form)
    assert "連絡先を変えました" in shown and all(each in shown for each in form.values())
    Browser(house, "joho_bukai_1").send("/bodies/joho_bukai/contact", 403, **form)
    assert "連絡先を変える" not in Browser(house, "joho_bukai_1").see("/bodies/joho_bukai")
    calls = Program(house, "joho_bukai_office")
    assert calls.ask("bodies/joho_bukai")["contact"] == form
    calls.do("bodies/joho_bukai/contact", telephone="")
    assert calls.ask("bodies/joho_bukai")["contact"]["name"] == "情報化推進部会事務局"


SEATS = {"since": "2023-03-01", "role": "member"}


def test_many_are_seated_at_once_from_ticks_and_pasted_lines(admin: Browser) -> None:
    lines = "担当 花子\t事務局\nmayor,部会長"
    shown = admin.send(
        "/bodies/joho_bukai/seats", **SEATS, lines=lines, person=["ict_honbu_1", "joho_bukai_1"]
    )
    assert "3 人を登録できます" in shown and "登録済" in shown
    assert "任期: 令和5年3月1日（水）から</p>" in shown
    checked = {
        "lines": re.findall(r'<textarea name="lines" hidden>\n([^<]*)</textarea>', shown)[0],
        "sure": "yes",
    }
    assert "3 人を登録しました" in admin.send("/bodies/joho_bukai/seats", **SEATS | checked)
    with admin.house.office.reading() as db:
        roles = {seat.key: seat.role for seat in seats(db, "joho_bukai", tokyo_day(admin.house.now), Role)}
    assert (roles["tanto"], roles["mayor"], roles["ict_honbu_1"]) == (
        Role.SECRETARIAT,
        Role.CHAIR,
        Role.MEMBER,
    )


@pytest.mark.parametrize(
    ("position", "doubted"),
    [("政策経営部長", False), ("部　長", False), ("副部長", True), ("区長", True), (None, False)],
)
def test_a_chair_of_another_position_is_doubted_and_can_be_seated(
    admin: Browser, position: str | None, doubted: bool
) -> None:
    office, now = admin.house.office, admin.house.now
    actions.add_person(office, "admin", "mori", "森", "mori@example.jp", now=now)
    actions.post(office, "admin", "mori", "it", tokyo_day(now), position=position, now=now)
    shown = admin.send("/bodies/joho_bukai/seats", **SEATS, lines="mori,会長\ntanto")
    told = f"部会長を務める職は「政策経営部長」ですが、この人の職は「{position}」です"
    assert (told in shown, shown.count("を務める職は")) == (doubted, int(doubted))
    assert "2 人を登録できます" in shown
    lines = "mori,会長"
    assert "1 人を登録しました" in admin.send("/bodies/joho_bukai/seats", **SEATS, lines=lines, sure="yes")


def test_a_chair_that_is_no_position_elsewhere_is_not_doubted(admin: Browser) -> None:
    shown = admin.send("/bodies/kikaku_iinkai/seats", **SEATS, lines="mayor,会長")
    assert "1 人を登録できます" in shown and "を務める職は" not in shown


def test_a_chair_is_not_explained_by_the_same_word(admin: Browser) -> None:
    for page in ("", "/seats"):
        assert "部会長を務める職" in admin.see(f"/bodies/joho_bukai{page}")
        assert "を務める職" not in admin.see(f"/bodies/kikaku_iinkai{page}")


def test_a_line_that_names_nobody_keeps_everybody_out_and_nothing_is_lost(admin: Browser) -> None:
    lines = "mayor,会長\n誰でもない 人,委員\ntanto,座長"
    for sure in ("", "yes"):
        shown = admin.send("/bodies/joho_bukai/seats", 422, **SEATS, lines=lines, sure=sure)
        assert "という氏名・利用者IDの職員はいません" in shown and "役「座長」はありません" in shown
        assert "誰でもない 人,委員" in shown
    refused = admin.send("/bodies/joho_bukai/seats", 422, **SEATS | {"since": "いつか"}, lines=lines)
    assert "誰でもない 人,委員" in refused
    with admin.house.office.reading() as db:
        assert "mayor" not in {seat.key for seat in seats(db, "joho_bukai", tokyo_day(admin.house.now))}


def test_two_people_of_one_name_are_told_apart_by_their_user_id(admin: Browser) -> None:
    for key in ("sato1", "sato2"):
        actions.add_person(
            admin.house.office, "admin", key, "佐藤 一郎", f"{key}@example.jp", now=admin.house.now
        )
    shown = admin.send("/bodies/joho_bukai/seats", 422, **SEATS, lines="佐藤一郎")
    assert "2人います" in shown and "sato1、sato2" in shown


def test_who_was_not_invited_is_invited_at_once(admin: Browser) -> None:
    office, now = admin.house.office, admin.house.now
    state = admin.client.app.state  # type: ignore[attr-defined]
    state.mail = replace(state.mail, smtp_host="127.0.0.1")
    actions.invite(office, "admin", "mayor", now=now)
    shown = admin.see("/people/_invitations")
    assert 'value="tanto" checked' in shown and 'value="mayor"' not in shown and "招待済み" in shown
    asked = admin.send("/people/_invitations", person=["tanto", "joho_bukai_1"])
    assert "2人を招待する" in asked and "tanto@city.example.jp" in asked
    assert "2人の招待メールを用意しました" in admin.do(
        "/people/_invitations", person=["tanto", "joho_bukai_1"]
    )
    assert 'value="tanto"' not in admin.see("/people/_invitations")
    assert "1 人以上を選んでください" in admin.send("/people/_invitations", 422)


def test_the_old_heading_of_a_table_is_still_read(admin: Browser) -> None:
    shown = admin.send("/people/_table", people=TABLE.replace("利用者ID", "鍵"), since="2023-04-01")
    assert "2 人を登録できます" in shown
