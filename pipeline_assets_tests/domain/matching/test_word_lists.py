"""Lists of words are the same whether they are read at once or renewed, time after time."""

import random

import numpy as np

from pipeline_assets.domain.matching.word_lists import (
    WordLists,
    no_word_lists,
    read_word_lists,
    renewed_word_lists,
)
from pipeline_assets_tests.soaks import SEED

Rows = list[frozenset[str]]


def as_words(lists: WordLists) -> list[list[str]]:
    """Each row's words, in the order of their numbers."""
    ends = np.cumsum(lists.counts).tolist()
    return [
        [lists.vocabulary[number] for number in lists.numbers[end - count : end].tolist()]
        for end, count in zip(ends, lists.counts.tolist(), strict=True)
    ]


def as_numbers(lists: WordLists) -> tuple[tuple[str, ...], list[int], list[int]]:
    assert lists.numbers.dtype == lists.counts.dtype == np.int32
    return lists.vocabulary, lists.numbers.tolist(), lists.counts.tolist()


def test_a_list_has_each_word_once_in_order_and_can_be_empty() -> None:
    rows = [("plum", "jam"), (), frozenset({"jam", "apple"})]
    lists = read_word_lists(rows)
    assert lists.vocabulary == ("apple", "jam", "plum")
    assert as_words(lists) == [["jam", "plum"], [], ["apple", "jam"]]
    assert as_numbers(no_word_lists()) == ((), [], [])


def drawn(chance: random.Random) -> frozenset[str]:
    return frozenset(f"w{chance.randrange(40)}" for _ in range(chance.randrange(5)))


def test_renewed_lists_equal_lists_read_anew() -> None:
    chance = random.Random(SEED)
    print(f"seed {SEED}")
    for _ in range(60):
        rows: Rows = []
        kept = no_word_lists()
        for _ in range(5):
            wanted = [chance.randrange(-3, len(rows)) for _ in range(chance.randrange(12))]
            places = [max(place, -1) for place in wanted]
            new = [drawn(chance) for place in places if place < 0]
            unread = iter(new)
            rows = [rows[place] if place >= 0 else next(unread) for place in places]
            kept = renewed_word_lists(kept, np.array(places, np.int64), new)
            assert as_numbers(kept) == as_numbers(read_word_lists(rows))
