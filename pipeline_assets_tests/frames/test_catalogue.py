"""`Catalogue`: frames with the promised columns, dtypes and exact amounts, on both databases."""

import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from pipeline_assets import Catalogue
from pipeline_assets.catalogue.database.engine import reading, writing
from pipeline_assets.catalogue.database.read_only import read_only_engine
from pipeline_assets.errors import NoCatalogueError, PipelineError, UsageError
from pipeline_assets.frames import columns
from pipeline_assets_tests.price_situations import (
    BARCODE,
    day,
    product_id,
    retire,
    scrape,
    two_companies,
)
from pipeline_assets_tests.workplace import PROJECT_ROOT, Workplace, row

ON_BOTH_DATABASES = True

Ask = Callable[[Catalogue], pd.DataFrame]
FRAMES: dict[str, tuple[columns.FrameColumns, Ask, Ask]] = {
    "prices": (
        columns.PRICE_COLUMNS,
        lambda of: of.prices(barcode=BARCODE),
        lambda of: of.prices(words="nosuchword"),
    ),
    "changes": (
        columns.CHANGE_COLUMNS,
        lambda of: of.history(words="tea"),
        lambda of: of.changes(since="2999-01-01"),
    ),
    "products": (
        columns.PRODUCT_COLUMNS,
        lambda of: of.products(words="tea"),
        lambda of: of.products(company="nobody"),
    ),
    "product_prices": (
        columns.PRODUCT_PRICE_COLUMNS,
        lambda of: of.product_prices(words="tea"),
        lambda of: of.product_prices(product_id=[]),
    ),
    "cheapest_per_unit": (
        columns.CHEAPEST_COLUMNS,
        lambda of: of.cheapest_per_unit(words="tea"),
        lambda of: of.cheapest_per_unit(category="Nowhere"),
    ),
    "stores": (
        columns.STORE_COLUMNS,
        lambda of: of.stores(),
        lambda of: of.stores(company="nobody"),
    ),
    "resolve": (
        columns.RESOLVED_COLUMNS,
        lambda of: of.resolve([1, 99_999]),
        lambda of: of.resolve([]),
    ),
}


@pytest.fixture
def place(workplace: Workplace) -> Workplace:
    two_companies(workplace)
    return workplace


@pytest.fixture
def asked(place: Workplace) -> Iterator[Catalogue]:
    """The catalogue of the settings."""
    with Catalogue() as catalogue:
        yield catalogue


def dtypes(frame: pd.DataFrame) -> dict[str, str]:
    return {str(name): str(dtype) for name, dtype in frame.dtypes.items()}


def records(frame: pd.DataFrame, *names: str) -> list[tuple[Any, ...]]:
    return list(frame[list(names)].itertuples(index=False, name=None))


def test_every_frame_has_the_documented_columns_and_dtypes_also_when_it_is_empty(
    asked: Catalogue,
) -> None:
    for name, (expected, full, empty) in FRAMES.items():
        promised = {column.name: column.dtype for column in expected}
        assert len(full(asked)) > 0, name
        assert dtypes(full(asked)) == promised, name
        assert len(empty(asked)) == 0, name
        assert dtypes(empty(asked)) == promised, name


def test_prices_are_exact_cents_where_and_since_when(place: Workplace, asked: Catalogue) -> None:
    found = asked.prices(barcode=BARCODE)
    assert records(found, "company", "store_id", "sku", "price_cents", "is_on_special") == [
        ("aldi", "G1", "0042", 350, True),
        ("aldi", "G2", "0042", 400, False),
        ("aldi", "G3", "0042", 450, False),
        ("iga", "7", "tea-1", 395, False),
    ]
    first = found.iloc[0]
    assert (first["previous_price_cents"], first["was_price_cents"]) == (400, 400)
    assert (first["unit_price_e4"], first["unit_of_measure"]) == (350_000, "kg")
    assert first["price_since"] == first["scraped_date"] == pd.Timestamp(day(place, 0))
    assert found["was_price_cents"].isna().tolist() == [False, True, True, True]
    assert found["barcode"].unique().tolist() == [BARCODE]


def test_a_store_that_is_not_current_is_estimated_if_that_is_asked_for(asked: Catalogue) -> None:
    found = asked.prices(barcode=BARCODE, company="aldi", estimates=True)
    assert records(found, "store_id", "price_cents", "is_estimate", "observed_store_id") == [
        ("G1", 350, False, "G1"),
        ("G2", 350, True, "G1"),
        ("G3", 450, False, "G3"),
    ]


