"""The steps of post-processing in their order; each is a transaction of its own."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from pipeline_assets.catalogue.database.engine import Lock, writing
from pipeline_assets.services.pipeline import Pipeline
from pipeline_assets.services.post_processing import brands, cleanup, export, groups, products
from pipeline_assets.services.post_processing.options import PostProcessingOptions
from pipeline_assets.services.post_processing.reports import StepReport

Work = Callable[[Connection, Pipeline, PostProcessingOptions], StepReport]


@dataclass(frozen=True, slots=True)
class Step:
    """One step: the name of its asset, what it is for, and what it does."""

    name: str
    description: str
    work: Work


def _groups(
    connection: Connection, pipeline: Pipeline, options: PostProcessingOptions
) -> StepReport:
    settings = options.grouping(pipeline.settings)
    now = pipeline.clock()
    return groups.reconcile_groups(connection, settings, now, relaxed=options.relaxed_staleness)


STEPS: tuple[Step, ...] = (
    Step(
        brands.TRANSLATIONS,
        "Which normalised brand names mean the same brand, and why: table `brand_translations`.",
        lambda connection, _, __: brands.translate_brands(connection),
    ),
    Step(
        brands.RECONCILED,
        "One brand for all names that mean it: tables `brands` and `brand_aliases`.",
        lambda connection, _, __: brands.reconcile_brands(connection),
    ),
    Step(
        products.TRANSLATIONS,
        "The canonical key of every match key: table `product_translations`.",
        lambda connection, _, __: products.translate_products(connection),
    ),
    Step(
        products.RECONCILED,
        "Merges products whose SKUs are one product and splits those whose SKUs are not; table "
        "`product_merges` records each merge and split with its reason.",
        lambda connection, pipeline, _: products.reconcile_products(connection, pipeline.clock()),
    ),
    Step(
        groups.RECONCILED,
        "Which stores have matching prices: tables `store_groups` and `store_group_members`.",
        _groups,
    ),
    Step(
        cleanup.CLEANED,
        "Removes products without SKUs and brands without products.",
        lambda connection, _, __: cleanup.clean_up(connection),
    ),
    Step(
        export.EXPORTED,
        "`translation_tables/brands.json` and `products.json`, for scrapers to download.",
        lambda connection, pipeline, options: export.export_tables(
            connection, pipeline.folders.translation_tables, dry_run=options.dry_run
        ),
    ),
)


def run_step(pipeline: Pipeline, step: Step, options: PostProcessingOptions) -> StepReport:
    """Run one step in a transaction; a dry run does all of it and takes it back."""
    begun = time.perf_counter()
    lock = Lock.CATALOGUE
    with writing(pipeline.engine, lock, is_rehearsal=options.dry_run) as connection:
        report = step.work(connection, pipeline, options)
    seconds = time.perf_counter() - begun
    return replace(report, dry_run=options.dry_run, seconds=seconds)


def run_steps(
    pipeline: Pipeline, options: PostProcessingOptions, steps: Iterable[Step] = STEPS
) -> Iterator[StepReport]:
    """Run the steps one after the other."""
    for step in steps:
        yield run_step(pipeline, step, options)
