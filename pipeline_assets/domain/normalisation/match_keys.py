"""The match key: what a SKU is called, in a form that is the same in different shops."""

import hashlib

from pipeline_assets.domain.normalisation.sizes import find_sizes
from pipeline_assets.domain.normalisation.words import clean_words, plain

MATCH_KEY_LENGTH = 512
_DIGEST_LENGTH = 40


def match_key(name: str, brand: str | None, size: str | None) -> str | None:
    """The words of name and brand and the sizes of all three, sorted, each once.

    None when neither name nor brand has a word: a key of sizes alone would match unrelated SKUs. A
    key longer than 512 characters is cut and ends with a digest of the whole.
    """
    named = find_sizes(plain(name))
    words = set(clean_words(named.rest))
    sizes = set(named.sizes)
    if brand:
        branded = find_sizes(plain(brand))
        words.update(clean_words(branded.rest))
        sizes.update(branded.sizes)
    if not words:
        return None
    if size:
        sizes.update(find_sizes(plain(size)).sizes)
    return _bounded(" ".join(sorted(words | sizes)))


def _bounded(key: str) -> str:
    if len(key) <= MATCH_KEY_LENGTH:
        return key
    digest = hashlib.sha256(key.encode()).hexdigest()[:_DIGEST_LENGTH]
    return f"{key[: MATCH_KEY_LENGTH - _DIGEST_LENGTH - 1]}#{digest}"
