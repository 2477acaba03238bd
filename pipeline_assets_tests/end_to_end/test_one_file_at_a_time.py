"""Several files to enrich, by the daemon alone or alongside commands: one run each, never two."""

import subprocess
from itertools import groupby
from typing import Any

import pytest

from pipeline_assets_tests.commands import SCRIPT
from pipeline_assets_tests.end_to_end.dagster_dev import Ui, dagster_dev, eventually
from pipeline_assets_tests.enrichment.shop import Shop, at_shop, open_shop, to_enrich
from pipeline_assets_tests.workplace import Workplace

FILES = ["one.jsonl", "two.jsonl", "three.jsonl", "late.jsonl"]
ROWS_PER_FILE = 10
RUNS = """{runsOrError {... on Runs {results {
    runId jobName status endTime tags {key value} }}}}"""


@pytest.mark.parametrize(
    "commands",
    [
        pytest.param(0, id="the daemon alone", marks=pytest.mark.soak),
        pytest.param(2, id="beside two commands"),
    ],
)
def test_four_files_are_enriched_one_after_the_other(
    commands: int, workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert workplace.pipeline  # the catalogue exists before two processes open it
    with open_shop() as shop:
        at_shop(shop, monkeypatch, pause_s=0.15)
        # Product files would be taken by the daemon too: this one's are to be looked at.
        monkeypatch.setenv("PIPELINE_SETTLE_S", "0")
        for number, name in enumerate(FILES[:3]):
            to_enrich(workplace, name, rows(shop, number))
        with dagster_dev(workplace.home, workplace.root / "dev.log") as ui:
            processes = [
                subprocess.Popen([str(SCRIPT), "enrich", "--json"], stdout=subprocess.DEVNULL)
                for _ in range(commands)
            ]
            eventually(lambda: len(shop.asked) > ROWS_PER_FILE + 3, 90, workplace.root / "dev.log")
            to_enrich(workplace, FILES[3], rows(shop, 3))
            eventually(lambda: is_done(workplace), 120, workplace.root / "dev.log")
            assert [process.wait(60) for process in processes] == [0] * commands
            runs = enrichment_runs(ui)
    assert sorted(file_of(run) for run in runs) == sorted(FILES)
    assert {run["status"] for run in runs} == {"SUCCESS"}
    # By the pages, not by the runs: a file is free for the next run before its own has ended.
    assert len([file for file, _ in groupby(shop.asked, key=file_of_page)]) == len(FILES)
    attempts = workplace.rows(
        "SELECT name, outcome FROM file_attempts WHERE inbox = 'barcode_enrichment_inbox' "
        "AND outcome <> 'asked' ORDER BY attempt_id"
    )
    assert sorted(attempts) == [(name, "accepted") for name in sorted(FILES)]
    assert len(shop.asked) == len(set(shop.asked)) == ROWS_PER_FILE * len(FILES)
    enriched = "SELECT COUNT(*) FROM enriched_files WHERE rows_found = :rows"
    assert workplace.one(enriched, rows=ROWS_PER_FILE) == len(FILES)


def rows(shop: Shop, number: int) -> list[dict[str, Any]]:
    """The rows of a file of its own store and SKUs."""
    first = 1000 * (number + 1)
    made = [shop.row(str(first + index)) for index in range(ROWS_PER_FILE)]
    for row in made:
        row["metadata"]["store_id"] = f"COL:{number}"
    return made


def file_of_page(sku: str) -> int:
    """The number of the file that names a page's SKU."""
    return int(sku) // 1000 - 1


def is_done(place: Workplace) -> bool:
    """Whether all four files have gone on."""
    done = place.one("SELECT COUNT(*) FROM enriched_files WHERE moved_at IS NOT NULL")
    return bool(done == len(FILES))


def enrichment_runs(ui: Ui) -> list[dict[str, Any]]:
    """The runs of the job, once none is under way."""

    def ended() -> list[dict[str, Any]] | None:
        runs = [
            run
            for run in ui.ask(RUNS)["runsOrError"]["results"]
            if run["jobName"] == "barcode_enrichment"
        ]
        return runs if all(run["endTime"] for run in runs) else None

    return eventually(ended, 30)


def file_of(run: dict[str, Any]) -> str:
    """The file that a run took."""
    return next(str(tag["value"]) for tag in run["tags"] if tag["key"] == "pipeline/file")
