"""Requests of the demonstration, through the services themselves: a few of each kind, waiting, granted and refused."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from sqlmodel import Session, col, select

from models.accounts import Account, Role
from models.demands import Category, Demand, DemandEvent, State, Verb
from models.people import Person
from models.units import Unit
from services import demands, sessions
from services.access import Actor
from services.demands import requests
from services.demo.world import World
from services.errors import ServiceError

DAY, MINUTES = timedelta(days=1), timedelta(minutes=40)
MORE_TIME = ("配件要从县里调，预计晚几天到货。", "连日下雨，没法开挖。", "户主外出务工，约好回来后一起核对。")
HOLDS = ("等上级资金批复后开工。", "汛期过后再施工，先设警示标志。")
EVIDENCE = {
    "outside_area": "现场核实，地点在邻乡界内，已转告对方并答复来电人。",
    "in_court": "双方已向县法院起诉，受理通知书已查看。",
    "untrue": "两次到现场查看，未发现所反映的情况，邻居也予以证实。",
    "unreasonable": "所提标准超出政策规定，已当面说明并送达书面答复。",
}
APPEALS = ("连续暴雨，进村道路中断三天。", "等待外地厂家发货，有采购单为证。", "户主三次改约，有通话记录。")
DISAGREED = "理由不充分，请按期办理。"
URGED = ("村民又来问，请尽快。", "乡长接访时再次提到，请优先办理。")


@dataclass(slots=True)
class Office:
    """Who decides, and the clock and chance of the building."""

    session: Session
    world: World
    random: Random
    chief: Actor
    leader: Actor
    supervisor: Actor

    def later(self, after: datetime, most: timedelta = DAY) -> datetime:
        """A moment after `after`, before the present, in working hours where they leave one."""
        at = after + min(most, self.world.now - after) * self.random.uniform(0.2, 0.6)
        worked = self.world.working(at, self.random)
        return (worked if worked <= self.world.now else at).replace(microsecond=0)


Decide = Callable[[Office, int, datetime], None]


def write(session: Session, world: World, seed: int) -> int:
    """Ask, decide and urge; gives how many requests there are. The demands must be stored."""
    office = _office(session, world, Random(f"{seed} requests"))
    handling, closed = _running(office), _late(office)
    made = [
        *_each(office, handling[0::4], _extension, [_wait, _wait, _agree, _refuse, _agree, _wait]),
        *_each(office, handling[1::4], _suspension, [_wait, _refuse]),
        *_each(office, handling[2::4], _exclusion, [_wait, _wait, _refuse]),
        *_each(office, closed[0::2], _appeal, [_one_agrees, _agree_both, _refuse, _agree_both, _wait]),
        *_each(office, closed[1::2], _exclusion, [_agree] * 6),
    ]
    for demand in handling[3::4][:3]:
        at = office.later(_last(office, demand))
        reason = office.random.choice(URGED)
        demands.move(session, office.leader, demand.id or 0, Verb.URGE, now=at, reason=reason)
    session.flush()
    return len(made)


def _each(
    office: Office,
    found: Sequence[Demand],
    ask: Callable[[Office, Demand, datetime], int],
    decisions: Sequence[Decide],
) -> list[int]:
    """One request for each decision, each about a demand of its own; a demand the rules refuse is passed over."""
    made: list[int] = []
    for demand in found:
        if len(made) == len(decisions):
            break
        last = _last(office, demand)
        if office.world.now - last < MINUTES:
            continue
        at = office.later(last)
        try:
            with office.session.begin_nested():
                request = ask(office, demand, at)
                decisions[len(made)](office, request, office.later(at))
        except ServiceError:
            continue
        made.append(request)
    return made


def _extension(office: Office, demand: Demand, at: datetime) -> int:
    amount, reason = office.random.choice((1, 2, 3)), office.random.choice(MORE_TIME)
    return requests.ask_extension(
        office.session, _holder(office, demand), demand.id or 0, amount, now=at, reason=reason
    )


def _suspension(office: Office, demand: Demand, at: datetime) -> int:
    until = office.world.now.replace(microsecond=0) + office.random.randrange(10, 40) * DAY
    reason = office.random.choice(HOLDS)
    return requests.ask_suspension(
        office.session, _holder(office, demand), demand.id or 0, until, now=at, reason=reason
    )


def _exclusion(office: Office, demand: Demand, at: datetime) -> int:
    category = office.session.get_one(Category, demand.category_id).code
    code = "in_court" if category == "disputes" else office.random.choice(("outside_area", "untrue", "unreasonable"))
    asker = _holder(office, demand)
    return requests.ask_exclusion(office.session, asker, demand.id or 0, code, evidence=EVIDENCE[code], now=at)


def _appeal(office: Office, demand: Demand, at: datetime) -> int:
    reason = office.random.choice(APPEALS)
    return requests.ask_appeal(office.session, _holder(office, demand), demand.id or 0, now=at, reason=reason)


def _wait(office: Office, request: int, at: datetime) -> None:
    """Nobody has decided yet."""


def _agree(office: Office, request: int, at: datetime) -> None:
    requests.agree(office.session, office.supervisor, request, now=at)


def _refuse(office: Office, request: int, at: datetime) -> None:
    requests.refuse(office.session, office.supervisor, request, now=at, reason=DISAGREED)


def _one_agrees(office: Office, request: int, at: datetime) -> None:
    requests.agree(office.session, office.supervisor, request, now=at, reason="属实，同意。")


def _agree_both(office: Office, request: int, at: datetime) -> None:
    _one_agrees(office, request, at)
    requests.agree(office.session, office.leader, request, now=office.later(at))


def _running(office: Office) -> list[Demand]:
    """What is handled and not late, in the order of filing, the chief's own village first."""
    wanted = select(Demand).where(Demand.state == State.HANDLING, col(Demand.due_at) > office.world.now + DAY / 4)
    found = list(office.session.exec(wanted.order_by(col(Demand.reference))))
    home = office.chief.unit_id
    return sorted(found, key=lambda demand: home not in (demand.a2_id, demand.a3_id))


