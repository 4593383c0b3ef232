"""Sunshine: what a unit opens, what may be published of a demand, and what everybody then reads."""

import json
import threading
from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from models.audit import AuditEntry
from models.demands import Clock, Demand, Solved, State
from models.households import Household
from models.people import Person, Post, PostRole
from models.sunshine import Helper, Notice, Opened
from services import demands, sunshine
from services.database import reading, transaction
from services.errors import BadInput, NotAllowed, NotFound, ServiceError
from services.sunshine import HelperRow, MatterRow, OpenRow, Wording
from services.sunshine.wording import copies, has_number
from tests.conftest import NOW
from tests.factories import town

TOWN, HUOPO, JIAZHUANG, GRID = "411622204", "411622204202", "411622204201", "411622204202001"
DAY = timedelta(days=1)
ALL = dict.fromkeys(Opened, True)
GOOD = Wording("霍坡村：路灯", "已由网格员修好，当天办结。", "Street lamps in Huopo Village", "Repaired the same day.")


@pytest.fixture
def site(engine):
    return town(engine)


def choose(site, who, code, opened=None, days=None):
    with transaction(site.engine) as session:
        sunshine.choose(session, site.actors[who], site.units[code], now=NOW, opened=opened or {}, days=days)


def settled(site, at=NOW - 2 * DAY, **options):
    return site.report(at=at, settled_on_the_spot="换了灯泡", **options)


def helper(site, demand_id, kind=Helper.PERSON):
    with reading(site.engine) as session:
        found = session.get_one(Demand, demand_id)
        code = {value: key for key, value in site.units.items()}[found.a2_id]
        rows = sunshine.proposals(session, site.actors["leader"], site.units[code], now=NOW, days=400).rows
    offered = next(row.helpers for row in rows if row.demand_id == demand_id)
    return next(row for row in offered if row.kind is kind)


def publish(site, demand_id, written=GOOD, who="chief", kind=Helper.UNIT):
    chosen = helper(site, demand_id, kind)
    with transaction(site.engine) as session:
        return sunshine.publish(session, site.actors[who], demand_id, written, chosen, now=NOW)


def board(site, code=None, now=NOW):
    with reading(site.engine) as session:
        return sunshine.board(session, code, now=now)


def refused(call):
    try:
        call()
    except ServiceError as error:
        return error.code
    return "taken"


def test_nothing_is_open_until_somebody_opens_it(site):
    publish(site, settled(site))
    assert [refused(lambda code=code: board(site, code)) for code in (None, TOWN, HUOPO, "no-such-unit")] == (
        ["page_not_found"] * 4
    )


def test_a_village_opens_what_its_town_opens_unless_it_says_otherwise(site):
    choose(site, "leader", TOWN, {Opened.HANDLED: True, Opened.FIGURES: True}, days=60)
    choose(site, "chief", HUOPO, {Opened.FIGURES: False, Opened.EXPOSURE: True})
    with reading(site.engine) as session:
        choice = sunshine.choice(session, site.actors["chief"], site.units[HUOPO])
    assert choice == sunshine.ChoiceRow(
        own={Opened.HANDLED: None, Opened.FEED: None, Opened.EXPOSURE: True, Opened.FIGURES: False}, own_days=None,
        above=OpenRow(frozenset({Opened.HANDLED, Opened.FIGURES}), 60),
        effective=OpenRow(frozenset({Opened.HANDLED, Opened.EXPOSURE}), 60),
    )  # fmt: skip
    assert [place.name for place in board(site, HUOPO).places] == ["大王庄乡", "贾庄村", "霍坡村"]
    assert board(site, JIAZHUANG).place.open == OpenRow(frozenset({Opened.HANDLED, Opened.FIGURES}), 60)


def test_a_village_that_closes_everything_is_gone_like_one_that_never_was(site):
    choose(site, "leader", TOWN, ALL)
    choose(site, "chief", HUOPO, dict.fromkeys(Opened, False))
    assert refused(lambda: board(site, HUOPO)) == refused(lambda: board(site, "nowhere")) == "page_not_found"
    assert [place.name for place in board(site).places] == ["大王庄乡", "贾庄村"]


