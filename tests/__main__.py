"""`python3 -m tests` runs the linters and every test; `--quick` the rules and use cases on SQLite, without a browser;
anything more is given to pytest, which then runs alone."""

import os
import shutil
import subprocess
import sys

from workflow import environment

LINTERS = (("ruff", "format", "--check", "."), ("ruff", "check", "."), ("mypy",), ("lint-imports",))
PYTEST = ("pytest", "-n", "2")
BROWSER = (
    "apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y chromium fonts-noto-cjk"
)


def main() -> int:
    environment.enter("tests", "constraints.txt", "tests/constraints.txt")
    os.chdir(environment.ROOT)
    given = sys.argv[1:]
    if "--quick" not in given:
        bring_the_browser()
    for command in [*([] if given else LINTERS), (*PYTEST, *given)]:
        failed = run(*command)
        if failed:
            return failed
    return 0


def bring_the_browser() -> None:
    """Without it, its tests are skipped, and the last line says so."""
    if shutil.which("chromium") is None and shutil.which("apt-get") and os.geteuid() == 0:
        print("$", BROWSER, flush=True)
        subprocess.run(["bash", "-c", BROWSER], stdout=subprocess.DEVNULL, check=False)


def run(tool: str, *arguments: str) -> int:
    print("$", tool, *arguments, flush=True)
    return subprocess.run([environment.PYTHON.with_name(tool), *arguments], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
