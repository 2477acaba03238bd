"""The checks by the job that runs them."""

from collections.abc import Callable, Sequence

from pipeline_assets import stopping
from pipeline_assets.catalogue.database.engine import reading
from pipeline_assets.inbox.folders import Inbox
from pipeline_assets.services.checks.check import Check, CheckContext
from pipeline_assets.services.checks.groups import MEMBERS_MATCH_ANCHORS, STORES_ARE_IN_ONE_GROUP
from pipeline_assets.services.checks.inboxes import INBOX_CHECKS
from pipeline_assets.services.checks.ledger import (
    ARCHIVE_IS_COMPLETE,
    ROWS_ADD_UP,
    TOTALS_ARE_RIGHT,
)
from pipeline_assets.services.checks.prices import (
    PRICE_CHANGES_ARE_PLAUSIBLE,
    ROWS_HAVE_PRICES,
    SPECIALS_ARE_PLAUSIBLE,
)
from pipeline_assets.services.checks.products import (
    PRODUCTS_HAVE_ONE_BARCODE,
    SHARED_BARCODES_AGREE,
    SKUS_HAVE_A_PRODUCT,
)
from pipeline_assets.services.checks.stores import STALE_STORES
from pipeline_assets.services.checks.verdict import Verdict
from pipeline_assets.services.files.run_records import RunRecords
from pipeline_assets.services.pipeline import Pipeline
from pipeline_assets.services.post_processing.options import PostProcessingOptions

# What must hold before groups and tables are made from the products.
BLOCKING_CHECKS = (SKUS_HAVE_A_PRODUCT, PRODUCTS_HAVE_ONE_BARCODE)
POST_PROCESSING_CHECKS = (SHARED_BARCODES_AGREE, STORES_ARE_IN_ONE_GROUP, MEMBERS_MATCH_ANCHORS)
CATALOGUE_CHECKS = (
    *INBOX_CHECKS,
    ROWS_ADD_UP,
    ARCHIVE_IS_COMPLETE,
    PRICE_CHANGES_ARE_PLAUSIBLE,
    SPECIALS_ARE_PLAUSIBLE,
    ROWS_HAVE_PRICES,
    STALE_STORES,
    TOTALS_ARE_RIGHT,
)
ALL_CHECKS = (*BLOCKING_CHECKS, *POST_PROCESSING_CHECKS, *CATALOGUE_CHECKS)


def evaluate(
    pipeline: Pipeline,
    checks: Sequence[Check],
    runs: Callable[[Inbox], RunRecords],
    options: PostProcessingOptions | None = None,
) -> list[tuple[Check, Verdict]]:
    """The verdicts of these checks on the catalogue at one moment; it only reads."""
    verdicts = []
    with reading(pipeline.engine) as connection:
        context = CheckContext(
            connection, pipeline, runs, pipeline.clock(), options or PostProcessingOptions()
        )
        for check in checks:
            stopping.check()
            verdicts.append((check, check.work(context)))
    return verdicts


def states(
    pipeline: Pipeline,
    checks: Sequence[Check],
    runs: Callable[[Inbox], RunRecords],
    options: PostProcessingOptions,
) -> dict[str, str]:
    """The state of what these checks look at, by the check's name, for those that know it."""
    with reading(pipeline.engine) as connection:
        context = CheckContext(connection, pipeline, runs, pipeline.clock(), options)
        return {check.name: check.state(context) for check in checks if check.state is not None}
