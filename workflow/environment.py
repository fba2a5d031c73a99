"""The environment `.venv` beside the packages: made where the locked packages are missing, then entered.

Needs nothing but the standard library, and is read by pythons that are too old or lack a part of it; its words are
Japanese and English, because no catalogue can be read yet."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "locked.json"
"""The record of the python and the lock files it was made with; `{}` while it is being made."""

OLDEST = (3, 11)


def enter(module: str, *locks: str) -> None:
    """Go on as `module` in an environment that has the packages of the lock files, making one if there is none."""
    if sys.version_info < OLDEST:
        _refuse(
            f"Python {OLDEST[0]}.{OLDEST[1]} 以上が必要です（これは {sys.version.split()[0]}）。",
            f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed (this is {sys.version.split()[0]}).",
        )
    wanted = _wanted(locks)
    if not wanted:
        return  # installed from a wheel, together with what it needs
    if _stamped(wanted):
        if Path(sys.prefix) != VENV:
            _go_on(module)
    elif Path(sys.prefix) == VENV or not _has_all(locks):
        try:
            _make(wanted)
        except (OSError, subprocess.SubprocessError) as error:
            _refuse(f"{VENV} を準備できません: {error}", f"{VENV} cannot be prepared: {error}")
        except KeyboardInterrupt:
            sys.exit(130)
        _go_on(module)


def _wanted(locks: "tuple[str, ...]") -> "dict[str, str]":
    """The lock files by their content."""
    found = {lock: ROOT / lock for lock in locks if (ROOT / lock).exists()}
    return {lock: hashlib.sha256(path.read_bytes()).hexdigest() for lock, path in found.items()}


def _stamped(wanted: "dict[str, str]") -> bool:
    return PYTHON.exists() and {**wanted, **_place()}.items() <= (_stamp() or {}).items()


def _place() -> "dict[str, str]":
    """A python that an upgrade of the system replaced finds nothing that was installed before; and a folder that was
    moved is not where the command looks for it."""
    return {"python": os.path.realpath(PYTHON), "root": str(ROOT)}


def _stamp() -> "dict[str, str] | None":
    try:
        return dict(json.loads(STAMP.read_text("utf-8")))
    except (OSError, ValueError):
        return None


def _has_all(locks: "tuple[str, ...]") -> bool:
    """Return whether the running python has every package of the lock files, in its version. Those for some
    platforms only are not checked."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return all(version(name) == wanted for name, wanted in _pins(locks))
    except PackageNotFoundError:
        return False


def _pins(locks: "Iterable[str]") -> "Iterator[list[str]]":
    for lock in locks:
        for line in (ROOT / lock).read_text("utf-8").splitlines():
            if line[:1].isalnum() and ";" not in line:
                yield line.rstrip(" \\").split("==")


def _make(wanted: "dict[str, str]") -> None:
    with _alone():
        if _stamped(wanted):
            return
        _require_ensurepip()
        if _of_no_use():
            shutil.rmtree(VENV, ignore_errors=True)
        VENV.mkdir(exist_ok=True)
        kept = _stamp() or {}
        STAMP.write_text("{}", "utf-8")
        _say("最初の準備をします（次からは要りません）", "preparing, this first time only")
        _say(f"  {VENV} を作っています", f"making {VENV}")
        _run(sys.executable, "-m", "venv", str(VENV))
        _install(wanted)
        _make_command()
        STAMP.write_text(json.dumps({**kept, **wanted, **_place()}, indent=1), "utf-8")
        _say("準備ができました", "ready")


@contextmanager
def _alone() -> "Iterator[None]":
    """One at a time: who comes second waits and finds it done."""
    import fcntl

    folder = os.open(ROOT, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _say("他の準備が終わるのを待っています", "waiting for another start that is preparing")
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _of_no_use() -> bool:
    """Return whether it is incomplete, or its python was removed or replaced."""
    stamp = _stamp()
    if stamp is None:
        return not PYTHON.exists()
    return stamp.get("python") != os.path.realpath(PYTHON)


def _require_ensurepip() -> None:
    if find_spec("ensurepip") is None or find_spec("venv") is None:
        _refuse(
            "この Python には venv がありません。`apt install python3-venv` を実行して、もう一度始めてください。",
            "this Python has no venv: run `apt install python3-venv`, then start again.",
        )


def _install(wanted: "dict[str, str]") -> None:
    """Packages are not compiled now: python compiles what it loads when it loads it."""
    count = sum(1 for _ in _pins(wanted))
    _say(f"  部品 {count} 個を取り寄せています", f"fetching {count} packages")
    locks = [f"--requirement={ROOT / lock}" for lock in wanted]
    _run(
        str(PYTHON), "-m", "pip", "install", "--require-hashes", "--no-deps", "--no-compile", "--no-input",
        "--disable-pip-version-check", "--progress-bar=off", *locks, shown=_Progress(count),
    )  # fmt: skip


class _Progress:
    """One line that counts up at a terminal; nothing where nobody watches."""

    def __init__(self, count: int) -> None:
        self.count, self.done = count, 0

    def __call__(self, line: str) -> None:
        if not sys.stderr.isatty():
            return
        if line.startswith("Collecting "):
            self.done += 1
            sys.stderr.write(f"\r\033[K  {self.done}/{self.count} {line.split()[1]}")
        elif line.startswith("Installing "):
            sys.stderr.write("\r\033[K  並べています (installing)")
        elif line.startswith("Successfully "):
            sys.stderr.write("\r\033[K")
        sys.stderr.flush()


def _run(*command: str, shown: "Callable[[str], None]" = lambda line: None) -> None:
    """Run a part of the work; what it said is shown when it fails."""
    said = []
    with subprocess.Popen(  # noqa: S603
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as running:
        for line in running.stdout or ():
            said.append(line)
            shown(line)
    if running.returncode:
        sys.stderr.write("\n" + "".join(said[-8:]))
        _refuse(
            "準備が途中で止まりました。ネットワークを確かめて、もう一度始めてください。",
            "preparing stopped half-way: check the network, then start again.",
        )


def _make_command() -> None:
    """`.venv/bin/sakutei`, and the packages found from anywhere. The command's first lines are both shell and python,
    so that a folder's name may have spaces."""
    (next(VENV.glob("lib/python*/site-packages")) / "sakutei.pth").write_text(f"{ROOT}\n", "utf-8")
    command = PYTHON.with_name("sakutei")
    command.write_text(
        f"#!/bin/sh\n'''exec' \"{PYTHON}\" \"$0\" \"$@\"\n' '''\n"
        "import sys\n\nfrom workflow.cli import main\n\nsys.exit(main())\n",
        "utf-8",
    )
    command.chmod(0o755)


def _go_on(module: str) -> None:
    os.execv(PYTHON, [str(PYTHON), "-m", module, *sys.argv[1:]])  # noqa: S606


def _say(japanese: str, english: str) -> None:
    print(f"{japanese} / {english}", file=sys.stderr, flush=True)


def _refuse(japanese: str, english: str) -> None:
    print(japanese, english, sep="\n", file=sys.stderr)
    sys.exit(2)
