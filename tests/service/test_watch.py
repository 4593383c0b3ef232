"""The watch-list: nobody is entered but by a published rule, and everything about an entry follows from its events."""

import io
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars
import pytest
from pydantic import ValidationError
from sqlalchemy import event
from sqlmodel import select

from models.accounts import PERMISSIONS, Permission
from models.demands import Demand, Reached, Satisfaction, Solved, State
from models.people import Post
from models.watch import Watch, WatchEntry, WatchMeasure, WatchRule, WatchState, WatchVerb, missing_weeks
from services import checks, counters, sites, watch
from services.access import SYSTEM
from services.database import reading, transaction
from services.errors import ChangedMeanwhile, NotAllowed, NotFound, Refused, ServiceError
from services.figures.counting import Stock
from services.periods import Period
from services.rates import Counted
from services.watch import Figure
from services.watch.history import projection
from services.watch.measuring import Measured, judged, let_go
from services.watch.reads import events_of
from services.watch.rows import Plan
from tests.conftest import NOW
from tests.factories import UNITS, town

ZONE = ZoneInfo("Asia/Shanghai")
DAY, WEEK = timedelta(days=1), timedelta(days=7)
TODAY = date(2026, 11, 20)
TOP, OTHER, VILLAGE, GRID = "411622204", "411622204201", "411622204202", "411622204202001"
EMPTY = Plan((), (), (), ())


@pytest.fixture
def site(engine):
    return town(engine)


def vacate(site, on=date(2026, 7, 1)):
    """The village secretary leaves on a day and nobody follows."""
    with transaction(site.engine) as session:
        wanted = select(Post).where(Post.unit_id == site.units[VILLAGE])
        session.exec(wanted).one().ends_on = on


def do(site, who, service, *given, at=NOW, **options):
    with transaction(site.engine) as session:
        actor = SYSTEM if who is None else site.actors[who]
        return service(session, actor, *given, now=at, **options)


def look(site, who, service, *given, **options):
    with reading(site.engine) as session:
        return service(session, SYSTEM if who is None else site.actors[who], *given, **options)


def entered(site, who="leader", at=NOW, vacant=date(2026, 7, 1), **options):
    """The village on the list for its vacant post."""
    vacate(site, vacant)
    return do(site, who, watch.enter, site.units[VILLAGE], at=at, **options)


def sheet(site, entry, who="leader", at=NOW):
    return look(site, who, watch.sheet, entry, now=at)


def tried(site, who, service, *given, **options):
    try:
        do(site, who, service, *given, **options)
    except ServiceError as error:
        return error.code
    return "ok"


# The rules


def rule(measure, **numbers):
    names = {"last": "{periods} {least}", "satisfaction": "{limit} {periods} {least}", "overdue": "{limit} {least}",
             "vacant": "{limit}", "measures": "", "evidence": "{limit}"}[measure]  # fmt: skip
    return WatchRule(measure=measure, zh=names, en=names, **numbers)


OCTOBER, SEPTEMBER = (
    Period(date(2026, 10, 1), date(2026, 10, 31), ZONE),
    Period(date(2026, 9, 1), date(2026, 9, 30), ZONE),
)


def measured(*counts, stock=None, vacant=None):
    return Measured(TODAY, (OCTOBER, SEPTEMBER)[: len(counts)], counts, stock or {}, vacant or {})


def settled(*pairs):
    """Counts by unit 1, 2, 3 ... of (settled, received)."""
    return {unit: Counted(received=received, settled=part) for unit, (part, received) in enumerate(pairs, start=1)}


def test_last_means_last_in_every_one_of_the_periods():
    twice = rule("last", periods=2, least=10)
    worst = settled((5, 10), (9, 10), (20, 20))
    found = judged(twice, 1, measured(worst, worst))
    assert (found.holds, found.figures[0]) == (
        True, Figure(OCTOBER.from_day, OCTOBER.to_day, 5, 10, 0.5, place=3, of=3),
    )  # fmt: skip
    once = settled((9, 10), (5, 10), (20, 20))
    assert [judged(twice, unit, measured(worst, once)).holds for unit in (1, 2, 3)] == [False, False, False]


def test_a_unit_with_too_few_demands_is_neither_last_nor_compared():
    least = rule("last", periods=1, least=10)
    counts = settled((0, 3), (7, 10), (9, 10))
    found = [judged(least, unit, measured(counts)) for unit in (1, 2, 3)]
    assert [(each.holds, each.figures[0].place, each.figures[0].of) for each in found] == [
        (None, None, 2), (True, 2, 2), (False, 1, 2),
    ]  # fmt: skip


