"""Rates of call-backs, by the formulas of domain.md section 4. Counts in, fractions of 1 out, None where no data is."""

from dataclasses import dataclass

BASICALLY = 0.9
"""How much a basically satisfied person counts in satisfaction; a site's profile may say otherwise."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What people said, in numbers of demands; of each the last call-back counts.

    `called` were called, `valid` of them reached: only they answered. Those who were not reached are in nothing else.
    """

    called: int = 0
    valid: int = 0
    contacted: int = 0
    solved: int = 0
    partly: int = 0
    unsolved: int = 0
    satisfied: int = 0
    basically: int = 0
    dissatisfied: int = 0
    no_opinion: int = 0

    def plus(self, other: "Answers") -> "Answers":
        """Both together: totals are pooled counts, never averaged rates."""
        return Answers(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))


def share(part: float, whole: int) -> float | None:
    """A rate as a fraction of 1, or None when there is nothing to take a share of (domain.md section 4)."""
    return part / whole if whole else None


def valid_rate(answers: Answers) -> float | None:
    """Valid call-backs of all that were called: how many people were reached."""
    return share(answers.valid, answers.called)


def response(answers: Answers) -> float | None:
    """Contacted / valid: who says that whoever handled it was in touch with them."""
    return share(answers.contacted, answers.valid)


def resolution(answers: Answers) -> float | None:
    """Solved / valid. Partly solved is not solved."""
    return share(answers.solved, answers.valid)


def satisfaction(answers: Answers, basically: float = BASICALLY) -> float | None:
    """(Satisfied + 0.9 x basically satisfied) / valid. No opinion is valid and not satisfied."""
    return share(answers.satisfied + basically * answers.basically, answers.valid)


def composite(
    answers: Answers, weights: tuple[float, float, float] = (0.1, 0.5, 0.4), basically: float = BASICALLY
) -> float | None:
    """(0.1 response + 0.5 resolution + 0.4 satisfaction) x 100, from 0 to 100; None without a valid call-back."""
    parts = (response(answers), resolution(answers), satisfaction(answers, basically))
    if not answers.valid:
        return None
    return 100 * sum(weight * (part or 0) for weight, part in zip(weights, parts, strict=True))
