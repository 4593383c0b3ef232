"""Building a whole demonstration site in one transaction."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from models.accounts import Account, Role
from models.departments import Department
from models.profiles import Demo, Profile
from services import audit, counters, passwords, sites, sweeps
from services.access import Actor
from services.demands import history
from services.demo import asked, assessments, land, ledger, notices, projects, store, watch
from services.demo import crew as crews
from services.demo.crew import Crew
from services.demo.land import Place
from services.demo.store import Progress
from services.demo.world import World
from services.demo_accounts import BUILT, OFFICE, PASSWORD, ROLES
from services.errors import BadInput


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account of the demonstration, with its password in clear: it is documented."""

    username: str
    role: Role
    password: str


@dataclass(frozen=True, slots=True)
class DemoRow:
    """What was built: how many of everything, and who may sign in."""

    profile: str
    units: dict[str, int]
    people: int
    households: int
    population: int
    demands: int
    accounts: tuple[DemoAccount, ...]


def build(
    session: Session, actor: Actor, key: str, *, now: datetime, seed: int = 1, months: int = 12,
    progress: Progress | None = None,
) -> DemoRow:  # fmt: skip
    """Build the demonstration of profile `key` in an empty database; the same seed and `now` give the same site.

    `months` of demands end at `now`; `progress` is told (step, done, total). Call it inside one write transaction.
    Raises BadInput where a site exists, where the profile has no [demo], or where its figures do not fit together.
    """
    profile = sites.build(session, actor, key, now=now)
    demo = _demo(profile)
    places = land.lay(profile, demo, seed)
    unit_ids = store.units(session, places, progress)
    crew = crews.enlist(profile, demo, places, now.astimezone(profile.zone).date(), seed)
    people_ids = store.people(session, crew, profile.code, unit_ids)
    households = store.households(session, places, unit_ids, seed, progress)
    made = _accounts(session, demo, places, unit_ids, crew, people_ids, now)
    world = World(
        profile,
        demo,
        places,
        crew,
        unit_ids,
        people_ids,
        store.ids(session, "departments", "code"),
        made,
        now,
        land.home(demo, places)[1],
    )
    demands = ledger.write(session, world, ledger.draw(world, seed, months), seed, progress)
    sweeps.sweep(session, actor, now=now)
    history.derive(session, actor)
    counters.recount(session)
    asked.write(session, world, seed)
    notices.write(session, world, seed)
    projects.write(session, world, seed)
    watch.write(session, world)
    assessments.write(session, world, seed)
    audit.record(session, actor, BUILT, now=now, subject=key, seed=seed, months=months)
    session.flush()
    return DemoRow(
        profile=key, units=_per_level(places), people=len(people_ids), households=households,
        population=places[0].population, demands=demands,
        accounts=tuple(DemoAccount(username, role, PASSWORD) for username, role in ROLES),
    )  # fmt: skip


def _demo(profile: Profile) -> Demo:
    if profile.demo is None:
        raise BadInput("no_demo", profile=profile.key)
    return profile.demo


def _per_level(places: list[Place]) -> dict[str, int]:
    found: dict[str, int] = {}
    for place in places:
        found[place.level] = found.get(place.level, 0) + 1
    return found


def _accounts(
    session: Session, demo: Demo, places: list[Place], unit_ids: list[int], crew: Crew, people_ids: list[int],
    now: datetime,
) -> dict[int, int]:  # fmt: skip
    """One account of each role, all with the documented password; hashed once, for a hash costs half a second.

    Gives the accounts' ids by person.
    """
    village, grid = land.home(demo, places)
    hashed = passwords.hashed(PASSWORD).value
    office = session.exec(select(Department).where(Department.code == OFFICE)).one()
    posts: dict[Role, tuple[int | None, int | None]] = {
        Role.LEADER: (0, crew.holders[0]), Role.SUPERVISOR: (0, crew.supervisors[0]),
        Role.CHIEF: (village, crew.holders[village]), Role.GRID_MEMBER: (grid, crew.holders[grid]),
        Role.DEPARTMENT: (None, crew.offices[OFFICE][0]),
    }  # fmt: skip
    found: dict[int, int] = {}
    for username, role in ROLES:
        place, person = posts.get(role, (0, None))
        row = Account(
            username=username, password_hash=hashed, role=role, created_at=now,
            unit_id=None if place is None else unit_ids[place], department_id=office.id if place is None else None,
            person_id=None if person is None else people_ids[person],
        )  # fmt: skip
        session.add(row)
        session.flush()
        if person is not None and row.id is not None:
            found[person] = row.id
    return found
