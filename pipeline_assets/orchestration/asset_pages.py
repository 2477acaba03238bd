"""What every asset's page shows besides its description: who looks after it, where to read on.

That is its owners, a tag with its subject, its table's name and columns, links to the
documentation and to the code.
"""

import inspect
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg

from pipeline_assets.catalogue.column_descriptions import described_columns
from pipeline_assets.inbox import folders
from pipeline_assets.inbox.folders import BARCODE_ENRICHMENT_INBOX
from pipeline_assets.orchestration.names import (
    CATALOGUE_REPORT,
    ENRICH_OP,
    EXPORT_STEP,
    RETENTION,
    SUBJECT_TAG,
)
from pipeline_assets.services.post_processing.steps import STEPS
from pipeline_assets.settings import Settings

Explicable = dg.AssetsDefinition | dg.AssetSpec

_PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class _About:
    """What an asset is about, the page that explains it, and the table or view that shows it."""

    subject: str
    page: str
    relation: str | None = None


_FILES = _About("files", "docs/product-update.md")
_ENRICHMENT = "docs/barcode-enrichment.md"
_PUBLISHED = "docs/published.md"
_STEPS = {
    "brand_translations": ("brands", "brand_translations"),
    "reconciled_brands": ("brands", "brand_aliases"),
    "product_translations": ("products", "product_translations"),
    "reconciled_products": ("products", "products"),
    "reconciled_groups": ("stores", "store_group_members"),
    "cleaned_catalogue": ("products", "products"),
    "sku_words": ("products", "sku_words"),
    "product_prices": ("prices", "product_prices"),
    "suggested_matches": ("products", "match_suggestions"),
    EXPORT_STEP: ("products", "product_translations"),
}
_ABOUT: Mapping[str, _About] = {
    BARCODE_ENRICHMENT_INBOX: _About("files", _ENRICHMENT),
    ENRICH_OP: _About("barcodes", _ENRICHMENT, "enriched_files"),
    "quarantine": _About("files", "docs/product-update.md#accepted-or-refused"),
    "processed_products": _About("products", "docs/product-update.md", "skus"),
    "store_prices": _About("prices", "docs/catalogue.md", "store_prices"),
    # It is read from several tables, and is none itself.
    "product_update_report": _About("files", "docs/product-update.md#last-night-at-a-glance"),
    CATALOGUE_REPORT: _About("catalogue", "docs/catalogue-report.md"),
    "translation_tables": _About("products", f"docs/post-processing.md#{EXPORT_STEP}"),
    "published_prices": _About("prices", f"{_PUBLISHED}#prices"),
    "published_products": _About("products", f"{_PUBLISHED}#products"),
    "published_price_changes": _About("prices", f"{_PUBLISHED}#price-changes"),
    "published_comparison": _About("prices", f"{_PUBLISHED}#comparison"),
    "published_data_package": _About("prices", _PUBLISHED),
    RETENTION: _About("maintenance", "docs/retention.md"),
} | {
    step: _About(subject, f"docs/post-processing.md#{step}", relation)
    for step, (subject, relation) in _STEPS.items()
}


def with_pages(assets: Iterable[Explicable], settings: Settings) -> list[Explicable]:
    """The assets with all that; what is asked of the settings are owners and the code's address."""
    return [
        one.map_asset_specs(_with(settings, _code_of(one)))
        if isinstance(one, dg.AssetsDefinition)
        else _with(settings, None)(one)
        for one in assets
    ]


def _with(settings: Settings, code: Any) -> Callable[[dg.AssetSpec], dg.AssetSpec]:
    def add(spec: dg.AssetSpec) -> dg.AssetSpec:
        name = spec.key.to_user_string()
        about = _ABOUT.get(name, _FILES)
        works = {step.name: step.work for step in STEPS}
        metadata = {
            **(_relation(about.relation) if about.relation else {}),
            "documentation": _page(about.page, settings.code_url),
            **_code(works.get(name) or code or folders, settings.code_url),
        }
        return spec.merge_attributes(
            owners=settings.owner_names, tags={SUBJECT_TAG: about.subject}, metadata=metadata
        )

    return add


def _relation(name: str) -> dict[str, Any]:
    columns = [
        dg.TableColumn(
            column.name,
            column.type,
            column.description,
            dg.TableColumnConstraints(nullable=column.is_nullable, unique=column.is_unique),
        )
        for column in described_columns(name)
    ]
    return {"dagster/table_name": name, "dagster/column_schema": dg.TableSchema(columns)}


def _page(page: str, code_url: str) -> dg.MetadataValue[Any]:
    """A link to a page of the documentation: on the web, or the file on this machine."""
    if code_url:
        return dg.MetadataValue.url(f"{code_url}/{page}")
    is_here = (_PROJECT / page.partition("#")[0]).is_file()
    return dg.MetadataValue.path(str(_PROJECT / page)) if is_here else dg.MetadataValue.text(page)


def _code_of(asset: dg.AssetsDefinition) -> Callable[..., Any] | None:
    """The function that makes the asset."""
    compute = getattr(asset.node_def, "compute_fn", None)
    return getattr(compute, "decorated_fn", None)


def _code(source: Any, code_url: str) -> dict[str, Any]:
    """A reference to where a function or module is written."""
    path = Path(inspect.getsourcefile(source) or "").resolve()
    label = path.relative_to(_PROJECT).as_posix()
    line = None if inspect.ismodule(source) else inspect.getsourcelines(source)[1]
    with warnings.catch_warnings():
        # Code references are a feature that Dagster may still change.
        warnings.simplefilter("ignore", dg.BetaWarning)
        anchor = f"#L{line}" if line else ""
        reference = (
            dg.UrlCodeReference(url=f"{code_url}/{label}{anchor}", label=label)
            if code_url
            else dg.LocalFileCodeReference(file_path=str(path), line_number=line, label=label)
        )
        value = dg.CodeReferencesMetadataValue(code_references=[reference])
    return {"dagster/code_references": value}
