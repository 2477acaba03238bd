"""The translation tables as files, for scrapers to download."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from json import JSONEncoder
from pathlib import Path

from sqlalchemy import Connection

from pipeline_assets.catalogue import translations
from pipeline_assets.catalogue.translations import Entry
from pipeline_assets.inbox.filing import write_texts_beside
from pipeline_assets.services.post_processing.reports import StepReport
from pipeline_assets.services.post_processing.step import Step, StepContext

_TABLES: Mapping[str, Callable[[Connection], Iterable[Sequence[Entry]]]] = {
    "brands": translations.all_brand_names,
    "products": translations.all_product_keys,
}
# One entry a line. With an indent, the encoder would be the slow one.
_to_json = JSONEncoder(ensure_ascii=False, separators=(",\n", ": ")).encode


def export_tables(context: StepContext) -> StepReport:
    """Write `brands.json` {alias: brand name} and `products.json` {match key: canonical key}.

    Each is either complete or as it was before; one that would not change is left alone. Both are
    left unread when there is no news.
    """
    folder, connection = context.pipeline.folders.translation_tables, context.connection
    places = {name: folder / f"{name}.json" for name in _TABLES}
    has_news = context.has_news() or not all(path.is_file() for path in places.values())
    written = [
        name
        for name, read in _TABLES.items()
        if has_news and not _holds(places[name], _texts(read(connection)))
    ]
    if not context.options.dry_run:
        for name in written:
            write_texts_beside(places[name], _texts(_TABLES[name](connection)))
    entries = translations.count_exported(connection)
    return StepReport(
        changes={"files_written": len(written)},
        facts={f"{name}_entries": entries[name] for name in _TABLES},
        details=[f"{name}.json: {entries[name]:,} entries" for name in written],
    )


def _texts(table: Iterable[Sequence[Entry]]) -> Iterator[str]:
    """A table as a JSON object, piece by piece, however large it is."""
    before = "{\n"
    for piece in table:
        yield before + _to_json(dict(piece))[1:-1]  # without its braces
        before = ",\n"
    yield "{}\n" if before == "{\n" else "\n}\n"


def _holds(path: Path, texts: Iterable[str]) -> bool:
    """Whether the file exists and has exactly this text."""
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        for text in texts:
            expected = text.encode()
            if stream.read(len(expected)) != expected:
                return False
        return not stream.read(1)


EXPORTED_TRANSLATION_TABLES = Step(
    "exported_translation_tables",
    "Writes `translation_tables/brands.json` and `products.json`, for scrapers to download, when "
    "the translations have changed.",
    export_tables,
    keeps_watermark=True,
)
