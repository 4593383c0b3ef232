"""Walls: who may hang one, who is let in by its link, and what it shows of its unit and of nothing else."""

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlmodel import select

from models.accounts import Account, Permission, Role
from models.audit import AuditEntry
from models.profiles import Profile
from models.walls import View, Wall
from services import accounts, demands, passwords, sessions, sites, units, walls
from services.access import SYSTEM
from services.database import reading, transaction
from services.errors import ServiceError
from services.fairness import Tier
from services.walls.snapshot import MOST_UNITS, level_below
from tests.conftest import NOW
from tests.factories import town

TOWN, HUOPO, JIAZHUANG, GRID = "411622204", "411622204202", "411622204201", "411622204202001"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def site(engine):
    return town(engine)


def hang(site, code=TOWN, who="administrator", name="便民大厅", views=tuple(View), language="zh"):
    with transaction(site.engine) as session:
        return walls.hang(session, site.actors[who], site.units[code], name, views, language, now=NOW)


def entered(site, token):
    with reading(site.engine) as session:
        return walls.entered(session, token)


def shown(site, code=TOWN, who="viewer", now=NOW):
    with reading(site.engine) as session:
        return walls.snapshot(session, site.actors[who], site.units[code], now=now)


def outcome(call):
    try:
        call()
    except ServiceError as error:
        return error.code
    return "ok"


def down(site, wall_id, who="administrator"):
    with transaction(site.engine) as session:
        walls.take_down(session, site.actors[who], wall_id, now=NOW)


def listed(site, who="administrator", code=TOWN):
    with reading(site.engine) as session:
        return walls.listed(session, site.actors[who], site.units[code])


def test_a_link_lets_in_a_viewer_account_of_its_own_for_its_unit(site):
    entry = entered(site, hang(site, HUOPO, views=(View.FEED, View.MAP), language="en"))
    assert (entry.actor.role, entry.actor.unit_id, entry.unit_id) == (Role.VIEWER, site.units[HUOPO], site.units[HUOPO])
    assert [permission for permission in Permission if entry.actor.may(permission)] == [Permission.SEE_FIGURES]
    assert (entry.views, entry.language) == ((View.MAP, View.FEED), "en")
    other = entered(site, hang(site, HUOPO))
    assert other.actor.account_id != entry.actor.account_id


def test_only_the_hash_of_a_token_is_kept_and_nothing_tells_it(site):
    token = hang(site)
    with reading(site.engine) as session:
        wall = session.exec(select(Wall)).one()
        assert wall.token_hash == hashlib.sha256(token.encode()).hexdigest()
        told = [entry.facts + str(entry.subject) for entry in session.exec(select(AuditEntry))]
    assert len(token) == 43
    assert [each for each in told if token in each or wall.token_hash in each] == []
    assert token not in repr(listed(site))


def test_a_link_that_is_none_is_refused_alike_whatever_is_wrong_with_it(site):
    token = hang(site)
    turned = token[:-1] + ("A" if token[-1] != "A" else "B")
    wrong = ["", "x", turned, token[:-1], token + "A", token.swapcase(), "网" * 43, "'" * 43]
    assert [outcome(lambda t=each: entered(site, t)) for each in wrong] == ["wall_not_found"] * len(wrong)
    assert outcome(lambda: entered(site, token)) == "ok"


def test_a_wall_taken_down_shows_nothing_from_then_on_and_cannot_be_taken_down_again(site):
    token, kept = hang(site), hang(site, name="会议室")
    wall = next(row for row in listed(site) if row.name == "便民大厅")
    down(site, wall.id)
    assert (outcome(lambda: entered(site, token)), outcome(lambda: entered(site, kept))) == ("wall_not_found", "ok")
    assert outcome(lambda: down(site, wall.id)) == "wall_not_found"
    rows = listed(site)
    assert [(row.name, row.revoked_at, row.disabled) for row in rows] == [
        ("会议室", None, False), ("便民大厅", NOW, True),
    ]  # fmt: skip


@pytest.mark.parametrize("change", ["disabled", "promoted", "moved"])
def test_a_wall_goes_dark_when_its_account_is_disabled_or_no_viewers_or_moved_elsewhere(site, change):
    entry = entered(site, token := hang(site, HUOPO))
    with transaction(site.engine) as session:
        account = session.get_one(Account, entry.actor.account_id)
        if change == "disabled":
            accounts.set_disabled(session, site.actors["administrator"], account.id, True, now=NOW)
        elif change == "promoted":
            account.role = Role.LEADER
        else:
            account.unit_id = site.units[JIAZHUANG]
    assert outcome(lambda: entered(site, token)) == "wall_not_found"


