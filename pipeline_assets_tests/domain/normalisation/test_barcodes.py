"""Barcodes: one normal form, and nothing that does not identify the article everywhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import ean

from pipeline_assets.domain.normalisation.barcodes import normalise_barcode


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("9310645111766", "9310645111766"),
        (9310645111766, "9310645111766"),
        (" 9310645111766 ", "9310645111766"),
        ("9 310645 111766", "9310645111766"),
        ("036000291452", "0036000291452"),  # UPC-A
        ("96385074", "0000096385074"),  # GTIN-8
        ("00000096385074", "0000096385074"),  # the same, as GTIN-14
        ("00614141000036", "0614141000036"),  # GTIN-14 with indicator 0
        ("9310645111767,9310645111766", "9310645111766"),  # of several the first valid one
        ("9310645111766,96385074", "9310645111766"),
        ("notfound", None),
        ("", None),
        (None, None),
        (True, None),
        (9310645111766.0, None),
        (["9310645111766"], None),
        ("9310645111767", None),  # wrong check digit
        ("10614141000033", None),  # a trade unit: a case
        ("2918940000005", None),  # in-store numbers
        ("0212345678992", None),
        ("212345678992", None),
        ("0412345678990", None),
        ("20000004", None),
        ("00000000", None),
        ("0000000000000", None),
        ("93106451117660", None),
        ("９３１０６４５１１１７６６", None),  # digits, but not those of a barcode
        ("9310645111766" * 500, None),
    ],
)
def test_a_barcode_has_one_normal_form_or_is_none(raw: object, expected: str | None) -> None:
    assert normalise_barcode(raw, "4711") == expected


@pytest.mark.parametrize(
    ("raw", "sku"),
    [
        ("9310645111766", "9310645111766"),
        ("036000291452", "036000291452"),
        ("96385074", "96385074"),
        ("0036000291452", "36000291452"),
    ],
)
def test_a_barcode_that_is_the_sku_is_none(raw: str, sku: str) -> None:
    assert normalise_barcode(raw, sku) is None
    assert normalise_barcode(raw, "4711") is not None


@given(st.text("0123456789", min_size=7, max_size=15))
def test_what_is_found_is_a_valid_gtin_13_and_its_own_normal_form(digits: str) -> None:
    found = normalise_barcode(digits, "")
    if found is not None:
        assert len(found) == 13
        assert ean.is_valid(found)
        assert normalise_barcode(found, "") == found


@given(st.text("0123456789", min_size=12, max_size=12), st.sampled_from(["93", "50", "00", "97"]))
def test_every_global_number_with_its_check_digit_is_found(digits: str, prefix: str) -> None:
    number = (prefix + digits)[:12]
    gtin = number + ean.calc_check_digit(number)
    expected = None if gtin.startswith(("02", "04", "000000", "000002")) else gtin
    assert normalise_barcode(gtin, "") == expected


@given(st.text("0123456789", min_size=12, max_size=12), st.integers(0, 9))
def test_every_wrong_check_digit_is_refused(digits: str, digit: int) -> None:
    right = ean.calc_check_digit(digits)
    assert str(digit) == right or normalise_barcode(f"{digits}{digit}", "") is None


@given(st.text(max_size=40))
def test_any_text_is_answered(text: str) -> None:
    found = normalise_barcode(text, "1")
    assert found is None or ean.is_valid(found)
