"""Results of assessments by unit and period, and the answers behind them."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime

from sqlmodel import Session, col, select

from models.accounts import Permission
from models.assessments import AnsweredBy, Assessing, AssessmentAnswer, AssessmentForm, AssessmentSheet
from models.profiles import Profile
from models.units import Unit
from services import rates, sites, terms
from services.access import SYSTEM, Actor, require, require_unit, units_seen
from services.assessments import scoring
from services.assessments.rows import Answers, PartRow, ResultRow, SheetRow, UnitRow
from services.errors import NotFound
from services.periods import Period
from services.rates import Counted

Sheets = Mapping[int, Mapping[int, SheetRow]]
"""The sheets that count, by unit and rater."""


def forms(session: Session, actor: Actor) -> list[AssessmentForm]:
    """The forms of the site's profile, in its order: for whoever sees figures."""
    require(actor, Permission.SEE_FIGURES)
    return sites.profile(session).assessments


def form_of(session: Session, actor: Actor, key: str) -> AssessmentForm:
    """One form by its key. Raises NotFound("assessment_not_found")."""
    for form in forms(session, actor):
        if form.key == key:
            return form
    raise NotFound("assessment_not_found", given=key)


def term_of(session: Session, actor: Actor, form: AssessmentForm, day: date) -> Period:
    """The period of a form that a day lies in, by the site's own months."""
    require(actor, Permission.SEE_FIGURES)
    profile = sites.profile(session)
    return terms.holding(form.every.value, day, profile.days)


def assessed(session: Session, actor: Actor, term: Period) -> list[UnitRow]:
    """Every unit of the assessed level that existed in the period, by code; their names are no secret to each other."""
    require(actor, Permission.SEE_FIGURES)
    level = sites.profile(session).ranking_level
    rows = session.connection().execute(
        select(Unit.id, Unit.code, Unit.short_name, Unit.name_en)
        .where(
            Unit.level == level, col(Unit.valid_from) <= term.to_day,
            col(Unit.valid_to).is_(None) | (col(Unit.valid_to) > term.from_day),
        )
        .order_by(Unit.code)
    )  # fmt: skip
    return [UnitRow(*row) for row in rows]


def results(session: Session, actor: Actor, key: str, day: date, *, now: datetime) -> list[ResultRow]:
    """The results of the units in the actor's scope for the form's period that holds a day, best first.

    Places are among all units of the level, whoever asks; only rows of the actor's own scope are given out. A fixed
    number of statements for each period of the form. Raises NotAllowed, NotFound for a form there is not.
    """
    form, profile = form_of(session, actor, key), sites.profile(session)
    term = term_of(session, actor, form, day)
    if form.by is AnsweredBy.OVERALL:
        found = _overall(session, actor, form, term, profile, now)
    else:
        found = _of_form(session, actor, form, term, profile, now)
    seen = set(session.scalars(select(col(Unit.id)).where(units_seen(actor), col(Unit.level) == profile.ranking_level)))
    return [row for row in scoring.placed(found, profile.assessment) if row.unit_id in seen]


def sheet(session: Session, actor: Actor, key: str, unit_id: int, day: date, rater_id: int) -> SheetRow | None:
    """The answers that count of one form about a unit by a unit, None before there are any.

    Of other units an actor sees only what their own unit answered. Raises NotFound outside both scopes.
    """
    require(actor, Permission.TRIAGE)
    require_unit(session, actor, rater_id)
    form = form_of(session, actor, key)
    return sheets(session, actor, form, term_of(session, actor, form, day)).get(unit_id, {}).get(rater_id)


