from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlmodel import select

from models.demands import Demand, State, Urgency, Whistle
from services import demands, escalations
from services.access import SYSTEM
from services.database import reading, transaction
from services.errors import NotAllowed, NotFound
from services.escalations import Narrowing, Only
from tests.conftest import NOW
from tests.factories import town

HOUR = timedelta(hours=1)
GRID, OTHER_GRID, VILLAGE = "411622204202001", "411622204201001", "411622204202"


@pytest.fixture
def site(engine):
    return town(engine)


def held(site, level, *, due, since=HOUR, grid=GRID, by="member"):
    """An open demand that `level` has held for `since` and that falls due `due` after NOW."""
    demand_id = site.report(by=by, grid=grid)
    with transaction(site.engine) as session:
        demand = session.get_one(Demand, demand_id)
        demand.level, demand.due_at, demand.level_since = level, NOW + due, NOW - since
        return demand.reference


def board(site, who="leader", **options):
    with reading(site.engine) as session:
        return escalations.board(session, site.actors.get(who, SYSTEM), now=NOW, **options)


def heads(found):
    return [(lane.level, lane.count, lane.late, lane.held) for lane in found.lanes]


def references(found, level):
    return [card.row.reference for lane in found.lanes if lane.level == level for card in lane.cards]


def whistle(site, reference, by="chief", asked=NOW, **who):
    with transaction(site.engine) as session:
        demand_id = demands.reads.find(session, site.actors[by], reference)
        demands.accept(session, site.actors[by], demand_id, now=asked)
        demands.whistle(session, site.actors[by], demand_id, now=asked, **who)
        return demand_id


def test_a_lane_stands_for_each_level_of_the_chain_with_its_counts_and_the_median_time_held(site):
    for since in (2, 4, 9):
        held(site, "grid", due=HOUR, since=since * HOUR)
    held(site, "village", due=-HOUR, since=2 * HOUR)
    held(site, "village", due=90 * HOUR, since=5 * HOUR)
    found = board(site)
    assert heads(found) == [
        ("grid", 3, 0, 4 * HOUR), ("village", 2, 1, 3.5 * HOUR), ("township", 0, 0, None), ("county", 0, 0, None),
    ]  # fmt: skip
    assert (found.open, found.late, found.near, found.whistled) == (5, 1, 3, 0)


def test_cards_stand_by_their_clock_the_longest_late_first(site):
    in_time, near, late, later = (held(site, "grid", due=hours * HOUR) for hours in (80, 3, -2, -30))
    assert references(board(site), "grid") == [later, late, near, in_time]


def test_a_level_outside_the_chain_has_its_lane_while_it_holds_something(site):
    held(site, "natural_village", due=HOUR)
    held(site, "county", due=HOUR)
    assert [lane.level for lane in board(site).lanes] == ["grid", "natural_village", "village", "township", "county"]


def test_someone_below_sees_the_lanes_above_only_where_their_own_cases_climbed(site):
    held(site, "village", due=HOUR, grid=OTHER_GRID, by="leader")
    mine = held(site, "grid", due=HOUR)
    assert heads(board(site, "member")) == [("grid", 1, 0, HOUR)]
    climbed = held(site, "township", due=-HOUR)
    assert [(lane.level, lane.count) for lane in board(site, "member").lanes] == [("grid", 1), ("township", 1)]
    assert references(board(site, "member"), "grid") + references(board(site, "member"), "township") == [mine, climbed]


def test_a_department_sees_what_it_was_called_to(site):
    called = held(site, "village", due=HOUR)
    held(site, "village", due=HOUR)
    whistle(site, called, lead_id=site.departments["water"])
    found = board(site, "department")
    assert [(lane.level, lane.count) for lane in found.lanes][-1] == ("county", 0)
    assert references(found, "village") == [called]


