"""Killed at any moment while it publishes: the latest set is a complete one, the old or the new."""

import hashlib
import json
import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipeline_assets.publishing.sets import SetFolder
from pipeline_assets.services.publishing.publish import publish
from pipeline_assets_tests.commands import beside
from pipeline_assets_tests.services.publishing.catalogues import fill
from pipeline_assets_tests.soaks import SEED, rounds
from pipeline_assets_tests.workplace import Workplace, row

# About as long as it takes to publish.
LONGEST_S = 0.5
SETS, POINTER = "pipeline_assets.publishing.sets", "pipeline_assets.publishing.latest"
WRITE_SET = "pipeline_assets.services.publishing.write_set"
# Where it is killed: a function, and at its how manieth call.
MOMENTS = [
    (f"{WRITE_SET}:_write_prices", 1),
    (f"{WRITE_SET}:_write_products", 1),
    (f"{WRITE_SET}:_write_changes", 1),
    (f"{WRITE_SET}:_write_comparison", 1),
    ("pipeline_assets.publishing.parquet:ParquetTarget._write", 2),
    ("pipeline_assets.publishing.arrow:schema_of", 3),
    ("pathlib:Path.mkdir", 1),
    ("pathlib:Path.mkdir", 3),
    (f"{SETS}:files_of", 1),
    (f"{SETS}:sync_to_disk", 2),
    (f"{SETS}:SetFolder._write_record", 1),
    (f"{SETS}:SetFolder.keep", 1),
    ("pathlib:Path.replace", 1),
    ("pathlib:Path.replace", 2),
    ("pathlib:Path.rename", 1),
    ("pathlib:Path.rename", 2),
    ("pathlib:Path.symlink_to", 1),
    (f"{POINTER}:LinkInFolder.swap", 1),
    ("shutil:rmtree", 1),
]

Kill = Callable[[dict[str, Any]], int]


@dataclass(frozen=True)
class Shop:
    """A workplace with three sets and news; what is published in the end; the sets as they were."""

    place: Workplace
    old: str
    new: str
    before: Path

    @property
    def folder(self) -> Path:
        """Where the sets are."""
        return self.place.data / "published"

    def reset(self) -> None:
        """The three sets, and no other trace."""
        shutil.rmtree(self.folder)
        shutil.copytree(self.before, self.folder, symlinks=True)


@pytest.fixture(scope="module")
def killed_publication() -> Iterator[Kill]:
    """Publishes in a fork and kills it; returns how it ended."""
    with beside("pipeline_assets_tests.end_to_end.killed_publication") as (stdin, stdout):

        def send(order: dict[str, Any]) -> int:
            stdin.write(json.dumps(order) + "\n")
            stdin.flush()
            return int(stdout.readline())

        yield send


@pytest.fixture
def stocked(workplace: Workplace, tmp_path: Path) -> Shop:
    fill(workplace)
    old = ""
    for day in ("06", "07", "08"):
        old = publish(workplace.pipeline).latest.name
        workplace.take(f"{day}.jsonl", [row("1", 3.0, store_id="G9", day=f"2025-09-{day}")])
    folder = workplace.data / "published"
    assert len(list(folder.iterdir())) == 4
    before = tmp_path / "before"
    shutil.copytree(folder, before, symlinks=True)
    new = publish(workplace.pipeline).latest.name
    workplace.pipeline.engine.dispose()
    return Shop(workplace, old, new, before)


def name_of_the_whole_set(folder: Path) -> str:
    """The latest set's name; all files that its descriptor names are there with their digests."""
    latest = folder / "latest"
    files = json.loads((latest / ".set.json").read_bytes())["files"]
    assert len(files) > 4
    for path, file in files.items():
        assert hashlib.sha256((latest / path).read_bytes()).hexdigest() == file["sha256"], path
    return latest.readlink().name


def check(shop: Shop, about: str) -> None:
    """The latest set is whole, and the next publication leaves everything in order."""
    assert name_of_the_whole_set(shop.folder) in (shop.old, shop.new), about
    assert publish(shop.place.pipeline).latest.name == shop.new, about
    assert name_of_the_whole_set(shop.folder) == shop.new, about
    names = sorted(path.name for path in shop.folder.iterdir())
    assert len(names) == 4, about
    assert [name for name in names if name.startswith(".")] == [], about
    for name in names[:3]:
        assert SetFolder(shop.folder)._find(name) is not None, about


def test_killed_between_any_two_steps(stocked: Shop, killed_publication: Kill) -> None:
    order = {"root": str(stocked.place.root)}
    names = set()
    for function, call in MOMENTS:
        for is_before in (True, False):
            stocked.reset()
            about = f"{'before' if is_before else 'after'} call {call} of {function}"
            moment = {"function": function, "call": call, "is_before": is_before}
            assert killed_publication(order | moment) == -9, about
            names.add(name_of_the_whole_set(stocked.folder))
            check(stocked, about)
    assert names == {stocked.old, stocked.new}


@pytest.mark.parametrize("count", [10, pytest.param(rounds(200), marks=pytest.mark.repeats)])
def test_killed_at_random_moments(count: int, stocked: Shop, killed_publication: Kill) -> None:
    choose = random.Random(SEED)
    killed = 0
    for number in range(count):
        stocked.reset()
        delay_s = choose.uniform(0, LONGEST_S)
        killed += killed_publication({"root": str(stocked.place.root), "delay_s": delay_s}) == -9
        check(stocked, f"round {number}, killed after {delay_s:.3f} s, seed {SEED}")
    print(f"{count} publications, {killed} killed in time")
    assert count < 10 or killed > count / 5


def test_two_that_publish_at_once_leave_one_set(stocked: Shop, killed_publication: Kill) -> None:
    stocked.reset()
    with (
        beside("pipeline_assets_tests.end_to_end.killed_publication") as (one_in, one_out),
        beside("pipeline_assets_tests.end_to_end.killed_publication") as (other_in, other_out),
    ):
        for stream in (one_in, other_in):
            order = {"root": str(stocked.place.root), "function": "shutil:move", "call": 1}
            stream.write(json.dumps(order | {"is_before": True}) + "\n")
            stream.flush()
        assert [int(one_out.readline()), int(other_out.readline())] == [0, 0]
    assert name_of_the_whole_set(stocked.folder) == stocked.new
    check(stocked, "two at once")