def test_a_grid_has_no_page_for_its_thirty_households_would_know_whose_matter_it_is(site):
    choose(site, "leader", TOWN, ALL)
    assert refused(lambda: board(site, GRID)) == "page_not_found"
    assert refused(lambda: choose(site, "leader", GRID, ALL)) == "open_too_small"


def test_without_the_town_the_first_village_that_is_open_is_shown(site):
    choose(site, "chief", HUOPO, {Opened.HANDLED: True})
    assert board(site).place.name == "霍坡村"


@pytest.mark.parametrize("days", [0, 6, 367])
def test_a_page_looks_back_a_week_at_least_and_a_year_at_most(site, days):
    assert refused(lambda: choose(site, "chief", HUOPO, ALL, days=days)) == "open_days"


def test_who_may_open_and_publish(site):
    demand_id = settled(site)
    with reading(site.engine) as session:
        proposed = sunshine.proposals(session, site.actors["leader"], site.units[TOWN], now=NOW, days=30)
    named = proposed.rows[0].helpers[0]

    def publishes(who):
        with transaction(site.engine) as session:
            sunshine.publish(session, site.actors[who], demand_id, Wording("路灯", " "), named, now=NOW)

    def sees(who):
        with reading(site.engine) as session:
            sunshine.published(session, site.actors[who], site.units[HUOPO])

    def opens(who):
        choose(site, who, HUOPO, {})

    tried = {who: (kind(lambda w=who: publishes(w)), kind(lambda w=who: sees(w)), kind(lambda w=who: opens(w)))
             for who in ("leader", "supervisor", "chief", "other_chief", "member", "department", "viewer")}  # fmt: skip
    ok, outside, never = (BadInput, None, None), (NotFound,) * 3, (NotAllowed,) * 3
    assert tried == {
        "leader": ok, "supervisor": ok, "chief": ok, "other_chief": outside, "member": never, "department": never,
        "viewer": never,
    }  # fmt: skip


def kind(call):
    try:
        call()
    except ServiceError as error:
        return type(error)
    return None


def test_a_settled_demand_is_proposed_until_it_is_public(site):
    first, second = settled(site), settled(site, at=NOW - 3 * DAY)
    site.report()
    with reading(site.engine) as session:
        found = sunshine.proposals(session, site.actors["chief"], site.units[HUOPO], now=NOW, days=30)
    assert [(row.demand_id, row.category, row.village, row.solved) for row in found.rows] == [
        (first, "路灯", "霍坡村", None), (second, "路灯", "霍坡村", None),
    ]  # fmt: skip
    publish(site, first)
    with reading(site.engine) as session:
        left = sunshine.proposals(session, site.actors["chief"], site.units[HUOPO], now=NOW, days=30)
    assert ([row.demand_id for row in left.rows], left.total) == ([second], 1)


def test_what_the_villager_calls_unsolved_is_not_proposed(site):
    demand_id = settled(site)
    with transaction(site.engine) as session:
        session.get_one(Demand, demand_id).solved = Solved.NOT
    with reading(site.engine) as session:
        found = sunshine.proposals(session, site.actors["chief"], site.units[HUOPO], now=NOW, days=30)
    assert found == sunshine.Page((), 0)


def test_the_grid_member_who_settled_it_is_named_first_then_the_grid_and_nobody_last(site):
    demand_id = settled(site)
    assert helper(site, demand_id) == HelperRow(
        Helper.PERSON, unit_id=site.units[GRID], person_id=site.people["周网格"], name="第1网格", name_en="Grid 1",
        person="周网格",
    )  # fmt: skip
    with reading(site.engine) as session:
        row = sunshine.proposals(session, site.actors["chief"], site.units[HUOPO], now=NOW, days=30).rows[0]
    assert [each.kind for each in row.helpers] == [Helper.PERSON, Helper.UNIT, Helper.NOBODY]


