"""The table of settings: variable, default and meaning of each field of `Settings`."""

from collections.abc import Iterable

from pydantic.fields import FieldInfo

from pipeline_assets.alerts.variables import AlertSettings
from pipeline_assets.enrichment.variables import EnrichmentSettings
from pipeline_assets.retention_settings import RetentionSettings
from pipeline_assets.settings import Settings
from tools.reference.markdown import code, sections, table

_PARTS = (
    ("Files, prices and reports", Settings),
    ("Barcode enrichment", EnrichmentSettings),
    ("Alerts", AlertSettings),
    ("Retention", RetentionSettings),
)


def variable_of(name: str) -> str:
    """The environment variable of a field."""
    field = Settings.model_fields[name]
    return str(field.validation_alias or f"PIPELINE_{name.upper()}")


def settings() -> str:
    """All settings, those of a part of the system below its heading."""
    return sections(
        *(
            sections(f"## {heading}", _table(vars(owner).get("__annotations__", {})))
            for heading, owner in _PARTS
        )
    )


def _table(names: Iterable[str]) -> str:
    fields = ((name, Settings.model_fields.get(name)) for name in names)
    return table(
        ("variable", "default", "meaning"),
        (
            (code(variable_of(name)), _default(field), field.description or "")
            for name, field in fields
            if field is not None
        ),
    )


def _default(field: FieldInfo) -> str:
    value = field.default
    if value is None or value == "":
        return "none"
    if isinstance(value, bool):
        return code(str(value).lower())
    return code(f"{value:g}" if isinstance(value, float) else value)
