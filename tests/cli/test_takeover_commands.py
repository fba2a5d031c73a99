"""A plan already under way is taken over on the command line."""

from tests.support.documents import p, word
from tests.support.takeover import WAY, filled
from tests.support.terminal import Terminal
from workflow.domain.takeover import About


def test_a_form_is_written_filled_in_tried_and_taken_over(office: Terminal) -> None:
    assert "移行.xlsx に書き出しました" in office.run("plan", "takeover-form", "移行.xlsx")
    workbook, folder = office.folder / "移行.xlsx", office.folder / "文書"
    folder.mkdir()
    form, rows = workbook.read_bytes(), [{**row, "出席者": ""} for row in WAY[:3]]
    workbook.write_bytes(filled(form, rows, {About.KEY: "old"}))
    command = ("plan", "takeover", "移行.xlsx", "文書", "--as", "hanako")

    assert "行目: 文書のファイル名「方針.docx」は、一緒に送るファイルにありません" in office.refuse(*command)
    elsewhere = office.folder / "elsewhere.docx"
    elsewhere.write_bytes(word(p("方針")))
    (folder / "方針.docx").symlink_to(elsewhere)
    assert "一緒に送るファイルにありません" in office.refuse(*command)
    (folder / "方針.docx").unlink()
    (folder / "方針.docx").write_bytes(word(p("方針")))
    tried = office.run(*command, "--dry-run")
    assert "部会での検討 了承" in tried and "まだ何も登録していません" in tried
    assert "old" not in office.run("plan", "list")

    assert "計画「old」を移行登録しました" in office.run(*command)
    assert "移行登録" in office.run("plan", "history", "old")


def test_a_folder_that_is_not_there_is_one_clear_message(office: Terminal) -> None:
    assert "「どこ」が見つかりません" in office.refuse(
        "plan", "takeover", "移行.xlsx", "どこ", "--as", "hanako"
    )
