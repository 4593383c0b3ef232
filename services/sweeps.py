"""The sweep: warns before a level's limit, and moves what is past it one level up. Set-based, idempotent.

Every hop starts the new level's own clock from the moment of the sweep, so that what was moved once is not past its
limit any more: one hop for one breach, however often the sweep runs. A hop goes to the nearest level of the profile's
chain above both the level that holds the demand and the highest it ever reached. Above the top unit there is nothing:
the demand stays on the leader's list.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Engine,
    Integer,
    String,
    and_,
    case,
    cast,
    exists,
    func,
    insert,
    literal,
    literal_column,
    or_,
    select,
    update,
)
from sqlmodel import Session, col

from models.demands import RUNNING, Category, Demand, DemandEvent, State, Urgency, Verb
from models.limits import Limit
from models.people import Post
from models.profiles import Profile
from models.units import LEVELS, Unit
from services import deadlines, leases, people, sites
from services.access import IS_OPEN, Actor, path_column
from services.database import transaction
from services.errors import Refused

TABLE: Any = Demand.__table__  # type: ignore[attr-defined]
D: Any = TABLE.c
E: Any = DemandEvent.__table__.c  # type: ignore[attr-defined]

LEASE = "sweep"

SUSPENDED: ColumnElement[bool] = D.state == literal_column("'suspended'")
"""On hold, written as the partial index writes it."""

REASONS = {Verb.ESCALATE: "超过本级期限", Verb.RESUME: "挂账到期"}
"""Why the sweep moves a demand, in the language of the ledger; a screen says it in the reader's from `by`."""


@dataclass(frozen=True, slots=True)
class SweepRow:
    """What a sweep did, or would do, in numbers of demands.

    `at_top` were past their limit with nothing above them, `skipped` were passed over because they are suspended.
    """

    resumed: int
    warned: int
    escalated: int
    at_top: int
    skipped: int


def run(
    actor: Actor, *, now: datetime, clock: Callable[[], datetime], dry_run: bool = False, on: Engine | None = None
) -> SweepRow:
    """Sweep in a transaction of its own, as the only runner over all processes.

    `now` is the moment the demands are judged at, `clock` the real time. A run that is killed leaves nothing half done
    and no lock: the next one goes on at once. Raises Refused("sweep_running").
    """
    with transaction(on) as session:
        if not leases.take(session, actor, LEASE, now=clock()):
            raise Refused("sweep_running")
        return sweep(session, actor, now=now, dry_run=dry_run)


def sweep(session: Session, actor: Actor, *, now: datetime, dry_run: bool = False) -> SweepRow:
    """Sweep the whole site at `now`. With `dry_run` everything is done and taken back.

    Suspensions whose end has passed end first: their clocks have been running since. Raises NotAllowed unless the
    actor manages the whole site.
    """
    sites.require_whole_site(session, actor)
    session.flush()
    done = _taken_back(session, actor, now) if dry_run else _swept(session, actor, now)
    session.expire_all()
    return done


def _taken_back(session: Session, actor: Actor, now: datetime) -> SweepRow:
    """Sweep inside a savepoint and undo it; a real sweep goes without, for each changed page is kept twice."""
    with session.begin_nested() as savepoint:
        done = _swept(session, actor, now)
        savepoint.rollback()
    return done


def _swept(session: Session, actor: Actor, now: datetime) -> SweepRow:
    profile = sites.profile(session)
    codes: dict[int, str] = dict(session.connection().execute(select(Category.id, Category.code)).all())  # type: ignore[call-overload]
    run = _Run(session, actor, now, codes)
    hops = list(_hops(session, profile))
    resumed = run.change(_ended_suspension(now), Verb.RESUME, {"state": State.HANDLING, "suspended_until": None})
    escalated = sum(run.escalate(hop, profile) for hop in hops)
    at_top = run.count(and_(_late(now), *(~hop.condition for hop in hops)))
    warned = run.change(_near(now, profile), Verb.WARN, {"warned_at": now})
    skipped = run.count(SUSPENDED)
    return SweepRow(resumed, warned, escalated, at_top, skipped)


