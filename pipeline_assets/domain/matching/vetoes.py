"""What rules out that two things are one, whatever the model finds."""

from pipeline_assets.domain.matching.candidates import WeightOf
from pipeline_assets.domain.matching.features import brand_found
from pipeline_assets.domain.matching.goods import Goods
from pipeline_assets.domain.matching.packs import Agreement, agreement

# How much of each brand the other side must name: a word of two, or the rarer part of it.
LEAST_BRAND = 0.5


def is_vetoed(a: Goods, b: Goods, weight_of: WeightOf) -> bool:
    """Whether two things cannot be one.

    Different sizes, also in different dimensions (50 g, 300 ml); goods without a brand, or with one
    that only one company sells; fresh produce and meat; brands that the other side does not name.
    """
    return (
        a.is_never_matched
        or b.is_never_matched
        or agreement(a.pack, b.pack) is Agreement.DIFFERENT
        or brand_found(a, b, weight_of) < LEAST_BRAND
        or brand_found(b, a, weight_of) < LEAST_BRAND
    )
