"""`pipeline-assets stores`: a directory brought in, and which stores to scrape next."""

import gzip
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text

from pipeline_assets.catalogue.database.engine import writing
from pipeline_assets_tests.commands import Command, Ran, in_this_process, process
from pipeline_assets_tests.workplace import Workplace, row

ON_BOTH_DATABASES = True

HEADING = "company,store_id,store_name,suburb,state,postcode,latitude,longitude\n"
DIRECTORY = (
    HEADING
    + "aldi,G1,Dalby,Dalby,QLD,4405,-27.18,151.26\n"
    + "aldi,G2,,,NSW,,,\n"
    + "iga,1,Ärger & Söhne,,VIC,,,\n"
)


@pytest.fixture
def command(workplace: Workplace, capfd: pytest.CaptureFixture[str]) -> Command:
    """Runs a command in the workplace."""
    return in_this_process(capfd)


def bring_in(command: Command, place: Workplace, listed: str, *options: str) -> Ran:
    file = place.root / "stores.csv"
    file.write_text(listed, encoding="utf-8")
    return command("stores", "import", str(file), *options)


def given_next(command: Command, *options: str) -> list[tuple[str, str]]:
    stores = command("stores", "next", "--json", *options).json()["stores"]
    return [(one["store_id"], one["reason"]) for one in stores]


def test_a_directory_is_brought_in_once(command: Command, workplace: Workplace) -> None:
    done = bring_in(command, workplace, DIRECTORY, "--json").json()
    assert done == {"new": 3, "changed": 0, "unchanged": 0, "refused": []}
    assert workplace.rows(
        "SELECT company, store_id, store_name, suburb, state, postcode, latitude, longitude "
        "FROM stores ORDER BY company, store_id"
    ) == [
        ("aldi", "G1", "Dalby", "Dalby", "QLD", "4405", -27.18, 151.26),
        ("aldi", "G2", None, None, "NSW", None, None, None),
        ("iga", "1", "Ärger & Söhne", None, "VIC", None, None, None),
    ]
    before = workplace.tables()
    assert bring_in(command, workplace, DIRECTORY, "--json").json()["unchanged"] == 3
    assert workplace.tables() == before


def test_a_packed_file_with_a_byte_order_mark_is_read(
    command: Command, workplace: Workplace
) -> None:
    file = workplace.root / "stores.csv.gz"
    file.write_bytes(gzip.compress(DIRECTORY.encode("utf-8-sig")))
    assert "3 new stores" in command("stores", "import", str(file)).out


def test_rows_are_refused_one_by_one(command: Command, workplace: Workplace) -> None:
    broken = DIRECTORY + "aldi,,nowhere\n" + 'aldi,G9,"two\nlines",,,,95,0\n'
    ran = bring_in(command, workplace, broken)
    assert ran.status == 0
    assert "3 new stores, 0 with news, 0 known as they are, 2 rows refused" in ran.out
    assert "line 5: store_id is empty" in ran.out
    assert "line 7: latitude is not a number from -90 to 90" in ran.out
    assert bring_in(command, workplace, broken, "--strict").status == 3


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"company,name\n", "has no column store_id"),
        (b"", "has no column company and no column store_id"),
        (b"company,store_id\n\xff\xfe,1\n", "cannot be read as a CSV file in UTF-8"),
        (None, "cannot be read as a CSV file"),
    ],
)
def test_a_file_that_is_no_directory_is_refused_in_a_sentence(
    command: Command, workplace: Workplace, content: bytes | None, says: str
) -> None:
    file = workplace.root / "other.csv"
    if content is not None:
        file.write_bytes(content)
    ran = command("stores", "import", str(file))
    assert ran.status == 2
    assert says in " ".join(ran.err.split())


def test_a_snapshot_and_the_directory_erase_nothing_of_each_other(
    command: Command, workplace: Workplace
) -> None:
    bring_in(command, workplace, DIRECTORY)
    line = row(store_id="G1")
    line["metadata"] |= {"store_name": "Dalby Central"}
    workplace.take("a.jsonl", [line])
    workplace.take("b.jsonl", [row(store_id="G5")])
    bring_in(command, workplace, DIRECTORY + "aldi,G5,New,New,,,,\n")
    known = "SELECT store_id, store_name, suburb, state FROM stores WHERE company = 'aldi'"
    assert sorted(workplace.rows(known)) == [
        ("G1", "Dalby Central", "Dalby", "QLD"),
        ("G2", None, None, "NSW"),
        ("G5", "New", "New", None),
    ]
    anchors = workplace.rows("SELECT anchor_store_id FROM store_groups ORDER BY 1")
    assert anchors == [("G1",), ("G5",)]  # a store gets its group with its first snapshot


def test_stores_come_in_the_order_of_their_worth(command: Command, workplace: Workplace) -> None:
    bring_in(command, workplace, DIRECTORY)
    now = workplace.pipeline.clock()
    for store, age in (("G3", 30), ("G4", 20), ("G5", 0)):
        day = (now - timedelta(days=age)).date().isoformat()
        workplace.take(f"{store}.jsonl", [row(store_id=store, day=day)])
    assert given_next(command, "--company", "aldi", "--with-current") == [
        ("G1", "never scraped"),
        ("G2", "never scraped"),
        ("G3", "stale"),
        ("G4", "stale"),
        ("G5", "current"),
    ]
    assert given_next(command, "--limit", "2", "--company", "iga") == [("1", "never scraped")]
    assert "stale" in command("stores", "next").out
    assert "current" not in command("stores", "next").out


def test_a_claim_lasts_until_its_time_or_the_next_snapshot(
    command: Command, workplace: Workplace
) -> None:
    bring_in(command, workplace, DIRECTORY)
    assert len(given_next(command, "--claim", "4h", "--limit", "2")) == 2
    assert given_next(command) == [("1", "never scraped")]
    workplace.take("a.jsonl", [row(store_id="G1", day="2025-09-01")])
    assert ("G1", "stale") in given_next(command)
    until = {one for (one,) in workplace.rows("SELECT claimed_until FROM stores")}
    assert len(until) == 2  # one claim is left
    with writing(workplace.pipeline.engine) as connection:
        connection.execute(text("UPDATE stores SET claimed_until = '2025-01-01 00:00:00'"))
    assert ("G2", "never scraped") in given_next(command)


@pytest.mark.parametrize("duration", ["4", "0h", "-1h", "4 hours", "99999d"])
def test_a_claim_that_is_no_duration_is_refused(command: Command, duration: str) -> None:
    ran = command("stores", "next", f"--claim={duration}")
    assert ran.status == 2
    assert "such as 30m, 4h or 2d" in ran.err


def test_scrapers_that_ask_at_once_get_different_stores(
    command: Command, workplace: Workplace
) -> None:
    rows = "".join(f"aldi,G{number},,,,,,\n" for number in range(40))
    bring_in(command, workplace, HEADING + rows)
    ask = ("stores", "next", "--limit", "10", "--claim", "1h", "--json")
    with ThreadPoolExecutor(4) as scrapers:
        asked = [scrapers.submit(process, workplace, *ask) for _ in range(4)]
    given = [one["store_id"] for ran in asked for one in ran.result().json()["stores"]]
    assert len(given) == len(set(given)) == 40
