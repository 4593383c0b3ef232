"""verify names every difference between what is stored and what follows from the histories and the parent links."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from models.demands import Demand, DemandEvent
from models.sites import Sequence
from models.units import Unit, UnitAncestor
from services import checks, demands
from services.access import SYSTEM
from services.checks import Difference
from services.database import reading, transaction
from services.errors import NotAllowed
from tests.conftest import NOW
from tests.factories import town


@pytest.fixture
def site(engine):
    made = town(engine)
    with_history = made.report()
    made.report(settled_on_the_spot="换了灯泡")
    with transaction(engine) as session:
        demands.accept(session, made.actors["chief"], with_history, now=NOW + timedelta(hours=1))
        demands.escalate(session, made.actors["chief"], with_history, now=NOW + timedelta(hours=2), reason="村里办不了")
    return made


def broken(site, *statements):
    with transaction(site.engine) as session:
        for statement in statements:
            session.connection().execute(statement)
    with reading(site.engine) as session:
        return checks.verify(session, SYSTEM)


def test_a_sound_site_has_no_difference(site):
    told = []
    with reading(site.engine) as session:
        report = checks.verify(session, SYSTEM, progress=lambda *facts: told.append(facts))
    assert report == checks.VerifyReport(demands=2, events=6, units=7, total=0, differences=())
    assert told == [("demands", 2, 2)]


def test_a_demand_changed_behind_its_history_is_named_with_both_values(site):
    report = broken(site, update(Demand).where(Demand.reference == "D411622-2026-00001").values(level="grid"))
    assert report.differences == (Difference("demand", "D411622-2026-00001", "level", "grid", "township"),)


def test_a_lost_event_is_named(site):
    report = broken(site, delete(DemandEvent).where(DemandEvent.seq == 2, DemandEvent.verb == "submit"))
    assert {(row.subject, row.column) for row in report.differences} == {
        ("D411622-2026-00001", "event_count"), ("D411622-2026-00001", "events"),
    }  # fmt: skip


def test_a_wrong_closure_is_named_by_unit(site):
    grid, township = site.units["411622204202001"], site.units["411622204"]
    report = broken(
        site, delete(UnitAncestor).where(UnitAncestor.unit_id == grid, UnitAncestor.ancestor_id == township)
    )
    assert [(row.what, row.subject, row.column) for row in report.differences] == [
        ("unit", "411622204202001", "ancestors")
    ]


def test_a_wrong_depth_is_named(site):
    report = broken(site, update(Unit).where(Unit.code == "411622204202002").values(depth=5))
    assert report.differences == (Difference("unit", "411622204202002", "depth", "5", "3"),)


def test_a_demand_under_an_unknown_unit_is_named(site):
    report = broken(site, update(Demand).where(Demand.reference == "D411622-2026-00002").values(a2_id=999_999))
    first, *others = report.differences
    assert first == Difference("demand", "D411622-2026-00002", "path", "[999999]", "units")
    assert {(row.what, row.subject) for row in others} == {
        ("counter", "411622204202"), ("counter", "999999"),
    }, "missing at the one, found at the other"  # fmt: skip


def test_a_sequence_below_the_highest_reference_is_named(site):
    report = broken(site, update(Sequence).where(Sequence.name == "demands-2026").values(value=1))
    assert report.differences == (Difference("sequence", "demands-2026", "value", "1", ">= 2"),)


def test_only_who_manages_the_whole_site_checks_it(site):
    with reading(site.engine) as session, pytest.raises(NotAllowed):
        checks.verify(session, site.actors["leader"])
