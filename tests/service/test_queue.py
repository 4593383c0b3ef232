from datetime import timedelta

import pytest
from sqlalchemy import event, text

from models.demands import State, Urgency
from services import callbacks, categories, demands, scenes, views
from services.access import SYSTEM
from services.database import reading, transaction
from services.demands import Filters, Order, requests
from services.errors import BadInput, NotFound
from tests.conftest import NOW
from tests.factories import town

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OTHER = "411622204201001"


@pytest.fixture
def site(engine):
    return town(engine)


@pytest.fixture
def sqlite_site(sqlite_engine):
    return town(sqlite_engine)


def act(site, who, verb, demand_id, at=NOW, **options):
    with transaction(site.engine) as session:
        return getattr(demands, verb)(session, site.actors[who], demand_id, now=at, **options)


def found(site, who="leader", order=Order.DEADLINE, **filters):
    with reading(site.engine) as session:
        page = demands.queue(session, site.actors[who], Filters(**filters), now=NOW, order=order)
        assert page.total == demands.count(session, site.actors[who], Filters(**filters), now=NOW)
        return [row.id for row in page.rows]


def plans(engine, run):
    """How SQLite would find the demands of each statement that `run` sends."""
    asked = [(sql, values) for sql, values in statements(engine, run) if "demands" in sql.partition("FROM")[2]]
    with engine.connect() as connection:
        return [
            " | ".join(row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values))
            for sql, values in asked
        ]


def statements(engine, run):
    """The statements that `run` sends, as SQL with its parameters."""
    sent = []

    def keep(_connection, _cursor, statement, parameters, _context, _many):
        sent.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", keep)
    try:
        run()
    finally:
        event.remove(engine, "before_cursor_execute", keep)
    return sent


def test_each_filter_finds_its_own_and_the_count_says_the_same(site):
    late = site.report(at=NOW - 30 * DAY)
    near = site.report(at=NOW - 23 * HOUR, urgency=Urgency.URGENT)
    fresh = site.report(by="leader", at=NOW - HOUR, grid=OTHER, urgency=Urgency.COMPLEX)
    settled = site.report(at=NOW - 2 * HOUR, settled_on_the_spot="换了灯泡")
    act(site, "chief", "accept", late)
    assert found(site) == [late, near, fresh]
    assert found(site, overdue=True) == [late]
    assert found(site, near_until=NOW + DAY) == [near]
    assert found(site, due_to=NOW + DAY) == [late, near]
    assert found(site, due_from=NOW, due_to=NOW + DAY) == [near]
    assert found(site, new=True) == [near, fresh]
    assert found(site, state=State.REGISTERED) == [late]
    assert found(site, urgency=Urgency.COMPLEX) == [fresh]
    assert found(site, level="village") == [late]
    assert found(site, unit_id=site.units["411622204201"]) == [fresh]
    assert found(site, category_id=site.categories["utilities"]) == [late, near, fresh]
    assert found(site, category_id=site.categories["roads"]) == []
    assert found(site, settled=True, open_only=False) == [settled]
    assert found(site, settled=False, open_only=False) == [late, near, fresh]
    assert found(site, reported_from=NOW - DAY, reported_to=NOW - HOUR, open_only=False) == [near, settled]
    assert found(site, "chief", mine=True) == [late]
    assert found(site, "member", mine=True) == [near]


def test_what_was_settled_after_a_period_s_end_counts_as_not_settled_in_it(site):
    demand_id = site.report(at=NOW - 10 * DAY)
    for verb, options in (("accept", {}), ("assign", {"unit_id": site.units["411622204202"]}), ("sign", {})):
        act(site, "chief", verb, demand_id, **options)
    act(site, "chief", "settle", demand_id, reason="修好了")
    assert found(site, settled=False, settled_to=NOW - DAY, open_only=False) == [demand_id]
    assert found(site, settled=True, settled_to=NOW - DAY, open_only=False) == []
    assert found(site, settled=True, settled_to=NOW + DAY, open_only=False) == [demand_id]


