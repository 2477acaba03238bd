"""What a run shows about a file in Dagster's UI."""

import dagster as dg

from pipeline_assets.services.files.outcomes import FileOutcome

_ROW_COUNT = {"processed_products": "rows_accepted", "store_prices": "rows_priced"}


def materialization_metadata(asset: str, outcome: FileOutcome) -> dict[str, dg.MetadataValue]:
    """The figures of an accepted file; both assets show all of them, each with its row count."""
    return _file_metadata(outcome, _ROW_COUNT[asset]) | {
        "rejected_by_reason": dg.MetadataValue.json(dict(outcome.rejected_by_reason)),
        "skus_matched_by_rule": dg.MetadataValue.json(dict(outcome.matched_by_rule)),
    }


def enrichment_metadata(outcome: FileOutcome) -> dict[str, dg.MetadataValue]:
    """The figures of an enriched file: rows by where their answer came from, requests made."""
    delivered_to = dg.MetadataValue.text(outcome.delivered_to or "")
    return _file_metadata(outcome, "rows_read") | {"delivered_to": delivered_to}


def _file_metadata(outcome: FileOutcome, row_count: str) -> dict[str, dg.MetadataValue]:
    header = outcome.header
    assert header is not None
    shown: dict[str, dg.MetadataValue] = {
        "file": dg.MetadataValue.text(outcome.name),
        "company": dg.MetadataValue.text(header.company),
        "store": dg.MetadataValue.text(header.store_id),
        "scraped_date": dg.MetadataValue.text(header.scraped_date.isoformat()),
        "archived_as": dg.MetadataValue.text(outcome.place or ""),
        "dagster/row_count": dg.MetadataValue.int(outcome.counts[row_count]),
        "seconds": dg.MetadataValue.float(round(outcome.seconds, 3)),
    }
    return shown | {name: dg.MetadataValue.int(count) for name, count in outcome.counts.items()}


def refusal_metadata(outcome: FileOutcome) -> dict[str, dg.MetadataValue]:
    """Why a file brought nothing new, and where it is now."""
    texts = {
        "file": outcome.name,
        "outcome": outcome.state.value,
        "reason": outcome.reason or "-",
        "message": outcome.message or "-",
        "lies_in": outcome.place or "-",
    }
    return {name: dg.MetadataValue.text(text) for name, text in texts.items()}
