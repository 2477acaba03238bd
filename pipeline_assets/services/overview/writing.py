"""Writes the catalogue report, `reports/catalogue.html`, and says when it is due."""

import re
import time
from dataclasses import dataclass
from html import unescape
from pathlib import Path

from pipeline_assets.catalogue.database.engine import reading
from pipeline_assets.inbox.filing import write_texts_beside
from pipeline_assets.reporting.pages.overview import CatalogueOverview
from pipeline_assets.services.overview.reading import CheckSummary, read_overview, report_state
from pipeline_assets.services.pipeline import Pipeline

_STATE = re.compile(r'<meta name="catalogue-state" content="([^"]*)">')
# The element stands before the style sheet.
_HEAD_BYTES = 4_096


@dataclass(frozen=True, slots=True)
class WrittenReport:
    """The report that was written: where, how large it is, what it shows."""

    path: Path
    bytes: int
    seconds: float
    overview: CatalogueOverview


def write_catalogue_report(pipeline: Pipeline, checks: CheckSummary) -> WrittenReport:
    """Read the catalogue and write the page; until it is complete the earlier one stays."""
    # Imported here: templates take long to import, and not every process makes pages.
    from pipeline_assets.reporting.pages.catalogue_page import catalogue_page

    begun = time.perf_counter()
    overview = read_overview(pipeline, checks)
    page = catalogue_page(overview)
    path = pipeline.folders.catalogue_report
    write_texts_beside(path, [page])
    return WrittenReport(path, len(page.encode()), time.perf_counter() - begun, overview)


def is_report_due(pipeline: Pipeline) -> bool:
    """Whether the page is missing, or was made of another state of the catalogue or on another day.

    The page itself says what it was made of, so that no record can disagree with it.
    """
    try:
        with pipeline.folders.catalogue_report.open("rb") as stream:
            head = stream.read(_HEAD_BYTES).decode("utf-8", "replace")
    except OSError:
        return True
    found = _STATE.search(head)
    with reading(pipeline.engine) as connection:
        return found is None or unescape(found[1]) != report_state(connection, pipeline)
