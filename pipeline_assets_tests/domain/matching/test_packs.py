import pytest

from pipeline_assets.domain.matching.packs import Agreement, Pack, agreement, read_pack


@pytest.mark.parametrize(
    ("name", "size", "description", "pack"),
    [
        ("Plum Jam", "375g", None, Pack("g", (375.0,), None)),
        ("Jin Ramen 5x120g", "600g", None, Pack("g", (600.0,), 5)),
        ("Drink 3 x 250ml", "Each", None, Pack("ml", (750.0,), 3)),
        ("Dip 3 Pack 65g", "195 g", None, Pack("g", (195.0,), 3)),
        ("Two Fruits 4 Pack 125g", "0.5 kg", None, Pack("g", (500.0,), 4)),
        ("Bites 12 Pack", "180g", None, Pack("g", (180.0, 2160.0), 12)),
        ("Batteries 14 Pack", "14 each", None, Pack(None, (), 14)),
        ("Whole Chicken", "1 Each", None, Pack(None, (), None)),
        ("Noodles", None, "NOODLES 85GRAM", Pack("g", (85.0,), None)),
        ("Slices Twin Pack, 200g", "0.2 kg", None, Pack("g", (200.0, 400.0), 2)),
        ("No size", None, None, Pack(None, (), None)),
    ],
)
def test_a_size_is_read_from_name_size_field_and_shelf_name(
    name: str, size: str | None, description: str | None, pack: Pack
) -> None:
    assert read_pack(name, size, description) == pack


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (("Jam", "375g"), ("Jam 375 grams", None), Agreement.SAME),
        (("Jam", "375g"), ("Jam", "370g"), Agreement.DIFFERENT),
        (("Chips", "92.3g"), ("Chips", "92g"), Agreement.SAME),
        (("Gel", "50g"), ("Gel", "50ml"), Agreement.DIFFERENT),
        (("Jam", "375g"), ("Jam", "Each"), Agreement.UNKNOWN),
        (("Jam", None), ("Jam", None), Agreement.UNKNOWN),
        (("Bites 12 Pack", "180g"), ("Bites", "180g"), Agreement.SAME),
        (("Bites 12 Pack", "180g"), ("Bites 10 Pack", "180g"), Agreement.DIFFERENT),
        (("Tea Bags 50 Pack", None), ("Tea", "50 each"), Agreement.SAME),
        (("Tea Bags 50 Pack", None), ("Tea", "100 pk"), Agreement.DIFFERENT),
        (("Gum 3x27g", "81g"), ("Gum", "27g"), Agreement.DIFFERENT),
    ],
)
def test_two_sizes_agree_differ_or_are_not_known(
    one: tuple[str, str | None], other: tuple[str, str | None], expected: Agreement
) -> None:
    a, b = read_pack(*one, None), read_pack(*other, None)
    assert agreement(a, b) is expected
    assert agreement(b, a) is expected
