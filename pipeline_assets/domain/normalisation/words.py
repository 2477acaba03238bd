"""Words as they are compared: the same however they are cased, accented, escaped or ordered.

Only Latin letters and digits count. A text in another script has no words here, and a brand
without words is no brand.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from html import unescape

_ASCII_WORDS = re.compile(r"[a-z0-9]+")
# NFKD has made a space and a mark of ´, and ' of ＇.
_APOSTROPHES = re.compile("['’‘ʼ`′]| \u0301")
_INSIDE_A_WORD = re.compile(r"[.']")
_SMALL_LETTER = re.compile(r"LATIN SMALL (?:LETTER|LIGATURE) (\w+)")
_MOST_ESCAPES = 3


@lru_cache(maxsize=65_536)
def clean_words(text: str) -> tuple[str, ...]:
    """The words of a text, in its order; apostrophes and dots do not part a word."""
    return tuple(_ASCII_WORDS.findall(_INSIDE_A_WORD.sub("", plain(text))))


def normalise_brand(raw: str | None) -> str | None:
    """A brand's normalised name: its words, sorted, each once; None when there are none."""
    return " ".join(sorted(set(clean_words(raw)))) or None if raw else None


def nicest_spelling(spellings: Iterable[str]) -> str:
    """How a brand is shown: mixed case before all of one case, then in order; entities undone."""
    return min(
        (unescape(spelling).strip() for spelling in spellings),
        key=lambda text: (text.isupper() or text.islower(), text),
    )


def plain(text: str, *, keeps_case: bool = False) -> str:
    """The text without entities, case, accents and presentation forms; other scripts stay.

    Whatever is written for an apostrophe becomes `'`. With `keeps_case` the capitals stay: the
    names of brands tell abbreviations and legal forms by them (`SpA`, but `Blue Lagoon Spa`).
    """
    for _ in range(_MOST_ESCAPES):
        if "&" not in text:
            break
        text = unescape(text)
    if text.isascii():
        text = text.replace("`", "'")
        return text if keeps_case else text.lower()
    decomposed = _APOSTROPHES.sub("'", unicodedata.normalize("NFKD", text))
    if keeps_case:
        return "".join(map(_without_mark, decomposed))
    # By way of upper case: a few small letters, ı among them, share their capital with another.
    folded = unicodedata.normalize("NFKD", decomposed.upper().casefold())
    return "".join(map(_without_mark, folded))


@lru_cache(maxsize=4_096)
def _without_mark(character: str) -> str:
    """A Latin letter that has no decomposition becomes its base: ø o, ł l; marks vanish."""
    if character.isascii():
        return character
    if unicodedata.combining(character):
        return ""
    match = _SMALL_LETTER.match(unicodedata.name(character.lower(), ""))
    if not match or len(match[1]) > 2:
        return character
    return match[1].lower() if character.islower() else match[1]
