"""Notices: settled demands proposed for publishing, publishing one in checked wording, and withdrawing it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col
from sqlmodel import select as select_models

from models.accounts import Permission
from models.demands import SETTLED, Category, Demand, Solved
from models.sunshine import LONGEST_RESULT, LONGEST_TITLE, Notice
from models.units import Unit
from services import audit, units
from services.access import Actor, demands_seen, path_column, require, require_demand
from services.errors import BadInput, NotFound, Refused
from services.sunshine import helpers, openness, wording
from services.sunshine.matters import HelperRow, MatterRow, matters

PAGE = 10
"""How many proposals or notices the desk shows at a time."""

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """One page of rows and how many there are in all."""

    rows: tuple[Row, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Wording:
    """What the villagers will read; English where somebody wrote it."""

    title: str
    result: str
    title_en: str | None = None
    result_en: str | None = None


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A settled demand that is not public. `heading` is its own title, for the desk only. `days` from report to end."""

    demand_id: int
    reference: str
    heading: str
    reported_at: datetime
    settled_at: datetime
    category: str
    category_en: str
    village: str
    village_en: str
    helpers: tuple[HelperRow, ...]
    solved: Solved | None


def proposals(
    session: Session, actor: Actor, unit_id: int, *, now: datetime, days: int, page: int = 1
) -> Page[ProposalRow]:
    """The demands of a unit settled in the last `days` that no notice tells of, the latest first.

    What the villager calls not solved is left out. A fixed number of statements. Raises NotAllowed, NotFound.
    """
    require(actor, Permission.PUBLISH)
    conditions = _proposed(session, actor, unit_id, now - timedelta(days=days))
    total = session.connection().execute(select(func.count()).select_from(Demand).where(*conditions)).scalar_one()
    village = aliased(Unit)
    lies_in = func.coalesce(path_column(max(units.depth_of_ranking(session), 1)), Demand.unit_id)
    found = session.connection().execute(
        select(Demand.id, Category.name, Category.name_en, village.short_name, village.name_en)  # type: ignore[call-overload]
        .join(Category, col(Category.id) == Demand.category_id)
        .join(village, col(village.id) == lies_in)
        .where(*conditions)
        .order_by(col(Demand.settled_at).desc(), Demand.reference)
        .limit(PAGE)
        .offset(_skipped(page, total))
    )
    return Page(tuple(_rows(session, found.all())), total)


def published(session: Session, actor: Actor, unit_id: int, *, page: int = 1) -> Page[MatterRow]:
    """The notices of a unit, the latest first, withdrawn ones among them. Raises NotAllowed, NotFound."""
    require(actor, Permission.PUBLISH)
    inside = (_inside(session, actor, unit_id), demands_seen(actor, leading=False))
    statement = select(func.count()).select_from(Notice).join(Demand, col(Demand.id) == Notice.demand_id)
    total = session.connection().execute(statement.where(*inside)).scalar_one()
    order = (col(Notice.published_at).desc(), col(Notice.id).desc())
    return Page(tuple(matters(session, inside, order, limit=PAGE, offset=_skipped(page, total))), total)


def publish(
    session: Session, actor: Actor, demand_id: int, written: Wording, helper: HelperRow, *, now: datetime
) -> int:
    """Publish a settled demand in this wording; gives the notice's id.

    Raises NotAllowed; NotFound outside the scope; Refused("not_settled", "published_before"); BadInput for wording that
    is missing, too long, or leads to a person (services.sunshine.wording), and for a helper who is not among the
    demand's own.
    """
    require(actor, Permission.PUBLISH)
    demand = require_demand(session, actor, demand_id)
    if demand.state not in SETTLED:
        raise Refused("not_settled", reference=demand.reference)
    openness.changed(session)  # first, for it waits for whoever publishes right now
    if session.exec(_live(demand_id)).first() is not None:
        raise Refused("published_before", reference=demand.reference)
    if _key(helper) not in map(_key, helpers.choices(session, [demand])[demand_id]):
        raise BadInput("helper_wrong")
    clean = _checked(written)
    wording.check(session, demand, [text for text in _texts(clean) if text])
    notice = Notice(
        demand_id=demand_id, title=clean.title, result=clean.result, title_en=clean.title_en,
        result_en=clean.result_en, helper=helper.kind, helper_unit_id=helper.unit_id,
        helper_department_id=helper.department_id, helper_person_id=helper.person_id, published_at=now,
        published_by_id=actor.account_id,
    )  # fmt: skip
    session.add(notice)
    audit.record(session, actor, "sunshine.publish", now=now, subject=demand.reference, title=clean.title)
    session.flush()
    return notice.id or 0


