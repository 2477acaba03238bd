"""Words as matching compares them: one spelling of each, in the singular, without joining words."""

import re
from functools import lru_cache

from pipeline_assets.domain.brands.vocabulary import COMPANY_WORDS, LEGAL_FORMS, PLACES, is_generic
from pipeline_assets.domain.matching.vocabulary import JOINING, NO_BRANDS, SPELLINGS
from pipeline_assets.domain.normalisation.sizes import find_sizes
from pipeline_assets.domain.normalisation.words import plain

# Longer texts are no names; a text of megabytes is not worth its reading.
_MOST_READ = 1_024
_WORD = re.compile("[a-z0-9]+")
_NOT_PLURAL = ("ss", "us", "is", "as", "os")


@lru_cache(maxsize=65_536)
def folded(word: str) -> str:
    """A word's one form: `yoghurts` → `yogurt`, `berries` → `berry`."""
    word = SPELLINGS.get(word, word)
    if len(word) > 3 and word.endswith("s") and not word.endswith(_NOT_PLURAL):
        if word.endswith("ies") and len(word) > 4:
            word = f"{word[:-3]}y"
        elif word.endswith(("ches", "shes", "sses", "xes", "oes")):
            word = word[:-2]
        else:
            word = word[:-1]
    return SPELLINGS.get(word, word)


def name_words(text: str | None) -> tuple[str, ...]:
    """The words of a name in their order, folded, without sizes and joining words.

    Colons and stops split words: Coles' shelf names are full of them.
    """
    if not text:
        return ()
    rest = find_sizes(plain(text[:_MOST_READ])).rest
    return tuple(
        [folded(word) for word in _WORD.findall(rest.replace("'", "")) if word not in JOINING]
    )


@lru_cache(maxsize=16_384)
def shared_words(text: str | None) -> tuple[str, ...]:
    """The words of a text that many SKUs have in common: a brand, a category."""
    return name_words(text)


@lru_cache(maxsize=16_384)
def brand_words(brand: str | None) -> tuple[str, ...]:
    """The words by which a brand is known: without legal form, company words and places at its end.

    Empty for a brand that is none (`NEW`, another script, `Licensee name withheld …`).
    """
    words = name_words(brand)
    if "withheld" in words or set(words) <= NO_BRANDS:
        return ()
    end = len(words)
    while end > 1 and _says_no_brand(words[end - 1]):
        end -= 1
    return words[:end]


def _says_no_brand(word: str) -> bool:
    return word in LEGAL_FORMS or word in COMPANY_WORDS or word in PLACES


@lru_cache(maxsize=65_536)
def is_distinctive(word: str) -> bool:
    """Whether a word can tell a brand: it names neither goods nor a quality."""
    return not is_generic(word) and not word.isdecimal()
