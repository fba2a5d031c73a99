"""The pages say when nobody sends, or when no mail goes: since when, and why."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from notifications.scheduler import tick
from notifications.transport import mailer_of
from tests.support.scenario import House
from tests.support.web_client import Browser, mail_settings


def _round(house: House, **settings: Any) -> None:
    mail = replace(mail_settings(house.office.files.parent), **settings)
    tick(house.office, mailer_of(mail), mail, lambda: house.now)


def test_a_red_bar_says_since_when_nobody_sends(house: House) -> None:
    browser = Browser(house, "joho_bukai_office")
    assert "まだ一度も動いていません" in browser.see("/plans")
    _round(house)
    assert 'class="halted' not in browser.see("/plans")
    house.later(hours=5)
    assert "令和5年3月1日（水）09:00 から止まっています" in Browser(house, "joho_bukai_office").see("/")


def test_a_red_bar_says_why_no_mail_goes(house: House) -> None:
    house.a_meeting()
    _round(house, smtp_host="127.0.0.1", smtp_port=1, starttls=False)
    page = Browser(house, "joho_bukai_office").see("/plans")
    assert "09:00 から、お知らせのメールを送れません" in page and "メールサーバーに接続できません" in page
    house.later(minutes=2)
    _round(house)
    assert 'class="halted' not in Browser(house, "joho_bukai_office").see("/plans")


@pytest.mark.parametrize(
    ("sends", "words"), [(True, "まもなく送られます"), (False, "再開してから送られます")]
)
def test_what_is_promised_about_a_mail_is_true(house: House, sends: bool, words: str) -> None:
    if sends:
        _round(house)
    house.now += timedelta(minutes=1)
    admin = Browser(house, "admin")
    state = admin.client.app.state  # type: ignore[attr-defined]
    state.mail = replace(state.mail, smtp_host="127.0.0.1")
    assert words in admin.send("/people/tanto/invite", sure="yes")


def test_without_a_mail_server_it_is_said_where_mails_are_kept_and_how_links_get_to_people(
    house: House,
) -> None:
    _round(house)
    admin = Browser(house, "admin")
    folder = str(admin.client.app.state.mail.mail_folder)  # type: ignore[attr-defined]
    for page in (
        admin.see("/people/_invitations"),
        admin.see("/people/tanto"),
    ):
        assert folder in page and "ご本人に直接渡してください" in page and "まもなく送られます" not in page
    house.a_meeting()
    assert f"{folder} に保存されます" in Browser(house, "joho_bukai_office").send(
        "/meetings/1/cancel", reason="台風"
    )
