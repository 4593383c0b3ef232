import hashlib
import re
from collections import Counter
from datetime import timedelta
from itertools import pairwise
from types import SimpleNamespace

import pytest
from sqlalchemy import func
from sqlmodel import Session, col, select

from models.accounts import Account, Role
from models.base import Base
from models.demands import MOVES, SETTLED, Category, Demand, DemandEvent, State, Verb, Whistle, is_overdue
from models.households import Household
from models.people import Person, Post, PostRole
from models.sunshine import Notice
from models.units import Unit, UnitAncestor
from services import checks, database, demands, demo, passwords, projects, sites, sunshine, sweeps
from services.access import SYSTEM
from services.demands import history
from services.errors import BadInput
from services.sunshine import helpers, wording
from tests.conftest import NOW

PUBLISHED = {
    "dawangzhuang": {"township": 1, "village": 20, "natural_village": 56, "grid": 381},
    "meizhou": {"township": 1, "village": 11, "grid": 289, "unit": 1650},
}
SECRET = {"accounts", "sign_in_sessions", "alembic_version"}


def built(url, key, **options):
    engine = database.engine_for(url)
    database.migrate(engine)
    with database.transaction(engine) as session:
        row = demo.build(session, SYSTEM, key, now=NOW, **options)
    return SimpleNamespace(engine=engine, row=row, key=key)


@pytest.fixture(scope="module", params=sorted(PUBLISHED))
def site(request, tmp_path_factory):
    made = built(f"sqlite:///{tmp_path_factory.mktemp('demo') / 'site.db'}", request.param)
    yield made
    made.engine.dispose()


@pytest.fixture
def session(site):
    with database.reading(site.engine) as opened:
        yield opened


def digest(engine):
    """A digest of every row of every table but what is secret and salted."""
    found = hashlib.sha256()
    with database.reading(engine) as session:
        for table in Base.metadata.sorted_tables:
            if table.name not in SECRET:
                for row in session.connection().execute(table.select().order_by(*table.primary_key.columns)):
                    found.update(repr(tuple(row)).encode())
    return found.hexdigest()


def posts_held(session: Session, role: PostRole) -> Counter[str]:
    """How many people hold a post of this role now, by the level of the unit."""
    rows = session.exec(
        select(Unit.level, func.count())
        .join(Post, col(Post.unit_id) == Unit.id)
        .where(Post.role == role, col(Post.ends_on).is_(None))
        .group_by(Unit.level)
    )
    return Counter(dict(rows.all()))


def test_the_site_has_exactly_the_published_figures(site, session):
    assert site.row.units == PUBLISHED[site.key]
    assert dict(session.exec(select(Unit.level, func.count()).group_by(Unit.level)).all()) == PUBLISHED[site.key]
    profile = sites.profile(session)
    people, households = profile.demo.population, profile.demo.households
    assert session.exec(select(Unit.population).where(Unit.depth == 1)).one() == people
    assert session.exec(select(func.sum(Household.people_count))).one() == people
    assert session.exec(select(func.count()).select_from(Household)).one() == households
    assert (site.row.population, site.row.households) == (people, households)


def test_every_household_lies_in_one_lowest_unit_whose_population_is_its_people(site, session):
    lowest = sites.profile(session).levels[-1].key
    lived = session.exec(select(Household.unit_id, func.sum(Household.people_count)).group_by(Household.unit_id)).all()
    units = session.exec(select(Unit.id, Unit.population).where(Unit.level == lowest)).all()
    assert sorted(lived) == sorted(units)


def test_every_unit_has_all_its_ancestors_and_itself_in_the_closure(site, session):
    parents = dict(session.exec(select(Unit.id, Unit.parent_id)).all())
    expected = set()
    for unit_id in parents:
        up, distance = unit_id, 0
        while up is not None:
            expected.add((unit_id, up, distance))
            up, distance = parents[up], distance + 1
    links = session.exec(select(UnitAncestor.unit_id, UnitAncestor.ancestor_id, UnitAncestor.distance)).all()
    assert {tuple(link) for link in links} == expected


