"""Old entries in the record of attempts are removed; the ledger is not touched."""

from datetime import timedelta

from pipeline_assets.services.pipeline import utc_now
from pipeline_assets.services.retention.attempts import remove_old_attempts
from pipeline_assets.services.retention.part import RetentionPart
from pipeline_assets.services.retention.time_limit import TimeLimit
from pipeline_assets_tests.workplace import Workplace, row

ON_BOTH_DATABASES = True


def remove(place: Workplace, *, days: int = 30, is_rehearsal: bool = False) -> RetentionPart:
    place.change(settings={"keep_attempts_days": days})
    return remove_old_attempts(place.pipeline, TimeLimit(60), is_rehearsal=is_rehearsal)


def test_entries_of_accepted_files_go_and_those_of_refused_ones_stay(workplace: Workplace) -> None:
    place = workplace
    place.take("1.jsonl", [row()])
    place.take("2.jsonl", [row(day="2025-09-02")])
    place.take("bad.jsonl", b"no json\n")
    place.take("3.jsonl", [row(day="2025-09-03")])
    ledger = place.rows("SELECT * FROM ingested_files ORDER BY file_id")
    assert remove(place).figures == {"attempts_removed": 0}
    place.change(clock=lambda: utc_now() + timedelta(days=60))
    expected = {"attempts_removed": 2}
    assert remove(place, is_rehearsal=True).figures == expected
    assert place.one("SELECT COUNT(*) FROM file_attempts") == 4
    assert remove(place).figures == expected
    # The newest entry stays too: its number must not be given again.
    names = place.rows("SELECT name, outcome FROM file_attempts ORDER BY attempt_id")
    assert names == [("bad.jsonl", "quarantined"), ("3.jsonl", "accepted")]
    assert place.rows("SELECT * FROM ingested_files ORDER BY file_id") == ledger
    assert remove(place).figures == {"attempts_removed": 0}
    assert place.take("again.jsonl", [row()]).reason == "duplicate"


def test_without_the_setting_nothing_goes(workplace: Workplace) -> None:
    workplace.take("1.jsonl", [row()])
    workplace.change(clock=lambda: utc_now() + timedelta(days=6_000))
    part = remove_old_attempts(workplace.pipeline, TimeLimit(60))
    assert part.why_off == "PIPELINE_KEEP_ATTEMPTS_DAYS is not set."
    assert workplace.one("SELECT COUNT(*) FROM file_attempts") == 1
