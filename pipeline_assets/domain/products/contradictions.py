"""Whether two things that share a barcode can be one thing, by what they are called."""

from pipeline_assets.domain.normalisation.sizes import find_sizes
from pipeline_assets.domain.normalisation.words import clean_words, plain

# Two names that share only these have nothing in common.
_JOINING = frozenset({"and", "for", "in", "of", "the", "with"})


def names_contradict(name: str, brand: str | None, other: str, other_brand: str | None) -> bool:
    """Whether neither name has a word of the other thing's name or brand; sizes are no words.

    A common brand alone does not relate them: one maker's butter and its honey are two things.
    False when one of the names has no words.
    """
    ours, theirs = _words(name), _words(other)
    if not ours or not theirs:
        return False
    return ours.isdisjoint(theirs | _words(other_brand)) and theirs.isdisjoint(_words(brand))


def _words(text: str | None) -> set[str]:
    return {*clean_words(find_sizes(plain(text)).rest)} - _JOINING if text else set()
