"""What `price` and `Catalogue` answer from the real files, beside a naive reading of them."""

import random
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipeline_assets import Catalogue
from pipeline_assets_tests.commands import Command, in_this_process
from pipeline_assets_tests.conftest import enter
from pipeline_assets_tests.end_to_end.naive_catalogue import NaiveFile, Price, read_files
from pipeline_assets_tests.workplace import Clock, Workplace

DALBY_PARTIAL = "aldi-dalby-g100-2025-09-23.jsonl.gz"
NOW = datetime(2025, 9, 24)

Sold = dict[tuple[str, str, str], Price]


@pytest.fixture(scope="module")
def last_files(real_scrapes: Path) -> list[NaiveFile]:
    """The last file of each store, without the partial one."""
    last: dict[tuple[str, str], NaiveFile] = {}
    for file in sorted(read_files(real_scrapes.glob("*.jsonl.gz")), key=lambda file: file.time):
        if file.name != DALBY_PARTIAL:
            last[file.store] = file
    return list(last.values())


@pytest.fixture(scope="module")
def sold(last_files: list[NaiveFile]) -> Sold:
    """By company, store and SKU."""
    return {
        (*file.store, sku): price for file in last_files for sku, price in file.prices().items()
    }


@pytest.fixture(params=["sqlite", "mariadb"])
def place(
    request: pytest.FixtureRequest,
    drained_real_files: Workplace,
    real_catalogue: Callable[[datetime], Workplace],
    monkeypatch: pytest.MonkeyPatch,
) -> Workplace:
    """The drained and post-processed real files, on each database."""
    if request.param == "sqlite":
        found = real_catalogue(NOW)
    else:
        found = request.getfixturevalue("drained_on_mariadb")
        found.change(clock=Clock(NOW))
    found.post_process()
    return enter(found, monkeypatch)


@pytest.fixture
def command(place: Workplace, capfd: pytest.CaptureFixture[str]) -> Command:
    return in_this_process(capfd)


def asked(command: Command, *what: str) -> list[dict[str, Any]]:
    ran = command("price", "--json", *what)
    assert ran.status == 0, ran.err
    products: list[dict[str, Any]] = ran.json()["products"]
    return products


def as_naive(offer: dict[str, Any]) -> Price:
    """An offer in the shape of the naive reading."""

    def exact(number: float | None, places: int) -> Decimal | None:
        return None if number is None else Decimal(str(number)).quantize(Decimal(10) ** -places)

    return (
        exact(offer["price"], 2) or Decimal(-1),
        exact(offer["was_price"], 2),
        offer["is_on_special"],
        exact(offer["unit_price"], 4),
        offer["unit_of_measure"],
    )


def key(offer: dict[str, Any]) -> tuple[str, str, str]:
    return offer["company"], offer["store_id"], offer["sku"]


def test_vegemite_is_found_at_every_company_that_has_it(
    command: Command, last_files: list[NaiveFile], sold: Sold
) -> None:
    named = {
        (*file.store, str(row["product"]["sku"]))
        for file in last_files
        for row in file.rows.values()
        if "vegemite" in f"{row['product']['name']} {row['product'].get('brand') or ''}".lower()
    }
    offers = [
        offer for one in asked(command, "vegemite", "--limit", "100") for offer in one["offers"]
    ]
    assert {"aldi", "coles"} < {offer["company"] for offer in offers}
    assert {key(offer) for offer in offers} >= named & sold.keys()
    assert {key(offer): as_naive(offer) for offer in offers} == {
        key(offer): sold[key(offer)] for offer in offers
    }
    told = command("price", "vegemite").out
    assert "aldi $6.99" in told
    assert "coles $4.90" in told


def test_the_offers_of_sampled_products_are_those_of_the_files(
    command: Command, sold: Sold
) -> None:
    articles = sorted({(company, sku) for company, _, sku in sold})
    for company, sku in random.Random(14).sample(articles, 25):
        (found,) = asked(command, f"{company}/{sku}")
        offers = {key(offer): as_naive(offer) for offer in found["offers"]}
        joined = {(one[0], one[2]) for one in offers}
        assert (company, sku) in joined
        expected = {one: price for one, price in sold.items() if (one[0], one[2]) in joined}
        assert offers == expected, (company, sku)
        assert len(found["offers"]) == len(offers)
        assert not any(offer["is_estimate"] for offer in found["offers"])


def test_a_barcode_of_two_companies_is_one_product_of_both(
    command: Command, place: Workplace
) -> None:
    ((barcode,), *_) = place.rows(
        "SELECT barcode FROM store_prices WHERE barcode IS NOT NULL GROUP BY barcode "
        "HAVING COUNT(DISTINCT company) > 1 ORDER BY barcode"
    )
    (found,) = asked(command, barcode)
    assert {offer["company"] for offer in found["offers"]} == {"coles", "iga"}


def test_all_prices_of_the_frame_are_those_of_the_files(place: Workplace, sold: Sold) -> None:
    with Catalogue(money="decimal") as catalogue:
        frame = catalogue.prices()
    names = ["company", "store_id", "sku", "price", "was_price", "is_on_special", "unit_price"]
    shown = {
        (company, store_id, sku): (price, was, bool(special), unit_price)
        for company, store_id, sku, price, was, special, unit_price in frame[names].itertuples(
            index=False, name=None
        )
    }
    assert len(frame) == len(sold) == 28_281
    assert shown == {one: price[:4] for one, price in sold.items()}