def sheets(session: Session, actor: Actor, form: AssessmentForm, term: Period) -> Sheets:
    """The sheets that count of a form and period: the last of each unit and rater. Two statements.

    Not for screens: it holds every unit's answers.
    """
    require(actor, Permission.SEE_FIGURES)
    wanted = (col(AssessmentSheet.form) == form.key, col(AssessmentSheet.from_day) == term.from_day)
    rows = session.scalars(select(AssessmentSheet).where(*wanted).order_by(col(AssessmentSheet.seq))).all()
    last = {(row.unit_id, row.rater_id): row for row in rows}
    ids = [row.id for row in last.values()]
    answers: dict[int, dict[tuple[str, str], int]] = defaultdict(dict)
    for answer in session.scalars(select(AssessmentAnswer).where(col(AssessmentAnswer.sheet_id).in_(ids))):
        answers[answer.sheet_id][answer.item, answer.choice] = answer.value
    found: dict[int, dict[int, SheetRow]] = defaultdict(dict)
    for (unit_id, rater_id), row in last.items():
        kept = answers[row.id or 0]
        found[unit_id][rater_id] = SheetRow(kept, row.forms, row.remark, row.seq, row.at, row.actor_name)
    return found


def _of_form(
    session: Session, actor: Actor, form: AssessmentForm, term: Period, profile: Profile, now: datetime
) -> list[ResultRow]:
    units, kept = assessed(session, actor, term), sheets(session, actor, form, term)
    counted: Mapping[int, Counted] = {}
    if any(item.measured for item in form.items):
        # SYSTEM: places are among all units; rows outside the actor's scope are left out at the end
        ids = [unit.id for unit in units]
        counted = rates.counted(session, SYSTEM, ids, term, rates.Scope.ASSESSED, now=now)
    return [_result(unit, form, kept.get(unit.id, {}), counted.get(unit.id, Counted()), profile) for unit in units]


def _result(
    unit: UnitRow, form: AssessmentForm, kept: Mapping[int, SheetRow], counted: Counted, profile: Profile
) -> ResultRow:
    """One unit's result; without any answer there is none, whatever the engine knows."""
    answers = [row.answers for row in kept.values()]
    parts = tuple(
        scoring.measured(item, counted, profile.rates.weights) if item.measured
        else _asked(form, item.key, answers, profile.assessment)
        for item in form.items
    )  # fmt: skip
    answered = any(part.points is not None for part in parts if not part.measured)
    points = scoring.total(parts) if answered else None
    return ResultRow(unit.id, unit.code, unit.name, unit.name_en, points, points, parts, answered=len(kept))


def _asked(form: AssessmentForm, key: str, answers: list[Answers], assessing: Assessing) -> PartRow:
    item = next(item for item in form.items if item.key == key)
    match form.by:
        case AnsweredBy.VILLAGERS:
            first = answers[0] if answers else None
            return scoring.villagers(item, first, assessing.choices, assessing.fewest_forms)
        case AnsweredBy.MUTUAL:
            return scoring.mutual(item, answers, assessing.fewest_raters)
        case _:
            return scoring.own(item, answers[0] if answers else None)


def _overall(
    session: Session, actor: Actor, form: AssessmentForm, term: Period, profile: Profile, now: datetime
) -> list[ResultRow]:
    """The year's result: each form's weight times the mean of its periods' points; periods to come are left out."""
    today = now.astimezone(profile.zone).date()
    parts: dict[int, list[PartRow]] = defaultdict(list)
    for key in form.weights:
        other = form_of(session, actor, key)
        begun = [each for each in _parts(other, term) if each.from_day <= today]
        points: dict[int, list[float | None]] = defaultdict(list)
        for each in begun:
            for row in _of_form(session, actor, other, each, profile, now):
                points[row.unit_id].append(row.points)
        for unit_id, found in points.items():
            parts[unit_id].append(scoring.overall(form, key, (other.zh, other.en), found))
    return [_weighed(unit, tuple(parts[unit.id])) for unit in assessed(session, actor, term)]


def _parts(form: AssessmentForm, term: Period) -> list[Period]:
    return terms.parts(form.every.value, term)


def _weighed(unit: UnitRow, parts: tuple[PartRow, ...]) -> ResultRow:
    known = [part.points for part in parts if part.points is not None]
    whole = round(sum(known), 2) if parts and len(known) == len(parts) else None
    return ResultRow(unit.id, unit.code, unit.name, unit.name_en, whole, scoring.total(parts), parts)
