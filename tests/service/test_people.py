import json
from datetime import date, timedelta

import pytest
from sqlalchemy import event
from sqlmodel import select

from models.accounts import PERMISSIONS, Permission, Role
from models.audit import AuditEntry
from models.households import Household
from models.people import Person, Post, PostRole
from services import households, people
from services.access import Actor
from services.database import reading, transaction
from services.errors import BadInput, NotAllowed, NotFound, Refused
from tests.conftest import NOW
from tests.factories import town

TODAY = date(2026, 11, 20)
TOP, VILLAGE, OTHER_VILLAGE, GRID = "411622204", "411622204202", "411622204201", "411622204202001"


def listed(engine, made, by="administrator", unit=TOP, **options) -> people.ServingPage:
    with reading(engine) as session:
        return people.serving(session, made.actors[by], made.units[unit], options.pop("on", TODAY), **options)


def past(engine, made, code: str) -> list[tuple]:
    with reading(engine) as session:
        rows = people.history(session, made.actors["administrator"], made.units[code])
    return [(row.name, row.role.value, row.starts_on, row.ends_on) for row in rows]


def test_vacant_posts_come_first_and_every_unit_names_who_answers(engine):
    page = listed(engine, town(engine))
    assert (page.total, page.vacant) == (7, 4)
    assert [(row.code, [post.name for post in row.answering]) for row in page.rows] == [
        ("411622204201", []), ("411622204201001", []), ("411622204201002", []), ("411622204202002", []),
        ("411622204", ["王书记"]), ("411622204202", ["霍支书"]), ("411622204202001", ["周网格"]),
    ]  # fmt: skip
    last = page.rows[-1]
    assert (last.name, last.parent, last.parent_en, last.level) == ("第1网格", "霍坡村", "Huopo Village", "grid")
    assert last.answering[0].phone == "13900001111"


def test_units_are_kept_by_level_vacancy_and_words_and_counted_before_they_are_paged(engine):
    made = town(engine)
    grids = listed(engine, made, level="grid", size=2, page=2)
    assert (grids.total, grids.vacant, [row.code for row in grids.rows]) == (4, 3, ["411622204202002", GRID])
    vacant = listed(engine, made, level="grid", vacant_only=True)
    assert (vacant.total, vacant.vacant, len(vacant.rows)) == (3, 3, 3)
    assert [row.code for row in listed(engine, made, text=" 周网 ").rows] == [GRID]
    assert [row.code for row in listed(engine, made, text="huopo").rows] == [VILLAGE]
    assert listed(engine, made, text="100%_").rows == ()


def test_a_page_of_units_costs_a_fixed_number_of_queries(engine):
    made = town(engine)
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    counts = []
    for size in (1, 50):
        asked.clear()
        listed(engine, made, size=size)
        counts.append(len([statement for statement in asked if statement.startswith("SELECT")]))
    assert counts == [4, 4]


def test_a_cadre_or_a_party_member_helps_but_does_not_fill_the_post(engine):
    made = town(engine)
    with transaction(engine) as session:
        administrator = made.actors["administrator"]
        who = people.add(session, administrator, "刘下沉", now=NOW, phone=" ", party_member=True)
        grid = made.units["411622204201001"]
        people.appoint(session, administrator, grid, PostRole.PARTY_MEMBER, who, TODAY, now=NOW)
    row = next(row for row in listed(engine, made).rows if row.code == "411622204201001")
    assert (row.answering, [(post.name, post.phone) for post in row.helping]) == ((), [("刘下沉", None)])


def test_who_answers_is_asked_of_a_day(engine):
    made = town(engine)
    assert listed(engine, made, on=date(2023, 12, 31)).vacant == 7
    assert listed(engine, made, on=date(2024, 1, 1)).vacant == 4


