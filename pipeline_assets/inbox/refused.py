"""Which files are in quarantine, and the `.json` next to each that explains why.

The explanation is written before the file is moved, so that no file is ever there without one. If
the file then turns out to be gone from its inbox, or the process dies, the explanation is false.
"""

import json
from collections.abc import Collection, Mapping
from pathlib import PurePath

from pipeline_assets.inbox import filing
from pipeline_assets.inbox.files import Files
from pipeline_assets.inbox.scanning import SUFFIXES, InboxFile

_ENDING, _REQUEUED = ".json", ".requeued.json"


def refused_files(files: Files, quarantine: PurePath) -> Mapping[PurePath, int]:
    """The files in quarantine, sorted; not what explains them, nor what is unfinished.

    With each, when its explanation was written, in nanoseconds; 0 without one. A file's own time
    is older than its refusal.
    """
    there = files.in_subfolders(quarantine)
    return {path: there.get(explanation_of(path), 0) for path in there if _is_named_so(path.name)}


def place_of(
    files: Files, folder: PurePath, digest: str, name: str, fingerprint: str
) -> PurePath | None:
    """Where this version of a refused file lies in its reason's folder; None if it has left it.

    Only names are tried under which it can have been filed.
    """
    places = files.taken_places(folder / filing.filed_name(digest, name))
    return next((place for place, version in places if version.is_copy_of(fingerprint)), None)


def move_with_reason(
    files: Files,
    source: PurePath,
    file: InboxFile,
    target: PurePath,
    reason: Mapping[str, str | None],
) -> PurePath | None:
    """Write the explanation, then move the file next to it.

    Returns where it is now; None, without an explanation, when `source` is no longer the file that
    was read. The caller sees to it that no other process does the same meanwhile.
    """
    target = files.free_place(target, file)
    if not files.holds(source, file):
        return target if files.holds(target, file) else None
    filing.write_beside(explanation_of(target), [reason], files.write_texts)
    try:
        return files.move(source, file, target)
    finally:
        if not files.is_there(target):
            files.remove(explanation_of(target))


def mark_requeued(files: Files, refused: PurePath) -> None:
    """Keep the explanation of a file that has left quarantine, under another name."""
    explanation = explanation_of(refused)
    if files.is_there(explanation):
        files.rename(explanation, refused.with_name(f"{refused.name}{_REQUEUED}"))


def discard_false(
    files: Files, quarantine: PurePath, inbox: str, attempts: Collection[tuple[str, str | None]]
) -> None:
    """Remove what attempts, as (file, run id), wrote before they died without moving the file."""
    there = files.in_subfolders(quarantine)
    for path in there:
        is_explanation = path.name.endswith(_ENDING) and not path.name.endswith(_REQUEUED)
        if not is_explanation or files.is_there(path.with_suffix("")):
            continue
        told = _read(files, path)
        if told.get("inbox") == inbox and (told.get("file"), told.get("run_id")) in attempts:
            files.remove(path)


def explanation_of(refused: PurePath) -> PurePath:
    """The path of a refused file's explanation."""
    return refused.with_name(f"{refused.name}{_ENDING}")


def explained(files: Files, refused: PurePath) -> dict[str, str]:
    """What the explanation of a refused file says; nothing if it is missing or broken."""
    return _read(files, explanation_of(refused))


def _is_named_so(name: str) -> bool:
    return name.endswith(SUFFIXES) and not name.startswith(".")


def _read(files: Files, explanation: PurePath) -> dict[str, str]:
    try:
        said = json.loads(files.read_bytes(explanation).decode("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    values = said.items() if isinstance(said, dict) else ()
    return {key: value for key, value in values if isinstance(value, str)}
