"""What an inbox's page in Dagster shows of it: its latest observation.

Sensors make one whenever something of it has changed. The last tick's digest is in the cursor; a
tick that fails loses it, and then one observation is made twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import dagster as dg

from pipeline_assets.reporting.escaping import visible
from pipeline_assets.services.files.inbox_counts import count_entries, digest_of, staying_entries
from pipeline_assets.services.files.inbox_survey import Survey

SHOWN = "shown"
_LONGEST = 300


def inbox_events(
    inbox: str, found: Survey, cursor: Mapping[str, Any]
) -> Sequence[dg.AssetObservation]:
    """An observation of the inbox, unless the last tick's is still true."""
    if cursor.get(SHOWN) == digest_of(found):
        return []
    return [dg.AssetObservation(inbox, metadata=_metadata(found))]


def _metadata(found: Survey) -> dict[str, dg.MetadataValue]:
    counts = asdict(count_entries(found))
    shown: dict[str, dg.MetadataValue] = {
        name: dg.MetadataValue.int(count) for name, count in counts.items()
    }
    stays = staying_entries(found)
    if stays:
        records = [
            dg.TableRecord({"name": _short(one.name), "why": _short(one.why)}) for one in stays
        ]
        columns = [dg.TableColumn("name", "string"), dg.TableColumn("why", "string")]
        shown["what_stays"] = dg.MetadataValue.table(records, dg.TableSchema(columns))
    return shown


def _short(text: str) -> str:
    shown = visible(text)
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"
