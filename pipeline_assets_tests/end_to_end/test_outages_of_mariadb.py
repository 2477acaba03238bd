"""The database server goes away in the middle of a drain and comes back: nothing is lost."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from sqlalchemy import make_url

from pipeline_assets.errors import CatalogueUnavailableError
from pipeline_assets_tests.commands import SCRIPT, Ran, process
from pipeline_assets_tests.contents import contents, differences
from pipeline_assets_tests.end_to_end.dagster_dev import eventually
from pipeline_assets_tests.end_to_end.many_ingests import overlapping_files
from pipeline_assets_tests.mariadb import MariaDb
from pipeline_assets_tests.mysql_server import Server
from pipeline_assets_tests.workplace import Workplace, row

SEED = 7
WRONG = "hunter2"


def drain_with_an_outage(
    place: Workplace, server: MariaDb, how: int, seconds: float, stores: int
) -> Ran:
    """Drain a process of its own, and have no server for so long once two files are in."""
    with subprocess.Popen(
        [str(SCRIPT), "drain", "--json"],
        env=os.environ | place.environment | {"PIPELINE_RETRY_WAIT_S": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as drain:
        taken = "SELECT COUNT(*) FROM ingested_files"
        eventually(lambda: place.one(taken) >= 2, 60)
        assert place.one(taken) < stores
        place.pipeline.engine.dispose()
        server.stop(how)
        time.sleep(seconds)
        assert drain.poll() is None, "the drain did not wait"
        server.start()
        out, err = drain.communicate(timeout=180)
    return Ran(drain.returncode, out, err)


def check_outage(
    workplace: Workplace, server: MariaDb, tmp_path: Path, how: int, seconds: float
) -> None:
    files = overlapping_files(SEED, stores=12)
    (tmp_path / "undisturbed").mkdir()
    with Workplace.create(tmp_path / "undisturbed") as undisturbed:
        for name, rows in files.items():
            undisturbed.drop(name, rows)
        assert process(undisturbed, "drain").status == 0
        expected = contents(undisturbed, with_figures=False)
    workplace.catalogue_url = server.new_database()
    assert workplace.pipeline
    for name, rows in files.items():
        workplace.drop(name, rows)
    ran = drain_with_an_outage(workplace, server, how, seconds, len(files))
    assert ran.status == 0, ran.err
    assert {one["outcome"] for one in ran.json()["files"]} == {"accepted"}
    assert differences(expected, contents(workplace, with_figures=False)) == {}
    assert workplace.files("product_inbox") == []
    assert len(workplace.files("archive")) == len(files)
    said = workplace.rows("SELECT outcome, COUNT(*) FROM file_attempts GROUP BY outcome")
    assert dict(said)["accepted"] == len(files)
    assert set(dict(said)) <= {"accepted", "failed", "started"}


def test_a_drain_goes_on_when_the_server_is_back(
    workplace: Workplace, breakable_mariadb: MariaDb, tmp_path: Path
) -> None:
    check_outage(workplace, breakable_mariadb, tmp_path, signal.SIGKILL, seconds=4)


@pytest.mark.repeats
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL], ids=["stopped", "killed"])
def test_a_drain_goes_on_when_the_server_is_back_after_a_minute(
    workplace: Workplace, breakable_mariadb: MariaDb, tmp_path: Path, how: int
) -> None:
    check_outage(workplace, breakable_mariadb, tmp_path, how, seconds=60)


def test_a_drain_that_finds_no_server_waits_for_it_and_says_so(
    workplace: Workplace, breakable_mariadb: MariaDb
) -> None:
    workplace.catalogue_url = breakable_mariadb.new_database()
    workplace.drop("a.jsonl", [row()])
    breakable_mariadb.stop()
    with subprocess.Popen(
        [str(SCRIPT), "drain", "--json"],
        env=os.environ | workplace.environment | {"PIPELINE_RETRY_WAIT_S": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as drain:
        assert drain.stderr
        said = drain.stderr.readline()
        breakable_mariadb.start()
        out, _ = drain.communicate(timeout=120)
    assert "cannot be reached" in said
    assert "Next try in 1 s" in said
    assert drain.returncode == 0, out
    assert workplace.one("SELECT COUNT(*) FROM store_prices") == 1


def test_a_wrong_password_is_said_at_once_and_no_password_is_shown(
    workplace: Workplace, mariadb: Server
) -> None:
    url = make_url(mariadb.new_database()).set(username="nobody", password=WRONG)
    workplace.catalogue_url = url.render_as_string(hide_password=False)
    for command in ("drain", "status", "post-process"):
        ran = process(workplace, command)
        assert ran.status == 1
        assert "Access denied" in ran.err
        assert f"nobody:***@{mariadb.host}" in ran.err
        assert WRONG not in ran.out + ran.err
    with pytest.raises(CatalogueUnavailableError) as refused:
        _ = workplace.pipeline
    assert not refused.value.is_transient
