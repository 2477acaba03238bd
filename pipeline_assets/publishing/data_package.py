"""`datapackage.json`: what each file and column of a set means, as a Frictionless Data Package."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline_assets.publishing.columns import PublishedColumn, field_of

DESCRIPTOR = "datapackage.json"
# The standard's second version; readers of the first ignore what it has more.
_PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
_MEDIA_TYPES = {
    "parquet": "application/vnd.apache.parquet",
    "csv": "text/csv",
    "json": "application/json",
}


@dataclass(frozen=True, slots=True)
class DescribedFiles:
    """One resource of a package: a table, or a document without columns, in one or more files.

    `paths` are relative to the set; `digests` are the SHA-256 of each, `sizes` their bytes.
    """

    name: str
    title: str
    description: str
    format: str
    paths: Sequence[str]
    columns: Sequence[PublishedColumn] = ()
    key: Sequence[str] = ()
    sizes: Mapping[str, int] | None = None
    digests: Mapping[str, str] | None = None


def data_package(title: str, description: str, resources: Sequence[DescribedFiles]) -> str:
    """The text of the descriptor; it says nothing that differs between equal sets."""
    package = {
        "$schema": _PROFILE,
        "name": "supermarket-prices",
        "title": title,
        "description": description,
        "resources": [_resource(one) for one in resources],
    }
    return json.dumps(package, ensure_ascii=False, indent=2) + "\n"


def _resource(files: DescribedFiles) -> dict[str, Any]:
    is_single = len(files.paths) == 1
    resource: dict[str, Any] = {
        "name": files.name,
        "type": "table" if files.columns else "json",
        "title": files.title,
        "description": files.description,
        "path": files.paths[0] if is_single else list(files.paths),
        "format": files.format,
        "mediatype": _MEDIA_TYPES[files.format],
    }
    if files.format != "parquet":
        resource["encoding"] = "utf-8"
    if is_single and files.sizes and files.digests:
        resource["bytes"] = files.sizes[files.paths[0]]
        resource["hash"] = f"sha256:{files.digests[files.paths[0]]}"
    if files.format == "csv":
        resource["dialect"] = {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"'}
    if files.columns:
        resource["schema"] = {
            "fields": [field_of(column) for column in files.columns],
            "primaryKey": list(files.key),
            "missingValues": [""],
        }
    return resource
