"""Nobody gets round the scope: every service that touches the database takes the actor, and every role is tried."""

import importlib
import inspect
import pkgutil
from datetime import date, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session

import services
from models.accounts import PERMISSIONS, Permission, Role
from models.demands import MOVES, Verb
from services import analyses, demands, figures, rankings, units, walls
from services.access import SYSTEM, Actor
from services.database import reading, transaction
from services.demands import Filters
from services.errors import ServiceError
from services.periods import Period
from tests.conftest import NOW
from tests.factories import UNITS, town

ALLOWED = {
    "services.sessions.sign_in": "makes the actor",
    "services.sessions.signed_in": "makes the actor",
    "services.sessions.actor_of": "makes the actor",
    "services.sessions.count_try": "before there is an actor",
    "services.sessions.forget_failures": "before there is an actor",
    "services.sessions.sign_out": "ends the actor's own session, by its token",
    "services.sessions.end_all": "called by what changes accounts, which checks",
    "services.sites.site": "the site's one row; holds nothing of anybody",
    "services.sites.exists": "the site's one row",
    "services.sites.profile": "the site's public profile",
    "services.sites.current": "the site's public profile and a number",
    "services.sites.units_changed": "called by what changes units, which checks",
    "services.sites.next_numbers": "called by what files demands, which checks",
    "services.sites.references": "called by what files demands, which checks",
    "services.units.add_all": "called by the importer and the builder, which check",
    "services.units.depth_of_ranking": "the depth of a level; holds nothing of anybody",
    "services.demands.history.of_demand": "called by reads of one demand, which check",
    "services.demands.reads.whistles_of": "called by reads of demands, which check",
    "services.demands.filing.path_of": "called by filing, which checks",
    "services.demands.filing.responsible": "called by filing, which checks",
    "services.sunshine.page.board": "what units opened to everybody",
    "services.sunshine.openness.places_of_all": "what is open, for the open page",
    "services.sunshine.openness.version": "a counter",
    "services.sunshine.openness.changed": "called by what changes what is public, which checks",
    "services.sunshine.matters.matters": "what was published, for the open page and the desk, which checks",
    "services.sunshine.helpers.choices": "called by proposals and publishing, which check",
    "services.sunshine.wording.check": "called by publishing, which checks",
    "services.walls.links.entered": "makes the actor, a viewer, from a wall's link",
    "services.walls.links.count_wrong": "before there is an actor",
    "services.walls.links.locked": "before there is an actor",
    "services.demands.moves.department_of": "a department's row; called by moves, which check",
}
"""Functions that take a session without an actor, each with its reason. Keep it short."""

INNER = ("services.counters.", "services.demo.", "services.imports.")
"""Packages whose entry takes the actor and whose parts are called by it alone; the entry is checked below.

The counters hold sums of all: they are kept by moves, which check, and read through a Scope, which only a check makes.
"""


def modules():
    """Every module of the services."""
    for found in pkgutil.walk_packages(services.__path__, "services."):
        yield importlib.import_module(found.name)


def public_functions():
    """(name, function) of each public function, in the module that defines it."""
    for module in modules():
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if not name.startswith("_") and function.__module__ == module.__name__:
                yield f"{module.__name__}.{name}", function


def takes(function, *types):
    """Whether a parameter is annotated with one of these types' names."""
    wanted = {kind.__name__ for kind in types}
    notes = [found.annotation for found in inspect.signature(function).parameters.values()]
    names = [part.split(".")[-1] for note in notes for part in str(getattr(note, "__name__", note)).split(" | ")]
    return not wanted.isdisjoint(names)


def without_actor():
    """The functions that take a session and neither an actor nor a Scope, which only an actor's check can make."""
    from services.figures.counting import Scope

    return {
        name
        for name, function in public_functions()
        if takes(function, Session) and not takes(function, Actor, Scope) and not name.startswith(INNER)
    }


def test_every_service_that_takes_a_session_takes_the_actor():
    assert sorted(without_actor() - set(ALLOWED)) == []


def test_the_list_of_exceptions_holds_nothing_that_is_gone():
    assert sorted(set(ALLOWED) - without_actor()) == []


def test_the_inner_packages_are_entered_with_an_actor():
    from services import demo, imports

    assert all(takes(entry, Actor) for entry in (demo.build, imports.run, imports.preview))


def test_a_function_without_an_actor_would_be_found():
    def leaky(session: Session, unit_id: int) -> int:
        return unit_id

    def sound(session: Session, actor: Actor) -> None:
        return None

    assert (takes(leaky, Session), takes(leaky, Actor), takes(sound, Actor)) == (True, False, True)


FILED = ("411622204201001", "411622204202001")
"""The grids a demand is filed in."""


@pytest.fixture
def site(engine):
    made = town(engine)
    for grid in FILED:
        made.report(by="leader", grid=grid)
    return made


PERIOD = Period(date(2026, 11, 1), date(2026, 11, 30), ZoneInfo("Asia/Shanghai"))
PARENTS = {code: parent for code, *_, parent in UNITS}
HOMES = {
    "leader": "411622204", "supervisor": "411622204", "viewer": "411622204", "administrator": "411622204",
    "chief": "411622204202", "other_chief": "411622204201", "member": "411622204202001",
}  # fmt: skip

