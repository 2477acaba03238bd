import io
import random
import zlib

import msgspec
import numpy as np
import pytest

from pipeline_assets.domain.matching.company_skus import CompanyWords
from pipeline_assets.domain.matching.goods import MatchableSku
from pipeline_assets.domain.matching.pairs import ScoredPairs
from pipeline_assets.domain.matching.word_lists import WordLists, read_word_lists
from pipeline_assets.domain.suggestions.memory import (
    CompanyMemory,
    PairMemory,
    decode_company,
    decode_pair,
    encode_company,
    encode_pair,
    fingerprints,
    no_company_memory,
    no_pair_memory,
)
from pipeline_assets_tests.soaks import SEED

JAM = MatchableSku(sku_id=7, company="aldi", sku="1", name="Jam", size="375g", price_cents=500)
PAIRS = ScoredPairs(
    np.array([7, 8]),
    np.array([9, 9]),
    np.array([900_000, 300_000]),
    np.array([990_000, 0]),
    np.array([True, False]),
    np.array([True, True]),
)
KINDS = ScoredPairs(
    np.array([8]),
    np.array([2**40]),
    np.array([1_000_000]),
    np.array([712_000]),
    np.array([False]),
    np.array([True]),
)
STATES = ("0a", "1b")
WORDS = CompanyWords(
    read_word_lists([("jam", "plum"), (), ("jam",)]), read_word_lists([("jam",), (), ()])
)
MEMORY = CompanyMemory(np.array([7, 8, 9]), np.array([-5, 6, 2**62]), WORDS)
PAIR = PairMemory(PAIRS, KINDS)


def as_lists(lists: WordLists) -> tuple[tuple[str, ...], list[int], list[int]]:
    assert lists.numbers.dtype == lists.counts.dtype == np.int32
    return lists.vocabulary, lists.numbers.tolist(), lists.counts.tolist()


def test_what_is_written_of_a_company_is_read_back() -> None:
    for memory in (MEMORY, no_company_memory()):
        content = encode_company(memory, "1-a")
        read = decode_company(content, "1-a")
        assert read.sku_ids.tolist() == memory.sku_ids.tolist()
        assert read.fingerprints.tolist() == memory.fingerprints.tolist()
        assert as_lists(read.words.said) == as_lists(memory.words.said)
        assert as_lists(read.words.kinds) == as_lists(memory.words.kinds)
        assert read.state == memory.state
        assert encode_company(read, "1-a") == content


def test_what_is_written_of_a_pair_is_read_back() -> None:
    for memory in (PAIR, no_pair_memory()):
        content = encode_pair(memory, STATES, "1-a")
        read = decode_pair(content, STATES, "1-a")
        assert read is not None
        for pairs, before in ((read.pairs, memory.pairs), (read.kinds, memory.kinds)):
            for name in ("a", "b", "cosines_e6", "scores_e6", "of_a", "of_b"):
                found, written = getattr(pairs, name), getattr(before, name)
                assert found.tolist() == written.tolist()
                assert found.dtype == written.dtype
        assert encode_pair(read, STATES, "1-a") == content


def test_of_another_model_or_damaged_it_is_none() -> None:
    content = encode_company(MEMORY, "1-a")
    damaged = [b"", b"text", content[:-30], content[: len(content) // 2]]
    for one, version in [(content, "1-b"), *((one, "1-a") for one in damaged)]:
        assert decode_company(one, version).sku_ids.tolist() == []
    content = encode_pair(PAIR, STATES, "1-a")
    damaged = [b"", b"text", content[:-30], content[: len(content) // 2]]
    for one, version in [(content, "1-b"), *((one, "1-a") for one in damaged)]:
        assert decode_pair(one, STATES, version) is None


def test_pairs_of_other_skus_than_those_that_are_kept_are_none() -> None:
    """What is kept of a company and of its pairs belongs together."""
    content = encode_pair(PAIR, STATES, "1-a")
    assert decode_pair(content, ("0a", "1c"), "1-a") is None
    assert decode_pair(content, ("1b", "0a"), "1-a") is None
    others = [
        CompanyMemory(np.array([7, 8, 9]), np.array([-5, 6, 7]), WORDS),
        CompanyMemory(np.array([7, 8, 10]), MEMORY.fingerprints, WORDS),
        CompanyMemory(np.array([7, 9, 8]), MEMORY.fingerprints, WORDS),
        no_company_memory(),
    ]
    assert len({MEMORY.state, *(other.state for other in others)}) == 5


def written_with_fingerprints_of_both_companies() -> bytes:
    """By version 1 of the format, in which words were not kept."""
    content = io.BytesIO()
    np.savez(
        content,
        version=np.array("1 1-a"),
        sku_ids=np.array([7, 8, 9]),
        fingerprints=np.array([-5, 6, 7]),
        **{
            f"{prefix}_{name}": getattr(pairs, name)
            for prefix, pairs in (("pairs", PAIRS), ("kinds", KINDS))
            for name in ("a", "b", "cosines_e6", "scores_e6", "of_a", "of_b")
        },
    )
    return content.getvalue()


def test_of_an_older_format_it_is_none() -> None:
    older = written_with_fingerprints_of_both_companies()
    for content in (older, zlib.compress(older)):
        assert decode_company(content, "1-a").sku_ids.tolist() == []
        assert decode_pair(content, STATES, "1-a") is None


def test_whichever_bit_is_wrong_it_is_read_as_it_was_or_not_at_all() -> None:
    content, pair = encode_company(MEMORY, "1-a"), encode_pair(PAIR, STATES, "1-a")
    chance = random.Random(SEED)
    print(f"seed {SEED}")
    for _ in range(500):
        read = decode_company(with_a_wrong_bit(content, chance), "1-a")
        assert read.state in (MEMORY.state, no_company_memory().state)
        kept = decode_pair(with_a_wrong_bit(pair, chance), STATES, "1-a")
        assert kept is None or encode_pair(kept, STATES, "1-a") == pair


def with_a_wrong_bit(content: bytes, chance: random.Random) -> bytes:
    damaged = bytearray(content)
    damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
    return bytes(damaged)


@pytest.mark.parametrize(
    "other",
    [
        {"name": "Jams"},
        {"brand": "Ottoline"},
        {"size": "500g"},
        {"category_path": "Pantry"},
        {"description": "JAM"},
        {"price_cents": 501},
        {"price_cents": None},
    ],
)
def test_a_fact_that_counts_for_scores_changes_the_fingerprint(other: dict[str, object]) -> None:
    changed = msgspec.structs.replace(JAM, **other)
    before, after = fingerprints([JAM, changed]).tolist()
    assert before != after


def test_barcodes_and_products_do_not() -> None:
    changed = msgspec.structs.replace(JAM, barcode="9300605051645", product_id=4)
    before, after = fingerprints([JAM, changed]).tolist()
    assert before == after
