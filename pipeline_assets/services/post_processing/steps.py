"""The steps of post-processing in their order; each is a transaction of its own."""

import time
from dataclasses import replace

from pipeline_assets.catalogue import watermarks
from pipeline_assets.catalogue.database.engine import Lock, writing
from pipeline_assets.catalogue.reports import count_rows
from pipeline_assets.services.pipeline import Pipeline
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

STEPS: tuple[Step, ...] = (
    BRAND_TRANSLATIONS,
    RECONCILED_BRANDS,
    PRODUCT_TRANSLATIONS,
    RECONCILED_PRODUCTS,
    RECONCILED_GROUPS,
    CLEANED_CATALOGUE,
    EXPORTED_TRANSLATION_TABLES,
)


def run_step(pipeline: Pipeline, step: Step, options: PostProcessingOptions) -> StepReport:
    """Run one step in a transaction, its watermark included; a dry run rolls it all back."""
    begun = time.perf_counter()
    with writing(pipeline.engine, Lock.CATALOGUE, is_rehearsal=options.dry_run) as connection:
        seen = watermarks.watermark(connection, step.name)
        newest = watermarks.last_file_id(connection)
        report = step.work(StepContext(connection, pipeline, options, seen, newest))
        if step.keeps_watermark:
            watermarks.set_watermark(connection, step.name, newest)
        rows = None
        if step.table is not None and not options.dry_run:
            rows = count_rows(connection, step.table)
    seconds = time.perf_counter() - begun
    return replace(report, step=step.name, dry_run=options.dry_run, seconds=seconds, rows=rows)