def test_decimal_dollars_are_exact_and_have_no_unit_in_their_names(place: Workplace) -> None:
    with Catalogue(money="decimal") as catalogue:
        found = catalogue.prices(barcode=BARCODE)
        history = catalogue.history(barcode=BARCODE, company="aldi", store_id="G1")
        assert catalogue.prices(words="nosuchword")["price"].dtype == object
    assert found["price"].tolist() == [Decimal(text) for text in ("3.50", "4.00", "4.50", "3.95")]
    assert [str(one) for one in found["price"]] == ["3.50", "4.00", "4.50", "3.95"]
    assert found["was_price"].tolist() == [Decimal("4.00"), None, None, None]
    assert found["unit_price"].iloc[0] == Decimal("35.0000")
    assert history["difference"].tolist() == [None, Decimal("-0.50")]
    assert not [name for name in dtypes(found) if name.endswith(("_cents", "_e4"))]


def test_history_tells_each_change_with_its_difference(place: Workplace, asked: Catalogue) -> None:
    found = asked.history(company="aldi", sku="0042", store_id="G1")
    assert found["kind"].tolist() == ["first_seen", "changed"]
    assert found["price_cents"].tolist() == [400, 350]
    last = found.iloc[1]
    assert (last["price_before_cents"], last["difference_cents"]) == (400, -50)
    assert last["difference_share"] == -0.125
    assert found["difference_cents"].isna().tolist() == [True, False]
    assert str(last["scraped_at"].tz) == "UTC"


def test_changes_of_some_days_include_both_ends(place: Workplace, asked: Catalogue) -> None:
    today = date.fromisoformat(day(place, 0))
    for since in (today, today.isoformat(), pd.Timestamp(today)):
        changed = asked.changes(since=since, company="aldi")
        assert records(changed, "store_id", "sku", "kind") == [("G1", "0042", "changed")]
    assert len(asked.changes(until=today - timedelta(days=1), company="iga")) == 0
    everything = asked.changes()
    assert len(asked.changes(since=today)) + len(
        asked.changes(until=today - timedelta(days=1))
    ) == len(everything)


def test_restrictions_count_together(place: Workplace, asked: Catalogue) -> None:
    tea = product_id(place)
    assert len(asked.prices(product_id=tea)) == 4
    assert len(asked.prices(product_id=[tea, 99_999], company=["iga", "coles"])) == 1
    assert len(asked.prices(barcode=BARCODE, words="other thing")) == 0
    assert len(asked.prices(company="aldi", sku=["0042", "9001"], store_id=["G1", "G3"])) == 4
    assert len(asked.prices(words="GREEN téa")) == 4
    assert asked.prices(barcode="9300650-658615").equals(asked.prices(barcode=BARCODE))
    found = asked.products(words="tea")
    assert records(found, "product_id", "companies", "skus", "name") == [
        (tea, 2, 2, "Green Tea 100g")
    ]
    assert asked.prices(product_id=found["product_id"]).equals(asked.prices(product_id=tea))


def test_words_with_leading_zeros_stay_texts_and_numbers_are_refused(asked: Catalogue) -> None:
    assert asked.prices(company="aldi", sku="42").empty
    wrong_ones: tuple[dict[str, Any], ...] = (
        {"barcode": 9300650658615},
        {"barcode": "9300650658614"},
        {"barcode": f"{BARCODE},{BARCODE}"},
        {"sku": 42, "company": "aldi"},
        {"sku": "0042"},
        {"store_id": "G1"},
        {"store_id": "G1", "company": ["aldi", "iga"]},
        {"product_id": "all"},
        {"product_id": 1.5},
        {"product_id": True},
    )
    for wrong in wrong_ones:
        with pytest.raises(UsageError):
            asked.prices(**wrong)
    with pytest.raises(UsageError, match="whose history"):
        asked.history()
    with pytest.raises(UsageError, match="is no day"):
        asked.changes(since="yesterday")


def test_a_retired_id_leads_to_the_survivor_and_is_marked(workplace: Workplace) -> None:
    kept, retired = retire(workplace)
    with Catalogue() as catalogue:
        by_old = catalogue.prices(product_id=retired)
        by_new = catalogue.prices(product_id=kept)
        assert by_old["is_redirected"].all()
        assert not by_new["is_redirected"].any()
        assert by_old["product_id"].unique().tolist() == [kept]
        assert by_old.drop(columns="is_redirected").equals(by_new.drop(columns="is_redirected"))
        resolved = catalogue.resolve([retired, 99_999, kept])
    assert resolved["product_id"].tolist() == [kept, pd.NA, kept]
    assert resolved["is_retired"].tolist() == [True, pd.NA, False]


