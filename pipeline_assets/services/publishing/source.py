"""Which state of the catalogue a set shows, and whether the latest set still shows it."""

from collections.abc import Mapping
from dataclasses import asdict
from hashlib import sha256
from importlib.metadata import version
from typing import Any

from sqlalchemy import Connection

from pipeline_assets.catalogue.database.engine import reading
from pipeline_assets.catalogue.state import state_marks
from pipeline_assets.publishing.sets import SetFolder
from pipeline_assets.services.pipeline import Pipeline
from pipeline_assets.services.publishing.data_sets import DATA_SETS
from pipeline_assets.services.publishing.object_copy import lacks_copy

# Raise it when the same catalogue gives other files: then sets are written again.
_FORMAT = 1
_WRITERS = ("pyarrow", "msgspec")


def source_of(connection: Connection, pipeline: Pipeline) -> Mapping[str, Any]:
    """All that the files of a set depend on, as JSON gives it back."""
    described = repr([asdict(data_set) for data_set in DATA_SETS])
    return {
        "catalogue": state_marks(connection),
        "format": _FORMAT,
        "columns": sha256(described.encode()).hexdigest(),
        "csv": pipeline.settings.publish_csv,
        "libraries": {name: version(name) for name in _WRITERS},
    }


def has_news_to_publish(pipeline: Pipeline) -> bool:
    """Whether the latest set does not show the catalogue as it is, or is not where it should be."""
    latest = SetFolder(pipeline.folders.published).latest()
    if latest is None or lacks_copy(pipeline, latest):
        return True
    with reading(pipeline.engine) as connection:
        return latest.source != source_of(connection, pipeline)
