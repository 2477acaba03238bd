"""Copies the latest set to the object store, for readers on other machines.

The set is made in the data folder; its files are then put below `published/<set>/`, and only when
all are there does `published/latest.json` name it. A copy that was cut off is made again: a set's
name stands for its bytes, so the same objects are written once more.
"""

import json
from pathlib import Path, PurePath

from pipeline_assets import stopping
from pipeline_assets.publishing.latest import POINTER_FILE
from pipeline_assets.publishing.sets import RECORD, PublishedSet
from pipeline_assets.services.pipeline import Pipeline


def lacks_copy(pipeline: Pipeline, latest: PublishedSet) -> bool:
    """Whether there is an object store in which this set is not the latest."""
    return pipeline.object_files is not None and _copied(pipeline) != latest.name


def copy_latest(pipeline: Pipeline, latest: PublishedSet) -> None:
    """Make the set the latest in the object store, if there is one; remove what is no set here."""
    files = pipeline.object_files
    if files is None or not lacks_copy(pipeline, latest):
        return
    here, there = pipeline.folders.published, _place(pipeline)
    for name in (*latest.files, RECORD):
        stopping.check()
        files.put_file(here / latest.name / name, there / latest.name / name)
    files.write_texts(there / POINTER_FILE, [json.dumps({"set": latest.name}) + "\n"])
    for path in files.below(there):
        name = path.relative_to(there).parts[0]
        if name != POINTER_FILE and not Path(here, name).is_dir():
            files.remove(path)


def _copied(pipeline: Pipeline) -> str | None:
    """The latest set in the object store; None while there is none."""
    try:
        return str(json.loads(pipeline.files.read_bytes(_place(pipeline) / POINTER_FILE))["set"])
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return None


def _place(pipeline: Pipeline) -> PurePath:
    return pipeline.folders.files / "published"
