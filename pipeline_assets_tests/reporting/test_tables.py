"""Tables for people, of values from files."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from pipeline_assets.catalogue.file_log import LoggedFile
from pipeline_assets.reporting.file_table import age, file_rows, local_time
from pipeline_assets.reporting.tables import Link, TableRow, markdown_table, plain_row, shortened
from pipeline_assets_tests.reporting.hostile import HOSTILE_TEXTS, UNSEEN_TEXTS
from pipeline_assets_tests.reporting.test_escaping import MARKDOWN, cells

SYDNEY = ZoneInfo("Australia/Sydney")
NOON = datetime(2025, 9, 10, 12)
RUN = "b4052503-ee81-4949-a863-858c774e7321"


def logged(name: str = "a.jsonl", message: str | None = None, **more: str | None) -> LoggedFile:
    """A file that was refused."""
    facts = {"company": "aldi", "store_id": "G1", "outcome": "quarantined", "reason": "stale"}
    texts = facts | more
    return LoggedFile(
        handled_at=NOON,
        began_at=NOON - timedelta(seconds=2.5),
        inbox="product_inbox",
        name=name,
        company=texts["company"],
        store_id=texts["store_id"],
        outcome=texts["outcome"] or "",
        reason=texts["reason"],
        message=message,
        rows_read=1234,
        rows_rejected=None,
        prices_new=None,
        prices_changed=None,
        prices_delisted=None,
        run_id=texts.get("run_id"),
        acknowledged_at=None,
    )


def test_a_table_has_a_heading_numbers_at_the_right_and_says_what_is_unknown() -> None:
    rows: list[TableRow] = [
        {"file": "a|b", "rows": 1234, "seconds": 0.5, "run": Link("b405", f"/runs/{RUN}")},
        {"file": None, "rows": None, "seconds": 1234.567, "run": None},
    ]
    assert markdown_table(rows).splitlines() == [
        "| file | rows | seconds | run |",
        "| --- | ---: | ---: | --- |",
        f"| a&#124;b | 1,234 | 0.50 | [b405](/runs/{RUN}) |",
        "| – | – | 1,234.57 | – |",
    ]
    assert markdown_table([]) == ""


@pytest.mark.parametrize("target", ["javascript:alert(1)", "//evil", "/a) [x](y", "/a b", ""])
def test_a_link_leads_only_to_a_page_of_the_ui(target: str) -> None:
    assert markdown_table([{"run": Link("x", target)}]).splitlines()[-1] == "| x |"


def test_a_table_of_hostile_texts_shows_them_as_they_are() -> None:
    texts = [*HOSTILE_TEXTS, *UNSEEN_TEXTS]
    found = cells(markdown_table([{"text": text, "end": "x"} for text in texts]))
    assert len(found) == 2 * (len(texts) + 1)
    for text, shown in zip(texts, found[2::2], strict=True):
        assert shown.isprintable()
        assert shown.strip() == text.strip() or text in UNSEEN_TEXTS


def test_a_plain_row_has_no_links_and_spells_out_what_is_not_seen() -> None:
    row: TableRow = {
        "file": "a\n\u202eb",
        "rows": 3,
        "share": 0.5,
        "run": Link("x\x1b", "/runs/1"),
        "no": None,
    }
    assert plain_row(row) == {
        "file": "a\\n\\u202eb",
        "rows": 3,
        "share": 0.5,
        "run": "x\\x1b",
        "no": None,
    }


def test_a_long_text_keeps_both_ends() -> None:
    assert shortened("a" * 10, 10) == "a" * 10
    cut = shortened("aldi-" + "x" * 250 + "2025-09-09.jsonl.gz", 80)
    assert len(cut) == 80
    assert cut.startswith("aldi-xxx")
    assert cut.endswith("x2025-09-09.jsonl.gz")
    assert "…" in cut


def test_a_file_is_a_row_with_local_time_its_remedy_and_a_link_to_its_run() -> None:
    (row,) = file_rows([logged(message="Why.", run_id=RUN)], SYDNEY, lambda file: f"do {file.name}")
    assert row == {
        "time": "2025-09-10 22:00:00",
        "inbox": "product",
        "file": "a.jsonl",
        "company": "aldi",
        "store": "G1",
        "outcome": "quarantined",
        "reason": "stale",
        "rows": 1234,
        "rejected": None,
        "prices new": None,
        "changed": None,
        "delisted": None,
        "seconds": 2.5,
        "message": "Why.",
        "to do": "do a.jsonl",
        "run": Link(RUN[:8], f"/runs/{RUN}"),
    }


def test_hostile_files_make_one_line_each_and_nothing_but_text_and_their_runs_link() -> None:
    files = [logged(text, text, company=text, store_id=text, run_id=RUN) for text in HOSTILE_TEXTS]
    files += [logged(text, text, company=text, run_id=text) for text in UNSEEN_TEXTS]
    table = markdown_table(file_rows(files, SYDNEY, lambda _: None))
    assert len(table.splitlines()) == 2 + len(files)
    tokens = [one for token in MARKDOWN.parse(table) for one in token.children or []]
    links = [one.attrs["href"] for one in tokens if one.type == "link_open"]
    assert links == [f"/runs/{RUN}"] * len(HOSTILE_TEXTS)
    assert {one.type for one in tokens} <= {"text", "text_special", "link_open", "link_close"}


def test_a_row_of_the_longest_texts_stays_small() -> None:
    (row,) = file_rows([logged("n" * 255, "m" * 50_000)], SYDNEY, lambda _: None)
    assert sum(len(str(cell)) for cell in row.values()) < 600


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (-5, "0 s"),
        (0.4, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3_599, "59 min"),
        (3_600, "1 h"),
        (172_799, "47 h"),
        (172_800, "2 days"),
        (31 * 86_400, "31 days"),
    ],
)
def test_an_age_is_told_in_its_largest_unit(seconds: float, shown: str) -> None:
    assert age(seconds) == shown


def test_times_are_those_of_the_zone_in_summer_too() -> None:
    assert local_time(datetime(2025, 12, 31, 13, 30), SYDNEY) == "2026-01-01 00:30:00"
