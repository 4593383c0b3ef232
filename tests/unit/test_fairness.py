"""Fair comparison: recovered orders and kept promises by simulation, edges, and worked examples."""

from functools import cache

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.stats import CensoredData, betabinom, binom, ecdf, kendalltau

from services.fairness import (
    TENTHS,
    Curve,
    Standing,
    Tier,
    compare,
    fit,
    funnel,
    in_time,
    pooled,
    tier_of,
)

SIMULATED = [(18, 2), (46, 4)]
"""How true rates lie in a simulation: Beta(18, 2) is 90% give or take 7, Beta(46, 4) 92% give or take 4."""


@cache
def simulated(alpha, beta, units=40, towns=60):
    """Towns whose villages have uneven numbers of cases: (true rates, raw rates, standings) of each."""
    found = []
    for town in range(towns):
        random = np.random.default_rng(town)
        cases = np.maximum(1, np.rint(np.exp(random.normal(2.5, 1.5, units)))).astype(int)
        true = random.beta(alpha, beta, units)
        good = random.binomial(cases, true)
        found.append((true, good / cases, standings(good, cases)))
    return found


def standings(good, cases, fewest=1):
    return compare(tuple(zip(map(float, good), map(float, cases), strict=True)), fewest).standings


@pytest.mark.parametrize(("alpha", "beta"), SIMULATED)
def test_estimates_recover_the_order_of_uneven_units_better_than_raw_rates(alpha, beta):
    gains = []
    for true, raw, rows in simulated(alpha, beta):
        estimates = [row.estimate for row in rows]
        gains.append(kendalltau(estimates, true).statistic - kendalltau(raw, true).statistic)
    assert np.mean(gains) >= 0.05


@pytest.mark.parametrize(("alpha", "beta"), SIMULATED)
def test_of_a_hundred_intervals_about_ninety_hold_the_true_rate_and_the_true_rank(alpha, beta):
    rates, ranks = [], []
    for true, _, rows in simulated(alpha, beta):
        places = np.empty(len(true), dtype=int)
        places[np.argsort(-true)] = np.arange(1, len(true) + 1)
        for row, rate, place in zip(rows, true, places, strict=True):
            rates.append(row.low <= rate <= row.high)
            ranks.append(row.ranks.low <= place <= row.ranks.high)
    assert 0.88 <= np.mean(rates) <= 0.95
    assert 0.88 <= np.mean(ranks) <= 0.95


def test_three_of_three_does_not_beat_990_of_1000():
    others = [(880.0, 1000.0), (90.0, 100.0), (46.0, 50.0)]
    few, many, *_ = compare(((3.0, 3.0), (990.0, 1000.0), *others), 1).standings
    assert many.estimate > few.estimate
    assert (many.tier, many.place, many.ranks.median) == (Tier.FRONT, 1, 1)
    assert few.tier is Tier.MIDDLE
    assert few.high - few.low > 10 * (many.high - many.low)


def test_a_unit_without_data_sits_apart_and_one_with_few_cases_is_shown_without_a_rank():
    none, few, *ranked = compare(((0.0, 0.0), (4.0, 4.0), (45.0, 50.0), (30.0, 50.0))).standings
    assert none == Standing(Tier.NONE)
    assert (few.tier, few.ranks, few.place, few.to_tier) == (Tier.FEW, None, None, None)
    assert 0.6 < few.estimate < 1
    assert [row.place for row in ranked] == [1, 2]


def test_units_that_are_all_equal_are_all_in_the_middle():
    rows = standings([90] * 20, [100] * 20)
    assert {(row.tier, row.place, row.estimate) for row in rows} == {(Tier.MIDDLE, 1, rows[0].estimate)}
    assert rows[0].estimate == pytest.approx(0.9, abs=0.01)
    assert all(row.ranks.low <= 2 and row.ranks.high >= 19 for row in rows)


@pytest.mark.parametrize("good", [0, 1])
def test_units_that_never_or_always_did_well_are_in_the_middle_with_an_interval(good):
    rows = standings([good * n for n in (10, 20, 400)], [10, 20, 400])
    assert [row.tier for row in rows] == [Tier.MIDDLE] * 3
    assert all(0 < row.estimate < 1 and row.low < row.estimate < row.high for row in rows)


@pytest.mark.parametrize("good", [0, 1])
def test_an_estimate_lies_in_its_own_interval_also_where_nobody_of_sixty_ever_fails(good):
    """So sure a rate is all but a point at the edge: its mean may lie beyond nine tenths of what it may be."""
    rows = standings([good * n for n in range(1, 61)], range(1, 61))
    assert [row for row in rows if not row.low <= row.estimate <= row.high] == []
    assert {row.tier for row in rows} == {Tier.MIDDLE}


def test_one_unit_alone_stands_in_the_middle_near_its_own_rate():
    (row,) = standings([46], [46])
    assert (row.tier, row.place, row.ranks.low, row.ranks.high) == (Tier.MIDDLE, 1, 1, 1)
    assert 0.93 < row.low < row.estimate < 1


def test_nothing_at_all_has_no_rate_and_no_rank():
    assert (compare(()).pooled, compare(()).standings) == (None, ())
    assert compare(((0.0, 0.0),) * 2).standings == (Standing(Tier.NONE),) * 2


def test_the_same_counts_give_the_same_ranks_in_every_run():
    counted = tuple((float(n), 100.0) for n in range(60, 90))
    assert compare.__wrapped__(counted).standings == compare.__wrapped__(counted).standings


