"""Whether two brands with related names are one: what their barcodes and their goods say.

Belongs here: weighing the evidence on one pair of clusters. How names are related is in `names`;
the order of merging, and which pairs are looked at, in `merging`.

That both have barcodes and share none says nothing within one company, where each GTIN stands once,
and little across companies, which sell few of the same goods. What speaks is how the goods are
called, who numbers them (the GS1 company prefix), on which shelf they stand, and what they are.
"""

from dataclasses import dataclass

from pipeline_assets.domain.brands.clusters import Cluster, Confirmed, Related
from pipeline_assets.domain.brands.goods import (
    Calls,
    count_calls,
    share_things,
    shelves_of,
)
from pipeline_assets.domain.brands.names import BrandName, NameRule
from pipeline_assets.domain.brands.vocabulary import TRADES, is_generic

# Rules whose names are so alike that goods of one kind are of one brand. Not among them: initials
# (HP, Huff & Puff), names a letter apart (Barilla, Brilla), and names with words of their own.
SURE_OF_A_KIND = (NameRule.SPACING, NameRule.PLURAL, NameRule.DESCRIPTION)
# Rules by which one good that bears the other's name shows a slip or a shortening.
SURE_BY_A_GOOD = (NameRule.PLURAL, NameRule.SIMILAR, NameRule.DESCRIPTION)

MIN_INITIALS = 3  # letters by which goods can be called: LKK


@dataclass(frozen=True, slots=True)
class BrandThresholds:
    """How sure a merge must be; parts are from 0 to 1.

    `min_agreement` concerns a name that may stand for several brands. Of the barcodes that it
    shares with any other name, it must share at least this part with the brand that it is to be
    merged with. `min_called`: the part of a brand's goods that must bear the other's name, where
    that is the evidence; at least `min_goods` of them, and `min_legal_goods` of a legal entity,
    which often makes goods of several brands. `max_foreign`: the part of a legal entity's goods
    that may bear neither name.
    """

    min_agreement: float = 0.7
    min_called: float = 0.8
    min_goods: int = 2
    min_legal_goods: int = 4
    max_foreign: float = 0.05


@dataclass(frozen=True, slots=True)
class Shared:
    """The barcodes that two clusters share, and how far they agree (as in `Evidence`)."""

    count: int
    agreement: float | None


def confirm(
    a: Cluster, b: Cluster, related: Related, shared: Shared, thresholds: BrandThresholds
) -> Confirmed | str:
    """What shows that they are one brand, or the objection to it, in words."""
    relation = related.relation
    calls_a, calls_b = _calls(a, b), _calls(b, a)
    kind = _same_kind(a, b)
    objection = _is_of_a_maker(a, b, related, thresholds)
    if objection is not None:
        return _same_maker(related, kind, calls_a, calls_b) or objection
    if relation.rule is NameRule.EXTENDED and (_is_retailer(a) or _is_retailer(b)):
        return "ranges of a retailer's own brand stay apart"
    if relation.needs == 0:
        return _confirm_by_names(a, b, related, calls_a, calls_b)
    agreement = shared.agreement
    if shared.count and agreement is not None and agreement < thresholds.min_agreement:
        return f"only {agreement:.0%} of the barcodes it shares are shared with this brand"
    if shared.count >= relation.needs:
        return Confirmed("barcodes")
    for read, calls in ((related.read_a, calls_a), (related.read_b, calls_b)):
        enough = _enough_goods(related, read, kind, thresholds)
        if calls.other >= max(enough, thresholds.min_called * calls.total):
            return Confirmed("goods", calls.other, calls.total)
    return _confirm_by_kind(related, kind, calls_a, calls_b)


def _confirm_by_names(
    a: Cluster, b: Cluster, related: Related, calls_a: Calls, calls_b: Calls
) -> Confirmed | str:
    """Names alike enough; but where no goods tell of a legal entity, the makers must not differ."""
    is_silent = (related.read_a.is_legal and not calls_a.total) or (
        related.read_b.is_legal and not calls_b.total
    )
    if is_silent and _have_other_makers(a, b):
        return "both have barcodes, of different makers, and no goods tell more"
    return Confirmed("names")


