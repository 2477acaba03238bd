"""The steps of post-processing in their order; each is a transaction of its own."""

import time
from dataclasses import replace

from sqlalchemy import Connection

from pipeline_assets.catalogue import watermarks
from pipeline_assets.catalogue.database.engine import Lock, writing
from pipeline_assets.catalogue.reports import count_rows
from pipeline_assets.services.pipeline import Pipeline
from pipeline_assets.services.post_processing.answers import PRODUCT_PRICES, SKU_WORDS
from pipeline_assets.services.post_processing.brands import BRAND_TRANSLATIONS, RECONCILED_BRANDS
from pipeline_assets.services.post_processing.cleanup import CLEANED_CATALOGUE
from pipeline_assets.services.post_processing.export import EXPORTED_TRANSLATION_TABLES
from pipeline_assets.services.post_processing.groups import RECONCILED_GROUPS
from pipeline_assets.services.post_processing.options import PostProcessingOptions
from pipeline_assets.services.post_processing.products import (
    PRODUCT_TRANSLATIONS,
    RECONCILED_PRODUCTS,
)
from pipeline_assets.services.post_processing.reports import StepReport
from pipeline_assets.services.post_processing.step import Step, StepContext
from pipeline_assets.services.post_processing.suggestions import SUGGESTED_MATCHES

STEPS: tuple[Step, ...] = (
    BRAND_TRANSLATIONS,
    RECONCILED_BRANDS,
    PRODUCT_TRANSLATIONS,
    RECONCILED_PRODUCTS,
    RECONCILED_GROUPS,
    CLEANED_CATALOGUE,
    SKU_WORDS,
    PRODUCT_PRICES,
    SUGGESTED_MATCHES,
    EXPORTED_TRANSLATION_TABLES,
)


def _seen_by_all(connection: Connection, step: Step, newest: int) -> int:
    """The newest file that this step has seen, and before it the steps that it builds on."""
    before = STEPS[: STEPS.index(step)] if step in STEPS else ()
    keeping = [each.name for each in before if each.keeps_watermark]
    return min([newest, *(watermarks.watermark(connection, name) for name in keeping)])


def run_step(pipeline: Pipeline, step: Step, options: PostProcessingOptions) -> StepReport:
    """Run one step in a transaction, its watermark included; a dry run rolls it all back."""
    begun = time.perf_counter()
    with writing(pipeline.engine, Lock.CATALOGUE, is_rehearsal=options.dry_run) as connection:
        seen = watermarks.watermark(connection, step.name)
        newest = watermarks.last_file_id(connection)
        report = step.work(StepContext(connection, pipeline, options, seen, newest))
        if step.keeps_watermark:
            watermarks.set_watermark(connection, step.name, _seen_by_all(connection, step, newest))
        rows = None
        if step.table is not None and not options.dry_run:
            rows = count_rows(connection, step.table)
    seconds = time.perf_counter() - begun
    return replace(report, step=step.name, dry_run=options.dry_run, seconds=seconds, rows=rows)
