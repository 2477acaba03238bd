"""Words in the form in which they are compared: regardless of case, accents, escapes and order.

Only Latin letters and digits count. A text in another script has no words here, and a brand
without words is not a brand.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from html import unescape

_ASCII_WORDS = re.compile(r"[a-z0-9]+")
# NFKD has turned ´ into a space and a mark, and ＇ into '.
_APOSTROPHES = re.compile("['’‘ʼ`′]| \u0301")
# NFKD makes 1⁄2 of ½, so that of 1½ would become 11⁄2.
_BEFORE_A_FRACTION = re.compile(r"(?<=[0-9])(?=[¼-¾⅐-⅞])")
_SMALL_LETTER = re.compile(r"LATIN SMALL (?:LETTER|LIGATURE) (\w+)")
_MOST_ESCAPES = 3


@lru_cache(maxsize=8_192)
def clean_words(text: str) -> tuple[str, ...]:
    """The words of a text, in order; apostrophes and dots do not split a word."""
    return tuple(words_of_plain(plain(text)))


def words_of_plain(text: str) -> list[str]:
    """The words of a text that `plain` has prepared."""
    return _ASCII_WORDS.findall(text.replace(".", "").replace("'", ""))


def normalise_brand(raw: str | None) -> str | None:
    """A brand's normalised name: its words, sorted, without repeats; None when there are none."""
    return " ".join(sorted(set(clean_words(raw)))) or None if raw else None


def nicest_spelling(spellings: Iterable[str]) -> str:
    """How to show a brand: mixed case first, then in text order, with HTML entities decoded."""
    return min((unescape(spelling).strip() for spelling in spellings), key=niceness)


def niceness(spelling: str) -> tuple[bool, str]:
    """The order in which spellings are preferred."""
    return spelling.isupper() or spelling.islower(), spelling


def singular(joined: str) -> str:
    """A word, or the joined letters of a name, without the `s` of a plural."""
    is_plural = len(joined) >= 4 and joined.endswith("s") and not joined.endswith("ss")
    return joined[:-1] if is_plural else joined


def plain(text: str, *, keeps_case: bool = False) -> str:
    """The text without entities, case, accents and presentation forms; other scripts stay.

    Every kind of apostrophe becomes `'`. With `keeps_case` the capitals stay: in brand names they
    mark abbreviations and legal forms (`SpA`, but `Blue Lagoon Spa`).
    """
    for _ in range(_MOST_ESCAPES):
        if "&" not in text:
            break
        text = unescape(text)
    if text.isascii():
        text = text.replace("`", "'")
        return text if keeps_case else text.lower()
    decomposed = unicodedata.normalize("NFKD", _BEFORE_A_FRACTION.sub(" ", text))
    decomposed = _APOSTROPHES.sub("'", decomposed)
    if keeps_case:
        return "".join(map(_without_mark, decomposed))
    # Via upper case: a few lower-case letters, such as ı, share their capital with another letter.
    folded = unicodedata.normalize("NFKD", decomposed.upper().casefold())
    return "".join(map(_without_mark, folded))


@lru_cache(maxsize=4_096)
def _without_mark(character: str) -> str:
    """A Latin letter without a decomposition becomes its base: ø o, ł l; marks are dropped."""
    if character.isascii():
        return character
    if unicodedata.combining(character):
        return ""
    match = _SMALL_LETTER.match(unicodedata.name(character.lower(), ""))
    if not match or len(match[1]) > 2:
        return character
    return match[1].lower() if character.islower() else match[1]
