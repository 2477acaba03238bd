"""Brands while they are merged: the surest pair first, then the rest are judged again.

Belongs here: judging a pair of brands by names and barcodes together, and the order of merging.
How names alone are related is in `names`; the resulting plan is in `plan`.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from itertools import combinations, product

from pipeline_assets.domain.brands.names import (
    BrandName,
    Relation,
    abbreviates,
    read_brand_name,
    relate,
)
from pipeline_assets.domain.normalisation.words import nicest_spelling


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
class BrandThresholds:
    """How sure a merge must be.

    `min_agreement` concerns a name that may stand for several brands. Of the barcodes that it
    shares with any other name, it must share at least this part (0 to 1) with the brand that it is
    to be merged with.
    """

    min_agreement: float = 0.7


@dataclass(frozen=True, slots=True)
class DeclinedPair:
    """Two brands (canonical names) that stay separate though related, and why, for operators."""

    brand_a: str
    brand_b: str
    shared_barcodes: int
    reason: str


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
    """Names that are one brand so far; `merges` is the tree that joined them."""

    members: tuple[BrandFacts, ...]
    barcodes: frozenset[str]
    merges: tuple[Evidence, ...] = ()

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

    def spellings(self) -> list[tuple[str, BrandName]]:
        """Each spelling in the cluster: which name it belongs to, and how it reads."""
        return [
            (member.name, read_brand_name(spelling))
            for member in self.members
            for spelling in member.spellings
        ]

    def joined(self, other: "Cluster", why: Evidence) -> "Cluster":
        """Both clusters as one."""
        return Cluster(
            self.members + other.members,
            self.barcodes | other.barcodes,
            (*self.merges, *other.merges, why),
        )


def display_spelling(brand: BrandFacts) -> str:
    """How a brand is shown."""
    return nicest_spelling(brand.spellings)


def merge_brands(
    brands: Iterable[BrandFacts], thresholds: BrandThresholds
) -> tuple[list[Cluster], list[DeclinedPair]]:
    """The clusters with several names, and the related pairs that stay separate, both in order."""
    work = _Merging(brands, thresholds)
    work.run()
    return work.merged(), work.declined()


# The surest rule, the most barcodes, the names; then the two numbers and why.
_Entry = tuple[int, int, str, str, int, int, Evidence]


class _Merging:
    """The clusters by number. A number is not reused once its cluster is part of another."""

    def __init__(self, brands: Iterable[BrandFacts], thresholds: BrandThresholds) -> None:
        ordered = sorted(brands, key=lambda brand: brand.name)
        self._thresholds = thresholds
        self._live = {n: Cluster((brand,), brand.barcodes) for n, brand in enumerate(ordered)}
        self._next = len(ordered)
        self._owners: dict[str, set[int]] = defaultdict(set)
        for number, cluster in self._live.items():
            for barcode in cluster.barcodes:
                self._owners[barcode].add(number)
        self._neighbours: dict[int, set[int]] = defaultdict(set)
        for one, other in self._candidates():
            self._neighbours[one].add(other)
            self._neighbours[other].add(one)

    def _candidates(self) -> Iterator[tuple[int, int]]:
        """The pairs worth judging: those with a barcode in common or the same letters in a name."""
        same_letters: dict[str, set[int]] = defaultdict(set)
        for number, cluster in self._live.items():
            for _, name in cluster.spellings():
                same_letters[name.joined].add(number)
        for numbers in (*self._owners.values(), *same_letters.values()):
            yield from combinations(sorted(numbers), 2)

    def _pairs(self) -> Iterator[tuple[int, int]]:
        for one, others in self._neighbours.items():
            yield from ((one, other) for other in others if one < other)

    def run(self) -> None:
        queue = [entry for pair in self._pairs() if (entry := self._entry(*pair))]
        heapify(queue)
        while queue:
            *_, one, other, evidence = heappop(queue)
            if one in self._live and other in self._live:
                merged = self._merge(one, other, evidence)
                for neighbour in self._neighbours[merged]:
                    if entry := self._entry(neighbour, merged):
                        heappush(queue, entry)

    def merged(self) -> list[Cluster]:
        return [cluster for cluster in self._live.values() if cluster.merges]

    def declined(self) -> list[DeclinedPair]:
        verdicts = [self._judge(*pair) for pair in self._pairs()]
        pairs = [verdict for verdict in verdicts if isinstance(verdict, DeclinedPair)]
        return sorted(pairs, key=lambda pair: (pair.brand_a, pair.brand_b))

    def _entry(self, one: int, other: int) -> _Entry | None:
        verdict = self._judge(one, other)
        if not isinstance(verdict, Evidence):
            return None
        first, second = sorted((verdict.name_a, verdict.name_b))
        rule = int(verdict.relation.rule)
        return rule, -verdict.shared_barcodes, first, second, one, other, verdict

    def _merge(self, one: int, other: int, evidence: Evidence) -> int:
        number, self._next = self._next, self._next + 1
        cluster = self._live.pop(one).joined(self._live.pop(other), evidence)
        self._live[number] = cluster
        for barcode in cluster.barcodes:
            self._owners[barcode] -= {one, other}
            self._owners[barcode].add(number)
        neighbours = (self._neighbours.pop(one) | self._neighbours.pop(other)) - {one, other}
        self._neighbours[number] = neighbours
        for neighbour in neighbours:
            self._neighbours[neighbour] -= {one, other}
            self._neighbours[neighbour].add(number)
        return number

    def _judge(self, one: int, other: int) -> Evidence | DeclinedPair | None:
        """Why two clusters are one brand, or why not although some of their names are related."""
        a, b = self._live[one], self._live[other]
        related, strangers = _relations(a, b)
        if not related:
            return None
        shared = len(a.barcodes & b.barcodes)
        objections: list[str] = []
        if strangers:
            objections.append("{} and {} are not related".format(*min(strangers)))
            related = []
        for relation, name_a, name_b in related:
            agreement = self._agreement(one, other, relation, shared)
            objection = self._objection(a, b, relation, shared, agreement)
            if objection is None:
                return Evidence(name_a, name_b, relation, shared, agreement)
            objections.append(objection)
        first, second = sorted((a.canonical.name, b.canonical.name))
        return DeclinedPair(first, second, shared, objections[0])

    def _objection(
        self, a: Cluster, b: Cluster, relation: Relation, shared: int, agreement: float | None
    ) -> str | None:
        if shared < relation.needs:
            return f"needs {relation.needs} shared barcodes"
        if not shared and a.barcodes and b.barcodes and relation.is_loose:
            return "both have barcodes but share none"
        if agreement is not None and agreement < self._thresholds.min_agreement:
            return f"only {agreement:.0%} of the barcodes it shares are shared with this brand"
        return None

    def _agreement(self, one: int, other: int, relation: Relation, shared: int) -> float | None:
        sides = ((one, relation.is_loose_a), (other, relation.is_loose_b))
        totals = [self._shared_with_anyone(number) for number, is_loose in sides if is_loose]
        parts = [shared / total for total in totals if total]
        return min(parts, default=1.0) if totals else None

    def _shared_with_anyone(self, number: int) -> int:
        return sum(len(self._owners[barcode]) > 1 for barcode in self._live[number].barcodes)


_Related = tuple[Relation, str, str]


def _relations(a: Cluster, b: Cluster) -> tuple[list[_Related], list[tuple[str, str]]]:
    """The relations between names of the clusters, the surest first, and the pairs without one.

    Names with the same letters count for each other: `RT` is related to `Redtractor` if that is the
    same brand as `Red Tractor`.
    """
    related: list[_Related] = []
    strangers: dict[tuple[str, str], tuple[str, str]] = {}
    acquainted: set[tuple[str, str]] = set()
    for (name_a, read_a), (name_b, read_b) in product(a.spellings(), b.spellings()):
        letters = (read_a.joined, read_b.joined)
        relation = relate(read_a, read_b)
        if relation is None:
            strangers[letters] = (min(name_a, name_b), max(name_a, name_b))
        else:
            acquainted.add(letters)
            related.append((relation, name_a, name_b))
    related.sort(key=_surest_first)
    return related, [names for letters, names in strangers.items() if letters not in acquainted]


def _surest_first(related: _Related) -> tuple[int, int, int, list[str]]:
    relation, *names = related
    return relation.rule, relation.needs, relation.is_loose_a + relation.is_loose_b, sorted(names)
