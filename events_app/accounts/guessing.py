"""What a guesser tries first: known phrases, walks on a keyboard, one piece again and again. Pure."""

import re
import unicodedata
from collections.abc import Iterator

_PHRASES = """
password passwort passphrase mypassword yourpassword newpassword passwrd passwd motdepasse thisismypassword
changeme changemenow letmein letmeinnow welcome welcomeback administrator admin organizer organiser secret
topsecret mysecret opensesame correcthorsebatterystaple trustno master superman batman pokemon starwars
football baseball basketball liverpool barcelona realmadrid sunshine princess chocolate butterfly
michaeljordan jesuschrist iloveyou iloveyouso iloveyoubaby iloveyouforever humanrights fuckyou
bismillah bismillahirrahmanirrahim alhamdulillah allahuakbar subhanallah inshallah mashallah assalamualaikum
salamalaikum habibi habibti yahabibi yahabibti muhammad mohammed
كلمةالسر كلمهالسر كلمةالمرور كلمهالمرور كلمةسر السلامعليكم السلامعليكمورحمةالله بسمالله
بسماللهالرحمنالرحيم الحمدلله الحمدللهربالعالمين اللهاكبر اللهأكبر سبحانالله لاالهالاالله لاإلهإلاالله
انشاءالله إنشاءالله ماشاءالله استغفرالله حبيبي حبيبتي ياحبيبي ياحبيبتي احبك أحبك بحبك مرحبا مرحبابك
اهلاوسهلا أهلاوسهلا محمد محمدرسولالله افتحياسمسم
hgsghlugdl fslhggi hgplggi
"""
"""Bare, without digits; the last line is Arabic greetings typed on a Latin keyboard."""

_RUNS = (
    "abcdefghijklmnopqrstuvwxyz",
    "0123456789" * 5,
    "qwertyuiopasdfghjklzxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "qwertzuiopasdfghjklyxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0",
    "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "أبتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "ابجدهوزحطيكلمنسعفصقرشتثخذضظغ",
    "أبجدهوزحطيكلمنسعفصقرشتثخذضظغ",
    "ضصثقفغعهخحجدشسيبلاتنمكطئءؤرلاىةوزظ",
    "ضصثقفغعهخحجدذشسيبلاتنمكطئءؤرلاىةوزظ",
)
"""Alphabets, digits, and the rows of Latin and Arabic keyboards."""

_COMMON = frozenset(_PHRASES.split())
_DIGITS = re.compile("[0-9]+")
_FEWEST_CHARACTERS = 5


def is_common(passphrase: str) -> bool:
    """Whether a guesser would try it early, also with digits, spaces and signs put in."""
    text = bare(passphrase)
    letters = _DIGITS.sub("", text)
    if text in _COMMON or letters in _COMMON or len(set(text)) < _FEWEST_CHARACTERS:
        return True
    parts = [text, letters] if len(letters) >= _FEWEST_CHARACTERS else [text]
    return any(_is_repeated(part) or _is_a_run(part) for part in parts)


def bare(text: str) -> str:
    """Letters and digits only, in lower case, digits of every script as 0-9."""
    return "".join(_bare_characters(unicodedata.normalize("NFKC", text).casefold()))


def _bare_characters(text: str) -> Iterator[str]:
    for character in text:
        if character.isdecimal():
            yield str(unicodedata.decimal(character))
        elif character.isalpha():
            yield character


def _is_repeated(text: str) -> bool:
    """Whether it is one piece again and again: a text that is found in the middle of itself doubled."""
    return text in (text + text)[1:-1]


def _is_a_run(text: str) -> bool:
    """Whether it is a walk along an alphabet or a keyboard, there or back."""
    return any(text in run or text[::-1] in run for run in _RUNS)
