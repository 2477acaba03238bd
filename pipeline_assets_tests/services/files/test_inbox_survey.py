"""What a look at an inbox finds: files under way or still growing hold back others of their store.

The order itself is tested in `inbox/test_ordering.py`; here it is that a look knows all it needs.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from pipeline_assets.inbox.scanning import InboxFile, SettledFiles
from pipeline_assets.orchestration.run_records import runs_of_inbox
from pipeline_assets.services.files.inbox_survey import Survey, survey
from pipeline_assets.services.files.liveness import this_process
from pipeline_assets_tests.services.situations import Status, begin, launch
from pipeline_assets_tests.workplace import Clock, Workplace, row

SETTLE_S = 5
# Before the folder's own clock, so that a file settles between two looks and not by its ctime.
LONG_AGO = datetime(2025, 1, 1)


class Looks:
    """Looks at the product inbox, one after the other, as one process makes them."""

    def __init__(self, place: Workplace) -> None:
        self.place = place
        self.clock = Clock(LONG_AGO)
        place.change(clock=self.clock)
        self._settled_files = SettledFiles(SETTLE_S)

    def drop(self, name: str, day: str, store_id: str = "G1") -> InboxFile:
        """A file of one store and day."""
        path = self.place.drop(name, [row(day=day, store_id=store_id)])
        return InboxFile.from_stat(name, path.lstat())

    def look(self, after_s: float = 0) -> Survey:
        """What is there `after_s` seconds after the look before."""
        self.clock.now += timedelta(seconds=after_s)
        pipeline = self.place.pipeline
        runs = runs_of_inbox(self.place.instance, pipeline.product_inbox)
        return survey(pipeline, runs, self._settled_files, pipeline.product_inbox)


@pytest.fixture
def looks(workplace: Workplace) -> Looks:
    assert workplace.pipeline
    return Looks(workplace)


def shown(found: Survey) -> dict[str, list[str]]:
    """The names of the files in each list that has any."""
    lists = {
        "takeable": [one.file.name for one in found.takeable],
        "waiting": [one.file.name for one in found.waiting],
        "unsettled": [file.name for file in found.unsettled],
        "in_flight": [file.name for file in found.in_flight],
        "halted": list(found.halted),
    }
    return {name: files for name, files in lists.items() if files}


def by_its_attempt(place: Workplace, file: InboxFile) -> None:
    begin(place, file, this_process())


def by_its_run(place: Workplace, file: InboxFile) -> None:
    launch(place, file, Status.STARTED)


@pytest.mark.parametrize("under_way", [by_its_attempt, by_its_run])
def test_while_a_stores_file_is_under_way_its_next_one_waits_and_other_stores_do_not(
    looks: Looks, under_way: Callable[[Workplace, InboxFile], None]
) -> None:
    first = looks.drop("day1.jsonl", "2025-09-01")
    looks.drop("day2.jsonl", "2025-09-02")
    looks.drop("other.jsonl", "2025-09-02", store_id="G2")
    under_way(looks.place, first)
    looks.look()
    assert shown(looks.look(after_s=SETTLE_S)) == {
        "takeable": ["other.jsonl"],
        "waiting": ["day2.jsonl"],
        "in_flight": ["day1.jsonl"],
    }


def test_a_stores_newer_file_waits_while_an_older_one_still_grows(looks: Looks) -> None:
    looks.drop("day2.jsonl", "2025-09-02")
    looks.drop("other.jsonl", "2025-09-02", store_id="G2")
    looks.look()
    looks.drop("day1.jsonl", "2025-09-01")
    assert shown(looks.look(after_s=SETTLE_S)) == {
        "takeable": ["other.jsonl"],
        "waiting": ["day2.jsonl"],
        "unsettled": ["day1.jsonl"],
    }
    assert shown(looks.look(after_s=SETTLE_S)) == {
        "takeable": ["day1.jsonl", "other.jsonl"],
        "waiting": ["day2.jsonl"],
    }
