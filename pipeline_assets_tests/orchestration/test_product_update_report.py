"""The report on the last files: its tables, and the figures that Dagster draws lines through."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import dagster as dg

from pipeline_assets.orchestration.drain import make_report
from pipeline_assets.orchestration.names import PRODUCT_UPDATE_REPORT
from pipeline_assets.reporting.pictures.drawing import COLOURS
from pipeline_assets.services.pipeline import utc_now
from pipeline_assets_tests.reporting.hostile import HOSTILE_TEXTS
from pipeline_assets_tests.reporting.shown_pictures import colours_in, picture_in
from pipeline_assets_tests.reporting.test_escaping import MARKDOWN
from pipeline_assets_tests.workplace import Workplace, row

ON_BOTH_DATABASES = True

KEY = dg.AssetKey(PRODUCT_UPDATE_REPORT)


def make(place: Workplace, asset_alone: bool = False) -> dict[str, Any]:
    """The metadata of the report that a run of its job makes, as the instance has stored them."""
    job = place.definitions.resolve_job_def(PRODUCT_UPDATE_REPORT)
    selection = [KEY] if asset_alone else None
    assert job.execute_in_process(instance=place.instance, asset_selection=selection).success
    return {name: value.value for name, value in stored(place).items()}


def stored(place: Workplace) -> Mapping[str, dg.MetadataValue]:
    (record,) = place.instance.fetch_materializations(KEY, limit=1).records
    assert record.asset_materialization is not None
    return record.asset_materialization.metadata


def today(back_days: int = 0) -> str:
    return (utc_now() - timedelta(days=back_days)).date().isoformat()


def test_the_report_lists_the_files_newest_first_and_counts_them_and_the_whole(
    workplace: Workplace,
) -> None:
    rows = [row("1", 1, day=today(2)), row("2", 2, day=today(2)), row("3", -1, day=today(2))]
    workplace.take("first.jsonl", rows)
    workplace.take("silent.jsonl", [row("1", 1, store_id="G2", day=today(30))])
    workplace.take("bad|name.jsonl", b"\xff\xfe")
    found = make(workplace)
    figures = {
        "files_handled": 3,
        "files_accepted": 2,
        "files_refused": 1,
        "files_halted": 0,
        "prices": 3,
        "skus": 2,
        "stores": 2,
        "stores_current": 1,
    }
    assert {name: found[name] for name in figures} == figures
    assert found["share_refused"] == 0.3333
    assert found["outcomes"] == {"accepted": 2, "quarantined": 1}
    assert found["window"].endswith("(Australia/Sydney)")
    heading, _, bad, silent, first = found["files"].splitlines()
    assert heading.startswith("| time | inbox | file | company | store | outcome | reason | rows |")
    assert "bad&#124;name.jsonl | – | – | quarantined | unreadable | – | – |" in bad
    assert "| pipeline-assets requeue 'bad&#124;name.jsonl' |" in bad
    assert "silent.jsonl | aldi | G2 | accepted | – | 1 | 0 | 1 | 0 | 0 |" in silent
    assert "first.jsonl | aldi | G1 | accepted | – | 3 | 1 | 2 | 0 | 0 |" in first


def test_the_same_table_is_there_for_programs_with_types(workplace: Workplace) -> None:
    workplace.take("good.jsonl", [row("1", 1)])
    workplace.take("bad.jsonl", b"\xff\xfe")
    make(workplace)
    table = stored(workplace)["file_records"]
    assert isinstance(table, dg.TableMetadataValue)
    bad, good = (record.data for record in table.records)
    assert (bad["file"], bad["outcome"], bad["rows"]) == ("bad.jsonl", "quarantined", None)
    assert (good["file"], good["company"], good["rows"], good["prices new"]) == (
        "good.jsonl",
        "aldi",
        1,
        1,
    )
    types = {column.name: column.type for column in table.schema.columns}
    assert (types["rows"], types["seconds"], types["file"]) == ("int", "float", "string")


def test_without_any_file_the_report_says_so(workplace: Workplace) -> None:
    assert workplace.pipeline
    found = make(workplace)
    assert found["files"] == "No file was handled in this window."
    assert (found["files_handled"], found["prices"]) == (0, 0)
    assert "share_refused" not in found
    assert "file_records" not in found


def test_the_days_prices_are_shown_in_pictures_and_tables(workplace: Workplace) -> None:
    for at, prices in (("2025-09-01", (1, 2, 4)), ("2025-09-02", (2, 2, 3))):
        rows = [
            row(f"{sku}", price, name=f"Tea | {sku}", day=at) for sku, price in enumerate(prices)
        ]
        workplace.take(f"{at}.jsonl", rows)
    found = make(workplace)
    heading, _, *rises = found["largest_rises"].splitlines()
    assert heading == (
        "| day | company | product | SKU | before, \\$ | now, \\$ | change | stores |"
    )
    assert rises == ["| 2025-09-02 | aldi | Tea &#124; 0 | 0 | 1.00 | 2.00 | \\+100.0 % | G1 |"]
    (fall,) = found["largest_falls"].splitlines()[2:]
    assert fall == "| 2025-09-02 | aldi | Tea &#124; 2 | 2 | 4.00 | 3.00 | \\-25.0 % | G1 |"
    for name, size in (("price_changes", (614, 240)), ("growth", (614, 220))):
        picture = picture_in(found[name])
        assert picture.size == size
        assert colours_in(picture)[COLOURS[0]] > 500


def test_without_any_change_of_a_price_the_report_says_so(workplace: Workplace) -> None:
    workplace.take("good.jsonl", [row("1", 1)])
    found = make(workplace)
    assert found["price_changes"] == "No price changed on the newest day of any company."
    assert found["largest_rises"] == "No price rose on the newest day of any company."
    assert found["largest_falls"] == "No price fell on the newest day of any company."
    assert colours_in(picture_in(found["growth"]))[COLOURS[0]] > 500


def test_the_window_is_a_setting(workplace: Workplace) -> None:
    workplace.take("good.jsonl", [row("1", 1)])
    workplace.change(
        settings={"report_window_s": 3_600}, clock=lambda: utc_now() + timedelta(hours=2)
    )
    found = make(workplace)
    assert (found["files_handled"], found["prices"]) == (0, 1)


def test_beyond_a_hundred_files_the_rest_is_counted_and_the_event_stays_small(
    workplace: Workplace,
) -> None:
    for number in range(103):
        workplace.take(f"{number:03}{'n' * 200}.jsonl", b"\xff\xfe%d" % number)
    found = make(workplace)
    lines = found["files"].splitlines()
    assert len([line for line in lines if "quarantined" in line]) == 100
    assert lines[-1] == "… and 3 older ones"
    assert found["files_refused"] == 103
    (record,) = workplace.instance.fetch_materializations(KEY, limit=1).records
    assert len(dg.serialize_value(record.event_log_entry)) < 250_000


def test_hostile_names_are_shown_as_they_are(workplace: Workplace) -> None:
    names = [f"{text.replace('/', ' ')}.jsonl" for text in HOSTILE_TEXTS]
    for number, name in enumerate(names):
        workplace.take(name, b"\xff\xfe%d" % number)
    found = make(workplace)
    tokens = MARKDOWN.parse(found["files"])
    children = [one for token in tokens for one in token.children or []]
    assert {one.type for one in children} <= {"text", "text_special"}
    cells = [
        "".join(one.content for one in token.children or [])
        for token in tokens
        if token.type == "inline"
    ]
    columns = 16
    assert len(cells) == columns * (len(names) + 1)
    shown = cells[columns + 2 :: columns]
    assert [one.strip() for one in reversed(shown)] == [name.strip() for name in names]


def test_the_report_can_be_made_alone_and_says_until_when_it_reports(workplace: Workplace) -> None:
    workplace.take("good.jsonl", [row("1", 1)])
    make(workplace, asset_alone=True)
    (run,) = workplace.instance.get_runs()
    handled_at = workplace.one("SELECT ended_at FROM file_attempts")
    assert str(handled_at)[:23] == run.tags[".dagster/pipeline_reported_until"][:23].replace(
        "T", " "
    )


def test_a_drain_makes_one_report_after_post_processing_and_none_without_news(
    workplace: Workplace,
) -> None:
    place = (workplace.pipeline, workplace.instance, workplace.definitions)
    assert make_report(*place) is None
    workplace.take("good.jsonl", [row("1", 1)])
    first = make_report(*place)
    assert first is not None
    assert first.success
    assert make_report(*place) is None
    workplace.take("bad.jsonl", b"\xff\xfe")
    second = make_report(*place)
    assert second is not None
    assert second.success
    assert stored(workplace)["files_refused"].value == 1
