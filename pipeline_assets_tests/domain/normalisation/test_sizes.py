"""Sizes: equal sizes are equal however they are written, and a number alone is not a size."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_assets.domain.normalisation.sizes import find_sizes
from pipeline_assets.domain.normalisation.words import plain


def sizes(text: str) -> tuple[str, ...]:
    return find_sizes(plain(text)).sizes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("500g", "500g"),
        ("500 g", "500g"),
        ("0.5 kg", "500g"),
        ("500 Grams", "500g"),
        ("700 GRAM", "700g"),
        ("140GRAM", "140g"),
        ("3.8 Kg", "3800g"),
        ("1,000 g", "1000g"),
        ("1.5 L", "1500ml"),
        ("1 LITRE", "1000ml"),
        ("250mL", "250ml"),
        ("75 cl", "750ml"),
        ("33 centilitres", "330ml"),
        ("12.5g", "12.5g"),
        ("100mg", "0.1g"),
        ("6 Pack", "6pk"),
        ("2-Pack", "2pk"),
        ("1 Each", "1ea"),
        ("approx. 1.8 ea per package", "1.8ea"),
        ("approx. 0.9 kg per piece", "900g"),
        ("approx.100g", "100g"),
        ("approx .150g", "150g"),
        ("approx. 1.6kg each", "1600g"),
        ("300-400g", "300-400g"),
        ("0.3kg - 0.4kg", "300-400g"),
        ("180g EachUnit", "180g"),
        ("1/2 kg", "500g"),
        ("3/4L", "750ml"),
        ("1 1/2 kg", "1500g"),
        ("½ kg", "500g"),
        ("1½ kg", "1500g"),
        ("1&frac12; litres", "1500ml"),
        ("1/3 kg", "333.333g"),
        ("1/2 - 3/4 kg", "500-750g"),
        ("24/375ml", "375ml"),  # 24 bottles
        ("1,5 L", "1500ml"),
        ("0,75L", "750ml"),
        ("0,500 kg", "500g"),  # no thousand begins with 0
        ("12,5-15 kg", "12500-15000g"),
        ("1,000 ml", "1000ml"),
        ("1,000.5 g", "1000.5g"),
        ("1,250,000 mg", "1250g"),
        ("70 cl", "700ml"),
        ("70cL", "700ml"),
        ("33 Centilitres", "330ml"),
        ("0.3 to 300 Milliliters", "300ml"),
        ("2 Kilogrammes", "2000g"),
        ("300g-400g", "300-400g"),
        ("300 – 400 Grams", "300-400g"),
    ],
)
def test_a_size_is_told_in_its_base_unit(text: str, expected: str) -> None:
    assert sizes(text) == (expected,)


@pytest.mark.parametrize(
    "text", ["6 x 375ml", "375ml x 6", "375mlx6", "6x375 mL", "6 × 0,375 L", "6 x 3/8 L"]
)
def test_a_multipack_is_a_pack_and_the_size_of_one(text: str) -> None:
    assert sizes(text) == ("375ml", "6pk")


@pytest.mark.parametrize(
    "text",
    [
        "Each",
        "PERKG",
        "7 Up",
        "Omega 3 Fish",
        "5 Star Group",
        "Vitamin B12",
        "3 Ply",
        "1 Bunch",
        "360 sheets",
        "60 m",
        "35 washes",
        "1/2 Price",
        "Size 10g4",
        "",
    ],
)
def test_what_is_no_amount_with_a_unit_is_no_size(text: str) -> None:
    assert sizes(text) == ()


def test_what_is_left_of_a_name_are_its_words() -> None:
    found = find_sizes(plain("Spiced Fruit Buns 6 Pack 450g"))
    assert found.sizes == ("450g", "6pk")
    assert found.rest.split() == ["spiced", "fruit", "buns"]


@given(
    st.integers(1, 20_000),
    st.sampled_from(
        [
            ("g", "gram", 1),
            ("kg", "kilograms", 1000),
            ("ml", "millilitre", 1),
            ("l", "litres", 1000),
        ]
    ),
)
def test_the_spelling_of_a_unit_changes_nothing(amount: int, unit: tuple[str, str, int]) -> None:
    short, long, factor = unit
    base = "g" if "g" in short else "ml"
    expected = (f"{amount * factor}{base}",)
    for text in (f"{amount}{short}", f"{amount} {short.upper()}", f"{amount:,} {long.title()}"):
        assert sizes(text) == expected


@given(st.text("0123456789.,x×-/½ gkml", max_size=200))
def test_any_text_is_answered_and_sizes_stand_once_in_order(text: str) -> None:
    found = sizes(text)
    assert list(found) == sorted(set(found))


def test_a_hostile_text_is_read_in_no_time() -> None:
    begun = time.process_time()
    for hostile in (
        "1,111" * 5_000,
        "9" * 20_000,
        "1 x " * 5_000,
        "0.1 " * 5_000,
        "1-" * 10_000,
        "1 1/2" * 5_000,
    ):
        sizes(hostile)
    assert time.process_time() - begun < 5
