"""Published figures counted again from ledgers built to them, through the rates engine.

The half-year of 11,114 received and 11,017 settled, 6,026 of them by linked members, is in test_levels.
"""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from models.demands import Reached, Satisfaction, Solved
from services import rates
from services.database import reading
from services.periods import Period, between
from services.rates import Counted, Month, Scope
from tests.conftest import NOW
from tests.factories import town
from tests.ledgers import store

ZONE = ZoneInfo("Asia/Shanghai")
MAY = between(date(2026, 5, 1), date(2026, 5, 31), ZONE)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
TOWN = "411622204"


@pytest.fixture
def site(engine):
    return town(engine)


def of(site, period: Period, **options) -> Counted:
    with reading(site.engine) as session:
        top = site.units[TOWN]
        return rates.counted(session, site.actors["leader"], [top], period, now=NOW, **options)[top]


def test_3907_received_and_2852_settled_are_73_per_cent(site):
    came = [MAY.start + (number % 20) * DAY for number in range(3_907)]
    store(site, [
        {"reported_at": at, "settled_at": at + 5 * DAY if number < 2_852 else None} for number, at in enumerate(came)
    ])  # fmt: skip
    found = of(site, MAY)
    assert (found.received, found.settled, f"{rates.settlement(found):.2%}") == (3_907, 2_852, "73.00%")


def test_of_972_due_911_were_closed_and_737_handled_on_time(site):
    """A city's month, by the day of the limit: what was closed or settled after its end counts for neither."""
    limits = [MAY.start + (number % 25) * DAY + 12 * HOUR for number in range(972)]
    rows = [
        {
            "reported_at": limit - 9 * DAY, "due_at": limit,
            "settled_at": limit - HOUR if number < 737 else limit + DAY if number < 911 else MAY.end + 3 * DAY,
            "closed_at": limit + 2 * DAY if number < 911 else MAY.end + 4 * DAY,
        }
        for number, limit in enumerate(limits)
    ]  # fmt: skip
    store(site, rows)
    found = of(site, MAY)
    assert (found.due, found.closed, found.on_time) == (972, 911, 737)
    assert (f"{rates.closing(found):.2%}", f"{rates.on_time(found):.2%}") == ("93.72%", "75.82%")


def test_46_of_46_satisfied_are_told_with_their_interval(site):
    answer = {"reached": Reached.YES, "solved": Solved.SOLVED, "satisfied": Satisfaction.SATISFIED, "contacted": True}
    at = MAY.start
    store(site, [
        {"reported_at": at, "settled_at": at + DAY, "closed_at": at + 2 * DAY, "called_at": at + 2 * DAY, **answer}
        for _ in range(46)
    ])  # fmt: skip
    found = of(site, MAY)
    assert (found.valid, found.satisfied, rates.satisfaction(found), rates.composite(found)) == (46, 46, 1.0, 100.0)
    low, high = rates.satisfaction_interval(found)
    assert (f"{low:.1%}", f"{high:.1%}") == ("92.3%", "100.0%")


def test_the_same_month_is_told_in_both_scopes(site):
    """Of 972 due, 20 excluded ones and 35 waived latenesses leave the assessed rate and stay in the full one."""
    limits = [MAY.start + (number % 25) * DAY + 12 * HOUR for number in range(972)]
    store(site, [
        {
            "reported_at": limit - 9 * DAY, "due_at": limit,
            "settled_at": limit if number < 737 else limit + DAY, "closed_at": limit + 2 * DAY,
            "excluded_code": "untrue" if 740 <= number < 760 else None,
            "waived_at": limit + 3 * DAY if 800 <= number < 835 else None,
        }
        for number, limit in enumerate(limits)
    ])  # fmt: skip
    full, assessed = of(site, MAY), of(site, MAY, scope=Scope.ASSESSED)
    assert (full.due, full.on_time, assessed.due, assessed.on_time) == (972, 737, 972 - 55, 737)
    assert (full.received - assessed.received, full.settled - assessed.settled) == (11, 11)
    event = of(site, MAY, scope=Scope.ASSESSED, month=Month.EVENT)
    assert (event.settled, event.due, event.on_time, event.closed) == (952, 917, 737, 952)
