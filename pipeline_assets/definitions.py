"""The whole graph at a glance: assets, jobs, sensors, resources."""

import dagster as dg

from pipeline_assets.orchestration.asset_pages import Explicable, with_pages
from pipeline_assets.orchestration.barcode_enrichment import (
    barcode_enrichment_job,
    enriched_barcodes,
)
from pipeline_assets.orchestration.catalogue_report import catalogue_report
from pipeline_assets.orchestration.checks import catalogue_checks, inbox_checks_job
from pipeline_assets.orchestration.folder_assets import folder_assets
from pipeline_assets.orchestration.freshness import with_freshness
from pipeline_assets.orchestration.post_processing import (
    PostProcessingResource,
    post_process_only_job,
    post_processing_assets,
)
from pipeline_assets.orchestration.product_update import (
    product_update_job,
    update_products,
)
from pipeline_assets.orchestration.product_update_report import (
    product_update_report,
    product_update_report_job,
)
from pipeline_assets.orchestration.published import publish_job, published_data_sets
from pipeline_assets.orchestration.resources import PipelineResource
from pipeline_assets.orchestration.retention.asset import (
    retention,
    retention_job,
    retention_schedule,
)
from pipeline_assets.orchestration.sensors import (
    barcode_enrichment_inbox_sensor,
    check_alert_sensor,
    inbox_checks_sensor,
    post_processing_sensor,
    product_inbox_sensor,
    product_update_report_sensor,
    publish_sensor,
    refused_files_sensor,
    run_failure_alert_sensor,
)
from pipeline_assets.services.enrichment.progress import Silent


def build_defs(pipeline: PipelineResource | None = None) -> dg.Definitions:
    """The definitions; tests hand in a pipeline of their own."""
    pipeline = pipeline or PipelineResource()
    settings = pipeline.settings_or_defaults()
    assets: list[Explicable] = [
        *folder_assets,
        enriched_barcodes,
        update_products,
        *post_processing_assets,
        product_update_report,
        published_data_sets,
        catalogue_report,
        retention,
    ]
    return dg.Definitions(
        assets=with_pages(with_freshness(assets, settings), settings),
        asset_checks=catalogue_checks,
        jobs=[
            barcode_enrichment_job,
            product_update_job,
            post_process_only_job,
            product_update_report_job,
            publish_job,
            inbox_checks_job,
            retention_job,
        ],
        schedules=[retention_schedule(settings)],
        sensors=[
            barcode_enrichment_inbox_sensor,
            product_inbox_sensor,
            post_processing_sensor,
            run_failure_alert_sensor,
            check_alert_sensor,
            product_update_report_sensor,
            publish_sensor,
            inbox_checks_sensor,
            refused_files_sensor,
        ],
        resources={
            "pipeline": pipeline,
            "enrichment_watcher": Silent(),
            "post_processing": PostProcessingResource.configure_at_launch(
                min_agreement=settings.min_agreement,
                min_common=settings.min_common,
                current_days=settings.current_days,
            ),
        },
        executor=dg.in_process_executor,
    )


defs = build_defs()