def test_nobody_signs_in_with_the_account_of_a_wall(site):
    entry = entered(site, token := hang(site))
    with transaction(site.engine) as session:
        tried = sessions.count_try(session, entry.actor.name, "10.0.0.9", now=NOW)
    assert [passwords.matches(tried.stored, guess) for guess in ("", token, entry.actor.name)] == [False] * 3
    with reading(site.engine) as session:
        assert sessions.signed_in(session, token, now=NOW) is None


def test_only_who_manages_hangs_lists_and_takes_down_and_only_in_their_own_scope(site):
    hang(site)
    wall_id = listed(site)[0].id
    may = {who: Permission.MANAGE in _permissions(actor) for who, actor in site.actors.items()}
    for call in (
        lambda who: hang(site, who=who), lambda who: listed(site, who=who), lambda who: _tried(site, wall_id, who),
    ):  # fmt: skip
        found = {who: outcome(lambda who=who, call=call: call(who)) for who in site.actors}
        assert found == {who: "ok" if allowed else "not_allowed" for who, allowed in may.items()}
    village = replace(site.actors["administrator"], unit_id=site.units[HUOPO], depth=2)
    with reading(site.engine) as session:
        assert outcome(lambda: walls.listed(session, village, site.units[TOWN])) == "unit_not_found"
        assert walls.listed(session, village, site.units[HUOPO]) == []
        for code in (TOWN, JIAZHUANG):
            tried = outcome(
                lambda code=code: walls.hang(
                    session, village, site.units[code], "x", [View.MAP], "zh", now=NOW
                )
            )  # fmt: skip
            assert tried == "unit_not_found"
        assert outcome(lambda: walls.take_down(session, village, wall_id, now=NOW)) == "wall_not_found"


def _permissions(actor):
    return [permission for permission in Permission if actor.may(permission)]


def _tried(site, wall_id, who):
    with reading(site.engine) as session:
        walls.take_down(session, site.actors[who], wall_id, now=NOW)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"name": "  "}, "wall_name_wrong"), ({"name": "x" * 61}, "wall_name_wrong"),
        ({"name": "a\nb"}, "wall_name_wrong"), ({"views": ()}, "wall_views_missing"),
        ({"language": "fr"}, "wall_views_missing"),
    ],
)  # fmt: skip
def test_a_wall_needs_a_name_a_view_and_a_language(site, options, code):
    assert outcome(lambda: hang(site, **options)) == code
    assert listed(site) == []


def test_forty_wrong_links_from_one_address_and_it_gets_no_answer_for_a_quarter_of_an_hour(site):
    def locked(address, now=NOW):
        with reading(site.engine) as session:
            return walls.locked(session, address, now=now)

    told = []
    for _ in range(40):
        told.append(locked("10.0.0.1"))
        with transaction(site.engine) as session:
            walls.count_wrong(session, "10.0.0.1", now=NOW)
    assert (set(told), locked("10.0.0.1"), locked("10.0.0.2")) == ({False}, True, False)
    assert locked("10.0.0.1", NOW + timedelta(minutes=16)) is False
    with transaction(site.engine) as session:
        assert sessions.count_try(session, "leader", "10.0.0.1", now=NOW).username == "leader"


def test_an_empty_unit_is_told_as_such_and_holds_no_number(site):
    row = shown(site)
    assert (row.stock.open, row.unanswered, row.whistles, row.longest, row.feed, row.held) == (0, 0, (), (), (), ())
    assert (row.level, row.smallest, row.smallest_level) == ("village", 4, "grid")
    assert [(place.name, place.tier, place.middle) for place in row.places] == [
        ("贾庄村", Tier.NONE, None), ("霍坡村", Tier.NONE, None),
    ]  # fmt: skip
    lowest = shown(site, GRID)
    assert (lowest.level, lowest.places, lowest.smallest_level) == (None, (), None)


def test_a_wall_counts_its_own_unit_and_nothing_else(site):
    for grid in (GRID, "411622204201001", "411622204201001"):
        site.report(by="leader", grid=grid, at=NOW - HOUR)
    found = {code: shown(site, code) for code in (TOWN, HUOPO, JIAZHUANG)}
    assert {code: row.stock.open for code, row in found.items()} == {TOWN: 3, HUOPO: 1, JIAZHUANG: 2}
    assert {code: len(row.feed) for code, row in found.items()} == {TOWN: 3, HUOPO: 1, JIAZHUANG: 2}
    assert {code: len(row.longest) for code, row in found.items()} == {TOWN: 3, HUOPO: 1, JIAZHUANG: 2}
    assert [(place.name, place.open) for place in found[TOWN].places] == [("贾庄村", 2), ("霍坡村", 1)]
    assert outcome(lambda: shown(site, JIAZHUANG, who="chief")) == "unit_not_found"
    assert outcome(lambda: shown(site, TOWN, who="department")) in {"not_allowed", "unit_not_found"}


