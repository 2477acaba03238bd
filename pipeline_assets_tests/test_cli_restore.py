"""`pipeline-assets restore`: a backup put back, and nothing lost that was accepted since."""

import os
import re
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from alembic import command as alembic
from sqlalchemy import text

from pipeline_assets.catalogue.database.engine import engine_for, writing
from pipeline_assets.catalogue.database.migrate import alembic_config
from pipeline_assets.orchestration.names import PROCESS_TAG, PRODUCT_UPDATE
from pipeline_assets.services.files.liveness import this_process
from pipeline_assets.services.operators.requeue import requeue
from pipeline_assets_tests.commands import Command, in_this_process, outcomes
from pipeline_assets_tests.contents import contents, differences
from pipeline_assets_tests.enrichment.shop import at_shop, open_shop, to_enrich
from pipeline_assets_tests.workplace import Workplace, row


@pytest.fixture
def command(workplace: Workplace, capfd: pytest.CaptureFixture[str]) -> Command:
    """Runs a command in the workplace."""
    return in_this_process(capfd)


def day(number: int, store: str = "G1", skus: int = 20) -> list[dict[str, Any]]:
    """A store's snapshot of a day; each day a SKU is gone and another one is new."""
    date = f"2025-09-{number:02}"
    listed = range(number, number + skus)
    return [
        row(str(sku), 1 + (sku * number) % 7, name=f"Tea {sku} 100g", store_id=store, day=date)
        for sku in listed
    ]


def back_up(command: Command, place: Workplace, name: str = "copy.sqlite") -> Path:
    """A backup of what the workplace has now."""
    target = place.root / name
    assert command("backup", str(target)).status == 0
    return target


def take_two_days(place: Workplace) -> None:
    for number in (1, 2):
        for store in ("G1", "G2"):
            place.take(f"{store}-{number}.jsonl", day(number, store))
    place.post_process()


def test_what_was_accepted_since_the_backup_comes_back(
    command: Command, workplace: Workplace
) -> None:
    take_two_days(workplace)
    backup = back_up(command, workplace)
    workplace.take("monday.jsonl", day(3))
    workplace.take("monday.jsonl", day(4))  # the same name again, as scrapers do it
    workplace.take("other.jsonl", day(3, "G2"))
    workplace.take("small.jsonl", day(4, "G2", skus=5))  # refused as partial, then forced
    requeue(workplace.pipeline, "small.jsonl", force=True)
    workplace.ingest("small.jsonl")
    workplace.take("broken.jsonl", b"no snapshot\n")
    workplace.post_process()
    before, files = contents(workplace, with_figures=False), workplace.files("archive")
    refused = workplace.files("quarantine")

    done = command("restore", str(backup), "--force", "--json").json()
    sent = [(one["store_id"], one["scraped_at"][:10]) for one in done["sent_back"]]
    assert sorted(sent[:2]) == [("G1", "2025-09-02"), ("G2", "2025-09-02")]
    assert sorted(sent[2:]) == [("G1", "2025-09-03"), ("G2", "2025-09-03")]
    assert done["left"] == []
    assert len(workplace.files("product_inbox")) == 4
    assert workplace.files("quarantine") == refused
    assert workplace.one("SELECT COUNT(*) FROM ingested_files") == 4

    drained = command("drain", "--json").json()
    assert {outcome for outcome, _ in outcomes(drained).values()} == {"accepted"}
    assert differences(before, contents(workplace, with_figures=False)) == {}
    assert len(workplace.files("archive")) == len(files)
    with closing(sqlite3.connect(done["kept"])) as kept:
        assert kept.execute("SELECT COUNT(*) FROM ingested_files").fetchone() == (8,)


