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
_INSIDE_A_WORD = re.compile(r"[.'’‘ʼ`´′＇]")
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


def plain(text: str) -> str:
    """The text without entities, case, accents and presentation forms; other scripts stay."""
    for _ in range(_MOST_ESCAPES):
        if "&" not in text:
            break
        text = unescape(text)
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text)
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
    match = re.match(r"LATIN SMALL (?:LETTER|LIGATURE) (\w+)", unicodedata.name(character, ""))
    return match[1].lower() if match and len(match[1]) <= 2 else character