def _late(now: datetime) -> ColumnElement[bool]:
    return and_(IS_OPEN, D.state.in_(sorted(RUNNING)), D.level_due_at < now)


def _near(now: datetime, profile: Profile) -> ColumnElement[bool]:
    return and_(IS_OPEN, D.state.in_(sorted(RUNNING)), D.warned_at.is_(None), _soon(now, profile))


def _soon(now: datetime, profile: Profile) -> ColumnElement[bool]:
    soon: ColumnElement[bool] = D.level_due_at.between(now, now + timedelta(hours=profile.near_hours))
    return soon


def _ended_suspension(now: datetime) -> ColumnElement[bool]:
    return and_(SUSPENDED, D.suspended_until <= now)


@dataclass(frozen=True, slots=True)
class _Hop:
    """One hop: to which level, whose unit stands at which depth, and for which demands."""

    level: str
    depth: int
    condition: ColumnElement[bool]


def _hops(session: Session, profile: Profile) -> Iterator[_Hop]:
    """Every hop of the site. For each demand at most one of the conditions holds."""
    depths = session.connection().execute(select(Unit.level, Unit.depth).distinct()).all()  # type: ignore[call-overload]
    chain = sorted((level for level in profile.chain if level in LEVELS), key=LEVELS.index, reverse=True)
    found: dict[tuple[str, int], list[ColumnElement[bool]]] = {}
    for reached in LEVELS:
        nearer: list[ColumnElement[bool]] = []
        for level in (level for level in chain if LEVELS.index(level) < LEVELS.index(reached)):
            for depth in sorted(depth for name, depth in depths if name == level):
                there = path_column(depth).is_not(None)
                if sum(other == depth for _, other in depths) > 1:  # units of other levels stand as deep
                    there = path_column(depth).in_(select(Unit.id).where(col(Unit.level) == level))  # type: ignore[call-overload]
                found.setdefault((level, depth), []).append(and_(_reached(reached), there, *(~one for one in nearer)))
                nearer.append(there)
    for (level, depth), conditions in found.items():
        yield _Hop(level, depth, or_(*conditions))


def _reached(level: str) -> ColumnElement[bool]:
    """That this is the highest of the level that holds the demand and the one it climbed to."""
    below = LEVELS[LEVELS.index(level) :]
    held, climbed = D.level, D.escalated_to
    reached: ColumnElement[bool] = or_(
        and_(held == level, or_(climbed.is_(None), climbed.in_(below))), and_(climbed == level, held.in_(below))
    )
    return reached


