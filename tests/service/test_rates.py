"""The rates engine: counts of any units in a period, pooled totals, and no data where none is."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event

from services import demands, rates
from services.access import SYSTEM
from services.database import reading, transaction
from services.errors import NotFound
from services.periods import Period
from services.rates import Counted
from tests.conftest import NOW
from tests.factories import town

ZONE = ZoneInfo("Asia/Shanghai")
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30), ZONE)
TOWN, JIAZHUANG, HUOPO, GRID = "411622204", "411622204201", "411622204202", "411622204202001"
OTHER = "411622204201001"
DAY = timedelta(days=1)


@pytest.fixture
def site(engine):
    return town(engine)


def of(site, *codes, actor=SYSTEM, period=NOVEMBER, now=NOW, **options):
    """What is counted of some units, by code."""
    with reading(site.engine) as session:
        found = rates.counted(session, actor, [site.units[code] for code in codes], period, now=now, **options)
    names = {unit_id: code for code, unit_id in site.units.items()}
    return {names[unit_id]: counts for unit_id, counts in found.items()}


def test_units_of_several_levels_are_counted_in_one_call(site):
    site.report(settled_on_the_spot="换了灯泡")
    site.report(at=NOW - DAY, grid=OTHER, by="other_chief")
    found = of(site, TOWN, JIAZHUANG, HUOPO, GRID)
    assert {code: (row.received, row.settled, row.self_settled) for code, row in found.items()} == {
        TOWN: (2, 1, 1), JIAZHUANG: (1, 0, 0), HUOPO: (1, 1, 1), GRID: (1, 1, 1),
    }  # fmt: skip


def test_a_unit_without_a_demand_is_there_and_has_no_rate(site):
    nothing = of(site, HUOPO)[HUOPO]
    assert nothing == Counted()
    assert (rates.settlement(nothing), rates.on_time(nothing), rates.composite(nothing)) == (None, None, None)


def test_a_unit_outside_the_scope_is_not_found_among_others(site):
    with pytest.raises(NotFound, match="unit_not_found"):
        of(site, HUOPO, JIAZHUANG, actor=site.actors["chief"])


def test_no_unit_asked_for_is_no_unit_told(site):
    assert of(site) == {}


def test_a_department_counts_only_what_was_put_to_it(site):
    mine = site.report()
    site.report(text="另一件事")
    with transaction(site.engine) as session:
        demands.accept(session, site.actors["chief"], mine, now=NOW + timedelta(hours=1))
        demands.assign(
            session, site.actors["chief"], mine, department_id=site.departments["water"], now=NOW + timedelta(hours=2)
        )
    found = of(site, TOWN, HUOPO, actor=site.actors["department"], now=NOW + DAY)
    assert {code: row.received for code, row in found.items()} == {TOWN: 1, HUOPO: 1}


def test_the_statements_do_not_grow_with_the_units(site):
    site.report()
    statements = []
    event.listen(site.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    of(site, JIAZHUANG, HUOPO)
    few = len(statements)
    statements.clear()
    of(site, JIAZHUANG, HUOPO, "411622204201", "411622204202")
    assert len(statements) == few
