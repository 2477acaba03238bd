"""How numbers, days and names are written."""

from datetime import date, datetime

import pytest

from pipeline_assets.reporting.pages import formats


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (formats.number(1234567), "1,234,567"),
        (formats.dollars(5), "$0.05"),
        (formats.dollars(123450), "$1,234.50"),
        (formats.share(1, 8), "12.5\u00a0%"),
        (formats.share(1, 5000), "<0.1\u00a0%"),
        (formats.share(0, 5000), "0.0\u00a0%"),
        (formats.share(0, 0), "–"),
        (formats.change(200, 250), "+25.0\u00a0%"),
        (formats.change(400, 100), "−75.0\u00a0%"),
        (formats.level(100.0), "100"),
        (formats.level(104.26), "104.3"),
        (formats.day(date(2025, 9, 3)), "3 Sep 2025"),
        (formats.day(None), "–"),
        (formats.short_day(date(2025, 12, 31)), "31 Dec"),
        (formats.moment(datetime(2025, 9, 23, 14, 5), "Australia/Sydney"), "24 Sep 2025, 00:05"),
        (formats.quantity(1, "company"), "1 company"),
        (formats.quantity(2, "company"), "2 companies"),
        (formats.quantity(7, "day"), "7 days"),
        (formats.quantity(1200, "store"), "1,200 stores"),
        (formats.company_title("iga"), "IGA"),
        (formats.company_title("woolworths"), "Woolworths"),
        (formats.company_title(""), ""),
        (formats.size_beside("Coconut Milk 400ml", "400 ml"), ""),
        (formats.size_beside("Coconut Milk", "400 ml"), "400 ml"),
        (formats.size_beside("Coconut Milk", None), ""),
    ],
)
def test_values_are_written_as_people_read_them(written: str, expected: str) -> None:
    assert written == expected


def test_very_long_texts_are_cut() -> None:
    assert len(formats.name("x" * 500)) == 90
    assert len(formats.key("x" * 500)) == 40
    assert len(formats.company_title("x" * 500)) == 40
