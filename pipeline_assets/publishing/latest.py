"""Which set is the latest: the one thing that is swapped when a set is complete.

In a folder it is the link `latest`. An object store has no links: the copy of a set there is named
by an object (`services/publishing/object_copy.py`).
"""

import errno
import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from pipeline_assets.errors import UsageError
from pipeline_assets.on_disk import sync_to_disk

LATEST = "latest"
POINTER_FILE = "latest.json"
# A file system may have no links, or not permit them.
_NO_LINKS = (errno.EPERM, errno.EACCES, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)


class LatestPointer(Protocol):
    """Names the latest set. It names the old one or the new one, whenever one looks."""

    def read(self) -> str | None:
        """The name of the latest set; None while there is none."""

    def swap(self, name: str) -> None:
        """Make this complete set the latest."""


class LinkInFolder:
    """The relative link `latest`; where links cannot be made, `latest.json` with `{"set": …}`."""

    def __init__(self, folder: Path) -> None:
        self._link, self._file = folder / LATEST, folder / POINTER_FILE

    def read(self) -> str | None:
        """See `LatestPointer`. Raises `UsageError` if something else has the link's name."""
        if self._link.is_symlink():
            return self._link.readlink().name
        if os.path.lexists(self._link):
            raise UsageError(
                f"{self._link} is not a link to a set. Move it away: the link to the latest set of "
                "published files goes there."
            )
        with suppress(OSError, ValueError, TypeError, KeyError):
            return str(json.loads(self._file.read_bytes())["set"])
        return None

    def swap(self, name: str) -> None:
        """See `LatestPointer`."""
        unfinished = self._link.with_name(f".{LATEST}.tmp")
        unfinished.unlink(missing_ok=True)  # of a process that was killed
        try:
            unfinished.symlink_to(name, target_is_directory=True)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            self._write(name)
        else:
            unfinished.replace(self._link)
            self._file.unlink(missing_ok=True)
        sync_to_disk(self._link.parent)

    def _write(self, name: str) -> None:
        unfinished = self._file.with_name(f".{POINTER_FILE}.tmp")
        unfinished.write_text(json.dumps({"set": name}) + "\n", encoding="utf-8")
        sync_to_disk(unfinished)
        unfinished.replace(self._file)
