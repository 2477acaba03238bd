"""Which files are in quarantine, and the `.json` next to each that explains why.

The explanation is written before the file is moved, so that no file is ever there without one. If
the file then turns out to be gone from its inbox, or the process dies, the explanation is false.
"""

import json
import os
from collections.abc import Collection, Mapping
from pathlib import Path

from pipeline_assets.inbox import filing
from pipeline_assets.inbox.scanning import SUFFIXES, InboxFile

_ENDING, _REQUEUED = ".json", ".requeued.json"
_MAX_GAPS = 20


def refused_files(quarantine: Path) -> list[Path]:
    """The files in quarantine, sorted; not what explains them, nor what is unfinished."""
    return [path for path in sorted(quarantine.glob("*/*")) if _is_refused_file(path)]


def place_of(folder: Path, digest: str, name: str, fingerprint: str) -> Path | None:
    """Where this version of a refused file lies in its reason's folder; None if it has left it.

    Only names are tried under which it can have been filed.
    """
    gaps = 0
    for place in filing.places_like(folder / filing.filed_name(digest, name)):
        try:
            status = place.lstat()
        except OSError:
            gaps += 1  # of several copies, an operator may have taken the first ones out
            if gaps > _MAX_GAPS:
                return None
            continue
        if InboxFile.from_stat(name, status).is_copy_of(fingerprint):
            return place
    return None


def move_with_reason(
    source: Path, file: InboxFile, target: Path, reason: Mapping[str, str | None]
) -> Path | None:
    """Write the explanation, then move the file next to it.

    Returns where it is now; None, without an explanation, when `source` is no longer the file that
    was read. The caller sees to it that no other process does the same meanwhile.
    """
    target = filing.free_place(target, file)
    if not filing.is_same(source, file):
        return target if filing.is_same(target, file) else None
    filing.write_beside(explanation_of(target), [reason])
    try:
        return filing.move(source, file, target)
    finally:
        if not os.path.lexists(target):
            explanation_of(target).unlink(missing_ok=True)


def mark_requeued(refused: Path) -> None:
    """Keep the explanation of a file that has left quarantine, under another name."""
    explanation = explanation_of(refused)
    if explanation.exists():
        explanation.replace(refused.with_name(f"{refused.name}{_REQUEUED}"))


def discard_false(
    quarantine: Path, inbox: str, attempts: Collection[tuple[str, str | None]]
) -> None:
    """Remove what attempts, as (file, run id), wrote before they died without moving the file."""
    for path in quarantine.glob(f"*/*{_ENDING}"):
        if path.name.endswith(_REQUEUED) or os.path.lexists(path.with_suffix("")):
            continue
        told = _read(path)
        if told.get("inbox") == inbox and (told.get("file"), told.get("run_id")) in attempts:
            path.unlink(missing_ok=True)


def explanation_of(refused: Path) -> Path:
    """The path of a refused file's explanation."""
    return refused.with_name(f"{refused.name}{_ENDING}")


def explained(refused: Path) -> dict[str, str]:
    """What the explanation of a refused file says; nothing if it is missing or broken."""
    return _read(explanation_of(refused))


def _is_refused_file(path: Path) -> bool:
    is_named_so = path.name.endswith(SUFFIXES) and not path.name.startswith(".")
    return is_named_so and path.is_file() and not path.is_symlink()


def _read(explanation: Path) -> dict[str, str]:
    try:
        said = json.loads(explanation.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    values = said.items() if isinstance(said, dict) else ()
    return {key: value for key, value in values if isinstance(value, str)}
