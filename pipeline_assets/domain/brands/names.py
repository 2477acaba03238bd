"""How the names of two brands are related, judged by their spellings alone.

Belongs here: reading a spelling, and the rules by which two spellings can name one brand. What else
a rule needs (barcodes, goods) is judged in `confirmation`; the words it knows are in `vocabulary`.
"""

import re
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import OSA

from pipeline_assets.domain.brands.vocabulary import (
    COMPANY_WORDS,
    FORMS_IN_CAPITALS,
    GENERAL_TRADES,
    HOME_PLACES,
    LEGAL_FORMS,
    PLACES,
    PLACES_OF_TWO_WORDS,
    QUALITIES,
    TREATMENTS,
    is_generic,
    is_goods,
)
from pipeline_assets.domain.normalisation.words import plain, singular


class NameRule(IntEnum):
    """Why two spellings can name one brand; the surest rule first."""

    DECISION = -1  # an operator's, whatever the names
    SAME_WORDS = 0  # Smith's = Smiths, Marks & Spencer = Marks and Spencer
    SPACING = 1  # Coca Cola = CocaCola
    LEGAL_FORM = 2  # Red Bull GmbH = Red Bull
    PLURAL = 3  # Kellogg = Kellogg's
    INITIALS = 4  # P.R.B = Pearl River Bridge
    DESCRIPTION = 5  # Yumi's Quality Foods Pty Ltd = Yumi's
    FOUNDER = 6  # R. Twining and Company Limited = Twinings
    SIMILAR = 7  # Rowntrees = Rowntress
    EXTENDED = 8  # Mayver's Squeezy = Mayver's


@dataclass(frozen=True, slots=True)
class BrandName:
    """A spelling as the rules read it; words are lower case, without accents, in their order.

    `core`: the words without a leading article, any legal form, and the places and company words
    before the legal form; never empty. `is_legal`: it names a legal entity. `is_capitals`: it has
    no lower-case letter, so it may be an abbreviation.
    """

    core: tuple[str, ...]
    is_legal: bool
    is_capitals: bool

    @property
    def joined(self) -> str:
        """The core without spaces."""
        return "".join(self.core)

    @property
    def beginnings(self) -> frozenset[str]:
        """The letters of its first words: of the first alone, of two, up to all but the last."""
        return frozenset("".join(self.core[:end]) for end in range(1, len(self.core)))

    @property
    def initials(self) -> str:
        """The first letters of the words of the core."""
        return "".join(word[0] for word in self.core)

    @property
    def is_distinctive(self) -> bool:
        """Whether any word of the core is specific to this brand rather than in general use."""
        return not all(is_generic(word) for word in self.core)


class Relation(NamedTuple):
    """How two names are related. `needs`: the minimum number of barcodes that must confirm it.

    `is_loose_a`, `is_loose_b`: this side could just as well stand for other brands (a legal entity,
    an abbreviation, a longer name). `similarity`: that of the cores, 0 to 1.
    """

    rule: NameRule
    needs: int
    similarity: float
    is_loose_a: bool
    is_loose_b: bool

    @property
    def is_loose(self) -> bool:
        """Whether either side could stand for other brands."""
        return self.is_loose_a or self.is_loose_b


MIN_JOINED_ALONE = 5  # letters of a core that may be matched without any barcode
MIN_SIMILAR = 6  # letters; shorter names one letter apart are mostly different words
SIMILAR = 0.83  # one letter in six, with two barcodes
VERY_SIMILAR = 0.9  # one letter in ten, with one barcode
MAX_INITIALS = 5
BY_GOODS_ONLY = 1_000_000  # shared barcodes that no two brands have

_DOTTED_LETTERS = re.compile(r"\b(?:[^\W\d_]\.)+[^\W\d_]\b")
_WORD = re.compile(r"[^\W_]+")


@lru_cache(maxsize=65_536)
def read_brand_name(spelling: str) -> BrandName:
    """A brand's name as a retailer writes it, HTML entities and legal form included."""
    raw = _WORD.findall(_joined_parts(plain(spelling, keeps_case=True)))
    words = [(word, lower) for word in raw if (lower := plain(word)) != "and"]
    if len(words) > 1 and words[0][1] == "the":
        del words[0]
    end = len(words)
    while end > 1 and _goes_with_a_form(words[end - 1][1]):
        end -= 1
    is_legal = any(_is_legal_form(*word) for word in words[end:])
    core = tuple(lower for _, lower in (words[:end] if is_legal else words))
    return BrandName(core or (spelling.lower(),), is_legal, "".join(raw).isupper())


def _joined_parts(text: str) -> str:
    """The text with the parts of a single word joined: `Smith's`, `New Zealand`, `P.R.B`.

    Unlike in a normalised name, other dots separate words here (`Dr.Oetker`), because the rules
    look at each word.
    """
    text = text.replace("'", "")
    for place in PLACES_OF_TWO_WORDS:
        text = re.sub(rf"\b{place}\b", place.replace(" ", ""), text, flags=re.IGNORECASE)
    return _DOTTED_LETTERS.sub(lambda match: match.group().replace(".", ""), text)


def _is_legal_form(raw: str, word: str) -> bool:
    return word in LEGAL_FORMS and (
        word not in FORMS_IN_CAPITALS or raw not in (word, word.capitalize())
    )


def _goes_with_a_form(word: str) -> bool:
    return word in LEGAL_FORMS or word in COMPANY_WORDS or word in PLACES


