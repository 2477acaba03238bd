"""What a question means."""

import pytest

from pipeline_assets.domain.asking.questions import Question, question_of


@pytest.mark.parametrize(
    "text", ["9300650658615", "9300650 658615", "9300650-658615", " 09300650658615 "]
)
def test_a_barcode_is_known_by_its_check_digit_however_it_is_written(text: str) -> None:
    assert question_of(text).barcode == "9300650658615"


@pytest.mark.parametrize(
    ("text", "gtin"),
    [("036000291452", "0036000291452"), ("96385074", "0000096385074")],
)
def test_shorter_barcodes_are_normalised_as_those_of_files(text: str, gtin: str) -> None:
    assert question_of(text).barcode == gtin


@pytest.mark.parametrize("text", ["9300650658614", "2000000000008", "19300650658612", "12345678"])
def test_a_number_as_long_as_a_barcode_may_be_none(text: str) -> None:
    question = question_of(text)
    assert (question.barcode, question.not_a_barcode) == (None, text)


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("product:17", Question("product:17", product_id=17)),
        ("PRODUCT:017", Question("PRODUCT:017", product_id=17)),
        ("Aldi/000123", Question("Aldi/000123", article=("aldi", "000123"))),
        ("coles/a/b c", Question("coles/a/b c", article=("coles", "a/b c"))),
        ("  oat \n milk ", Question("oat milk")),
        ("1234567", Question("1234567")),
        ("product:", Question("product:")),
        ("product:99999999999999999999", Question("product:99999999999999999999")),
        ("/milk", Question("/milk")),
        ("", Question("")),
        ("٣", Question("٣")),
    ],
)
def test_other_questions(text: str, question: Question) -> None:
    assert question_of(text) == question