@dataclass(frozen=True, slots=True)
class _Run:
    """One run: counts, or changes the demands of a condition and appends an event to each, in two statements."""

    session: Session
    actor: Actor
    now: datetime
    categories: dict[int, str]

    def count(self, condition: ColumnElement[bool]) -> int:
        found: int = self.session.connection().execute(select(func.count(D.id)).where(condition)).scalar_one()
        return found

    def escalate(self, hop: _Hop, profile: Profile) -> int:
        clocks = list(self._clocks(hop.level, profile))
        moment = D.level_due_at.type
        unit_id = path_column(hop.depth)
        holder = _answering(unit_id, self.now.astimezone(profile.zone))
        columns = {
            "state": State.ESCALATED, "level": hop.level, "escalated_to": hop.level, "holder_unit_id": unit_id,
            "holder_id": holder, "department_id": None, "level_since": self.now, "warned_at": None,
            "level_due_at": case(*((when, literal(at, moment)) for when, at, _ in clocks)),
        }  # fmt: skip
        told = {
            "holder_unit_id": _number(unit_id), "holder_id": _number(holder),
            "level_due_at": case(*((when, literal(_clock(at, limit))) for when, at, limit in clocks)),
        }  # fmt: skip
        return self.change(and_(hop.condition, _late(self.now)), Verb.ESCALATE, columns, told)

    def _clocks(self, level: str, profile: Profile) -> Iterator[tuple[ColumnElement[bool], datetime, Limit]]:
        """(condition, deadline, limit) of the new level's clock, for each urgency and each category with its own."""
        for urgency in Urgency:
            usual = profile.clock(urgency, None, level).solve
            own = {category: profile.clock(urgency, code, level).solve for category, code in self.categories.items()}
            for limit in {limit for limit in own.values() if limit != usual}:
                special = D.category_id.in_([category for category, found in own.items() if found == limit])
                yield and_(D.urgency == urgency, special), self._due_at(profile, limit), limit
            yield D.urgency == urgency, self._due_at(profile, usual), usual

    def _due_at(self, profile: Profile, limit: Limit) -> datetime:
        return deadlines.due_at(profile, self.now, limit)

    def change(
        self,
        condition: ColumnElement[bool],
        verb: Verb,
        columns: dict[str, Any],
        told: dict[str, ColumnElement[str]] | None = None,
    ) -> int:
        """Append the event to the demands of the condition, then change them; how many there are.

        `told` gives the JSON of those columns that are expressions, and of notes. The event comes first, while the
        demand still says what state it comes from; FOR UPDATE (PostgreSQL) keeps everybody else from the demands
        between the two statements, and there only those that have the event are changed.
        """
        session, count = self.session, D.event_count + 1
        values: dict[str, Any] = {
            "demand_id": D.id, "seq": count, "at": literal(self.now, E.at.type), "verb": literal(verb, E.verb.type),
            "from_state": D.state, "to_state": literal(columns.get("state"), D.state.type)
            if "state" in columns else D.state,
            "account_id": literal(self.actor.account_id, Integer), "actor_name": literal(self.actor.name),
            "reason": literal(REASONS.get(verb), String), "facts": _facts(columns, told or {}),
        }  # fmt: skip
        rows = select(*(value.label(name) for name, value in values.items())).where(condition).with_for_update()
        into = insert(DemandEvent).from_select(list(values), rows).execution_options(preserve_rowcount=True)
        added: int = session.connection().execute(into).rowcount
        if added:
            if session.get_bind().dialect.name != "sqlite":
                condition = and_(condition, exists().where(E.demand_id == D.id, E.seq == count))
            change = update(TABLE).where(condition).values(**columns, event_count=count, version=D.version + 1)
            session.connection().execute(change)
        return added


def _answering(unit_id: ColumnElement[Any], now: datetime) -> ColumnElement[Any]:
    """Who answers for the unit on the day, the last appointed first; NULL while the post is vacant."""
    held = select(col(Post.person_id)).where(
        col(Post.unit_id) == unit_id, col(Post.role).in_(people.ANSWERING), people.held_on(now.date())
    )
    return held.order_by(col(Post.starts_on).desc()).limit(1).correlate(Demand).scalar_subquery()


def _facts(columns: dict[str, Any], told: dict[str, ColumnElement[str]]) -> ColumnElement[str]:
    """The facts of the event as JSON, put together by the database; what is the same for all is one piece of text."""
    same = "".join(f', "{name}": {_json(value)}' for name, value in columns.items() if name not in told)
    text: ColumnElement[str] = literal(f'{{"by": "sweep"{same}')
    for name, fragment in told.items():
        text = text.concat(literal(f', "{name}": ')).concat(fragment)
    return text.concat(literal("}"))


def _json(value: Any) -> str:
    return json.dumps(value.isoformat() if isinstance(value, datetime) else value)


def _clock(at: datetime, limit: Limit) -> str:
    """Both facts of a level's clock at once: the database chooses between the clocks only once a demand."""
    return f'{_json(at)}, "level_limit": {_json(str(limit))}'


def _number(column: ColumnElement[Any]) -> ColumnElement[str]:
    return func.coalesce(cast(column, String), "null")
