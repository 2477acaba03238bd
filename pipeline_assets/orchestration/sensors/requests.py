"""The runs that sensors request.

They carry no run key: a used key blocks forever, even after a failure. The folder, the record of
attempts and the runs' tags decide what is requested.
"""

import dagster as dg

from pipeline_assets.inbox.scanning import InboxFile
from pipeline_assets.orchestration.file_runs import file_config, file_tags
from pipeline_assets.orchestration.names import ENRICH_OP, INGEST_OP, MAX_RUNTIME_TAG, REQUESTER_TAG
from pipeline_assets.services.files.liveness import this_process
from pipeline_assets.settings import Settings


def run_request(name: str, fingerprint: str) -> dg.RunRequest:
    """A run of job `product_update` for one version of one inbox file."""
    tags = file_tags(name, fingerprint) | {REQUESTER_TAG: this_process()}
    return dg.RunRequest(run_config=file_config(INGEST_OP, name), tags=tags)


def enrichment_request(file: InboxFile, settings: Settings) -> dg.RunRequest:
    """A run of job `barcode_enrichment` for one version of one file."""
    longest = {MAX_RUNTIME_TAG: str(int(settings.enrichment_max_runtime_s))}
    tags = file_tags(file.name, file.fingerprint) | longest | {REQUESTER_TAG: this_process()}
    return dg.RunRequest(run_config=file_config(ENRICH_OP, file.name), tags=tags)
