from collections import Counter

import pytest
from stdnum import ean

from pipeline_assets.sample.articles import (
    Amount,
    amount_of,
    articles,
    dice,
    in_store_number,
    second_gtin,
)


def test_the_catalogue_is_small_and_no_article_stands_in_it_twice() -> None:
    names = Counter((article.name, article.brand, article.size) for article in articles())
    assert len(names) == 156
    assert set(names.values()) == {1}


def test_national_articles_have_a_valid_number_of_their_own_and_the_others_none() -> None:
    national = [article for article in articles() if article.kind == "national"]
    numbers = [article.gtin for article in national if article.gtin and ean.is_valid(article.gtin)]
    assert len(set(numbers)) == len(national) == 96
    assert {article.gtin for article in articles() if article.kind != "national"} == {None}


def test_numbers_are_those_that_gs1_keeps_for_examples_some_of_them_with_twelve_digits() -> None:
    numbers = [article.gtin for article in articles() if article.gtin]
    assert Counter((len(number), number[:3]) for number in numbers) == {
        (13, "952"): 84,
        (12, "614"): 12,
    }


def test_second_and_in_store_numbers_have_valid_check_digits_and_are_no_articles_own() -> None:
    own = {article.gtin for article in articles()}
    others = [make(article) for article in articles() for make in (second_gtin, in_store_number)]
    assert all(ean.is_valid(number) and len(number) == 13 for number in others)
    assert len(set(others)) == len(others)
    assert own.isdisjoint(others)


@pytest.mark.parametrize(
    ("size", "amount"),
    [
        ("500g", Amount(500, "g")),
        ("1.25L", Amount(1250, "ml")),
        ("6 x 375ml", Amount(2250, "ml")),
        ("12 pack", Amount(12, "ea")),
    ],
)
def test_a_size_is_read_as_a_whole_number_of_base_units(size: str, amount: Amount) -> None:
    assert amount_of(size) == amount


def test_a_size_of_another_form_is_refused() -> None:
    with pytest.raises(ValueError, match="'a dozen' is not a size"):
        amount_of("a dozen")


def test_chance_depends_on_the_names_only() -> None:
    assert dice("aldi", 3).random() == dice("aldi", 3).random()
    assert dice("aldi", 3).random() != dice("aldi", 4).random()
