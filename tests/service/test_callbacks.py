"""The call-back desk: somebody else asks the villager, and what the villager says has consequences."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlmodel import select

from models.demands import CallBack, Demand, Reached, Satisfaction, Solved, State, Verb
from services import callbacks, checks, database, demands, periods, rates, sites
from services.access import SYSTEM
from services.callbacks import Desk, Waiting
from services.callbacks.rounds import allocated, sample
from services.database import reading, transaction
from services.demands import Fact, Filters
from services.errors import BadInput, NotAllowed, NotFound, Refused
from services.rates import Counted
from tests.conftest import NOW
from tests.factories import town

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TOP = "411622204"


@pytest.fixture
def site(engine):
    return town(engine)


def act(site, who, verb, demand_id, now=NOW + HOUR, **options):
    with transaction(site.engine) as session:
        return getattr(demands, verb)(session, site.actors[who], demand_id, now=now, **options)


def settled(site, by="member", at=NOW, **options):
    """A demand handled by `by` that waits for its check."""
    demand_id = site.report(at=at, **options)
    act(site, "leader", "accept", demand_id, at)
    act(site, "leader", "assign", demand_id, at, unit_id=site.units["411622204202001"])
    act(site, by, "sign", demand_id, at)
    act(site, by, "settle", demand_id, at, reason="修好了")
    return demand_id


def checked(site, by="member", at=NOW, **options):
    """A demand that waits for its call-back."""
    demand_id = settled(site, by, at, **options)
    act(site, "supervisor", "pass_check", demand_id, at)
    return demand_id


def call(site, who, demand_id, reached=Reached.YES, solved=None, satisfied=None, now=NOW + HOUR, **options):
    options |= {"reached": reached, "solved": solved, "satisfied": satisfied}
    with transaction(site.engine) as session:
        return callbacks.log(session, site.actors[who], demand_id, now=now, **options)


def happy(site, who, demand_id, now=NOW + HOUR):
    return call(site, who, demand_id, solved=Solved.SOLVED, satisfied=Satisfaction.SATISFIED, contacted=True, now=now)


def one(site, demand_id):
    with reading(site.engine) as session:
        return session.get_one(Demand, demand_id)


def answered(site, who="leader"):
    """What people said of the town's demands, without what those demands came to."""
    with reading(site.engine) as session:
        days = sites.profile(session).days
        over = periods.between((NOW - DAY).date(), (NOW + 30 * DAY).date(), days)
        top, later = site.units[TOP], NOW + 30 * DAY
        found = rates.counted(session, site.actors[who], [top], over, now=later)[top]
    return Counted(**{name: getattr(found, name) for name in rates.CALLED})


def test_solved_by_the_villagers_word_closes_it(site):
    demand_id = checked(site)
    happy(site, "supervisor", demand_id)
    found = one(site, demand_id)
    assert (found.state, found.closed_at, found.reached, found.solved, found.satisfied, found.contacted) == (
        State.CLOSED, NOW + HOUR, Reached.YES, Solved.SOLVED, Satisfaction.SATISFIED, True,
    )  # fmt: skip


@pytest.mark.parametrize("solved", [Solved.NOT, Solved.PARTLY])
def test_what_is_not_solved_goes_back_to_work_by_rule_and_keeps_its_clock(site, solved):
    demand_id = checked(site)
    due = one(site, demand_id).due_at
    call(site, "supervisor", demand_id, solved=solved, satisfied=Satisfaction.NOT, comment="还是不亮")
    found = one(site, demand_id)
    assert (found.state, found.settled_at, found.due_at, found.solved) == (State.HANDLING, None, due, solved)
    with reading(site.engine) as session:
        events = demands.detail(session, SYSTEM, demand_id).events
        assert [event.verb for event in events[-2:]] == [Verb.CALL_BACK, Verb.REWORK]
        assert events[-1].reason.endswith("还是不亮")
        assert demands.rebuild(session, SYSTEM, demand_id) == {}
        assert checks.verify(session, SYSTEM).differences == ()


def test_a_closed_demand_that_turns_out_unsolved_is_opened_again_with_fresh_clocks(site):
    demand_id = checked(site)
    happy(site, "supervisor", demand_id)
    call(site, "leader", demand_id, solved=Solved.NOT, satisfied=Satisfaction.NOT, now=NOW + 5 * DAY)
    found = one(site, demand_id)
    assert (found.state, found.closed_at, found.solved) == (State.REGISTERED, None, Solved.NOT)
    assert found.due_at > NOW + 5 * DAY