def test_everyone_answers_for_exactly_one_unit_and_no_unit_is_without_someone(site, session):
    levels = PUBLISHED[site.key]
    members = posts_held(session, PostRole.GRID_MEMBER)
    assert members == {key: levels[key] for key in ("grid", "unit") if key in levels}
    assert posts_held(session, PostRole.CHIEF) == {"village": levels["village"]}
    assert posts_held(session, PostRole.LEADER) == {"township": 1}
    assert posts_held(session, PostRole.PARTY_MEMBER) == {"grid": sites.profile(session).demo.party_members}
    twice = select(Post.unit_id).where(Post.role == PostRole.GRID_MEMBER, col(Post.ends_on).is_(None))
    assert session.exec(twice.group_by(Post.unit_id).having(func.count() > 1)).all() == []
    assert posts_held(session, PostRole.CADRE)["village"] >= levels["village"]


def test_phones_are_of_a_made_up_range(site, session):
    phones = [*session.exec(select(Person.phone)), *session.exec(select(Household.phone))]
    phones += session.exec(select(Demand.reporter_phone)).all()
    assert [phone for phone in phones if not re.fullmatch(r"13[5-9]0000\d{4}", phone)] == []


def test_every_event_is_a_legal_move_that_follows_the_one_before(site, session):
    last: dict[int, DemandEvent] = {}
    handlers: dict[int, str] = {}
    for event in session.exec(select(DemandEvent).order_by(DemandEvent.demand_id, DemandEvent.seq)):
        before = last.get(event.demand_id)
        last[event.demand_id] = event
        if before is None:
            assert (event.seq, event.verb, event.from_state, event.to_state) == (1, Verb.REPORT, None, State.REPORTED)
            continue
        assert event.from_state == before.to_state
        if event.verb is Verb.WARN:
            assert event.to_state == event.from_state
            continue
        rule = MOVES[event.verb]
        assert event.from_state in rule.sources
        assert event.to_state == (rule.target or event.from_state)
        assert event.seq == before.seq + 1
        assert before.at <= event.at <= NOW
        assert event.reason or not rule.needs_reason
        assert not (rule.by_other and handlers.get(event.demand_id) == event.actor_name)
        if event.verb in {Verb.SIGN, Verb.SELF_HANDLE}:
            handlers[event.demand_id] = event.actor_name
    assert len(last) == site.row.demands


def test_every_demand_is_what_its_events_say(site, session):
    differing = {}
    for demand_id in session.exec(select(Demand.id)).all():
        found = demands.rebuild(session, SYSTEM, demand_id)
        if found:
            differing[demand_id] = found
    assert differing == {}


def test_demands_are_filed_over_twelve_months_and_numbered_in_the_order_of_filing(site, session):
    rows = session.exec(select(Demand.reference, Demand.reported_at).order_by(Demand.reported_at, Demand.id)).all()
    profile = sites.profile(session)
    numbers: Counter[int] = Counter()
    for reference, at in rows:
        year = at.astimezone(profile.zone).year
        numbers[year] += 1
        assert reference == f"D{profile.code}-{year}-{numbers[year]:05d}"
    first, last = rows[0][1], rows[-1][1]
    assert timedelta(days=363) < NOW - first < timedelta(days=367)
    assert timedelta(0) < NOW - last < timedelta(days=1)
    assert (len(rows), set(numbers)) == (site.row.demands, {2025, 2026})


def test_the_next_reference_continues_without_a_gap(site):
    with Session(site.engine.execution_options(write=True)) as session:
        used = session.exec(select(func.count()).where(col(Demand.reference).contains("-2026-"))).one()
        assert sites.references(session, 2026) == [f"D{sites.profile(session).code}-2026-{used + 1:05d}"]
        session.rollback()


