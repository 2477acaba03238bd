"""All checks together: on an empty catalogue, on a used one, and what they leave behind."""

from pipeline_assets.services.checks.all_checks import ALL_CHECKS, evaluate
from pipeline_assets_tests.services.checks.judging import no_runs
from pipeline_assets_tests.workplace import Workplace, row

ON_BOTH_DATABASES = True


def test_nothing_is_wrong_with_an_empty_catalogue(workplace: Workplace) -> None:
    verdicts = evaluate(workplace.pipeline, ALL_CHECKS, no_runs)
    assert [check for check, _ in verdicts] == list(ALL_CHECKS)
    assert [check.name for check, verdict in verdicts if not verdict.passed] == []


def test_checks_change_neither_the_catalogue_nor_the_files(workplace: Workplace) -> None:
    day = workplace.pipeline.clock().date().isoformat()
    workplace.take("a.jsonl", [row(day=day), row("2", -1, day=day)])
    workplace.drop("b.jsonl", [row(day=day)])
    workplace.post_process()
    before = workplace.tables(without=()), workplace.files(".")
    assert {verdict.cause for _, verdict in evaluate(workplace.pipeline, ALL_CHECKS, no_runs)} == {
        "none"
    }
    assert (workplace.tables(without=()), workplace.files(".")) == before


def test_a_verdict_says_in_a_sentence_what_is_so(workplace: Workplace) -> None:
    for check, verdict in evaluate(workplace.pipeline, ALL_CHECKS, no_runs):
        assert verdict.summary.endswith("."), check.name
        assert check.description.endswith("."), check.name


def test_the_checks_of_an_asset_have_names_of_their_own() -> None:
    names = [(check.asset, check.name) for check in ALL_CHECKS]
    assert len(names) == len(set(names)) > 10
