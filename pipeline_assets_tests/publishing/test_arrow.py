"""Rows become Arrow exactly, in the form that each database gives them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from pipeline_assets.publishing.arrow import batch_of
from pipeline_assets.publishing.columns import PublishedColumn, field_of

PRICE = PublishedColumn("price", "DECIMAL(9, 2)", "a price", "AUD")
UNIT_PRICE = PublishedColumn("unit_price", "DECIMAL(16, 4)", "a unit price")


def read(column: PublishedColumn, *values: Any) -> list[Any]:
    found: list[Any] = batch_of([column], [(value,) for value in values]).column(0).to_pylist()
    return found


def test_every_price_that_there_can_be_survives_as_a_double() -> None:
    cents = np.arange(1, 10_000_000)
    kind = pa.decimal128(9, 2)
    found = pa.array(cents / 100.0, pa.float64()).cast(kind)  # as `_decimals` does
    halves = np.frombuffer(found.buffers()[1], dtype=np.int64)
    assert (halves[::2] == cents).all()
    assert (halves[1::2] == 0).all()
    assert read(PRICE, 0.01, 99999.99, -1.1, None) == [
        Decimal("0.01"),
        Decimal("99999.99"),
        Decimal("-1.10"),
        None,
    ]


def test_large_unit_prices_survive_as_doubles() -> None:
    for whole in (1, 7, 12_345, 99_999_999, 999_999_999_999, 99_999_990_000_001):
        assert read(UNIT_PRICE, whole / 10_000.0) == [Decimal(whole).scaleb(-4)]


@pytest.mark.parametrize("value", [Decimal("1.50"), 1.5])
def test_a_decimal_has_its_digits(value: object) -> None:
    assert str(read(PRICE, value)[0]) == "1.50"


def test_a_price_that_does_not_fit_is_an_error() -> None:
    with pytest.raises(pa.ArrowInvalid):
        read(PRICE, 12_345_678.5)


@pytest.mark.parametrize(
    ("sql_type", "values", "expected"),
    [
        ("BOOLEAN", (1, 0, None), [True, False, None]),
        ("DATE", ("2025-09-01", None), [date(2025, 9, 1), None]),
        ("DATE", (date(2025, 9, 1), None), [date(2025, 9, 1), None]),
        ("DATE", (None,), [None]),
        ("ARRAY", (["a", "b"], None), [["a", "b"], None]),
        ("VARCHAR(9)", ("", "\x00", "\u202e", None), ["", "\x00", "\u202e", None]),
        ("BIGINT", (2**40, None), [2**40, None]),
    ],
)
def test_both_forms_of_a_value_are_read(
    sql_type: str, values: tuple[Any, ...], expected: list[Any]
) -> None:
    assert read(PublishedColumn("one", sql_type, ""), *values) == expected


@pytest.mark.parametrize(
    "value", ["2025-09-01 23:59:58.000001", datetime(2025, 9, 1, 23, 59, 58, 1)]
)
def test_moments_are_utc(value: object) -> None:
    (found,) = read(PublishedColumn("one", "DATETIME", ""), value)
    assert found.isoformat() == "2025-09-01T23:59:58.000001+00:00"


def test_a_type_that_nobody_knows_is_named() -> None:
    with pytest.raises(TypeError, match="one: nothing is known about the type BLOB"):
        field_of(PublishedColumn("one", "BLOB", ""))
