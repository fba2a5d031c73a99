"""PDF out of Office documents by LibreOffice, where it is installed: a process of its own with a profile that is thrown
away, within bounds, without macros and without the network."""

import shutil
import sys
import tempfile
import threading
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from workflow.domain.errors import SheetNotMade
from workflow.domain.language import say
from workflow.store.bounded_process import OutOfBounds, one_at_a_time, run_bounded

PROGRAMS = ("soffice", "libreoffice")
SECONDS, SECONDS_EACH, MEMORY = 60, 10, 4 * 1024**3
"""The longest time for the first document and for each further one, and the memory, in bytes, LibreOffice may take."""

_ONE_AT_A_TIME = threading.Lock()
_NOWHERE = "http://127.0.0.1:9"


@cache
def converter() -> str | None:
    """Return the path of LibreOffice; None where it is not installed."""
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


def as_pdf(documents: Sequence[tuple[bytes | Path, str]]) -> list[bytes]:
    """Return each document, given with its extension, as PDF. Raises `SheetNotMade`."""
    program = converter()
    if program is None:
        raise SheetNotMade(
            say("この機械に LibreOffice がありません"),
            say("Word で開いて PDF として保存するか、システム管理者に LibreOffice の導入を頼んでください。"),
        )
    with tempfile.TemporaryDirectory() as made, one_at_a_time(_ONE_AT_A_TIME):
        folder = Path(made)
        _prepare_profile(folder / "profile")
        names = [f"{number}{extension}" for number, (_, extension) in enumerate(documents)]
        for name, (content, _) in zip(names, documents, strict=True):
            if isinstance(content, Path):
                shutil.copyfile(content, folder / name)
            else:
                (folder / name).write_bytes(content)
        command = [
            program, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--norestore",
            "--nolockcheck", "--nodefault", "--nologo", "--convert-to", "pdf", "--outdir", str(folder), *names,
        ]  # fmt: skip
        try:
            run_bounded(
                command,
                folder=folder,
                seconds=SECONDS + SECONDS_EACH * len(documents),
                memory=MEMORY,
                environment={"http_proxy": _NOWHERE, "https_proxy": _NOWHERE, "SAL_DISABLE_OPENCL": "1"},
            )
        except OutOfBounds:
            raise SheetNotMade(say("PDF にするのに時間がかかりすぎました"), _ANOTHER_WAY) from None
        return [_checked(folder / f"{number}.pdf") for number in range(len(documents))]


def joined(documents: Sequence[bytes | Path]) -> bytes:
    """Return the PDFs as one, in their order. Raises `SheetNotMade`."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        paths = []
        for number, content in enumerate(documents):
            path = content.resolve() if isinstance(content, Path) else folder / f"{number}.pdf"
            if isinstance(content, bytes):
                path.write_bytes(content)
            paths.append(str(path))
        command = [sys.executable, "-I", "-c", _JOIN, str(folder / "joined.pdf"), *paths]
        try:
            run_bounded(command, folder=folder, seconds=SECONDS, memory=MEMORY)
        except OutOfBounds:
            raise SheetNotMade(say("PDF をまとめるのに時間がかかりすぎました"), _ANOTHER_WAY) from None
        return _checked(folder / "joined.pdf")


_ANOTHER_WAY = say("Word のファイルをお使いになるか、時間をおいて、もう一度お試しください。")
_JOIN = """
import sys
import pypdfium2
joined = pypdfium2.PdfDocument.new()
for path in sys.argv[2:]:
    joined.import_pages(pypdfium2.PdfDocument(path))
joined.save(sys.argv[1])
"""


def _checked(made: Path) -> bytes:
    """Return the content of what was made, if it is a PDF. Raises `SheetNotMade`."""
    content = made.read_bytes() if made.is_file() else b""
    if not content.startswith(b"%PDF-") or b"%%EOF" not in content[-1024:]:
        raise SheetNotMade(say("PDF にできませんでした"), _ANOTHER_WAY)
    return content


def _prepare_profile(profile: Path) -> None:
    """A profile in which nothing of a document runs, and nothing is fetched."""
    (profile / "user").mkdir(parents=True)
    items = "".join(
        f'<item oor:path="/org.openoffice.{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
        for path, name, value in _SETTINGS
    )
    (profile / "user/registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n<oor:items xmlns:oor="http://openoffice.org/2001/registry" '
        f'xmlns:xs="http://www.w3.org/2001/XMLSchema">{items}</oor:items>\n',
        "utf-8",
    )


_SCRIPTING = "Office.Common/Security/Scripting"
_SETTINGS = (
    (_SCRIPTING, "MacroSecurityLevel", "3"),
    (_SCRIPTING, "DisableMacrosExecution", "true"),
    (_SCRIPTING, "DisableActiveContent", "true"),
    (_SCRIPTING, "BlockUntrustedRefererLinks", "true"),
    ("Office.Writer/Content/Update", "Link", "0"),
    ("Office.Calc/Content/Update", "Link", "2"),
    ("Inet/Settings", "ooInetProxyType", "2"),
    ("Inet/Settings", "ooInetHTTPProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetHTTPProxyPort", "9"),
    ("Inet/Settings", "ooInetHTTPSProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetHTTPSProxyPort", "9"),
)
