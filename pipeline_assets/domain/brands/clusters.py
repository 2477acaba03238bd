"""Brands while they are merged: names that are one brand so far, and how two such are related.

How names alone are related is in `names`; which clusters merge, and in which order, in `merging`.
"""

from collections import defaultdict
from dataclasses import dataclass
from heapq import nsmallest
from itertools import product

from pipeline_assets.domain.brands.names import (
    BrandName,
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
    GTIN-13s of the SKUs that carry the name; `sku_count`: how many SKUs carry it.
    """

    name: str
    spellings: tuple[str, ...]
    barcodes: frozenset[str] = frozenset()
    sku_count: int = 0


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why two names are one brand.

    `shared_barcodes` and `agreement` are counted over all names that either was merged with by
    then. `agreement` concerns a side that may stand for several brands: of the barcodes that it
    shares with anyone, the part that it shares with the other side. If both sides are such, it is
    the smaller part; if neither is, it is None.
    """

    name_a: str
    name_b: str
    relation: Relation
    shared_barcodes: int
    agreement: float | None


@dataclass(frozen=True, slots=True)
class Cluster:
    """Names that are one brand so far; `merges` is the tree that joined them.

    `spellings`: those in the cluster, each as the name that it belongs to and how it reads.
    """

    members: tuple[BrandFacts, ...]
    barcodes: frozenset[str]
    spellings: tuple[tuple[str, BrandName], ...]
    merges: tuple[Evidence, ...] = ()

    @classmethod
    def of(cls, brand: BrandFacts) -> "Cluster":
        """A brand by itself."""
        looked_at = brand.spellings
        if len(looked_at) > MOST_SPELLINGS:
            looked_at = tuple(nsmallest(MOST_SPELLINGS, looked_at, key=niceness))
        read = ((brand.name, read_brand_name(spelling)) for spelling in looked_at)
        return cls((brand,), brand.barcodes, tuple(read))

    @property
    def canonical(self) -> BrandFacts:
        """The name that the brand takes: no legal entity, no abbreviation, the most SKUs."""
        names = {each.name: read_brand_name(display_spelling(each)) for each in self.members}

        def rank(member: BrandFacts) -> tuple[bool, bool, int, int, str]:
            name = names[member.name]
            is_short = any(abbreviates(name, other) for other in names.values())
            size = (-member.sku_count, -len(member.barcodes))
            return (name.is_legal, is_short, *size, member.name)

        return min(self.members, key=rank)

    def joined(self, other: "Cluster", why: Evidence) -> "Cluster":
        """Both clusters as one."""
        return Cluster(
            self.members + other.members,
            self.barcodes | other.barcodes,
            self.spellings + other.spellings,
            (*self.merges, *other.merges, why),
        )


def display_spelling(brand: BrandFacts) -> str:
    """How a brand is shown."""
    return nicest_spelling(brand.spellings)


def are_strangers(a: Cluster, b: Cluster) -> bool:
    """Whether some name of one is not related to the other's: they are not one brand then.

    Found sooner than all relations: mostly, the first two spellings show it.
    """
    letters_a, letters_b = _by_letters(a), _by_letters(b)
    return any(
        not any(relate(one, other) for one in ones for other in others)
        for ones in letters_a.values()
        for others in letters_b.values()
    )


def _by_letters(cluster: Cluster) -> dict[str, list[BrandName]]:
    found: dict[str, list[BrandName]] = defaultdict(list)
    for _, name in cluster.spellings:
        found[name.joined].append(name)
    return found


Related = tuple[Relation, str, str]


def relations(a: Cluster, b: Cluster) -> tuple[list[Related], list[tuple[str, str]]]:
    """The relations between names of the clusters, the surest first, and the pairs without one.

    Names with the same letters count for each other: `RT` is related to `Redtractor` if that is the
    same brand as `Red Tractor`.
    """
    related: list[Related] = []
    strangers: dict[tuple[str, str], tuple[str, str]] = {}
    acquainted: set[tuple[str, str]] = set()
    for (name_a, read_a), (name_b, read_b) in product(a.spellings, b.spellings):
        letters = (read_a.joined, read_b.joined)
        relation = relate(read_a, read_b)
        if relation is None:
            strangers[letters] = (min(name_a, name_b), max(name_a, name_b))
        else:
            acquainted.add(letters)
            related.append((relation, name_a, name_b))
    related.sort(key=_surest_first)
    return related, [names for letters, names in strangers.items() if letters not in acquainted]


def _surest_first(related: Related) -> tuple[int, int, int, list[str]]:
    relation, *names = related
    return relation.rule, relation.needs, relation.is_loose_a + relation.is_loose_b, sorted(names)