def test_a_department_sees_since_when_its_oldest_call_waits(site):
    called = held(site, "village", due=90 * HOUR)
    whistle(site, called, lead_id=site.departments["water"])
    with transaction(site.engine) as session:
        asked = session.exec(select(Whistle)).one()
        asked.asked_at, asked.answer_due_at = NOW - 60 * HOUR, NOW - HOUR
    for only in (None, Only.UNANSWERED, Only.WHISTLED):
        found = board(site, "department", only=only)
        assert (found.unanswered, found.oldest_asked_at) == (1, NOW - 60 * HOUR)
        assert references(found, "village") == [called]


def test_each_filter_keeps_exactly_the_cases_that_its_number_counts(site):
    late, near, asleep, _ = (held(site, "grid", due=hours * HOUR) for hours in (-2, 20, 50, 60))
    called, silent = (held(site, "village", due=hours * HOUR) for hours in (70, 80))
    whistle(site, called, lead_id=site.departments["water"])
    with transaction(site.engine) as session:
        demand = session.exec(select(Demand).where(Demand.reference == asleep)).one()
        demand.state, demand.suspended_until = State.SUSPENDED, NOW + 40 * HOUR
        demand = session.exec(select(Demand).where(Demand.reference == silent)).one()
        asked = {"asked_at": NOW - 9 * HOUR, "answer_due_at": NOW - HOUR}
        session.add(Whistle(demand_id=demand.id, department_id=site.departments["power"], lead=True, **asked))
    found = {only: board(site, only=only) for only in Only}
    assert {only: sum(lane.count for lane in each.lanes) for only, each in found.items()} == {
        **dict.fromkeys(Only, 1), Only.WHISTLED: 2,
    }  # fmt: skip
    assert references(found[Only.LATE], "grid") == [late]
    assert references(found[Only.NEAR], "grid") == [near]
    assert references(found[Only.WHISTLED], "village") == [called, silent]
    assert references(found[Only.UNANSWERED], "village") == [silent]
    assert references(found[Only.SUSPENDED], "grid") == [asleep]
    assert {
        (each.open, each.late, each.near, each.whistled, each.unanswered, each.suspended, each.oldest_asked_at)
        for each in found.values()
    } == {(6, 1, 1, 2, 1, 1, NOW - 9 * HOUR)}
    with reading(site.engine) as session:
        for only, each in found.items():
            for lane in each.lanes:
                narrowed = escalations.filters_of(None, lane.level, only, NOW + timedelta(hours=24))
                assert demands.count(session, site.actors["leader"], narrowed, now=NOW) == lane.count


def test_a_card_carries_its_whistles_lead_first(site):
    called = held(site, "village", due=HOUR)
    demand_id = whistle(
        site, called, lead_id=site.departments["water"], assist_ids=[site.departments["power"]], asked=NOW
    )
    with transaction(site.engine) as session:
        demands.answer(session, site.actors["other_department"], demand_id, now=NOW, reason="马上到")
    (card,) = next(lane.cards for lane in board(site).lanes if lane.level == "village")
    assert [(each.department, each.lead, each.answered_at) for each in card.whistles] == [
        ("县供水公司", True, None), ("县供电公司", False, NOW),
    ]  # fmt: skip


def test_a_lane_is_paged_by_nine_and_a_page_beyond_the_last_is_the_last(site):
    made = [held(site, "grid", due=hours * HOUR) for hours in range(1, 15)]
    first, second = board(site), board(site, pages={"grid": 7})
    assert (references(first, "grid"), references(second, "grid")) == (made[:9], made[9:])
    heads_of_lanes = [(each.lanes[0].count, each.lanes[0].page, each.lanes[0].pages) for each in (first, second)]
    assert heads_of_lanes == [(14, 1, 2), (14, 2, 2)]


def test_a_board_of_one_unit_holds_only_its_subtree(site):
    held(site, "grid", due=HOUR, grid=OTHER_GRID, by="leader")
    mine = held(site, "grid", due=HOUR)
    found = board(site, unit_id=site.units[VILLAGE])
    assert (found.open, references(found, "grid")) == (1, [mine])


def test_nobody_sees_the_board_of_a_unit_outside_their_own(site):
    with pytest.raises(NotFound):
        board(site, "other_chief", unit_id=site.units[VILLAGE])
    with pytest.raises(NotAllowed):
        board(site, "viewer")


