"""`requeue --force` has an enriched file enriched again, once, wherever its bytes are."""

import pytest

from pipeline_assets.errors import UsageError
from pipeline_assets.services.enrichment import enrich_file as service
from pipeline_assets.services.enrichment.enrich_file import enrich_file
from pipeline_assets.services.files.outcomes import State
from pipeline_assets.services.operators.requeue import requeue
from pipeline_assets_tests.enrichment.shop import (
    Shop,
    answer,
    delivered,
    gtin,
    linked_page,
    to_enrich,
)
from pipeline_assets_tests.workplace import Workplace

ON_BOTH_DATABASES = True

NAME = "coles.jsonl"
SKUS = ("1", "2", "3", "4")


@pytest.fixture(autouse=True)
def enriched(workplace: Workplace, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that was enriched while two of its four pages were not to be had."""
    monkeypatch.setenv("PIPELINE_ENRICHMENT_ATTEMPTS", "1")
    shop.pages = {"2": answer(503), "3": answer(404), "4": linked_page(mpn="none")}
    to_enrich(workplace, NAME, [shop.row(sku) for sku in SKUS])
    enrich_file(workplace.pipeline, NAME)
    (workplace.inbox / NAME).unlink()
    shop.pages = {"4": linked_page(mpn="none")}
    shop.asked.clear()


def barcodes(place: Workplace) -> list[str | None]:
    """The barcodes of the enriched file."""
    return [one["barcode"] for one in delivered(place, NAME)]


def refused(place: Workplace) -> str:
    """Drop the same bytes once more; returns where they are kept."""
    source = next((place.data / "archive").iterdir())
    (place.data / "barcode_enrichment_inbox" / NAME).write_bytes(source.read_bytes())
    outcome = enrich_file(place.pipeline, NAME)
    assert (outcome.state, outcome.reason) == (State.QUARANTINED, "duplicate")
    assert outcome.message is not None
    assert outcome.place is not None
    assert f"`pipeline-assets requeue --force {NAME}`" in outcome.message
    return outcome.place


def test_from_the_archive(workplace: Workplace, shop: Shop) -> None:
    (archived,) = workplace.files("archive")
    source = (workplace.data / "archive" / archived).read_bytes()
    for name in (NAME, archived, f"archive/{archived}"):
        with pytest.raises(UsageError, match=f"requeue --force {archived}"):
            requeue(workplace.pipeline, name)
    requeued = requeue(workplace.pipeline, NAME, force=True)
    assert (requeued.name, requeued.came_from) == (NAME, f"archive/{archived}")
    assert enrich_file(workplace.pipeline, NAME).state is State.ARCHIVED
    assert barcodes(workplace) == [gtin(1), gtin(2), gtin(3), None]
    assert shop.asked == ["2", "3"]  # what was answered is not asked for again
    assert workplace.files("archive") == [archived]
    assert (workplace.data / "archive" / archived).read_bytes() == source
    figures = "SELECT rows_found, rows_none, rows_unanswered, archive_path FROM enriched_files"
    assert workplace.rows(figures) == [(3, 1, 0, f"archive/{archived}")]


def test_from_quarantine_once(workplace: Workplace, shop: Shop) -> None:
    place = refused(workplace)
    assert shop.asked == []
    requeue(workplace.pipeline, place)  # without force it is refused again
    assert enrich_file(workplace.pipeline, NAME).reason == "duplicate"
    requeued = requeue(workplace.pipeline, place, force=True)
    assert requeued.came_from == place
    enrich_file(workplace.pipeline, NAME)
    assert barcodes(workplace) == [gtin(1), gtin(2), gtin(3), None]
    assert refused(workplace).startswith("quarantine/duplicate/")


def test_from_the_inbox_before_it_is_refused(workplace: Workplace, shop: Shop) -> None:
    to_enrich(workplace, NAME, [shop.row(sku) for sku in SKUS])
    requeue(workplace.pipeline, NAME, force=True)
    enrich_file(workplace.pipeline, NAME)
    assert barcodes(workplace) == [gtin(1), gtin(2), gtin(3), None]


def test_the_enriched_file_is_ingested_once_more(workplace: Workplace, shop: Shop) -> None:
    requeue(workplace.pipeline, NAME, force=True)
    enrich_file(workplace.pipeline, NAME)
    assert workplace.ingest(NAME).state is State.ARCHIVED
    again = "SELECT sku FROM skus WHERE barcode IS NOT NULL ORDER BY sku"
    assert workplace.rows(again) == [("1",), ("2",), ("3",)]
    (archived,) = (
        n
        for n in workplace.files("archive")
        if workplace.rows(
            "SELECT 1 FROM enriched_files WHERE archive_path = :place", place=f"archive/{n}"
        )
    )
    # Nothing new to find: the same bytes come out, and are no news to the catalogue.
    requeue(workplace.pipeline, archived, force=True)
    enrich_file(workplace.pipeline, NAME)
    assert workplace.ingest(NAME).reason == "duplicate"


def test_a_product_file_in_the_archive_is_none_to_enrich_again(
    workplace: Workplace, shop: Shop
) -> None:
    workplace.take("aldi.jsonl", [shop.row("7")])
    with pytest.raises(UsageError, match="no enriched file of that name"):
        requeue(workplace.pipeline, "aldi.jsonl", force=True)


def test_what_is_forced_here_does_not_let_a_partial_file_pass(
    workplace: Workplace, shop: Shop
) -> None:
    full = [shop.row(str(number), barcode=gtin(number)) for number in range(1, 9)]
    workplace.take("full.jsonl", full)
    rest = [shop.row(sku, url=None) for sku in SKUS]
    for one in rest:
        one["metadata"]["scraped_date"] = "2025-09-24"
    to_enrich(workplace, "rest.jsonl", rest)
    requeue(workplace.pipeline, "rest.jsonl", force=True)
    enrich_file(workplace.pipeline, "rest.jsonl")
    assert workplace.ingest("rest.jsonl").reason == "partial"


@pytest.mark.parametrize("moment", ["make_aside", "place_delivery"])
@pytest.mark.parametrize("is_done", [False, True])
def test_a_death_on_the_way_leaves_the_file_to_the_next_run(
    moment: str, is_done: bool, workplace: Workplace, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Died(BaseException):
        pass

    real = getattr(service, moment)

    def dying(*args: object) -> None:
        if is_done:
            real(*args)
        raise Died

    requeue(workplace.pipeline, NAME, force=True)
    monkeypatch.setattr(service, moment, dying)
    with pytest.raises(Died):
        enrich_file(workplace.pipeline, NAME)
    monkeypatch.setattr(service, moment, real)
    with workplace.pipeline.engine.begin() as connection:  # the dead process's attempt
        connection.exec_driver_sql(
            "UPDATE file_attempts SET outcome = 'died' WHERE outcome = 'started'"
        )
    enrich_file(workplace.pipeline, NAME)
    assert barcodes(workplace) == [gtin(1), gtin(2), gtin(3), None]
    assert shop.asked == ["2", "3"]
    assert len(workplace.files("archive")) == 1
    assert workplace.files("barcode_enrichment_inbox") == []
    assert workplace.files("product_inbox") == [NAME]
    assert refused(workplace)
