"""Removes what nothing refers to any more; redirects and the record of merges stay."""

from pipeline_assets.catalogue.brands import delete_unused
from pipeline_assets.catalogue.products import delete_products_without_skus
from pipeline_assets.services.post_processing.reports import StepReport
from pipeline_assets.services.post_processing.step import Step, StepContext


def clean_up(context: StepContext) -> StepReport:
    """Remove products without any SKU and brands without any product."""
    if not context.has_news():
        return StepReport({"products_removed": 0, "brands_removed": 0})
    changes = {
        "products_removed": delete_products_without_skus(context.connection),
        "brands_removed": delete_unused(context.connection),
    }
    return StepReport(changes)


CLEANED_CATALOGUE = Step(
    "cleaned_catalogue",
    "Removes products without SKUs and brands without products, which the steps before leave "
    "behind: tables `products` and `brands`. Redirects and the record of merges stay.",
    clean_up,
    keeps_watermark=True,
)
