"""How two spellings are related, without any barcodes."""

import pytest

from pipeline_assets.domain.brands.names import (
    BY_GOODS_ONLY,
    NameRule,
    abbreviates,
    read_brand_name,
    relate,
)


@pytest.mark.parametrize(
    ("spelling", "core", "is_legal"),
    [
        ("Kellogg (Aust) Pty Ltd", ("kellogg",), True),
        ("HJ Heinz Company Australia Limited", ("hj", "heinz"), True),
        ("GRIFFIN&#039;S FOODS LIMITED", ("griffins", "foods"), True),
        ("GENERAL MILLS IBERICA S.A.U", ("general", "mills"), True),
        ("Luigi Lavazza SpA", ("luigi", "lavazza"), True),
        ("Blue Lagoon Spa", ("blue", "lagoon", "spa"), False),
        ("Silver Fern Farms New Zealand Ltd", ("silver", "fern", "farms"), True),
        ("The Gourmet Sausage Company", ("gourmet", "sausage", "company"), False),
        ("Marks & Spencer", ("marks", "spencer"), False),
        ("P.R.B", ("prb",), False),
        ("Nestlé", ("nestle",), False),
        ("珠江桥牌", ("珠江桥牌",), False),
        ("Pty Ltd", ("pty",), True),
        ("&", ("&",), False),
    ],
)
def test_a_spelling_is_read_as_its_core_and_its_form(
    spelling: str, core: tuple[str, ...], is_legal: bool
) -> None:
    name = read_brand_name(spelling)

    assert (name.core, name.is_legal) == (core, is_legal)


@pytest.mark.parametrize(
    ("one", "other", "rule", "needs"),
    [
        ("Smith's", "Smiths", NameRule.SAME_WORDS, 0),
        ("Yumi&amp;#039;s", "Yumi’s", NameRule.SAME_WORDS, 0),
        ("Life Savers", "Lifesavers", NameRule.SPACING, 0),
        ("Up Go", "UpGo", NameRule.SPACING, 1),
        ("Up Gos", "UpGos", NameRule.SPACING, 1),
        ("Up Goss", "UpGoss", NameRule.SPACING, 0),
        ("Red Bull GmbH", "Red Bull", NameRule.LEGAL_FORM, 0),
        ("Lindt Pty Ltd", "Lindt", NameRule.LEGAL_FORM, 0),
        ("Mars Pty Ltd", "Mars", NameRule.LEGAL_FORM, 1),
        ("Natural Ltd", "Natural", NameRule.LEGAL_FORM, 1),
        ("Kellogg (Aust) Pty Ltd", "Kellogg's", NameRule.PLURAL, 1),
        ("Lay's", "Lay", NameRule.PLURAL, 1),
        ("P.R.B", "Pearl River Bridge", NameRule.INITIALS, 1),
        ("ABCDE", "Alpha Beta Crown Delta Echo", NameRule.INITIALS, 1),
        ("LKK", "Lee Kum Kee Foods Pty Ltd", NameRule.INITIALS, 1),
        ("LKK", "Lee Kum Kee Organic Pty Ltd", NameRule.INITIALS, 1),
        ("RT", "Red Tractor", NameRule.INITIALS, 2),
        ("Yumi's Quality Foods Pty Ltd", "Yumi's", NameRule.DESCRIPTION, 1),
        ("Byron Bay Cookies", "Byron Bay", NameRule.DESCRIPTION, 1),
        ("Oxo Foods Pty Ltd", "Oxo", NameRule.DESCRIPTION, 1),
        ("Smith's Australia", "Smith's", NameRule.DESCRIPTION, 1),
        ("a2 Milk Company Limited", "a2", NameRule.DESCRIPTION, 2),
        ("R. Twining and Company Limited", "Twinings", NameRule.FOUNDER, 2),
        ("HJ Golden Circle Pty Ltd", "Golden Circle", NameRule.FOUNDER, 2),
        ("Philidelphia", "Philadelphia", NameRule.SIMILAR, 1),
        ("Zestolumar", "Zestolumor", NameRule.SIMILAR, 1),
        ("Zestol", "Zestor", NameRule.SIMILAR, 2),
        ("Rowntrees", "Rowntress", NameRule.SIMILAR, 2),
        ("KB's Thawed Raw", "KB's", NameRule.DESCRIPTION, 1),
        ("Mayver's Squeezy", "Mayver's", NameRule.EXTENDED, BY_GOODS_ONLY),
        ("FERRERO", "Ferrero Rocher", NameRule.EXTENDED, BY_GOODS_ONLY),
        ("Coles", "Coles Organic", NameRule.EXTENDED, BY_GOODS_ONLY),
        ("Coles", "Coles Asia", NameRule.EXTENDED, BY_GOODS_ONLY),
        ("Tip Top", "Tip Top Cafe", NameRule.EXTENDED, BY_GOODS_ONLY),
    ],
)
def test_related_names_name_their_rule_and_how_many_barcodes_it_needs(
    one: str, other: str, rule: NameRule, needs: int
) -> None:
    there = relate(read_brand_name(one), read_brand_name(other))
    back = relate(read_brand_name(other), read_brand_name(one))

    assert there is not None
    assert back is not None
    assert (there.rule, there.needs) == (rule, needs)
    assert back == there._replace(is_loose_a=there.is_loose_b, is_loose_b=there.is_loose_a)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Byron Bay Cookies", "Byron Bay Chilli Co."),
        ("Queen", "Dr. Oetker Queen Australia Pty Ltd"),
        ("Gold", "Gold Sunset"),
        ("Kind", "The Kindest Harvest"),
        ("Fresh", "Fresh Foods Pty Ltd"),  # nothing there is anyone's own
        ("Nut", "Nuts"),
        ("hp", "Heinz Pantry"),  # not written as an abbreviation
        ("HP", "Cadbury Dairy"),
        ("ABCDEF", "Alpha Beta Crown Delta Echo Fox"),  # too long for one
        ("LKK", "Lee Kum Kee Rocher"),
        ("LKK", "Lee Kum Kee Organic"),
        ("HJK Heinz Pty Ltd", "Heinz"),  # too many initials for a founder's
        ("Bliss", "Blis"),  # no plural
        ("Zesto", "Azesto"),  # one letter apart, and too short for that
        ("Natural", "Naturel"),
        ("Seven 11", "Seven 12"),
        ("Licensee name withheld for privacy reasons", "Lindt"),
    ],
)
def test_names_of_different_brands_are_not_related(one: str, other: str) -> None:
    assert relate(read_brand_name(one), read_brand_name(other)) is None


def test_a_legal_name_an_abbreviation_and_a_longer_name_could_stand_for_others() -> None:
    def loose(one: str, other: str) -> tuple[bool, bool]:
        relation = relate(read_brand_name(one), read_brand_name(other))
        assert relation is not None
        return relation.is_loose_a, relation.is_loose_b

    assert loose("Kellogg (Aust) Pty Ltd", "Kellogg's") == (True, False)
    assert loose("Red Tractor", "RT") == (False, True)
    assert loose("Guzzi's", "Guzzi's Golden Pasta") == (False, True)
    assert loose("Smith's", "Smiths") == (False, False)
    assert loose("Heinz", "H.J. Heinz Company Limited") == (False, True)


def test_initials_written_apart_are_not_short_for_themselves() -> None:
    name = read_brand_name("P & G")
    assert not abbreviates(name, name)
    assert abbreviates(name, read_brand_name("Procter & Gamble"))
