"""The papers of a meeting at the pages and at the API: entering, replacing, withdrawing, and who may read which."""

import re
from typing import Any

import pytest
from httpx import Response
from playwright.sync_api import expect

from definitions.load import shipped
from definitions.terms import Role
from tests.actions.test_papers import MEMBER, SECRETARIAT, Table
from tests.support.api_client import Program
from tests.support.chromium import Site, must_read_well
from tests.support.documents import PAPERS, packed
from tests.support.scenario import LONG_AGO, House
from tests.support.web_client import Browser
from workflow import actions
from workflow.domain.calendar import tokyo_day
from workflow.domain.errors import NotAllowed
from workflow.domain.rights import PaperAudience
from workflow.queries.actor import actor
from workflow.queries.reading_rights import meeting_to_read

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"

HOSTILE = {
    "頁.html": b"<!doctype html><script>alert(1)</script>",
    "図.svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "偽の.pdf": b"<!doctype html><script>alert(1)</script>",
    "計画.docx": PDF,
    "実行.exe": b"MZ" + bytes(600),
    "マクロ.docx": packed(
        {"[Content_Types].xml": "macroEnabled", "word/vbaProject.bin": b"x", "word/document.xml": "x"}
    ),
    "錠.docx": (PAPERS / "locked.docx").read_bytes(),
    "錠.pdf": (PAPERS / "locked.pdf").read_bytes(),
    "空.txt": b"",
}


@pytest.fixture
def table(house: House) -> Table:
    return Table(house)


def upload(browser: Browser, path: str, *files: tuple[str, bytes], **form: str) -> Response:
    field = "document" if path.endswith("/replace") else "documents"
    sent = [(field, (name, content)) for name, content in files]
    return browser.client.post(path, data={"csrf": browser.csrf, **form}, files=sent)


def meeting_page(table: Table, key: str) -> str:
    return Browser(table.house, key).see(f"/meetings/{table.meeting}")


# --- at the page -------------------------------------------------------------------------------------------


def test_several_files_become_papers_titled_by_their_names(table: Table) -> None:
    secretary = Browser(table.house, SECRETARIAT)
    answer = upload(
        secretary, f"/meetings/{table.meeting}/papers", ("次第.pdf", PDF), ("委員 名簿.txt", "名簿".encode())
    )
    assert answer.status_code == 200 and "2 件の資料を登録しました。" in answer.text
    assert [each[::2] for each in table.called] == [("資料1", "次第"), ("資料2", "委員 名簿")]
    upload(
        secretary, f"/meetings/{table.meeting}/papers", ("scan.txt", b"x"),
        about=str(table.item), title="収支の見込み", kind="reference",
    )  # fmt: skip
    page = secretary.see(f"/meetings/{table.meeting}")
    under = page[page.index(f'id="item-{table.item}"') : page.index('id="papers"')]
    assert "参考資料1" in under and "収支の見込み" in under and "資料2" not in under.replace("参考資料", "")


def test_a_paper_comes_as_a_file_to_keep_whatever_it_is(table: Table) -> None:
    upload(Browser(table.house, SECRETARIAT), f"/meetings/{table.meeting}/papers", ("委員 名簿.pdf", PDF))
    member = Browser(table.house, MEMBER)
    page = member.see(f"/meetings/{table.meeting}")
    (link,) = re.findall(rf'href="(/meetings/{table.meeting}/papers/\d+/[^"]+)"', page)
    answer = member.client.get(link)
    assert (answer.status_code, answer.content) == (200, PDF)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith(
        'attachment; filename="sakutei.pdf"; filename*=UTF-8'
    )
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert member.client.get(link.replace(f"/meetings/{table.meeting}/", "/meetings/99/")).status_code == 404


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_by_page_and_api_and_the_others_are_taken(table: Table, name: str) -> None:
    secretary = Browser(table.house, SECRETARIAT)
    path = f"/meetings/{table.meeting}/papers"
    answer = upload(
        secretary, path, (name, HOSTILE[name]), ("次第.pdf", PDF), title="ここに書いた題", kind="reference"
    )
    assert answer.status_code == 422
    assert "1 件の資料を登録しました。" in answer.text and 'value="ここに書いた題"' in answer.text
    assert '<option value="reference" selected>' in answer.text
    assert [each.filename for each in table.papers] == ["次第.pdf"]
    paper = table.papers[0].id
    answer = upload(secretary, f"{path}/{paper}/replace", (name, HOSTILE[name]), reason="数字の誤り")
    assert answer.status_code == 422 and "数字の誤り</textarea>" in answer.text
    program = Program(table.house, SECRETARIAT)
    for call in (f"meetings/{table.meeting}/papers", f"papers/{paper}/replace"):
        refused = program.client.post(
            call, data={"reason": "x"} if "replace" in call else {}, files={"document": (name, HOSTILE[name])}
        )
        assert refused.status_code == 422, refused.text
    assert len(table.papers) == 1