def test_nobody_is_last_where_all_are_equal_and_all_who_share_the_lowest_rate_are():
    least = rule("last", periods=1, least=1)
    equal, shared = settled((10, 10), (20, 20)), settled((5, 10), (10, 20), (9, 10))
    assert [judged(least, unit, measured(equal)).holds for unit in (1, 2)] == [False, False]
    assert [judged(least, unit, measured(shared)).holds for unit in (1, 2, 3)] == [True, True, False]


def test_a_unit_compared_with_nobody_is_not_last():
    """One village alone has enough demands: it is place 1 of 1, and nobody is worse or better."""
    least = rule("last", periods=1, least=10)
    found = judged(least, 1, measured(settled((12, 12), (0, 3))))
    assert (found.holds, found.figures[0].place, found.figures[0].of) == (None, None, 1)


def test_satisfaction_is_pooled_over_the_periods_and_says_nothing_below_its_number_of_calls():
    below = rule("satisfaction", limit=0.6, periods=2, least=10)
    october, september = {1: Counted(valid=6, satisfied=2, basically=1)}, {1: Counted(valid=4, satisfied=3)}
    found = judged(below, 1, measured(october, september))
    assert found.holds is True
    assert found.figures == (Figure(SEPTEMBER.from_day, OCTOBER.to_day, 5.9, 10, pytest.approx(0.59)),)
    assert judged(below, 1, measured(october, {})).holds is None
    assert judged(below, 1, measured(october, {1: Counted(valid=4, satisfied=4)})).holds is False


def test_the_overdue_share_is_of_the_open_ones_and_only_above_the_limit():
    above = rule("overdue", limit=0.4, least=10)
    lying = {1: Stock(open=10, overdue=4), 2: Stock(open=10, overdue=5), 3: Stock(open=9, overdue=9)}
    found = measured(stock=lying)
    assert [judged(above, unit, found).holds for unit in (1, 2, 3, 4)] == [False, True, None, None]


def test_a_post_is_vacant_too_long_after_the_rules_months_and_nobody_knows_where_none_was_entered():
    over = rule("vacant", limit=3)
    found = measured(vacant={1: date(2026, 8, 19), 2: date(2026, 8, 20), 3: None})
    assert [judged(over, unit, found).holds for unit in (1, 2, 3, 4)] == [True, False, None, False]


@pytest.mark.parametrize(
    ("since", "today", "months"),
    [
        (date(2026, 8, 15), date(2026, 11, 15), 3.0), (date(2027, 2, 1), date(2027, 5, 1), 3.0),
        (date(2026, 11, 30), date(2027, 2, 28), 3.0), (date(2026, 11, 30), date(2027, 3, 14), 3.47),
        (date(2026, 11, 20), date(2026, 11, 20), 0.0), (date(2026, 5, 31), date(2026, 11, 29), 5.97),
    ],
)  # fmt: skip
def test_months_of_a_vacant_post_are_those_of_the_calendar(since, today, months):
    """Three months are over on the same day of the third month, be it after 89 days or 92."""
    found = judged(rule("vacant", limit=3), 1, replace(measured(vacant={1: since}), today=today))
    assert (found.figures[0].value, found.holds) == (months, months > 3)


def test_leaving_is_the_opposite_but_never_by_what_was_before_the_entry_or_is_not_known():
    good = settled((9, 10), (5, 10))
    last, pleased = rule("last", periods=1, least=10), rule("satisfaction", limit=0.8, periods=1, least=5)
    october = measured({1: Counted(received=10, settled=9, valid=5, satisfied=4), 2: good[2]})
    early, late = date(2026, 10, 5), date(2026, 11, 2)
    assert [let_go(each, 1, october, EMPTY, early).holds for each in (last, pleased)] == [True, True]
    assert [let_go(each, 1, october, EMPTY, late).holds for each in (last, pleased)] == [None, None]
    assert let_go(last, 2, october, EMPTY, early).holds is False


