"""Points of persons: off unless a site's profile switches them on (small-burden rule, domain.md section 6)."""

from datetime import date, datetime

from sqlmodel import Session

from models.accounts import Permission
from services import people, sites
from services.access import Actor, require
from services.assessments.reading import results
from services.assessments.rows import PersonRow
from services.errors import Refused


def switched_on(session: Session, actor: Actor) -> bool:
    """Whether the site's profile has switched persons' points on."""
    require(actor, Permission.SEE_FIGURES)
    return sites.profile(session).assessment.persons_points


def person_points(
    session: Session, actor: Actor, unit_id: int, key: str, day: date, *, now: datetime
) -> list[PersonRow]:
    """The result of each unit under one, beside who answers for it that day. No person is scored on their own.

    Raises Refused("persons_points_off") for everybody while the profile does not switch it on.
    """
    require(actor, Permission.TRIAGE)
    if not switched_on(session, actor):
        raise Refused("persons_points_off")
    profile = sites.profile(session)
    points = {row.unit_id: row.points for row in results(session, actor, key, day, now=now)}
    page = people.serving(session, actor, unit_id, day, level=profile.ranking_level, size=len(points) or 1)
    return [
        PersonRow(post.person_id, post.name, row.name, row.name_en, points.get(row.unit_id), day)
        for row in page.rows
        for post in row.answering
    ]
