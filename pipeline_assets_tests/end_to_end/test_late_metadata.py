"""A store's files are taken in the order of their times, wherever in them the time is."""

import gzip
import json
from functools import partial
from typing import Any

import pytest

from pipeline_assets.orchestration.run_records import runs_of_inbox
from pipeline_assets.services.operators.status import status
from pipeline_assets_tests.commands import in_this_process
from pipeline_assets_tests.orchestration.ticks import Ticks
from pipeline_assets_tests.workplace import Workplace, row

ON_BOTH_DATABASES = True
ROWS_WITHOUT = 8


def late_file(day: str, price: float = 1.0) -> bytes:
    """5 MB of rows without metadata; the last line says which store and time it all is."""
    rows: list[dict[str, Any]] = [
        row(sku, price, more="x" * 640_000) for sku in range(ROWS_WITHOUT)
    ]
    rows = [{"product": one["product"]} for one in rows] + [row(ROWS_WITHOUT, price, day=day)]
    return "".join(json.dumps(one) + "\n" for one in rows).encode()


def drop_both(place: Workplace, ending: str = ".jsonl") -> None:
    """Two files of a store with late metadata; the newer one's name comes first."""
    for name, day, price in (("z-older", "2025-09-01", 1), ("a-newer", "2025-09-02", 2)):
        content = late_file(day, price)
        assert len(content) > 5 * 10**6
        zipped = gzip.compress(content, 1) if ending.endswith(".gz") else content
        place.drop(f"{name}{ending}", zipped)


@pytest.mark.parametrize("ending", [".jsonl", ".jsonl.gz"])
def test_a_drain_takes_the_older_file_first(workplace: Workplace, ending: str) -> None:
    drop_both(workplace, ending)
    outcomes = workplace.outcomes(workplace.drain())
    assert outcomes == {
        f"z-older{ending}": ("accepted", None),
        f"a-newer{ending}": ("accepted", None),
    }
    prices = workplace.rows("SELECT DISTINCT price, previous_price FROM store_prices")
    assert prices == [(2, 1)]


def test_the_sensor_looks_into_files_over_several_ticks_and_then_asks_in_order(
    workplace: Workplace,
) -> None:
    ticks = Ticks(workplace)
    workplace.change(settings={"settle_s": 0, "max_peek_bytes": 1})
    with ticks.instance:
        drop_both(workplace)
        workplace.drop("other.jsonl", [row(store_id="G2")])
        workplace.drop("nothing.jsonl", b"nothing\n")
        assert ticks.names() == []
        assert ticks.idle_because == (
            "3 of the files are still to be looked into; the others wait."
        )
        # What is refused without a look at its store holds up nothing and waits for nothing.
        assert ticks.names() == ["nothing.jsonl"]
        assert ticks.names() == ["nothing.jsonl"]
        assert ticks.names() == ["nothing.jsonl", "z-older.jsonl", "other.jsonl"]
        found = status(workplace.pipeline, partial(runs_of_inbox, ticks.instance)).product_inbox
        assert [one.file.name for one in found.waiting] == ["a-newer.jsonl"]
        assert found.unread == []


def test_status_shows_what_has_not_been_looked_into(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PIPELINE_MAX_PEEK_BYTES", "1")
    assert workplace.pipeline
    drop_both(workplace)
    shown = in_this_process(capfd)("status").out
    assert "product_inbox: 2 waiting, " in shown
    assert "z-older.jsonl: not looked into yet; all files wait until its store is known" in shown
    drop_both(workplace)  # other versions, of which this process knows nothing yet
    inbox = in_this_process(capfd)("status", "--json").json()["product_inbox"]
    assert {name: inbox[name] for name in ("takeable", "waiting", "unread")} == {
        "takeable": [],
        "waiting": ["a-newer.jsonl"],
        "unread": ["z-older.jsonl"],
    }
