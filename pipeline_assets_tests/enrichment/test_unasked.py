"""A file none of whose pages could be asked for is halted: nothing was looked up."""

import socket
from collections.abc import Iterator

import pytest

from pipeline_assets.errors import HaltedFileError
from pipeline_assets.services.enrichment.enrich_file import enrich_file
from pipeline_assets.services.operators.requeue import requeue
from pipeline_assets_tests.enrichment.shop import (
    Shop,
    answer,
    delivered,
    gtin,
    linked_page,
    open_shop,
    to_enrich,
)
from pipeline_assets_tests.workplace import Workplace, row

ON_BOTH_DATABASES = True

NAME = "coles.jsonl"


@pytest.fixture
def stranger() -> Iterator[Shop]:
    """A shop that is not on the allow-list."""
    with open_shop("127.0.0.2") as stranger:
        yield stranger


@pytest.fixture
def closed_port() -> str:
    """An origin at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    return f"http://127.0.0.1:{port}"


def halted(place: Workplace) -> str:
    """Why the file is halted; nothing of it went anywhere."""
    with pytest.raises(HaltedFileError) as error:
        enrich_file(place.pipeline, NAME)
    assert place.files("barcode_enrichment_inbox") == [NAME]
    assert place.files("product_inbox") == place.files("archive") == []
    assert place.rows("SELECT * FROM enriched_files") == []
    return str(error.value)


def outcomes(place: Workplace) -> list[str]:
    """Each asked row's outcome, in order."""
    return [row[0] for row in place.rows("SELECT outcome FROM enriched_rows ORDER BY line")]