def test_chunks_are_the_frame_in_pieces(asked: Catalogue) -> None:
    whole = asked.prices(company="aldi")
    pieces = list(asked.in_chunks(100).prices(company="aldi"))
    assert [len(piece) for piece in pieces] == [100, 100, 100, 63]
    assert pd.concat(pieces, ignore_index=True).equals(whole)
    (empty,) = asked.in_chunks(10).prices(words="nosuchword")
    assert dtypes(empty) == dtypes(whole)
    with pytest.raises(UsageError):
        asked.in_chunks(0)


def test_chunks_show_one_moment_while_a_file_is_taken(place: Workplace, asked: Catalogue) -> None:
    before = asked.prices(company="aldi", store_id="G2")
    chunks = asked.in_chunks(10).prices(company="aldi", store_id="G2")
    begun = [next(chunks)]
    scrape(place, "G2", 0, row("0042", 9.0, name="Green Tea 100g"))
    assert pd.concat([*begun, *chunks], ignore_index=True).equals(before)
    assert not asked.prices(company="aldi", store_id="G2").equals(before)


def test_nothing_can_be_written_through_the_door(place: Workplace) -> None:
    engine = read_only_engine(place.pipeline.settings.database_url)
    with reading(engine) as connection, pytest.raises(DBAPIError):
        connection.exec_driver_sql("DELETE FROM prices")
    engine.dispose()
    assert place.one("SELECT COUNT(*) FROM prices") == 4 * 101 + 60


@pytest.mark.from_nothing
def test_a_catalogue_that_is_not_there_is_not_created(workplace: Workplace) -> None:
    with pytest.raises(NoCatalogueError, match="There is no catalogue"):
        Catalogue()
    assert list(workplace.data.rglob("catalogue*")) == []


@pytest.mark.parametrize(
    ("revision", "says"), [("0003", "older version"), ("9999", "newer version")]
)
def test_a_catalogue_of_another_version_is_refused(
    revision: str, says: str, workplace: Workplace
) -> None:
    with writing(workplace.pipeline.engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :to"), {"to": revision})
    with pytest.raises(PipelineError, match=says):
        Catalogue()
    assert workplace.one("SELECT version_num FROM alembic_version") == revision


def test_the_page_describes_every_column_as_the_code_does() -> None:
    page = (PROJECT_ROOT / "docs" / "python.md").read_text("utf-8")
    rows = re.findall(r"^\| `(\w+)` \| `([^`]+)` \| (.+) \|$", page, re.MULTILINE)
    promised = [
        (one.name, one.dtype, one.meaning) for frame, _, _ in FRAMES.values() for one in frame
    ]
    assert rows == promised


def test_an_unknown_kind_of_money_or_address_is_refused() -> None:
    with pytest.raises(UsageError, match="decimal"):
        Catalogue(money="float")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="cannot be on"):
        Catalogue("postgresql://host/catalogue")
    with pytest.raises(UsageError, match="URL is invalid"):
        Catalogue("nonsense://:@:x")


def test_a_file_of_whatever_name_is_read_and_left_as_it_is(
    workplace: Workplace,
) -> None:
    two_companies(workplace)
    if workplace.catalogue_url:
        pytest.skip("only a SQLite catalogue is a file")
    copy = workplace.root / "a ? strange # name%41.sqlite"
    with sqlite3.connect(workplace.data / "catalogue.sqlite") as source:
        source.execute("VACUUM INTO ?", (str(copy),))
    source.close()
    before = copy.read_bytes()
    for address in (copy, str(copy)):
        with Catalogue(address) as catalogue:
            assert len(catalogue.prices(barcode=BARCODE)) == 4
    assert copy.read_bytes() == before
    assert sorted(path.name for path in workplace.root.glob("a ?*")) == [copy.name]


def test_asking_needs_no_dagster(place: Workplace) -> None:
    script = "import sys; from pipeline_assets import Catalogue; Catalogue().stores()"
    told = f"{script}; print('dagster' in sys.modules, 'matplotlib' in sys.modules)"
    place.pipeline.engine.dispose()
    ran = subprocess.run(
        [sys.executable, "-c", told],
        env=place.environment,
        capture_output=True,
        text=True,
        check=True,
        cwd=place.root,
    )
    assert ran.stdout.split() == ["False", "False"]
