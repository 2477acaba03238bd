"""A whole installation in a temporary folder: inboxes, catalogue, Dagster's storage."""

import gzip
import json
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any

import dagster as dg
from sqlalchemy import inspect, text

from pipeline_assets.catalogue.database.engine import reading
from pipeline_assets.definitions import build_defs
from pipeline_assets.orchestration.drain import Drained, drain_enrichment, drain_products
from pipeline_assets.orchestration.resources import PipelineResource
from pipeline_assets.services.enrichment.progress import Figures
from pipeline_assets.services.files.outcomes import FileOutcome
from pipeline_assets.services.ingestion.ingest_file import ingest_file
from pipeline_assets.services.operators import reports
from pipeline_assets.services.pipeline import Pipeline, utc_now
from pipeline_assets.services.post_processing.options import PostProcessingOptions
from pipeline_assets.services.post_processing.reports import StepReport
from pipeline_assets.services.post_processing.steps import STEPS, run_step
from pipeline_assets_tests import prepared
from pipeline_assets_tests.object_stores import Bucket

PROJECT_ROOT = Path(__file__).resolve().parents[1]
VOLATILE_TABLES = ("file_attempts", "inbox_headers", "alembic_version", "sqlite_sequence", "locks")


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Workplace:
    """One installation. `drain` goes through Dagster, `ingest` calls the service directly."""

    root: Path
    clock: Callable[[], datetime] = field(default=utc_now)
    catalogue_url: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    is_bare: bool = False
    bucket: Bucket | None = None
    _stack: ExitStack = field(default_factory=ExitStack)

    @classmethod
    def create(cls, root: Path, *, is_bare: bool = False, keeps_logs: bool = False) -> "Workplace":
        """Make the folders below `root`; in a bare one no storage is created yet.

        `keeps_logs`: what runs print is kept, as in the project's own configuration.
        """
        place = cls(root, is_bare=is_bare)
        if is_bare:
            place.home.mkdir()
            shutil.copy(prepared.DAGSTER_YAML, place.home)
        else:
            shutil.copytree(prepared.dagster_home(), place.home)
            if keeps_logs:
                prepared.keep_logs(place.home)
        place.inbox.mkdir(parents=True)
        return place

    @property
    def home(self) -> Path:
        """DAGSTER_HOME."""
        return self.root / "home"

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.root / "data"

    @property
    def inbox(self) -> Path:
        """The product inbox."""
        return self.data / "product_inbox"

    @property
    def environment(self) -> dict[str, str]:
        """The variables that make a process work in this place."""
        return {
            "DAGSTER_HOME": str(self.home),
            "PIPELINE_DATA_DIR": str(self.data),
            "PIPELINE_SETTLE_S": "0",
            "PIPELINE_RETRY_WAIT_S": "0",
            "CATALOGUE_URL": self.catalogue_url,
            **(self.bucket.variables if self.bucket else {}),
            **self.variables,
        }

    @property
    def resource(self) -> PipelineResource:
        """The pipeline of this place, as assets and sensors get it."""
        return PipelineResource(
            data_dir=str(self.data),
            catalogue_url=self.catalogue_url,
            settings={"settle_s": 0, "retry_wait_s": 0, **self.settings},
            clock=self.clock,
        )

    @cached_property
    def pipeline(self) -> Pipeline:
        """The pipeline of this place."""
        file = self.data / prepared.CATALOGUE
        if not (self.is_bare or self.catalogue_url or file.exists()):
            shutil.copy(prepared.catalogue(), file)
        return self.resource.open()

    @cached_property
    def instance(self) -> dg.DagsterInstance:
        """A persistent Dagster instance with the project's own configuration."""
        return self._stack.enter_context(dg.DagsterInstance.get())

    @cached_property
    def definitions(self) -> dg.Definitions:
        """The project's definitions, on this place's pipeline."""
        return build_defs(self.resource)

    def change(self, **fields: Any) -> None:
        """Set fields, and let the pipeline and the definitions be made anew from them."""
        for name, value in fields.items():
            setattr(self, name, value)
        for made in ("pipeline", "definitions"):
            self.__dict__.pop(made, None)

    def __enter__(self) -> "Workplace":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()
        if "pipeline" in self.__dict__:
            self.pipeline.engine.dispose()

    def drop(self, name: str, content: bytes | Iterable[Mapping[str, Any]]) -> Path:
        """Put a file into the product inbox: bytes as they are, or rows as JSON Lines."""
        if not isinstance(content, bytes):
            content = "".join(json.dumps(row) + "\n" for row in content).encode()
            content = gzip.compress(content, mtime=0) if name.endswith(".gz") else content
        return self.put(f"product_inbox/{name}", content)

    def put(self, name: str, content: bytes) -> Path:
        """Write a file below the data folder, or an object in its place; returns its path."""
        path = self.data / name
        if self.bucket is None:
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
        else:
            self.bucket.put(name, content)
        return path

    def content(self, name: str) -> bytes:
        """What is in a file below the data folder, or in the object in its place."""
        return (self.data / name).read_bytes() if self.bucket is None else self.bucket.get(name)

    def text(self, name: str) -> str:
        """The same as text."""
        return self.content(name).decode()

    def delete(self, name: str) -> None:
        """Remove a file below the data folder, or the object in its place."""
        if self.bucket is None:
            (self.data / name).unlink()
        else:
            self.bucket.delete(name)

    def ingest(self, name: str) -> FileOutcome:
        """Take one file, without Dagster."""
        return ingest_file(self.pipeline, name)

    def take(self, name: str, content: bytes | Iterable[Mapping[str, Any]]) -> FileOutcome:
        """Drop a file and take it, without Dagster."""
        self.drop(name, content)
        return self.ingest(name)

    def drain(self) -> Drained:
        """Take all files through Dagster."""
        return drain_products(self.pipeline, self.instance, self.definitions, Silent())

    def enrich(self, *, waits: bool = True) -> Drained:
        """Take all files of the enrichment inbox through Dagster."""
        silent = Silent()
        return drain_enrichment(
            self.pipeline, self.instance, self.definitions, silent, silent, waits=waits
        )

    def post_process(self, options: PostProcessingOptions | None = None) -> list[StepReport]:
        """Run all steps of post-processing, without Dagster."""
        options = options or PostProcessingOptions()
        return [run_step(self.pipeline, step, options) for step in STEPS]

    def outcomes(self, drained: Drained) -> dict[str, tuple[str, str | None]]:
        """What became of each file of a drain, as name → (outcome, reason)."""
        files = reports.file_reports(self.pipeline, drained)
        return {file.name: (file.outcome, file.reason) for file in files}

    def rows(self, sql: str, **values: Any) -> list[tuple[Any, ...]]:
        """The rows of a query on the catalogue."""
        with reading(self.pipeline.engine) as connection:
            return [tuple(row) for row in connection.execute(text(sql), values)]

    def one(self, sql: str, **values: Any) -> Any:
        """The single value of a query on the catalogue."""
        ((value,),) = self.rows(sql, **values)
        return value

    def tables(self, without: Sequence[str] = VOLATILE_TABLES) -> dict[str, list[tuple[Any, ...]]]:
        """Every table's rows, sorted, by table."""
        names = inspect(self.pipeline.engine).get_table_names()
        return {
            name: sorted(self.rows(f"SELECT * FROM {name}"), key=repr)
            for name in names
            if name not in without
        }

    def files(self, folder: str) -> list[str]:
        """The files below a folder of the data folder, as relative paths."""
        if self.bucket is not None:
            return self.bucket.names(folder)
        base = self.data / folder
        return sorted(str(path.relative_to(base)) for path in base.rglob("*") if path.is_file())


class Silent:
    """Progress that nobody watches."""

    def begin(self, name: str, waiting: int) -> None:
        """A file is taken."""

    def end(self, name: str, is_ok: bool) -> None:
        """Its run has ended."""

    def pause(self, seconds: float, why: str) -> None:
        """Nothing can be taken for so long."""

    def progress(self, figures: Figures) -> None:
        """A row is done."""

    def says(self, message: str) -> None:
        """Something happened."""


def row(
    sku: object = "1",
    price: object = 1.5,
    *,
    name: object = "Flat White Beans 500g",
    company: str = "aldi",
    store_id: object = "G1",
    day: str = "2025-09-01",
    **more: Any,
) -> dict[str, Any]:
    """One line of a snapshot, as scrapers write it; `more` are further keys of its product."""
    product = {"sku": sku, "name": name, "price_current": price, **more}
    metadata = {"company": company, "store_id": store_id, "scraped_date": day}
    return {"product": product, "metadata": metadata}