READS = {
    "one": units.one,
    "posts": lambda session, actor, unit: units.posts(session, actor, unit, date(2026, 11, 20)),
    "children": units.children,
    "below": units.below,
    "outlines": lambda session, actor, unit: units.outlines(session, actor, unit, "grid"),
    "figures": lambda session, actor, unit: figures.of_unit(session, actor, unit, PERIOD, now=NOW),
    "map": lambda session, actor, unit: figures.by_unit(session, actor, unit, "grid", PERIOD, now=NOW),
    "today": lambda session, actor, unit: figures.today(session, actor, unit, PERIOD, now=NOW),
    "days": lambda session, actor, unit: figures.by_day(session, actor, unit, PERIOD, now=NOW),
    "analysis": lambda session, actor, unit: analyses.of_unit(session, actor, unit, PERIOD, now=NOW),
    "bulletin": lambda session, actor, unit: analyses.bulletin(session, actor, unit, PERIOD, now=NOW),
    "wall": lambda session, actor, unit: walls.snapshot(session, actor, unit, now=NOW),
    "wall's ground": walls.ground,
    "ranking": lambda session, actor, unit: rankings.of_level(session, actor, unit, "grid", PERIOD, now=NOW),
    "told": lambda session, actor, unit: rankings.told(
        session, actor, rankings.of_level(session, SYSTEM, unit, "grid", PERIOD, now=NOW), PERIOD, now=NOW
    ),
    "beside": lambda session, actor, unit: rankings.beside(session, actor, unit, PERIOD, now=NOW),
    "lagging": lambda session, actor, unit: rankings.furthest_behind(session, actor, unit, "grid", PERIOD, now=NOW),
}


def inside(who, code):
    """Whether a unit lies in the subtree of the role's home."""
    while code is not None and code != HOMES[who]:
        code = PARENTS[code]
    return code is not None


def outcome(call):
    """What a call gives: "ok", or the name of the error a person is told."""
    try:
        call()
    except ServiceError as error:
        return type(error).__name__
    return "ok"


@pytest.mark.parametrize("read", READS)
def test_every_role_reads_its_own_subtree_and_no_other(sqlite_engine, read):
    site = town(sqlite_engine)
    found, expected = {}, {}
    with reading(sqlite_engine) as session:
        for who in HOMES:
            for code in PARENTS:
                call = partial(READS[read], session, site.actors[who], site.units[code])
                found[who, code] = outcome(call)
                expected[who, code] = "ok" if inside(who, code) else "NotFound"
    assert found == expected


def test_every_role_sees_in_the_queue_the_demands_of_its_subtree(site):
    found, expected = {}, {}
    with reading(site.engine) as session:
        for who in HOMES:
            for code in PARENTS:
                found[who, code] = in_queue(session, site, who, code)
                expected[who, code] = should_see(who, code)
    assert found == expected


def in_queue(session, site, who, code):
    try:
        page = demands.queue(session, site.actors[who], Filters(unit_id=site.units[code]), now=NOW)
    except ServiceError as error:
        return type(error).__name__
    return sorted(row.unit for row in page.rows), page.total


def should_see(who, code):
    if who == "viewer":
        return "NotAllowed"
    if not inside(who, code):
        return "NotFound"
    grids = [grid for grid in FILED if inside(who, grid) and grid.startswith(code)]
    return ["第1网格"] * len(grids), len(grids)


@pytest.mark.parametrize("who", ["department", "other_department"])
def test_a_department_sees_only_what_was_put_to_it(site, who):
    with transaction(site.engine) as session:
        demand_id = demands.queue(session, SYSTEM, Filters(), now=NOW).rows[0].id
        demands.accept(session, SYSTEM, demand_id, now=NOW)
        demands.whistle(session, SYSTEM, demand_id, site.departments["water"], now=NOW)
    mine = 1 if who == "department" else 0
    with reading(site.engine) as session:
        actor = site.actors[who]
        assert demands.count(session, actor, Filters(), now=NOW) == mine
        assert figures.of_unit(session, actor, site.units["411622204"], PERIOD, now=NOW).open == mine
        assert outcome(partial(demands.detail, session, actor, demand_id)) == ("ok" if mine else "NotFound")
        assert outcome(partial(units.posts, session, actor, site.units["411622204"], date(2026, 11, 20))) == "NotFound"


def test_every_role_moves_what_lies_in_its_subtree_and_only_as_its_role_may(site):
    """Accepting each of two demands by every account; each try is rolled back."""
    found, expected = {}, {}
    with reading(site.engine) as session:
        rows = demands.queue(session, SYSTEM, Filters(), now=NOW).rows
    for who, actor in site.actors.items():
        for row in rows:
            found[who, row.unit_id] = tried(site, partial(accept, actor, row.id))
            expected[who, row.unit_id] = should_accept(site, who, row.unit_id)
    assert found == expected


class _Undo(Exception):
    """Rolls a tried move back."""


def tried(site, move):
    try:
        with transaction(site.engine) as session:
            move(session)
            raise _Undo
    except ServiceError as error:
        return type(error).__name__
    except _Undo:
        return "ok"


def accept(actor, demand_id, session):
    demands.accept(session, actor, demand_id, now=NOW + timedelta(hours=1))


def should_accept(site, who, unit_id):
    if MOVES[Verb.ACCEPT].permission not in PERMISSIONS[site.actors[who].role]:
        return "NotAllowed"
    code = next(code for code, found in site.units.items() if found == unit_id)
    return "ok" if who in HOMES and inside(who, code) else "NotFound"


def test_every_role_files_only_in_its_own_subtree(site):
    found, expected = {}, {}
    for who, actor in site.actors.items():
        for code in PARENTS:
            found[who, code] = tried(site, partial(file, site, actor, code))
            allowed = Permission.REPORT in PERMISSIONS[actor.role]
            expected[who, code] = ("ok" if inside(who, code) else "NotFound") if allowed else "NotAllowed"
    assert found == expected


def file(site, actor, code, session):
    category = site.categories["roads"]
    demands.report(session, actor, "路上有坑", category_id=category, unit_id=site.units[code], now=NOW)


def test_every_role_of_the_table_is_tried_here(site):
    assert {actor.role for actor in site.actors.values()} == set(Role)
