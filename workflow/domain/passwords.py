"""The rule of passwords: none that was breached, or that somebody who knows the person or the office would guess.
Everything is decided here, without asking another server."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from threading import Lock

from definitions.labelled import Labelled
from workflow.domain.errors import BadInput
from workflow.domain.language import say

SHORTEST, LONGEST = 12, 200
"""The length of a password, in characters."""

REST_LENGTH, REST_SIGNS = 8, 5
"""Least length and least number of different characters that a password must have without its commonly guessed
words."""

ONE_WORD = 12
"""Letters up to which one word with a year, a date or a number does not make a password."""

FEWEST_GUESSES = 10**10
"""Tries that whoever has the stolen hash must need on average, by zxcvbn's estimate."""

MEASURED = 60
"""Characters that are measured: zxcvbn's time grows with the square of them, 20 ms here."""

TRIED_FIRST = (
    "password", "passw0rd", "p@ssword", "p@ssw0rd", "パスワード", "pasuwado", "administrator", "admin", "sakutei", "策定",
    "qwertyuiop", "qwerty", "asdfghjkl", "asdfgh", "zxcvbnm", "1qaz2wsx", "q1w2e3r4", "abc123",
    "1234567890", "12345678", "123456", "1234", "9876543210", "abcdefghijklmnopqrstuvwxyz", "abcdefgh", "abcd",
    "welcome", "letmein", "changeme", "secret", "iloveyou", "あいうえお", "かきくけこ",
)  # fmt: skip

PLACES = """
hokkaido aomori iwate miyagi akita yamagata fukushima ibaraki tochigi gunma saitama chiba tokyo kanagawa
niigata toyama ishikawa fukui yamanashi nagano gifu shizuoka aichi shiga kyoto osaka hyogo nara
wakayama tottori shimane okayama hiroshima yamaguchi tokushima kagawa ehime kochi fukuoka saga
nagasaki kumamoto oita miyazaki kagoshima okinawa chiyoda minato shinjuku bunkyo taito sumida koto
shinagawa meguro setagaya shibuya nakano suginami toshima arakawa itabashi nerima adachi katsushika
edogawa sapporo sendai yokohama kawasaki sagamihara hamamatsu nagoya sakai kobe kitakyushu
nippon nihon japan yakusho kuyakusho shiyakusho yakuba kencho tocho kikaku soumu somu joho
"""
"""Places of Japan, and what stands on the door of an office, as people write them in Latin letters."""

NAMES = """
sato satou suzuki takahashi tanaka watanabe itou yamamoto nakamura kobayashi kato katou yoshida yamada
sasaki yamaguchi matsumoto inoue kimura hayashi saito saitou shimizu yamazaki ikeda hashimoto yamashita
ishikawa nakajima maeda fujita ogawa goto gotou okada hasegawa murakami kondo kondou ishii sakamoto
endo endou aoki fujii nishimura fukuda miura fujiwara okamoto matsuda nakagawa nakano harada tamura
takeuchi kaneko nakayama wada ishida ueda morita hara shibata sakai kudo yokoyama miyazaki miyamoto
uchida takagi ando andou taniguchi ohno ono maruyama imai taro tarou ichiro ichirou jiro jirou saburo
saburou shiro shirou goro gorou hiroshi takashi kenji kenichi shinji takeshi makoto yutaka minoru
kiyoshi kazuo hideo akira satoshi tsuyoshi manabu osamu naoki daisuke kenta shota daiki takuya tatsuya
hiroki kazuya yusuke ryota haruto yuto sota hayato hanako yoshiko keiko kazuko hiroko kyoko reiko
yoko youko tomoko yumiko naoko junko mariko kumiko emiko sachiko akiko noriko michiko yuki yuka mika
megumi akemi naomi mayumi tomomi asami manami misaki haruka sakura momoko aoi himari nanami ayaka
"""
"""Common family and given names in Latin letters."""

_zxcvbn = Lock()


class Weakness(Labelled):
    """Why a password is soon guessed."""

    KNOWN_WORDS = (
        "known_words",
        "推測されやすいものです（よく使われる語、地名や人名、年、同じ文字の繰返し、庁名、ご自分の利用者ID・氏名・電子メール）",
    )
    WORD_AND_NUMBER = "word_and_number", "推測されやすいものです（一つの語に年・日付・番号を付けただけ）"
    FEW_GUESSES = (
        "few_guesses",
        "推測されやすいものです（過去に漏れたパスワード、キーの並び、日付など）",
    )


