"""Two people at the same moment, with real threads on real databases: one wins, the other is told."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import func
from sqlmodel import select

from models.demands import Demand, DemandEvent, State
from services import callbacks, demands, periods, projects, sites
from services.access import SYSTEM
from services.database import reading, transaction
from services.errors import ChangedMeanwhile, Refused, ServiceError
from services.projects import Draft
from tests.conftest import NOW
from tests.factories import town


@pytest.fixture
def site(engine):
    return town(engine)


def at_once(*calls):
    """Run all calls in threads that start together; their results, or the refusals they raised."""
    start = Barrier(len(calls))

    def run(call):
        start.wait()
        try:
            return call()
        except ServiceError as error:
            return error

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def moving(site, who, verb, demand_id, **options):
    def call():
        with transaction(site.engine) as session:
            return getattr(demands, verb)(session, site.actors[who], demand_id, now=NOW, **options).state

    return call


def refusals(results):
    return [result for result in results if isinstance(result, ServiceError)]


def test_of_two_who_accept_at_once_one_wins_and_the_other_is_told(site):
    for _ in range(5):
        demand_id = site.report()
        with reading(site.engine) as session:
            seen = demands.detail(session, SYSTEM, demand_id).row.version
        results = at_once(
            moving(site, "chief", "accept", demand_id, seen_version=seen),
            moving(site, "leader", "accept", demand_id, seen_version=seen),
        )
        (refused,) = refusals(results)
        assert isinstance(refused, ChangedMeanwhile)
        assert [result for result in results if result is not refused] == [State.REGISTERED]
        with reading(site.engine) as session:
            verbs = [event.verb.value for event in demands.detail(session, SYSTEM, demand_id).events]
        assert verbs == ["report", "submit", "accept"]


def test_of_two_merged_into_each_other_at_once_one_stays(site):
    for _ in range(5):
        one, other = site.report(), site.report()
        results = at_once(
            moving(site, "leader", "merge", one, into_id=other, reason="同一件事"),
            moving(site, "supervisor", "merge", other, into_id=one, reason="同一件事"),
        )
        (refused,) = refusals(results)
        assert isinstance(refused, ChangedMeanwhile | Refused)
        with reading(site.engine) as session:
            states = {session.get_one(Demand, demand_id).state for demand_id in (one, other)}
        assert states == {State.MERGED, State.PENDING_TRIAGE}


def test_of_two_who_draw_the_same_round_at_once_one_is_told(site):
    with reading(site.engine) as session:
        zone = sites.profile(session).zone
    for weeks in range(1, 6):
        monday = (NOW - timedelta(days=NOW.weekday() + 7 * weeks)).date()
        last = periods.between(monday, monday + timedelta(days=6), zone)

        def draw(week=last):
            with transaction(site.engine) as session:
                return callbacks.draw(
                    session, site.actors["leader"], site.units["411622204"], week, now=NOW, seed=1, size=2
                )

        (refused,) = refusals(at_once(draw, draw))
        assert refused.code == "round_drawn"


def test_of_many_who_settle_and_escalate_at_once_exactly_one_moves_it(site):
    demand_id = site.report()
    for verb, options in (("accept", {}), ("assign", {"unit_id": site.units["411622204202"]}), ("sign", {})):
        moving(site, "chief", verb, demand_id, **options)()
    results = at_once(
        moving(site, "chief", "settle", demand_id, reason="修好了"),
        moving(site, "leader", "settle", demand_id, reason="修好了"),
        moving(site, "supervisor", "escalate", demand_id, reason="办不了"),
        moving(site, "leader", "escalate", demand_id, reason="办不了"),
    )
    assert len(refusals(results)) == 3
    assert all(isinstance(error, ChangedMeanwhile | Refused) for error in refusals(results))
    with reading(site.engine) as session:
        assert len(demands.detail(session, SYSTEM, demand_id).events) == 6
        assert demands.rebuild(session, SYSTEM, demand_id) == {}


def test_one_form_sent_twice_at_once_files_one_demand_and_gives_the_same_number(site):
    def send():
        with transaction(site.engine) as session:
            return demands.report(
                session, site.actors["member"], "水管堵了。", category_id=site.categories["utilities.water"],
                unit_id=site.units["411622204202001"], now=NOW, key="form-1",
            ).reference  # fmt: skip

    site.report()
    results = at_once(send, send, send)
    assert refusals(results) == []
    assert len(set(results)) == 1
    with reading(site.engine) as session:
        assert session.exec(select(func.count()).select_from(Demand)).one() == 2


def test_one_project_sent_twice_at_once_is_one_project(site):
    draft = Draft(
        title="修建便民桥", problem="汛期过河要绕行八公里。", unit_id=site.units["411622204202"], budget_fen=0,
        starts_on=NOW.date(),
    )  # fmt: skip
    for number in range(5):

        def send(key=f"form-{number}"):
            with transaction(site.engine) as session:
                return projects.propose(session, site.actors["leader"], draft, now=NOW, key=key)

        results = at_once(send, send)
        assert refusals(results) == []
        assert len(set(results)) == 1


def test_demands_filed_at_once_get_different_numbers_without_a_gap(site):
    def send():
        with transaction(site.engine) as session:
            return demands.report(
                session, site.actors["member"], "水管堵了。", category_id=site.categories["utilities.water"],
                unit_id=site.units["411622204202001"], now=NOW,
            ).reference  # fmt: skip

    site.report()
    numbers = sorted(int(result[-5:]) for result in at_once(send, send, send, send))
    assert numbers == [2, 3, 4, 5]


def test_the_same_click_sent_twice_at_once_is_one_event(site):
    demand_id = site.report()
    results = at_once(*[moving(site, "chief", "accept", demand_id, key="click-1") for _ in range(2)])
    assert all(result is State.REGISTERED or isinstance(result, ChangedMeanwhile) for result in results)
    with reading(site.engine) as session:
        number = session.exec(
            select(func.count()).select_from(DemandEvent).where(DemandEvent.demand_id == demand_id)
        ).one()
    assert number == 3
