"""Logistic regression whose coefficients have the signs that make sense.

Few pairs are known to be one, so the data cannot say reliably whether words that are left over
speak for a pair. The signs are fixed instead: more in common never lowers a probability, more
that differs never raises it. This is a convex problem with bounds; L-BFGS-B solves it, and always
finds the same.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit

from pipeline_assets.domain.matching.features import FEATURES

Numbers = npt.NDArray[np.float64]

SPEAKS_AGAINST = frozenset(
    {
        "left_least",
        "left_most",
        "rarest_left",
        "variants_left",
        "variants_both",
        "shelf_variants_left",
        "numbers_left",
        "plain_against_variant",
        "price_gap",
        "price_unknown",
    }
)
PENALTY = 1.0
"""The strength of the squared penalty on coefficients of standardised features."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Coefficients of the plain features, and the intercept."""

    coefficients: Numbers
    intercept: float

    def probabilities(self, numbers: Numbers) -> Numbers:
        """The probability of each row."""
        return np.asarray(expit(numbers @ self.coefficients + self.intercept))


def fit(numbers: Numbers, labels: npt.NDArray[np.int64], penalty: float = PENALTY) -> Fit:
    """The coefficients that make these labels likely, and are not large."""
    mean, deviation = numbers.mean(axis=0), numbers.std(axis=0)
    deviation = np.where(deviation > 0, deviation, 1.0)
    standard = np.c_[(numbers - mean) / deviation, np.ones(len(numbers))]
    target = labels.astype(np.float64)

    def loss(weights: Numbers) -> tuple[float, Numbers]:
        logits = standard @ weights
        value = float(np.sum(np.logaddexp(0, logits) - target * logits))
        slope = standard.T @ (expit(logits) - target)
        inner = weights.copy()
        inner[-1] = 0
        return value + penalty / 2 * float(inner @ inner), slope + penalty * inner

    bounds = [(None, 0.0) if name in SPEAKS_AGAINST else (0.0, None) for name in FEATURES]
    found = minimize(
        loss,
        np.zeros(len(FEATURES) + 1),
        jac=True,
        method="L-BFGS-B",
        bounds=[*bounds, (None, None)],
        options={"maxiter": 5_000, "ftol": 1e-12, "gtol": 1e-8},
    )
    coefficients = found.x[:-1] / deviation
    return Fit(coefficients, float(found.x[-1] - coefficients @ mean))
