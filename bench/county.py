"""A made-up county of any size: its units with outlines, its people, households and one account that signs in."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table
from sqlmodel import Session, SQLModel, select

from models.accounts import Account, Role
from models.households import Household
from models.people import Person, Post, PostRole
from models.units import Unit, UnitAncestor
from services import sites
from services.access import SYSTEM

TOP = "990000"
ADMINISTRATOR = "administrator"
GRIDS_A_VILLAGE = 5
HOUSEHOLDS_A_GRID = 30
CELL, WEST, SOUTH = 0.004, 114.0, 33.0
SINCE = date(2020, 1, 1)


@dataclass(frozen=True, slots=True)
class Shape:
    """How many units of each level the county has: 10,000 grids and 2,000 villages for a million demands."""

    townships: int
    villages: int
    grids: int

    @classmethod
    def of(cls, demands: int) -> "Shape":
        """The county that a ledger of so many demands stands on."""
        villages = max(2, demands // 500)
        return cls(min(20, max(2, villages // 10)), villages, villages * GRIDS_A_VILLAGE)

    def township_of(self, village: int) -> int:
        """Which township a village belongs to, both counted from 0."""
        return village * self.townships // self.villages

    @property
    def first_village(self) -> int:
        """The id of the first village."""
        return 2 + self.townships

    @property
    def first_grid(self) -> int:
        """The id of the first grid."""
        return self.first_village + self.villages


def build(session: Session, shape: Shape, now: datetime) -> None:
    """Fill an empty, migrated database with everything but demands. Ids are known: county 1, then level by level."""
    sites.build(session, SYSTEM, "county", now=now)
    session.flush()
    rows = list(units(shape))
    _insert(session, Unit, [{key: value for key, value in row.items() if key != "path"} for row in rows])
    _insert(session, UnitAncestor, [link for row in rows for link in _links(row["path"])])
    _insert(
        session,
        Person,
        [{"id": row["id"], "name": f"第{row['id']}人", "phone": "13900001111", "party_member": False} for row in rows],
    )
    _insert(session, Post, [_post(row) for row in rows])
    _insert(session, Household, list(_households(shape)))
    account = Account(
        username=ADMINISTRATOR, password_hash="none", role=Role.ADMINISTRATOR, unit_id=1, person_id=1, created_at=now
    )
    session.add(account)
    session.flush()


def _insert(session: Session, model: type[SQLModel], rows: Sequence[dict[str, Any]]) -> None:
    table: Table = model.__table__  # type: ignore[attr-defined]
    session.connection().execute(table.insert(), list(rows))


def units(shape: Shape) -> Iterator[dict[str, Any]]:
    """Every unit with the ids of its path, itself last. The county is a lattice: five grids side by side a village."""
    height = -(-shape.villages // shape.townships)
    yield _unit([1], TOP, "测速县", "county", 0, (0, 0, GRIDS_A_VILLAGE * shape.townships, height))
    for township in range(shape.townships):
        box = (GRIDS_A_VILLAGE * township, 0, GRIDS_A_VILLAGE * (township + 1), height)
        yield _unit([1, 2 + township], f"{TOP}{township:03d}", f"第{township + 1}乡", "township", township, box)
    for village in range(shape.villages):
        yield _unit(
            _path(shape, village),
            _code(shape, village),
            f"第{village + 1}村",
            "village",
            village,
            _strip(shape, village),
        )
    for grid in range(shape.grids):
        village, place = divmod(grid, GRIDS_A_VILLAGE)
        west, south, _, north = _strip(shape, village)
        box = (west + place, south, west + place + 1, north)
        code = f"{_code(shape, village)}{place + 1:03d}"
        yield _unit([*_path(shape, village), shape.first_grid + grid], code, f"第{place + 1}网格", "grid", place, box)


def _path(shape: Shape, village: int) -> list[int]:
    return [1, 2 + shape.township_of(village), shape.first_village + village]


def _code(shape: Shape, village: int) -> str:
    return f"{TOP}{shape.township_of(village):03d}{village:04d}"


def _strip(shape: Shape, village: int) -> tuple[int, int, int, int]:
    township = shape.township_of(village)
    row = village - -(-township * shape.villages // shape.townships)
    return GRIDS_A_VILLAGE * township, row, GRIDS_A_VILLAGE * (township + 1), row + 1


def _unit(
    path: list[int], code: str, name: str, level: str, sort: int, box: tuple[int, int, int, int]
) -> dict[str, Any]:
    west, south, east, north = (
        WEST + CELL * box[0],
        SOUTH + CELL * box[1],
        WEST + CELL * box[2],
        SOUTH + CELL * box[3],
    )
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    cells = (box[2] - box[0]) * (box[3] - box[1])
    return {
        "path": path, "id": path[-1], "code": code, "name": name, "short_name": name, "name_en": f"{level} {sort + 1}",
        "level": level, "depth": len(path), "parent_id": path[-2] if len(path) > 1 else None, "sort": sort,
        "population": 96 * cells, "area_m2": 165_000.0 * cells, "colour": sort % 12, "longitude": (west + east) / 2,
        "latitude": (south + north) / 2, "outline": json.dumps({"type": "Polygon", "coordinates": [ring]}),
        "valid_from": SINCE, "valid_to": None,
    }  # fmt: skip


def _links(path: list[int]) -> Iterator[dict[str, int]]:
    for distance, ancestor in enumerate(reversed(path)):
        yield {"unit_id": path[-1], "ancestor_id": ancestor, "distance": distance}


def _post(row: dict[str, Any]) -> dict[str, Any]:
    role = {"grid": PostRole.GRID_MEMBER, "village": PostRole.CHIEF}.get(row["level"], PostRole.LEADER)
    return {"person_id": row["id"], "unit_id": row["id"], "role": role, "starts_on": SINCE, "ends_on": None}


def _households(shape: Shape) -> Iterator[dict[str, Any]]:
    for grid in range(shape.first_grid, shape.first_grid + shape.grids):
        for number in range(HOUSEHOLDS_A_GRID):
            yield {"unit_id": grid, "head": "某某", "address": f"{number + 1}号", "people_count": 3}


def account_id(session: Session) -> int:
    """The id of the county's administrator."""
    return session.exec(select(Account.id).where(Account.username == ADMINISTRATOR)).one() or 0
