"""`post-process` and `decide`: exit statuses, JSON for scripts, sentences for people."""

import pytest

from pipeline_assets.services.post_processing.steps import STEPS as DECLARED
from pipeline_assets_tests.commands import Command, in_this_process
from pipeline_assets_tests.services.checks.judging import break_by
from pipeline_assets_tests.workplace import Workplace, row

STEPS = [step.name for step in DECLARED]
EXPORT = "exported_translation_tables"
BARCODE = "9300000000019"


@pytest.fixture
def command(workplace: Workplace, capfd: pytest.CaptureFixture[str]) -> Command:
    """Runs a command in this process."""
    return in_this_process(capfd)


@pytest.fixture
def place(workplace: Workplace) -> Workplace:
    """Two brands that are one, two products, and a file that waits."""
    day = workplace.pipeline.clock().date().isoformat()
    for company, brand in (("coles", "Kellogg (Aust) Pty Ltd"), ("iga", "Kellogg's")):
        shared = row("1", name="Flakes", brand=brand, barcode=BARCODE, company=company, day=day)
        own = row("2", name=f"Tea of {company}", company=company, day=day)
        workplace.take(f"{company}.jsonl", [shared, own])
    workplace.drop("waits.jsonl", [row(store_id="G3")])
    return workplace


def test_post_process_tells_each_step_as_one_json_object(
    command: Command, place: Workplace
) -> None:
    ran = command("post-process", "--json")
    assert ran.status == 0, ran.err
    report = ran.json()
    assert (report["success"], report["failed"]) == (True, {})
    assert [step["step"] for step in report["steps"]] == STEPS
    brands = report["steps"][0]
    assert (brands["changed"], brands["written"], brands["dry_run"]) == (1, 1, False)
    assert place.rows("SELECT name FROM brands") == [("Kellogg's",)]
    assert place.files("product_inbox") == ["waits.jsonl"]
    stored = place.instance.get_run_by_id(report["run_id"])
    assert stored is not None
    assert stored.job_name == "post_process_only"
    again = command("post-process", "--json").json()
    assert [step["changed"] for step in again["steps"]] == [0] * len(STEPS)


def test_post_process_leaves_pictures_to_the_ui(command: Command, place: Workplace) -> None:
    day = place.pipeline.clock().date().isoformat()
    for store_id in ("G1", "G2"):
        place.take(f"{store_id}.jsonl", [row(store_id=store_id, day=day)])
    (groups,) = (
        step
        for step in command("post-process", "--json").json()["steps"]
        if step["step"] == "reconciled_groups"
    )
    assert (groups["merges"], groups["details"][:7]) == (1, "- aldi ")
    texts = {name for name, value in groups.items() if isinstance(value, str)}
    assert texts == {"step", "details"}


def test_post_process_tells_people_what_each_step_changed(
    command: Command, place: Workplace
) -> None:
    ran = command("post-process")
    assert ran.status == 0, ran.err
    lines = {line.split()[0]: line for line in ran.out.splitlines() if line}
    assert set(STEPS) <= set(lines)
    assert lines["brand_translations"].split()[1] == "1"
    assert "aliases_moved 1" in lines["reconciled_brands"]
    assert "files_written 2" in lines["exported_translation_tables"]
    assert "dry run" not in ran.out
    assert "Traceback" not in ran.err


def test_a_dry_run_says_so_and_changes_nothing(command: Command, place: Workplace) -> None:
    before = place.tables(without=())
    shown = command("post-process", "--dry-run")
    assert shown.status == 0
    assert "This was a dry run: nothing was changed." in shown.out
    report = command("post-process", "--dry-run", "--json").json()
    assert {step["dry_run"] for step in report["steps"]} == {True}
    assert report["steps"][0]["details"] == "- aust kellogg ltd pty = kelloggs (plural)"
    assert place.tables(without=()) == before
    assert place.files("translation_tables") == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--min-agreement", "2"), "min_agreement is 2; give a share from 0 to 1"),
        (("--min-agreement", "much"), "'much'"),
        (("--min-common", "1/0"), "A threshold for store groups is invalid: "),
        (("--min-common", "-0.1"), "min_common is -1/10; give a share from 0 to 1"),
    ],
)
def test_a_threshold_that_is_none_is_told_in_one_sentence_before_any_run(
    command: Command, place: Workplace, arguments: tuple[str, str], says: str
) -> None:
    ran = command("post-process", *arguments)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("error: A threshold for store groups is invalid: ")
    assert says in ran.err
    assert len(ran.err.splitlines()) == 1
    assert place.rows("SELECT * FROM post_processing_steps") == []


def test_days_below_none_are_wrong_usage(command: Command) -> None:
    ran = command("post-process", "--current-days", "-1")
    assert ran.status == 2
    assert "--current-days" in ran.err


def test_thresholds_and_relaxed_staleness_reach_the_groups(
    command: Command, place: Workplace
) -> None:
    for store_id in ("G1", "G2"):
        rows = [row("1", 2, store_id=store_id), row(f"of {store_id}", 3, store_id=store_id)]
        place.take(f"{store_id}.jsonl", rows)
    options = ("--relaxed-staleness", "--min-common", "0.5")
    groups = STEPS.index("reconciled_groups")
    merges = [
        command("post-process", "--json", *arguments).json()["steps"][groups]["merges"]
        for arguments in ((), options[:1], options[1:], options)
    ]
    assert merges == [0, 0, 0, 1]


