"""Group `published`: the data sets, which are written together as one set, and the group's job."""

from collections.abc import Iterator
from functools import partial

import dagster as dg

from pipeline_assets.errors import UsageError
from pipeline_assets.orchestration.file_runs import opened, or_start_again
from pipeline_assets.orchestration.interruption import stoppable
from pipeline_assets.orchestration.names import (
    MAX_RUNTIME_TAG,
    PUBLISH,
    PUBLISH_OP,
    PUBLISHED,
)
from pipeline_assets.orchestration.resources import PipelineResource
from pipeline_assets.services.post_processing.steps import STEPS
from pipeline_assets.services.publishing.data_sets import DATA_PACKAGE, DATA_SETS, DataSet
from pipeline_assets.services.publishing.publish import Publication, publish

# Of the largest catalogues, a set takes longer to write than a file takes to be processed.
_LONGEST_S = 6 * 3_600


def _spec(data_set: DataSet) -> dg.AssetSpec:
    columns = [
        dg.TableColumn(column.name, column.sql_type, column.description)
        for column in data_set.columns
    ]
    schema = {"dagster/column_schema": dg.TableSchema(columns)} if columns else {}
    return dg.AssetSpec(
        data_set.asset,
        deps=[STEPS[-1].name],
        group_name=PUBLISHED,
        description=f"`published/latest/{data_set.file}`: {data_set.description} Written with the "
        "others as one set, when the catalogue has changed; the last three sets stay.",
        kinds={"file", data_set.file.rpartition(".")[2]},
        metadata=schema,
    )


@dg.multi_asset(
    name=PUBLISH_OP, specs=[_spec(one) for one in (*DATA_SETS, DATA_PACKAGE)], can_subset=False
)
def published_data_sets(
    context: dg.AssetExecutionContext, pipeline: PipelineResource
) -> Iterator[dg.MaterializeResult[None]]:
    """Writes a set if there is news, and shows where it is."""
    with stoppable():
        ready = opened(context, pipeline)
        message = "The data sets could not be published: {}. The latest set is as it was."
        try:
            published = or_start_again(context, ready, message, partial(publish, ready))
        except UsageError as error:
            raise dg.Failure(str(error), allow_retries=False) from error
    yield from (
        dg.MaterializeResult(asset_key=one.asset, metadata=_metadata(one, published))
        for one in (*DATA_SETS, DATA_PACKAGE)
    )


def _metadata(data_set: DataSet, published: Publication) -> dict[str, dg.MetadataValue]:
    """What the set's page shows: rows and bytes as figures, its digest, where it is."""
    latest = published.latest
    sizes = [
        int(file["bytes"])
        for path, file in latest.files.items()
        if path == data_set.file or path.startswith(f"{data_set.file}/")
    ]
    shown: dict[str, dg.MetadataValue] = {
        "is_written": dg.MetadataValue.bool(published.is_written),
        "digest": dg.MetadataValue.text(latest.name),
        "path": dg.MetadataValue.path(str(published.path / data_set.file)),
        "files": dg.MetadataValue.int(len(sizes)),
        "bytes": dg.MetadataValue.int(sum(sizes)),
        "bytes_of_the_set": dg.MetadataValue.int(latest.size),
    }
    if data_set.name in latest.rows:
        shown["dagster/row_count"] = dg.MetadataValue.int(latest.rows[data_set.name])
    return shown


publish_job = dg.define_asset_job(
    PUBLISH,
    selection=dg.AssetSelection.groups(PUBLISHED).materializable().without_checks(),
    executor_def=dg.in_process_executor,
    tags={MAX_RUNTIME_TAG: str(_LONGEST_S)},
    description="Publishes the catalogue: the data sets, and what else is in group `published`.",
)