def test_unanswered_whistles_are_listed_once_a_demand_with_all_who_were_called(site):
    demand_id = site.report(by="leader", at=NOW - 3 * DAY)
    with transaction(site.engine) as session:
        leader = site.actors["leader"]
        demands.accept(session, leader, demand_id, now=NOW - 2 * DAY)
        demands.whistle(session, leader, demand_id, site.departments["water"], now=NOW - 2 * DAY,
                        assist_ids=[site.departments["power"]])  # fmt: skip
    row = shown(site)
    assert (row.unanswered, row.unanswered_since, row.waiting[-1], row.waiting[0]) == (1, NOW - 2 * DAY, 1, 0)
    (found,) = row.whistles
    assert (found.category, found.place, found.asked_at) == ("供水供电", "霍坡村", NOW - 2 * DAY)
    assert len(found.departments) == 2
    with transaction(site.engine) as session:
        demands.answer(session, site.actors["department"], demand_id, now=NOW, reason="马上去")
    assert [len(each.departments) for each in shown(site, now=NOW + HOUR).whistles] == [1]


def test_the_departments_are_told_by_the_whistles_whose_limit_passed_and_what_waits_still_counts(site):
    leader, water, power = site.actors["leader"], site.departments["water"], site.departments["power"]

    def whistled(at, *, answered=None, grid=GRID):
        demand_id = site.report(by="leader", grid=grid, at=at)
        with transaction(site.engine) as session:
            demands.accept(session, leader, demand_id, now=at)
            demands.whistle(session, leader, demand_id, water, now=at, assist_ids=[power])
        if answered:
            with transaction(site.engine) as session:
                demands.answer(session, site.actors["department"], demand_id, now=answered, reason="马上去")

    whistled(NOW - 40 * DAY)
    whistled(NOW - 3 * DAY, answered=NOW - 3 * DAY + HOUR / 60)
    whistled(NOW - 3 * DAY, answered=NOW)
    whistled(NOW, grid="411622204201001")
    told = {
        code: [(row.department_en, row.in_time, row.due, row.unanswered) for row in shown(site, code).answers]
        for code in (TOWN, JIAZHUANG)
    }
    assert told == {TOWN: [("Power company", 0, 2, 3), ("Water company", 1, 2, 1)], JIAZHUANG: []}


def test_the_feed_tells_what_happened_last_first_by_class_and_village_only(site):
    site.report(by="leader", at=NOW - 2 * HOUR)
    site.report(by="member", at=NOW - HOUR, settled_on_the_spot="换了灯泡")
    told = [(row.at, row.what.value, row.category, row.place) for row in shown(site).feed]
    assert told == [
        (NOW - HOUR, "reported", "供水供电", "霍坡村"), (NOW - HOUR, "self_handled", "供水供电", "霍坡村"),
        (NOW - 2 * HOUR, "reported", "供水供电", "霍坡村"),
    ]  # fmt: skip


def test_nothing_anybody_wrote_and_no_villager_is_in_a_snapshot(site):
    site.report(by="leader", at=NOW - 2 * DAY)
    site.report(by="member", at=NOW - HOUR, settled_on_the_spot="换了灯泡")
    told = repr(shown(site))
    assert [word for word in ("霍某某", "13800002207", "路灯整排", "换了灯泡", "周网格") if word in told] == []


def test_a_snapshot_costs_the_same_number_of_statements_however_much_there_is(site):
    site.report(by="leader", at=NOW - DAY)
    few = statements(site)
    for _ in range(12):
        site.report(by="leader", at=NOW - DAY)
    assert statements(site) == few


def statements(site):
    counted = []

    def count(*_):
        counted.append(1)

    event.listen(site.engine, "before_cursor_execute", count)
    shown(site)
    event.remove(site.engine, "before_cursor_execute", count)
    return len(counted)


def profile() -> Profile:
    return sites.load("dawangzhuang")


@pytest.mark.parametrize(
    ("present", "level"),
    [
        ({"township": 1, "village": 20, "grid": 381}, "village"),
        ({"township": 1, "grid": 30}, "grid"),
        ({"township": 1}, None),
    ],
)
def test_a_wall_maps_the_ranking_level_or_the_next_one_below(site, present, level):
    with reading(site.engine) as session:
        unit = units.one(session, SYSTEM, site.units[TOWN])
    assert level_below(profile(), unit, present) == level


def test_of_too_many_villages_a_wall_shows_the_level_above(site):
    township = profile().levels[0]
    county = profile().model_copy(update={"levels": [replace_key(township, "county"), *profile().levels]})
    with reading(site.engine) as session:
        unit = replace(units.one(session, SYSTEM, site.units[TOWN]), level="county")
    few, many = ({"county": 1, "township": 20, "village": n, "grid": 9_000} for n in (MOST_UNITS, MOST_UNITS + 1))
    assert (level_below(county, unit, few), level_below(county, unit, many)) == ("village", "township")


def replace_key(level, key):
    return level.model_copy(update={"key": key})
