"""An enriched file on its way into the product inbox: made aside, recorded, placed in one move.

The unfinished file lies in the product inbox itself, under a hidden name, so that a rename places
it. It is there until it has been placed, which is how a restart tells.
"""

import gzip
from collections.abc import Sequence

from pipeline_assets.catalogue.enrichment import Delivery
from pipeline_assets.inbox import filing
from pipeline_assets.inbox.folders import Folders


def make_aside(folders: Folders, digest: str, name: str, lines: Sequence[bytes]) -> str:
    """Write the enriched file, whole and on the disk, where no one takes it yet.

    Returns the path below the data folder that it shall have: its source's name, or one beside it.
    """
    content = b"\n".join(lines)
    content = gzip.compress(content, mtime=0) if name.endswith(".gz") else content
    filing.write_bytes(folders.unfinished_delivery(digest), content)
    return folders.relative(filing.unused_place(folders.product_inbox / name))


def place_delivery(folders: Folders, delivery: Delivery) -> None:
    """Have the enriched file appear in the product inbox, unless that was done before."""
    unfinished = folders.unfinished_delivery(delivery.digest)
    if unfinished.exists():
        filing.appear(unfinished, folders.data / delivery.delivered_path)