def test_a_new_holder_ends_the_one_before_and_the_history_keeps_both(engine):
    made = town(engine)
    administrator = made.actors["administrator"]
    with transaction(engine) as session:
        who = people.add(session, administrator, " 李接任 ", now=NOW)
        people.appoint(session, administrator, made.units[GRID], PostRole.GRID_MEMBER, who, TODAY, now=NOW)
    assert past(engine, made, GRID) == [
        ("李接任", "grid_member", TODAY, None),
        ("周网格", "grid_member", date(2024, 1, 1), TODAY),
    ]
    row = listed(engine, made, text="李接任").rows[0]
    assert [post.name for post in row.answering] == ["李接任"]
    assert [post.name for post in listed(engine, made, on=TODAY - timedelta(days=1), unit=GRID).rows[0].answering] == [
        "周网格"
    ]


def test_a_post_ends_on_a_day_and_is_then_vacant(engine):
    made = town(engine)
    administrator = made.actors["administrator"]
    with reading(engine) as session:
        post = people.history(session, administrator, made.units[VILLAGE])[0]
    with transaction(engine) as session:
        people.end(session, administrator, post.id, TODAY, now=NOW)
    assert past(engine, made, VILLAGE) == [("霍支书", "chief", date(2024, 1, 1), TODAY)]
    assert listed(engine, made, unit=VILLAGE, level="village").vacant == 1
    with transaction(engine) as session, pytest.raises(Refused) as caught:
        people.end(session, administrator, post.id, TODAY + timedelta(days=5), now=NOW)
    assert caught.value.code == "post_ended"


@pytest.mark.parametrize("day", [date(2024, 1, 1), date(2023, 6, 1)])
def test_no_post_ends_before_it_began(sqlite_engine, day):
    made = town(sqlite_engine)
    administrator = made.actors["administrator"]
    with transaction(sqlite_engine) as session:
        post = people.history(session, administrator, made.units[GRID])[0]
        with pytest.raises(BadInput) as caught:
            people.end(session, administrator, post.id, day, now=NOW)
        assert (caught.value.code, caught.value.facts) == ("post_dates", {"day": date(2024, 1, 1)})
        with pytest.raises(BadInput):
            people.appoint(
                session, administrator, made.units[GRID], PostRole.GRID_MEMBER, made.people["王书记"], day, now=NOW
            )
    assert past(sqlite_engine, made, GRID) == [("周网格", "grid_member", date(2024, 1, 1), None)]


def test_nobody_is_given_the_post_they_hold(sqlite_engine):
    made = town(sqlite_engine)
    actor, who = made.actors["administrator"], made.people["周网格"]
    with transaction(sqlite_engine) as session, pytest.raises(BadInput) as caught:
        people.appoint(session, actor, made.units[GRID], PostRole.GRID_MEMBER, who, TODAY, now=NOW)
    assert caught.value.code == "post_held"


@pytest.mark.parametrize("role", [role for role in Role if Permission.MANAGE not in PERMISSIONS[role]])
def test_only_who_manages_changes_posts(sqlite_engine, role):
    made = town(sqlite_engine)
    actor = Actor(account_id=1, name="x", role=role, unit_id=made.units[TOP], depth=1)
    with transaction(sqlite_engine) as session:
        with pytest.raises(NotAllowed):
            people.add(session, actor, "新人", now=NOW)
        with pytest.raises(NotAllowed):
            people.appoint(session, actor, made.units[GRID], PostRole.GRID_MEMBER, 1, TODAY, now=NOW)
        with pytest.raises(NotAllowed):
            people.end(session, actor, 1, TODAY, now=NOW)
        with pytest.raises(NotAllowed):
            people.find(session, actor, "", TODAY)


