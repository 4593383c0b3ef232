"""The queue taken along: every demand with the sum behind its deadline, in a fixed number of statements."""

from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlmodel import select

from models.audit import AuditEntry
from pages.i18n import deadlines as lines
from pages.i18n import words
from services import demands
from services.database import reading, transaction
from services.demands import Filters
from services.errors import NotAllowed
from tests.conftest import NOW
from tests.factories import town


@pytest.fixture
def site(engine):
    return town(engine)


def exported(site, who="leader"):
    with transaction(site.engine) as session:
        return demands.exported(session, site.actors[who], Filters(), now=NOW + timedelta(hours=2))


def test_each_demand_of_the_list_comes_with_the_sum_behind_its_deadline(site):
    demand_id = site.report()
    grid = {"unit_id": site.units["411622204202001"]}
    for verb, who, options in (
        ("accept", "chief", {}), ("assign", "chief", grid), ("sign", "member", {}),
        ("suspend", "leader", {"until": NOW + timedelta(days=3), "reason": "等料"}),
    ):  # fmt: skip
        with transaction(site.engine) as session:
            getattr(demands, verb)(session, site.actors[who], demand_id, now=NOW + timedelta(hours=1), **options)
    (found,), total = exported(site)
    assert (total, found.row.due_at) == (1, found.deadline.due_at)
    assert lines.line(words("zh"), found.deadline) == (
        "12月2日 周三 17:30 到期 = 11月20日 周五 14:32 起 7 个工作日；11月20日 15:32 至 11月23日 14:32 挂账，不计"
    )


def test_an_export_is_kept_in_the_audit_log_and_shows_only_ones_own(site):
    site.report()
    assert exported(site, "other_chief") == ([], 0)
    with reading(site.engine) as session:
        entries = session.exec(select(AuditEntry).where(AuditEntry.action == "demands.export")).all()
    assert [entry.facts for entry in entries] == ['{"demands": 0}']


def test_a_viewer_exports_nothing(site):
    with pytest.raises(NotAllowed):
        exported(site, "viewer")


@pytest.mark.parametrize("count", [2, 30])
def test_thirty_demands_take_as_many_statements_as_two(site, count):
    for _ in range(count):
        site.report()
    statements = []
    with transaction(site.engine) as session:
        event.listen(session.connection(), "before_cursor_execute", lambda *args: statements.append(args[2]))
        rows, _ = demands.exported(session, site.actors["leader"], Filters(), now=NOW)
    assert len(rows) == count
    assert len(statements) <= 7
