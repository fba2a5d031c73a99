"""Signs that no text has are refused wherever text is taken."""

import pytest

from workflow.domain.errors import BadInput
from workflow.domain.validation import a_line, a_text, some_text

NO_TEXT = ["\x00", "\x7f", "\u0085", "\ud800", "\u202e", "\u2066", "\u200f", "\uffff", "\ufdd0", "\U0010fffe"]


@pytest.mark.parametrize("sign", NO_TEXT, ids=ascii)
def test_no_control_no_turned_writing_and_no_sign_that_is_none(sign: str) -> None:
    for check in (a_line, a_text, some_text):
        with pytest.raises(BadInput):
            check("件名", f"計画{sign}案")


def test_what_people_write_is_taken() -> None:
    text = "髙橋\u3000さん①㌔ 👩‍💻 e\u0301 \ue000"
    assert a_line("件名", text) == text
    assert a_text("説明", f"{text}\r\n\t次") == f"{text}\r\n\t次"
