"""A small township for tests: two villages with two grids each, its people, and one account for each role."""

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache

from argon2 import PasswordHasher
from sqlalchemy import Engine
from sqlmodel import select

from models.accounts import Account, Role
from models.demands import Category
from models.departments import Department
from models.people import Person, Post, PostRole
from models.units import Unit
from services import demands, sessions, sites, units
from services.access import SYSTEM, Actor
from services.database import transaction
from tests.conftest import NOW

PASSWORD = "a long enough word"

UNITS = (
    ("411622204", "大王庄乡", "Dawangzhuang Township", "township", None),
    ("411622204201", "贾庄村", "Jiazhuang Village", "village", "411622204"),
    ("411622204202", "霍坡村", "Huopo Village", "village", "411622204"),
    ("411622204201001", "第1网格", "Grid 1", "grid", "411622204201"),
    ("411622204201002", "第2网格", "Grid 2", "grid", "411622204201"),
    ("411622204202001", "第1网格", "Grid 1", "grid", "411622204202"),
    ("411622204202002", "第2网格", "Grid 2", "grid", "411622204202"),
)
DEPTHS = {"township": 1, "village": 2, "grid": 3}


@cache
def password_hash() -> str:
    """The hash of PASSWORD: made once a run, for it costs half a second."""
    return PasswordHasher().hash(PASSWORD)


@dataclass
class Town:
    """Ids by code or name, and the actors that act in tests."""

    engine: Engine
    units: dict[str, int] = field(default_factory=dict)
    categories: dict[str, int] = field(default_factory=dict)
    departments: dict[str, int] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)

    def report(self, by: str = "member", at: datetime = NOW, grid: str = "411622204202001", **options: object) -> int:
        """File one demand in its own transaction; returns its id."""
        with transaction(self.engine) as session:
            filed = demands.report(
                session, self.actors[by], str(options.pop("text", "村西头的路灯整排不亮，夜里看不清路。")),
                category_id=self.categories["utilities.lamps"], unit_id=self.units[grid], now=at,
                reporter="霍某某", reporter_phone="13800002207", **options,  # type: ignore[arg-type]
            )  # fmt: skip
            return filed.id


def town(engine: Engine) -> Town:
    """Build the small township in an empty database."""
    made = Town(engine)
    with transaction(engine) as session:
        sites.build(session, SYSTEM, "dawangzhuang", now=NOW)
        rows = [
            Unit(code=code, name=zh, short_name=zh, name_en=en, level=level, depth=DEPTHS[level], sort=sort,
                 valid_from=date(2020, 1, 1), population=100)
            for sort, (code, zh, en, level, _) in enumerate(UNITS)
        ]  # fmt: skip
        units.add_all(session, rows, [parent for *_, parent in UNITS])
        made.units = dict(session.exec(select(Unit.code, Unit.id)).all())
        made.categories = dict(session.exec(select(Category.code, Category.id)).all())
        made.departments = dict(session.exec(select(Department.code, Department.id)).all())
        _people(session, made)
        session.flush()
        _accounts(session, made)
    return made


def _people(session, made: Town) -> None:
    for name, code, role in (
        ("周网格", "411622204202001", PostRole.GRID_MEMBER),
        ("霍支书", "411622204202", PostRole.CHIEF),
        ("王书记", "411622204", PostRole.LEADER),
    ):
        person = Person(name=name, phone="13900001111")
        session.add(person)
        session.flush()
        session.add(Post(person_id=person.id, unit_id=made.units[code], role=role, starts_on=date(2024, 1, 1)))
        made.people[name] = person.id


def _accounts(session, made: Town) -> None:
    for username, role, unit, department, person in (
        ("leader", Role.LEADER, "411622204", None, "王书记"),
        ("supervisor", Role.SUPERVISOR, "411622204", None, None),
        ("chief", Role.CHIEF, "411622204202", None, "霍支书"),
        ("other_chief", Role.CHIEF, "411622204201", None, None),
        ("member", Role.GRID_MEMBER, "411622204202001", None, "周网格"),
        ("department", Role.DEPARTMENT, None, "water", None),
        ("other_department", Role.DEPARTMENT, None, "power", None),
        ("viewer", Role.VIEWER, "411622204", None, None),
        ("administrator", Role.ADMINISTRATOR, "411622204", None, None),
    ):
        account = Account(
            username=username, password_hash=password_hash(), role=role, created_at=NOW,
            unit_id=unit and made.units[unit], department_id=department and made.departments[department],
            person_id=person and made.people[person],
        )  # fmt: skip
        session.add(account)
        session.flush()
        made.actors[username] = sessions.actor_of(session, account)
