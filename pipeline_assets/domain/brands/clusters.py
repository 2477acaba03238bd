"""Brands while they are merged: names that are one brand so far, and how two such are related.

How names alone are related is in `names`; which clusters merge, and in which order, in `merging`.
"""

from collections import defaultdict
from collections.abc import Set
from dataclasses import dataclass
from heapq import nsmallest
from itertools import product
from typing import NamedTuple

from rapidfuzz.distance import OSA

from pipeline_assets.domain.brands.goods import Good, company_prefixes, count_calls, drawn
from pipeline_assets.domain.brands.names import (
    BrandName,
    NameRule,
    Relation,
    abbreviates,
    read_brand_name,
    relate,
)
from pipeline_assets.domain.normalisation.words import niceness, nicest_spelling

# A hostile file can have any number; real files have four.
MOST_SPELLINGS = 16  # of one name that are looked at, the nicest first


@dataclass(frozen=True, slots=True)
class BrandFacts:
    """What is known of one normalised brand name.

    `spellings`: how it is written, with its aliases if the brand was merged before; `barcodes`: the
    GTIN-13s of the SKUs that carry the name; `sku_count`: how many SKUs carry it; `goods`: those of
    them whose pages tell their brand, at most `MOST_GOODS`; `is_retailer`: it is a company's name.
    `decided`: the name that stands for all that operators made one brand with it, its own if none.
    """

    name: str
    spellings: tuple[str, ...]
    barcodes: frozenset[str] = frozenset()
    sku_count: int = 0
    goods: tuple[Good, ...] = ()
    is_retailer: bool = False
    decided: str | None = None

    @property
    def group(self) -> str:
        """The name by which operators' decisions are about it."""
        return self.name if self.decided is None else self.decided


class Confirmed(NamedTuple):
    """What showed that two related names are one brand.

    `by`: `names` (they are alike enough), `barcodes`, `goods` (those of one bear the other's name:
    `called` of the `goods` that were looked at), `maker` (a GS1 company prefix in common), `shelf`
    (a category in common), `kind` (they sell the same things), `decision` (an operator's).
    """

    by: str
    called: int = 0
    goods: int = 0


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why two names are one brand.

    `shared_barcodes` and `agreement` are counted over all names that either was merged with by
    then. `agreement` concerns a side that may stand for several brands: of the barcodes that it
    shares with anyone, the part that it shares with the other side. If both sides are such, it is
    the smaller part; if neither is, it is None. `confirmed`: what showed that related names are one
    brand.
    """

    name_a: str
    name_b: str
    relation: Relation
    shared_barcodes: int
    agreement: float | None
    confirmed: Confirmed


class Spelling(NamedTuple):
    """A spelling of a name in a cluster; of those with the same `key` one must be related."""

    name: str
    read: BrandName
    key: str


@dataclass(frozen=True, slots=True)
class Cluster:
    """Names that are one brand so far; `merges` is the tree that joined them.

    `goods`: those of its members that are looked at; `prefixes`: the GS1 company prefixes of its
    barcodes, kept because a large brand is compared often.
    """

    members: tuple[BrandFacts, ...]
    barcodes: frozenset[str]
    spellings: tuple[Spelling, ...]
    goods: tuple[Good, ...] = ()
    prefixes: frozenset[str] = frozenset()
    merges: tuple[Evidence, ...] = ()

    @classmethod
    def of(cls, brand: BrandFacts) -> "Cluster":
        """A brand by itself."""
        looked_at = brand.spellings
        if len(looked_at) > MOST_SPELLINGS:
            looked_at = tuple(nsmallest(MOST_SPELLINGS, looked_at, key=niceness))
        spellings = (_spelling(brand, spelling) for spelling in looked_at)
        goods, prefixes = drawn(brand.goods), company_prefixes(brand.barcodes)
        return cls((brand,), brand.barcodes, tuple(spellings), goods, prefixes)

    @property
    def canonical(self) -> BrandFacts:
        """The name that the brand takes.

        One that its goods bear, no legal entity, no abbreviation, the one of the most SKUs.
        """
        names = {each.name: read_brand_name(display_spelling(each)) for each in self.members}
        letters = {name.joined for name in names.values()}
        borne = {
            each
            for each in letters
            if len(letters) > 1 and count_calls(self.goods, letters - {each}, (each,)).other
        }

        def rank(member: BrandFacts) -> tuple[bool, bool, bool, int, int, str]:
            name = names[member.name]
            is_short = any(abbreviates(name, other) for other in names.values())
            size = (-member.sku_count, -len(member.barcodes))
            return (name.joined not in borne, name.is_legal, is_short, *size, member.name)

        return min(self.members, key=rank)

    @property
    def groups(self) -> set[str]:
        """The names by which operators' decisions are about its members."""
        return {member.group for member in self.members}

    def joined(self, other: "Cluster", why: Evidence) -> "Cluster":
        """Both clusters as one."""
        return Cluster(
            self.members + other.members,
            self.barcodes | other.barcodes,
            self.spellings + other.spellings,
            drawn(self.goods + other.goods),
            self.prefixes | other.prefixes,
            (*self.merges, *other.merges, why),
        )


