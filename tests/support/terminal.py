"""The command line as a person at a terminal meets it."""

import sys
from pathlib import Path

import pytest

from workflow.cli import main


class Terminal:
    """Runs `sakutei …` and keeps what it printed."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> None:
        self.folder, self._capsys, self._patch = folder, capsys, patch
        patch.chdir(folder)
        patch.setenv("SAKUTEI_DATA", str(folder / "data"))
        patch.setenv("COLUMNS", "200")

    def run(self, *arguments: str) -> str:
        code, out, err = self.try_(*arguments)
        assert code == 0, err
        return out

    def refuse(self, *arguments: str) -> str:
        """The message of a refusal: exit code 2, one message, nothing else."""
        code, out, err = self.try_(*arguments)
        assert code == 2, out + err
        assert "Traceback" not in err
        return err

    def try_(self, *arguments: str) -> tuple[int, str, str]:
        self._patch.setattr(sys, "argv", ["sakutei", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
            raise SystemExit(0)
        code = ended.value.code
        out, err = self._capsys.readouterr()
        return (code if isinstance(code, int) else 0), out, err
