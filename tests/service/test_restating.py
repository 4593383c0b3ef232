"""A calendar that became known: the deadlines it moves are restated, each by an event, once."""

from datetime import timedelta

import pytest

from models.demands import Demand, Verb
from services import checks, demands
from services.access import SYSTEM
from services.database import reading, transaction
from services.demands import RestatedRow
from services.errors import NotAllowed
from services.settings import settings
from tests.conftest import NOW
from tests.factories import town

WRITTEN = """
[[calendar.years]]
year = 2026
holidays = [{ holiday = "New Year's Day", from_day = 2026-11-24, to_day = 2026-11-25 }]
"""


@pytest.fixture
def site(engine):
    """A demand due in seven work days, one settled on the spot."""
    made = town(engine)
    made.demand = made.report()
    made.report(settled_on_the_spot="换了灯泡")
    return made


@pytest.fixture
def known(site, monkeypatch, tmp_path):
    """The same site, once two more days off were written into its profile."""
    profile = (settings().sites_dir / "dawangzhuang.toml").read_text(encoding="utf-8")
    (tmp_path / "dawangzhuang.toml").write_text(profile + WRITTEN, encoding="utf-8")
    monkeypatch.setenv("SMALLGRID_SITES_DIR", str(tmp_path))
    settings.cache_clear()
    yield site
    settings.cache_clear()


def restated(site, **options):
    with transaction(site.engine) as session:
        return demands.restate(session, SYSTEM, **{"since": NOW.date(), "now": NOW + timedelta(hours=1)} | options)


def test_nothing_is_restated_while_the_calendar_stays(site):
    assert restated(site) == []


def test_a_deadline_moves_with_the_days_off_by_one_event_and_only_once(known):
    with reading(known.engine) as session:
        before = session.get_one(Demand, known.demand).due_at
        assert {row.column for row in checks.verify(session, SYSTEM).differences} >= {"due_at (deadline)"}
    rows = restated(known)
    assert RestatedRow("D411622-2026-00001", before, before + timedelta(days=2)) in rows
    assert restated(known) == []
    with reading(known.engine) as session:
        detail = demands.detail(session, SYSTEM, known.demand)
        assert (detail.row.due_at, detail.events[-1].verb) == (before + timedelta(days=2), Verb.RESTATE)
        assert checks.verify(session, SYSTEM).differences == ()


def test_a_dry_run_and_deadlines_before_the_day_change_nothing(known):
    assert [row.reference for row in restated(known, dry_run=True)] == ["D411622-2026-00001", "D411622-2026-00002"]
    assert restated(known, since=NOW.date() + timedelta(days=60)) == []
    with reading(known.engine) as session:
        assert session.get_one(Demand, known.demand).event_count == 2


def test_only_who_manages_the_site_restates(site):
    with pytest.raises(NotAllowed), transaction(site.engine) as session:
        demands.restate(session, site.actors["leader"], since=NOW.date(), now=NOW)
