"""Site profiles and the one row that says which profile this database follows."""

import tomllib
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from pydantic import ValidationError
from sqlalchemy import text
from sqlmodel import Session, select

from models.accounts import Permission
from models.demands import Category
from models.departments import Department
from models.profiles import CategoryEntry, Profile
from models.sites import Site
from models.units import Unit
from services.access import Actor, require
from services.errors import BadInput, NotAllowed, NotFound
from services.settings import settings


def load(key: str) -> Profile:
    """The profile sites/<key>.toml. Raises NotFound, or BadInput naming the line that is wrong."""
    return _load(key, settings().sites_dir)


@lru_cache(maxsize=32)
def _load(key: str, folder: Path) -> Profile:
    path = folder / f"{key}.toml"
    if not path.is_file():
        raise NotFound("profile_not_found", profile=key, known=", ".join(sorted(p.stem for p in folder.glob("*.toml"))))
    try:
        return Profile(key=key, **tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise BadInput("profile_wrong", profile=key, detail=str(error)) from error


def site(session: Session) -> Site:
    """The site's row. Raises NotFound while the database is empty."""
    found = session.exec(select(Site)).first()
    if found is None:
        raise NotFound("site_not_built")
    return found


def exists(session: Session) -> bool:
    """Whether a site was built in this database."""
    return session.exec(select(Site.id)).first() is not None


_PROFILE = select(Site.profile)
"""Built once and read without the ORM: nearly every service asks for the profile."""


def profile(session: Session) -> Profile:
    """The profile this database follows."""
    key: str | None = session.connection().execute(_PROFILE).scalar()
    if key is None:
        raise NotFound("site_not_built")
    return load(key)


_CURRENT = select(Site.profile, Site.units_version)


def current(session: Session) -> tuple[Profile, int]:
    """The profile this database follows, and the version of its units: what is kept of units is kept by it."""
    found = session.connection().execute(_CURRENT).first()
    if found is None:
        raise NotFound("site_not_built")
    return load(found[0]), found[1]


def build(session: Session, actor: Actor, key: str, *, now: datetime) -> Profile:
    """Make an empty site from a profile: its row, its categories and departments. Raises BadInput where one exists."""
    require(actor, Permission.MANAGE)
    if exists(session):
        raise BadInput("site_exists", profile=site(session).profile)
    chosen = load(key)
    session.add(Site(profile=key, code=chosen.code, created_at=now))
    session.flush()
    follow(session, actor)
    return chosen


def follow(session: Session, actor: Actor) -> int:
    """Bring the stored departments and categories to the profile, by their codes; gives how many are new.

    What the profile names anew is added, what it calls otherwise is renamed. What it names no longer stays: demands
    and whistles of the past speak of it. Raises NotAllowed unless the actor manages the site.
    """
    require(actor, Permission.MANAGE)
    chosen = profile(session)
    known = {row.code: row for row in session.exec(select(Department))}
    for entry in chosen.departments:
        row = known.get(entry.code) or Department(code=entry.code, name="", name_en="", level="")
        row.name, row.name_en, row.level = entry.zh, entry.en, entry.level
        session.add(row)
    new = sum(entry.code not in known for entry in chosen.departments)
    stored = {row.code: row for row in session.exec(select(Category))}
    new += _follow_categories(session, chosen.categories, stored, parent_id=None)
    session.flush()
    return new


def _follow_categories(
    session: Session, entries: list[CategoryEntry], stored: dict[str, Category], parent_id: int | None
) -> int:
    new = 0
    for sort, entry in enumerate(entries):
        row = stored.get(entry.code) or Category(code=entry.code, name="", name_en="")
        row.name, row.name_en, row.words = entry.zh, entry.en, " ".join(entry.words)
        row.parent_id, row.sort = parent_id, sort
        session.add(row)
        session.flush()
        new += (entry.code not in stored) + _follow_categories(session, entry.parts, stored, row.id)
    return new


def require_whole_site(session: Session, actor: Actor) -> None:
    """Raise NotAllowed unless the actor manages the whole site: the operator, or an administrator of its top unit."""
    require(actor, Permission.MANAGE)
    if actor.is_system:
        return
    code = session.exec(select(Unit.code).where(Unit.id == actor.unit_id)).first()
    if code is None or code != profile(session).top:
        raise NotAllowed("not_allowed", permission=Permission.MANAGE.value, role=actor.role.value)


def units_changed(session: Session) -> None:
    """Say that units changed, so that what is cached by `units_version` is drawn anew."""
    site(session).units_version += 1


_NEXT = text(
    "INSERT INTO sequences (name, value) VALUES (:name, :count) "
    "ON CONFLICT (name) DO UPDATE SET value = sequences.value + :count RETURNING value"
)


def next_numbers(session: Session, name: str, count: int = 1) -> int:
    """Take `count` numbers of a sequence inside this transaction; returns the first.

    One statement that locks the row: two who take the year's very first number do not collide.
    """
    last: int = session.connection().execute(_NEXT, {"name": name, "count": count}).scalar_one()
    return last - count + 1


def references(session: Session, year: int, count: int = 1) -> list[str]:
    """New references, such as D411622-2026-00412: the county's code, the year filed, a number without gaps."""
    code = site(session).code
    first = next_numbers(session, f"demands-{year}", count)
    return [f"D{code}-{year}-{number:05d}" for number in range(first, first + count)]