def test_what_is_said_after_the_window_to_open_it_again_is_kept_all_the_same(site):
    demand_id = checked(site)
    happy(site, "supervisor", demand_id)
    late = NOW + 61 * DAY
    call(site, "leader", demand_id, solved=Solved.NOT, satisfied=Satisfaction.NOT, now=late)
    found = one(site, demand_id)
    assert (found.state, found.solved, found.satisfied, found.called_at) == (
        State.CLOSED, Solved.NOT, Satisfaction.NOT, late,
    )  # fmt: skip


def test_what_was_said_before_it_was_opened_again_counts_but_closes_nothing(site):
    demand_id = checked(site)
    happy(site, "supervisor", demand_id)
    call(site, "leader", demand_id, solved=Solved.NOT, satisfied=Satisfaction.NOT, now=NOW + 5 * DAY)
    assert answered(site) == Counted(called=1, valid=1, unsolved=1, dissatisfied=1)
    later = NOW + 6 * DAY
    act(site, "leader", "assign", demand_id, later, unit_id=site.units["411622204202001"])
    act(site, "member", "sign", demand_id, later)
    act(site, "member", "settle", demand_id, later, reason="换了")
    act(site, "supervisor", "pass_check", demand_id, later)
    with pytest.raises(BadInput, match="close_without_word"):
        act(site, "supervisor", "close", demand_id, later)
    happy(site, "supervisor", demand_id, now=later)
    assert one(site, demand_id).state is State.CLOSED
    assert answered(site) == Counted(called=1, valid=1, contacted=1, solved=1, satisfied=1)


def done_again(site, demand_id, at):
    """Put right what the villager said is not solved, and checked once more."""
    act(site, "member", "settle", demand_id, at, reason="又修了一遍")
    act(site, "supervisor", "pass_check", demand_id, at)


def washed_out(site):
    """The villager says no; it is done again, nobody answers three times, and it is closed with a reason."""
    demand_id = checked(site)
    call(site, "supervisor", demand_id, solved=Solved.NOT, satisfied=Satisfaction.NOT, contacted=True)
    done_again(site, demand_id, NOW + DAY)
    for day in (2, 3, 4):
        call(site, "supervisor", demand_id, Reached.NO_ANSWER, now=NOW + day * DAY)
    act(site, "leader", "close", demand_id, NOW + 5 * DAY, reason="到现场看过，灯亮了")
    return demand_id


def test_calls_that_nobody_takes_do_not_take_away_what_the_villager_said(site):
    demand_id = washed_out(site)
    found = one(site, demand_id)
    assert (found.state, found.called_at, found.reached) == (State.CLOSED, NOW + 4 * DAY, Reached.NO_ANSWER)
    assert (found.heard_at, found.solved, found.satisfied) == (NOW + HOUR, Solved.NOT, Satisfaction.NOT)
    said = Counted(called=1, valid=1, contacted=1, unsolved=1, dissatisfied=1)
    assert (answered(site), rates.resolution(said)) == (said, 0.0)
    with reading(site.engine) as session:
        assert demands.rebuild(session, SYSTEM, demand_id) == {}
        assert checks.verify(session, SYSTEM).differences == ()
        of_that_day = Filters(open_only=False, called_from=NOW, called_to=NOW + DAY, fact=Fact.UNSOLVED)
        assert demands.count(session, site.actors["leader"], of_that_day, now=NOW + 9 * DAY) == 1


def test_what_was_said_before_lets_nobody_close_after_one_try(site):
    demand_id = checked(site)
    call(site, "supervisor", demand_id, solved=Solved.NOT, satisfied=Satisfaction.NOT)
    done_again(site, demand_id, NOW + DAY)
    call(site, "supervisor", demand_id, Reached.NO_ANSWER, now=NOW + 2 * DAY)
    with pytest.raises(BadInput, match="close_without_word"):
        act(site, "leader", "close", demand_id, NOW + 2 * DAY)


