"""The sensors, which are thin: each asks the services what is due and requests runs for it.

One module per sensor; `ticks` is what they share, `requests` is what they request.
"""

from pipeline_assets.orchestration.sensors.barcode_enrichment_inbox import (
    barcode_enrichment_inbox_sensor,
)
from pipeline_assets.orchestration.sensors.check_alert import check_alert_sensor
from pipeline_assets.orchestration.sensors.inbox_checks import inbox_checks_sensor
from pipeline_assets.orchestration.sensors.post_processing import post_processing_sensor
from pipeline_assets.orchestration.sensors.product_inbox import product_inbox_sensor
from pipeline_assets.orchestration.sensors.product_update_report import (
    product_update_report_sensor,
)
from pipeline_assets.orchestration.sensors.publishing import publish_sensor
from pipeline_assets.orchestration.sensors.refused_files import refused_files_sensor
from pipeline_assets.orchestration.sensors.run_failure_alert import run_failure_alert_sensor

__all__ = [
    "barcode_enrichment_inbox_sensor",
    "check_alert_sensor",
    "inbox_checks_sensor",
    "post_processing_sensor",
    "product_inbox_sensor",
    "product_update_report_sensor",
    "publish_sensor",
    "refused_files_sensor",
    "run_failure_alert_sensor",
]
