"""Delivers an enriched file to the product inbox: under a hidden name first, then in one move.

The unfinished file is in the product inbox itself, under a hidden name, so a rename is enough to
deliver it. As long as the hidden file is there, it has not been delivered: that is how a restart
knows.
"""

import gzip
from collections.abc import Sequence

from pipeline_assets.catalogue.enrichment import Delivery
from pipeline_assets.inbox import filing
from pipeline_assets.inbox.folders import Folders


def make_aside(folders: Folders, digest: str, name: str, lines: Sequence[bytes]) -> str:
    """Write the complete enriched file to disk under a hidden name, which is not processed.

    Returns its final path below the data folder: its source's name, or a free one like it.
    """
    content = b"\n".join(lines)
    content = gzip.compress(content, mtime=0) if name.endswith(".gz") else content
    filing.write_bytes(folders.unfinished_delivery(digest), content)
    return folders.relative(filing.unused_place(folders.product_inbox / name))


def place_delivery(folders: Folders, delivery: Delivery) -> None:
    """Move the enriched file into the product inbox, unless that was already done."""
    unfinished = folders.unfinished_delivery(delivery.digest)
    if unfinished.exists():
        filing.appear(unfinished, folders.data / delivery.delivered_path)
