"""The database's own lock keeps ingestion and post-processing apart."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from pipeline_assets.catalogue.database.engine import Lock, writing
from pipeline_assets.orchestration.drain import drain_products
from pipeline_assets.services.pipeline import Pipeline
from pipeline_assets.services.post_processing.options import PostProcessingOptions
from pipeline_assets.services.post_processing.steps import STEPS, run_step
from pipeline_assets_tests.services.situations import HALTED, three_runs_that_never_began
from pipeline_assets_tests.workplace import Silent, Workplace, row

ON_BOTH_DATABASES = True

HOLDER = """
import sys, time
from pipeline_assets.catalogue.database.engine import Lock, writing
from pipeline_assets.services.pipeline import Pipeline
with writing(Pipeline().engine, Lock.CATALOGUE):
    print("holding", flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_a_step_waits_for_an_open_ingest_transaction(step: object, workplace: Workplace) -> None:
    workplace.take("one.jsonl", [row("1", 1.5)])
    order: list[str] = []

    def post_process() -> None:
        chosen = next(one for one in STEPS if one is step)
        run_step(workplace.pipeline, chosen, PostProcessingOptions())
        order.append("step")

    with writing(workplace.pipeline.engine, Lock.CATALOGUE):
        thread = threading.Thread(target=post_process)
        thread.start()
        time.sleep(0.3)
        order.append("ingest")
    thread.join(20)
    assert order == ["ingest", "step"]


def test_a_file_waits_for_an_open_step_and_is_then_taken(workplace: Workplace) -> None:
    assert workplace.pipeline
    workplace.drop("one.jsonl", [row("1", 1.5)])
    order: list[str] = []

    def ingest() -> None:
        order.append(str(workplace.ingest("one.jsonl").state))

    with writing(workplace.pipeline.engine, Lock.CATALOGUE):
        thread = threading.Thread(target=ingest)
        thread.start()
        time.sleep(0.3)
        order.append("step")
    thread.join(20)
    assert order == ["step", "archived"]
    assert workplace.one("SELECT COUNT(*) FROM store_prices") == 1


def test_no_lock_outlives_its_holder(workplace: Workplace) -> None:
    assert workplace.pipeline
    command = [sys.executable, "-c", HOLDER]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "holding\n"
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait(10)
    assert workplace.take("one.jsonl", [row("1", 1.5)]).state == "archived"


def test_a_drain_waits_while_the_catalogue_is_locked_and_says_so(workplace: Workplace) -> None:
    settings = workplace.pipeline.settings.model_copy(update={"lock_timeout_s": 1})
    impatient = Pipeline(settings)
    workplace.drop("one.jsonl", [row("1", 1.5)])
    told: list[str] = []
    lock = writing(workplace.pipeline.engine, Lock.ATTEMPTS)

    class Told(Silent):
        def pause(self, seconds: float, why: str) -> None:
            told.append(why)
            lock.__exit__(None, None, None)

    lock.__enter__()
    drained = drain_products(impatient, workplace.instance, workplace.definitions, Told())
    assert len(told) == 1
    assert "database is locked" in told[0] or "Lock wait timeout exceeded" in told[0]
    assert workplace.outcomes(drained) == {"one.jsonl": ("accepted", None)}


def test_a_drain_that_had_to_wait_still_knows_of_the_runs_that_died_before_it(
    workplace: Workplace,
) -> None:
    three_runs_that_never_began(workplace, "")
    workplace.change(settings={"lock_timeout_s": 1})
    lock = writing(workplace.pipeline.engine, Lock.ATTEMPTS)

    class Releasing(Silent):
        def pause(self, seconds: float, why: str) -> None:
            lock.__exit__(None, None, None)

    lock.__enter__()
    drained = drain_products(
        workplace.pipeline, workplace.instance, workplace.definitions, Releasing()
    )
    assert (drained.run_ids, drained.left.halted) == ([], HALTED)
