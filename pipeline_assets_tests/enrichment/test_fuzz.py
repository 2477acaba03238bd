"""Whatever a server sends, the file is enriched: each row has an outcome, within the limits.

`PIPELINE_TESTS_FUZZ_SECONDS` sets how long it tries, `PIPELINE_TESTS_SEED` what.
"""

import json
import time
from collections import Counter
from random import Random

import psutil
import pytest

from pipeline_assets.domain.enrichment.rows import Outcome
from pipeline_assets.enrichment.pacing import Pacer
from pipeline_assets.services.enrichment import wiring
from pipeline_assets.services.enrichment.enrich_file import enrich_file
from pipeline_assets_tests.enrichment.hostile_replies import GOOD, play_of
from pipeline_assets_tests.enrichment.raw_server import RawServer, raw_server
from pipeline_assets_tests.enrichment.shop import to_enrich
from pipeline_assets_tests.soaks import SEED, fuzzing
from pipeline_assets_tests.workplace import Workplace

HOSTILE_ROWS = 30
MAX_BYTES = 200_000


def product_row(sku: str, url: str) -> dict[str, object]:
    """A row of a Coles file without barcode."""
    product = {"sku": sku, "name": f"Article {sku}", "price_current": 2.5, "url": url}
    metadata = {"company": "coles", "store_id": "COL:401", "scraped_date": "2025-09-23"}
    return {"product": product, "metadata": metadata}


def good_page() -> bytes:
    """The reply that every other row gets: it shows that work goes on."""
    data = json.dumps({"@type": "Product", "gtin13": GOOD})
    page = f'<script type="application/ld+json">{data}</script>'
    return f"HTTP/1.1 200 OK\r\nContent-Length: {len(page)}\r\n\r\n{page}".encode()


class NoTime:
    """A clock that only waiting moves, and at once."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds


@pytest.fixture
def impatient(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings that lose no time, and clocks that wait for nobody."""
    values = {
        "PAGE_TIMEOUT_S": "0.6",
        "MAX_PAGE_BYTES": str(MAX_BYTES),
        "ATTEMPTS": "2",
        "BACK_OFF_S": "0",
        "RENEWAL_WAIT_S": "0",
        # Not even a year's rest, asked for by chance, halts the file.
        "MAX_RETRY_AFTER_S": "99999999",
    }
    for name, value in values.items():
        monkeypatch.setenv(f"PIPELINE_ENRICHMENT_{name}", value)
    clock = NoTime()
    monkeypatch.setattr(wiring, "Pacer", lambda pause_s, _: Pacer(pause_s, clock.sleep, clock))


def test_no_reply_halts_a_file_or_exceeds_the_limits(
    workplace: Workplace, impatient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = psutil.Process()
    outcomes: Counter[str] = Counter()
    peak_before, number = process.memory_info().rss, 0
    with raw_server() as server, raw_server("127.0.0.2") as stranger:
        monkeypatch.setenv("PIPELINE_ENRICHMENT_HOSTS", server.origin)
        for _ in fuzzing():
            chance = Random(f"{SEED}-{number}")
            outcomes += enriched(workplace, server, stranger, number, chance)
            grown = process.memory_info().rss - peak_before
            assert grown < 300 * 2**20, f"seed {SEED}, file {number}: {grown:,} bytes more"
            number += 1
        assert stranger.asked == []
    print(f"seed {SEED}: {number} files, {outcomes.total()} rows: {dict(outcomes)}")
    assert set(outcomes) <= {str(outcome) for outcome in Outcome}


def enriched(
    place: Workplace, server: RawServer, stranger: RawServer, number: int, chance: Random
) -> Counter[str]:
    """Enrich a file whose every other row gets a hostile reply; returns these rows' outcomes."""
    name, rows = f"coles-{number}.jsonl", []
    server.plays = {"/self": [good_page()]}
    for index in range(HOSTILE_ROWS):
        hostile, good = f"/{number}/hostile-{index}", f"/{number}/good-{index}"
        server.plays[hostile] = play_of(chance, MAX_BYTES, stranger.origin)
        server.plays[good] = [good_page()]
        if chance.random() < 0.98:
            server.closing.add(hostile)
        rows += [product_row(path[1:], server.origin + path) for path in (hostile, good)]
    to_enrich(place, name, rows)
    begun = time.monotonic()
    try:
        enrich_file(place.pipeline, name)
    except Exception as error:
        raise AssertionError(f"seed {SEED}, file {number}: {error}") from error
    # Two tries each, a few times over where the row seems blocked; far more than it takes.
    assert time.monotonic() - begun < HOSTILE_ROWS * 20, f"seed {SEED}, file {number}"
    lines = [json.loads(line) for line in (place.inbox / name).read_text().splitlines()]
    assert [line["product"].get("barcode") for line in lines[1::2]] == [GOOD] * HOSTILE_ROWS
    (place.inbox / name).unlink()
    kept = place.rows("SELECT line, outcome FROM enriched_rows ORDER BY line")
    with place.pipeline.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM enriched_rows")
    return Counter(outcome for line, outcome in kept if line % 2)