def test_the_township_shows_what_a_leader_is_to_see(site, session):
    rows = session.exec(select(Demand)).all()
    late = [row for row in rows if is_overdue(row.due_at, NOW, is_open=row.is_open)]
    settled = [row for row in rows if row.state in SETTLED]
    on_time = sum(row.settled_at <= row.due_at for row in settled) / len(settled)
    unanswered = session.exec(select(func.count()).where(col(Whistle.answered_at).is_(None))).one()
    assert 120 <= sum(row.is_open for row in rows) <= 280
    assert 12 <= len(late) <= 36
    assert 0.86 <= on_time <= 0.96
    assert 0.42 <= sum(row.self_settled for row in settled) / len(settled) <= 0.6
    assert 2 <= unanswered <= 10
    wanted = {State.REJECTED, State.MERGED, State.SUSPENDED, State.HANDLING, State.DISPATCHED, State.PENDING_TRIAGE}
    assert {row.state for row in rows} >= wanted
    assert len({row.title for row in rows}) >= 150
    assert not any(re.search("[A-Za-z]", row.title + row.text) for row in rows)


def test_the_villages_that_fall_behind_are_those_of_the_profile_in_their_category(site, session):
    village = dict(session.exec(select(Unit.code, Unit.id).where(Unit.level == "village")).all())
    shares = {}
    for code, unit_id in village.items():
        rows = session.exec(select(Demand).where(Demand.a2_id == unit_id, col(Demand.settled_at).is_not(None))).all()
        shares[code] = sum(row.settled_at <= row.due_at for row in rows) / len(rows)
    profile = sites.profile(session)
    behind = {entry.unit for entry in profile.demo.behind}
    assert set(sorted(shares, key=lambda code: shares[code])[: len(behind)]) == behind
    counts = Counter(session.exec(select(Unit.code).join(Demand, col(Demand.a2_id) == Unit.id)).all())
    assert {code for code, _ in counts.most_common()[-len(profile.demo.quiet) :]} == set(profile.demo.quiet)


def test_seasons_show_in_what_comes_in(site, session):
    months: dict[str, Counter[int]] = {}
    zone = sites.profile(session).zone
    for code, at in session.exec(select(Category.code, Demand.reported_at).join(Demand)):
        months.setdefault(code, Counter())[at.astimezone(zone).month] += 1
    sewage, lamps = months["sanitation.sewage"], months["utilities.lamps"]
    assert sewage[7] + sewage[8] > 2 * (sewage[1] + sewage[2])
    assert lamps[12] + lamps[1] > lamps[6] + lamps[7]


def test_the_demonstration_accounts_have_their_roles_places_and_the_documented_password(site, session):
    rows = session.exec(select(Account).order_by(Account.id)).all()
    found = {account.username: account.role for account in rows}
    assert found == {
        "leader": Role.LEADER, "supervisor": Role.SUPERVISOR, "chief": Role.CHIEF, "member": Role.GRID_MEMBER,
        "water": Role.DEPARTMENT, "viewer": Role.VIEWER, "admin": Role.ADMINISTRATOR,
    }  # fmt: skip
    assert {row.username: row.role for row in site.row.accounts} == found
    assert {row.password for row in site.row.accounts} == {"xiaowangge"}
    assert not any(account.must_change_password for account in rows)
    assert len({account.password_hash for account in rows}) == 1
    assert passwords.matches(passwords.Hashed(rows[0].password_hash), "xiaowangge")
    chief = next(account for account in rows if account.username == "chief")
    assert session.get_one(Unit, chief.unit_id).code == sites.profile(session).demo.home
    answers = select(Post.person_id).where(Post.unit_id == chief.unit_id, Post.role == PostRole.CHIEF)
    assert chief.person_id in session.exec(answers).all()


def test_the_same_seed_gives_the_same_site_and_another_seed_another(tmp_path):
    made = [
        built(f"sqlite:///{tmp_path / name}.db", "dawangzhuang", seed=seed, months=1)
        for name, seed in (("one", 7), ("again", 7), ("other", 8))
    ]
    one, again, other = (digest(site.engine) for site in made)
    assert (one == again, one == other) == (True, False)
    for site in made:
        site.engine.dispose()


