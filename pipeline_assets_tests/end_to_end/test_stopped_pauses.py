"""SIGINT and SIGTERM while a command waits for something other than the catalogue."""

import fcntl
import os
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path
from signal import SIGINT, SIGTERM

import pytest

from pipeline_assets_tests.commands import SCRIPT, Ran
from pipeline_assets_tests.end_to_end.stopped import outcomes, said, stopped, until
from pipeline_assets_tests.enrichment.shop import Shop, answer, html, to_enrich
from pipeline_assets_tests.forked_commands import Fork
from pipeline_assets_tests.workplace import Workplace, row


def test_the_wait_for_a_file_to_settle_ends(workplace: Workplace, fork: Fork) -> None:
    assert workplace.pipeline
    workplace.drop("a.jsonl", [row()])
    running = fork(workplace, "drain", PIPELINE_SETTLE_S="60")
    until(lambda: "waiting 60 s: 1 file is arriving" in said(workplace))
    ran = stopped(running, SIGINT)
    assert "post-processing" not in ran.out


@pytest.mark.parametrize("waits_for", ["back-off", "pace", "Retry-After", "renewal"])
def test_no_pause_of_enrichment_outlasts_a_signal(
    waits_for: str, workplace: Workplace, shop: Shop, fork: Fork
) -> None:
    assert workplace.pipeline
    settings = {
        "back-off": {"PIPELINE_ENRICHMENT_BACK_OFF_S": "600"},
        "pace": {"PIPELINE_ENRICHMENT_PAUSE_S": "600"},
        "Retry-After": {},
        "renewal": {"PIPELINE_ENRICHMENT_RENEWAL_WAIT_S": "600"},
    }[waits_for]
    if waits_for == "renewal":
        shop.blocked = {"1", "2"}
    elif waits_for != "pace":
        shop.pages["1"] = (
            answer(429, Retry_After="600") if waits_for == "Retry-After" else answer(503)
        )
    to_enrich(workplace, "a.jsonl", [shop.row("1"), shop.row("2")])
    running = fork(workplace, "enrich", **settings)
    until(lambda: len(shop.asked) > (1 if waits_for == "renewal" else 0))
    time.sleep(0.5)
    stopped(running, SIGINT)
    assert outcomes(workplace, "barcode_enrichment_inbox")[-1] == "interrupted"


def test_a_second_signal_ends_at_once_and_the_next_command_goes_on(
    workplace: Workplace, shop: Shop, fork: Fork
) -> None:
    assert workplace.pipeline
    begun, goes_on = threading.Event(), threading.Event()

    def hanging(_: object) -> object:
        begun.set()
        goes_on.wait(30)
        return html("")

    shop.pages["2"] = hanging  # type: ignore[assignment]
    to_enrich(workplace, "a.jsonl", [shop.row("1"), shop.row("2")])
    running = fork(workplace, "enrich", PIPELINE_ENRICHMENT_PAGE_TIMEOUT_S="60")
    assert begun.wait(60)
    running.send(SIGTERM)
    time.sleep(1)
    assert running.is_running()
    ran, seconds = running.stop(SIGINT)
    goes_on.set()
    assert (ran.status, seconds < 5) == (130, True)
    del shop.pages["2"]
    assert fork(workplace, "drain").await_end().status == 0
    assert shop.asked == ["1", "2", "2"]
    assert outcomes(workplace) == ["accepted"]


def test_a_command_that_waits_for_dagsters_storage_stops(workplace: Workplace, fork: Fork) -> None:
    assert workplace.pipeline
    folder = os.open(workplace.home / ".dagster" / "runs", os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        running = fork(workplace, "post-process", "--json")
        time.sleep(1)
        stopped(running, SIGINT)
    finally:
        os.close(folder)


@pytest.mark.parametrize(
    "variables",
    [
        {"CATALOGUE_URL": "mysql+mysqlconnector://root@ADDRESS/nowhere"},
        {
            "PIPELINE_FILES_URL": "s3://bucket/nowhere",
            "AWS_ENDPOINT_URL": "http://ADDRESS",
            "AWS_ALLOW_HTTP": "true",
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
        },
    ],
    ids=["database", "object store"],
)
def test_a_command_that_waits_for_an_unreachable_server_stops(
    variables: dict[str, str], workplace: Workplace, fork: Fork
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{unused.getsockname()[1]}"
        there = {name: value.replace("ADDRESS", address) for name, value in variables.items()}
        running = fork(workplace, "drain", "--json", PIPELINE_RETRY_WAIT_S="60", **there)
        until(lambda: "Next try in 60 s" in said(workplace).replace("\n", " "))
        ran = stopped(running, SIGTERM)
    left = 0 if "CATALOGUE_URL" in variables else None
    assert ran.json() == {
        "interrupted": "SIGTERM",
        "files_left": {"barcode_enrichment_inbox": left, "product_inbox": left},
    }
    assert f"Left: {'no file' if left == 0 else 'an unknown number of files in '}" in ran.err


@pytest.mark.parametrize("number", [SIGINT, SIGTERM])
def test_a_signal_while_a_command_is_still_being_imported_stops_it(
    number: int, workplace: Workplace
) -> None:
    with subprocess.Popen(
        [str(SCRIPT), "status", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        until(lambda: hears(process.pid, SIGTERM))
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, "Traceback" in err) == (128 + number, False)
    assert Ran(0, out, err).json()["interrupted"] == signal.Signals(number).name


def hears(process_id: int, number: int) -> bool:
    """Whether the process handles this signal by now."""
    lines = Path(f"/proc/{process_id}/status").read_text().splitlines()
    caught = next(line for line in lines if line.startswith("SigCgt:"))
    return bool(int(caught.split()[1], 16) >> (number - 1) & 1)