def _spelling(brand: BrandFacts, spelling: str) -> Spelling:
    read = read_brand_name(spelling)
    # What operators made one brand is one for all rules; spaced, no letters can be the same.
    key = read.joined if brand.decided is None else f"{brand.decided} (decided)"
    return Spelling(brand.name, read, key)


def display_spelling(brand: BrandFacts) -> str:
    """How a brand is shown."""
    return nicest_spelling(brand.spellings)


def decided_evidence(a: Cluster, b: Cluster) -> Evidence:
    """That an operator decided that two clusters are one brand."""
    names = min(member.name for member in a.members), min(member.name for member in b.members)
    similarity = OSA.normalized_similarity(*names)
    relation = Relation(NameRule.DECISION, 0, round(similarity, 3), False, False)
    return Evidence(*names, relation, len(a.barcodes & b.barcodes), None, Confirmed("decision"))


def are_strangers(a: Cluster, b: Cluster) -> bool:
    """Whether some name of one is not related to the other's: they are not one brand then.

    Found sooner than all relations: mostly, the first two spellings show it.
    """
    keys_a, keys_b = _by_key(a), _by_key(b)
    letters = _letters(a, b)
    return not all(
        any(
            relate(one, other) or _have_a_beginning(one, other, letters)
            for one in ones
            for other in others
        )
        for ones in keys_a.values()
        for others in keys_b.values()
    )


def _letters(a: Cluster, b: Cluster) -> set[str]:
    return {spelling.read.joined for spelling in (*a.spellings, *b.spellings)}


def _have_a_beginning(a: BrandName, b: BrandName, letters: Set[str]) -> bool:
    """Whether both begin with one shorter name of the brand: KB's Thawed Raw, KB's Thawed Cooked.

    Such names are one brand only where goods show it of each: see `relations`.
    """
    return not a.beginnings.isdisjoint(b.beginnings & letters)


def _by_key(cluster: Cluster) -> dict[str, list[BrandName]]:
    found: dict[str, list[BrandName]] = defaultdict(list)
    for spelling in cluster.spellings:
        found[spelling.key].append(spelling.read)
    return found


class Related(NamedTuple):
    """How two names of different clusters are related, and how each is read."""

    relation: Relation
    name_a: str
    name_b: str
    read_a: BrandName
    read_b: BrandName


class Relations(NamedTuple):
    """How the names of two clusters are related.

    `related`: the surest first; `strangers`: pairs of names without a relation; `siblings`: pairs
    without one that begin with the same shorter name of these clusters. Barcodes are no evidence
    about siblings: a maker of biscuits and one of sauces can both be called after a town.
    """

    related: list[Related]
    strangers: list[tuple[str, str]]
    siblings: list[tuple[str, str]]


def relations(a: Cluster, b: Cluster) -> Relations:
    """The relations between names of the clusters.

    Names with the same letters count for each other: `RT` is related to `Redtractor` if that is the
    same brand as `Red Tractor`.
    """
    related: list[Related] = []
    unrelated: dict[tuple[str, str], tuple[str, str]] = {}
    acquainted: set[tuple[str, str]] = set()
    with_a_beginning: set[tuple[str, str]] = set()
    letters = _letters(a, b)
    for one, other in product(a.spellings, b.spellings):
        keys = (one.key, other.key)
        relation = relate(one.read, other.read)
        if relation is not None:
            acquainted.add(keys)
            related.append(Related(relation, one.name, other.name, one.read, other.read))
            continue
        names = (min(one.name, other.name), max(one.name, other.name))
        unrelated[keys] = min(names, unrelated.get(keys, names))
        if _have_a_beginning(one.read, other.read, letters):
            with_a_beginning.add(keys)
    related.sort(key=_surest_first)
    left = {keys: names for keys, names in unrelated.items() if keys not in acquainted}
    return Relations(
        related,
        strangers=[names for keys, names in left.items() if keys not in with_a_beginning],
        siblings=[names for keys, names in left.items() if keys in with_a_beginning],
    )


def _surest_first(related: Related) -> tuple[int, int, int, list[str]]:
    relation = related.relation
    names = sorted((related.name_a, related.name_b))
    return relation.rule, relation.needs, relation.is_loose_a + relation.is_loose_b, names
