"""What an operator does in the morning, in a real browser: see what came, what is wrong, act.

Twelve real files: two are refused, one is broken. `drain` takes seven of them, the daemon five.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest

from pipeline_assets.services.post_processing.steps import STEPS
from pipeline_assets_tests.commands import process
from pipeline_assets_tests.conftest import enter, required_chromium
from pipeline_assets_tests.end_to_end.dagster_dev import Ui, dagster_dev, eventually
from pipeline_assets_tests.end_to_end.operators_browser import Browser, browser_on
from pipeline_assets_tests.workplace import Workplace

DRAINED = [
    "aldi-aldi-store-g700-g700-2025-09-09.jsonl.gz",
    "aldi-carindale-g102-2025-09-09.jsonl.gz",
    "aldi-dalby-g100-2025-09-09.jsonl.gz",
    "aldi-aldi-store-g700-g700-2025-09-12.jsonl.gz",
    "aldi-carindale-g102-2025-09-12.jsonl.gz",
    "aldi-dalby-g100-2025-09-12.jsonl.gz",
]
BY_THE_DAEMON = [
    "aldi-aldi-store-g700-g700-2025-09-22.jsonl.gz",
    "coles-firle-401-2025-09-23.jsonl.gz",
    "iga-local-grocer-north-sydney-2025-09-19.jsonl.gz",
]
PARTIAL, TWICE, BROKEN = "aldi-dalby-g100-2025-09-23.jsonl.gz", "twice.jsonl.gz", "cut-off.jsonl.gz"
REFUSED = {PARTIAL: "partial", TWICE: "duplicate", BROKEN: "unreadable"}
JOB = "/locations/pipeline_assets/jobs/{}"
STEP_NAMES = {step.name for step in STEPS} | {"product_checks", "post_processing_checks"}


@dataclass
class Morning:
    """The place, Dagster's web server with all files handled, and a browser that looks at it."""

    place: Workplace
    ui: Ui
    browser: Browser

    def runs_of(self, job: str) -> list[str]:
        """The ids of a job's runs, as the lists show them."""
        return [run["runId"][:8] for run in self.ui.runs() if run["jobName"] == job]


@pytest.fixture(scope="module")
def morning(real_scrapes: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Morning]:
    """All files are in, and post-processing and the report are done."""
    chromium = required_chromium()
    place = Workplace.create(tmp_path_factory.mktemp("morning"), keeps_logs=True)
    with pytest.MonkeyPatch.context() as patch, enter(place, patch):
        for name in DRAINED:
            shutil.copy(real_scrapes / name, place.inbox)
        shutil.copy(real_scrapes / DRAINED[1], place.inbox / TWICE)
        assert process(place, "drain").status == 0
        for name in (*BY_THE_DAEMON, PARTIAL):
            shutil.copy(real_scrapes / name, place.inbox)
        cut_off = (real_scrapes / "aldi-yass-g498-2025-09-19.jsonl.gz").read_bytes()[:20_000]
        (place.inbox / BROKEN).write_bytes(cut_off)
        log = place.root / "dev.log"
        with dagster_dev(place.home, log) as ui, browser_on(ui.url, chromium) as browser:
            found = Morning(place, ui, browser)
            eventually(lambda: is_over(found), 240, log)
            yield found


def is_over(morning: Morning) -> bool:
    """Whether each file has its run, and what follows a drained inbox was done twice."""
    runs = morning.ui.runs()
    of_job = [
        len([run for run in runs if run["jobName"] == job and run["status"] == "SUCCESS"])
        for job in ("product_update", "post_process_only", "product_update_report")
    ]
    return of_job == [12, 2, 2] and all(run["status"] == "SUCCESS" for run in runs)


def test_the_refused_files_and_why_are_two_clicks_from_the_overview(morning: Morning) -> None:
    browser = morning.browser
    browser.open("/")
    browser.follow("Catalog")
    browser.follow("product_update_report")
    browser.shows(*REFUSED, *REFUSED.values())
    browser.picture("last-night", is_for_docs=True)


