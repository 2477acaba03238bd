"""The match key: what a SKU is called, in a form on which shops can agree."""

import unicodedata
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_assets.domain.normalisation.match_keys import MATCH_KEY_LENGTH, match_key


@pytest.mark.parametrize(
    ("name", "brand", "size", "expected"),
    [
        ("Hummus 0.2kg", "YUMI'S", None, "200g hummus yumis"),
        ("Yumi&#039;s Hummus", "Yumi's", "200 g", "200g hummus yumis"),
        ("Coca-Cola Classic 24 x 375ml", "Coca-Cola", "24 pack", "24pk 375ml classic coca cola"),
        ("Cola 6 Pack", "Cola", "375ml", "375ml 6pk cola"),
        ("Delightful Chocolate Mint Thins 200g", "CHOCEUR", "200 g", None),
        ("Whole Chicken", "The Bare Bird", "approx. 1.6kg each", None),
        ("Bananas", "舒适刀片(广州)有限公司", "180g EachUnit", "180g bananas"),
    ],
)
def test_a_key_holds_words_and_sizes_sorted_each_once(
    name: str, brand: str, size: str | None, expected: str | None
) -> None:
    key = match_key(name, brand, size)
    assert key is not None
    assert key.split() == sorted(set(key.split()))
    if expected is not None:
        assert key == expected


@pytest.mark.parametrize(("name", "brand"), [("香蕉 500g", None), ("500g", "2 kg"), ("!!!", "")])
def test_a_key_of_sizes_only_would_marry_strangers_and_is_none(
    name: str, brand: str | None
) -> None:
    assert match_key(name, brand, "500g") is None


@pytest.mark.parametrize(
    ("one", "other"),
    [("Flour 12.5g", "Flour 125g"), ("Cola 375ml", "Cola 6 x 375ml"), ("Rice 1kg", "Rice 1.5kg")],
)
def test_other_sizes_are_other_keys(one: str, other: str) -> None:
    assert match_key(one, None, None) != match_key(other, None, None)


WORDS = st.lists(st.text("abcdeéüØ", min_size=2, max_size=8), min_size=1, max_size=6, unique=True)


@given(WORDS, st.integers(1, 5000), st.randoms(use_true_random=False))
def test_order_case_form_and_unit_change_nothing(
    words: list[str], grams: int, chance: Random
) -> None:
    expected = match_key(f"{' '.join(words)} {grams}g", "Brand", None)
    shuffled = [*words, f"{grams / 1000:.3f} kg"]
    chance.shuffle(shuffled)
    for text in (" ".join(shuffled), " ".join(shuffled).upper()):
        for form in ("NFC", "NFD"):
            name = unicodedata.normalize(form, text)
            assert match_key(name, "BRAND", f"{grams} grams") == expected


def test_a_key_as_long_as_is_allowed_is_kept_whole() -> None:
    assert match_key("x" * MATCH_KEY_LENGTH, None, None) == "x" * MATCH_KEY_LENGTH


def test_a_long_key_is_bounded_and_stays_distinct() -> None:
    words = [f"word{number}" for number in range(120)]
    one = match_key(" ".join([*words, "last"]), None, None)
    other = match_key(" ".join([*words, "latest"]), None, None)
    assert one is not None
    assert other is not None
    assert len(one) == len(other) == MATCH_KEY_LENGTH
    assert one != other
    assert one == match_key(" ".join(["last", *reversed(words)]), None, None)
