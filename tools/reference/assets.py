"""What Dagster shows: assets by group, asset checks, jobs and sensors."""

from collections.abc import Iterator
from itertools import groupby

import dagster as dg

from pipeline_assets.definitions import build_defs
from pipeline_assets.orchestration.resources import PipelineResource
from tools.reference.markdown import code, sections, table

# Each asset links to its page under this address; the site's own address of it is relative.
_BASE = "https://code.invalid"


def assets() -> str:
    """Every asset below its group: what it means, what it is made of, where to read on."""
    specs = sorted(_definitions().resolve_all_asset_specs(), key=lambda spec: spec.group_name or "")
    return sections(
        *(
            sections(f"## {group}", *(_asset(spec) for spec in found))
            for group, found in groupby(specs, key=lambda spec: spec.group_name)
        )
    )


def checks() -> str:
    """Every asset check: what must hold."""
    rows = sorted(
        (spec.asset_key.to_user_string(), spec.name, spec.description or "")
        for part in _definitions().asset_checks or ()
        for spec in part.check_specs
    )
    shown = ((code(name), code(asset), text) for asset, name, text in rows)
    return table(("check", "asset", "what must hold"), shown)


def jobs() -> str:
    """Every job: what a run of it does."""
    found = sorted(_definitions().jobs or (), key=lambda job: job.name)
    return table(("job", "what a run does"), ((code(job.name), _text(job)) for job in found))


def sensors() -> str:
    """Every sensor: what it requests or reports, and how often it looks."""
    found = sorted(_definitions().sensors or (), key=lambda sensor: sensor.name)
    rows = (
        (code(one.name), f"{one.minimum_interval_seconds} s", one.description or "")
        for one in found
    )
    return table(("sensor", "looks every", "what it does"), rows)


def _definitions() -> dg.Definitions:
    return build_defs(PipelineResource(settings={"code_url": _BASE}))


def _text(job: object) -> str:
    return str(getattr(job, "description", "") or "")


def _asset(spec: dg.AssetSpec) -> str:
    return sections(f"### {spec.key.to_user_string()}", spec.description or "", *_facts(spec))


def _facts(spec: dg.AssetSpec) -> Iterator[str]:
    after = sorted(one.asset_key.to_user_string() for one in spec.deps)
    lines = []
    if after:
        lines.append(f"- after {', '.join(code(name) for name in after)}")
    shown = spec.metadata.get("dagster/table_name")
    if shown:
        lines.append(f"- shows the rows and columns of `{shown}`")
    page = getattr(spec.metadata.get("documentation"), "value", "")
    prefix = f"{_BASE}/docs/"
    if str(page).startswith(prefix):
        target = str(page).removeprefix(prefix)
        lines.append(f"- [read more](../{target})")
    if lines:
        yield "\n".join(lines)