def test_who_took_over_a_grid_at_local_midnight_is_named_for_what_was_settled_at_dawn(site):
    dawn = datetime.fromisoformat("2026-11-18T06:00:00+08:00")
    demand_id = settled(site, at=dawn)
    with transaction(site.engine) as session:
        before = session.exec(select(Post).where(Post.person_id == site.people["周网格"])).one()
        before.ends_on = dawn.date()
        taken = Person(name="钱接手")
        session.add(taken)
        session.flush()
        role, unit = PostRole.GRID_MEMBER, site.units[GRID]
        session.add(Post(person_id=taken.id, unit_id=unit, role=role, starts_on=dawn.date()))
    assert helper(site, demand_id).person == "钱接手"


def test_a_department_that_came_is_offered_and_one_that_did_not_come_is_not(site):
    demand_id = site.report(at=NOW - 3 * DAY)
    chief = site.actors["chief"]
    with transaction(site.engine) as session:
        demands.accept(session, chief, demand_id, now=NOW - 3 * DAY)
        called = [site.departments["water"], site.departments["power"]]
        demands.whistle(session, chief, demand_id, called[0], called[1:], now=NOW - 3 * DAY)
        demands.arrive(session, site.actors["department"], demand_id, now=NOW - 2 * DAY)
    with transaction(site.engine) as session:
        row = session.get_one(Demand, demand_id)
        row.state, row.is_open, row.settled_at, row.settled_level = State.CLOSED, False, NOW - DAY, "village"
    with reading(site.engine) as session:
        offered = sunshine.proposals(session, chief, site.units[HUOPO], now=NOW, days=30).rows[0].helpers
    assert [(row.kind, row.name) for row in offered] == [
        (Helper.UNIT, "霍坡村"), (Helper.DEPARTMENT, "县供水公司"), (Helper.NOBODY, None),
    ]  # fmt: skip


def test_nobody_is_named_who_did_not_serve_there(site):
    demand_id = settled(site)
    stranger = HelperRow(Helper.PERSON, unit_id=site.units[GRID], person_id=site.people["王书记"], person="王书记")

    def call():
        with transaction(site.engine) as session:
            sunshine.publish(session, site.actors["chief"], demand_id, GOOD, stranger, now=NOW)

    assert refused(call) == "helper_wrong"


def test_a_grid_member_who_reported_it_is_not_named_with_it(site):
    demand_id = settled(site)
    with transaction(site.engine) as session:
        session.get_one(Demand, demand_id).reporter = "周网格"
    with reading(site.engine) as session:
        row = sunshine.proposals(session, site.actors["chief"], site.units[HUOPO], now=NOW, days=30).rows[0]
    assert [each.kind for each in row.helpers] == [Helper.UNIT, Helper.NOBODY]


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("联系电话13800002207", "wording_number"),
        ("联系电话 138-0000 2207", "wording_number"),
        ("电话１３８０００１２３４５", "wording_number"),
        ("电话一三八零零零一二三四五", "wording_number"),
        ("身份证41162219800101123X", "wording_number"),
        ("已为霍某某修好", "wording_name"),
        ("已为霍 某 某修好", "wording_name"),
        ("已为贺老栓修好", "wording_name"),
        ("已到霍坡村三组18号修好", "wording_address"),
        ("已到12号院修好", "wording_address"),
        ("村西头的路灯整排不亮，夜里看不清", "wording_copied"),
        ("情况：“村西头的路灯 整排不亮，夜里看不清路”", "wording_copied"),
        ("  ", "wording_missing"),
        ("好" * 201, "wording_long"),
        ("2026年11月18日换好3盏灯，2026-11-19复查", "taken"),
        ("已修好，惠及一户村民", "taken"),
    ],
)
def test_wording_that_leads_to_a_villager_is_refused(sqlite_engine, written, code):
    site = town(sqlite_engine)
    demand_id = settled(site)
    with transaction(site.engine) as session:
        session.add(Household(unit_id=site.units[GRID], head="贺老栓", address="霍坡村三组18号", people_count=3))
    assert refused(lambda: publish(site, demand_id, Wording("霍坡村：路灯", written))) == code