def test_posts_and_people_outside_the_scope_do_not_exist_for_an_administrator_of_a_village(engine):
    made = town(engine)
    actor = Actor(account_id=1, name="x", role=Role.ADMINISTRATOR, unit_id=made.units[OTHER_VILLAGE], depth=2)
    with transaction(engine) as session:
        people.add(session, made.actors["administrator"], "张无职", now=NOW)
        assert [(row.name, row.posts) for row in people.find(session, actor, "", TODAY)] == [("张无职", ())]
        with pytest.raises(NotFound):
            people.serving(session, actor, made.units[GRID], TODAY)
        with pytest.raises(NotFound):
            people.history(session, actor, made.units[GRID])
        post = people.history(session, made.actors["administrator"], made.units[GRID])[0]
        with pytest.raises(NotFound) as caught:
            people.end(session, actor, post.id, TODAY, now=NOW)
        assert caught.value.code == "post_not_found"
        for unit, person in ((made.units[GRID], "周网格"), (made.units["411622204201001"], "周网格")):
            with pytest.raises(NotFound):
                people.appoint(session, actor, unit, PostRole.GRID_MEMBER, made.people[person], TODAY, now=NOW)


def test_people_are_found_by_name_with_the_posts_they_hold(engine):
    made = town(engine)
    with reading(engine) as session:
        found = people.find(session, made.actors["administrator"], "支", TODAY)
    assert found == [
        people.PersonRow(made.people["霍支书"], "霍支书", "13900001111", ((PostRole.CHIEF, "霍坡村", "Huopo Village"),))
    ]


def test_phones_are_masked_for_those_who_may_not_see_personal_data(engine):
    made = town(engine)
    page = listed(engine, made, by="viewer", unit=GRID)
    assert [post.phone for row in page.rows for post in row.answering] == ["139****1111"]


def test_a_change_of_posts_is_logged_by_ids_without_name_or_phone(engine):
    made = town(engine)
    administrator = made.actors["administrator"]
    with transaction(engine) as session:
        who = people.add(session, administrator, "李接任", phone="13700002222", now=NOW)
        new = people.appoint(session, administrator, made.units[GRID], PostRole.GRID_MEMBER, who, TODAY, now=NOW)
    with reading(engine) as session:
        entries = session.exec(select(AuditEntry).order_by(AuditEntry.id)).all()
        old = session.exec(select(Post.id).where(Post.ends_on == TODAY)).one()
        assert session.exec(select(Person.name).where(Person.id == who)).one() == "李接任"
    assert [(row.action, row.subject, json.loads(row.facts)) for row in entries] == [
        ("people.add", None, {"person": who}),
        ("posts.end", GRID, {"role": "grid_member", "person": made.people["周网格"], "post": old, "to": "2026-11-20"}),
        ("posts.begin", GRID, {"role": "grid_member", "person": who, "post": new, "from": "2026-11-20"}),
    ]


def test_a_person_needs_a_name(sqlite_engine):
    made = town(sqlite_engine)
    with transaction(sqlite_engine) as session, pytest.raises(BadInput) as caught:
        people.add(session, made.actors["administrator"], "  ", now=NOW)
    assert caught.value.code == "name_missing"


def test_households_are_listed_by_unit_and_masked_without_permission(engine):
    made = town(engine)
    with transaction(engine) as session:
        for number in range(3):
            session.add(
                Household(
                    unit_id=made.units[GRID],
                    head="霍某某",
                    phone="13800002207",
                    address=f"{number}号",
                    people_count=number + 2,
                )
            )
    with reading(engine) as session:
        seen = households.listed(session, made.actors["chief"], made.units[VILLAGE], page=2, size=2)
        masked = households.listed(session, made.actors["viewer"], made.units[TOP], size=1)
        with pytest.raises(NotFound):
            households.listed(session, made.actors["other_chief"], made.units[GRID])
    assert (seen.total, seen.people) == (3, 9)
    assert [(row.unit, row.address, row.people_count, row.head, row.phone) for row in seen.rows] == [
        ("第1网格", "2号", 4, "霍某某", "13800002207")
    ]
    assert [(row.head, row.phone) for row in masked.rows] == [("霍**", "138****2207")]
