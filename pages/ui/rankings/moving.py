"""What would move a unit, in a few words: further good cases, or what holds it back."""

from pages.i18n import Words
from pages.ui.cases import anchor, level_words
from pages.ui.frame import User
from pages.ui.rankings.cases import of_limit
from pages.ui.rankings.choosing import Table
from services.fairness import Tier
from services.rankings import RankRow, Sort

NEAR = {Tier.MIDDLE: 0.5, Tier.BEHIND: 2.0}
"""Up to so many times its cases a number of further ones is advice; beyond it what holds the unit back says more."""
WIDE = 0.25
"""An interval wider than this says first that there are few cases."""


def advice(user: User, table: Table, row: RankRow) -> str:
    """What would move the unit, as HTML; what is late opens its cases."""
    t, standing = user.t, row.standing
    plain = {
        Tier.FRONT: t("keep it up"), Tier.NONE: t("ranked as soon as there are cases"),
        Tier.FEW: t("too few cases to rank"),
    }  # fmt: skip
    if row.tier in plain:
        return plain[row.tier]
    if row.tier is Tier.MIDDLE and (standing.high or 0) - (standing.low or 0) > WIDE:
        return t("few cases, wide interval")
    if standing.to_tier is not None and standing.to_tier <= max(NEAR[row.tier] * row.cases, 10):
        return _more(t, table.sort, standing.to_tier, row.tier)
    if row.why is not None and table.sort in (Sort.ON_TIME, Sort.SETTLEMENT):
        return anchor(_why(user, row), "demands", of_limit(user, table, row.code, kept=False))
    return t("like all together") if row.tier is Tier.MIDDLE else t("see what is late")


def _more(t: Words, sort: Sort, cases: int, tier: Tier) -> str:
    said = {
        Sort.ON_TIME: t.n("{n} more in time", "{n} more in time", cases),
        Sort.SETTLEMENT: t.n("{n} more settled", "{n} more settled", cases),
        Sort.RESPONSE: t.n("{n} more contacted", "{n} more contacted", cases),
        Sort.RESOLUTION: t.n("{n} more solved", "{n} more solved", cases),
        Sort.SATISFACTION: t.n("{n} more satisfied", "{n} more satisfied", cases),
        Sort.COMPOSITE: t.n("{n} more with all points", "{n} more with all points", cases),
    }[sort]
    return t("{more}: front", more=said) if tier is Tier.MIDDLE else t("{more}: middle", more=said)


def _why(user: User, row: RankRow) -> str:
    """The category most of its late ones are of, and the level that held most."""
    t, cause = user.t, row.why
    if cause is None:
        return ""
    level = level_words(t, user.profile, cause.level) if cause.level else "–"
    return t(
        "{category} {n} of {late} late, held at {level}", late=t.number(cause.late), n=t.number(cause.category_late),
        category=t.name(cause.category, cause.category_en), level=level,
    )  # fmt: skip