def test_an_empty_board_says_so_in_every_lane(site):
    assert heads(board(site)) == [(level, 0, 0, None) for level in ("grid", "village", "township", "county")]


def test_the_number_of_statements_does_not_grow_with_the_cases(site):
    def statements():
        seen = []
        with reading(site.engine) as session:
            bind = session.get_bind()
            event.listen(bind, "before_cursor_execute", lambda *args: seen.append(args[2]))
            escalations.board(session, site.actors["leader"], now=NOW, unit_id=site.units["411622204"])
        return len(seen)

    held(site, "grid", due=HOUR)
    held(site, "village", due=HOUR)
    few = statements()
    for hours in range(12):
        held(site, "grid", due=hours * HOUR)
        held(site, "village", due=-hours * HOUR)
    assert statements() == few


def test_the_whole_board_is_narrowed_to_a_category_an_urgency_or_a_text(site):
    lamp = held(site, "grid", due=HOUR)
    other = site.report(text="村口水管漏水")
    with transaction(site.engine) as session:
        demand = session.get_one(Demand, other)
        demand.category_id, demand.urgency = site.categories["utilities.water"], Urgency.URGENT
        other = demand.reference
    for narrowing, wanted in (
        (Narrowing(category_id=site.categories["utilities"]), {lamp, other}),
        (Narrowing(category_id=site.categories["utilities.water"]), {other}),
        (Narrowing(urgency=Urgency.URGENT), {other}),
        (Narrowing(text="路灯"), {lamp}),
    ):
        found = board(site, narrowing=narrowing)
        assert {card.row.reference for lane in found.lanes for card in lane.cards} == wanted
        assert (found.open, sum(lane.count for lane in found.lanes)) == (len(wanted), len(wanted))
        with reading(site.engine) as session:
            same = escalations.filters_of(None, None, None, NOW, narrowing)
            assert demands.count(session, site.actors["leader"], same, now=NOW) == len(wanted)


def test_a_card_tells_how_long_each_level_held_the_case_and_the_clock_of_the_present_one(site):
    demand_id = site.report(at=NOW - 30 * HOUR)
    with transaction(site.engine) as session:
        demands.accept(session, site.actors["chief"], demand_id, now=NOW - 26 * HOUR)
        demands.escalate(session, site.actors["chief"], demand_id, now=NOW - 2 * HOUR, reason="要乡里协调")
    (card,) = next(lane.cards for lane in board(site).lanes if lane.level == "township")
    assert [(each.level, each.span) for each in card.held] == [
        ("grid", 4 * HOUR), ("village", 24 * HOUR), ("township", 2 * HOUR),
    ]  # fmt: skip
    with reading(site.engine) as session:
        own = session.get_one(Demand, demand_id)
    assert (card.row.level_due_at, card.row.due_at) == (own.level_due_at, own.due_at)
    assert card.row.level_due_at > card.row.due_at


def test_of_a_department_called_again_a_card_shows_the_last_call_alone(site):
    called, water = held(site, "village", due=HOUR), site.departments["water"]
    demand_id = whistle(site, called, lead_id=water)
    with transaction(site.engine) as session:
        demands.answer(session, site.actors["department"], demand_id, now=NOW + HOUR, reason="到")
        demands.whistle(session, site.actors["chief"], demand_id, water, now=NOW + 2 * HOUR)
    (card,) = next(lane.cards for lane in board(site).lanes if lane.level == "village")
    assert [(each.number, each.answered_at) for each in card.whistles] == [(2, None)]


def test_what_an_outside_body_has_stands_in_a_lane_of_its_own_after_all_levels(site):
    demand_id = site.report()
    with transaction(site.engine) as session:
        demands.accept(session, site.actors["chief"], demand_id, now=NOW)
        demands.assign(session, site.actors["chief"], demand_id, now=NOW, department_id=site.departments["bank"])
    assert [(lane.level, lane.count) for lane in board(site).lanes] == [
        ("grid", 0), ("village", 0), ("township", 0), ("county", 0), ("outside", 1),
    ]  # fmt: skip
