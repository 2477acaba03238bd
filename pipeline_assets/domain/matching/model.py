"""The shipped model: word weights, coefficients and thresholds, as data with a version.

`training/` makes the data. It is part of the package as a constant would be; nothing else is read.
"""

import math
from functools import cached_property, lru_cache
from importlib.resources import files
from operator import mul

import msgspec

from pipeline_assets.domain.matching.features import FEATURES


class Thresholds(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a suggestion needs. Probabilities; `margin` is in logits.

    `same`: for a pair whose sizes agree; `size_unconfirmed`: for one with a size that is not known.
    `margin`: how far any other partner of either SKU must be behind.
    """

    same: float
    size_unconfirmed: float
    margin: float


class MatchingModel(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """What `training/` found. `weights`: by word; `rare_weight`: that of any other word."""

    model_version: str
    features: tuple[str, ...]
    coefficients: tuple[float, ...]
    intercept: float
    thresholds: Thresholds
    rare_weight: float
    weights: dict[str, float]

    def __post_init__(self) -> None:
        """Raise `ValueError` if the data was made for other features."""
        if self.features != FEATURES or len(self.coefficients) != len(FEATURES):
            raise ValueError(
                f"the model {self.model_version} was made for other features; make it again with "
                "`python -m training`"
            )

    def weight_of(self, word: str) -> float:
        """How much a word tells: the logarithm of how rare it is."""
        return self.weights.get(word, self.rare_weight)

    def score_e6(self, numbers: list[float]) -> int:
        """The probability that two things with these features are one, in millionths."""
        logit = self.intercept + sum(map(mul, self.coefficients, numbers))
        return round(1_000_000 / (1 + math.exp(-max(-500.0, min(500.0, logit)))))

    @cached_property
    def least_score_e6(self) -> int:
        """The lower threshold, in millionths."""
        return int(1_000_000 * min(self.thresholds.same, self.thresholds.size_unconfirmed))


def read_model(data: bytes | str) -> MatchingModel:
    """The model in a JSON text; raises `ValueError` if it is not one."""
    return msgspec.json.decode(data, type=MatchingModel)


@lru_cache(maxsize=1)
def shipped_model() -> MatchingModel:
    """The model that comes with this version of the package."""
    return read_model(files(__package__).joinpath("model.json").read_bytes())