def test_without_open_cases_nothing_is_late_and_a_vacant_post_keeps_a_unit_on_the_list():
    calm, filled = rule("overdue", limit=0.2, least=5), rule("vacant", limit=1)
    found = measured(vacant={1: date(2026, 10, 1), 2: date(2026, 11, 10), 3: None})
    assert [let_go(calm, unit, found, EMPTY, TODAY).holds for unit in (1,)] == [True]
    assert [let_go(filled, unit, found, EMPTY, TODAY).holds for unit in (1, 2, 3, 4)] == [False, True, False, True]


@pytest.mark.parametrize("words", ["连续 {periods} 期末位", "末位", "{periods} {least} {limit}"])
def test_a_rule_whose_words_hide_or_invent_a_number_is_refused(words):
    with pytest.raises(ValidationError):
        WatchRule(measure="last", periods=2, least=10, zh=words, en="last in {periods}, {least}")


def test_a_list_without_a_way_out_and_an_entry_by_the_plan_are_refused():
    vacant, done = rule("vacant", limit=3), rule("measures")
    for entry, leave in (([vacant], []), ([], [vacant]), ([done], [done])):
        with pytest.raises(ValidationError):
            Watch(entry=entry, exit=leave)


@pytest.mark.parametrize("key", ["dawangzhuang", "meizhou"])
def test_the_published_words_carry_the_numbers_that_are_applied(key):
    rules = sites.load(key).watch.entry
    assert [each.words("zh") for each in rules if each.measure is WatchMeasure.SATISFACTION] == [
        "最近 3 个月群众满意率低于 60%（有效回访不少于 10 件）"
    ]
    assert all("{" not in each.words(language) for each in rules for language in ("zh", "en"))


# Entering


def test_without_a_rule_that_holds_nobody_is_proposed_and_nobody_can_be_entered(site):
    assert look(site, "leader", watch.proposals, now=NOW) == []
    for who in ("leader", None):
        with pytest.raises(Refused) as refused:
            do(site, who, watch.enter, site.units[VILLAGE])
        assert refused.value.code == "watch_no_rule_met"
    assert look(site, "leader", watch.ledger, now=NOW) == []


def test_a_vacant_post_proposes_the_village_with_its_figures_and_enters_nobody_by_itself(site):
    vacate(site)
    (found,) = look(site, "leader", watch.proposals, now=NOW)
    assert (found.code, found.unit, found.relapse) == (VILLAGE, "霍坡村", False)
    assert [(each.rule.measure, each.holds) for each in found.findings] == [(WatchMeasure.VACANT, True)]
    assert found.findings[0].figures == (Figure(TODAY, TODAY, value=4.63, since=date(2026, 7, 1)),)
    assert look(site, "leader", watch.listed) == {}


def test_an_entry_keeps_the_rules_words_and_figures_of_its_day(site):
    entry = entered(site, note="支书离任后无人主持")
    (row,) = look(site, "chief", watch.ledger, now=NOW)
    assert (row.id, row.reference, row.state, row.unit, row.relapse_of) == (
        entry, "W411622-2026-0001", WatchState.ON_LIST, "霍坡村", None,
    )  # fmt: skip
    (reason,) = row.reasons
    assert (reason.zh, reason.holds) == ("村支书岗位空缺超过 3 个月", True)
    assert reason.figures == (Figure(TODAY, TODAY, value=4.63, since=date(2026, 7, 1)),)
    assert look(site, "viewer", watch.listed) == {
        site.units[VILLAGE]: watch.Mark("W411622-2026-0001", WatchState.ON_LIST, relapse=False)
    }
    assert look(site, "leader", watch.proposals, now=NOW) == []


def test_every_role_enters_only_units_below_its_own_and_only_villages(site):
    vacate(site)
    found = {}
    for who in site.actors:
        for code, *_ in UNITS:
            found[who, code] = undone(site, who, code)
    allowed = {
        (who, VILLAGE) for who in ("leader", "supervisor", "administrator")
    }  # fmt: skip
    assert {pair for pair, outcome in found.items() if outcome == "ok"} == allowed
    assert found["chief", VILLAGE] == "watch_own_unit"
    assert found["other_chief", VILLAGE] == "unit_not_found"
    assert (found["leader", GRID], found["leader", OTHER]) == ("watch_level", "watch_no_rule_met")
    without = {who for who, actor in site.actors.items() if Permission.TRIAGE not in PERMISSIONS[actor.role]}
    assert {found[who, VILLAGE] for who in without} == {"not_allowed"}


class _Undo(Exception):
    """Rolls a tried move back."""


