"""Pictures: what they show, that they can be seen, that they stay small, that names do no harm."""

import subprocess
import sys
from datetime import date, datetime

import numpy as np
import pytest

from pipeline_assets.catalogue.growth import DayOfGrowth
from pipeline_assets.catalogue.movements import CompanyDay, PriceStep
from pipeline_assets.domain.groups.overview import GroupSizes, StoreAgreement
from pipeline_assets.reporting.pictures.catalogue_growth import GrowthDrawing
from pipeline_assets.reporting.pictures.drawing import (
    COLOURS,
    GREY,
    INK,
    PAPER,
    SHADES,
    Detail,
    Drawing,
    label,
)
from pipeline_assets.reporting.pictures.groups_before_after import GroupsDrawing, blocks
from pipeline_assets.reporting.pictures.price_changes import PriceChangesDrawing
from pipeline_assets.reporting.pictures.sheet import DETAILS, MOST_BYTES, pictures, png
from pipeline_assets.reporting.pictures.store_agreement import AgreementDrawing, shade
from pipeline_assets_tests.reporting.hostile import HOSTILE_TEXTS, UNSEEN_TEXTS
from pipeline_assets_tests.reporting.shown_pictures import colours_in, decoded, picture_in

FINEST = DETAILS[0]
DAY = date(2025, 9, 23)


def price_changes(*companies: str, steps: range = range(-4, 5)) -> PriceChangesDrawing:
    """Each company with more changes than the next."""
    days = [CompanyDay(name, datetime(2025, 9, 23), DAY) for name in companies]
    counts = [
        PriceStep(name, step, 5 * (len(companies) - at) + step % 3)
        for at, name in enumerate(companies)
        for step in steps
    ]
    return PriceChangesDrawing(days, counts)


def growth(*companies: str, days: int = 9) -> GrowthDrawing:
    return GrowthDrawing(
        [
            DayOfGrowth(name, date.fromordinal(DAY.toordinal() - day), 100 - at, stores=3 + at)
            for at, name in enumerate(companies)
            for day in range(days)
        ]
    )