def test_a_place_that_begins_like_a_villager_s_name_may_be_named(sqlite_engine):
    site = town(sqlite_engine)
    demand_id = settled(site)
    with transaction(site.engine) as session:
        session.add(Household(unit_id=site.units[GRID], head="霍坡", people_count=3))
    assert refused(lambda: publish(site, demand_id, Wording("路灯", "已为霍坡修好"))) == "wording_name"
    assert refused(lambda: publish(site, demand_id, Wording("霍坡村：路灯", "霍坡村的灯亮了"))) == "taken"


def test_every_part_of_the_wording_is_checked(sqlite_engine):
    site = town(sqlite_engine)
    demand_id, wrong = settled(site), "霍某某"
    written = [(wrong, "好"), ("路灯", wrong), ("路灯", "好", wrong), ("路灯", "好", None, wrong)]
    parts = [Wording(*texts) for texts in written]
    assert [refused(lambda part=part: publish(site, demand_id, part)) for part in parts] == ["wording_name"] * 4


def test_the_parts_of_the_check():
    numbers = ["0394-6211234", "3 盏灯", "2026年11月20日", "13800002207", "二〇二六年十一月", "QQ 1234567"]
    assert [has_number(text) for text in numbers] == [True, False, False, True, False, True]
    own = "村西头的路灯整排不亮，夜里看不清路。"
    told = ["路灯不亮", "村西头的路灯整排不亮夜里", "村东头的路灯整排不亮"]
    assert [copies(text, own) for text in told] == [False, True, False]


def test_an_open_demand_is_not_published_nor_one_twice(site):
    open_id, demand_id = site.report(), settled(site)
    publish(site, demand_id)
    nobody = HelperRow(Helper.NOBODY)

    def again(which):
        with transaction(site.engine) as session:
            sunshine.publish(session, site.actors["chief"], which, GOOD, nobody, now=NOW)

    assert [refused(lambda: again(open_id)), refused(lambda: again(demand_id))] == ["not_settled", "published_before"]


def test_the_open_page_tells_what_was_published_and_nothing_of_the_demand_itself(site):
    choose(site, "leader", TOWN, ALL)
    demand_id = settled(site)
    publish(site, demand_id, kind=Helper.PERSON)
    found = board(site, HUOPO)
    assert found.matters == (
        MatterRow(
            notice_id=found.matters[0].notice_id, reference="D411622-2026-00001", published_at=NOW, withdrawn_at=None,
            reported_at=NOW - 2 * DAY, settled_at=NOW - 2 * DAY, category="路灯", category_en="Street lamps",
            village="霍坡村", village_en="Huopo Village", title=GOOD.title, title_en=GOOD.title_en, result=GOOD.result,
            result_en=GOOD.result_en, helper=helper_of(site), solved=None,
        ),
    )  # fmt: skip
    assert (found.matters_total, found.news) == (1, found.matters)
    assert (found.figures.received, found.figures.settled, found.figures.settlement_rate) == (1, 1, 1.0)
    said = repr(found)
    assert [word for word in ("霍某某", "13800002207", "整排不亮", "换了灯泡") if word in said] == []


def helper_of(site):
    return HelperRow(
        Helper.PERSON, unit_id=site.units[GRID], person_id=site.people["周网格"], name="第1网格", name_en="Grid 1",
        person="周网格",
    )  # fmt: skip


def test_a_page_shows_only_what_its_unit_opened(site):
    publish(site, settled(site))
    shown = {}
    for item in Opened:
        choose(site, "leader", TOWN, {item: True})
        found = board(site)
        parts = {"handled": found.matters, "feed": found.news, "exposure": found.exposed, "figures": found.figures}
        shown[item.value] = [name for name, part in parts.items() if part is not None]
    assert shown == {item.value: [item.value] for item in Opened}


def test_a_village_s_page_holds_no_matter_of_another_village(site):
    choose(site, "leader", TOWN, ALL)
    publish(site, settled(site))
    assert (board(site, JIAZHUANG).matters, len(board(site, TOWN).matters)) == ((), 1)


