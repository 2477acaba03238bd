"""Words and brand names: case, accents, entities and order change nothing."""

import re
import unicodedata
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline_assets.domain.brands.names import read_brand_name
from pipeline_assets.domain.normalisation.words import (
    clean_words,
    nicest_spelling,
    normalise_brand,
    plain,
)

LATIN = st.text(
    st.characters(min_codepoint=0x20, max_codepoint=0x24F, exclude_categories=["Cc"]), max_size=40
)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Yumi&#039;s", "yumis"),
        ("Yumi’s", "yumis"),
        ("Smith&amp;#039;s", "smiths"),  # escaped twice
        ("Bega Cheese Limited", "bega cheese limited"),
        ("The Bare Bird", "bare bird the"),
        ("P.R.B", "prb"),
        ("Black & Gold", "black gold"),
        ("Coca-Cola", "coca cola"),
        ("NESTLÉ", "nestle"),
        ("Ｃｏｌｅｓ", "coles"),  # full width
        ("Müller Müller", "muller"),
        ("Smørrebrød", "smorrebrod"),
        ("Großmutter", "grossmutter"),
        ("ŁOWICZ", "lowicz"),
        ("Yıldız", "yildiz"),  # ı has the capital of i
        ("YILDIZ", "yildiz"),
        ("舒适刀片(广州)有限公司", None),
        ("Маша и Медведь", None),
        ("!!!", None),
        ("", None),
        (None, None),
        ("7UP", "7up"),
    ],
)
def test_a_brand_has_one_normalised_name(raw: str | None, expected: str | None) -> None:
    assert normalise_brand(raw) == expected


@pytest.mark.parametrize("sign", list("'’‘ʼ`´′＇"))
def test_whatever_is_written_for_an_apostrophe_parts_no_word(sign: str) -> None:
    spelling = f"Griffin{sign}s Foods"
    assert clean_words(spelling) == ("griffins", "foods")
    assert plain(spelling) == "griffin's foods"
    assert read_brand_name(spelling).core == ("griffins", "foods")


def test_capitals_stay_where_they_are_asked_for() -> None:
    assert plain("Łódź &amp; Søn SpA’s", keeps_case=True) == "Lodz & Son SpA's"
    assert plain("B&amp;B`S", keeps_case=True) == "B&B'S"


@given(LATIN)
def test_only_the_case_differs_where_capitals_stay(text: str) -> None:
    kept = plain(text, keeps_case=True)
    assert clean_words(kept) == clean_words(text)


@given(LATIN)
@example("1½")
def test_case_and_unicode_form_change_nothing(text: str) -> None:
    expected = normalise_brand(text)
    assert normalise_brand(unicodedata.normalize("NFC", text)) == expected
    assert normalise_brand(unicodedata.normalize("NFD", text)) == expected
    # The compatible forms make 11⁄2 of 1½, in which nobody can read what was written.
    if not re.search("[0-9][¼-¾⅐-⅞]", text):
        assert normalise_brand(unicodedata.normalize("NFKC", text)) == expected
        assert normalise_brand(unicodedata.normalize("NFKD", text)) == expected
    assert normalise_brand(text.upper()) == normalise_brand(text.lower())


@given(
    st.lists(st.text("abcXYZ09é", min_size=1, max_size=6), max_size=6),
    st.randoms(use_true_random=False),
)
def test_word_order_and_repetition_change_nothing(words: list[str], chance: Random) -> None:
    shuffled = [*words, *words]
    chance.shuffle(shuffled)
    assert normalise_brand(" ".join(shuffled)) == normalise_brand(" ".join(words))


@given(st.text(max_size=60))
def test_a_normalised_name_is_its_own(text: str) -> None:
    name = normalise_brand(text)
    assert name is None or normalise_brand(name) == name
    assert all(word.isascii() and word.isalnum() for word in clean_words(text))


def test_a_brand_is_shown_in_mixed_case_where_anyone_writes_it_so() -> None:
    assert nicest_spelling(["COLES", "Coles", "coles"]) == "Coles"
    assert nicest_spelling(["YUMI'S", "Yumi&#039;s"]) == "Yumi's"
    assert nicest_spelling(["b", "A"]) == "A"
