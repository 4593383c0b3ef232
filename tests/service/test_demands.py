from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from models.demands import Demand, State, Verb
from models.people import Post, PostRole
from services import demands
from services.database import reading, transaction
from services.errors import ChangedMeanwhile, NotAllowed, NotFound, Refused
from tests.conftest import NOW
from tests.factories import town


@pytest.fixture
def site(engine):
    return town(engine)


def act(site, who, verb, demand_id, **options):
    with transaction(site.engine) as session:
        return getattr(demands, verb)(session, site.actors[who], demand_id, now=NOW + timedelta(hours=1), **options)


def test_a_demand_walks_the_whole_chain_and_its_events_rebuild_it(site):
    demand_id = site.report()
    act(site, "chief", "accept", demand_id)
    act(site, "chief", "assign", demand_id, department_id=site.departments["water"])
    act(site, "department", "sign", demand_id)
    act(site, "chief", "whistle", demand_id, lead_id=site.departments["power"], assist_ids=[site.departments["water"]])
    act(site, "other_department", "answer", demand_id, reason="马上到")
    act(site, "department", "settle", demand_id, reason="换了保险")
    act(site, "chief", "pass_check", demand_id)
    act(site, "chief", "close", demand_id, reason="到现场看过")
    with reading(site.engine) as session:
        found = demands.detail(session, site.actors["chief"], demand_id)
        assert [event.verb for event in found.events] == [
            Verb.REPORT, Verb.SUBMIT, Verb.ACCEPT, Verb.ASSIGN, Verb.SIGN, Verb.WHISTLE, Verb.ANSWER, Verb.SETTLE,
            Verb.PASS_CHECK, Verb.CLOSE,
        ]  # fmt: skip
        assert found.row.state is State.CLOSED
        assert demands.rebuild(session, site.actors["chief"], demand_id) == {}


def test_the_one_who_handled_a_demand_cannot_check_it(site):
    demand_id = site.report()
    for verb, options in (("accept", {}), ("assign", {"unit_id": site.units["411622204202"]}), ("sign", {})):
        act(site, "chief", verb, demand_id, **options)
    act(site, "chief", "settle", demand_id, reason="修好了")
    with pytest.raises(NotAllowed, match="own_handling"):
        act(site, "chief", "pass_check", demand_id)


def test_who_settled_it_on_the_spot_cannot_pass_it_on_unchecked(site):
    demand_id = site.report(by="chief", settled_on_the_spot="换了灯泡")
    with transaction(site.engine) as session:
        with pytest.raises(NotAllowed, match="own_handling"):
            demands.move(session, site.actors["chief"], demand_id, Verb.SKIP_CHECK, now=NOW)
        passed = demands.move(session, site.actors["leader"], demand_id, Verb.SKIP_CHECK, now=NOW)
        assert passed.state is State.PENDING_CALLBACK


def test_of_two_who_act_at_once_the_second_is_told_what_the_first_did(site):
    demand_id = site.report()
    with reading(site.engine) as session:
        seen = demands.detail(session, site.actors["leader"], demand_id).row.version
    act(site, "chief", "accept", demand_id, seen_version=seen)
    with pytest.raises(ChangedMeanwhile) as caught:
        act(site, "leader", "accept", demand_id, seen_version=seen)
    assert (caught.value.facts["who"], caught.value.facts["verb"]) == ("霍支书", "accept")


def test_the_same_key_moves_a_demand_once(site):
    demand_id = site.report()
    act(site, "chief", "accept", demand_id, key="k1")
    assert act(site, "chief", "accept", demand_id, key="k1").event_count == 3


def test_a_move_that_the_table_does_not_have_is_refused(site):
    demand_id = site.report()
    with pytest.raises(Refused, match="move_impossible"):
        act(site, "chief", "close", demand_id, reason="到现场看过")


def test_a_chief_of_another_village_does_not_even_learn_that_it_exists(site):
    demand_id = site.report()
    with pytest.raises(NotFound, match="demand_not_found"):
        act(site, "other_chief", "accept", demand_id)


def test_a_hand_made_escalation_climbs_one_level_with_its_own_clock(site):
    demand_id = site.report()
    act(site, "chief", "accept", demand_id)
    moved = act(site, "chief", "escalate", demand_id, reason="村里办不了")
    assert (moved.level, moved.level_since) == ("township", NOW + timedelta(hours=1))


def test_the_grid_s_post_changes_hands_at_local_midnight(site):
    """From 00:00 in China on, eight hours before the day changes in UTC, the demand is the newcomer's."""
    today, grid = date(2026, 11, 20), site.units["411622204202001"]
    with transaction(site.engine) as session:
        for post in session.exec(select(Post).where(Post.unit_id == grid)):
            post.ends_on = today
        newcomer = site.people["霍支书"]
        session.add(Post(person_id=newcomer, unit_id=grid, role=PostRole.GRID_MEMBER, starts_on=today))
    midnight = datetime(2026, 11, 20, tzinfo=ZoneInfo("Asia/Shanghai"))
    before, after = site.report(at=midnight - timedelta(minutes=1)), site.report(at=midnight)
    with reading(site.engine) as session:
        holders = [session.get_one(Demand, demand_id).holder_id for demand_id in (before, after)]
    assert (holders[0] != newcomer, holders[1]) == (True, newcomer)


def test_the_queue_gives_the_page_and_the_exact_total(site):
    for number in range(3):
        site.report(at=NOW - timedelta(days=30 * number))
    with reading(site.engine) as session:
        page = demands.queue(session, site.actors["chief"], demands.Filters(), now=NOW, size=2)
        assert (len(page.rows), page.total, page.overdue) == (2, 3, 2)
        assert page.rows[0].reporter == "霍**"
        assert demands.count(session, site.actors["other_chief"], demands.Filters(), now=NOW) == 0