def agreement(*companies: str, stores: int = 6, in_all: int = 6) -> AgreementDrawing:
    """Stores of random agreement, in groups of two."""
    random = np.random.default_rng(7)
    tables = {}
    for name in companies:
        shares = random.random((stores, stores))
        shares[random.random((stores, stores)) < 0.1] = np.nan
        np.fill_diagonal(shares, 1)
        ids = tuple(f"{name}{at}" for at in range(stores))
        tables[name] = StoreAgreement(ids, (2,) * (stores // 2), shares, in_all)
    return AgreementDrawing(tables)


def groups(*companies: str, stores: int = 9) -> GroupsDrawing:
    after = (*range(stores // 3, 1, -1), 1)
    return GroupsDrawing([GroupSizes(name, (1,) * sum(after), after, 5) for name in companies])


DRAWINGS: list[tuple[Drawing, list[str], tuple[int, int]]] = [
    (price_changes("aldi", "iga"), list(COLOURS[:2]), (614, 240)),
    (growth("aldi", "coles", "iga"), list(COLOURS[:3]), (614, 220)),
    (agreement("aldi"), ["#fde725", "#365c8d", "#46327e", GREY], (614, 278)),
    (groups("aldi", "iga"), ["#0072b2", "#56b4e9", GREY], (614, 249)),
]


@pytest.mark.parametrize(("drawing", "colours", "size"), DRAWINGS)
def test_a_picture_has_its_size_white_paper_writing_and_its_colours(
    drawing: Drawing, colours: list[str], size: tuple[int, int]
) -> None:
    image = decoded(png(drawing, FINEST))
    assert image.size == size
    found = colours_in(image)
    assert found[PAPER] > image.width * image.height / 4
    assert found["#222222"] > 50
    for colour in colours:
        assert found[colour] > 60, colour
    assert image.getpixel((0, 0)) == image.getpixel((size[0] - 1, size[1] - 1)) == (255, 255, 255)


@pytest.mark.parametrize(("drawing", "colours", "size"), DRAWINGS)
def test_nothing_is_cut_off_at_the_edges(
    drawing: Drawing, colours: list[str], size: tuple[int, int]
) -> None:
    image = decoded(png(drawing, FINEST))
    edges = [
        image.crop((0, 0, size[0], 1)),
        image.crop((0, size[1] - 1, size[0], size[1])),
        image.crop((0, 0, 1, size[1])),
        image.crop((size[0] - 1, 0, size[0], size[1])),
    ]
    assert [set(colours_in(edge)) for edge in edges] == [{PAPER}] * 4


def test_all_pictures_of_an_event_are_small_as_they_are_drawn_at_first() -> None:
    shown = pictures([drawing for drawing, _, _ in DRAWINGS])
    assert list(shown) == [
        "price_changes",
        "growth",
        "agreement_of_stores",
        "groups_before_and_after",
    ]
    assert [picture_in(text).size for text in shown.values()] == [size for _, _, size in DRAWINGS]
    assert sum(map(len, shown.values())) < 60_000
    assert shown["growth"].startswith("![Two line charts: SKUs and stores of each company over")


def test_the_largest_catalogue_makes_pictures_within_the_limit() -> None:
    names = [f"company {at}" for at in range(9)]
    large: list[Drawing] = [
        price_changes(*names, steps=range(-20, 21)),
        growth(*names, days=1_500),
        agreement(*names, stores=40, in_all=3_000),
        groups(*names, stores=90),
    ]
    for drawings in (large[:2], large[2:], large):
        shown = pictures(drawings)
        assert sum(len(text.encode()) for text in shown.values()) <= MOST_BYTES
        for text in shown.values():
            assert len(colours_in(picture_in(text))) > 5
    assert shown["price_changes"].endswith("\n\nThe grey bars are 3 further companies.")
    assert shown["growth"].endswith("\n\nThe 3 companies with the fewest SKUs are left out.")
    assert "company 0: 40 of 3,000 stores are shown." in shown["agreement_of_stores"]
    assert "Companies left out, as they have fewer stores: " in shown["agreement_of_stores"]
    assert "left out, as fewer of their stores moved: " in shown["groups_before_and_after"]


def test_what_would_be_too_large_is_drawn_coarser_and_left_out_in_the_end() -> None:
    drawings = [drawing for drawing, _, _ in DRAWINGS]

    def widths(most_bytes: int) -> list[int]:
        shown = pictures(drawings, most_bytes)
        assert sum(len(text.encode()) for text in shown.values()) <= most_bytes
        return [picture_in(text).width for text in shown.values() if text.startswith("!")]

    fine = sum(map(len, pictures(drawings).values()))
    assert widths(fine) == [614] * 4
    assert widths(fine - 1) == [460] * 4
    assert widths(fine * 6 // 10) == [307] * 4
    assert widths(fine * 3 // 10) == [307] * 3
    assert widths(fine * 2 // 10) == [307] * 2
    assert widths(1_000) == []
    assert set(pictures(drawings, 1).values()) == {
        "This picture is left out, as it would be too large to be kept."
    }


def test_without_figures_a_sentence_stands_in_place_of_the_picture() -> None:
    empty: list[Drawing] = [
        PriceChangesDrawing([], []),
        GrowthDrawing([]),
        AgreementDrawing({}),
        GroupsDrawing([]),
    ]
    assert pictures(empty) == {
        "price_changes": "No price changed on the newest day of any company.",
        "growth": "No file has been accepted yet.",
        "agreement_of_stores": "No store had to be compared with another of its company, so there "
        "is no new map.",
        "groups_before_and_after": "No store moved to another group.",
    }


def test_a_company_with_one_store_has_no_map() -> None:
    alone = StoreAgreement(("G1",), (1,), np.ones((1, 1)), 1)
    (shown,) = pictures([AgreementDrawing({"aldi": alone})]).values()
    assert shown.startswith("No store had to be compared")


def test_a_picture_that_fails_is_a_sentence_and_a_warning(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawing = growth("aldi")
    monkeypatch.setattr(GrowthDrawing, "draw", lambda *_: 1 / 0)
    shown = pictures([drawing, groups("aldi")])
    assert shown["growth"] == (
        "This picture could not be drawn: ZeroDivisionError: division by zero"
    )
    assert picture_in(shown["groups_before_and_after"]).width == 614
    assert [record.getMessage() for record in caplog.records] == [
        "Picture growth could not be drawn."
    ]


@pytest.mark.parametrize("name", [*HOSTILE_TEXTS, *UNSEEN_TEXTS, "$\\frac{1}{0}$", "_a", "x" * 300])
def test_names_from_files_are_drawn_and_do_no_harm(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    drawn = pictures([price_changes(name), growth(name), agreement(name), groups(name)])
    for text in drawn.values():
        assert name not in text
        image = picture_in(text)
        edge = image.crop((image.width - 1, 0, image.width, image.height))
        assert set(colours_in(edge)) == {PAPER}
    assert caplog.records == []


def test_a_label_is_one_short_line_that_matplotlib_does_not_read_as_a_formula() -> None:
    assert label("Café $2 & $3") == r"Café \$2 & \$3"
    assert label("a\nb") == r"a\nb"
    assert label("日本 Söhne") == "?? Söhne"
    assert label("x" * 25) == "x" * 23 + "…"
    assert label("x" * 24) == "x" * 24
    assert label("coles", 4) == "col…"


def test_bars_hold_more_steps_where_the_picture_is_coarser() -> None:
    drawing = PriceChangesDrawing(
        [],
        [
            PriceStep("aldi", -3, 1),
            PriceStep("aldi", -1, 2),
            PriceStep("iga", -1, 9),
            PriceStep("aldi", 0, 4),
            PriceStep("aldi", 20, 8),
        ],
    )
    by_detail = {detail.share: drawing.binned(detail) for detail in DETAILS}
    assert by_detail[1] == {"aldi": {-3: 1, -1: 2, 0: 4, 20: 8}, "iga": {-1: 9}}
    assert by_detail[0.5] == {"aldi": {-2: 1, -1: 2, 0: 4, 10: 8}, "iga": {-1: 9}}
    assert by_detail[0.25] == {"aldi": {-1: 3, 0: 4, 5: 8}, "iga": {-1: 9}}
    assert list(by_detail[1]) == ["aldi", "iga"]


def test_growth_adds_up_by_company_in_order_of_the_days() -> None:
    start = DAY.toordinal()
    drawing = GrowthDrawing(
        [
            DayOfGrowth("aldi", date.fromordinal(start + 4), skus=5, stores=0),
            DayOfGrowth("aldi", DAY, skus=2, stores=1),
            DayOfGrowth("iga", date.fromordinal(start + 1), skus=7, stores=3),
        ]
    )
    assert drawing.totals(lambda day: day.skus) == {
        "aldi": [(start, 2), (start + 4, 7)],
        "iga": [(start + 1, 7)],
    }
    assert drawing.totals(lambda day: day.stores)["aldi"] == [(start, 1), (start + 4, 1)]


def test_a_bar_is_a_block_for_each_group_and_one_for_the_stores_without_company() -> None:
    blue, light = "#0072b2", "#56b4e9"
    assert blocks((4, 3, 2, 1), 24) == [
        (0, 40, blue),
        (40, 70, light),
        (70, 90, blue),
        (90, 100, GREY),
    ]
    assert blocks((3, 3, 2, 1, 1), 1) == [(0, 30, blue), (30, 100, GREY)]
    assert blocks((1, 1), 24) == [(0, 100, GREY)]
    assert blocks((2, 2), 24) == [(0, 50, blue), (50, 100, light)]


def test_an_agreement_has_the_shade_of_its_class() -> None:
    shares = (1, 0.99999, 0.98, 0.97999, 0.95, 0.9, 0.75, 0.5, 0.49, 0, float("nan"))
    classes = ["#fde725", "#a0da39", "#a0da39", "#4ac16d", "#4ac16d", "#1fa187", "#277f8e"]
    assert [shade(share) for share in shares] == [*classes, "#365c8d", "#46327e", "#46327e", GREY]


def test_the_definitions_load_without_matplotlib_and_pandas() -> None:
    asked = (
        "import sys, pipeline_assets.definitions\nprint({'matplotlib', 'pandas'} & {*sys.modules})"
    )
    found = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True
    )
    assert found.stdout == "set()\n"


def test_a_detail_shows_at_least_one() -> None:
    assert [Detail(48, 0.25).of(most) for most in (40, 5, 1)] == [10, 1, 1]


def test_every_colour_of_a_drawing_is_kept_as_it_is() -> None:
    names = [f"{at}" for at in range(len(COLOURS) + 1)]
    found = colours_in(decoded(png(price_changes(*names), FINEST)))
    assert [colour for colour in (*COLOURS, GREY, INK, PAPER) if found[colour] < 60] == []
    shares = np.array([[1.0, 0.98, 0.95, 0.9], [0.75, 0.5, 0.1, np.nan]] * 2)
    table = StoreAgreement(("1", "2", "3", "4"), (4,), shares, 4)
    found = colours_in(decoded(png(AgreementDrawing({"aldi": table}), FINEST)))
    assert [colour for colour in (*SHADES, GREY) if found[colour] < 1_000] == []
