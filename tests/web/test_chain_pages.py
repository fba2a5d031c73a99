"""The chains in the browser: drawn, in words, and new ones for the office."""

import json
import re
from html import unescape

import pytest
from sqlalchemy import insert, select

from definitions.load import shipped, shipped_text
from tests.support.scenario import House
from tests.support.web_client import Browser
from workflow import queries
from workflow.store.tables import BodyRecord, Plan

YAML = (
    shipped_text("two_rounds")
    .replace("key: two_rounds", "key: ours", 1)
    .replace("計画検討会", "わたしたちの検討会")
)


@pytest.fixture
def admin(house: House) -> Browser:
    return Browser(house, "admin")


def _main(shown: str) -> str:
    return shown.partition("<main")[2].partition("</main>")[0]


def _address(browser: Browser, title: str) -> str:
    shown = browser.see("/chains")
    return "/chains/" + shown.partition(f">{title}</a>")[0].rpartition('href="/chains/')[2].rstrip('"')


def test_every_definition_is_listed_with_what_it_is_used_for(house: House) -> None:
    house.a_plan()
    shown = Browser(house, "tanto").see("/chains")
    for key in ("itabashi_dx_2025", "shingikai_gian", "two_rounds"):
        assert shipped(key).title in shown
    assert "1 件の計画が使用" in shown.partition("</article>")[0]


def test_of_very_many_plans_of_a_definition_the_pages_say_that_there_are_more(house: House) -> None:
    house.a_plan()
    staff = Browser(house, "tanto")
    for more, told in ((999, "1000 件の計画が使用"), (1, "1000 件を超える計画が使用")):
        with house.office.engine.begin() as connection:
            one = dict(connection.execute(select(Plan.__table__)).mappings().first() or {})
            del one["id"]
            rows = [{**one, "key": f"copy-{more}-{number}"} for number in range(more)]
            connection.execute(insert(Plan.__table__), rows)
        assert told in staff.see("/chains").partition("</article>")[0]
        assert told in staff.see(_address(staff, shipped("itabashi_dx_2025").title))


@pytest.mark.parametrize("key", ["itabashi_dx_2025", "shingikai_gian", "two_rounds"])
def test_a_definition_is_drawn_and_said_in_words(admin: Browser, key: str) -> None:
    chain = shipped(key)
    shown = admin.see(_address(admin, chain.title))
    assert '<svg class="picture"' in shown and "検査: 誤りはありません" in shown
    words = shown.partition("</svg>")[2].partition("<details>")[0]
    for stage in chain.stages:
        assert stage.label in words
        for gate in stage.gates:
            assert gate.label in words
    for body in chain.bodies:
        assert body.name in words and body.chair in words
    assert "3営業日前 09:00" in words
    assert "手続はどれも、その段階から進むときに済んでいる必要があります" in words


@pytest.mark.parametrize("key", ["itabashi_dx_2025", "two_rounds"])
def test_what_auditors_and_programs_need_is_folded_below_the_words(admin: Browser, key: str) -> None:
    address = _address(admin, shipped(key).title)
    with admin.house.office.reading() as db:
        sha256 = queries.known_chain(db, address.rpartition("/")[2]).sha256
    for path in ("/chains", address, "/chains/_new"):
        open_at_once, folded, below = _main(admin.see(path)).partition("<details>")
        assert folded and not re.search(r"SHA-256|<code>|JSON|YAML|識別子", open_at_once), path
        assert "<details>" not in open_at_once and shipped(key).stages[0].label in open_at_once
        assert "JSON Schema" in below or f"<code>{sha256}</code>" in below


def test_one_of_ones_own_begins_from_a_definition_that_is_chosen(admin: Browser) -> None:
    shown = admin.see("/chains/_new")
    for key in ("itabashi_dx_2025", "shingikai_gian", "two_rounds"):
        title = shipped(key).title
        (link,) = re.findall(rf'href="(/chains/_new\?of=[0-9a-f]{{12}})">「{re.escape(title)}」を写す', shown)
        assert f"「{title}」の写しです" in admin.see(link)


def test_a_running_plan_keeps_the_definition_it_began_with(house: House) -> None:
    house.a_plan()
    changed = house.chain.model_copy(update={"title": "改めた策定の流れ"})
    house.chain = changed
    house.a_plan("later")
    shown = Browser(house, "tanto").see("/chains")
    assert shown.count("1 件の計画が使用") == 2 and "改めた策定の流れ" in shown


def test_a_clean_definition_is_shown_before_it_is_added(admin: Browser) -> None:
    shown = admin.send("/chains/_new", text=YAML)
    assert "誤りはありません" in shown and "<svg" in shown and "わたしたちの検討会" in shown
    with admin.house.office.reading() as db:
        assert db.get(BodyRecord, "kentokai") is None
    shown = admin.send("/chains/_new", text=YAML, sure="yes")
    assert "策定の流れを登録しました" in shown
    assert "わたしたちの検討会" in admin.see("/bodies") and "策定の流れを登録" in admin.see("/log")


