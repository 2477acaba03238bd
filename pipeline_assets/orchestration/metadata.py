"""What a run shows about a file in Dagster's UI."""

import dagster as dg

from pipeline_assets.services.outcomes import FileOutcome

_OF_ASSET = {
    "processed_products": ("rows_", "skus_", "products_"),
    "store_prices": ("rows_priced", "prices_"),
}
_ROW_COUNT = {"processed_products": "rows_accepted", "store_prices": "rows_priced"}


def materialization_metadata(asset: str, outcome: FileOutcome) -> dict[str, dg.MetadataValue]:
    """The figures of an accepted file that belong to one of the two assets."""
    header = outcome.header
    assert header is not None
    shown: dict[str, dg.MetadataValue] = {
        "file": dg.MetadataValue.text(outcome.name),
        "company": dg.MetadataValue.text(header.company),
        "store": dg.MetadataValue.text(header.store_id),
        "scraped_date": dg.MetadataValue.text(header.scraped_date.isoformat()),
        "archived_as": dg.MetadataValue.text(outcome.place or ""),
        "dagster/row_count": dg.MetadataValue.int(outcome.counts[_ROW_COUNT[asset]]),
        "seconds": dg.MetadataValue.float(round(outcome.seconds, 3)),
    }
    for name, count in outcome.counts.items():
        if name.startswith(_OF_ASSET[asset]):
            shown[name] = dg.MetadataValue.int(count)
    if asset == "processed_products":
        shown["rejected_by_reason"] = dg.MetadataValue.json(dict(outcome.rejected_by_reason))
        shown["skus_matched_by_rule"] = dg.MetadataValue.json(dict(outcome.matched_by_rule))
    return shown


def refusal_metadata(outcome: FileOutcome) -> dict[str, dg.MetadataValue]:
    """Why a file brought nothing new, and where it lies."""
    texts = {
        "file": outcome.name,
        "outcome": outcome.state.value,
        "reason": outcome.reason or "-",
        "message": outcome.message or "-",
        "lies_in": outcome.place or "-",
    }
    return {name: dg.MetadataValue.text(text) for name, text in texts.items()}
