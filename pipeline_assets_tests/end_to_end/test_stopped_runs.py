"""Runs outside commands: what ends with its daemon is interrupted, what an operator ends waits."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import dagster as dg
import psutil
import pytest

from pipeline_assets.orchestration.run_records import runs_of_inbox
from pipeline_assets.services.files.recovery import recover
from pipeline_assets.services.operators.requeue import requeue
from pipeline_assets.services.operators.status import status
from pipeline_assets_tests import prepared
from pipeline_assets_tests.conftest import enter
from pipeline_assets_tests.end_to_end.dagster_dev import Ui, dagster_dev, eventually
from pipeline_assets_tests.end_to_end.stopped import outcomes
from pipeline_assets_tests.end_to_end.test_random_kills import digests, fill, is_drained
from pipeline_assets_tests.enrichment.shop import Shop, html, to_enrich
from pipeline_assets_tests.processes import free_port
from pipeline_assets_tests.workplace import PROJECT_ROOT, Workplace

INBOX = "barcode_enrichment_inbox"
PRICES = (
    "SELECT company, store_id, sku, price FROM store_prices "
    "WHERE store_id <> 'COL:401' ORDER BY company, store_id, sku"
)


@contextmanager
def hanging_page(shop: Shop, sku: str) -> Iterator[threading.Event]:
    """A page that does not come until the block ends; the event tells that it was asked for."""
    asked, goes_on = threading.Event(), threading.Event()

    def hang(_: object) -> object:
        asked.set()
        goes_on.wait(60)
        return html("")

    shop.pages[sku] = hang  # type: ignore[assignment]
    try:
        yield asked
    finally:
        goes_on.set()
        del shop.pages[sku]


@pytest.fixture
def launched(workplace: Workplace, shop: Shop) -> Iterator[subprocess.Popen[bytes]]:
    """A run of job `barcode_enrichment` in a process of its own, at work on its second page."""
    assert workplace.pipeline
    to_enrich(workplace, "a.jsonl", [shop.row("1"), shop.row("2")])
    job = ["job", "execute", "-m", "pipeline_assets.definitions", "-j", "barcode_enrichment"]
    with (
        hanging_page(shop, "2") as asked,
        (workplace.root / "log").open("w") as log,
        subprocess.Popen(
            [sys.executable, "-m", "dagster", *job], stdout=log, stderr=log, cwd=workplace.home
        ) as process,
    ):
        assert asked.wait(60)
        yield process
        process.kill()


def ends(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    process.wait(20)


def only_run(place: Workplace) -> dg.DagsterRun:
    (run,) = place.instance.get_runs()
    return run


@pytest.mark.parametrize("workplace", ["sqlite", "objects"], indirect=True)
def test_a_run_that_a_signal_ends_is_interrupted_and_its_file_is_free_at_once(
    workplace: Workplace, shop: Shop, launched: subprocess.Popen[bytes]
) -> None:
    ends(launched)
    assert only_run(workplace).status is dg.DagsterRunStatus.FAILURE
    assert outcomes(workplace, INBOX) == ["asked", "interrupted"]
    found = status(workplace.pipeline, partial(runs_of_inbox, workplace.instance))
    (one,) = found.barcode_enrichment_inbox.takeable
    assert one.file.name == "a.jsonl"


def test_a_file_whose_run_an_operator_terminates_waits_for_requeue(
    workplace: Workplace, shop: Shop, launched: subprocess.Popen[bytes]
) -> None:
    run = only_run(workplace)
    workplace.instance.report_run_canceling(run)
    ends(launched)
    assert only_run(workplace).status is dg.DagsterRunStatus.CANCELED
    inbox = workplace.pipeline.barcode_enrichment_inbox
    for _ in range(2):
        found = status(workplace.pipeline, partial(runs_of_inbox, workplace.instance))
        why = found.barcode_enrichment_inbox.halted["a.jsonl"]
        assert f"its run {run.run_id} was terminated by an operator" in why
        assert "pipeline-assets requeue a.jsonl" in why
        recover(workplace.pipeline, runs_of_inbox(workplace.instance, inbox), inbox)
    assert outcomes(workplace, INBOX) == ["asked", "interrupted", "halted"]
    requeue(workplace.pipeline, "a.jsonl")
    assert workplace.instance.get_run_by_id(run.run_id)
    found = status(workplace.pipeline, partial(runs_of_inbox, workplace.instance))
    assert found.barcode_enrichment_inbox.halted == {}
    assert len(found.barcode_enrichment_inbox.takeable) == 1


@contextmanager
def make_dev(place: Workplace, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`make dev` in a session of its own, once its web server answers."""
    prepared.keep_logs(place.home)
    port = free_port()
    command = ["make", "-C", str(PROJECT_ROOT), "dev", f"DAGSTER_HOME={place.home}", f"PORT={port}"]
    with log.open("w") as output:
        process = subprocess.Popen(
            command,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=place.home,
            start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL) and None,
        )
    try:
        yield process
    finally:
        for left in started_by(place):
            left.kill()
        process.wait(10)