def undone(site, who, code):
    try:
        with transaction(site.engine) as session:
            watch.enter(session, site.actors[who], site.units[code], now=NOW)
            raise _Undo
    except ServiceError as error:
        return error.code
    except _Undo:
        return "ok"


def test_a_unit_is_on_the_list_once_and_the_same_click_twice_enters_once(site):
    first = entered(site, key="a")
    assert do(site, "leader", watch.enter, site.units[VILLAGE], key="a") == first
    assert tried(site, "supervisor", watch.enter, site.units[VILLAGE], key="a") == "key_used"
    assert tried(site, "leader", watch.enter, site.units[VILLAGE], key="b") == "watch_listed"
    assert len(look(site, "leader", watch.ledger, now=NOW)) == 1


# The plan


def planned(site, entry, who="chief", due=TODAY + WEEK, at=NOW):
    problem = do(site, who, watch.problem, entry, "村支部长期不开会", at=at)
    person = {"person_id": site.people["王书记"]}
    return problem, do(site, who, watch.measure, entry, problem, "每月开一次支部会", due, at=at, **person)


def test_problems_measures_persons_days_help_and_evidence_make_one_policy(site):
    entry = entered(site, at=NOW - 30 * DAY)
    problem, measure = planned(site, entry, due=TODAY - 3 * DAY, at=NOW - 29 * DAY)
    water = site.departments["water"]
    do(site, "supervisor", watch.measure, entry, problem, "改水管", TODAY + DAY, department_id=water, at=NOW - 28 * DAY)
    do(site, "leader", watch.give_help, entry, "leader", "每周驻村一天", TODAY, person_id=site.people["王书记"])
    do(site, "chief", watch.show, entry, TODAY - 14 * DAY, "开了支部会，到会二十三人")
    plan = sheet(site, entry).plan
    (found,) = plan.problems
    assert [(row.seq, row.text, row.who, row.due_on, row.done_on, row.late_days) for row in found.measures] == [
        (measure, "每月开一次支部会", "王书记", TODAY - 3 * DAY, None, 3),
        (4, "改水管", "县供水公司", TODAY + DAY, None, 0),
    ]
    assert [(row.kind, row.who, row.text, row.given_on) for row in plan.helps] == [
        ("leader", "王书记", "每周驻村一天", TODAY)
    ]
    assert [(row.week, row.text) for row in plan.evidence] == [(date(2026, 11, 2), "开了支部会，到会二十三人")]
    assert plan.missing == (date(2026, 10, 26), date(2026, 11, 9))
    row = sheet(site, entry).row
    assert (row.measures, row.done, row.late, row.missing, row.helps) == (2, 0, 1, 2, 1)


def test_a_measure_is_done_taken_back_moved_and_dropped_and_the_first_day_stays_seen(site):
    entry = entered(site)
    _, measure = planned(site, entry)
    change = watch.change
    do(site, "chief", change, entry, measure, WatchVerb.DONE, day=TODAY)
    assert tried(site, "chief", change, entry, measure, WatchVerb.DONE, day=TODAY) == "watch_measure_so"
    assert tried(site, "chief", change, entry, measure, WatchVerb.UNDONE) == "watch_text_missing"
    do(site, "chief", change, entry, measure, WatchVerb.UNDONE, text="人没到齐")
    assert tried(site, "chief", change, entry, measure, WatchVerb.DONE, day=TODAY + DAY) == "day_to_come"
    do(site, "chief", change, entry, measure, WatchVerb.RESCHEDULE, day=TODAY + 2 * WEEK, text="等新支书到任")
    (row,) = sheet(site, entry).plan.measures
    assert (row.first_due_on, row.due_on, row.done_on) == (TODAY + WEEK, TODAY + 2 * WEEK, None)
    do(site, "chief", change, entry, measure, WatchVerb.DROP, text="并入另一条")
    assert sheet(site, entry).plan.measures == []
    assert tried(site, "chief", change, entry, measure, WatchVerb.DONE, day=TODAY) == "watch_measure_so"


