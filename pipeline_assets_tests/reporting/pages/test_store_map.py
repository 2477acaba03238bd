"""The map of stores, and where on it Australia's places are."""

from random import Random

from pipeline_assets.catalogue.overview.places import StorePlace
from pipeline_assets.reporting.pages.australia import (
    BORDERS,
    COASTS,
    HEIGHT,
    LABELS,
    WIDTH,
    is_on_the_map,
    projected,
)
from pipeline_assets.reporting.pages.store_map import store_map

SYDNEY, PERTH, HOBART, DARWIN = (151.2, -33.9), (115.9, -31.9), (147.3, -42.9), (130.8, -12.5)


def at(company: str, store_id: str, place: tuple[float, float], anchor: str | None) -> StorePlace:
    return StorePlace(company, store_id, place[1], place[0], anchor)


def test_places_are_where_they_belong() -> None:
    sydney, perth, hobart, darwin = (projected(*one) for one in (SYDNEY, PERTH, HOBART, DARWIN))
    assert perth[0] < darwin[0] < hobart[0] < sydney[0]
    assert darwin[1] < perth[1] < hobart[1]
    for line in (*COASTS, *BORDERS, list(LABELS.values())):
        for place in line:
            x, y = projected(*place)
            assert 0 < x < WIDTH
            assert 0 < y < HEIGHT


def test_the_coasts_enclose_the_cities() -> None:
    mainland, tasmania = COASTS[:2]
    assert is_inside((133.9, -23.7), mainland)  # Alice Springs
    assert is_inside((149.1, -35.3), mainland)  # Canberra
    assert is_inside((146.6, -42.0), tasmania)
    assert not is_inside((160.0, -35.0), mainland)


def is_inside(place: tuple[float, float], line: object) -> bool:
    """Whether a ray from the place crosses the closed line an odd number of times."""
    assert isinstance(line, list)
    x, y = place
    crossings = 0
    for (x1, y1), (x2, y2) in zip(line, [*line[1:], line[0]], strict=True):
        if (y1 > y) != (y2 > y) and x < x1 + (x2 - x1) * (y - y1) / (y2 - y1):
            crossings += 1
    return crossings % 2 == 1


def test_no_coordinates_on_the_map_make_no_map() -> None:
    assert store_map([]) is None
    assert store_map([at("aldi", "1", (0.0, 51.5), "1")]) is None
    assert not is_on_the_map(float("nan"), -30)
    assert not is_on_the_map(134.0, 91.0)


def test_members_lead_to_their_anchor_and_stores_never_scraped_are_dots() -> None:
    found = store_map(
        [
            at("aldi", "1", SYDNEY, "1"),
            at("aldi", "2", PERTH, "1"),
            at("coles", "1", HOBART, "1"),
            at("coles", "9", DARWIN, None),
            at("iga", "7", (0.0, 0.0), "7"),
        ]
    )
    assert found is not None
    assert (found.shown, found.elsewhere) == (4, 1)
    assert found.dots.count("M") == 1
    assert set(found.spokes) == {"aldi"}
    assert found.spokes["aldi"].count("M") == 1
    anchor, *others = found.marks
    assert (anchor.company, anchor.is_anchor, (anchor.x, anchor.y)) == (
        "aldi",
        True,
        projected(*SYDNEY),
    )
    assert {one.size for one in others} == {4}
    assert anchor.size > 4


def test_the_map_stays_small_however_many_stores_there_are() -> None:
    random = Random(3)
    places = [
        at(
            random.choice(("aldi", "coles", "iga", "woolworths")),
            str(number),
            (random.uniform(113, 153), random.uniform(-43, -11)),
            random.choice((None, str(number), str(number - number % 50))),
        )
        for number in range(20_000)
    ]
    found = store_map(places)
    assert found is not None
    assert len(found.marks) <= 1_500
    assert sum(path.count("M") for path in found.spokes.values()) <= 600
    assert 3_000 < found.dots.count("M") <= 6_000
