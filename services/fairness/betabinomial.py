"""Beta-Binomial empirical Bayes: each unit's rate drawn towards all units' rates, the more the fewer cases it has."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, expit, logit

CONFIDENCE = 0.90
"""How sure an interval is: of a hundred such intervals ninety hold the truth."""
TAIL = (1 - CONFIDENCE) / 2
"""What may lie beyond either end of an interval."""
WIDEST = 18.0
"""The search for logit of the mean and log of the strength ends at plus and minus this; nobody's rates lie beyond."""
PRECISE = {"xatol": 1e-4, "fatol": 1e-6}
STEP, REACH = 0.05, 3
"""Of the surroundings of the best fit: the step to feel its curvature, and how many deviations to go each way."""

Floats = NDArray[np.float64]
Likelihood = Callable[[Floats], float]


@dataclass(frozen=True, slots=True)
class Prior:
    """How the units' true rates lie: Beta(alpha, beta), and how sure that is.

    `alphas`, `betas` and `weights` (together 1) are the fits around the best one, by how well they explain the counts:
    with a score of units the best alone would be trusted too much.
    """

    alpha: float
    beta: float
    alphas: Floats
    betas: Floats
    weights: Floats

    @property
    def mean(self) -> float:
        """The mean of the units' true rates."""
        return self.alpha / self.strength

    @property
    def strength(self) -> float:
        """How many cases of its own a unit needs to count half."""
        return self.alpha + self.beta


def fit(good: Floats, cases: Floats) -> Prior:
    """The Beta distribution that explains the counts best, by maximum likelihood; units without cases say nothing.

    Likelihood: good_i ~ BetaBinomial(cases_i, alpha, beta) (Skellam 1948; Efron and Morris 1975 for its use), with
    mean m and strength k = alpha + beta searched as logit m and log k. Two terms keep the maximum away from the
    edges, where one unit, equal units or only 0 and 1 would put it: the density of a uniform m, m(1-m), which is one
    good and one bad case more, and that of a uniform shrinkage k/(k + n), k n/(k + n)^2, with n the harmonic mean of
    the numbers of cases (Christiansen and Morris 1997; Morris and Tang 2011, "adjustment for density maximization").

    Counts that are no whole numbers (shares of a point) are rounded here and here only.
    """
    from scipy.optimize import minimize  # these two take a second to import, and only some screens rank
    from scipy.stats import betabinom

    has = cases > 0
    if not has.any():
        return _prior(np.zeros((1, 2)), np.ones(1))
    (n, k), times = _grouped(good[has], cases[has])
    usual = float(1 / np.average(1 / n, weights=times))

    def likelihood(at: Floats) -> float:
        mean, strength = float(expit(at[0])), float(np.exp(at[1]))
        likely = times @ betabinom.logpmf(k, n, mean * strength, (1 - mean) * strength)
        return float(likely + _adjustment(mean, strength, usual))

    start = np.array([logit((k @ times + 1) / (n @ times + 2)), np.log(usual)])
    edges = [(-WIDEST, WIDEST)] * 2
    best = minimize(lambda at: -likelihood(at), start, method="Nelder-Mead", bounds=edges, options=PRECISE).x
    return _prior(*_surroundings(likelihood, best))


def _grouped(good: Floats, cases: Floats) -> tuple[Floats, Floats]:
    """The different pairs (cases, good) as whole numbers, and how many units have each."""
    n = np.maximum(1, np.rint(cases))
    pairs, times = np.unique(np.stack([n, np.clip(np.rint(good), 0, n)]), axis=1, return_counts=True)
    return pairs, times.astype(np.float64)


def _adjustment(mean: float, strength: float, usual: float) -> float:
    towards = np.log(strength) + np.log(usual) - 2 * np.log(strength + usual)
    return float(np.log(mean) + np.log1p(-mean) + towards)


def _surroundings(likelihood: Likelihood, best: Floats) -> tuple[Floats, Floats]:
    """Points around the best fit, itself first, on a lattice of deviations along both axes, and their weights.

    Integrates the doubt about the fit instead of ignoring it (Kass and Steffey 1989; Morris 1983).
    """
    spread = np.linalg.cholesky(np.linalg.inv(_curvature(likelihood, best)))
    lattice = [(0, 0), *(each for each in product(range(-REACH, REACH + 1), repeat=2) if any(each))]
    points = np.clip(best + np.array(lattice) @ spread.T, -WIDEST, WIDEST)
    heights = np.array([likelihood(point) for point in points])
    weights = np.exp(heights - heights.max())
    return points, weights / weights.sum()


def _curvature(likelihood: Likelihood, best: Floats) -> Floats:
    """Minus the second derivatives at the best fit, by differences, made definite where the top is flat."""
    one, two = np.eye(2) * STEP
    middle = likelihood(best)
    first, second = (
        (2 * middle - likelihood(best + step) - likelihood(best - step)) / STEP**2 for step in (one, two)
    )  # fmt: skip
    both = (likelihood(best + one - two) + likelihood(best - one + two)
            - likelihood(best + one + two) - likelihood(best - one - two)) / (4 * STEP**2)  # fmt: skip
    found = np.array([[max(first, 0.1), both], [both, max(second, 0.1)]])
    return found if np.linalg.det(found) > 1e-6 else np.diag(np.diag(found))


def _prior(points: Floats, weights: Floats) -> Prior:
    means, strengths = expit(points[:, 0]), np.exp(points[:, 1])
    alphas, betas = means * strengths, (1 - means) * strengths
    return Prior(float(alphas[0]), float(betas[0]), alphas, betas, weights)


def posterior(good: Floats, cases: Floats, prior: Prior) -> tuple[Floats, Floats]:
    """Alpha and beta of each unit's rate: the Beta with the mean and the variance of all fits' posteriors together.

    Under one fit the rate is Beta(alpha + good, beta + bad) (Gelman et al., Bayesian Data Analysis, section 2.4).
    """
    return mixed(np.add.outer(good, prior.alphas), np.add.outer(cases - good, prior.betas), prior.weights)


def mixed(a: Floats, b: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Alpha and beta of the Beta with the mean and the variance of each row's Betas together, weighed."""
    means = a / (a + b)
    mean = (means * weights).sum(axis=1)
    within = (means * (1 - means) / (a + b + 1) * weights).sum(axis=1)
    variance = within + (means**2 * weights).sum(axis=1) - mean**2
    weight = mean * (1 - mean) / variance - 1
    return mean * weight, (1 - mean) * weight


def shrunk(good: Floats, cases: Floats, prior: Prior) -> tuple[Floats, Floats, Floats]:
    """Each unit's estimate with the ends of its 90% interval: the mean and two quantiles of its posterior.

    At the edge, where nobody ever fails, the mean may lie beyond a quantile: the interval reaches to it.
    """
    alpha, beta = posterior(good, cases, prior)
    mean: Floats = alpha / (alpha + beta)
    low, high = (betaincinv(alpha, beta, at) for at in (TAIL, 1 - TAIL))
    return mean, np.minimum(low, mean), np.maximum(high, mean)
