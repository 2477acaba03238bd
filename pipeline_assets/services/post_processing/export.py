"""The translation tables as files, for scrapers to download."""

import json
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Connection

from pipeline_assets.catalogue import translations, watermarks
from pipeline_assets.inbox.filing import write_text_beside
from pipeline_assets.services.post_processing.reports import StepReport

EXPORTED = "exported_translation_tables"


def export_tables(connection: Connection, folder: Path, *, dry_run: bool) -> StepReport:
    """Write `brands.json` {alias: brand name} and `products.json` {match key: canonical key}.

    Each is there whole or as it was before; a file that would be the same is left alone.
    """
    tables = {
        "brands.json": translations.all_brand_names(connection),
        "products.json": translations.all_product_keys(connection),
    }
    written = [
        name for name, table in tables.items() if _write(folder / name, table, dry_run=dry_run)
    ]
    watermarks.set_watermark(connection, EXPORTED, watermarks.last_file_id(connection))
    return StepReport(
        EXPORTED,
        changes={"files_written": len(written)},
        facts={name.replace(".json", "_entries"): len(table) for name, table in tables.items()},
        details=[f"{name}: {len(tables[name]):,} entries" for name in written],
    )


def _write(path: Path, table: Mapping[str, str], *, dry_run: bool) -> bool:
    text = json.dumps(table, ensure_ascii=False, indent=0, sort_keys=True) + "\n"
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return False
    if not dry_run:
        write_text_beside(path, text)
    return True