def test_a_process_that_has_the_catalogue_open_sees_the_restored_one(
    command: Command, workplace: Workplace
) -> None:
    take_two_days(workplace)
    backup = back_up(command, workplace)
    workplace.take("3.jsonl", day(3))
    wanted = "SELECT COUNT(*) FROM ingested_files"
    with closing(sqlite3.connect(str(workplace.pipeline.settings.catalogue_file))) as other:
        assert other.execute(wanted).fetchone() == (5,)
        assert command("restore", str(backup), "--force").status == 0
        assert other.execute(wanted).fetchone() == (4,)
        assert other.execute("SELECT COUNT(*) FROM store_prices").fetchone() == (40,)


def test_a_catalogue_with_content_is_replaced_only_by_force(
    command: Command, workplace: Workplace
) -> None:
    take_two_days(workplace)
    backup = back_up(command, workplace)
    workplace.take("3.jsonl", day(3))
    before, archived = workplace.tables(without=()), workplace.files("archive")
    ran = command("restore", str(backup))
    assert ran.status == 2
    assert "a catalogue with content" in " ".join(ran.err.split())
    planned = command("restore", str(backup), "--dry-run", "--json").json()
    assert [one["name"][13:] for one in planned["sent_back"]] == ["3.jsonl"]
    assert planned["rows"]["ingested_files"] == 4
    assert "would go to product_inbox/: 1" in command("restore", str(backup), "--dry-run").out
    assert workplace.tables(without=()) == before
    assert workplace.files("archive") == archived
    names = {path.name for path in workplace.data.iterdir() if path.is_file()}
    assert {name for name in names if "restor" in name or "keep" in name} == set()


def test_an_empty_or_missing_catalogue_needs_no_force(
    command: Command, workplace: Workplace
) -> None:
    take_two_days(workplace)
    backup = back_up(command, workplace)
    before = contents(workplace)
    workplace.pipeline.engine.dispose()
    file = workplace.data / "catalogue.sqlite"
    for path in workplace.data.glob("catalogue.sqlite*"):
        path.unlink()
    done = command("restore", str(backup), "--json").json()
    assert (done["kept"], done["sent_back"]) == (None, [])
    assert differences(before, contents(workplace)) == {}
    assert file.exists()
    assert command("prepare").status == 0


def test_a_damaged_catalogue_is_kept_as_it_is(command: Command, workplace: Workplace) -> None:
    take_two_days(workplace)
    backup = back_up(command, workplace)
    workplace.take("3.jsonl", day(3))
    before = contents(workplace)
    workplace.pipeline.engine.dispose()
    (workplace.data / "catalogue.sqlite").write_bytes(b"overwritten by something" * 1000)
    assert command("restore", str(backup)).status == 2
    done = command("restore", str(backup), "--force", "--json").json()
    assert Path(done["kept"]).read_bytes().startswith(b"overwritten by something")
    assert [one["name"] for one in done["sent_back"]] == ["3.jsonl"]
    workplace.ingest("3.jsonl")
    workplace.post_process()
    restored = contents(workplace, with_figures=False)
    assert restored["prices"] == before["prices"]
    assert restored["price_history"] == before["price_history"]


def damaged(path: Path) -> None:
    content = bytearray(path.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 8192] = os.urandom(8192)
    path.write_bytes(content)


def of_another_program(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE notes (text)")


def of_a_newer_version(path: Path) -> None:
    with closing(sqlite3.connect(path)) as newer:
        newer.execute("UPDATE alembic_version SET version_num = '9999'")
        newer.commit()


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (damaged, "damaged|no backup that can be read|cannot be restored"),
        (of_another_program, "but no catalogue"),
        (of_a_newer_version, "written by a newer version"),
        (lambda path: path.write_text("text"), "no backup that can be read"),
        (lambda path: path.unlink(), "There is no file"),
    ],
)
def test_what_is_no_sound_backup_is_refused_and_changes_nothing(
    command: Command, workplace: Workplace, spoil: Any, says: str
) -> None:
    take_two_days(workplace)
    backup = back_up(command, workplace)
    spoil(backup)
    before = workplace.tables(without=())
    ran = command("restore", str(backup), "--force")
    assert ran.status == 2
    assert re.search(says, " ".join(ran.err.split())), ran.err
    assert workplace.tables(without=()) == before
    left = [path.name for path in workplace.data.iterdir() if "restor" in path.name]
    assert left == []


