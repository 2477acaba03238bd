"""The shipped model is whole, and what speaks for a pair never lowers its score."""

import msgspec
import pytest

from pipeline_assets.domain.matching.features import FEATURES
from pipeline_assets.domain.matching.model import read_model, shipped_model
from training.fit import SPEAKS_AGAINST


def test_every_coefficient_has_the_sign_that_makes_sense() -> None:
    model = shipped_model()
    assert model.features == FEATURES
    for name, value in zip(FEATURES, model.coefficients, strict=True):
        assert value <= 0 if name in SPEAKS_AGAINST else value >= 0, name


def test_more_in_common_scores_higher() -> None:
    model = shipped_model()
    nothing = [0.0] * len(FEATURES)
    covered = [float(name in ("covered_least", "covered_most")) for name in FEATURES]
    assert 0 <= model.score_e6(nothing) < model.score_e6(covered) <= 1_000_000


def test_rare_words_weigh_more_than_frequent_ones() -> None:
    model = shipped_model()
    assert model.weight_of("chocolate") < model.weight_of("marmalade") < model.weight_of("zzyzx")
    assert model.weight_of("zzyzx") == model.rare_weight


def test_a_model_of_other_features_is_refused_with_what_to_do() -> None:
    shipped = msgspec.to_builtins(shipped_model())
    data = msgspec.json.encode({**shipped, "features": [*FEATURES[1:], "colour"]})
    with pytest.raises(ValueError, match="python -m training"):
        read_model(data)
    with pytest.raises(msgspec.ValidationError):
        read_model(b"{}")
