"""Evaluating checks without Dagster, and changing the catalogue as the pipeline never would."""

import sqlite3
from contextlib import closing

from sqlalchemy import text

from pipeline_assets.catalogue.database.engine import writing
from pipeline_assets.inbox.folders import Inbox
from pipeline_assets.services.checks.all_checks import evaluate
from pipeline_assets.services.checks.check import Check
from pipeline_assets.services.checks.verdict import Verdict
from pipeline_assets.services.files.run_records import NoRuns
from pipeline_assets.services.post_processing.options import PostProcessingOptions
from pipeline_assets_tests.workplace import Workplace


def no_runs(_: Inbox) -> NoRuns:
    """No inbox has runs."""
    return NoRuns()


def judged(place: Workplace, check: Check, options: PostProcessingOptions | None = None) -> Verdict:
    """The verdict of one check on the place as it is now."""
    ((_, verdict),) = evaluate(place.pipeline, [check], no_runs, options)
    return verdict


def break_by(place: Workplace, *statements: str) -> None:
    """Change the catalogue by SQL, whatever its rules: references need not lead to anything."""
    engine = place.pipeline.engine
    if engine.dialect.name == "sqlite":
        assert engine.url.database
        with closing(sqlite3.connect(engine.url.database)) as bare, bare:
            for statement in statements:
                bare.execute(statement)
        return
    with writing(engine) as connection:
        for statement in ("SET foreign_key_checks=0", *statements, "SET foreign_key_checks=1"):
            connection.execute(text(statement))