def a_password(password: str, words: Iterable[str]) -> str:
    """A password that can be taken. `words` are those by which its person and office are known, see `known_by`. Raises
    `BadInput`, which does not repeat it."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise BadInput(
            "パスワード",
            say("{length} 文字です", length=len(password)),
            say("{shortest} 文字以上 {longest} 文字以内にしてください。", shortest=SHORTEST, longest=LONGEST),
        )
    if any(unicodedata.category(sign) in ("Cc", "Cs") for sign in password):
        raise BadInput("パスワード", "制御文字があります", "文字を確かめて、入力し直してください。")
    if weakness := _weakness(password, list(words)):
        raise BadInput(
            "パスワード", weakness.label, "関係のない語を三つ以上並べるなどして、作り直してください。"
        )
    return password


def known_by(key: str, name: str, email: str, offices: Collection[str]) -> list[str]:
    """Return the words that somebody who knows a person and the office would guess, also in Latin letters."""
    whole = [key, name, "".join(name.split()), email, *offices]
    parts = [part for each in (key, name, email, *offices) for part in re.split(r"[\s.@_+-]+", each)]
    words = [*whole, *parts]
    return [word for word in (*words, *_in_latin_letters(words)) if len(word) > (2 if word.isascii() else 1)]


def _weakness(password: str, words: list[str]) -> Weakness | None:
    """Return why the password is soon guessed; None: it is not."""
    plain = _plain(password)
    read_aloud = _romanised(plain)
    guessed = sorted({*map(_plain, words), *_tried_first()}, key=len, reverse=True)
    for text in (plain, read_aloud):
        rest = _without(text, guessed)
        if len(rest) < REST_LENGTH or len(set(rest)) < REST_SIGNS:
            return Weakness.KNOWN_WORDS
    if _is_one_word_and_a_number(password):
        return Weakness.WORD_AND_NUMBER
    if _guesses(unicodedata.normalize("NFKC", password)[:MEASURED], guessed) < FEWEST_GUESSES:
        return Weakness.FEW_GUESSES
    return None


def _is_one_word_and_a_number(password: str) -> bool:
    """Letters that change between small and capital within are no word: programs make such passwords."""
    text = _romanised(unicodedata.normalize("NFKC", password))
    word = re.fullmatch(rf"[\W\d_]*([A-Za-z]{{1,{ONE_WORD}}})[\W\d_]*", text)
    if word is None or not any(sign.isdigit() for sign in text):
        return False
    return word[1] in (word[1].lower(), word[1].upper(), word[1].capitalize())


def _guesses(password: str, words: list[str]) -> int:
    """Return the number of guesses zxcvbn estimates. It keeps the words of a call where every thread sees them."""
    # Imported here: its word lists would slow every command.
    from zxcvbn import zxcvbn

    with _zxcvbn:
        return int(zxcvbn(password, user_inputs=words)["guesses"])


@cache
def _tried_first() -> frozenset[str]:
    return frozenset(
        map(_plain, (*TRIED_FIRST, *(word for word in (PLACES + NAMES).split() if len(word) > 3)))
    )


def _without(text: str, words: Iterable[str]) -> str:
    """The text without the words and without years."""
    for word in words:
        text = text.replace(word, "")
    return re.sub(r"(?<!\d)(19|20)\d\d(?!\d)", "", text)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


# --- kana read aloud ---------------------------------------------------------------------------------

_KANA = """
あ:a い:i う:u え:e お:o か:ka き:ki く:ku け:ke こ:ko が:ga ぎ:gi ぐ:gu げ:ge ご:go
さ:sa し:shi す:su せ:se そ:so ざ:za じ:ji ず:zu ぜ:ze ぞ:zo た:ta ち:chi つ:tsu て:te と:to
だ:da ぢ:ji づ:zu で:de ど:do な:na に:ni ぬ:nu ね:ne の:no は:ha ひ:hi ふ:fu へ:he ほ:ho
ば:ba び:bi ぶ:bu べ:be ぼ:bo ぱ:pa ぴ:pi ぷ:pu ぺ:pe ぽ:po ま:ma み:mi む:mu め:me も:mo
や:ya ゆ:yu よ:yo ら:ra り:ri る:ru れ:re ろ:ro わ:wa を:o ん:n ゔ:vu ぁ:a ぃ:i ぅ:u ぇ:e ぉ:o ー:
"""
"""Hiragana and how they are written in Latin letters (Hepburn)."""


def _in_latin_letters(words: Iterable[str]) -> Iterator[str]:
    """The words that have kana, in Latin letters: with their long vowels (jirou) and without (jiro)."""
    for word in words:
        read = _romanised(_plain(word))
        if read != _plain(word):
            yield read
            yield re.sub(r"ou|oo", "o", read).replace("uu", "u")


def _romanised(text: str) -> str:
    """The text with its kana in Latin letters. It is plain: NFKC, so that no kana is of half width."""
    hiragana = "".join(chr(ord(sign) - 0x60) if "ァ" <= sign <= "ヴ" else sign for sign in text)
    read = "".join(_latin().get(sign, sign) for sign in hiragana)
    read = re.sub(r"(sh|ch|j)i([ゃゅょ])", lambda m: m[1] + "auo"["ゃゅょ".index(m[2])], read)
    read = re.sub(r"([a-z])i([ゃゅょ])", lambda m: m[1] + "y" + "auo"["ゃゅょ".index(m[2])], read)
    return re.sub(r"っ([a-z])", r"\1\1", read)


@cache
def _latin() -> dict[str, str]:
    return dict(pair.split(":") for pair in _KANA.split())
