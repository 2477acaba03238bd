"""What its declaration gives every step of post-processing: a transaction, a watermark."""

import json
from collections.abc import Callable

import pytest
from sqlalchemy import text

from pipeline_assets.services.operators.decide import decide
from pipeline_assets.services.post_processing.options import PostProcessingOptions
from pipeline_assets.services.post_processing.reports import StepReport
from pipeline_assets.services.post_processing.step import Step, StepContext
from pipeline_assets.services.post_processing.steps import STEPS, run_step
from pipeline_assets.services.post_processing.timing import Backlog, read_backlog
from pipeline_assets_tests.workplace import Workplace, row

ON_BOTH_DATABASES = True

WATERMARKS = "SELECT step, file_id FROM post_processing_steps"
DRY = PostProcessingOptions(dry_run=True)


@pytest.fixture
def place(workplace: Workplace) -> Workplace:
    """A workplace whose newest accepted file is its second."""
    for number in (1, 2):
        workplace.take(f"{number}.jsonl", [row(store_id=number)])
    return workplace


def seeing(seen: list[tuple[int, int]]) -> Callable[[StepContext], StepReport]:
    """The work of a step that notes what it is given, and leaves a trace in the catalogue."""

    def work(context: StepContext) -> StepReport:
        seen.append((context.seen_file_id, context.newest_file_id))
        context.connection.execute(text("UPDATE stores SET store_name = 'seen'"))
        return StepReport(changes={"stores": 2})

    return work


def run(place: Workplace, step: Step, options: PostProcessingOptions | None = None) -> StepReport:
    return run_step(place.pipeline, step, options or PostProcessingOptions())


def test_a_step_is_given_its_watermark_and_has_seen_the_newest_file_when_it_ends(
    place: Workplace,
) -> None:
    seen: list[tuple[int, int]] = []
    step = Step("counted", "Counts.", seeing(seen), keeps_watermark=True)
    report = run(place, step)
    run(place, step)
    place.take("3.jsonl", [row(store_id=3)])
    run(place, step)
    assert seen == [(0, 2), (2, 2), (2, 3)]
    assert place.rows(WATERMARKS) == [("counted", 3)]
    assert (report.step, report.changed, report.dry_run) == ("counted", 2, False)


def test_a_dry_run_and_a_step_that_fails_leave_the_watermark_and_everything_else(
    place: Workplace,
) -> None:
    def fail(context: StepContext) -> StepReport:
        seeing([])(context)
        raise RuntimeError("a bug")

    before = place.tables(without=())
    report = run(place, Step("counted", "Counts.", seeing([]), keeps_watermark=True), DRY)
    with pytest.raises(RuntimeError, match="a bug"):
        run(place, Step("counted", "Counts.", fail, keeps_watermark=True))
    assert (report.step, report.changed, report.dry_run) == ("counted", 2, True)
    assert place.tables(without=()) == before


def test_a_step_without_a_watermark_has_never_seen_a_file(place: Workplace) -> None:
    seen: list[tuple[int, int]] = []
    for _ in range(2):
        run(place, Step("counted", "Counts.", seeing(seen)))
    assert seen == [(0, 2), (0, 2)]
    assert place.rows(WATERMARKS) == []


def test_post_processing_is_behind_until_every_step_with_a_watermark_has_run(
    place: Workplace,
) -> None:
    begun = read_backlog(place.pipeline, None).waits_since
    assert begun is not None
    keeping = [step for step in STEPS if step.keeps_watermark]
    for step in STEPS:
        assert read_backlog(place.pipeline, begun) == Backlog(2, 0, begun)
        run(place, step)
        if step is keeping[-1]:
            break
    assert read_backlog(place.pipeline, begun) == Backlog(2, 2, begun)
    place.take("3.jsonl", [row(store_id=3)])
    assert read_backlog(place.pipeline, begun) == Backlog(3, 2, begun)


def test_a_step_has_seen_no_more_than_the_steps_before_it(place: Workplace) -> None:
    """Run alone and too early, it is given the same files once more."""
    first, *_, last = STEPS
    run(place, last)
    assert place.rows(WATERMARKS) == [(last.name, 0)]
    for step in STEPS:
        run(place, step)
    assert {file_id for _, file_id in place.rows(WATERMARKS)} == {2}
    place.take("3.jsonl", [row(store_id=3)])
    run(place, last)
    assert dict(place.rows(WATERMARKS))[last.name] == 2
    run(place, first)
    assert dict(place.rows(WATERMARKS)) == {step.name: 2 for step in STEPS} | {first.name: 3}


def test_there_is_news_after_a_file_and_after_a_decision_until_the_next_file(
    place: Workplace,
) -> None:
    news: list[bool] = []

    def note(context: StepContext) -> StepReport:
        news.append(context.has_news())
        return StepReport()

    step = Step("noted", "Notes.", note, keeps_watermark=True)
    run(place, step)
    run(place, step)
    place.take("3.jsonl", [row("1", store_id=3), row("2", name="Salt", store_id=3)])
    run(place, step)
    run(place, step)
    decide(place.pipeline, "never", "aldi/1", "aldi/2")
    run(place, step)
    run(place, step)
    assert news == [True, False, True, False, True, True]


def test_an_export_that_was_made_too_early_is_made_again(place: Workplace) -> None:
    """Alone, it exports what the steps before it have not brought up to date yet."""
    *before, export = STEPS
    exported = place.data / "translation_tables" / "products.json"
    run(place, export)
    assert json.loads(exported.read_text("utf-8")) == {}
    for step in before:
        run(place, step)
    assert run(place, export).changes == {"files_written": 1}
    assert len(json.loads(exported.read_text("utf-8"))) == 1
    assert run(place, export).changes == {"files_written": 0}


def test_a_missing_export_is_written_though_there_is_no_news(place: Workplace) -> None:
    for step in STEPS:
        run(place, step)
    exported = place.data / "translation_tables" / "products.json"
    before = exported.read_bytes()
    exported.unlink()
    report = run(place, STEPS[-1])
    assert (report.changes, report.details) == (
        {"files_written": 1},
        ["products.json: 1 entries"],
    )
    assert exported.read_bytes() == before


def test_the_steps_are_these_in_this_order_each_with_a_watermark() -> None:
    assert [(step.name, step.keeps_watermark) for step in STEPS] == [
        ("brand_translations", True),
        ("reconciled_brands", True),
        ("product_translations", True),
        ("reconciled_products", True),
        ("reconciled_groups", True),
        ("cleaned_catalogue", True),
        ("sku_words", True),
        ("product_prices", True),
        ("suggested_matches", True),
        ("exported_translation_tables", True),
    ]


def test_a_step_reports_how_many_rows_its_table_has_unless_it_only_rehearses(
    place: Workplace,
) -> None:
    step = Step("counted", "Counts.", seeing([]), table="stores")
    assert run(place, step).rows == 2
    place.take("3.jsonl", [row(store_id=3)])
    assert run(place, step).rows == 3
    assert run(place, step, DRY).rows is None
    assert run(place, Step("other", "Counts nothing.", seeing([]))).rows is None


def test_the_steps_that_fill_a_table_name_it() -> None:
    assert {step.name: step.table for step in STEPS if step.table} == {
        "brand_translations": "brand_translations",
        "reconciled_brands": "brands",
        "product_translations": "product_translations",
        "reconciled_products": "products",
        "reconciled_groups": "store_groups",
        "suggested_matches": "sku_suggestions",
        "sku_words": "sku_words",
        "product_prices": "company_products",
    }