def test_the_runs_of_drain_and_daemon_are_on_the_timeline(morning: Morning) -> None:
    browser = morning.browser
    browser.open("/overview/activity/timeline")
    browser.shows("product_update", "post_process_only", "product_update_report")
    browser.picture("timeline", is_for_docs=True)


def test_the_jobs_page_lists_every_run(morning: Morning) -> None:
    browser = morning.browser
    browser.open(JOB.format("product_update") + "/runs")
    runs = morning.runs_of("product_update")
    assert len(runs) == 12
    browser.shows(*runs)
    browser.picture("runs-of-a-job")


def test_runs_are_filtered_by_their_outcome(morning: Morning) -> None:
    browser = morning.browser
    browser.open("/runs?q%5B0%5D=tag%3Apipeline%2Foutcome%3Dquarantined")
    browser.shows(PARTIAL, BROKEN)
    assert DRAINED[0] not in browser.text()
    browser.picture("refused-runs")


def test_an_assets_page_explains_it_and_shows_what_is_wrong(morning: Morning) -> None:
    browser = morning.browser
    browser.open("/assets/processed_products")
    browser.shows(
        "Row count", f"{last_row_count(morning.place, 'processed_products'):,}", "catalogue"
    )
    browser.shows("Columns", "match_key", "skus")
    browser.picture("asset")
    browser.open("/assets/processed_products?view=checks")
    browser.shows("refused_files", "Failed")
    browser.page.get_by_text("refused_files").first.click()
    browser.shows(PARTIAL, "pipeline-assets requeue --force")
    browser.picture("checks", is_for_docs=True)


def test_the_lineage_is_readable(morning: Morning) -> None:
    browser = morning.browser
    browser.open("/asset-groups")
    browser.shows("product_update", "post_processing")
    browser.picture("lineage", is_for_docs=True)


def test_post_processing_alone_is_launched_from_its_launchpad(morning: Morning) -> None:
    browser = morning.browser
    browser.open(JOB.format("post_process_only") + "/playground")
    browser.shows("Launch Run", "relaxed_staleness")
    browser.picture("launchpad")
    browser.press("Launch Run")
    browser.page.wait_for_url("**/runs/*")
    run = browser.page.url.rsplit("/", 1)[-1]
    steps = set(eventually(lambda: steps_once_over(morning.ui, run), 60))
    assert steps == STEP_NAMES
    browser.shows("Success", f"Succeeded ({len(steps)})", *STEP_NAMES)
    browser.picture("post-processing", is_for_docs=True)


def test_one_asset_of_post_processing_is_materialized_alone(morning: Morning) -> None:
    before = {run["runId"] for run in morning.ui.runs()}
    browser = morning.browser
    browser.open("/assets/reconciled_brands")
    browser.press("Materialize")

    def new_run() -> str | None:
        # Sensors may still launch jobs of their own; a run of chosen assets has this name.
        ours = [run for run in morning.ui.runs() if run["jobName"] == "__ASSET_JOB"]
        ended = [run for run in ours if run["runId"] not in before]
        return next((run["runId"] for run in ended if run["status"] == "SUCCESS"), None)

    assert steps_of(morning.ui, eventually(new_run, 60)) == ["reconciled_brands"]
    browser.picture("one-asset")


def last_row_count(place: Workplace, asset: str) -> int:
    """As last recorded: of runs side by side, this need not be the one that wrote last."""
    event = place.instance.get_latest_materialization_event(dg.AssetKey(asset))
    assert event is not None
    assert event.asset_materialization is not None
    count = event.asset_materialization.metadata["dagster/row_count"].value
    skus = place.one("SELECT COUNT(*) FROM skus")
    assert isinstance(count, int)
    assert 0 < count <= skus
    return count


def steps_once_over(ui: Ui, run_id: str) -> list[str] | None:
    """The steps of a run that has succeeded; None until then."""
    is_over = any(run["runId"] == run_id and run["status"] == "SUCCESS" for run in ui.runs())
    return steps_of(ui, run_id) if is_over else None


def steps_of(ui: Ui, run_id: str) -> list[str]:
    """The keys of the steps that succeeded in a run."""
    (run,) = [run for run in ui.runs() if run["runId"] == run_id]
    return [step["stepKey"] for step in run["stepStats"] if step["status"] == "SUCCESS"]
