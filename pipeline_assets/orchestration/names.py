"""The public names of the graph: groups, jobs, sensors, tags."""

PRODUCT_UPDATE = "product_update"
BARCODE_ENRICHMENT = "barcode_enrichment"
POST_PROCESSING = "post_processing"
POST_PROCESS_ONLY = "post_process_only"
INBOX_CHECK_JOB = "inbox_checks"
PRODUCT_UPDATE_REPORT = "product_update_report"
CATALOGUE_REPORT = "catalogue_report"

# Where files lie once they are handled, and what others download.
HANDLED_FILES = "handled_files"
PUBLISHED = "published"
PUBLISH = "publish"
MAINTENANCE = "maintenance"
RETENTION = "retention"

# What an asset is about: brands, files, prices and so on.
SUBJECT_TAG = "pipeline/subject"

INGEST_OP = "ingest_file"
ENRICH_OP = "enriched_barcodes"
REPORT_OP = "make_report"
RETAIN_OP = "remove_and_move_old"
PUBLISH_OP = "write_data_sets"
EXPORT_STEP = "exported_translation_tables"

# Where Dagster finds the definitions: the code location, as workspace.yaml names it; the module.
CODE_LOCATION = "pipeline_assets"
DEFINITIONS = "pipeline_assets.definitions"

# What people filter runs by.
FILE_TAG = "pipeline/file"
OUTCOME_TAG = "pipeline/outcome"
COMPANY_TAG = "pipeline/company"
STORE_TAG = "pipeline/store"
# Dagster hides tags with this prefix from people: they would fill the list of runs.
_HIDDEN = ".dagster/pipeline_"
# Which version of the file.
FINGERPRINT_TAG = f"{_HIDDEN}fingerprint"
# Which process executes the run, if that is known beforehand.
PROCESS_TAG = f"{_HIDDEN}process"
# Which process requested the run: the code server that is to start it, as a rule.
REQUESTER_TAG = f"{_HIDDEN}requested_by"
# Which run, and which process was forked to execute it: a run that repeats another copies its tags.
WORKER_TAG = f"{_HIDDEN}worker"
# Which run was sent to the workers of a Celery broker.
SENT_TAG = f"{_HIDDEN}sent"
# Until when the files are in the report that the run has made.
REPORTED_TAG = f"{_HIDDEN}reported_until"
# The same on runs that were created when they were not hidden yet.
OLD_TAGS = {
    FINGERPRINT_TAG: "pipeline/fingerprint",
    PROCESS_TAG: "pipeline/process",
    REQUESTER_TAG: "pipeline/requested_by",
}

CATALOGUE_POOL = "catalogue"
ENRICHMENT_POOL = "barcode_enrichment"

# How long the run monitor lets a run live; its own setting is for runs that take seconds.
MAX_RUNTIME_TAG = "dagster/max_runtime"
