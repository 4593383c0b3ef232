"""Importing people and their posts: a person by number, or without one by name and phone; a post by place and role."""

from datetime import date
from typing import Any

import polars as pl
from sqlmodel import col, select

from models.people import Person, Post, PostRole
from services.access import sees_unit
from services.imports import rows, values
from services.imports.bulk import parts
from services.imports.context import Context, Seen, Tally
from services.imports.fields import heading_key
from services.imports.places import Places
from services.imports.report import PreviewRow
from services.imports.tables import NUMBER, Table
from services.imports.values import DateStyle

_TEXTS = ("external_id", "name", "phone", "unit_code", "role", "starts_on", "ends_on", "party_member")
_ROLE_WORDS: dict[PostRole, str] = {
    PostRole.LEADER: "书记 党委书记 乡镇长 乡长 镇长 主任 secretary",
    PostRole.CHIEF: "村支书 支书 村主任 网格长 village_secretary",
    PostRole.SUPERVISOR: "督导员 督导",
    PostRole.CADRE: "包村干部 干部",
    PostRole.GRID_MEMBER: "网格员 专职网格员 微网格员 member",
    PostRole.PARTY_MEMBER: "党员 联户党员",
}
_POSTS = {
    "township": PostRole.LEADER,
    "village": PostRole.CHIEF,
    "natural_village": PostRole.SUPERVISOR,
    "grid": PostRole.GRID_MEMBER,
}


Posts = dict[Any, list[Post]]
"""The posts of each person, by the person's key in the file."""


