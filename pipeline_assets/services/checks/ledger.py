"""Checks on the ledger: figures add up, the archive has every accepted file once, totals hold."""

from collections import Counter
from datetime import timedelta

from pipeline_assets.catalogue.checks import ledger as catalogue
from pipeline_assets.catalogue.checks.offenders import MOST_OFFENDERS, Offenders
from pipeline_assets.catalogue.totals import count_tables, read_totals
from pipeline_assets.inbox.filing import DIGEST_LENGTH
from pipeline_assets.services.checks.check import Check, CheckContext
from pipeline_assets.services.checks.verdict import Verdict, counted, judge

_PLACES = ("place", "problem", "file_id", "source")


def rows_add_up(context: CheckContext) -> Verdict:
    """Of every accepted file: read = accepted + rejected, and every priced row is written."""
    found = catalogue.files_that_do_not_add_up(context.connection)
    return judge(
        found,
        right="In every accepted file, rows read = accepted + rejected, and each priced row is "
        "written.",
        wrong=f"{counted(found.total, 'accepted file')} with rows that are neither accepted nor "
        "rejected, or priced rows that are not written. Keep the files in archive/ and report it: "
        "rows may be lost.",
        key_columns=1,
    )


def archive_is_complete(context: CheckContext) -> Verdict:
    """Every accepted file of the last days is in the archive, and in it once."""
    pipeline = context.pipeline
    since = context.now - timedelta(days=pipeline.settings.check_archive_days)
    folder = pipeline.folders.relative(pipeline.folders.archive)
    shared = catalogue.places_of_two(context.connection, since)
    files = list(catalogue.archived_since(context.connection, since))
    names = pipeline.files.names(pipeline.folders.archive)
    wrong: list[tuple[str, str, int | None, str]] = [
        (place, "missing", file_id, source)
        for place, file_id, source in files
        if place.removeprefix(f"{folder}/") not in names
        and not pipeline.files.is_there(pipeline.folders.files / place)
    ]
    wrong += [(row[0], "two files in the ledger", row[2], "") for row in shared.rows]
    wrong += [(f"{folder}/{name}", "a second copy", None, "") for name in _copies(context, names)]
    return judge(
        Offenders(_PLACES, wrong[:MOST_OFFENDERS], len(wrong)),
        right=f"Each of {counted(len(files), 'accepted file')} is in {folder}/, and in it once.",
        wrong=f"{counted(len(wrong), 'accepted file')} missing from {folder}/, or in it twice. "
        "Restore a missing file from a backup, or scrape its store again; of two copies, compare "
        "them and remove the one that is not in the ledger.",
        key_columns=2,
        figures={"files": len(files), "in_archive": len(names)},
    )


def _copies(context: CheckContext, names: set[str]) -> list[str]:
    """The names in the archive that only repeat a file which the ledger has at another place."""
    prefixes = Counter(name[:DIGEST_LENGTH] for name in names)
    doubled = {prefix for prefix, number in prefixes.items() if number > 1}
    known = catalogue.known_places(context.connection, doubled)
    folders = context.pipeline.folders
    return sorted(
        name
        for name in names
        if (places := known.get(name[:DIGEST_LENGTH]))
        and folders.relative(folders.archive / name) not in places
    )


def totals_are_right(context: CheckContext) -> Verdict:
    """The running totals are what a count of the tables gives."""
    kept, real = read_totals(context.connection), count_tables(context.connection)
    rows = [
        (name, kept.get(name), real[name]) for name in sorted(real) if kept.get(name) != real[name]
    ]
    named = ", ".join(f"`{row[0]}`" for row in rows)
    return judge(
        Offenders(("table", "running_total", "rows"), rows, len(rows)),
        right="The running totals are what the tables hold.",
        wrong=f"The running total of {named} is not what the table holds. The rows are right, the "
        "figures shown are not: correct them as docs/checks.md shows, and report it.",
        key_columns=1,
        figures=real,
    )


ROWS_ADD_UP = Check(
    "rows_add_up",
    "processed_products",
    "In every accepted file, rows read = accepted + rejected, and every priced row is written.",
    rows_add_up,
)
ARCHIVE_IS_COMPLETE = Check(
    "archive_is_complete",
    "processed_products",
    "Every accepted file of the last days is in the archive, and in it once.",
    archive_is_complete,
)
TOTALS_ARE_RIGHT = Check(
    "totals_are_right",
    "store_prices",
    "The running totals of the large tables are what a count gives.",
    totals_are_right,
)
