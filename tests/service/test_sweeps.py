"""The sweep: warns, moves up what is late one level for one breach, and never runs away."""

import os
import subprocess
import sys
import threading
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event
from sqlmodel import select

from models.demands import Demand, DemandEvent, State, Urgency, Verb
from models.people import Post
from services import checks, demands, sweeps
from services.access import SYSTEM
from services.database import reading, transaction
from services.errors import NotAllowed, Refused
from services.settings import ROOT
from services.sweeps import SweepRow
from tests.conftest import NOW, SITE
from tests.factories import town

DAY = timedelta(days=1)
NOTHING = SweepRow(0, 0, 0, 0, 0)


@pytest.fixture
def site(engine):
    return town(engine)


def swept(site, now, **options):
    with transaction(site.engine) as session:
        return sweeps.sweep(session, SYSTEM, now=now, **options)


def act(site, who, verb, demand_id, now, **options):
    with transaction(site.engine) as session:
        return getattr(demands, verb)(session, site.actors[who], demand_id, now=now, **options)


def one(site, demand_id):
    with reading(site.engine) as session:
        return session.get_one(Demand, demand_id)


def verbs(site, demand_id):
    with reading(site.engine) as session:
        rows = session.exec(select(DemandEvent).where(DemandEvent.demand_id == demand_id).order_by(DemandEvent.seq))
        return [row.verb for row in rows]


def test_one_late_demand_does_not_climb_a_level_every_day_to_the_top(site):
    demand_id = site.report()
    due = one(site, demand_id).due_at
    hops = []
    for day in range(60):
        at = due + timedelta(minutes=1) + day * DAY
        if swept(site, at).escalated:
            hops.append((at, one(site, demand_id).level))
    assert [level for _, level in hops] == ["village", "township"]
    assert hops[0][0] == due + timedelta(minutes=1)
    assert hops[1][0] > hops[0][0] + 8 * DAY
    assert verbs(site, demand_id).count(Verb.ESCALATE) == 2


def test_a_second_sweep_at_the_same_moment_does_nothing(site):
    demand_id = site.report()
    at = one(site, demand_id).due_at + DAY
    assert (swept(site, at), swept(site, at)) == (SweepRow(0, 0, 1, 0, 0), NOTHING)


def test_at_the_very_moment_of_the_limit_it_is_still_in_time(site):
    due = one(site, site.report()).due_at
    assert swept(site, due).escalated == 0
    assert swept(site, due + timedelta(seconds=1)).escalated == 1


def test_a_hop_gives_the_new_level_its_own_clock_and_its_person_and_keeps_the_deadline(site):
    demand_id = site.report(at=NOW)
    before = one(site, demand_id)
    at = datetime.fromisoformat("2026-12-07T09:00:00+08:00")
    swept(site, at)
    found = one(site, demand_id)
    assert (found.state, found.level, found.escalated_to, found.level_since) == (
        State.ESCALATED, "village", "village", at,
    )  # fmt: skip
    assert found.level_due_at == datetime.fromisoformat("2026-12-16T17:30:00+08:00")
    assert found.due_at == before.due_at
    assert (found.holder_unit_id, found.holder_id) == (site.units["411622204202"], site.people["霍支书"])


def test_above_the_top_unit_there_is_nothing_and_it_stays_on_the_leaders_list(site):
    demand_id = site.report()
    at = NOW
    for _ in range(2):
        at = one(site, demand_id).level_due_at + timedelta(minutes=1)
        swept(site, at)
    late = one(site, demand_id).level_due_at + timedelta(minutes=1)
    assert [swept(site, late + days * DAY) for days in (0, 1, 30)] == [SweepRow(0, 0, 0, 1, 0)] * 3
    assert one(site, demand_id).level == "township"


def test_what_climbed_and_was_sent_down_climbs_on_from_where_it_had_been(site):
    demand_id = site.report()
    at = one(site, demand_id).level_due_at + timedelta(minutes=1)
    swept(site, at)
    act(site, "chief", "assign", demand_id, at, unit_id=site.units["411622204202001"])
    late = one(site, demand_id).level_due_at + timedelta(minutes=1)
    swept(site, late)
    assert (one(site, demand_id).level, one(site, demand_id).escalated_to) == ("township", "township")


def test_a_demand_with_a_department_of_the_top_level_does_not_climb(site):
    demand_id = site.report()
    act(site, "chief", "accept", demand_id, NOW)
    act(site, "chief", "assign", demand_id, NOW, department_id=site.departments["water"])
    late = one(site, demand_id).level_due_at + DAY
    assert swept(site, late) == SweepRow(0, 0, 0, 1, 0)


def test_nothing_is_above_an_outside_body_neither_for_the_sweep_nor_by_hand(site):
    demand_id = site.report()
    act(site, "supervisor", "escalate", demand_id, NOW, reason="村里办不了")
    assert one(site, demand_id).level == "village"
    act(site, "leader", "assign", demand_id, NOW, department_id=site.departments["bank"])
    late = one(site, demand_id).level_due_at + DAY
    assert swept(site, late) == SweepRow(0, 0, 0, 1, 0)
    with pytest.raises(Refused, match="at_top"):
        act(site, "supervisor", "escalate", demand_id, late, reason="收回来")


def test_it_warns_once_of_each_clock(site):
    demand_id = site.report()
    due = one(site, demand_id).level_due_at
    soon = due - timedelta(hours=5)
    assert (swept(site, soon).warned, swept(site, soon + timedelta(hours=1)).warned) == (1, 0)
    swept(site, due + timedelta(minutes=1))
    assert swept(site, one(site, demand_id).level_due_at - timedelta(hours=1)).warned == 1
    assert verbs(site, demand_id)[2:] == [Verb.WARN, Verb.ESCALATE, Verb.WARN]