class PeopleImporter:
    """One run over one file of people."""

    def __init__(self, context: Context) -> None:
        self.tally = Tally()
        self._context = context
        self._places = Places(context.session, context.actor)
        self._seen = Seen()
        self._roles = _roles(context)
        self._style = DateStyle(context.zone, False, context.mapping.date_format)

    def survey(self, table: Table) -> None:
        """Find out whether days are written day first."""
        source = self._context.mapping.columns.get("starts_on")
        if source is not None and self._context.mapping.date_format is None:
            found = table.rows.select(values.day_first_seen(pl.col(source))).collect().item()
            self._style = DateStyle(self._context.zone, bool(found))

    def take(self, frame: pl.DataFrame, *, writing: bool) -> None:
        """Check a chunk, then bring people and posts up to date."""
        good = list(self._checked(frame, self.tally).values())
        keys = pl.Series(
            [repr((_key(row), row["unit_id"], row["role"], row["starts_on"])) for row in good], dtype=pl.String
        )
        repeated = self._seen.repeated(keys.hash())
        self.tally.repeated += int(repeated.sum())
        once = [row for row, again in zip(good, repeated, strict=True) if not again]
        people, posts = self._known(once)
        for row in once:
            self._store(row, people, posts, writing=writing)
        if writing:
            self._context.session.flush()

    def finish(self, *, writing: bool) -> None:
        """Everything is stored already."""

    def shown(self, frame: pl.DataFrame) -> list[PreviewRow]:
        """A few rows as they would be stored."""
        return rows.shown(frame, self._checked)

    def _store(self, row: dict[str, Any], people: dict[Any, Person], posts: Posts, *, writing: bool) -> None:
        person = people.get(_key(row))
        if person is None:
            self.tally.inserted += 1
            people[_key(row)] = person = self._new_person(row, writing=writing)
            self._add_post(row, person, posts, writing=writing)
            return
        changed = _changes(row, person)
        if not self._is_mine(posts.get(_key(row), [])):
            self.tally.reject(row[NUMBER], "external_id", "outside_scope", row["external_id"])
            return
        post = _post_of(row, posts.get(_key(row), []))
        ends = post is not None and row["ends_on"] not in {None, post.ends_on}
        self.tally.updated += bool(changed or post is None or ends)
        self.tally.unchanged += not (changed or post is None or ends)
        if writing:
            for name, value in changed.items():
                setattr(person, name, value)
        if post is None:
            self._add_post(row, person, posts, writing=writing)
        elif ends and writing:
            post.ends_on = row["ends_on"]

    def _is_mine(self, posts: list[Post]) -> bool:
        """Whether the person has a post in the actor's scope, or none at all."""
        context = self._context
        return not posts or any(
            post.unit_id and sees_unit(context.session, context.actor, post.unit_id) for post in posts
        )

    def _new_person(self, row: dict[str, Any], *, writing: bool) -> Person:
        person = Person(
            external_id=row["external_id"], name=row["name"], phone=row["phone"], party_member=row["party_member"]
        )
        if writing:
            self._context.session.add(person)
            self._context.session.flush()
        return person

    def _add_post(self, row: dict[str, Any], person: Person, posts: Posts, *, writing: bool) -> None:
        post = Post(
            person_id=person.id or 0, unit_id=row["unit_id"], role=row["role"],
            starts_on=row["starts_on"] or self._first_day(row), ends_on=row["ends_on"],
        )  # fmt: skip
        if writing:
            self._context.session.add(post)
        posts.setdefault(_key(row), []).append(post)

    def _first_day(self, row: dict[str, Any]) -> date:
        today = date.fromisoformat(self._context.today)
        return min(today, date.fromordinal(row["ends_on"].toordinal() - 1)) if row["ends_on"] else today

    def _known(self, once: list[dict[str, Any]]) -> tuple[dict[Any, Person], Posts]:
        """The people the rows speak of, and their posts: three queries a chunk."""
        session = self._context.session
        numbers = [row["external_id"] for row in once if row["external_id"]]
        names = sorted({row["name"] for row in once if not row["external_id"]})
        people: dict[Any, Person] = {}
        for column, asked in ((Person.external_id, numbers), (Person.name, names)):
            for some in parts(asked):
                for person in session.exec(select(Person).where(col(column).in_(some))):
                    people[person.external_id if column is Person.external_id else (person.name, person.phone)] = person
        keys = {person.id: key for key, person in people.items()}
        posts: Posts = {}
        for some_ids in parts(keys):
            for post in session.exec(select(Post).where(col(Post.person_id).in_(some_ids))):
                posts.setdefault(keys[post.person_id], []).append(post)
        return people, posts

    def _checked(self, frame: pl.DataFrame, tally: Tally) -> dict[int, dict[str, Any]]:
        frame = frame.with_columns(values.line(pl.col(name)) for name in _TEXTS)
        frame = rows.with_days(frame, ("starts_on", "ends_on"), self._style)
        places = rows.places_in(frame, self._places)
        good = {}
        for row in frame.iter_rows(named=True):
            problem = self._problem(row)
            if problem is not None:
                tally.reject(row[NUMBER], *problem)
            elif (place := rows.place_of(row, places, self._context, tally)) is not None:
                told = {
                    "unit_id": place.id,
                    "role": self._roles[heading_key(row["role"])],
                    "party_member": rows.flag(row["party_member"]),
                }
                good[row[NUMBER]] = row | told
        return good

    def _problem(self, row: dict[str, Any]) -> tuple[str, str, Any] | None:
        for name in ("name", "role"):
            if row[name] is None:
                return name, "missing", ""
        if heading_key(row["role"]) not in self._roles:
            return "role", "role_unknown", row["role"]
        for name in ("starts_on", "ends_on"):
            if row[f"{name}_given"] and row[name] is None:
                return name, "date_wrong", row[f"{name}_given"]
        if row["starts_on"] and row["ends_on"] and row["ends_on"] <= row["starts_on"]:
            return "ends_on", "ends_before_start", row["ends_on_given"]
        return (
            ("party_member", "not_yes_or_no", row["party_member"]) if rows.flag(row["party_member"]) is None else None
        )


def _roles(context: Context) -> dict[str, PostRole]:
    """Roles by their key, common words, and the site's own words for the post of each level."""
    words: dict[str, PostRole] = {heading_key(role): role for role in PostRole if role is not PostRole.DEPARTMENT}
    for role, written in _ROLE_WORDS.items():
        words |= {heading_key(word): role for word in written.split()}
    for level in context.profile.levels:
        if level.key in _POSTS:
            words |= {heading_key(word): _POSTS[level.key] for word in (level.post.zh, level.post.en)}
    return words


def _changes(row: dict[str, Any], person: Person) -> dict[str, Any]:
    """What a row says otherwise of a person; what it leaves empty stays."""
    told = {
        "name": row["name"], "phone": row["phone"] or person.phone,
        "party_member": row["party_member"] or person.party_member,
    }  # fmt: skip
    return {name: value for name, value in told.items() if getattr(person, name) != value}


def _key(row: dict[str, Any]) -> Any:
    return row["external_id"] or (row["name"], row["phone"])


def _post_of(row: dict[str, Any], posts: list[Post]) -> Post | None:
    """The post a row speaks of: of the same unit and role, begun that day; without a day the one that still holds."""
    same = [post for post in posts if post.unit_id == row["unit_id"] and post.role == row["role"]]
    if row["starts_on"] is not None:
        return next((post for post in same if post.starts_on == row["starts_on"]), None)
    return next((post for post in same if post.ends_on in {None, row["ends_on"]}), None)