def test_a_ledger_from_before_gets_back_what_villagers_said(site):
    demand_id, never = washed_out(site), checked(site)
    call(site, "supervisor", never, Reached.NO_ANSWER)
    said = answered(site)
    with site.engine.execution_options(write=True).begin() as connection:
        connection.execute(text("UPDATE demands SET solved = NULL, satisfied = NULL, contacted = NULL"))
        connection.execute(text("ALTER TABLE demands DROP COLUMN heard_at"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0012'"))
    database.migrate(site.engine)
    assert (one(site, demand_id).heard_at, one(site, never).heard_at) == (NOW + HOUR, None)
    assert answered(site) == said == Counted(called=2, valid=1, contacted=1, unsolved=1, dissatisfied=1)
    with reading(site.engine) as session:
        assert checks.verify(session, SYSTEM).differences == ()


@pytest.mark.parametrize("reached", [reached for reached in Reached if reached is not Reached.YES])
def test_unreachable_is_one_attempt_more_and_never_satisfied(site, reached):
    demand_id = checked(site)
    call(site, "supervisor", demand_id, reached)
    assert one(site, demand_id).state is State.PENDING_CALLBACK
    found = answered(site)
    assert found == Counted(called=1)
    assert (rates.valid_rate(found), rates.satisfaction(found)) == (0.0, None)


def test_after_three_attempts_a_second_pair_of_eyes_may_close_it_and_says_why(site):
    demand_id = checked(site)
    for day in range(3):
        with pytest.raises(Refused, match="call_more") if day else pytest.raises(BadInput, match="close_without_word"):
            act(site, "leader", "close", demand_id, NOW + day * DAY, reason="看过了" if day else "")
        call(site, "supervisor", demand_id, Reached.NO_ANSWER, now=NOW + day * DAY)
    act(site, "leader", "close", demand_id, NOW + 3 * DAY, reason="到现场看过，灯亮了")
    found = one(site, demand_id)
    assert (found.state, found.satisfied) == (State.CLOSED, None)
    with reading(site.engine) as session:
        numbers = session.exec(select(CallBack.number).order_by(CallBack.number)).all()
    assert numbers == [1, 2, 3]


def test_nobody_closes_without_the_villagers_word_or_a_reason(site):
    demand_id = checked(site)
    with pytest.raises(BadInput, match="close_without_word"):
        act(site, "leader", "close", demand_id)


def test_who_handled_it_neither_checks_nor_calls_nor_closes(site):
    demand_id = settled(site, by="supervisor")
    with pytest.raises(NotAllowed, match="own_handling"):
        act(site, "supervisor", "pass_check", demand_id)
    act(site, "leader", "pass_check", demand_id)
    with pytest.raises(NotAllowed, match="own_handling"):
        happy(site, "supervisor", demand_id)
    with pytest.raises(NotAllowed, match="own_handling"):
        act(site, "supervisor", "close", demand_id, reason="好了")
    assert one(site, demand_id).called_at is None


@pytest.mark.parametrize(
    ("reached", "solved", "satisfied", "code"),
    [
        (Reached.YES, None, Satisfaction.SATISFIED, "answers_missing"),
        (Reached.YES, Solved.SOLVED, None, "answers_missing"),
        (Reached.NO_ANSWER, None, Satisfaction.SATISFIED, "answers_without_person"),
    ],
)
def test_answers_are_whole_or_none(site, reached, solved, satisfied, code):
    demand_id = checked(site)
    with pytest.raises(BadInput, match=code):
        call(site, "supervisor", demand_id, reached, solved, satisfied)
    assert one(site, demand_id).called_at is None


def test_the_same_key_logs_one_attempt(site):
    demand_id = checked(site)
    for _ in range(2):
        call(site, "supervisor", demand_id, Reached.NO_ANSWER, key="k1")
    with reading(site.engine) as session:
        assert len(session.exec(select(CallBack)).all()) == 1


def test_the_desk_counts_and_lists_what_waits_and_marks_ones_own(site):
    own, other, called = settled(site, by="supervisor"), settled(site), checked(site)
    call(site, "supervisor", called, Reached.NO_ANSWER)
    with reading(site.engine) as session:
        actor, top = site.actors["supervisor"], site.units[TOP]
        assert callbacks.desk(session, actor, top) == Desk(check=2, call=1, unreached=1)
        rows = callbacks.waiting(session, actor, top, Waiting.CHECK)
        assert {row.id: row.handled_by_me for row in rows} == {own: True, other: False}
        missed = callbacks.waiting(session, actor, top, Waiting.UNREACHED)
        assert [(row.id, row.attempts, row.reached, row.phone) for row in missed] == [
            (called, 1, Reached.NO_ANSWER, "13800002207")
        ]  # fmt: skip


def test_a_chief_sees_no_call_of_another_village(site):
    demand_id = checked(site)
    with reading(site.engine) as session:
        village = site.units["411622204201"]
        assert callbacks.waiting(session, site.actors["other_chief"], village, Waiting.CALL) == []
        with pytest.raises(NotFound):
            callbacks.waiting(session, site.actors["other_chief"], site.units["411622204202"], Waiting.CALL)
    with pytest.raises(NotFound):
        call(site, "other_chief", demand_id, Reached.NO_ANSWER)


@pytest.mark.parametrize("who", ["member", "department", "viewer"])
def test_the_desk_is_for_those_who_may_close(site, who):
    with reading(site.engine) as session, pytest.raises(NotAllowed):
        callbacks.desk(session, site.actors[who], site.units[TOP])


def test_forty_six_of_forty_six_satisfied_is_a_hundred_per_cent(site):
    for _ in range(46):
        happy(site, "supervisor", checked(site))
    found = answered(site)
    assert found == Counted(called=46, valid=46, contacted=46, solved=46, satisfied=46)
    assert (rates.satisfaction(found), rates.resolution(found), rates.composite(found)) == (1.0, 1.0, 100.0)


def test_no_opinion_is_its_own_class_and_basically_counts_nine_tenths():
    found = Counted(called=10, valid=8, contacted=6, solved=5, partly=2, unsolved=1, satisfied=4, basically=2,
                    dissatisfied=1, no_opinion=1)  # fmt: skip
    assert rates.satisfaction(found) == pytest.approx((4 + 0.9 * 2) / 8)
    assert rates.composite(found) == pytest.approx(100 * (0.1 * 6 / 8 + 0.5 * 5 / 8 + 0.4 * 5.8 / 8))


def test_without_a_valid_call_back_there_is_no_data_not_nought():
    assert [rate(Counted(called=3)) for rate in (rates.response, rates.resolution, rates.satisfaction)] == [None] * 3
    assert rates.composite(Counted(called=3)) is None


def test_totals_pool_the_counts():
    small, large = Counted(called=1, valid=1, solved=1), Counted(called=9, valid=9, solved=0, unsolved=9)
    assert rates.resolution(small.plus(large)) == 0.1


def test_a_sample_gives_every_group_its_share_and_the_same_seed_the_same_sample():
    strata = {"a": list(range(60)), "b": list(range(100, 130)), "c": [200, 201]}
    drawn = sample(strata, 20, seed=7)
    assert {name: len(ids) for name, ids in drawn.items()} == {"a": 12, "b": 7, "c": 1}
    assert drawn == sample(strata, 20, seed=7) != sample(strata, 20, seed=8)
    assert all(set(ids) <= set(strata[name]) for name, ids in drawn.items())


@pytest.mark.parametrize("size", [1, 2, 3, 10, 91, 92, 500])
def test_shares_add_up_to_the_size_asked_for(size):
    sizes = {"a": 60, "b": 30, "c": 2}
    shares = allocated(sizes, size)
    assert sum(shares.values()) == min(size, 92)
    assert all(shares[name] <= sizes[name] for name in sizes)


def week(site, back=0):
    monday = (NOW - timedelta(days=NOW.weekday() + 7 * back)).date()
    with reading(site.engine) as session:
        zone = sites.profile(session).zone
    return periods.between(monday, monday + timedelta(days=6), zone)


def test_a_round_is_drawn_once_and_tells_how_far_it_is(site):
    last = week(site, back=1)
    ids = [checked(site, at=last.start + DAY) for _ in range(6)]
    top, actor = site.units[TOP], site.actors["supervisor"]
    with transaction(site.engine) as session:
        round_id = callbacks.draw(session, actor, top, last, now=NOW, seed=20261116, size=4)
    with transaction(site.engine) as session, pytest.raises(Refused, match="round_drawn"):
        callbacks.draw(session, actor, top, last, now=NOW, seed=1)
    with reading(site.engine) as session:
        on_it = [row.id for row in callbacks.waiting(session, actor, top, Waiting.ROUND, round_id=round_id)]
    assert len(on_it) == 4
    assert set(on_it) <= set(ids)
    happy(site, "supervisor", on_it[0])
    call(site, "supervisor", on_it[1], Reached.NO_ANSWER)
    with reading(site.engine) as session:
        row = callbacks.found(session, actor, top, last)
    assert (row.population, row.strata, row.drawn, row.called, row.reached, callbacks.remaining(row)) == (
        6,
        1,
        4,
        2,
        1,
        2,
    )


def test_a_round_of_a_week_that_is_not_over_is_refused(site):
    with transaction(site.engine) as session, pytest.raises(BadInput, match="round_size"):
        callbacks.draw(session, site.actors["supervisor"], site.units[TOP], week(site), now=NOW, seed=1)
