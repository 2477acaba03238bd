"""The public names of the graph: groups, jobs, sensors, tags."""

PRODUCT_UPDATE = "product_update"
BARCODE_ENRICHMENT = "barcode_enrichment"
POST_PROCESSING = "post_processing"
POST_PROCESS_ONLY = "post_process_only"

INBOXES = "inboxes"

INGEST_OP = "ingest_file"

FILE_TAG = "pipeline/file"
FINGERPRINT_TAG = "pipeline/fingerprint"

CATALOGUE_POOL = "catalogue"
