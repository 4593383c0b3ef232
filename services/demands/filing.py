"""Filing a demand: where it belongs, its deadline, who has it first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from models.accounts import Permission
from models.demands import Category, Demand, DemandEvent, Source, State, Urgency, Verb
from models.people import Person, Post
from models.units import MAX_DEPTH, Unit, UnitAncestor
from services import people, sites
from services.access import Actor, require, require_unit
from services.demands import clocks, history
from services.errors import BadInput, NotFound

TITLE_LENGTH = 30
TEXT_LENGTH = 20_000
LINE_LENGTH = 200


@dataclass(frozen=True, slots=True)
class FiledRow:
    """The receipt of a filed demand: number, deadline, state, and who has it now."""

    id: int
    reference: str
    due_at: datetime | None
    state: State
    holder: str | None
    unit: str
    unit_en: str


def path_of(session: Session, unit_id: int) -> dict[str, Any]:
    """The ancestor columns a1_id..a8_id of a demand filed at the unit."""
    rows = session.exec(
        select(Unit.depth, Unit.id)
        .join(UnitAncestor, col(UnitAncestor.ancestor_id) == Unit.id)
        .where(UnitAncestor.unit_id == unit_id)
    ).all()
    found = dict(rows)
    return {f"a{depth}_id": found.get(depth) for depth in range(1, MAX_DEPTH + 1)}


def responsible(session: Session, unit_id: int, at: datetime) -> tuple[int, str] | None:
    """The person (id, name) whose post it is to answer for the unit on that day of the site; None while vacant."""
    day = at.astimezone(sites.profile(session).zone).date()
    return session.exec(
        select(Person.id, Person.name)
        .join(Post, col(Post.person_id) == Person.id)
        .where(
            Post.unit_id == unit_id,
            col(Post.role).in_(people.ANSWERING),
            people.held_on(day),
        )
        .order_by(col(Post.starts_on).desc())
    ).first()  # type: ignore[return-value]


def report(  # noqa: PLR0913 - one argument for each field of the form
    session: Session,
    actor: Actor,
    text: str,
    *,
    category_id: int,
    unit_id: int,
    now: datetime,
    urgency: Urgency = Urgency.GENERAL,
    title: str | None = None,
    place: str | None = None,
    longitude: float | None = None,
    latitude: float | None = None,
    reporter: str | None = None,
    reporter_phone: str | None = None,
    source: Source = Source.REPORT,
    settled_on_the_spot: str | None = None,
    key: str | None = None,
) -> FiledRow:
    """File a demand at a unit in the actor's scope; it goes to triage, or is self-handled with what was done.

    The same `key` a second time files nothing and gives the first receipt. Raises BadInput for an empty or overlong
    text, NotFound for a unit outside the scope or an unknown category.
    """
    require(actor, Permission.REPORT)
    unit = require_unit(session, actor, unit_id)
    profile = sites.profile(session)
    year = now.astimezone(profile.zone).year
    if key is not None:
        # waits for whoever files right now: of two with one key the second then sees what the first filed
        sites.references(session, year, 0)
    earlier = filed_before(session, actor, key)
    if earlier is not None:
        return _receipt(session, earlier, responsible(session, earlier.unit_id, earlier.reported_at))
    text = _checked_text(text)
    title, place, reporter, reporter_phone = (_line(given) for given in (title, place, reporter, reporter_phone))
    settled_on_the_spot = said(settled_on_the_spot)
    category = session.get(Category, category_id)
    if category is None:
        raise NotFound("category_not_found", category=category_id)
    due, limits = clocks.starting(profile, now, urgency, category.code, unit.level)
    demand = Demand(
        reference=sites.references(session, year)[0], title=title or title_of(text),
        text=text, category_id=category_id, urgency=urgency, source=source, unit_id=unit_id, place=place,
        longitude=longitude, latitude=latitude, reporter=reporter, reporter_phone=reporter_phone,
        reported_at=now, level_since=now, level=unit.level, **path_of(session, unit_id),
        **history.of_state(State.REPORTED), holder_unit_id=unit.id, **due,
    )  # fmt: skip
    person = responsible(session, unit_id, now)
    demand.holder_id = person[0] if person else None
    session.add(demand)
    session.flush()
    _record_filing(session, actor, demand, limits, settled_on_the_spot, now=now, key=key)
    session.flush()
    return _receipt(session, demand, person)


def _record_filing(
    session: Session,
    actor: Actor,
    demand: Demand,
    limits: clocks.Limits,
    done: str | None,
    *,
    now: datetime,
    key: str | None,
) -> None:
    """The first events: reported, then self-handled with what was done, or on to triage."""
    first = {name: getattr(demand, name) for name in history.PROJECTED}
    history.append(
        session, actor, demand, Verb.REPORT, now=now, target=State.REPORTED, changes=first, notes=limits, key=key
    )
    if not done:
        history.append(session, actor, demand, Verb.SUBMIT, now=now, target=State.PENDING_TRIAGE)
        return
    settled = history.settling(State.SELF_HANDLED, now, demand.level, by_grid=True)
    changes = {**settled, "handled_by_id": actor.account_id, "answered_at": now, "on_scene_at": now}
    history.append(
        session, actor, demand, Verb.SELF_HANDLE, now=now, target=State.SELF_HANDLED, changes=changes, reason=done
    )


def title_of(text: str) -> str:
    """A title from a text without one: its first sentence, at most 30 characters."""
    first = text.strip().replace("\n", " ")
    for mark in "。！？；!?;":
        first = first.split(mark)[0]
    return first[:TITLE_LENGTH].strip() or text.strip()[:TITLE_LENGTH]


def filed_before(session: Session, actor: Actor, key: str | None) -> Demand | None:
    """The demand an earlier call of the actor with the same idempotency key was about.

    Raises BadInput("key_used") where the key is someone else's: its receipt may be of a place outside the scope.
    """
    if key is None:
        return None
    found = session.exec(
        select(Demand, DemandEvent.account_id)
        .join(DemandEvent, col(DemandEvent.demand_id) == Demand.id)
        .where(DemandEvent.idempotency_key == key)
    ).first()
    if found is not None and found[1] != actor.account_id:
        raise BadInput("key_used", key=key)
    return found[0] if found is not None else None


def _checked_text(text: str) -> str:
    found = said(text)
    if found is None:
        raise BadInput("text_missing")
    return found


def said(text: str | None, longest: int = TEXT_LENGTH) -> str | None:
    """What someone wrote, None for nothing. NUL, which PostgreSQL does not take, is left out. Raises BadInput."""
    clean = (text or "").replace("\0", "").strip()
    if len(clean) > longest:
        raise BadInput("text_long", longest=longest)
    return clean or None


def _line(text: str | None) -> str | None:
    return said(text, LINE_LENGTH)


def _receipt(session: Session, demand: Demand, person: tuple[int, str] | None) -> FiledRow:
    unit = session.get_one(Unit, demand.unit_id)
    return FiledRow(
        id=demand.id or 0, reference=demand.reference, due_at=demand.due_at, state=demand.state,
        holder=person[1] if person else None, unit=unit.short_name, unit_en=unit.name_en,
    )  # fmt: skip