def test_what_is_wrong_is_refused_with_its_reason(site):
    entry = entered(site)
    problem, measure = planned(site, entry)
    both = {"person_id": site.people["王书记"], "department_id": site.departments["water"]}
    assert [
        tried(site, "chief", watch.problem, entry, "  "),
        tried(site, "chief", watch.problem, entry, "长" * 3000),
        tried(site, "chief", watch.measure, entry, problem, "做", TODAY),
        tried(site, "chief", watch.measure, entry, problem, "做", TODAY, **both),
        tried(site, "chief", watch.measure, entry, measure, "做", TODAY, person_id=both["person_id"]),
        tried(site, "chief", watch.measure, entry, problem, "做", TODAY, person_id=99_999),
        tried(site, "chief", watch.measure, entry, problem, "做", TODAY, department_id=99_999),
        tried(site, "leader", watch.give_help, entry, "party", "请客", TODAY),
        tried(site, "leader", watch.give_help, entry, "leader", "帮", TODAY + DAY),
        tried(site, "chief", watch.give_help, entry, "leader", "帮", TODAY),
        tried(site, "chief", watch.show, entry, TODAY - WEEK, "早了"),
        tried(site, "chief", watch.show, entry, TODAY + WEEK, "还没到"),
        tried(site, "other_chief", watch.problem, entry, "别村的"),
        tried(site, "member", watch.problem, entry, "网格员"),
    ] == [
        "watch_text_missing", "text_long", "watch_who", "watch_who", "project_part_not_found", "person_not_found",
        "department_not_found", "watch_help_wrong", "day_to_come", "watch_own_unit", "watch_week", "watch_week",
        "watch_not_found", "not_allowed",
    ]  # fmt: skip


def test_weeks_without_evidence_count_from_the_week_after_the_entry_and_only_when_over():
    friday = date(2026, 10, 9)
    weeks = [date(2026, 10, 12), date(2026, 10, 19), date(2026, 10, 26)]
    assert missing_weeks(friday, date(2026, 10, 18), []) == []
    assert missing_weeks(friday, date(2026, 10, 19), []) == weeks[:1]
    assert missing_weeks(friday, date(2026, 11, 2), [weeks[1]]) == [weeks[0], weeks[2]]


# Acceptance, leaving, coming back


def test_the_town_accepts_never_the_unit_and_never_who_did_the_work(site):
    entry = entered(site)
    do(site, "supervisor", watch.show, entry, TODAY, "走访三十户")
    assert tried(site, "supervisor", watch.accept, entry, "好") == "watch_own_work"
    assert tried(site, "chief", watch.accept, entry, "好") == "watch_own_unit"
    do(site, "leader", watch.accept, entry, "现场看过，支部会正常")
    assert sheet(site, entry).row.state is WatchState.ACCEPTED
    do(site, "administrator", watch.send_back, entry, "群众仍有意见")
    row = sheet(site, entry).row
    assert (row.state, row.accepted_at) == (WatchState.ON_LIST, None)


def test_nobody_leaves_before_the_town_accepted_and_every_rule_holds(site):
    entry = entered(site)
    assert tried(site, "leader", watch.leave, entry) == "watch_state"
    do(site, "leader", watch.accept, entry, "看过")
    with pytest.raises(Refused) as refused:
        do(site, "leader", watch.leave, entry)
    assert (refused.value.code, refused.value.facts["count"]) == ("watch_rules_open", 4)
    found = sheet(site, entry)
    assert {each.rule.measure.value: each.holds for each in found.leaving} == {
        "measures": False, "evidence": True, "satisfaction": None, "last": None, "overdue": True, "vacant": False,
    }  # fmt: skip
    assert WatchVerb.LEAVE not in watch.choices(site.actors["leader"], found)


def good_month(site, code, count, happy, month=10):
    """`count` demands of a grid, all settled and called back in a month, of whom `happy` are satisfied."""
    at = datetime(2026, month, 5, 2, tzinfo=NOW.tzinfo)
    with transaction(site.engine) as session:
        by = "member" if code == GRID else "leader"
        ids = [site_report(session, site, by, code, at + number * DAY) for number in range(count)]
        for number, demand_id in enumerate(ids):
            counters.apply(session, [demand_id], -1)
            row = session.get_one(Demand, demand_id)
            row.state, row.is_open, row.settled_at, row.settled_level = State.CLOSED, False, at + 12 * DAY, "grid"
            row.called_at, row.reached, row.contacted = at + 13 * DAY, Reached.YES, True
            row.heard_at = row.called_at
            row.solved = Solved.SOLVED
            row.satisfied = Satisfaction.SATISFIED if number < happy else Satisfaction.NOT
            session.flush()
            counters.apply(session, [demand_id], 1)


