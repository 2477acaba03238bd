"""The words of many things, as numbers: compact to keep, and quick to make vectors of."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class WordLists:
    """A list of words for each row. The same lists are always the same arrays.

    `vocabulary`: the words of all rows, sorted. `numbers`: the places in it of each row's words,
    ascending, one row after the other. `counts`: how many words each row has.
    """

    vocabulary: tuple[str, ...]
    numbers: Numbers
    counts: Numbers


def no_word_lists() -> WordLists:
    """The lists of no rows."""
    return read_word_lists([])


def read_word_lists(rows: Sequence[Collection[str]]) -> WordLists:
    """The lists of these words, each without repetitions."""
    vocabulary = tuple(sorted(frozenset().union(*rows)))
    places = dict(zip(vocabulary, range(len(vocabulary)), strict=True))
    counts = np.fromiter(map(len, rows), np.int32, len(rows))
    words = chain.from_iterable(map(sorted, rows))
    numbers = np.fromiter(map(places.__getitem__, words), np.int32, int(counts.sum()))
    return WordLists(vocabulary, numbers, counts)


def renewed_word_lists(
    kept: WordLists, rows: npt.NDArray[np.int64], new: Sequence[Collection[str]]
) -> WordLists:
    """A list for each of `rows`: the kept one of that number, or for -1 the next of the new ones.

    This equals reading all of them anew.
    """
    is_new = rows < 0
    places = rows.copy()
    places[is_new] = len(kept.counts) + np.arange(np.count_nonzero(is_new))
    return _in_use(_taken(_stacked(kept, read_word_lists(new)), places))


def _stacked(one: WordLists, other: WordLists) -> WordLists:
    """The rows of one, then those of the other."""
    vocabulary = tuple(sorted({*one.vocabulary, *other.vocabulary}))
    places = dict(zip(vocabulary, range(len(vocabulary)), strict=True))
    numbers = [numbers_within(lists, places) for lists in (one, other)]
    return WordLists(
        vocabulary, np.concatenate(numbers), np.concatenate([one.counts, other.counts])
    )


def numbers_within(lists: WordLists, places: Mapping[str, int]) -> Numbers:
    """The numbers of the lists' words in a wider vocabulary, given as the place of each word."""
    renumbered = np.fromiter(map(places.__getitem__, lists.vocabulary), np.int32)
    return renumbered[lists.numbers]


def _taken(lists: WordLists, rows: npt.NDArray[np.int64]) -> WordLists:
    starts = np.cumsum(lists.counts, dtype=np.int64) - lists.counts
    counts = lists.counts[rows]
    ends = np.cumsum(counts, dtype=np.int64)
    steps = np.repeat(starts[rows] - ends + counts, counts)
    return WordLists(lists.vocabulary, lists.numbers[np.arange(len(steps)) + steps], counts)


def _in_use(lists: WordLists) -> WordLists:
    """The lists without the words of the vocabulary that no row has."""
    used = np.zeros(len(lists.vocabulary), bool)
    used[lists.numbers] = True
    if used.all():
        return lists
    vocabulary = tuple(lists.vocabulary[place] for place in np.flatnonzero(used).tolist())
    renumbered = (np.cumsum(used) - 1).astype(np.int32)
    return WordLists(vocabulary, renumbered[lists.numbers], lists.counts)
