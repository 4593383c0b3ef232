"""What stands beside the points: honours of a year, and the villages' collective income (systems.md J12)."""

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from models.accounts import Permission
from models.assessments import CollectiveIncome, Holder, Honour, HonourKind
from models.units import Unit, UnitAncestor
from services import sites, units
from services.access import Actor, require, require_unit
from services.assessments.rows import EconomyRow, HonourRow, IncomeRow
from services.errors import BadInput, NotFound, Refused
from services.shares import share

FIRST_YEAR, MOST_HOUSEHOLDS, MOST_FEN = 1978, 1_000_000, 10**15


def kinds(session: Session, actor: Actor) -> list[HonourKind]:
    """The kinds of honours of the site's profile: for whoever sees figures."""
    require(actor, Permission.SEE_FIGURES)
    return sites.profile(session).assessment.honours


def award(
    session: Session, actor: Actor, kind: str, unit_id: int, year: int, *, now: datetime, households: int | None = None
) -> int:
    """Write down an honour of a unit in a year; for an honour of households how many hold it, never who.

    Returns its id. Raises BadInput for an unknown kind, a year to come or a missing number, Refused("honour_there").
    """
    require(actor, Permission.TRIAGE)
    unit = require_unit(session, actor, unit_id)
    wanted = {each.key: each for each in kinds(session, actor)}.get(kind)
    if wanted is None:
        raise BadInput("honour_kind", given=kind)
    _check_year(session, year, now)
    counted = wanted.holder is Holder.HOUSEHOLDS
    if counted != (households is not None) or not 0 < (1 if households is None else households) <= MOST_HOUSEHOLDS:
        raise BadInput("honour_households")
    there = select(Honour.id).where(
        col(Honour.kind) == kind, col(Honour.unit_id) == unit_id, col(Honour.year) == year,
        col(Honour.withdrawn_at).is_(None),
    )  # fmt: skip
    if session.scalars(there).first() is not None:
        raise Refused("honour_there", unit=unit.short_name, year=year)
    made = Honour(
        kind=kind, unit_id=unit_id, year=year, households=households, at=now, account_id=actor.account_id,
        actor_name=actor.name,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made.id or 0


def withdraw(session: Session, actor: Actor, honour_id: int, reason: str, *, now: datetime) -> None:
    """Take an honour back with a reason; its row stays. Raises NotFound outside the actor's scope, BadInput."""
    require(actor, Permission.TRIAGE)
    found = session.get(Honour, honour_id)
    if found is None or found.withdrawn_at is not None:
        raise NotFound("honour_not_found")
    require_unit(session, actor, found.unit_id)
    if not reason.strip():
        raise BadInput("project_reason_missing")
    found.withdrawn_at, found.withdrawn_reason = now, reason.strip()[:500]
    session.flush()


def honours(session: Session, actor: Actor, unit_id: int, year: int) -> list[HonourRow]:
    """The honours of a unit's subtree in a year, by code and kind. Raises NotFound outside the actor's scope."""
    require(actor, Permission.SEE_FIGURES)
    units.one(session, actor, unit_id)
    columns: tuple[Any, ...] = (
        Honour.id, Honour.kind, Honour.unit_id, Unit.code, Unit.short_name, Unit.name_en, Honour.year,
        Honour.households,
    )  # fmt: skip
    rows = session.connection().execute(
        select(*columns)
        .join(Unit, col(Unit.id) == Honour.unit_id)
        .join(UnitAncestor, col(UnitAncestor.unit_id) == Honour.unit_id)
        .where(
            col(UnitAncestor.ancestor_id) == unit_id, col(Honour.year) == year, col(Honour.withdrawn_at).is_(None)
        )
        .order_by(Unit.code, Honour.kind)
    )  # fmt: skip
    return [HonourRow(*row) for row in rows]


def set_income(session: Session, actor: Actor, unit_id: int, year: int, income_fen: int, *, now: datetime) -> None:
    """Write down a unit's collective income of a year, in fen. What stood there stays in the ledger; the last counts.

    The same sum again writes nothing. Raises BadInput for a sum below zero or a year to come.
    """
    require(actor, Permission.TRIAGE)
    require_unit(session, actor, unit_id)
    _check_year(session, year, now)
    if not 0 <= income_fen <= MOST_FEN:
        raise BadInput("money_wrong", given=income_fen)
    mine = (col(CollectiveIncome.unit_id) == unit_id, col(CollectiveIncome.year) == year)
    last = session.scalars(
        select(CollectiveIncome).where(*mine).order_by(col(CollectiveIncome.seq).desc()).limit(1)
    ).one_or_none()
    if last is not None and last.income_fen == income_fen:
        return
    session.add(
        CollectiveIncome(
            unit_id=unit_id, year=year, seq=1 if last is None else last.seq + 1, income_fen=income_fen, at=now,
            account_id=actor.account_id, actor_name=actor.name,
        )
    )  # fmt: skip
    session.flush()


def incomes(session: Session, actor: Actor, unit_id: int, year: int) -> list[IncomeRow]:
    """The collective income of each unit of the assessed level under a unit, by code; None where nobody entered it.

    A fixed number of statements. Raises NotFound outside the actor's scope.
    """
    require(actor, Permission.SEE_FIGURES)
    places = units.below(session, actor, unit_id, sites.profile(session).ranking_level)
    ids = [place.id for place in places]
    key: tuple[Any, ...] = (col(CollectiveIncome.unit_id), col(CollectiveIncome.year))
    columns: tuple[Any, ...] = (*key, col(CollectiveIncome.income_fen))
    wanted = select(*columns).where(key[0].in_(ids), key[1].in_([year - 1, year]))
    rows = session.connection().execute(wanted.order_by(*key, col(CollectiveIncome.seq)))  # the last one stays
    known = {(unit, of): income for unit, of, income in rows}
    return [
        IncomeRow(place.id, place.code, place.name, place.name_en, known.get((place.id, year)),
                  known.get((place.id, year - 1)))
        for place in places
    ]  # fmt: skip


def economy(session: Session, actor: Actor, unit_id: int, year: int) -> EconomyRow:
    """Village economy and honours of a year in sums, to stand beside the figures of governance.

    The share above the line is of the units whose income is known; shares of honours are of all units of the level.
    """
    line = sites.profile(session).assessment.income_line * 100
    rows = incomes(session, actor, unit_id, year)
    known = [row.income for row in rows if row.income is not None]
    above = sum(income > line for income in known)
    places = {row.unit_id for row in rows}
    found = [row for row in honours(session, actor, unit_id, year) if row.unit_id in places]
    held = {
        kind.key: len({row.unit_id for row in found if row.kind == kind.key})
        for kind in kinds(session, actor)
        if kind.holder is Holder.UNIT
    }
    return EconomyRow(
        units=len(rows), known=len(known), above=above, above_share=share(above, len(known)), total=sum(known),
        honoured=held, honoured_shares={key: share(number, len(rows)) for key, number in held.items()},
    )  # fmt: skip


def _check_year(session: Session, year: int, now: datetime) -> None:
    if not FIRST_YEAR <= year <= now.astimezone(sites.profile(session).zone).year:
        raise BadInput("year_wrong", given=year)
