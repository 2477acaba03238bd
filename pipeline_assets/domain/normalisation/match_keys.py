"""The match key: what a SKU is called, in a form that is the same in different shops."""

import hashlib
from functools import lru_cache

from pipeline_assets.domain.normalisation.sizes import find_sizes
from pipeline_assets.domain.normalisation.words import clean_words, plain, words_of_plain

MATCH_KEY_LENGTH = 512
_DIGEST_LENGTH = 40


def match_key(name: str, brand: str | None, size: str | None) -> str | None:
    """The words of name and brand and the sizes of all three, sorted, each once.

    None when neither name nor brand has a word: a key of sizes alone would match unrelated SKUs. A
    key longer than 512 characters is cut and ends with a digest of the whole.
    """
    named = find_sizes(plain(name))
    words = {*words_of_plain(plain(named.rest)), *(_brand_words(brand) if brand else ())}
    if not words:
        return None
    for text in (brand, size):
        if text:
            words.update(_sizes(text))
    words.update(named.sizes)
    return _bounded(" ".join(sorted(words)))


# Few brands and sizes occur in many names.
@lru_cache(maxsize=4_096)
def _brand_words(brand: str) -> tuple[str, ...]:
    return clean_words(find_sizes(plain(brand)).rest)


@lru_cache(maxsize=4_096)
def _sizes(text: str) -> tuple[str, ...]:
    return find_sizes(plain(text)).sizes


def _bounded(key: str) -> str:
    if len(key) <= MATCH_KEY_LENGTH:
        return key
    digest = hashlib.sha256(key.encode()).hexdigest()[:_DIGEST_LENGTH]
    return f"{key[: MATCH_KEY_LENGTH - _DIGEST_LENGTH - 1]}#{digest}"