def test_a_withdrawn_notice_is_gone_and_the_demand_may_be_published_anew(site):
    choose(site, "leader", TOWN, ALL)
    demand_id = settled(site)
    notice_id = publish(site, demand_id)

    def withdraw():
        with transaction(site.engine) as session:
            sunshine.withdraw(session, site.actors["chief"], notice_id, now=NOW)

    withdraw()
    assert (board(site).matters, board(site).news, refused(withdraw)) == ((), (), "withdrawn")
    publish(site, demand_id)
    assert len(board(site).matters) == 1
    with reading(site.engine) as session:
        kept = sunshine.published(session, site.actors["chief"], site.units[HUOPO])
    assert ([row.withdrawn_at for row in kept.rows], kept.total) == ([None, NOW], 2)


def test_a_neighbour_cannot_withdraw_a_notice(site):
    notice_id = publish(site, settled(site))
    with pytest.raises(NotFound), transaction(site.engine) as session:
        sunshine.withdraw(session, site.actors["other_chief"], notice_id, now=NOW)


def test_what_is_opened_again_is_no_longer_told_as_handled(site):
    choose(site, "leader", TOWN, ALL)
    demand_id = settled(site)
    publish(site, demand_id)
    with transaction(site.engine) as session:
        row = session.get_one(Demand, demand_id)
        row.state, row.is_open, row.settled_at, row.self_settled = State.REGISTERED, True, None, False
    assert (board(site).matters, board(site).matters_total) == ((), 0)


def test_what_was_settled_before_the_days_shown_is_not_on_the_page(site):
    choose(site, "leader", TOWN, ALL, days=7)
    publish(site, settled(site, at=NOW - 8 * DAY))
    publish(site, settled(site, at=NOW - 6 * DAY))
    assert ([row.settled_at for row in board(site).matters], board(site).figures.received) == ([NOW - 6 * DAY], 1)


def test_the_longest_open_are_exposed_by_class_village_and_office(site):
    choose(site, "leader", TOWN, {Opened.EXPOSURE: True})
    for days in range(12, 0, -1):
        site.report(at=NOW - days * DAY)
    found = board(site).exposed
    assert [row.reported_at for row in found] == [NOW - days * DAY for days in range(12, 2, -1)]
    first = found[0]
    assert (first.category, first.village, first.level, first.holder, first.clock) == (
        "供水供电", "霍坡村", "grid", None, Clock.LATE,
    )  # fmt: skip


def test_every_change_of_what_is_public_is_kept_in_the_audit_log_and_raises_the_version(site):
    versions = [version(site)]
    choose(site, "leader", TOWN, ALL, days=45)
    versions.append(version(site))
    notice_id = publish(site, settled(site))
    versions.append(version(site))
    with transaction(site.engine) as session:
        sunshine.withdraw(session, site.actors["chief"], notice_id, now=NOW)
    versions.append(version(site))
    with reading(site.engine) as session:
        entries = session.exec(select(AuditEntry).where(AuditEntry.action.startswith("sunshine."))).all()
        notices = session.exec(select(Notice)).all()
    assert versions == [0, 1, 2, 3]
    assert [(entry.action, entry.subject, json.loads(entry.facts)) for entry in entries] == [
        ("sunshine.choose", TOWN, {"days": 45, "exposure": True, "feed": True, "figures": True, "handled": True}),
        ("sunshine.publish", "D411622-2026-00001", {"title": GOOD.title}),
        ("sunshine.withdraw", "D411622-2026-00001", {"title": GOOD.title}),
    ]
    assert len(notices) == 1


def version(site):
    with reading(site.engine) as session:
        return sunshine.version(session)


def test_of_two_who_publish_at_once_one_is_told_that_it_was_done(site):
    demand_id = settled(site)
    outcomes = []

    def call(who):
        with transaction(site.engine) as session:
            sunshine.publish(session, site.actors[who], demand_id, GOOD, HelperRow(Helper.NOBODY), now=NOW)

    threads = [
        threading.Thread(target=lambda who=who: outcomes.append(refused(lambda: call(who))))
        for who in ("chief", "supervisor")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["published_before", "taken"]
