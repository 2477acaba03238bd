"""Which process works on a file, by host, process id and start; and whether it still does."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import psutil
import pytest

from pipeline_assets.inbox.folders import Inbox
from pipeline_assets.services.files.liveness import is_alive, is_dead, this_process
from pipeline_assets_tests.domain.files.facts import NOW, attempt

HOST = socket.gethostname()
INBOX = Inbox("product_inbox", Path("/inbox"), max_work_s=60)


@pytest.fixture
def child() -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen(["sleep", "60"]) as process:
        yield process
        process.kill()


def name_of(process_id: int) -> str:
    return f"{HOST}/{process_id}/{int(psutil.Process(process_id).create_time())}"


def test_a_process_is_named_by_its_host_id_and_start_and_is_alive() -> None:
    assert this_process() == name_of(os.getpid())
    assert is_alive(this_process()) is True


def test_a_process_that_ended_is_not_alive_even_before_its_parent_has_noticed(
    child: "subprocess.Popen[bytes]",
) -> None:
    name = name_of(child.pid)
    assert is_alive(name) is True
    child.kill()
    while psutil.Process(child.pid).status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)
    assert is_alive(name) is False
    child.wait(10)
    assert is_alive(name) is False


def test_another_process_with_the_same_id_is_not_the_one_that_began() -> None:
    host, process_id, started = this_process().split("/")
    assert is_alive(f"{host}/{process_id}/{int(started) - 1}") is False


@pytest.mark.parametrize(
    "process",
    [None, "", "1", f"{HOST}/1", f"not-{HOST}/{os.getpid()}/1"],
    ids=["none", "empty", "number", "host", "elsewhere"],
)
def test_of_a_process_elsewhere_or_without_a_full_name_nothing_is_known(
    process: str | None,
) -> None:
    assert is_alive(process) is None


@pytest.mark.parametrize(("age_s", "expected"), [(60, False), (61, True)])
def test_work_of_which_nothing_is_known_counts_as_dead_once_it_takes_too_long(
    age_s: float, expected: bool
) -> None:
    assert is_dead(attempt(process="far/1/1", age_s=age_s), INBOX, NOW) is expected


def test_work_of_a_living_process_is_not_dead_however_long_it_takes() -> None:
    later: datetime = NOW + timedelta(days=9)
    assert is_dead(attempt(process=this_process()), INBOX, later) is False
