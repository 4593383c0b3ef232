"""Who may be named for a settled demand: the department, the unit, or the grid member who serves there."""

from collections import defaultdict
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import or_
from sqlmodel import Session, col, select

from models.demands import Demand, Whistle
from models.departments import Department
from models.people import Person, Post, PostRole
from models.sunshine import Helper
from models.units import Unit
from services import sites
from services.sunshine import wording
from services.sunshine.matters import NOBODY, HelperRow


def choices(session: Session, found: Sequence[Demand]) -> dict[int, list[HelperRow]]:
    """Who may be named for each demand, the likeliest first, nobody last. Four statements for all.

    Who settled it comes first: the department that held it, else the grid member who served at its unit on that day
    where it was settled on the spot, else the unit that held it; then departments that came when called. A grid member
    with the reporter's name is not offered.
    """
    names = _units(session, found)
    members, offices = _members(session, found), _offices(session, found)
    zone = sites.profile(session).zone
    return {demand.id or 0: _of(demand, zone, names, members, offices) for demand in found}


def _of(
    demand: Demand,
    zone: ZoneInfo,
    names: dict[int, tuple[str, str]],
    members: dict[int, list[tuple[Post, str]]],
    offices: dict[int, list[tuple[int, str, str]]],
) -> list[HelperRow]:
    unit_id = demand.unit_id if demand.self_settled else demand.holder_unit_id or demand.unit_id
    zh, en = names[unit_id]
    unit = HelperRow(Helper.UNIT, unit_id=unit_id, name=zh, name_en=en)
    persons = [
        HelperRow(Helper.PERSON, unit_id=unit_id, person_id=post.person_id, name=zh, name_en=en, person=name)
        for post, name in members.get(unit_id, [])
        if _served(post, demand, zone) and not wording.names_someone(name, demand.reporter)
    ]
    called = [
        HelperRow(Helper.DEPARTMENT, department_id=key, name=name, name_en=name_en)
        for key, name, name_en in offices.get(demand.id or 0, [])
    ]
    held = [row for row in called if row.department_id == demand.department_id]
    own = [*persons, unit] if demand.self_settled else [unit, *persons]
    return [*held, *own, *(row for row in called if row not in held), NOBODY]


def _served(post: Post, demand: Demand, zone: ZoneInfo) -> bool:
    on = (demand.settled_at or demand.reported_at).astimezone(zone).date()
    return post.starts_on <= on and (post.ends_on is None or post.ends_on > on)


def _units(session: Session, found: Sequence[Demand]) -> dict[int, tuple[str, str]]:
    wanted = {demand.unit_id for demand in found} | {demand.holder_unit_id for demand in found}
    rows = session.exec(select(Unit.id, Unit.short_name, Unit.name_en).where(col(Unit.id).in_(wanted - {None})))
    return {key: (zh, en) for key, zh, en in rows if key is not None}


def _members(session: Session, found: Sequence[Demand]) -> dict[int, list[tuple[Post, str]]]:
    wanted = {demand.unit_id for demand in found} | {demand.holder_unit_id for demand in found}
    rows = session.exec(
        select(Post, Person.name)
        .join(Person, col(Person.id) == Post.person_id)
        .where(col(Post.unit_id).in_(wanted - {None}), Post.role == PostRole.GRID_MEMBER)
        .order_by(col(Post.starts_on).desc(), col(Post.id))
    )
    members: dict[int, list[tuple[Post, str]]] = defaultdict(list)
    for post, name in rows:
        members[post.unit_id or 0].append((post, name))
    return members


def _offices(session: Session, found: Sequence[Demand]) -> dict[int, list[tuple[int, str, str]]]:
    """The departments that held or came to each demand."""
    came = or_(col(Whistle.arrived_at).is_not(None), col(Demand.department_id) == col(Department.id))
    rows = session.exec(
        select(Demand.id, Department.id, Department.name, Department.name_en)
        .select_from(Demand)
        .outerjoin(Whistle, col(Whistle.demand_id) == Demand.id)
        .join(
            Department,
            or_(col(Department.id) == Whistle.department_id, col(Department.id) == Demand.department_id),
        )
        .where(col(Demand.id).in_([demand.id for demand in found]), came)
        .order_by(Demand.id, Department.id)  # type: ignore[arg-type]
        .distinct()
    )
    offices: dict[int, list[tuple[int, str, str]]] = defaultdict(list)
    for demand_id, key, zh, en in rows:
        offices[demand_id or 0].append((key or 0, zh, en))
    return offices
