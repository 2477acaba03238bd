"""The URL of an object store, as the setting gives it: which store, which bucket, which prefix."""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import urlsplit

SCHEMES = {"s3": "s3://bucket/prefix", "gs": "gs://bucket/prefix", "az": "az://container/prefix"}
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,220}[A-Za-z0-9]", re.ASCII)
_PREFIX = re.compile(r"[\w.-]+(/[\w.-]+)*", re.ASCII)


@dataclass(frozen=True, slots=True)
class ObjectUrl:
    """An object store: `scheme` is a key of `SCHEMES`; `prefix` has no slash at either end."""

    scheme: str
    bucket: str
    prefix: str

    @property
    def shown(self) -> str:
        """The URL, which has no secrets in it."""
        return str(self.root)

    @property
    def root(self) -> "ObjectPath":
        """The path under which everything lies."""
        return ObjectPath(f"{self.scheme}:", self.bucket, self.prefix)


class ObjectPath(PurePosixPath):
    """A path whose first parts are a scheme and a bucket; as a text, it is a URL."""

    def __str__(self) -> str:
        text = super().__str__()
        scheme, colon, rest = text.partition(":/")
        return f"{scheme}://{rest}" if colon and scheme in SCHEMES else text


def parse_object_url(text: str) -> ObjectUrl:
    """The parts of a URL; raises `ValueError` that says what is wrong, without repeating it."""
    parts = urlsplit(text)
    if parts.scheme not in SCHEMES:
        raise ValueError(f"give a URL such as {' or '.join(SCHEMES.values())}")
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise ValueError(
            "the URL has a user, a query or a fragment; credentials come from the environment, "
            "such as AWS_ACCESS_KEY_ID"
        )
    prefix = parts.path.strip("/")
    if not _BUCKET.fullmatch(parts.netloc):
        raise ValueError(f"{parts.scheme}:// must be followed by the name of a bucket")
    if prefix and (not _PREFIX.fullmatch(prefix) or {".", ".."} & set(prefix.split("/"))):
        raise ValueError("the prefix may have letters, digits, dots, - and _, separated by slashes")
    return ObjectUrl(parts.scheme, parts.netloc, prefix)
