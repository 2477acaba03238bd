"""An enrichment killed at any moment, then another: no page is asked for twice, nothing is lost."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest

from pipeline_assets_tests.end_to_end.conftest import Kill
from pipeline_assets_tests.end_to_end.killed_drain import Death
from pipeline_assets_tests.enrichment.shop import (
    Shop,
    answer,
    at_shop,
    gtin,
    linked_page,
    open_shop,
    to_enrich,
)
from pipeline_assets_tests.workplace import Workplace

ROWS = 100
NAME = "coles.jsonl"
SERVICE = "pipeline_assets.services.enrichment.enrich_file"
FETCH = "pipeline_assets.enrichment.fetching:PageFetcher.fetch"
DONE = "pipeline_assets.services.enrichment.progress:Progress.done"
KEEP = "pipeline_assets.catalogue.enrichment:keep_answer"
REQUESTS = "pipeline_assets.inbox.object_requests:ObjectRequests"
OF_PAGES = {
    "before the first page": Death(FETCH, is_before=True),
    "the first page came and is not kept": Death(FETCH),
    "a page came, its answer not committed": Death(KEEP, call=30),
    "after a row": Death(DONE, call=50),
    "the last page came and is not kept": Death(FETCH, call=ROWS),
    "all rows are done": Death(DONE, call=ROWS),
}
OF_FILES = {
    "the enriched file is made": Death(f"{SERVICE}:make_aside"),
    "the delivery is not committed": Death("pipeline_assets.catalogue.enrichment:add_delivery"),
    "the delivery is recorded": Death(f"{SERVICE}:place_delivery", is_before=True),
    "the file is placed": Death(f"{SERVICE}:place_delivery"),
    "the end is not committed": Death("pipeline_assets.catalogue.enrichment:close_delivery"),
    "everything is done": Death(f"{SERVICE}:_Enrichment._finish"),
}
# With an object store, delivery is a move too: the first; the second one is that of the source.
OF_MOVES = {
    "sqlite": {
        "the source has two hard links": Death("os:link"),
        "the source is archived": Death("pipeline_assets.inbox.filing:move"),
    },
    "objects": {
        "the file is placed and has two names": Death(f"{REQUESTS}.create"),
        "the source has two names": Death(f"{REQUESTS}.create", call=2),
        "the source is archived": Death(f"{REQUESTS}.remove_version", call=2),
    },
}
DEATHS = [
    pytest.param(kind, death, id=f"{kind}, {moment}")
    for kind, deaths in (
        ("sqlite", OF_PAGES | OF_FILES | OF_MOVES["sqlite"]),
        ("objects", OF_FILES | OF_MOVES["objects"]),
    )
    for moment, death in deaths.items()
]


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    """One shop for all: every seventh article has no barcode, every fiftieth page is gone."""
    with open_shop() as shop:
        for number in range(1, ROWS + 1):
            if number % 7 == 0:
                shop.pages[str(number)] = linked_page(mpn="none")
            if number % 50 == 0:
                shop.pages[str(number)] = answer(410)
        yield shop


@pytest.mark.parametrize(("workplace", "death"), DEATHS, indirect=["workplace"])
def test_after_a_kill_the_next_run_finishes_and_asks_for_no_page_twice(
    death: Death, workplace: Workplace, shop: Shop, kill: Kill, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.asked.clear()
    at_shop(shop, monkeypatch)
    to_enrich(workplace, NAME, [shop.row(str(number)) for number in range(1, ROWS + 1)])
    settings = {
        "PIPELINE_ENRICHMENT_HOSTS": shop.origin,
        "PIPELINE_ENRICHMENT_PAUSE_S": "0",
        "PIPELINE_ENRICHMENT_BACK_OFF_S": "0",
    }
    kill(workplace, replace(death, file=NAME, enriches=True, settings=settings))
    asked_before = len(shop.asked)

    drained = workplace.enrich()

    assert drained.failed == {}
    assert workplace.files("barcode_enrichment_inbox") == []
    assert workplace.files("product_inbox") == [NAME]
    assert [name[13:] for name in workplace.files("archive")] == [NAME]
    assert workplace.text(f"product_inbox/{NAME}") == expected_file(shop)
    times_asked = Counter(shop.asked)
    in_flight = shop.asked[asked_before - 1 : asked_before]
    twice = [sku for sku, times in times_asked.items() if times > 1]
    assert twice in ([], in_flight)
    assert max(times_asked.values()) <= 2
    assert len(times_asked) == ROWS
    assert workplace.one("SELECT COUNT(*) FROM enriched_files WHERE moved_at IS NULL") == 0


def expected_file(shop: Shop) -> str:
    """The enriched file, written by hand: each row as it was, with what its page says."""
    lines = []
    for number in range(1, ROWS + 1):
        has_none = number % 7 == 0 and number % 50 != 0
        barcode = "null" if has_none or number % 50 == 0 else f'"{gtin(number)}"'
        mark = ',"has_no_coles_barcode":true' if has_none else ""
        if number % 50 == 0:
            lines.append(
                f'{{"product": {{"sku": "{number}", "name": "Article {number}", "barcode": null, '
                f'"price_current": 2.5, "url": "{shop.url(str(number))}"}}, "metadata": '
                '{"company": "coles", "store_id": "COL:401", "scraped_date": "2025-09-23"}}\n'
            )
            continue
        lines.append(
            f'{{"product":{{"sku":"{number}","name":"Article {number}","barcode":{barcode},'
            f'"price_current":2.5,"url":"{shop.url(str(number))}"{mark}}},"metadata":'
            '{"company": "coles", "store_id": "COL:401", "scraped_date": "2025-09-23"}}\n'
        )
    return "".join(lines)