def started_by(place: Workplace) -> list[psutil.Process]:
    """The processes, other than this one, that work in this place."""
    found = []
    for process in psutil.process_iter():
        try:
            is_ours = process.environ().get("PIPELINE_DATA_DIR") == str(place.data)
            is_there = process.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            continue
        if is_ours and is_there and process.pid != os.getpid():
            found.append(process)
    return found


@pytest.mark.soak
@pytest.mark.parametrize(
    ("workplace", "way"),
    [("sqlite", "Ctrl-C"), ("objects", "SIGTERM to make"), ("sqlite", "SIGTERM to dagster")],
    indirect=["workplace"],
)
def test_make_dev_leaves_no_process_behind_and_loses_nothing(
    way: str, workplace: Workplace, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        expected = undisturbed(workplace.root / "undisturbed", patch)
    monkeypatch.setenv("PIPELINE_ENRICHMENT_PAGE_TIMEOUT_S", "10")
    assert workplace.pipeline
    files = fill(workplace)
    to_enrich(workplace, "a.jsonl", [shop.row("1"), shop.row("2"), shop.row("3")])
    log = workplace.root / "dev.log"
    with hanging_page(shop, "2") as asked, make_dev(workplace, log) as make:
        assert asked.wait(240), log.read_text()[-3000:]
        begun = time.monotonic()
        if way == "Ctrl-C":
            os.killpg(make.pid, signal.SIGINT)
        elif way == "SIGTERM to make":
            make.terminate()
        else:
            psutil.Process(make.pid).children()[0].terminate()
        eventually(lambda: not started_by(workplace), 60, log)
        print(f"{way}: nothing is left after {time.monotonic() - begun:.1f} s")
    assert outcomes(workplace, INBOX)[-1] == "interrupted"
    with dagster_dev(workplace.home, log):
        eventually(lambda: not workplace.files(INBOX) and is_drained(workplace), 400, log)
    seen = set(outcomes(workplace)) | set(outcomes(workplace, INBOX))
    assert not seen & {"died", "failed", "halted", "started"}, seen
    # The page that hung is asked for again; what was answered is not.
    assert [sku for sku in shop.asked if sku != "2"] == ["1", "3"]
    kept = digests(workplace, "archive", "quarantine")
    assert kept & files == files
    assert workplace.rows(PRICES) == expected


def undisturbed(root: Path, patch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """The prices of the same files, taken from folders and without Dagster."""
    root.mkdir()
    with enter(Workplace.create(root), patch) as place:
        fill(place)
        for name in place.files("product_inbox"):
            place.ingest(name)
        return place.rows(PRICES)


@pytest.mark.soak
def test_a_run_terminated_in_the_ui_leaves_its_file_waiting(
    workplace: Workplace, shop: Shop
) -> None:
    assert workplace.pipeline
    to_enrich(workplace, "a.jsonl", [shop.row("1"), shop.row("2")])
    log = workplace.root / "dev.log"
    with hanging_page(shop, "2") as asked, dagster_dev(workplace.home, log) as ui:
        assert asked.wait(120), log.read_text()[-3000:]
        (run,) = enrichments(ui)
        _terminate(ui, run["runId"])
        eventually(lambda: outcomes(workplace, INBOX)[-1] == "halted", 60, log)
        time.sleep(12)  # the sensor's next looks
        assert len(enrichments(ui)) == 1
    assert outcomes(workplace, INBOX) == ["asked", "interrupted", "halted"]


def enrichments(ui: Ui) -> list[dict[str, Any]]:
    """The runs that enrich a file; there are reports, too."""
    return [run for run in ui.runs() if run["jobName"] == "barcode_enrichment"]


def _terminate(ui: Ui, run_id: str) -> None:
    mutation = "mutation($id: String!) {terminateRun(runId: $id) {__typename}}"
    assert ui.ask(mutation, id=run_id)["terminateRun"]["__typename"] == "TerminateRunSuccess"