def withdraw(session: Session, actor: Actor, notice_id: int, *, now: datetime) -> None:
    """Take a notice off the open page; the desk keeps it. Raises NotAllowed, NotFound, Refused("withdrawn")."""
    require(actor, Permission.PUBLISH)
    notice = session.get(Notice, notice_id)
    if notice is None:
        raise NotFound("notice_not_found")
    demand = require_demand(session, actor, notice.demand_id)
    if notice.withdrawn_at is not None:
        raise Refused("withdrawn", reference=demand.reference)
    notice.withdrawn_at, notice.withdrawn_by_id = now, actor.account_id
    audit.record(session, actor, "sunshine.withdraw", now=now, subject=demand.reference, title=notice.title)
    openness.changed(session)
    session.flush()


def _skipped(page: int, total: int) -> int:
    """How many rows come before a page; one behind the last, as when its last row was published, is the last."""
    return (max(1, min(page, -(-total // PAGE))) - 1) * PAGE


def _inside(session: Session, actor: Actor, unit_id: int) -> ColumnElement[bool]:
    return path_column(units.depth_of(session, actor, unit_id)) == unit_id


def _proposed(session: Session, actor: Actor, unit_id: int, since: datetime) -> tuple[ColumnElement[bool], ...]:
    told = exists().where(col(Notice.demand_id) == col(Demand.id), col(Notice.withdrawn_at).is_(None))
    unsolved = col(Demand.solved) == Solved.NOT
    return (
        _inside(session, actor, unit_id), demands_seen(actor, leading=False), col(Demand.settled_at) >= since,
        col(Demand.state).in_(SETTLED), ~told, func.coalesce(unsolved, False).is_(False),
    )  # fmt: skip


def _rows(session: Session, found: Any) -> list[ProposalRow]:
    ids = [row[0] for row in found]
    by_id = {row.id: row for row in session.exec(select_models(Demand).where(col(Demand.id).in_(ids)))}
    offered = helpers.choices(session, list(by_id.values()))
    return [_proposal(by_id[key], tuple(offered[key]), names) for key, *names in found]


def _proposal(demand: Demand, offered: tuple[HelperRow, ...], names: list[str]) -> ProposalRow:
    category, category_en, village, village_en = names
    return ProposalRow(
        demand_id=demand.id or 0, reference=demand.reference, heading=demand.title, reported_at=demand.reported_at,
        settled_at=demand.settled_at or demand.reported_at, category=category, category_en=category_en,
        village=village, village_en=village_en, helpers=offered, solved=demand.solved,
    )  # fmt: skip


def _live(demand_id: int) -> Any:
    return select_models(Notice.id).where(Notice.demand_id == demand_id, col(Notice.withdrawn_at).is_(None))


def _key(helper: HelperRow) -> tuple[Any, ...]:
    return helper.kind, helper.unit_id, helper.department_id, helper.person_id


def _texts(written: Wording) -> tuple[str | None, ...]:
    return written.title, written.result, written.title_en, written.result_en


def _checked(written: Wording) -> Wording:
    title, result, title_en, result_en = ((text or "").replace("\0", "").strip() for text in _texts(written))
    if not title or not result:
        raise BadInput("wording_missing")
    if max(len(title), len(title_en)) > LONGEST_TITLE or max(len(result), len(result_en)) > LONGEST_RESULT:
        raise BadInput("wording_long", title=LONGEST_TITLE, result=LONGEST_RESULT)
    return Wording(title, result, title_en or None, result_en or None)