def _enough_goods(
    related: Related, read: BrandName, kind: Confirmed | None, thresholds: BrandThresholds
) -> int:
    """How many goods of this side must bear the other's name."""
    if read.is_legal:
        return thresholds.min_legal_goods
    by = None if kind is None else kind.by
    if related.relation.rule in SURE_BY_A_GOOD or by == "maker":
        return 1
    # A short name with a single good may be any of several brands that begin so.
    is_long = len(read.joined) == max(len(related.read_a.joined), len(related.read_b.joined))
    return 1 if by is not None and is_long else thresholds.min_goods


def _confirm_by_kind(
    related: Related, kind: Confirmed | None, calls_a: Calls, calls_b: Calls
) -> Confirmed | str:
    relation = related.relation
    if relation.rule is NameRule.EXTENDED and not _adds_a_trade(related):
        return "their goods do not bear the other's name"
    is_legal = related.read_a.is_legal or related.read_b.is_legal
    if relation.rule not in (*SURE_OF_A_KIND, NameRule.EXTENDED) or is_legal:
        return f"needs {relation.needs} shared barcodes, or goods that bear the other's name"
    if kind is None:
        return "neither barcodes nor goods say so"
    if _mostly_foreign(calls_a) or _mostly_foreign(calls_b):
        return "their goods bear other names"
    return kind


def _calls(a: Cluster, b: Cluster, *, with_legal: bool = False) -> Calls:
    """How the goods of `a` are called, by all names of both.

    That goods bear a legal entity's full name (`Maggie Beer Products`) does not make it a brand.
    """
    reads = [spelling.read for spelling in a.spellings]
    own = {read.joined for read in reads if with_legal or not read.is_legal}
    if with_legal:
        own |= {read.initials for read in reads if len(read.initials) >= MIN_INITIALS}
    return count_calls(a.goods, own, {spelling.read.joined for spelling in b.spellings})


def _is_of_a_maker(
    a: Cluster, b: Cluster, related: Related, thresholds: BrandThresholds
) -> str | None:
    """The objection that a legal entity's goods bear other brands' names as well."""
    for one, other, read, name in (
        (a, b, related.read_a, related.name_a),
        (b, a, related.read_b, related.name_b),
    ):
        if read.is_legal:
            calls = _calls(one, other, with_legal=True)
            if calls.neither > thresholds.max_foreign * calls.total:
                return f"a maker: {calls.neither} of {calls.total} goods of {name} bear other names"
    return None


def _same_maker(
    related: Related, kind: Confirmed | None, calls_a: Calls, calls_b: Calls
) -> Confirmed | None:
    """Whether the other name is the same maker's: no goods of either bear it, one prefix."""
    if related.relation.rule is not NameRule.LEGAL_FORM or kind is None or kind.by != "maker":
        return None
    if related.read_a.is_legal and related.read_b.is_legal:
        return None
    borne = calls_a.own + calls_a.other + calls_b.own + calls_b.other
    return None if borne else Confirmed("maker")


def _same_kind(a: Cluster, b: Cluster) -> Confirmed | None:
    """Whether the goods of both are of one maker, or of one kind: the weaker evidence."""
    if a.prefixes & b.prefixes:
        return Confirmed("maker")
    if _have_other_makers(a, b):
        return None
    if shelves_of(a.goods) & shelves_of(b.goods):
        return Confirmed("shelf")
    return Confirmed("kind") if share_things(a.goods, b.goods) else None


def _have_other_makers(a: Cluster, b: Cluster) -> bool:
    """Whether both have barcodes, and no GS1 company prefix in common."""
    return bool(a.prefixes and b.prefixes) and a.prefixes.isdisjoint(b.prefixes)


def _adds_a_trade(related: Related) -> bool:
    """Whether the longer name only adds what kind of company it is: `Dairy`, `Fine Foods`."""
    short, long = sorted((related.read_a, related.read_b), key=lambda read: len(read.core))
    added = long.core[len(short.core) :]
    return bool(added) and added[-1] in TRADES and all(map(is_generic, added))


def _is_retailer(cluster: Cluster) -> bool:
    return any(member.is_retailer for member in cluster.members)


def _mostly_foreign(calls: Calls) -> bool:
    return 2 * calls.neither > calls.total
