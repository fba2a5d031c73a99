"""`python3 -m workflow` makes what it runs in: with one tiny package of our own, so that no network is asked."""

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from workflow import environment

NAME = "tiny-1.0"
ASKED = "import sys, tiny; print('at work', *sys.argv[1:])\n"


class Copy:
    """A copy of the program that needs the package `tiny`, and the shelf its package lies on."""

    def __init__(self, folder: Path) -> None:
        self.root, self.shelf = folder / "a copy", folder / "shelf"
        (self.root / "workflow").mkdir(parents=True)
        (self.root / "workflow" / "__init__.py").touch()
        self.shelf.mkdir()
        shutil.copy(environment.__file__, self.root / "workflow")
        (self.root / "workflow" / "__main__.py").write_text(
            "from workflow import environment\n\n"
            f'if __name__ == "__main__":\n    environment.enter("workflow", "constraints.txt")\n    {ASKED}'
        )
        (self.root / "workflow" / "cli.py").write_text(f"def main():\n    {ASKED}")
        wheel = self.shelf / f"{NAME}-py3-none-any.whl"
        _write_wheel(wheel)
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        (self.root / "constraints.txt").write_text(f"tiny==1.0 \\\n    --hash=sha256:{digest}\n")

    def start(self, *, python: str = sys.executable) -> subprocess.Popen[str]:
        own = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.shelf), "PIP_CONFIG_FILE": os.devnull}
        return subprocess.Popen(
            [python, "-m", "workflow", "two words"], cwd=self.root, env={"PATH": os.defpath, **own}, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def run(self) -> tuple[int, str, str]:
        running = self.start()
        out, err = running.communicate(timeout=120)
        return running.returncode, out, err


def _write_wheel(wheel: Path) -> None:
    info = f"{NAME}.dist-info"
    contents = {
        "tiny.py": "",
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{name},sha256={_digest(text)},{len(text)}\n" for name, text in contents.items())
    with zipfile.ZipFile(wheel, "w") as packed:
        for name, text in {**contents, f"{info}/RECORD": f"{record}{info}/RECORD,,\n"}.items():
            packed.writestr(name, text)


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path)


def test_it_is_made_once_and_says_so_and_the_command_works_from_anywhere(copy: Copy, tmp_path: Path) -> None:
    code, out, err = copy.run()
    assert (code, out) == (0, "at work two words\n"), err
    assert "最初の準備をします" in err and "preparing" in err
    shutil.rmtree(copy.shelf)
    assert copy.run() == (0, "at work two words\n", "")
    command = copy.root / ".venv" / "bin" / "sakutei"
    assert subprocess.check_output([command, "x"], cwd=tmp_path, text=True) == "at work x\n"


def test_what_cannot_be_fetched_is_one_message_and_tried_again(copy: Copy) -> None:
    wheel = copy.shelf / f"{NAME}-py3-none-any.whl"
    wheel.rename(copy.shelf / "away")
    code, out, err = copy.run()
    assert (code, out) == (2, "") and "Traceback" not in err
    assert "ネットワークを確かめて" in err and "check the network" in err
    (copy.shelf / "away").rename(wheel)
    assert copy.run()[:2] == (0, "at work two words\n")


def test_what_was_killed_half_way_begins_anew(copy: Copy) -> None:
    left = copy.root / ".venv" / "lib" / "half"
    left.mkdir(parents=True)
    (copy.root / ".venv" / "locked.json").write_text("{}")
    assert copy.run()[:2] == (0, "at work two words\n")
    assert not left.exists()


def test_a_lock_file_that_changed_is_followed(copy: Copy) -> None:
    assert copy.run()[0] == 0
    lock = copy.root / "constraints.txt"
    lock.write_text(lock.read_text() + "gone==2.0 --hash=sha256:" + "0" * 64 + "\n")
    assert copy.run()[0] == 2


def test_two_starts_at_once_make_one(copy: Copy) -> None:
    both = [copy.start(), copy.start()]
    said = [each.communicate(timeout=120) for each in both]
    assert [out for out, _ in said] == ["at work two words\n"] * 2
    assert sum("preparing, this" in err for _, err in said) == 1


def test_a_python_without_ensurepip_is_told_the_package(copy: Copy, tmp_path: Path) -> None:
    """As Debian's is, without python3-venv."""
    bare = tmp_path / "bare"
    bare.mkdir()
    (bare / "sitecustomize.py").write_text("import sys\nsys.modules['ensurepip'] = None\n")
    done = subprocess.run(
        [sys.executable, "-m", "workflow"], cwd=copy.root, env={"PATH": os.defpath, "PYTHONPATH": str(bare)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2 and "apt install python3-venv" in done.stderr
    assert "Traceback" not in done.stderr and not (copy.root / ".venv").exists()
