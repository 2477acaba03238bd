"""A page of the objects in a folder of an S3 bucket, read without obstore.

obstore gives nothing of a page in which one key has a control character or an empty part. Here such
a key is one of the listed, and what XML cannot hold in it is U+FFFD.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from urllib.parse import quote, urlencode
from xml.etree import ElementTree

from pipeline_assets.inbox.object_versions import ObjectVersion, whole_seconds_ns

UNKNOWN = "\N{REPLACEMENT CHARACTER}"
MAX_KEYS = 1000
_REFERENCE = re.compile(r"&#(?:x([0-9a-fA-F]+)|([0-9]+));")
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Page(NamedTuple):
    """Objects, prefixes of folders, and what the request for the next page names, if any."""

    objects: list[ObjectVersion]
    prefixes: list[str]
    next_page: str | None


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Asks for the objects whose key begins with `prefix` and has no slash after it."""

    prefix: str
    page: str | None = None

    def signed(self, sign: Callable[[str | None], str]) -> str:
        """The address of the page.

        `sign` signs a GET of a URL that ends in a slash, or of the bucket without one. It cannot be
        given a query; but what it signs may have one already, and the slash ends ours.
        """
        bucket = sign(None).partition("?")[0]
        query: Mapping[str, str] = {
            "list-type": "2",
            "max-keys": str(MAX_KEYS),
            "prefix": self.prefix,
            **({} if self.page is None else {"continuation-token": self.page}),
        }
        return sign(f"{bucket}?{urlencode(query, quote_via=quote)}&delimiter=")


def list_folder(prefix: str, ask: Callable[[PageRequest], Page]) -> Page:
    """All pages as one."""
    page = ask(PageRequest(prefix))
    objects, prefixes = page.objects, page.prefixes
    while page.next_page is not None:
        page = ask(PageRequest(prefix, page.next_page))
        objects, prefixes = objects + page.objects, prefixes + page.prefixes
    return Page(objects, prefixes, None)


def parse_page(answer: bytes) -> Page:
    """The page that an answer holds; raises `ValueError` if it is no such answer."""
    text = _REFERENCE.sub(_held_in_xml, answer.decode("utf-8", "replace"))
    try:
        root = ElementTree.fromstring(_NOT_IN_XML.sub(UNKNOWN, text))  # noqa: S314 - our own store
    except ElementTree.ParseError as error:
        raise ValueError(str(error)) from error
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    if root.tag != "ListBucketResult":
        raise ValueError(f"it answers with {root.tag}")
    return Page(
        [_version(one) for one in root.findall("Contents")],
        [one.findtext("Prefix", "") for one in root.findall("CommonPrefixes")],
        root.findtext("NextContinuationToken") or None,
    )


def _held_in_xml(reference: re.Match[str]) -> str:
    """The reference; or the unknown character, if it is one that XML does not allow."""
    number = int(reference[1], 16) if reference[1] else int(reference[2])
    is_allowed = number <= 0x10FFFF and not _NOT_IN_XML.match(chr(number))
    return reference[0] if is_allowed else UNKNOWN


def _version(contents: ElementTree.Element) -> ObjectVersion:
    written = datetime.fromisoformat(contents.findtext("LastModified", ""))
    return ObjectVersion(
        contents.findtext("Key", ""),
        int(contents.findtext("Size", "")),
        contents.findtext("ETag", ""),
        whole_seconds_ns(written),
    )