def test_broken_products_stop_it_with_a_sentence_and_the_status_1(
    command: Command, place: Workplace
) -> None:
    place.post_process()
    break_by(place, "UPDATE skus SET product_id = NULL WHERE company = 'iga' AND sku = '2'")
    ran = command("post-process", "--json")
    assert ran.status == 1
    report = ran.json()
    assert [step["step"] for step in report["steps"]] == STEPS[: STEPS.index("reconciled_groups")]
    assert report["failed"].keys() == {"product_checks"}
    assert "1 of 4 SKUs belong to no product. Have them" in report["failed"]["product_checks"]
    shown = command("post-process")
    assert shown.status == 1
    assert "product_checks failed: 1 of 4 SKUs belong to no product." in shown.out


def test_a_step_that_fails_is_named_and_the_status_is_1(command: Command, place: Workplace) -> None:
    folder = place.data / "translation_tables"
    (folder / "brands.json").mkdir()
    ran = command("post-process", "--json")
    assert ran.status == 1
    report = ran.json()
    assert report["success"] is False
    assert [step["step"] for step in report["steps"]] == STEPS[: STEPS.index(EXPORT)]
    assert report["failed"].keys() == {EXPORT}
    assert "brands.json" in report["failed"][EXPORT]
    shown = command("post-process")
    assert shown.status == 1
    assert f"{EXPORT} failed: " in shown.out


def test_decide_same_never_and_undo_hold_at_once(command: Command, place: Workplace) -> None:
    skus = ("coles/2", "iga/2")
    same = command("decide", "same", *skus, "--note", "one tea", "--json")
    assert same.status == 0, same.err
    first, second = same.json()["product_ids"]
    assert first == second
    (note,) = place.rows("SELECT kind, note FROM product_decisions")
    assert note == ("same", "one tea")
    never = command("decide", "never", *skus, "--json").json()
    assert len(set(never["product_ids"])) == 2
    assert never["changes"] == [f"1 SKUs leave product {first} (decided_never)"]
    assert place.one("SELECT COUNT(*) FROM product_decisions") == 1
    undone = command("decide", "undo", *reversed(skus), "--json")
    assert (undone.status, undone.json()["changes"]) == (0, [])
    assert place.one("SELECT COUNT(*) FROM product_decisions") == 0


def test_decide_tells_people_what_it_changed_and_how_things_stand(
    command: Command, place: Workplace
) -> None:
    same = command("decide", "same", "coles/2", "IGA/2")
    assert same.status == 0
    retired, survivor = place.rows(
        "SELECT retired_product_id, product_id FROM product_redirects "
        "ORDER BY retired_product_id DESC LIMIT 1"
    )[0]
    assert same.out.splitlines() == [
        f"product {retired} is merged into {survivor} (decided_same)",
        f"coles/2 and IGA/2 are product {survivor}",
    ]
    again = command("decide", "same", "coles/2", "iga/2")
    assert again.out.splitlines()[0] == "Nothing had to change."
    apart = command("decide", "never", "coles/1", "iga/1").out.splitlines()
    assert "(decided_never)" in apart[0]
    assert apart[1].startswith("coles/1 is product ")
    assert ", iga/1 is product " in apart[1]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("same", "coles/2", "iga/99"), "There is no SKU 99 of iga in the catalogue."),
        (("same", "coles/2", "iga-2"), "write it as company/sku"),
        (("never", "coles/2", "coles/2"), "a decision needs two"),
        (("undo", "coles/2", "iga/2"), "There is no decision on coles/2 and iga/2 to take back."),
        (("never", "coles/1", "iga/2"), "join these two SKUs through a third one"),
        (("same", "coles/2", "coles/1"), "another decision keeps apart"),
        (("perhaps", "coles/2", "iga/2"), "'perhaps' is not one of"),
    ],
)
def test_a_senseless_decision_is_told_and_changes_nothing(
    command: Command, place: Workplace, arguments: tuple[str, ...], says: str
) -> None:
    for kind, one, other in (
        ("same", "coles/1", "iga/1"),
        ("same", "iga/1", "iga/2"),
        ("never", "coles/2", "iga/1"),
    ):
        assert command("decide", kind, one, other).status == 0
    before = place.tables(without=())
    ran = command("decide", *arguments)
    assert (ran.status, ran.out) == (2, "")
    assert says in " ".join(ran.err.split())
    assert "Traceback" not in ran.err
    assert place.tables(without=()) == before


def test_decide_takes_brands_too_in_any_spelling(command: Command, place: Workplace) -> None:
    command("post-process")
    never = command("decide", "--brand", "never", "KELLOGGS", "Kellogg (Aust) Pty Ltd", "--json")
    assert never.status == 0, never.err
    assert never.json()["names"] == ["kelloggs", "aust kellogg ltd pty"]
    assert never.json()["brands"] == ["Kellogg's", "Kellogg (Aust) Pty Ltd"]
    assert place.one("SELECT COUNT(*) FROM brand_decisions") == 1
    undone = command("decide", "undo", "--brand", "Kellogg (Aust) Pty Ltd", "Kellogg's")
    assert undone.out.splitlines() == [
        "aust kellogg ltd pty = kelloggs (plural)",
        "aust kellogg ltd pty now refers to kelloggs",
        "Kellogg (Aust) Pty Ltd and Kellogg's are brand Kellogg's",
    ]
    wrong = command("decide", "same", "--brand", "Kelog", "Kellogg's")
    assert (wrong.status, wrong.out) == (2, "")
    assert "Names like it: Kellogg (Aust) Pty Ltd, Kellogg's." in " ".join(wrong.err.split())
