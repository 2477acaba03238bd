"""The very first run: with no data yet, it processes the shipped sample."""

import os
from datetime import datetime

from pipeline_assets.catalogue import ledger
from pipeline_assets.catalogue.database.engine import reading
from pipeline_assets.sample.writer import write_sample
from pipeline_assets.services.pipeline import Pipeline


def place_sample_on_first_run(pipeline: Pipeline) -> bool:
    """Put the sample into the inboxes if it can do no harm there; True if it did.

    Only with the default catalogue, when nothing was ever ingested and both inboxes are empty.
    """
    folders = pipeline.folders
    inboxes = (folders.product_inbox, folders.barcode_enrichment_inbox)
    if not pipeline.settings.is_default_catalogue or any(map(os.listdir, inboxes)):
        return False
    with reading(pipeline.engine) as connection:
        if ledger.number_of_files(connection):
            return False
    write_sample(folders.data, datetime.now(pipeline.settings.zone).date())
    return True
