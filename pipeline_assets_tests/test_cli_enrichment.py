"""`enrich`, and what `drain`, `status` and `requeue` do with the enrichment inbox."""

import os
import pty
import re
import subprocess
from collections.abc import Iterator

import pytest

from pipeline_assets_tests.commands import SCRIPT, Command, in_this_process, outcomes
from pipeline_assets_tests.enrichment.shop import (
    Operator,
    Shop,
    answer,
    at_shop,
    gtin,
    linked_page,
    open_shop,
    to_enrich,
)
from pipeline_assets_tests.workplace import Workplace, row


@pytest.fixture
def shop(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """A shop that the settings name."""
    with open_shop() as shop:
        at_shop(shop, monkeypatch)
        yield shop


@pytest.fixture
def command(capfd: pytest.CaptureFixture[str]) -> Command:
    """Runs commands in this process."""
    return in_this_process(capfd)


def test_enrich_says_what_became_of_each_file(
    workplace: Workplace, shop: Shop, command: Command
) -> None:
    shop.pages["2"] = linked_page(mpn="none")
    to_enrich(workplace, "coles.jsonl", [shop.row("1"), shop.row("2")])
    to_enrich(workplace, "broken.jsonl", [])
    ran = command("enrich", "--json", "--strict")
    assert ran.status == 3
    report = ran.json()
    assert outcomes(report) == {
        "coles.jsonl": ("accepted", None),
        "broken.jsonl": ("quarantined", "no_metadata"),
    }
    (figures,) = [one["figures"] for one in report["files"] if one["figures"]]
    assert figures == {
        "rows_read": 2,
        "rows_from_catalogue": 0,
        "rows_found": 1,
        "rows_none": 1,
        "rows_unanswered": 0,
        "rows_gone": 0,
        "rows_blocked": 0,
        "rows_unavailable": 0,
        "rows_unreachable": 0,
        "rows_forbidden": 0,
        "rows_unreadable": 0,
    }
    assert report["left"] == {"halted": {}}
    assert workplace.files("product_inbox") == ["coles.jsonl"]


def test_people_read_a_table(workplace: Workplace, shop: Shop, command: Command) -> None:
    to_enrich(workplace, "coles.jsonl", [shop.row("1")])
    to_enrich(workplace, "broken.jsonl", [])
    ran = command("enrich")
    assert ran.status == 0
    assert "coles.jsonl        enriched       1     0     1    0    0" in ran.out
    assert "broken.jsonl (no_metadata): The file is empty" in ran.out
    assert "enriched coles.jsonl" in ran.err


def test_rows_that_stay_open_are_counted_by_the_reason(
    workplace: Workplace, shop: Shop, command: Command
) -> None:
    shop.pages |= {"2": answer(404), "3": answer(410), "4": answer(418)}
    rows = [shop.row(str(number)) for number in range(1, 5)]
    rows.append(shop.row("5", url="https://elsewhere.example.org/5"))
    to_enrich(workplace, "coles.jsonl", rows)
    to_enrich(workplace, "all-answered.jsonl", [shop.row("6")])
    ran = command("enrich")
    assert ran.status == 0
    told = [line for line in ran.out.splitlines() if " open: " in line]
    assert told == ["coles.jsonl: 4 rows open: 2 gone, 1 forbidden, 1 unreadable"]
    to_enrich(workplace, "again.jsonl", [*rows[1:4], shop.row("7")])
    (report,) = command("enrich", "--json").json()["files"]
    figures = {name: count for name, count in report["figures"].items() if count}
    assert figures == {
        "rows_read": 4,
        "rows_found": 1,
        "rows_unanswered": 3,
        "rows_gone": 2,
        "rows_unreadable": 1,
    }


def test_a_failed_enrichment_does_not_keep_product_files_from_being_taken(
    workplace: Workplace, shop: Shop, command: Command
) -> None:
    shop.pages_per_session = 0
    to_enrich(workplace, "coles.jsonl", [shop.row("1")])
    workplace.drop("aldi.jsonl", [row("1", 1.5)])
    ran = command("drain", "--json")
    assert ran.status == 1
    report = ran.json()
    assert outcomes(report) == {"aldi.jsonl": ("accepted", None)}
    assert report["post_processing"]["success"] is True
    (halted,) = report["barcode_enrichment"]["left"]["halted"].items()
    assert halted[0] == "coles.jsonl"
    assert halted[1].startswith("5 renewed sessions in a row were blocked")

    ran = command("status")
    assert ran.status == 1
    assert "barcode_enrichment_inbox: 0 waiting, 0 arriving, 0 in progress, 1 halted" in ran.out
    assert "5 renewed sessions in a row were blocked" in ran.out.replace("\n", " ")
    assert "  pipeline-assets requeue coles.jsonl" in ran.out.splitlines()

    shop.pages_per_session = 10
    Operator(workplace.data / "cookies.txt").export()
    assert "coles.jsonl (from barcode_enrichment_inbox)" in command("requeue", "--all-halted").out
    ran = command("drain", "--json")
    assert ran.status == 0
    assert outcomes(ran.json()) == {"coles.jsonl": ("accepted", None)}
    shown = "SELECT sku, barcode, price FROM store_prices WHERE company = 'coles'"
    assert workplace.rows(shown) == [("1", gtin(1), 2.5)]


def teston_a_terminal_a_bar_shows_rows_found_none_left_and_the_pace(
    workplace: Workplace, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIPELINE_ENRICHMENT_PAUSE_S", "0.1")
    shop.pages["2"] = linked_page(mpn="none")
    to_enrich(workplace, "coles.jsonl", [shop.row(str(number)) for number in range(1, 21)])
    shown = on_a_terminal("enrich")
    assert "coles.jsonl" in shown
    assert re.search(r"\d+ found, 1 none, 0 known, \d+ left, \d+ requests/min", shown)
    assert "20/20" in shown


def on_a_terminal(*arguments: str) -> str:
    """What a command writes to a terminal of 160 columns."""
    ours, theirs = pty.openpty()
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "160"}
    with subprocess.Popen(
        [str(SCRIPT), *arguments], stdout=theirs, stderr=theirs, env=environment
    ) as process:
        os.close(theirs)
        shown = b"".join(_pieces(ours))
    os.close(ours)
    assert process.returncode == 0, shown
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode())


def _pieces(descriptor: int) -> Iterator[bytes]:
    while True:
        try:
            piece = os.read(descriptor, 4096)
        except OSError:  # how a pseudo-terminal tells that its other end is closed
            return
        yield piece
