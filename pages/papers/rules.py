"""The words of each rule: what it says, and what it asks for when its figure is beyond it. Pure."""

from collections.abc import Callable

from models.profiles import Profile
from pages.i18n import Words
from pages.papers.cells import level_words
from services.analyses import Finding, Rule


def rule_words(t: Words, rule: Rule) -> str:
    """What the rule says, with its threshold and its fewest cases."""
    limit = t.percent(rule.threshold, 0) if rule.is_share else t.number(rule.threshold)
    return _RULES[rule.code](t).format(limit=limit, fewest=t.number(rule.fewest))


def figure_words(t: Words, finding: Finding) -> str:
    """The figure held against the rule, with its counts."""
    if finding.value is None:
        return t("no data")
    if not finding.rule.is_share:
        return t.number(finding.value)
    if finding.rule.code == "settlement_fell":
        return t("{points} points", points=f"{-finding.value * 100:+.2f}".replace("-", "−"))
    rate = t.percent(finding.value)
    if finding.rule.code == "subject_grew":
        return t("{more} more, {rate}", more=t.number(finding.part or 0), rate=rate)
    if finding.part is None:
        return t("{rate} of {whole}", rate=rate, whole=t.number(finding.whole or 0))
    return f"{rate} ({t.number(finding.part)} / {t.number(finding.whole or 0)})"


def named(t: Words, finding: Finding) -> str:
    """The rule with its figure: what stands beneath each suggestion."""
    return t("Rule: {rule}. Figure: {figure}.", rule=rule_words(t, finding.rule), figure=figure_words(t, finding))


def advice(t: Words, profile: Profile, finding: Finding) -> str:
    """What the rule asks for, in one sentence."""
    of = finding.facts.get("of", ("", ""))
    subject = level_words(t, profile, of[0]) if finding.rule.code in _OF_LEVELS else t.name(*of)
    department = finding.facts.get("department")
    if finding.rule.code == "late_subject" and department is None:
        return t("Settle at one table who takes on {subject}: it misses most limits.", subject=subject)
    return _ADVICE[finding.rule.code](t).format(
        subject=subject, department=t.name(*department) if department else "", days=t.number(finding.value or 0),
        number=t.number(finding.value or 0),
    )  # fmt: skip


def outcome(t: Words, finding: Finding) -> str:
    """What came of holding the rule against its figure."""
    if finding.value is None:
        return t("no data")
    if not finding.is_asked:
        return t("too few cases")
    return t("asks for something") if finding.fires else t("asks for nothing")


_OF_LEVELS = ("late_level", "kept_below_low")
_RULES: dict[str, Callable[[Words], str]] = {
    "in_time_low": lambda t: t("settled in time, below {limit} of at least {fewest} due"),
    "settlement_fell": lambda t: t("settlement rate, fallen by more than {limit} with at least {fewest} received"),
    "late_subject": lambda t: t("one subject, more than {limit} of at least {fewest} that missed their limit"),
    "late_level": lambda t: t("one level, more than {limit} of at least {fewest} that missed their limit"),
    "subject_grew": lambda t: t("one subject, grown by more than {limit} to at least {fewest}"),
    "kept_below_low": lambda t: t("settled at the lowest level, below {limit} of at least {fewest} settled"),
    "rework_high": lambda t: t("sent back to work, more than {limit} of at least {fewest} received"),
    "satisfaction_low": lambda t: t("satisfaction, below {limit} of at least {fewest} reached by call-backs"),
    "unreached_high": lambda t: t("nobody reached, more than {limit} of at least {fewest} called back"),
    "late_long": lambda t: t("late for more than {limit} days"),
    "posts_vacant": lambda t: t("posts of the lowest level vacant, more than {limit}"),
}
_ADVICE: dict[str, Callable[[Words], str]] = {
    "in_time_low": lambda t: t("Go through what falls due, every week, with everyone who holds it."),
    "settlement_fell": lambda t: t("Find out what is left lying compared with the period before."),
    "late_subject": lambda t: t("Agree with {department} how {subject} is handled: it misses most limits."),
    "late_level": lambda t: t("Look at how {subject} takes on cases: most time is lost there."),
    "subject_grew": lambda t: t("Look for one cause behind {subject}, and take it on as one problem with one plan."),
    "kept_below_low": lambda t: t("Help {subject} settle small matters on the spot, so that fewer have to climb."),
    "rework_high": lambda t: t("Check on the spot before a case is handed in as settled."),
    "satisfaction_low": lambda t: t("Visit those who are not satisfied a second time, and write down what is missing."),
    "unreached_high": lambda t: t("Call in the evening, or go there: nobody reached is nobody satisfied."),
    "late_long": lambda t: t("Put what has been late for {days} days on the special ledger, with a person and a date."),
    "posts_vacant": lambda t: t("Fill the {number} vacant posts: their households have nobody to turn to."),
}