def test_a_month_of_the_township_is_built_alike_on_both_databases(engine):
    steps = []
    with database.transaction(engine) as session:
        row = demo.build(session, SYSTEM, "dawangzhuang", now=NOW, months=1, progress=lambda *step: steps.append(step))
    with database.reading(engine) as session:
        assert session.exec(select(func.count()).select_from(Demand)).one() == row.demands == 877
        assert session.exec(select(func.sum(Household.people_count))).one() == 36539
        assert [step for step in steps if step[0] == "demands"] == [("demands", 877, 877)]
        for demand_id in session.exec(select(Demand.id).limit(50)).all():
            assert demands.rebuild(session, SYSTEM, demand_id) == {}
        today = NOW.astimezone(sites.profile(session).zone).date()
        assert [row.demands > 0 for row in projects.listed(session, SYSTEM, None, today)] == [True] * 3
    with pytest.raises(BadInput, match="site_exists"), database.transaction(engine) as session:
        demo.build(session, SYSTEM, "dawangzhuang", now=NOW)


def test_a_year_swept_day_by_day_moves_every_late_demand_one_level_for_each_clock_that_passed(site):
    """Nobody acts for a year: what is open climbs to the top, one hop a clock, and stays on the leader's list."""
    with Session(site.engine.execution_options(write=True)) as session:
        done = [sweeps.sweep(session, SYSTEM, now=NOW + timedelta(days=day, hours=12)) for day in range(366)]
        hops = session.exec(
            select(DemandEvent.demand_id, DemandEvent.at, DemandEvent.facts)
            .where(DemandEvent.verb == Verb.ESCALATE, DemandEvent.at > NOW)
            .order_by(DemandEvent.demand_id, DemandEvent.seq)
        ).all()
        report = checks.verify(session, SYSTEM)
        # what was dispatched downwards after it had climbed stands where it was put, and is at the top all the same
        levels = session.exec(select(Demand.level, Demand.escalated_to).where(Demand.is_open)).all()
        session.rollback()
    assert sum(row.escalated for row in done) == len(hops) > 100
    for (demand_id, _, facts), (again, at, _) in pairwise(hops):
        if demand_id == again:
            assert at > history.decode(facts)["level_due_at"]
    assert report.differences == ()
    assert (done[-1].escalated, done[-1].at_top) == (0, len(levels))
    assert [pair for pair in levels if not {"township", "county", "outside"} & set(pair)] == []


def test_the_special_ledger_has_a_bridge_behind_its_plan_and_tells_its_story_in_order(site, session):
    today = NOW.astimezone(sites.profile(session).zone).date()
    rows = projects.listed(session, SYSTEM, None, today)
    assert [(row.title, row.late) for row in rows] == [
        ("新建村东便民桥", 1),
        ("主街排水沟改造", 0),
        ("村北坑塘整治", 0),
    ]
    for row in rows:
        assert 0 <= row.money.spent <= row.money.raised <= row.money.budget
        moments = [event.at for event in projects.detail(session, SYSTEM, row.id, today).events]
        assert moments == sorted(moments)
        assert moments[-1] <= NOW


def test_the_township_and_its_villages_are_open_and_every_notice_would_pass_the_check(site):
    """Published straight into the tables, so each is checked here as the desk would have."""
    with Session(site.engine) as session:
        found = sunshine.board(session, None, now=NOW)
        pairs = session.exec(select(Notice, Demand).join(Demand, col(Demand.id) == Notice.demand_id)).all()
        offered = helpers.choices(session, [demand for _, demand in pairs])
        for notice, demand in pairs:
            wording.check(session, demand, [notice.title, notice.result, notice.title_en, notice.result_en])
    assert len(found.places) == 1 + PUBLISHED[site.key]["village"]
    assert (len(pairs), found.matters_total > 10, len(found.exposed)) == (120, True, 10)
    keys = {(row.kind, row.unit_id, row.department_id, row.person_id) for rows in offered.values() for row in rows}
    named = {(row.helper, row.helper_unit_id, row.helper_department_id, row.helper_person_id) for row, _ in pairs}
    assert named - keys == set()
    assert {demand.state for _, demand in pairs} <= SETTLED