def test_a_demand_on_hold_is_not_near_and_not_late_before_its_day(site):
    demand_id = site.report(at=NOW - 5 * DAY)
    for verb, options in (("accept", {}), ("assign", {"unit_id": site.units["411622204202"]}), ("sign", {})):
        act(site, "chief", verb, demand_id, at=NOW - DAY, **options)
    assert found(site, near_until=NOW + 20 * DAY) == [demand_id]
    act(site, "leader", "suspend", demand_id, at=NOW - DAY, until=NOW + HOUR, reason="等料")
    assert found(site, near_until=NOW + 20 * DAY) == []
    assert found(site, overdue=True) == []


def test_a_whistle_past_its_limit_and_without_answer_is_found_until_it_is_answered(site):
    demand_id = site.report(at=NOW - 5 * DAY)
    act(site, "chief", "accept", demand_id, at=NOW - 5 * DAY)
    act(site, "chief", "whistle", demand_id, at=NOW - 4 * DAY, lead_id=site.departments["water"])
    assert found(site, unanswered=True) == found(site, whistled=True) == [demand_id]
    act(site, "department", "answer", demand_id, reason="下午到")
    assert (found(site, unanswered=True), found(site, whistled=True)) == ([], [demand_id])


@pytest.mark.parametrize("words", ["%", "_", "!", "100%", "a_b", "!%"])
def test_signs_that_sql_reads_as_anything_are_searched_for_as_they_are(site, words):
    site.report(text="村口的路灯不亮。")
    wanted = site.report(text=f"写着 {words} 的牌子倒了。")
    assert found(site, text=words) == [wanted]


def test_the_search_reads_number_title_text_and_place_in_any_case(site):
    demand_id = site.report(text="第一句。后面写着 ABC。", place="水塔旁 Gate")
    with reading(site.engine) as session:
        reference = demands.detail(session, SYSTEM, demand_id).row.reference
    for words in (reference.lower(), "第一句", "abc", "gate", f"  {reference}  "):
        assert found(site, text=words) == [demand_id]
    assert found(site, text="没有这句") == []


def test_urgent_ones_come_first_by_urgency_and_the_newest_first_by_day(site):
    general = site.report(at=NOW - 3 * DAY)
    urgent = site.report(at=NOW - 2 * HOUR, urgency=Urgency.URGENT)
    complex_one = site.report(at=NOW - HOUR, urgency=Urgency.COMPLEX)
    assert found(site, order=Order.URGENCY) == [urgent, general, complex_one]
    assert found(site, order=Order.NEWEST) == [complex_one, urgent, general]


def test_the_pages_together_are_the_whole_list_once(site):
    ids = {site.report(at=NOW - number * HOUR) for number in range(7)}
    with reading(site.engine) as session:
        pages = [demands.queue(session, SYSTEM, Filters(), now=NOW, page=number, size=3) for number in (1, 2, 3, 4)]
    assert [len(page.rows) for page in pages] == [3, 3, 1, 0]
    assert {row.id for page in pages for row in page.rows} == ids
    assert {page.total for page in pages} == {7}


def test_a_list_of_fifty_costs_as_many_statements_as_a_list_of_five(site):
    for number in range(5):
        site.report(at=NOW - number * HOUR)

    def ask():
        with reading(site.engine) as session:
            demands.queue(session, site.actors["chief"], Filters(unit_id=site.units["411622204202"]), now=NOW)

    few = statements(site.engine, ask)
    for number in range(45):
        site.report(at=NOW - number * HOUR)
    many = statements(site.engine, ask)
    assert [sql for sql, _ in few] == [sql for sql, _ in many]
    assert sum("FROM demands" in sql for sql, _ in many) == 2


def test_one_demand_costs_as_many_statements_with_a_long_history_as_with_a_short_one(site):
    demand_id = site.report()

    def look():
        with reading(site.engine) as session:
            demands.detail(session, site.actors["leader"], demand_id)

    short = statements(site.engine, look)
    act(site, "chief", "accept", demand_id)
    act(site, "chief", "whistle", demand_id, lead_id=site.departments["water"], assist_ids=[site.departments["power"]])
    act(site, "department", "answer", demand_id, reason="到")
    assert len(statements(site.engine, look)) == len(short)


