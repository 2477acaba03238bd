"""The translation tables as files, for scrapers to download."""

import json
from collections.abc import Mapping
from pathlib import Path

from pipeline_assets.catalogue import translations
from pipeline_assets.inbox.filing import write_text_beside
from pipeline_assets.services.post_processing.reports import StepReport
from pipeline_assets.services.post_processing.step import Step, StepContext


def export_tables(context: StepContext) -> StepReport:
    """Write `brands.json` {alias: brand name} and `products.json` {match key: canonical key}.

    Each is either complete or as it was before; one that would not change is left alone.
    """
    folder, dry_run = context.pipeline.folders.translation_tables, context.options.dry_run
    tables = {
        "brands.json": translations.all_brand_names(context.connection),
        "products.json": translations.all_product_keys(context.connection),
    }
    written = [
        name for name, table in tables.items() if _write(folder / name, table, dry_run=dry_run)
    ]
    return StepReport(
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


EXPORTED_TRANSLATION_TABLES = Step(
    "exported_translation_tables",
    "Writes `translation_tables/brands.json` and `products.json`, for scrapers to download, when "
    "the translations have changed.",
    export_tables,
    keeps_watermark=True,
)
