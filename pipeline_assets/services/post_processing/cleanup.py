"""What nothing refers to any more is removed; redirects and the record of merges stay."""

from sqlalchemy import Connection

from pipeline_assets.catalogue.brands import delete_unused
from pipeline_assets.catalogue.products import delete_products_without_skus
from pipeline_assets.services.post_processing.reports import StepReport

CLEANED = "cleaned_catalogue"


def clean_up(connection: Connection) -> StepReport:
    """Remove products without any SKU and brands without any product."""
    changes = {
        "products_removed": delete_products_without_skus(connection),
        "brands_removed": delete_unused(connection),
    }
    return StepReport(CLEANED, changes)