@pytest.mark.parametrize(
    ("who", "unit", "filters", "index"),
    [
        ("leader", "411622204", {}, "ix_demands_open_a1_id"),
        ("leader", "411622204", {"overdue": True}, "ix_demands_open_a1_id"),
        ("leader", "411622204202", {"overdue": True}, "ix_demands_open_a2_id"),
        ("chief", "411622204202001", {}, "ix_demands_open_a3_id"),
        ("chief", None, {"due_to": NOW + DAY}, "ix_demands_open_a2_id"),
    ],
)
def test_sqlite_reads_the_queue_from_the_index_of_open_demands_of_the_smallest_subtree(
    sqlite_site, who, unit, filters, index
):
    site = sqlite_site
    chosen = Filters(unit_id=site.units[unit] if unit else None, **filters)

    def ask():
        with reading(site.engine) as session:
            demands.queue(session, site.actors[who], chosen, now=NOW)

    told = plans(site.engine, ask)
    assert len(told) == 2
    assert all(f"demands USING INDEX {index}" in plan or f"COVERING INDEX {index}" in plan for plan in told), told
    assert not any("SCAN demands" in plan for plan in told), told


def test_sqlite_needs_no_sort_for_the_order_by_deadline_but_for_equal_ones(sqlite_site):
    site = sqlite_site

    def ask():
        with reading(site.engine) as session:
            demands.queue(session, site.actors["leader"], Filters(unit_id=site.units["411622204"]), now=NOW)

    sql, values = next(each for each in statements(site.engine, ask) if "ORDER BY demands.due_at" in each[0])
    with site.engine.connect() as connection:
        plan = " | ".join(row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values))
    assert "TEMP B-TREE FOR ORDER BY" not in plan


def test_no_filter_shows_a_chief_another_village_and_a_unit_outside_is_not_found(site):
    site.report(by="leader", grid=OTHER)
    assert found(site, "chief") == []
    assert found(site, "chief", open_only=False, text="路灯") == []
    with reading(site.engine) as session, pytest.raises(NotFound, match="unit_not_found"):
        demands.queue(session, site.actors["chief"], Filters(unit_id=site.units[OTHER]), now=NOW)


def test_a_department_sees_what_was_put_to_it_or_whistled_for_and_nothing_else(site):
    given, called, hidden = site.report(), site.report(), site.report()
    for demand_id in (given, called, hidden):
        act(site, "chief", "accept", demand_id)
    act(site, "chief", "assign", given, department_id=site.departments["water"])
    act(site, "chief", "whistle", called, lead_id=site.departments["water"])
    assert sorted(found(site, "department")) == [given, called]
    assert found(site, "department", mine=True) == [given]


def test_alike_and_near_are_the_same_category_and_village_within_ninety_days(site):
    here = site.report(at=NOW - DAY)
    near = site.report(by="chief", at=NOW - 2 * DAY, grid="411622204202002")
    site.report(by="leader", grid=OTHER)
    site.report(at=NOW - 200 * DAY)
    with reading(site.engine) as session:
        reference = demands.detail(session, SYSTEM, near).row.reference
        assert [row.reference for row in demands.similar(session, site.actors["chief"], here)] == [reference]


def test_the_time_each_held_it_adds_up_and_stands_still_once_settled(site):
    demand_id = site.report(at=NOW)
    act(site, "chief", "accept", demand_id, at=NOW + 2 * HOUR)
    act(site, "chief", "assign", demand_id, at=NOW + 5 * HOUR, department_id=site.departments["water"])
    act(site, "department", "sign", demand_id, at=NOW + 6 * HOUR)
    act(site, "department", "settle", demand_id, at=NOW + 30 * HOUR, reason="通水了")
    with reading(site.engine) as session:
        events = demands.detail(session, SYSTEM, demand_id).events
    water = site.departments["water"]
    assert [(row.level, row.department_id, row.span) for row in demands.held(events, now=NOW + 90 * DAY)] == [
        ("grid", None, 2 * HOUR), ("village", None, 3 * HOUR), ("county", water, 25 * HOUR),
    ]  # fmt: skip