def test_a_file_that_is_too_large_is_not_taken(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workflow.store.files.LARGEST", 1000)
    secretary = Browser(table.house, SECRETARIAT)
    answer = upload(secretary, f"/meetings/{table.meeting}/papers", ("大.txt", b"x" * 1001))
    assert answer.status_code == 422 and "ファイルが大きすぎます" in answer.text
    assert table.papers == []


def test_a_form_that_is_refused_comes_back_as_it_was_filled_in(table: Table) -> None:
    paper = table.add("収支")
    secretary = Browser(table.house, SECRETARIAT)
    here = f"/meetings/{table.meeting}/papers"
    answer = upload(
        secretary,
        f"{here}/{paper}/replace",
        ("収支.txt", "収支".encode()),
        reason="同じもの",
        title="新しい題",
    )
    assert (
        answer.status_code == 409
        and "同じもの</textarea>" in answer.text
        and 'value="新しい題"' in answer.text
    )
    assert "空です" in secretary.send(f"{here}/{paper}/withdraw", 422, reason=" ")
    assert 'value="public" selected' in secretary.send(f"{here}/{paper}/audience", 422, audience="public")
    assert 'value="2024-01-01"' in secretary.send(f"{here}/due", 422, day="2024-01-01")
    assert "資料の名称" in secretary.send(f"{here}/{paper}/title", 422, title="")
    parts = (("csrf", "", secretary.csrf), ("documents", '; filename=""', ""))
    nothing = "".join(
        f'--b\r\ncontent-disposition: form-data; name="{name}"{more}\r\n\r\n{value}\r\n'
        for name, more, value in parts
    )
    answer = secretary.client.post(
        here, content=f"{nothing}--b--\r\n", headers={"content-type": "multipart/form-data; boundary=b"}
    )
    assert answer.status_code == 422 and "選ばれていません" in answer.text
    assert table.called == [("資料1", 1, "収支")]


def test_the_whole_life_of_a_paper_at_the_page(table: Table) -> None:
    secretary = Browser(table.house, SECRETARIAT)
    here = f"/meetings/{table.meeting}/papers"
    assert "資料の提出期限: 令和5年3月2日（木）" in secretary.send(f"{here}/due", day="2023-03-02")
    upload(secretary, here, ("収支.txt", b"1"), about=str(table.item))
    table.house.later(days=2)
    secretary.sign_in()
    first = table.papers[0].id
    upload(secretary, f"{here}/{first}/replace", ("収支.txt", b"2"), reason="数字の誤り")
    second = table.papers[0].id
    secretary.send(f"{here}/{second}/title", title="収支の見込み")
    secretary.send(f"{here}/{second}/audience", audience="public", reason="公開と決めた")
    page = secretary.see(f"/meetings/{table.meeting}")
    for words in (
        "収支の見込み",
        "第2版",
        "差し替えの理由: 数字の誤り",
        "差し替え前の 1 件",
        "提出期限後",
        "公開",
        "公開と決めた",
    ):
        assert words in page, words
    secretary.send(f"{here}/{second}/withdraw", reason="要らない")
    assert "取下げの理由: 要らない" in meeting_page(table, MEMBER)
    shown = meeting_page(table, MEMBER)
    assert "欠番" in shown and "収支の見込み" not in shown
    assert "収支の見込み" in meeting_page(table, SECRETARIAT)


def test_the_staff_of_the_plan_enter_papers_at_the_page_that_shows_its_items(table: Table) -> None:
    staff = Browser(table.house, "tanto")
    assert "資料を登録する" in staff.see(f"/meetings/{table.meeting}")
    answer = upload(staff, f"/meetings/{table.meeting}/papers", ("担当.txt", b"x"), about=str(table.item))
    assert answer.status_code == 200 and "担当.txt" in answer.text
    assert upload(staff, f"/meetings/{table.meeting}/papers", ("担当.txt", b"x")).status_code == 403
    assert "資料を登録する" not in meeting_page(table, MEMBER)


# --- at the API --------------------------------------------------------------------------------------------


def test_a_program_does_all_of_it(table: Table) -> None:
    program = Program(table.house, SECRETARIAT)
    files: dict[str, Any] = {"document": ("収支.txt", b"1")}
    program.do(f"meetings/{table.meeting}/papers_due", day="2023-03-05")
    sent = program.client.post(
        f"meetings/{table.meeting}/papers", data={"item": table.item, "title": "収支"}, files=files
    )
    assert sent.status_code == 201, sent.text
    first = sent.json()["number"]
    told = program.client.post(
        f"papers/{first}/replace?dry_run=true",
        data={"reason": "誤り"},
        files={"document": ("収支.txt", b"2")},
    )
    assert told.status_code == 200
    replaced = program.client.post(
        f"papers/{first}/replace", data={"reason": "誤り"}, files={"document": ("収支.txt", b"2")}
    )
    second = replaced.json()["number"]
    program.do(f"papers/{second}/title", title="収支の見込み")
    program.do(f"papers/{second}/audience", audience="public", reason="公開と決めた")
    listed = program.ask(f"meetings/{table.meeting}/papers")
    assert listed["due"] == "2023-03-05"
    assert [(each["designation"], each["edition"], each["title"], each["audience"], each["marks"]) for each in listed["papers"]] == [
        ("資料1", 2, "収支の見込み", "public", ["replacement"]), ("資料1", 1, "収支", "public", ["replaced"]),
    ]  # fmt: skip
    assert program.client.get(f"papers/{second}/document").content == b"2"
    program.do(f"papers/{second}/withdraw", reason="要らない")
    gone = Program(table.house, MEMBER).ask(f"meetings/{table.meeting}/papers")["papers"][0]
    assert (gone["title"], gone["sha256"], gone["withdrawn_why"]) == (None, None, "要らない")


# --- who may read which ------------------------------------------------------------------------------------

OF_THE_BODY = {SECRETARIAT, MEMBER, "joho_bukai_chair", "auditor", "deputy"}
OF_THE_PLAN = {"tanto", "mayor", "ict_honbu_1", "circulated"}
SEE_THE_MEETING = {"fukushi", "admin", "was_member"}
NOBODY = {"nobody", "other_member"}


@pytest.fixture
def town(table: Table) -> Table:
    """One of everybody who may or may not read, and a paper for each audience."""
    house, office, now = table.house, table.house.office, table.house.now
    for key in ("auditor", "deputy", "nobody", "fukushi", "was_member", "other_member", "circulated"):
        house.a_person(key)
    actions.add_department(office, "admin", "welfare", "福祉課", now=now)
    for key in ("fukushi", "was_member", "circulated"):
        actions.post(office, "admin", key, "welfare", LONG_AGO, now=now)
    actions.name_auditor(office, "admin", "auditor", LONG_AGO, proof=actions.OwnMachine(), now=now)
    actions.name_deputy(office, "admin", MEMBER, "deputy", LONG_AGO, now=now)
    actions.add_chain(office, "admin", shipped("two_rounds"), now=now)
    actions.seat(office, "admin", "other_member", "kentokai", Role.MEMBER, LONG_AGO, now=now)
    today = tokyo_day(now)
    for key in ("was_member", "circulated"):
        actions.seat(office, "admin", key, "joho_bukai", Role.MEMBER, LONG_AGO, until=today, now=now)
    actions.circulate(office, "tanto", "dx", ["circulated"], now=now)
    house.later(days=1)
    table.add("公開の次第", audience=PaperAudience.PUBLIC)
    table.add("庁内の名簿")
    table.add("計画の資料", item=table.item)
    table.add("委員限り", item=table.item, audience=PaperAudience.BODY)
    table.withdraw(table.add("個人の一覧", item=table.item))
    return table


def readable(person: str) -> set[str]:
    if person in NOBODY:
        return set()
    found = {"公開の次第"}
    if person in OF_THE_PLAN | OF_THE_BODY:
        found |= {"計画の資料"}
    if person in OF_THE_BODY:
        found |= {"庁内の名簿", "委員限り"}
    if person in (SECRETARIAT, "auditor"):
        found |= {"個人の一覧"}
    return found


@pytest.mark.parametrize("person", sorted(OF_THE_BODY | OF_THE_PLAN | SEE_THE_MEETING | NOBODY))
def test_everybody_is_given_their_papers_by_page_call_and_link_and_no_other(town: Table, person: str) -> None:
    wanted = readable(person)
    browser, program = Browser(town.house, person), Program(town.house, person)
    page = browser.client.get(f"/meetings/{town.meeting}").text
    listed = program.client.get(f"meetings/{town.meeting}/papers")
    called = {each["title"] for each in listed.json().get("papers", ())} - {None}
    for paper in town.papers:
        named, reads = paper.title, paper.title in wanted
        assert (named in page) is reads, named
        assert (named in called) is reads, named
        for answer in (
            browser.client.get(f"/meetings/{town.meeting}/papers/{paper.id}/x.txt"),
            program.client.get(f"papers/{paper.id}/document"),
        ):
            assert (answer.status_code == 200) is reads, f"{named}: {answer.status_code}"
            assert reads or answer.status_code in (403, 404)
            assert named not in answer.text or reads


@pytest.mark.parametrize(
    "person", sorted(OF_THE_PLAN | SEE_THE_MEETING | NOBODY | OF_THE_BODY - {SECRETARIAT})
)
def test_nobody_but_the_secretariat_changes_them_by_page_or_call(town: Table, person: str) -> None:
    before = town.papers
    browser, program = Browser(town.house, person), Program(town.house, person)
    here = f"/meetings/{town.meeting}/papers"
    assert upload(browser, here, ("a.txt", b"a")).status_code == 403
    files: dict[str, Any] = {"document": ("a.txt", b"a")}
    assert program.client.post(f"meetings/{town.meeting}/papers", files=files).status_code == 403
    own = {"計画の資料"} if person == "tanto" else set()
    for paper in before:
        if paper.title in own:
            continue
        for answer in (
            upload(browser, f"{here}/{paper.id}/replace", ("a.txt", b"a"), reason="x"),
            *(browser.client.post(f"{here}/{paper.id}/{act}", data={"csrf": browser.csrf, "reason": "x", "title": "x", "audience": "public"})
              for act in ("withdraw", "title", "audience")),
            program.client.post(f"papers/{paper.id}/replace", data={"reason": "x"}, files=files),
            program.client.post(f"papers/{paper.id}/withdraw", json={"reason": "x"}),
            program.client.post(f"papers/{paper.id}/title", json={"title": "x"}),
            program.client.post(f"papers/{paper.id}/audience", json={"reason": "x", "audience": "public"}),
        ):  # fmt: skip
            assert answer.status_code in (403, 404), (
                f"{paper.title}: {answer.status_code} {answer.request.url}"
            )
    assert town.papers == before


def test_who_sat_in_the_body_until_yesterday_reads_no_paper_of_it_any_more(house: House) -> None:
    table = Table(house)
    house.a_person("mover")
    today = tokyo_day(house.now)
    actions.seat(
        house.office, "admin", "mover", "joho_bukai", Role.MEMBER, LONG_AGO, until=today, now=house.now
    )
    paper = table.add("委員限り", audience=PaperAudience.BODY)
    path = f"/meetings/{table.meeting}/papers/{paper}/x.txt"
    assert Browser(house, "mover").client.get(path).status_code == 200
    house.later(days=1)
    answer = Browser(house, "mover").client.get(path)
    assert "委員限り" not in answer.text and "content-disposition" not in answer.headers
    with house.office.reading() as db, pytest.raises(NotAllowed):
        meeting_to_read(db, actor(db, "mover", tokyo_day(house.now)), table.meeting)


# --- in a browser ------------------------------------------------------------------------------------------


def test_papers_are_entered_and_replaced_without_scripts_and_read_well(site: Site) -> None:
    table = Table(site.house)
    table.due(0)
    site.house.later(days=1)
    page = site.person(SECRETARIAT, scripts=False)
    page.goto(f"/meetings/{table.meeting}")
    item = page.locator(f"#item-{table.item}")
    item.locator("summary", has_text="資料を登録する").click()
    item.get_by_label("ファイル（いくつでも）").set_input_files(
        [
            {"name": name, "mimeType": "text/plain", "buffer": b"x"}
            for name in ("収支の見込み.txt", "別紙.txt")
        ]
    )
    item.get_by_role("button", name="登録する", exact=True).click()
    expect(page.get_by_role("status").first).to_have_text("2 件の資料を登録しました。")
    first = page.locator("#paper-1")
    first.locator("summary", has_text="差し替え・取下げ・訂正").click()
    first.get_by_label("差し替えるファイル").set_input_files(
        {"name": "訂正.txt", "mimeType": "text/plain", "buffer": b"y"}
    )
    first.get_by_label("差し替えの理由").fill("数字の誤り")
    first.get_by_role("button", name="差し替える", exact=True).click()
    expect(page.locator("#paper-3")).to_contain_text("差し替えの理由: 数字の誤り")
    table.withdraw(2)
    table.add("名簿", audience=PaperAudience.BODY)
    page = site.person(SECRETARIAT)
    page.goto(f"/meetings/{table.meeting}")
    page.evaluate("document.querySelectorAll('main details').forEach(each => { each.open = true })")
    must_read_well(page)