def test_a_backup_of_an_older_version_is_migrated(command: Command, workplace: Workplace) -> None:
    assert workplace.pipeline
    old = workplace.root / "old.sqlite"
    engine = engine_for(f"sqlite:///{old}")
    with writing(engine) as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        alembic.upgrade(config, "0007")
        connection.execute(
            text("INSERT INTO companies VALUES ('aldi', '2025-09-01 00:00:00.000000')")
        )
    engine.dispose()
    content = old.read_bytes()
    assert command("restore", str(old)).status == 0
    assert workplace.rows("SELECT company FROM companies") == [("aldi",)]
    assert workplace.rows("SELECT latitude FROM stores") == []
    assert old.read_bytes() == content
    workplace.take("1.jsonl", day(1))


def test_sources_of_enriched_files_stay_in_the_archive(
    command: Command, workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_two_days(workplace)
    backup = back_up(command, workplace)
    with open_shop() as shop:
        at_shop(shop, monkeypatch)
        to_enrich(workplace, "coles.jsonl", [shop.row("1"), shop.row("2")])
        to_enrich(workplace, "waits.jsonl", [shop.row("3") | {"metadata": row()["metadata"]}])
        workplace.enrich()
    workplace.ingest("coles.jsonl")  # the other one stays in the product inbox
    before = contents(workplace, with_figures=False)
    assert len(workplace.files("archive")) == 4 + 3
    done = command("restore", str(backup), "--force", "--json").json()
    assert [one["name"] for one in done["sent_back"]] == ["coles.jsonl"]
    assert sorted(name[13:] for name in done["left"]) == ["coles.jsonl", "waits.jsonl"]
    assert workplace.files("product_inbox") == ["coles.jsonl", "waits.jsonl"]
    assert workplace.ingest("coles.jsonl").reason is None
    assert contents(workplace, with_figures=False)["skus"] == before["skus"]


def test_nothing_is_replaced_while_work_is_in_progress(
    command: Command, workplace: Workplace
) -> None:
    take_two_days(workplace)
    backup = back_up(command, workplace)
    job = workplace.definitions.resolve_job_def(PRODUCT_UPDATE)
    run = workplace.instance.create_run_for_job(
        job, status=dg.DagsterRunStatus.STARTED, tags={PROCESS_TAG: this_process()}
    )
    ran = command("restore", str(backup), "--force")
    assert ran.status == 1
    assert f"run {run.run_id[:8]} of product_update" in " ".join(ran.err.split())
    assert command("restore", "--send-back").status == 1
    workplace.instance.delete_run(run.run_id)

    dead = subprocess.Popen(["true"])
    dead.wait()
    gone = f"{this_process().split('/')[0]}/{dead.pid}/1"
    workplace.instance.create_run_for_job(
        job, status=dg.DagsterRunStatus.STARTED, tags={PROCESS_TAG: gone}
    )
    with writing(workplace.pipeline.engine) as connection:
        connection.execute(
            text("UPDATE file_attempts SET outcome = 'started', process = :p WHERE attempt_id = 1"),
            {"p": this_process()},
        )
    ran = command("restore", str(backup), "--force")
    assert ran.status == 1
    assert "product_inbox/G1-1.jsonl" in " ".join(ran.err.split())
    with writing(workplace.pipeline.engine) as connection:
        connection.execute(
            text("UPDATE file_attempts SET process = :p WHERE attempt_id = 1"), {"p": gone}
        )
    assert command("restore", str(backup), "--force").status == 0


def test_it_is_used_with_a_file_or_to_send_back(command: Command, workplace: Workplace) -> None:
    assert workplace.pipeline
    assert command("restore").status == 2
    assert command("restore", "x.sqlite", "--send-back").status == 2
