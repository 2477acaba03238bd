"""What is read from the tables in cents is what the views show in dollars."""

from datetime import date
from typing import Any

import pytest

from pipeline_assets.catalogue.answers.changes import select_changes
from pipeline_assets.catalogue.answers.offers import select_offers
from pipeline_assets.catalogue.answers.wanted import WantedRows
from pipeline_assets.catalogue.database.engine import reading
from pipeline_assets_tests.price_situations import two_companies
from pipeline_assets_tests.workplace import Workplace

ON_BOTH_DATABASES = True


@pytest.fixture
def place(workplace: Workplace) -> Workplace:
    two_companies(workplace)
    return workplace


def day(value: Any) -> Any:
    return date.fromisoformat(value) if isinstance(value, str) else value


def dollars(value: Any, places: int = 2) -> int | None:
    return None if value is None else round(float(value) * 10**places)


@pytest.mark.parametrize(("view", "estimates"), [("store_prices", 0), ("estimated_prices", 1)])
def test_offers_are_those_of_the_view_row_for_row(
    view: str, estimates: int, place: Workplace
) -> None:
    same = (
        "company, store_id, store_name, state, sku, product_id, barcode, name, brand, size, "
        "category, unit_of_measure, is_on_special, is_available, url, image_url"
    )
    extra = "is_estimate, observed_store_id" if estimates else "0 AS is_estimate, store_id"
    shown = place.rows(
        f"SELECT {same}, price, previous_price, was_price, unit_price, scraped_date, price_since, "
        f"{extra} FROM {view} ORDER BY company, store_id, sku"
    )
    expected = [
        (
            *found[:16],
            *(dollars(one) for one in found[16:19]),
            dollars(found[19], 4),
            *map(day, found[20:22]),
            *found[22:],
        )
        for found in shown
    ]
    names = [*same.split(", "), "price_cents", "previous_price_cents", "was_price_cents"]
    names += ["unit_price_e4", "scraped_date", "price_since", "is_estimate", "observed_store_id"]
    with reading(place.pipeline.engine) as connection:
        statement = select_offers(connection, WantedRows(), estimates=bool(estimates))
        offers = connection.execute(statement).mappings().all()
    assert [tuple(offer[name] for name in names) for offer in offers] == expected
    assert len(offers) == 4 * 101 + 60
    assert sum(offer["is_estimate"] for offer in offers) == 101 * estimates


def test_changes_are_those_of_the_view_row_for_row(place: Workplace) -> None:
    same = "company, store_id, store_name, sku, product_id, barcode, name, brand, size, kind"
    shown = place.rows(
        f"SELECT {same}, price, price_before, scraped_date FROM price_changes "
        "ORDER BY company, store_id, sku, scraped_at"
    )
    expected = [(*one[:10], dollars(one[10]), dollars(one[11]), day(one[12])) for one in shown]
    names = [*same.split(", "), "price_cents", "price_before_cents", "scraped_date"]
    with reading(place.pipeline.engine) as connection:
        changes = connection.execute(select_changes(connection, WantedRows())).mappings().all()
    assert [tuple(change[name] for name in names) for change in changes] == expected
    assert {change["kind"] for change in changes} == {"first_seen", "changed"}


@pytest.mark.parametrize("estimates", [False, True])
def test_offers_of_a_few_skus_are_those_among_all(estimates: bool, place: Workplace) -> None:
    with reading(place.pipeline.engine) as connection:

        def offers(wanted: WantedRows) -> list[Any]:
            statement = select_offers(connection, wanted, estimates=estimates)
            return [tuple(row) for row in connection.execute(statement)]

        of_all = select_offers(connection, WantedRows(), estimates=estimates)
        sku = [str(column["name"]) for column in of_all.column_descriptions].index("sku")
        everything = offers(WantedRows())
        names = {"0042", "9007", "tea-1"}
        listed = ", ".join(f"'{name}'" for name in names)
        ids = [one for (one,) in place.rows(f"SELECT sku_id FROM skus WHERE sku IN ({listed})")]
        few = offers(WantedRows(sku_ids=ids))
        assert few == [offer for offer in everything if offer[sku] in names]
        assert len(few) == 4 + 4
        one_store = WantedRows(sku_ids=ids, companies=["aldi"], store_ids=["G2"])
        assert offers(one_store) == [offer for offer in few if offer[:2] == ("aldi", "G2")]
        assert offers(WantedRows(sku_ids=[])) == []