def test_a_warning_does_not_stop_a_person_who_was_looking_at_the_demand(site):
    demand_id = site.report()
    seen = one(site, demand_id).version
    swept(site, one(site, demand_id).level_due_at - timedelta(hours=1))
    at = NOW + timedelta(hours=1)
    assert act(site, "chief", "accept", demand_id, at, seen_version=seen).state is State.REGISTERED


def handling(site):
    demand_id = site.report()
    act(site, "chief", "accept", demand_id, NOW)
    act(site, "chief", "assign", demand_id, NOW, unit_id=site.units["411622204202001"])
    act(site, "member", "sign", demand_id, NOW)
    return demand_id


def test_while_suspended_it_neither_warns_nor_climbs_and_after_it_the_clock_runs_on(site):
    demand_id = handling(site)
    until = NOW + 30 * DAY
    act(site, "leader", "suspend", demand_id, NOW, until=until, reason="等汛期过去")
    assert swept(site, NOW + 20 * DAY) == SweepRow(0, 0, 0, 0, 1)
    assert swept(site, until).resumed == 1
    found = one(site, demand_id)
    assert (found.state, found.suspended_until) == (State.HANDLING, None)
    assert swept(site, found.due_at + timedelta(minutes=1)).escalated == 1
    with reading(site.engine) as session:
        assert checks.verify(session, SYSTEM).differences == ()


def test_a_dry_run_says_what_would_happen_and_changes_nothing(site):
    demand_id = site.report()
    at = one(site, demand_id).level_due_at + DAY
    before = one(site, demand_id).model_dump()
    assert swept(site, at, dry_run=True) == SweepRow(0, 0, 1, 0, 0)
    assert one(site, demand_id).model_dump() == before
    assert swept(site, at) == SweepRow(0, 0, 1, 0, 0)


def test_what_a_sweep_writes_rebuilds_and_verifies(site):
    ids = [site.report(urgency=urgency) for urgency in Urgency]
    for days in range(0, 60, 2):
        swept(site, NOW + days * DAY)
    with reading(site.engine) as session:
        assert [demands.rebuild(session, SYSTEM, demand_id) for demand_id in ids] == [{}] * 4
        assert checks.verify(session, SYSTEM).differences == ()


def test_a_vacant_post_gives_the_demand_to_the_unit_alone(site):
    with transaction(site.engine) as session:
        for post in session.exec(select(Post).where(Post.unit_id == site.units["411622204202"])):
            post.ends_on = NOW.date()
            session.add(post)
    demand_id = site.report()
    swept(site, one(site, demand_id).level_due_at + DAY)
    assert (one(site, demand_id).holder_unit_id, one(site, demand_id).holder_id) == (site.units["411622204202"], None)


def test_a_sweep_that_dies_leaves_nothing_half_done_and_the_next_one_does_it(site):
    demand_id = site.report()
    at = one(site, demand_id).level_due_at + DAY

    def killed():
        with transaction(site.engine) as session:
            assert sweeps.sweep(session, SYSTEM, now=at).escalated == 1
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        killed()
    assert one(site, demand_id).level == "grid"
    assert swept(site, at).escalated == 1


RUNNER = """
import sys, time
from services import sweeps
from services.access import SYSTEM
from services.clock import utc_now

def hang(*given, **options):
    print("running", flush=True)
    time.sleep(60)

sweeps.sweep = hang
sweeps.run(SYSTEM, now=utc_now(), clock=utc_now)
"""


def test_a_runner_that_is_killed_lets_the_next_one_run_at_once(site):
    """A process of its own, killed in the midst of its sweep: its lock goes with its connection."""
    demand_id = site.report()
    at = one(site, demand_id).level_due_at + DAY
    address = site.engine.url.render_as_string(hide_password=False)
    told = {"SMALLGRID_DATABASE_URL": address, "SMALLGRID_SITE": SITE, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, "-c", RUNNER], env=os.environ | told, stdout=subprocess.PIPE) as runner:
        assert runner.stdout.readline() == b"running\n"
        if site.engine.dialect.name == "postgresql":  # SQLite makes the second wait for the first instead
            with pytest.raises(Refused, match="sweep_running"):
                sweeps.run(SYSTEM, now=at, clock=lambda: NOW, on=site.engine)
        runner.kill()
    assert sweeps.run(SYSTEM, now=at, clock=lambda: NOW, on=site.engine).escalated == 1
    assert sweeps.run(SYSTEM, now=at, clock=lambda: NOW, on=site.engine) == NOTHING


def test_sweeps_at_once_give_one_hop(site):
    demand_id = site.report()
    at = one(site, demand_id).level_due_at + DAY
    found, start = [], threading.Barrier(4)

    def once():
        start.wait()
        found.append(swept(site, at).escalated)

    threads = [threading.Thread(target=once) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [0, 0, 0, 1]
    assert verbs(site, demand_id).count(Verb.ESCALATE) == 1


@pytest.mark.parametrize("count", [1, 40])
def test_a_sweep_takes_as_many_statements_for_forty_as_for_one(site, count):
    for _ in range(count):
        site.report()
    at, statements = NOW + 30 * DAY, []
    with transaction(site.engine) as session:
        connection = session.connection()
        event.listen(connection, "before_cursor_execute", lambda *args: statements.append(args[2]))
        assert sweeps.sweep(session, SYSTEM, now=at).escalated == count
    assert len(statements) <= 24


@pytest.mark.parametrize("who", ["leader", "supervisor", "chief", "member", "department", "viewer"])
def test_nobody_but_who_manages_the_site_may_sweep_it(site, who):
    with reading(site.engine) as session, pytest.raises(NotAllowed):
        sweeps.sweep(session, site.actors[who], now=NOW)
