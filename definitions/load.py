"""Loading a chain from a YAML file. All faults of the file are reported at once, in Japanese, with the line and
column of their keys."""

from pathlib import Path

from pydantic import ValidationError

from definitions.chain import Chain
from definitions.check import check
from definitions.errors import ChainInvalid, Fault
from definitions.findings import suggestion
from definitions.shape_errors import findings_of
from definitions.words import Words, words
from definitions.yaml_source import WHOLE_FILE, Marked, read_yaml

MAXIMUM_BYTES = 256 * 1024
"""A chain is a page or two of text; what is larger is some other file."""

_SHIPPED = Path(__file__).with_name("chains")


def load_chain(path: Path) -> Chain:
    """The chain in the file, or ChainInvalid with every fault there is."""
    return parse_chain(_text_of(path), str(path))


def parse_chain(text: str, file: str) -> Chain:
    """The chain defined by the text, or ChainInvalid with every fault; `file` is used only in the messages."""
    if len(text.encode("utf-8", "surrogatepass")) > MAXIMUM_BYTES:
        raise _whole_file(file, *_TOO_LARGE)
    marked = read_yaml(text, file)
    chain = _shaped(marked, file)
    faults = [marked.fault(finding) for finding in check(chain)]
    if faults:
        raise ChainInvalid(file, _in_order(faults))
    return chain


def chain_text(content: bytes, file: str) -> str:
    """The text of an uploaded definition. Raises `ChainInvalid` when it is too large or no UTF-8."""
    if len(content) > MAXIMUM_BYTES:
        raise _whole_file(file, *_TOO_LARGE)
    return _decoded(content, file)


def shipped_text(key: str) -> str:
    """The file of a chain that comes with the program, with its comments; KeyError for any other."""
    if key not in shipped_chains():
        raise KeyError(key)
    return (_SHIPPED / f"{key}.yaml").read_text("utf-8")


def shipped_chains() -> tuple[str, ...]:
    """The keys of the chains that come with the program."""
    return tuple(sorted(path.stem for path in _SHIPPED.glob("*.yaml")))


def shipped(key: str) -> Chain:
    """The chain of that key that comes with the program; ChainInvalid, naming the known ones, for any other."""
    known = shipped_chains()
    if key not in known:
        problem = words(
            "同梱の策定の流れ「{key}」はありません（あるもの: {known}）", key=key, known="・".join(known)
        )
        raise ChainInvalid(key, [Fault(None, None, "key", problem, suggestion(key, known))])
    return load_chain(_SHIPPED / f"{key}.yaml")


def _shaped(marked: Marked, file: str) -> Chain:
    try:
        return Chain.model_validate_json(marked.as_json(), strict=True)
    except ValidationError as error:
        faults = [marked.fault(finding) for finding in findings_of(error)]
        raise ChainInvalid(file, _in_order(faults)) from None


def _in_order(faults: list[Fault]) -> list[Fault]:
    return sorted(faults, key=lambda fault: (fault.line or 0, fault.column or 0))


_TOO_LARGE = (
    words("ファイルが大きすぎます（上限 {size} KB）", size=MAXIMUM_BYTES // 1024),
    words("策定の流れの YAML ファイルを指定しているか確かめてください"),
)


def _text_of(path: Path) -> str:
    file = str(path)
    if path.is_dir():
        raise _whole_file(
            file, words("ファイルではなくフォルダです"), words("中の YAML ファイルを指定してください")
        )
    if not path.is_file():
        raise _whole_file(file, words("ファイルがありません"), words("パスを確かめてください"))
    try:
        with path.open("rb") as opened:
            content = opened.read(MAXIMUM_BYTES + 1)
    except OSError as error:
        problem = words("ファイルを開けません（{error}）", error=error.strerror)
        raise _whole_file(file, problem, words("読み取りの権限を確かめてください")) from None
    return chain_text(content, file)


def _decoded(content: bytes, file: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
        problem, mend = (
            words("UTF-8 として読めません"),
            words("文字コードを UTF-8 にして保存し直してください"),
        )
        raise ChainInvalid(file, [Fault(line, column, WHOLE_FILE, problem, mend)]) from None


def _whole_file(file: str, problem: Words, mend: Words) -> ChainInvalid:
    return ChainInvalid(file, [Fault(None, None, WHOLE_FILE, problem, mend)])