def _late(office: Office) -> list[Demand]:
    """What was settled late and closed in the last weeks."""
    since = office.world.now - 25 * DAY
    wanted = select(Demand).where(
        Demand.state == State.CLOSED, col(Demand.settled_at) > col(Demand.due_at), col(Demand.closed_at) >= since
    )
    return list(office.session.exec(wanted.order_by(col(Demand.reference))))


def _last(office: Office, demand: Demand) -> datetime:
    wanted = select(DemandEvent.at).where(DemandEvent.demand_id == demand.id)
    return office.session.exec(wanted.order_by(col(DemandEvent.seq).desc())).first() or office.world.now


def _office(session: Session, world: World, random: Random) -> Office:
    accounts = {row.role: row for row in session.exec(select(Account).order_by(col(Account.id).desc()))}
    chief, leader, supervisor = (
        sessions.actor_of(session, accounts[role]) for role in (Role.CHIEF, Role.LEADER, Role.SUPERVISOR)
    )
    return Office(session, world, random, chief, leader, supervisor)


def _holder(office: Office, demand: Demand) -> Actor:
    """Who has the demand, as the services know an actor: the person's account where there is one."""
    account = office.session.exec(select(Account).where(Account.person_id == demand.holder_id)).first()
    if account is not None and demand.holder_id is not None:
        return sessions.actor_of(office.session, account)
    person = office.session.get(Person, demand.holder_id) if demand.holder_id else None
    name = person.name if person is not None else office.world.crew.name(office.world.crew.holders[0])
    if demand.department_id is not None:
        return Actor(None, name, Role.DEPARTMENT, department_id=demand.department_id)
    unit = office.session.get_one(Unit, demand.holder_unit_id)
    return Actor(None, name, Role.CHIEF, unit_id=unit.id, depth=unit.depth)