def site_report(session, site, by, grid, at):
    from services import demands

    return demands.report(
        session, site.actors[by], "路灯不亮", category_id=site.categories["utilities.lamps"],
        unit_id=site.units[grid], now=at,
    ).id  # fmt: skip


def appoint(site, on):
    """Somebody becomes the village's secretary."""
    with transaction(site.engine) as session:
        post = session.exec(select(Post).where(Post.unit_id == site.units[VILLAGE])).one()
        session.add(Post(person_id=post.person_id, unit_id=post.unit_id, role=post.role, starts_on=on))


def left(site):
    """The village leaves by every rule: plan done, evidence each week, satisfied villagers, not last, a secretary."""
    start = datetime(2026, 9, 28, 2, tzinfo=NOW.tzinfo)
    entry = entered(site, at=start, vacant=date(2026, 5, 1))
    _, measure = planned(site, entry, at=start)
    do(site, "chief", watch.change, entry, measure, WatchVerb.DONE, day=date(2026, 11, 18))
    for week in range(1, 6):
        do(site, "chief", watch.show, entry, start.date() + week * WEEK, f"第{week}周")
    appoint(site, date(2026, 10, 15))
    good_month(site, GRID, 10, happy=8)
    good_month(site, "411622204201001", 10, happy=10)
    with transaction(site.engine) as session:  # the other village leaves one unsettled
        demand = session.exec(select(Demand).where(Demand.a2_id == site.units[OTHER]).limit(1)).one()
        counters.apply(session, [demand.id], -1)
        demand.settled_at, demand.settled_level, demand.state = None, None, State.REJECTED
        session.flush()
        counters.apply(session, [demand.id], 1)
    do(site, "leader", watch.accept, entry, "现场验收合格")
    do(site, "leader", watch.leave, entry, text="整治到位")
    return entry


def test_a_unit_leaves_by_the_rules_and_is_marked_when_it_comes_back_within_the_years(site):
    entry = left(site)
    row = sheet(site, entry).row
    assert (row.state, row.ended_at, row.missing) == (WatchState.LEFT, NOW, 1)
    last = sheet(site, entry).events[-1]
    assert [each["holds"] for each in last.facts["rules"]] == [True] * 6
    assert last.facts["rules"][2]["figures"][0]["value"] == pytest.approx(0.8)
    vacate_again(site, date(2027, 1, 10))
    later = datetime(2027, 6, 1, tzinfo=NOW.tzinfo)
    (found,) = look(site, "leader", watch.proposals, now=later)
    assert found.relapse is True
    again = do(site, "leader", watch.enter, site.units[VILLAGE], at=later)
    now = sheet(site, again, at=later)
    assert (now.row.relapse_of, [each.reference for each in now.earlier]) == (row.reference, [row.reference])
    assert look(site, "leader", watch.listed)[site.units[VILLAGE]].relapse is True


def vacate_again(site, on):
    with transaction(site.engine) as session:
        wanted = select(Post).where(Post.unit_id == site.units[VILLAGE]).order_by(Post.starts_on.desc())
        session.exec(wanted.limit(1)).one().ends_on = on


def test_after_the_years_it_is_a_new_entry_and_a_withdrawn_one_never_counts(site):
    first = entered(site)
    do(site, "leader", watch.withdraw, first, "录错村")
    second = do(site, "leader", watch.enter, site.units[VILLAGE])
    assert sheet(site, second).row.relapse_of is None
    rules = sites.load("dawangzhuang").watch
    assert [rules.is_relapse(NOW, NOW + timedelta(days=days)) for days in (1, 5 * 366 - 1, 5 * 366)] == [
        True, True, False,
    ]  # fmt: skip


# The ledger


def test_an_entrys_row_is_rebuilt_from_its_events_alone(site):
    entry = entered(site)
    planned(site, entry)
    do(site, "leader", watch.accept, entry, "好")
    do(site, "leader", watch.send_back, entry, "不好")
    do(site, "leader", watch.withdraw, entry, "录错")
    with reading(site.engine) as session:
        row = session.get_one(WatchEntry, entry)
        events = events_of(session, SYSTEM, [entry])[entry]
        stored = {name: getattr(row, name) for name in ("state", "entered_at", "accepted_at", "ended_at")}
        assert projection(events) == stored | {"event_count": row.event_count, "relapse_of": None}
    assert [each.seq for each in events] == list(range(1, 7))
    assert look(site, None, checks.verify).total == 0
    with transaction(site.engine) as session:
        session.get_one(WatchEntry, entry).state = WatchState.LEFT
    differing = look(site, None, checks.verify).differences
    assert [(row.what, row.column, row.stored, row.expected) for row in differing] == [
        ("watch", "state", "left", "withdrawn")
    ]
    assert stored == {
        "state": WatchState.WITHDRAWN, "entered_at": NOW, "accepted_at": None, "ended_at": NOW,
    }  # fmt: skip