def test_every_fault_of_a_definition_is_told_with_line_key_and_mend(admin: Browser) -> None:
    broken = YAML.replace("body: kentokai", "body: kentoukai", 1).replace("chair: 副区長", "chiar: 副区長", 1)
    shown = admin.send("/chains/_new", 422, text=broken)
    assert "chiar" in shown and "まだ登録していません" in shown
    line = broken.splitlines().index(next(each for each in broken.splitlines() if "chiar" in each)) + 1
    assert f">{line}:" in shown
    assert "kentoukai" in shown.partition("<textarea")[2]
    shown = admin.send("/chains/_new", 422, text=broken.replace("chiar", "chair"))
    assert (
        "会議体「kentoukai」は bodies にありません" in shown and "「kentokai」のことではありませんか" in shown
    )


def test_an_uploaded_file_names_itself_and_must_be_text(admin: Browser) -> None:
    def upload(content: bytes) -> str:
        return admin.client.post(
            "/chains/_new", data={"csrf": admin.csrf}, files={"file": ("策定の流れ.yaml", content)}
        ).text

    assert "誤りはありません" in upload(YAML.encode())
    assert "UTF-8 として読めません" in upload(b"\xff\xfe\x00key: x")
    assert "大きすぎます" in upload(b"#" * 300_000)


def test_a_body_that_stands_for_another_is_refused_and_the_text_stays(admin: Browser) -> None:
    admin.send("/chains/_new", text=YAML, sure="yes")
    shown = admin.send("/chains/_new", 422, text=YAML.replace("わたしたちの検討会", "別の検討会"), sure="yes")
    assert (
        "既に「わたしたちの検討会」に使われています" in shown
        and "別の検討会" in shown.partition("<textarea")[2]
    )


def test_a_shipped_definition_is_added_with_one_button(admin: Browser) -> None:
    address = _address(admin, shipped("shingikai_gian").title)
    assert "この策定の流れを登録する" in admin.see(address)
    assert "この策定の流れを登録する" not in admin.send(f"{address}/keep")
    assert "基本計画審議会" in admin.see("/bodies")


def test_only_administrators_add_definitions(house: House) -> None:
    member = Browser(house, "tanto")
    address = _address(member, shipped("two_rounds").title)
    assert "登録する" not in member.see("/chains").partition("<main")[2]
    assert "この策定の流れを登録する" not in member.see(address)
    member.see("/chains/_new", 403)
    member.send("/chains/_new", 403, text=YAML, sure="yes")
    member.send(f"{address}/keep", 403)


def test_a_definition_is_downloaded_to_begin_from_and_reads_back(house: House) -> None:
    admin = Browser(house, "admin")
    address = _address(admin, shipped("two_rounds").title)
    assert admin.see(f"{address}/text") == shipped_text("two_rounds")
    admin.send("/chains/_new", text=YAML, sure="yes")
    kept = next(each for each in admin.see("/chains").split("<tr") if ">ours</td>" in each)
    address = "/chains/" + kept.partition('href="/chains/')[2].partition('"')[0]
    assert "誤りはありません" in admin.send("/chains/_new", text=admin.see(f"{address}/text"))


def test_the_json_schema_is_downloaded(admin: Browser) -> None:
    answer = admin.client.get("/chains/_schema")
    assert "attachment" in answer.headers["content-disposition"]
    assert "SignoffGate" in json.loads(answer.text)["$defs"]


def test_an_unknown_definition_is_not_found(admin: Browser) -> None:
    admin.see("/chains/000000000000", 404)
    admin.see("/chains/000000000000/text", 404)


def test_what_a_definition_says_is_only_text(admin: Browser) -> None:
    evil = YAML.replace("わたしたちの検討会", "<script>alert(1)</script>")
    shown = admin.send("/chains/_new", text=evil)
    assert "<script>alert" not in shown and "&lt;script&gt;" in shown


def test_a_definition_is_copied_into_the_form_and_made_the_offices_own(admin: Browser) -> None:
    shown = admin.see(_address(admin, shipped("two_rounds").title))
    link = re.findall(r'href="(/chains/_new\?of=[0-9a-f]{12})"', shown)
    assert len(link) == 1 and "同梱の流れは区の例です" in shown
    form = admin.see(link[0])
    assert "の写しです" in form and "市長・町長・村長" in form
    (copied,) = re.findall(r'<textarea id="text"[^>]*>\n(.*?)</textarea>', form, re.DOTALL)
    assert unescape(copied) == shipped_text("two_rounds")
    ours = unescape(copied).replace("key: two_rounds", "key: ours", 1).replace("区長", "市長")
    checked = admin.send("/chains/_new", text=ours.replace("office: 区", "office: 川口市"))
    assert "図を確かめて、登録してください" in checked and "副市長" in checked
    admin.see("/chains/_new?of=000000000000", 404)
