"""Bulk writing of the demonstration: Core inserts of many rows, ids looked up again by code, the closure kept right."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from random import Random
from typing import Any

import numpy as np
import shapely
from sqlalchemy import Table, insert, select
from sqlmodel import Session

from models.base import Base
from services import sites
from services.demo import names
from services.demo.crew import Crew
from services.demo.land import Place

Progress = Callable[[str, int, int], None]
CHUNK = 2000
EXISTS_SINCE = date(2019, 1, 1)


def table(name: str) -> Table:
    """A table by name."""
    return Base.metadata.tables[name]


def insert_all(session: Session, name: str, rows: Sequence[dict[str, Any]], progress: Progress | None = None) -> None:
    """Insert the rows, saying how far it is after each 2,000."""
    for start in range(0, len(rows), CHUNK):
        session.execute(insert(table(name)), list(rows[start : start + CHUNK]))
        if progress:
            progress(name, min(start + CHUNK, len(rows)), len(rows))


def ids(session: Session, name: str, key: str) -> dict[str, int]:
    """The ids of a table's rows by a unique column."""
    columns = table(name).c
    return {found: row_id for found, row_id in session.execute(select(columns[key], columns.id)) if found is not None}


def units(session: Session, places: Sequence[Place], progress: Progress | None) -> list[int]:
    """Store the places, level by level, with the closure of their hierarchy; gives the ids in the order of `places`."""
    known: dict[str, int] = {}
    for depth in range(1, max(place.depth for place in places) + 1):
        level = [place for place in places if place.depth == depth]
        insert_all(session, "units", [_unit(place, places, known) for place in level], progress)
        known = ids(session, "units", "code")
    found = [known[place.code] for place in places]
    insert_all(session, "unit_ancestors", list(_closure(places, found)))
    sites.units_changed(session)
    return found


def _unit(place: Place, places: Sequence[Place], known: dict[str, int]) -> dict[str, Any]:
    longitude, latitude = place.point
    return {
        "code": place.code, "name": place.name, "short_name": place.short_name, "name_en": place.name_en,
        "level": place.level, "depth": place.depth, "sort": place.sort, "population": place.population,
        "parent_id": None if place.parent is None else known[places[place.parent].code], "area_m2": place.area_m2,
        "colour": place.colour, "longitude": longitude, "latitude": latitude, "outline": place.geojson(),
        "valid_from": EXISTS_SINCE, "valid_to": None,
    }  # fmt: skip


def _closure(places: Sequence[Place], unit_ids: Sequence[int]) -> Iterator[dict[str, Any]]:
    for index in range(len(places)):
        above: int | None = index
        distance = 0
        while above is not None:
            yield {"unit_id": unit_ids[index], "ancestor_id": unit_ids[above], "distance": distance}
            above, distance = places[above].parent, distance + 1


def people(session: Session, crew: Crew, code: str, unit_ids: Sequence[int]) -> list[int]:
    """Store the people and their posts; gives the people's ids in the order of the crew."""
    keys = [f"P{code}-{number:05d}" for number in range(1, len(crew.people) + 1)]
    rows = zip(keys, crew.people, strict=True)
    insert_all(session, "people", [
        {"external_id": key, "name": name, "phone": phone, "party_member": party} for key, (name, phone, party) in rows
    ])  # fmt: skip
    known = ids(session, "people", "external_id")
    offices = ids(session, "departments", "code")
    insert_all(session, "posts", [
        {
            "person_id": known[keys[post.person]], "unit_id": None if post.place is None else unit_ids[post.place],
            "department_id": offices[post.department] if post.department else None, "role": post.role,
            "starts_on": post.starts_on, "ends_on": post.ends_on,
        }
        for post in crew.posts
    ])  # fmt: skip
    return [known[key] for key in keys]


def households(
    session: Session, places: Sequence[Place], unit_ids: Sequence[int], seed: int, progress: Progress | None
) -> int:
    """Store every household in its one lowest unit; gives how many there are."""
    random = Random(f"{seed} households")
    rows: list[dict[str, Any]] = []
    for place, unit_id in zip(places, unit_ids, strict=True):
        spots = scattered(place, len(place.homes), random)
        for number, (size, spot) in enumerate(zip(place.homes, spots, strict=True), start=1):
            rows.append({
                "external_id": f"H{place.code}-{number:03d}", "unit_id": unit_id,
                "head": names.person(random, place.stem), "phone": names.phone(random),
                "address": f"{place.name}{number}号", "people_count": size, "longitude": spot[0], "latitude": spot[1],
            })  # fmt: skip
    insert_all(session, "households", rows, progress)
    return len(rows)


def scattered(place: Place, count: int, random: Random) -> list[tuple[float, float]]:
    """Spots inside a place, gathered round its middle as houses are (6 decimals of a degree)."""
    if count == 0:
        return []
    generator = np.random.default_rng(random.randrange(2**32))
    west, south, east, north = place.outline.bounds
    middle = np.array(place.point)
    spread = np.array([east - west, north - south]) * 0.18
    drawn = np.round(middle + generator.normal(size=(count * 4 + 8, 2)) * spread, 6)
    inside = drawn[shapely.contains_xy(place.outline, drawn)][:count]
    padded = np.vstack([inside, np.repeat(middle[None, :], count - len(inside), axis=0)])
    return [(float(x), float(y)) for x, y in padded]
