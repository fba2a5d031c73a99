"""The demo is the whole product on the seed: run as a stranger runs it."""

import json
import os
import subprocess
import sys
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from tests.support.seed_paper import schedule_of_the_paper


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("demo")
    done = _sakutei(folder, "demo", "--folder", "demo")
    assert done.returncode == 0, done.stderr
    return folder, done.stdout


def _sakutei(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "SAKUTEI_DATA": "demo", "COLUMNS": "200"}
    command = [sys.executable, "-c", "from workflow.cli import main; main()", *arguments]
    environment["PYTHONPATH"] = str(Path(__file__).parents[2])
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)


def test_it_ends_printed_with_the_log_verified(played: tuple[Path, str]) -> None:
    assert "【印刷】" in played[1]
    assert "記録は改変されていません" in played[1]
    assert _sakutei(played[0], "log", "verify").returncode == 0


def test_what_it_leaves_is_for_its_user_only(played: tuple[Path, str]) -> None:
    demo = played[0] / "demo"
    assert [place for place in (demo, *demo.rglob("*")) if place.stat().st_mode & 0o077] == []


def test_its_schedule_has_the_meetings_of_section_7_in_the_months_of_section_7(
    played: tuple[Path, str],
) -> None:
    held = json.loads(_sakutei(played[0], "plan", "schedule", "dx2025", "--json").stdout)["held"]
    found = []
    for month in held:
        found += [(month["month"], name, None) for name in month["meetings"]]
        found += [(month["month"], each["body"], each["label"]) for each in month["assembly"]]
    assert sorted(found, key=str) == sorted(schedule_of_the_paper(), key=str)
    assert [month["month"] for month in held][0::12] == ["2023-03", "2024-03"]


@pytest.mark.parametrize(
    "words",
    [
        "断られました。「策定方針」から進めません",
        "差戻し: 骨子の目標年次",
        "部会の了承は第5版へのものなので",
        "見て、第3版を確認しました",
        "会長の代理者が、第7版との新旧対照（変更 1 箇所）を見て、第8版を確認しました",
        "期間後に届いたものも残しています",
        "（代決）",
    ],
)
def test_it_shows_what_sakutei_is_for(played: tuple[Path, str], words: str) -> None:
    assert words in played[1]


def test_every_mail_it_owed_arrived_over_smtp(played: tuple[Path, str]) -> None:
    folder = played[0]
    owed = json.loads(_sakutei(folder, "mail", "list", "--json").stdout)["deliveries"]
    assert {each["state"] for each in owed} == {"sent"}
    received = [
        message_from_bytes(path.read_bytes(), policy=policy.default)
        for path in (folder / "demo" / "received" / "new").iterdir()
    ]
    assert len(received) == len(owed) > 100
    assert len({mail["Message-ID"] for mail in received}) == len(received)
    kinds = {each["kind"] for each in owed}
    assert kinds >= {
        "meeting",
        "agenda_deadline",
        "unanswered",
        "comment_closing",
        "meeting_moved",
        "decision",
    }


def test_it_can_be_played_again_in_the_same_folder_but_not_over_somebodys_files(
    played: tuple[Path, str], tmp_path: Path
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "大切.docx").write_bytes(b"x")
    refused = _sakutei(tmp_path, "demo", "--folder", "mine")
    assert refused.returncode == 2
    assert "他のものがあります" in refused.stderr
    assert (tmp_path / "mine" / "大切.docx").exists()


def test_the_help_is_quick_because_it_loads_no_database() -> None:
    program = "import sys; from workflow.cli import main; sys.argv = ['sakutei', '--help']\ntry: main()\nexcept SystemExit: pass\nprint([m for m in ('sqlalchemy', 'rich', 'pydantic', 'alembic', 'zxcvbn') if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "[]"