def test_a_saved_view_is_its_owner_s_alone_and_the_same_name_replaces_it(site):
    with transaction(site.engine) as session:
        first = views.save(session, site.actors["chief"], " 只看水 ", {"category": "utilities.water"})
        assert views.save(session, site.actors["chief"], "只看水", {"category": "utilities"}) == first
        assert [(row.name, row.filters) for row in views.listed(session, site.actors["chief"])] == [
            ("只看水", {"category": "utilities"})
        ]
        assert views.listed(session, site.actors["leader"]) == []
        with pytest.raises(NotFound, match="view_not_found"):
            views.delete(session, site.actors["leader"], first)
        views.delete(session, site.actors["chief"], first)
        assert views.listed(session, site.actors["chief"]) == []


@pytest.mark.parametrize("name", ["", "   ", "长" * 41])
def test_a_view_needs_a_short_name(site, name):
    with transaction(site.engine) as session, pytest.raises(BadInput, match="view_name_wrong"):
        views.save(session, site.actors["chief"], name, {})


def test_an_account_keeps_twelve_views(site):
    with transaction(site.engine) as session:
        for number in range(12):
            views.save(session, site.actors["chief"], f"视图{number}", {})
        with pytest.raises(BadInput, match="views_full"):
            views.save(session, site.actors["chief"], "第十三个", {})


def test_the_department_usually_called_for_a_category_is_known(site):
    with reading(site.engine) as session:
        rows = demands.departments(session, site.actors["chief"])
        codes = {row.code for row in categories.tree(session, site.actors["chief"])}
    usual = {code: row.code for row in rows for code in row.categories}
    assert (usual["utilities.power"], usual["utilities.water"], usual["roads"]) == ("power", "water", "transport")
    assert set(usual) == codes


@pytest.mark.parametrize(
    ("ask", "found_by"),
    [
        (
            lambda session, actor, _: demands.count(session, actor, Filters(urged=True, mine=True), now=NOW),
            "ix_demand_events_urged",
        ),
        (lambda session, actor, _: requests.waiting(session, actor, now=NOW), "uq_requests_waiting"),
        (callbacks.desk, "ix_demands_waiting (state=?"),
        (lambda session, actor, town: scenes.to_scene(session, actor, town, NOW - DAY, NOW), "ix_demands_on_scene"),
    ],
    ids=["urged", "requests", "desk", "scene"],
)
def test_sqlite_finds_what_few_demands_have_without_reading_a_whole_town(sqlite_site, ask, found_by):
    site = sqlite_site

    def read():
        with reading(site.engine) as session:
            ask(session, site.actors["leader"], site.units["411622204"])

    (plan,) = plans(site.engine, read)
    assert found_by in plan
    assert "ix_demands_open" not in plan
    assert "ix_demands_all" not in plan


def test_postgresql_reads_the_queue_from_an_index_once_there_is_something_to_read(site):
    if site.engine.dialect.name != "postgresql":
        pytest.skip("the plan of PostgreSQL")
    for number in range(60):
        site.report(at=NOW - number * HOUR)
    with site.engine.begin() as connection:  # most of a ledger is over and done with
        done = "state = 'closed', is_open = FALSE, settled_at = reported_at, closed_at = reported_at"
        connection.execute(text(f"UPDATE demands SET {done} WHERE id % 10 > 0"))
        connection.execute(text("ANALYZE demands"))
    sent = statements(site.engine, lambda: found(site, overdue=True, unit_id=site.units["411622204202"]))
    sql, values = next((sql, values) for sql, values in sent if "count(" in sql)
    with reading(site.engine) as session:
        connection = session.connection()
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        plan = "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {sql}", values))
    assert "ix_demands_open_a2_id" in plan
