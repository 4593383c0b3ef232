"""Answering a form: the unit about itself, the desk for the villagers' paper forms, units about one another."""

from datetime import date, datetime

from sqlalchemy import func, insert
from sqlmodel import Session, col, select

from models.accounts import Permission
from models.assessments import AnsweredBy, Assessing, AssessmentAnswer, AssessmentForm, AssessmentSheet
from services import sites
from services.access import Actor, require, require_unit, stands_above
from services.assessments.reading import assessed, form_of, term_of
from services.assessments.rows import Answers
from services.errors import BadInput, NotAllowed, NotFound, Refused
from services.typed import line

REMARK, MOST_FORMS = 500, 100_000


def answer(
    session: Session, actor: Actor, key: str, unit_id: int, day: date, answers: Answers, *, now: datetime,
    rater_id: int | None = None, forms: int | None = None, remark: str = "", idempotency_key: str | None = None,
) -> int:  # fmt: skip
    """Keep the answers of a form about a unit for the period that holds a day; returns the sheet's id.

    Answers given before stay in the ledger; the last ones count. `rater_id` is the unit that rates another one,
    `forms` how many paper forms came back. The same idempotency key again changes nothing. Raises NotAllowed for who
    may not answer this form about this unit, BadInput for what is missing, unknown, beyond the maximum, of a period to
    come, or what the engine knows and nobody is asked for.
    """
    require(actor, Permission.TRIAGE)
    before = _done_before(session, actor, idempotency_key)
    if before is not None:
        return before
    form = form_of(session, actor, key)
    term = term_of(session, actor, form, day)
    if term.start > now:
        raise BadInput("assessment_early")
    rater = _rater(session, actor, form, unit_id, rater_id, {row.id for row in assessed(session, actor, term)})
    _check(form, sites.profile(session).assessment, answers, forms)
    made = AssessmentSheet(
        form=form.key, unit_id=unit_id, rater_id=rater, from_day=term.from_day, to_day=term.to_day,
        seq=_next(session, form.key, unit_id, rater, term.from_day), forms=forms, at=now, account_id=actor.account_id,
        actor_name=actor.name, remark=line(remark, REMARK), idempotency_key=idempotency_key,
    )  # fmt: skip
    session.add(made)
    session.flush()
    rows = [
        {"sheet_id": made.id, "item": item, "choice": choice, "value": value}
        for (item, choice), value in answers.items()
    ]
    session.connection().execute(insert(AssessmentAnswer), rows)
    return made.id or 0


def _done_before(session: Session, actor: Actor, key: str | None) -> int | None:
    if key is None:
        return None
    wanted = select(AssessmentSheet).where(col(AssessmentSheet.idempotency_key) == key)
    row: AssessmentSheet | None = session.scalars(wanted).one_or_none()
    if row is not None and row.account_id != actor.account_id:
        raise Refused("key_used")
    return row.id if row is not None else None


def _rater(
    session: Session, actor: Actor, form: AssessmentForm, unit_id: int, rater_id: int | None, units: set[int]
) -> int:
    """The unit that answers, once the actor may answer for it. Raises NotAllowed, NotFound, BadInput."""
    if form.by is AnsweredBy.OVERALL:
        raise BadInput("assessment_overall")
    if unit_id not in units:
        raise NotFound("unit_not_found", unit=unit_id)
    if form.by is AnsweredBy.MUTUAL:
        if rater_id is None or rater_id == unit_id or rater_id not in units:
            raise BadInput("assessment_rater")
        require_unit(session, actor, rater_id)
        return rater_id
    unit = require_unit(session, actor, unit_id)
    if form.by is AnsweredBy.VILLAGERS and not stands_above(session, actor, unit_id):
        raise NotAllowed("assessment_own_villagers", unit=unit.short_name)
    return unit_id


def _check(form: AssessmentForm, assessing: Assessing, answers: Answers, forms: int | None) -> None:
    by_villagers = form.by is AnsweredBy.VILLAGERS
    asked = {item.key: item for item in form.asked}
    choices = [choice.key for choice in assessing.choices] if by_villagers else [""]
    for item, choice in answers:
        if item not in asked and item in {each.key for each in form.items}:
            raise BadInput("assessment_measured", item=item)
        if item not in asked or choice not in choices:
            raise BadInput("assessment_item", item=item)
    missing = [item for item in asked if not any((item, choice) in answers for choice in choices)]
    if missing:
        raise BadInput("assessment_missing", count=len(missing))
    if by_villagers:
        _check_forms(answers, forms)
        return
    for (item, _), points in answers.items():
        if not 0 <= points <= asked[item].points:
            raise BadInput("assessment_points", given=points, most=asked[item].points)


def _check_forms(answers: Answers, forms: int | None) -> None:
    """Each item is ticked at most once a form; counts below zero or without forms are none."""
    if forms is None or not 0 < forms <= MOST_FORMS:
        raise BadInput("assessment_forms")
    sums: dict[str, int] = {}
    for (item, _), count in answers.items():
        if count < 0:
            raise BadInput("assessment_forms")
        sums[item] = sums.get(item, 0) + count
    if any(count > forms for count in sums.values()):
        raise BadInput("assessment_ticks", forms=forms)


def _next(session: Session, form: str, unit_id: int, rater_id: int, from_day: date) -> int:
    last = session.scalar(
        select(func.max(AssessmentSheet.seq)).where(
            col(AssessmentSheet.form) == form, col(AssessmentSheet.unit_id) == unit_id,
            col(AssessmentSheet.rater_id) == rater_id, col(AssessmentSheet.from_day) == from_day,
        )
    )  # fmt: skip
    return (last or 0) + 1
