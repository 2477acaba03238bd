"""The table of the largest rises and falls: what stands in it, and that names do no harm in it."""

from datetime import date, datetime

import pytest

from pipeline_assets.catalogue.movements import CompanyDay, PriceMovement
from pipeline_assets.reporting.escaping import in_markdown
from pipeline_assets.reporting.movement_table import movement_rows
from pipeline_assets.reporting.tables import markdown_table
from pipeline_assets_tests.reporting.hostile import HOSTILE_TEXTS

DAYS = [
    CompanyDay("aldi", datetime(2025, 9, 22, 14), date(2025, 9, 23)),
    CompanyDay("iga", datetime(2025, 9, 19), date(2025, 9, 19)),
]


def test_a_row_says_what_changed_where_and_by_how_much() -> None:
    rows = movement_rows(
        [
            PriceMovement("aldi", "0042", "Lemons 5 Pack", 349, 469, 12, "G102", "carindale"),
            PriceMovement("iga", "7", "Figs", 129_900, 50, 1, "21981", None),
        ],
        DAYS,
    )
    assert rows == [
        {
            "day": "2025-09-23",
            "company": "aldi",
            "product": "Lemons 5 Pack",
            "SKU": "0042",
            "before, $": 3.49,
            "now, $": 4.69,
            "change": "+34.4 %",
            "stores": "carindale (G102) and 11 more",
        },
        {
            "day": "2025-09-19",
            "company": "iga",
            "product": "Figs",
            "SKU": "7",
            "before, $": 1299.0,
            "now, $": 0.5,
            "change": "-100.0 %",
            "stores": "21981",
        },
    ]
    assert markdown_table(rows).splitlines()[2] == (
        "| 2025-09-23 | aldi | Lemons 5 Pack | 0042 | 3.49 | 4.69 | \\+34.4 % "
        "| carindale (G102) and 11 more |"
    )


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_names_of_products_and_stores_stay_in_their_cells(text: str) -> None:
    movement = PriceMovement("aldi", text, text, 100, 200, 1, "G1", text)
    header, _, line = markdown_table(movement_rows([movement], DAYS)).splitlines()
    assert header.count("|") == line.count("|") == 9
    assert line == (
        f"| 2025-09-23 | aldi | {in_markdown(text)} | {in_markdown(text)} | 1.00 | 2.00 "
        f"| \\+100.0 % | {in_markdown(f'{text} (G1)')} |"
    )
