"""The analysis of a unit put into words. Pure: the same analysis, language and profile give the same paper."""

from models.profiles import Profile
from pages.i18n import Words
from pages.papers import cells, matters, places, rules, situation
from pages.papers.paper import Column, Note, Paper, Points, Section, Table
from services.analyses import Analysis


def paper(t: Words, profile: Profile, found: Analysis) -> Paper:
    """The whole paper; for a unit with nothing to tell, one that says so."""
    name = unit_words(t, found)
    days = cells.days_of(t, found.period, found.now)
    sections = (
        (_nothing(t),)
        if found.is_empty
        else (
            situation.situation(t, profile, found), situation.levels(t, profile, found),
            places.ranking(t, profile, found), matters.subjects(t, found), matters.late(t, profile, found),
            matters.cases(t, profile, found), matters.problems(t, found), _suggestions(t, profile, found),
            _rules(t, found),
        )
    )  # fmt: skip
    return Paper(
        title=t("Analysis of {unit}", unit=name), subtitle=f"{days} · {as_of(t, found)}", language=t.language,
        made_at=found.now, name=f"{t('analysis')}-{found.unit.code}-{file_days(found)}", sections=sections,
        foot=t("Every figure is counted from the ledger within what its reader may see."), product=t("Small Grid"),
    )  # fmt: skip


def unit_words(t: Words, found: Analysis) -> str:
    """How people name the unit: with its village before it, where it lies in one."""
    return " ".join(t.name(*names) for names in found.spoken)


def as_of(t: Words, found: Analysis) -> str:
    """The moment the figures are of."""
    return t("as of {day} {clock}", day=t.long_day(found.now), clock=t.clock(found.now))


def file_days(found: Analysis) -> str:
    """The days in a file's name."""
    return f"{found.period.from_day:%Y%m%d}-{found.period.to_day:%Y%m%d}"


def _nothing(t: Words) -> Section:
    return Section(
        t("The situation"), (t("Nothing came in, fell due or lay open here in this period or the one before."),)
    )


def _suggestions(t: Words, profile: Profile, found: Analysis) -> Section:
    """What the rules ask for, each with its rule and its figure."""
    title = t("Suggestions")
    if not found.suggested:
        return Section(title, (t("No rule asks for anything in this period."),))
    rows = tuple((rules.advice(t, profile, each), rules.named(t, each)) for each in found.suggested)
    return Section(title, (Points(rows),))


def _rules(t: Words, found: Analysis) -> Section:
    """Every rule with the figure it was held against: also those that ask for nothing."""
    columns = (Column(t("Rule"), wide=True), Column(t("Its figure")), Column(t("Outcome")))
    rows = tuple(
        (
            cells.words(rules.rule_words(t, each.rule)), cells.words(rules.figure_words(t, each)),
            cells.words(rules.outcome(t, each), loud=each.fires),
        )
        for each in found.findings
    )  # fmt: skip
    title = t("The rules")
    note = Note(t("Suggestions come from these rules alone; few cases say little, so none is asked of them."))
    return Section(title, (Table(title, columns, rows), note))
