"""SIGINT and SIGTERM while a command works: it stops soon, and the next one goes on."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from signal import SIGINT, SIGTERM

import pytest
from sqlalchemy import text

from pipeline_assets.catalogue.database.engine import Lock, writing
from pipeline_assets_tests.end_to_end.many_ingests import overlapping_files
from pipeline_assets_tests.end_to_end.stopped import outcomes, stopped, until
from pipeline_assets_tests.enrichment.shop import Shop, html, to_enrich
from pipeline_assets_tests.forked_commands import Fork
from pipeline_assets_tests.workplace import Workplace, row

on_both_databases = pytest.mark.parametrize("workplace", ["sqlite", "mariadb"], indirect=True)
# On MariaDB with folders, and on SQLite with an object store.
on_objects_too = pytest.mark.parametrize("workplace", ["objects", "mariadb"], indirect=True)


@contextmanager
def locked(place: Workplace, lock: Lock) -> Iterator[None]:
    """Another process has the lock; on SQLite, whichever it is, it is that of all writers."""
    with writing(place.pipeline.engine, lock):
        yield


@on_both_databases
def test_a_drain_that_waits_for_a_lock_stops(workplace: Workplace, fork: Fork) -> None:
    assert workplace.pipeline
    workplace.drop("a.jsonl", [row()])
    with locked(workplace, Lock.ATTEMPTS):
        running = fork(workplace, "drain", "--json")
        time.sleep(1)
        ran = stopped(running, SIGTERM)
    assert ran.json() == {
        "interrupted": "SIGTERM",
        "files_left": {"barcode_enrichment_inbox": 0, "product_inbox": 1},
    }
    assert "Left: 1 file in product_inbox/." in ran.err
    assert outcomes(workplace) == []


@on_both_databases
def test_a_file_that_waits_for_its_turn_to_write_is_interrupted_and_free_at_once(
    workplace: Workplace, fork: Fork
) -> None:
    assert workplace.pipeline
    is_sqlite = not workplace.catalogue_url
    lines = json.dumps(row()).encode() + b"\nno row" * 100_000
    workplace.drop("a.jsonl", lines)
    workplace.drop("b.jsonl", [row(store_id="G2")])
    running = fork(workplace, "drain")
    until(lambda: outcomes(workplace)[-1:] == ["started"])  # it reads the file for a while
    with locked(workplace, Lock.CATALOGUE):
        time.sleep(1.5)
        stopped(running, SIGINT)
    # SQLite's only lock was taken: there, recovery records what the run could not.
    assert outcomes(workplace)[-1] == "started" if is_sqlite else "interrupted"
    assert workplace.one("SELECT COUNT(*) FROM post_processing_steps") == 0
    assert fork(workplace, "drain").await_end().status == 0
    record = outcomes(workplace)
    assert sorted(record) == ["accepted", "accepted", "interrupted"]
    assert workplace.one("SELECT COUNT(*) FROM prices") == 2


@on_both_databases
def test_the_pause_before_a_retry_ends(workplace: Workplace, fork: Fork) -> None:
    workplace.pipeline.engine.dispose()
    workplace.drop("a.jsonl", [row()])
    breaks = "CREATE TRIGGER breaks BEFORE INSERT ON prices FOR EACH ROW "
    if workplace.catalogue_url:
        breaks += "SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213, MESSAGE_TEXT = 'Deadlock'"
    else:
        breaks += "BEGIN SELECT RAISE(ABORT, 'database is locked'); END"
    with writing(workplace.pipeline.engine) as connection:
        connection.execute(text(breaks))
    running = fork(workplace, "drain", PIPELINE_RETRY_WAIT_S="60")
    until(lambda: "failed" in outcomes(workplace))
    stopped(running, SIGTERM)
    assert outcomes(workplace) == ["failed"]
    with writing(workplace.pipeline.engine) as connection:
        connection.execute(text("DROP TRIGGER breaks"))
    assert fork(workplace, "drain").await_end().status == 0
    assert outcomes(workplace) == ["failed", "accepted"]


@on_objects_too
def test_between_two_files_a_drain_takes_no_other_one_and_does_not_post_process(
    workplace: Workplace, fork: Fork
) -> None:
    assert workplace.pipeline
    for name, rows in overlapping_files(1, stores=5, rows=10).items():
        workplace.drop(name, rows)
    running = fork(workplace, "drain")
    until(lambda: "accepted" in outcomes(workplace))
    before = len(outcomes(workplace))
    ran = stopped(running, SIGTERM)
    assert len(outcomes(workplace)) <= before + 1
    assert set(outcomes(workplace)) <= {"accepted", "interrupted"}
    assert workplace.one("SELECT COUNT(*) FROM post_processing_steps") == 0
    assert "in product_inbox/. Run the command again" in ran.err
    assert fork(workplace, "drain").await_end().status == 0
    assert outcomes(workplace).count("accepted") == 5


@on_objects_too
def test_enrichment_stops_after_the_page_under_way_and_asks_for_none_twice(
    workplace: Workplace, shop: Shop, fork: Fork
) -> None:
    assert workplace.pipeline
    begun, goes_on = threading.Event(), threading.Event()

    def hanging(_: object) -> object:
        begun.set()
        goes_on.wait(30)
        return html("")

    shop.pages["3"] = hanging  # type: ignore[assignment]
    to_enrich(workplace, "a.jsonl", [shop.row(str(sku)) for sku in range(1, 6)])
    running = fork(workplace, "enrich", "--json", PIPELINE_ENRICHMENT_ATTEMPTS="1")
    assert begun.wait(60)
    ran = stopped(running, SIGTERM)
    goes_on.set()
    assert ran.json()["files_left"] == {"barcode_enrichment_inbox": 1, "product_inbox": 0}
    assert outcomes(workplace, "barcode_enrichment_inbox")[-1] == "interrupted"
    del shop.pages["3"]
    assert fork(workplace, "drain").await_end().status == 0
    assert shop.asked == ["1", "2", "3", "4", "5"]
    assert outcomes(workplace) == ["accepted"]
