"""A share of a whole: what every rate is made of. Pure."""


def share(part: float, whole: int) -> float | None:
    """A rate as a fraction of 1, or None when there is nothing to take a share of (domain.md section 4)."""
    return part / whole if whole else None