@lru_cache(maxsize=65_536)
def relate(a: BrandName, b: BrandName) -> Relation | None:
    """How two names are related by the surest rule that fits; None if they are different."""
    similarity = OSA.normalized_similarity(a.joined, b.joined)
    for rule, find in _RULES:
        found = find(a, b)
        if found is not None:
            needs, is_loose_a, is_loose_b = found
            loose = (is_loose_a or a.is_legal, is_loose_b or b.is_legal)
            return Relation(rule, needs, round(similarity, 3), *loose)
    return None


def abbreviates(short: BrandName, long: BrandName) -> bool:
    """Whether `short` is the initials of `long`, which may end with generic words."""
    letters = short.joined
    is_initials = len(short.core) == 1 or all(len(word) == 1 for word in short.core)
    if not (is_initials and short.is_capitals and 2 <= len(letters) <= MAX_INITIALS):
        return False
    if all(len(word) == 1 for word in long.core):  # `P & G` is not short for itself
        return False
    rest = long.core[len(letters) :]
    return long.initials.startswith(letters) and (not rest or _adds_nothing(rest, long.is_legal))


Found = tuple[int, bool, bool]


def _same_words(a: BrandName, b: BrandName) -> Found | None:
    return (0, False, False) if a.core == b.core and not (a.is_legal or b.is_legal) else None


def _spacing(a: BrandName, b: BrandName) -> Found | None:
    if a.joined != b.joined or a.is_legal or b.is_legal:
        return None
    return (0 if len(a.joined) > MIN_JOINED_ALONE else 1), False, False


def _legal_form(a: BrandName, b: BrandName) -> Found | None:
    if a.joined != b.joined:
        return None
    speaks_alone = len(a.joined) >= MIN_JOINED_ALONE and a.is_distinctive and b.is_distinctive
    return (0 if speaks_alone else 1), False, False


def _plural(a: BrandName, b: BrandName) -> Found | None:
    is_plural = singular(a.joined) == singular(b.joined)
    return (1, False, False) if is_plural and a.is_distinctive and b.is_distinctive else None


def _initials(a: BrandName, b: BrandName) -> Found | None:
    if abbreviates(a, b):
        return (1 if len(a.joined) > 2 else 2), True, False
    if abbreviates(b, a):
        return (1 if len(b.joined) > 2 else 2), False, True
    return None


def _description(a: BrandName, b: BrandName) -> Found | None:
    if _is_described_by(a, b):
        return (1 if len(a.joined) > 2 else 2), False, True
    if _is_described_by(b, a):
        return (1 if len(b.joined) > 2 else 2), True, False
    return None


def _founder(a: BrandName, b: BrandName) -> Found | None:
    return (2, False, False) if _is_founder(a, b) or _is_founder(b, a) else None


def _similar(a: BrandName, b: BrandName) -> Found | None:
    short, long = sorted((a.joined, b.joined), key=len)
    if len(short) < MIN_SIMILAR or _digits(short) != _digits(long):
        return None
    similarity = OSA.normalized_similarity(short, long)
    if similarity < SIMILAR or not (a.is_distinctive and b.is_distinctive):
        return None
    return (1 if similarity >= VERY_SIMILAR else 2), True, True


def _extended(a: BrandName, b: BrandName) -> Found | None:
    if a.joined in b.beginnings and a.is_distinctive:
        return BY_GOODS_ONLY, False, True
    if b.joined in a.beginnings and b.is_distinctive:
        return BY_GOODS_ONLY, True, False
    return None


def _is_described_by(short: BrandName, long: BrandName) -> bool:
    """Whether `long` is the name `short` followed only by words that say what is sold."""
    if not short.is_distinctive:
        return False
    name = singular(short.joined)
    return any(
        singular("".join(long.core[:end])) == name and _adds_nothing(long.core[end:], long.is_legal)
        for end in range(1, len(long.core))
    )


def _adds_nothing(rest: tuple[str, ...], is_legal: bool) -> bool:
    """Whether words after a brand's name leave it the same brand.

    In a legal name, any generic word does. Without a legal form, `Organic` or `Bakery` often names
    a separate range, so there the words must say what is sold, or that this is a company.
    """
    if is_legal:
        return all(is_generic(word) for word in rest)
    end = len(rest)
    while end and rest[end - 1] in COMPANY_WORDS | HOME_PLACES | GENERAL_TRADES:
        end -= 1
    goods = rest[:end]
    return not goods or (
        _says_what(goods[-1]) and all(_says_what(word) or word in QUALITIES for word in goods)
    )


def _says_what(word: str) -> bool:
    return is_goods(word) or word in TREATMENTS


def _is_founder(legal: BrandName, other: BrandName) -> bool:
    """Whether a legal name is a person's initials followed by the other name (`HJ Heinz`)."""
    initials, name = legal.core[0], "".join(legal.core[1:])
    return (
        legal.is_legal
        and len(initials) <= 2
        and len(name) >= MIN_JOINED_ALONE
        and other.is_distinctive
        and singular(name) == singular(other.joined)
    )


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


_RULES = (
    (NameRule.SAME_WORDS, _same_words),
    (NameRule.SPACING, _spacing),
    (NameRule.LEGAL_FORM, _legal_form),
    (NameRule.PLURAL, _plural),
    (NameRule.INITIALS, _initials),
    (NameRule.DESCRIPTION, _description),
    (NameRule.FOUNDER, _founder),
    (NameRule.SIMILAR, _similar),
    (NameRule.EXTENDED, _extended),
)
