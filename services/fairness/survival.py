"""The share handled in time where some cases are not due yet: those are censored, neither dropped nor counted good."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from services.fairness.betabinomial import Floats

TENTHS = 10
"""Time is told in tenths of each case's own limit: 0 is its first tenth, 9 its last."""


@dataclass(frozen=True, slots=True)
class Curve:
    """The cases of one unit: settled in each tenth of their limit, open in each tenth and not due yet, and missed."""

    settled: tuple[int, ...] = (0,) * TENTHS
    waiting: tuple[int, ...] = (0,) * TENTHS
    missed: int = 0

    @property
    def known(self) -> int:
        """The cases that have an outcome."""
        return sum(self.settled) + self.missed


def pooled(curves: Iterable[Curve]) -> Curve:
    """The cases of all units together."""
    told = list(curves)
    settled, waiting = (
        tuple(map(sum, zip(*(getattr(curve, name) for curve in told), strict=True))) or (0,) * TENTHS
        for name in ("settled", "waiting")
    )
    return Curve(settled, waiting, sum(curve.missed for curve in told))


def in_time(curves: Sequence[Curve], together: Curve) -> list[float | None]:
    """The share of each unit's cases that is settled within its limit; None where no case has an outcome yet.

    Kaplan and Meier 1958: with d cases settled in a tenth and r still at risk at its begin (neither settled nor, for
    the waiting, younger), 1 - the product of (1 - d / r) over the tenths; a case that waits in a tenth is at risk
    in it. A missed case is at risk to the end. Where nothing waits, this is settled / (settled + missed). Beyond the
    tenth that its oldest waiting case has reached, a unit without anything at risk takes the steps of all cases
    `together`: alone it would count the waiting as missed.
    """
    if not curves:
        return []
    settled, risk = _counted([*curves, together])
    steps = _steps(settled[-1:], risk[-1:], np.ones(TENTHS))
    shares = 1 - np.prod(_steps(settled[:-1], risk[:-1], steps), axis=1)
    return [float(share) if curve.known else None for curve, share in zip(curves, shares, strict=True)]


def basis(curves: Sequence[Curve], together: Curve) -> list[tuple[float, float]]:
    """What each unit's estimate rests on: how many of its known cases its share in time makes good, and all of them."""
    return [
        (0.0, 0.0) if share is None else (share * curve.known, float(curve.known))
        for curve, share in zip(curves, in_time(curves, together), strict=True)
    ]


def _counted(curves: Sequence[Curve]) -> tuple[Floats, Floats]:
    """How many cases of each unit are settled in each tenth, and how many reach it."""
    settled = np.array([curve.settled for curve in curves], dtype=np.float64)
    waiting = np.array([curve.waiting for curve in curves], dtype=np.float64)
    missed = np.array([curve.missed for curve in curves], dtype=np.float64)
    gone = np.cumsum(settled + waiting, axis=1)
    risk: Floats = gone[:, -1:] + missed[:, None] - np.hstack([np.zeros((len(gone), 1)), gone[:, :-1]])
    return settled, risk


def _steps(settled: Floats, risk: Floats, otherwise: Floats) -> Floats:
    """The share that stays open through each tenth; `otherwise` where nothing is at risk."""
    known = risk > 0
    found: Floats = np.where(known, 1 - settled / np.where(known, risk, 1), otherwise)
    return found