def test_the_same_click_twice_writes_once(site):
    entry = entered(site)
    for _ in range(2):
        assert do(site, "chief", watch.problem, entry, "不开会", key="p") == 2
        assert do(site, "chief", watch.show, entry, TODAY, "开了会", key="e") == 3
    assert sheet(site, entry).row.version == 4
    assert len(sheet(site, entry).events) == 3


def test_who_wrote_meanwhile_is_named_and_nothing_is_written(site):
    entry = entered(site)
    seen = sheet(site, entry).row.version
    do(site, "supervisor", watch.problem, entry, "不开会", seen_version=seen)
    with pytest.raises(ChangedMeanwhile) as refused:
        do(site, "chief", watch.problem, entry, "账目不公开", seen_version=seen)
    assert refused.value.facts["who"] == "supervisor"
    assert len(sheet(site, entry).plan.problems) == 1


def test_every_role_reads_the_sheets_of_its_own_area_and_no_other(site):
    entry = entered(site)
    found = {}
    for who in site.actors:
        try:
            found[who] = len(look(site, who, watch.ledger, now=NOW)), sheet(site, entry, who).row.id
        except (NotAllowed, NotFound) as error:
            found[who] = type(error).__name__
    whole = dict.fromkeys(("leader", "supervisor", "chief", "administrator"), (1, entry))
    nothing = dict.fromkeys(("other_chief", "member", "department", "other_department"), "NotFound")
    assert found == whole | nothing | {"viewer": "NotAllowed"}


def test_a_department_reads_where_it_is_named_writes_nothing_and_sees_no_full_name(site):
    entry = entered(site)
    problem, _ = planned(site, entry)
    do(site, "chief", watch.measure, entry, problem, "改水管", TODAY, department_id=site.departments["water"])
    found = sheet(site, entry, "department")
    assert [row.who for row in found.plan.measures] == ["王**", "县供水公司"]
    assert (found.leaving, watch.choices(site.actors["department"], found)) == ((), [])
    assert tried(site, "department", watch.problem, entry, "好") == "not_allowed"
    assert look(site, "other_department", watch.ledger, now=NOW) == []


def test_many_entries_cost_no_more_statements_than_one(site):
    def statements():
        seen = []
        event.listen(site.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
        look(site, "leader", watch.ledger, now=NOW)
        look(site, "leader", watch.proposals, now=NOW)
        return len(seen)

    entry = entered(site)
    planned(site, entry)
    one = statements()
    with transaction(site.engine) as session:
        session.add(Post(person_id=site.people["霍支书"], unit_id=site.units[OTHER], role="chief",
                         starts_on=date(2024, 1, 1), ends_on=date(2026, 5, 1)))  # fmt: skip
    do(site, "leader", watch.enter, site.units[OTHER])
    assert statements() == one


def test_the_workbook_has_typed_cells_and_no_formula_of_anybodys_text(site):
    entry = entered(site)
    problem, _ = planned(site, entry)
    do(site, "chief", watch.measure, entry, problem, "=1+1", TODAY, person_id=site.people["王书记"])
    do(site, "leader", watch.give_help, entry, "leader", "驻村", TODAY, person_id=site.people["王书记"])
    do(site, "chief", watch.show, entry, TODAY, "开了会")
    made = look(site, "leader", watch.workbook, now=NOW, say=lambda key: "zh" if key == "language" else key)
    book = polars.read_excel(io.BytesIO(made), sheet_id=0)
    assert {name: table.height for name, table in book.items()} == {
        "sheet.entries": 1, "sheet.measures": 2, "sheet.helps": 1, "sheet.evidence": 1,
    }  # fmt: skip
    (row,) = book["sheet.entries"].rows(named=True)
    assert (row["column.entered_on"], row["column.measures"], row["column.reasons"]) == (
        TODAY, 2, "村支书岗位空缺超过 3 个月",
    )  # fmt: skip
    assert book["sheet.measures"]["column.measure"].to_list() == ["每月开一次支部会", "=1+1"]