def test_a_host_that_is_missing_from_the_list_is_named_and_the_file_is_taken_once_it_is_there(
    workplace: Workplace, shop: Shop, stranger: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    skus = [str(number) for number in range(1, 31)]
    to_enrich(workplace, NAME, [stranger.row(sku) for sku in skus])
    message = halted(workplace)
    assert "no page could be requested for any of the 30 rows that need one" in message
    assert f"{stranger.origin} is not in PIPELINE_ENRICHMENT_HOSTS (30 rows)" in message
    assert f"`pipeline-assets requeue {NAME}`" in message

    monkeypatch.setenv("PIPELINE_ENRICHMENT_HOSTS", f"{shop.origin},{stranger.origin}")
    workplace.change()
    requeue(workplace.pipeline, NAME)
    enrich_file(workplace.pipeline, NAME)
    assert stranger.asked == skus
    assert [one["barcode"] for one in delivered(workplace, NAME)] == [gtin(int(s)) for s in skus]


def test_a_host_that_cannot_be_reached_is_named_and_asked_again_later(
    workplace: Workplace, closed_port: str, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIPELINE_ENRICHMENT_HOSTS", f"{shop.origin},{closed_port}")
    rows = [shop.row("1", url=f"{closed_port}/1"), shop.row("2", url="http://10.0.0.1/2")]
    to_enrich(workplace, NAME, rows)
    message = halted(workplace)
    assert f"{closed_port} cannot be reached (" in message
    assert "http://10.0.0.1 is not in PIPELINE_ENRICHMENT_HOSTS (1 rows)" in message
    assert outcomes(workplace) == ["unreachable", "forbidden"]
    requeue(workplace.pipeline, NAME)
    halted(workplace)


def test_a_name_without_address_halts_a_long_file_before_its_end(
    workplace: Workplace, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIPELINE_ENRICHMENT_HOSTS", "http://nobody.invalid")
    monkeypatch.setenv("PIPELINE_ENRICHMENT_ATTEMPTS", "1")
    monkeypatch.setenv("PIPELINE_ENRICHMENT_MAX_UNAVAILABLE", "3")
    to_enrich(
        workplace, NAME, [shop.row(str(n), url=f"http://nobody.invalid/{n}") for n in range(1, 99)]
    )
    message = halted(workplace)
    assert "for any of the 3 rows" in message
    assert "http://nobody.invalid cannot be reached (" in message
    assert outcomes(workplace) == []


def test_a_list_whose_host_only_redirects_elsewhere_names_where(
    workplace: Workplace, shop: Shop, stranger: Shop
) -> None:
    for sku in ("1", "2"):
        shop.pages[sku] = answer(301, Location=stranger.url(sku))
    to_enrich(workplace, NAME, [shop.row("1"), shop.row("2")])
    assert f"{stranger.origin} is not in PIPELINE_ENRICHMENT_HOSTS (2 rows)" in halted(workplace)
    assert stranger.asked == []


def test_many_strange_addresses_do_not_make_a_long_message(
    workplace: Workplace, shop: Shop
) -> None:
    urls = [f"http://{number}.example/{'x' * 1_500}" for number in range(200)]
    urls += [f"javascript:{'x' * 1_500}", "http://user:secret@shop.example/", "ftp://x/\x1b[31m"]
    to_enrich(workplace, NAME, [shop.row(str(n), url=url) for n, url in enumerate(urls, 1)])
    message = halted(workplace)
    assert "and 200 more such hosts or addresses" in message
    assert len(message) < 1_500
    assert message.isprintable()
    assert "secret" not in message


def test_rows_that_the_catalogue_knows_do_not_make_a_lookup_of_the_others(
    workplace: Workplace, shop: Shop, stranger: Shop
) -> None:
    known = row("1", company="coles", store_id="COL:9", day="2025-09-20", barcode=gtin(901))
    workplace.take("known.jsonl", [known])
    archived = workplace.files("archive")
    to_enrich(workplace, NAME, [stranger.row("1"), stranger.row("2")])
    with pytest.raises(HaltedFileError, match=r"any of the 1 rows that need one: http://127\.0"):
        enrich_file(workplace.pipeline, NAME)
    assert workplace.files("archive") == archived
    assert workplace.files("product_inbox") == []


def test_a_file_that_needs_no_page_needs_no_host(workplace: Workplace, stranger: Shop) -> None:
    rows = [stranger.row("1", barcode=gtin(1)), stranger.row("2", url=None)]
    to_enrich(workplace, NAME, rows)
    enrich_file(workplace.pipeline, NAME)
    assert workplace.files("product_inbox") == [NAME]


@pytest.mark.parametrize("status", [404, 503])
def test_one_row_whose_server_answered_is_enough_for_the_file_to_go_on(
    workplace: Workplace, shop: Shop, stranger: Shop, status: int
) -> None:
    shop.pages["3"] = answer(status)
    to_enrich(workplace, NAME, [stranger.row("1"), stranger.row("2"), shop.row("3")])
    enrich_file(workplace.pipeline, NAME)
    assert workplace.files("product_inbox") == [NAME]
    assert outcomes(workplace)[:2] == ["forbidden"] * 2


def test_a_forbidden_row_is_no_answer_to_resume_from_once_the_setting_is_mended(
    workplace: Workplace, shop: Shop, stranger: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.pages["2"] = linked_page(mpn="none")
    shop.pages["4"] = answer(429, Retry_After="86400")
    skus = ("1", "2", "3", "4")
    shops = dict(zip(skus, (stranger, shop, shop, shop), strict=True))
    to_enrich(workplace, NAME, [shops[sku].row(sku) for sku in skus])
    assert "asks clients to wait" in halted(workplace)
    assert outcomes(workplace) == ["forbidden", "none", "found"]

    del shop.pages["4"]
    monkeypatch.setenv("PIPELINE_ENRICHMENT_HOSTS", f"{shop.origin},{stranger.origin}")
    workplace.change()
    requeue(workplace.pipeline, NAME)
    enrich_file(workplace.pipeline, NAME)
    assert outcomes(workplace) == ["found", "none", "found", "found"]
    assert (stranger.asked, shop.asked) == (["1"], ["2", "3", "4", "4"])