def test_the_fitted_distribution_is_the_one_the_rates_were_drawn_from():
    random = np.random.default_rng(7)
    cases = random.integers(20, 400, 2_000)
    good = random.binomial(cases, random.beta(18, 2, 2_000))
    prior = fit(good.astype(float), cases.astype(float))
    assert prior.mean == pytest.approx(0.9, abs=0.005)
    assert prior.strength == pytest.approx(20, rel=0.1)


def test_no_other_strength_explains_many_units_better_than_the_fit():
    random = np.random.default_rng(8)
    cases = random.integers(20, 400, 500)
    good = random.binomial(cases, random.beta(46, 4, 500))
    prior = fit(good.astype(float), cases.astype(float))

    def unlikely(log):
        strength = np.exp(log)
        return -betabinom.logpmf(good, cases, prior.mean * strength, (1 - prior.mean) * strength).sum()

    best = np.exp(minimize_scalar(unlikely, bounds=(0, 10), method="bounded").x)
    assert prior.strength == pytest.approx(best, rel=0.02)


def test_the_tier_is_told_by_the_whole_interval_and_the_unit_s_own_side():
    assert tier_of(0.94, 0.91, 0.95, 0.90) is Tier.FRONT
    assert tier_of(0.94, 0.90, 0.95, 0.90) is Tier.MIDDLE
    assert tier_of(0.82, 0.80, 0.90, 0.90) is Tier.MIDDLE
    assert tier_of(0.82, 0.80, 0.89, 0.90) is Tier.BEHIND
    assert tier_of(1.00, 0.95, 0.99, 1.00) is Tier.MIDDLE, "where nobody ever fails"


def test_what_would_move_a_unit_does_once_all_are_ranked_again():
    """The cases told, really added and the whole town ranked anew, lift the tier; hardly ever do fewer."""
    random, moved, sooner = np.random.default_rng(11), [], []
    order = [Tier.BEHIND, Tier.MIDDLE, Tier.FRONT]
    for _ in range(12):
        cases = np.maximum(5, random.lognormal(3.2, 1.1, 25).astype(int))
        good = random.binomial(cases, random.beta(16, 3, 25))
        before = standings(good, cases)
        for at in [at for at, row in enumerate(before) if row.to_tier is not None][:4]:
            for more, found in ((before[at].to_tier, moved), (before[at].to_tier - 1, sooner)):
                added = more * (np.arange(25) == at)
                row = standings(good + added, cases + added)[at]
                found.append(order.index(row.tier) > order.index(before[at].tier))
    assert len(moved) > 40
    assert np.mean(moved) > 0.97
    assert np.mean(sooner) < 0.25


def test_the_funnel_holds_what_chance_alone_does():
    rows = {row.cases: row for row in funnel(0.9, [10, 100, 1_000])}
    assert all(row.low_far < row.low < 0.9 < row.high <= row.high_far <= 1 for row in rows.values())
    near = rows[1_000]
    inside = binom.cdf(near.high * 1_000, 1_000, 0.9) - binom.cdf(near.low * 1_000 - 1, 1_000, 0.9)
    assert inside == pytest.approx(0.95, abs=0.01)
    assert near.high - near.low < rows[100].high - rows[100].low < rows[10].high - rows[10].low


@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_a_funnel_around_all_or_nothing_has_no_width(rate):
    assert {(row.low, row.high, row.low_far, row.high_far) for row in funnel(rate, [1, 50])} == {(rate,) * 4}


def curve(settled=(), waiting=(), missed=0):
    """A curve from the tenths its cases were settled in, and wait in."""
    count = [tuple(list(tenths).count(tenth) for tenth in range(TENTHS)) for tenths in (settled, waiting)]
    return Curve(*count, missed=missed)


def shares(curves):
    return in_time(curves, pooled(curves))


def test_a_case_that_is_not_due_yet_is_censored_and_not_dropped():
    """By hand: ten cases. Two settled in the 2nd tenth: 8/10. One waits in the 4th. Three settled in the 6th, of 7:
    8/10 x 4/7. One waits in the 7th. One settled in the 9th, of 3: 8/10 x 4/7 x 2/3. Two missed. 1 - 0.3048 = 69.52%;
    of those with an outcome alone 6 of 8, 75%, of those due 6 of 8 as well.
    """
    found = shares([curve([1, 1, 5, 5, 5, 8], [3, 6], missed=2)])
    assert found == [pytest.approx(1 - 8 / 10 * 4 / 7 * 2 / 3)]


def test_where_nothing_waits_the_curve_is_the_plain_share():
    assert shares([curve([0, 3, 9], missed=1)]) == [pytest.approx(0.75)]


def test_the_curve_is_that_of_kaplan_and_meier_as_scipy_has_it():
    random = np.random.default_rng(3)
    for _ in range(20):
        settled, waiting = random.integers(0, TENTHS, 30), random.integers(0, TENTHS - 1, 10)
        missed = int(random.integers(1, 5))
        data = CensoredData(uncensored=settled, right=[*waiting, *[TENTHS] * missed])
        share = float(ecdf(data).cdf.evaluate(TENTHS))
        assert shares([curve(settled.tolist(), waiting.tolist(), missed)]) == [pytest.approx(share)]


def test_beyond_its_oldest_waiting_case_a_unit_takes_the_steps_of_all():
    """Alone the young unit's nine waiting cases would count as missed: 10% in time after one case settled."""
    old = curve([8] * 9, missed=1)
    young, _ = shares([curve([0], [2] * 9), old])
    assert young == pytest.approx(1 - 0.9 * 1 / 10)


def test_without_an_outcome_there_is_no_share():
    assert shares([curve(), curve(waiting=[1, 2])]) == [None, None]
    assert shares([]) == []
