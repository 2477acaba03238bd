"""The words by which articles are found: what a SKU can be found by, and what a query asks for."""

from collections.abc import Iterable

from pipeline_assets.domain.normalisation.sizes import find_sizes
from pipeline_assets.domain.normalisation.words import plain, words_of_plain

MOST_LETTERS = 64
"""Longer words are cut, in SKUs and queries alike."""
MOST_WORDS = 32
"""Of a query with more words, only the first ones in text order count."""
# Enough for any name of a product; a text of megabytes is not worth its reading.
_MOST_READ = 4_096


def words_of_sku(name: str, brand: str | None, size: str | None) -> frozenset[str]:
    """The words of name and brand and the sizes of all three, as in the match key."""
    sized = find_sizes(plain(size)).sizes if size else ()
    return _cut((*_words_and_sizes(name), *_words_and_sizes(brand or ""), *sized))


def words_of_query(text: str) -> tuple[str, ...]:
    """The words and sizes of a query, each once, in order; empty if it has none.

    `2 l`, `2L` and `2 litres` are one size, however it is written.
    """
    return tuple(sorted(_cut(_words_and_sizes(_beginning(text)))))[:MOST_WORDS]


def _beginning(text: str) -> str:
    """As much of a text as is read, without a word that is cut off."""
    text = text.strip()
    return text if len(text) <= _MOST_READ else text[:_MOST_READ].rsplit(maxsplit=1)[0]


def _words_and_sizes(text: str) -> tuple[str, ...]:
    found = find_sizes(plain(text))
    return (*words_of_plain(plain(found.rest)), *found.sizes)


def _cut(words: Iterable[str]) -> frozenset[str]:
    return frozenset(word[:MOST_LETTERS] for word in words)
