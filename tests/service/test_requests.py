"""Requests: one side asks, somebody else decides; caps, roles, races, and what stays visible."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from models.demands import Demand, DemandEvent, Request, RequestKind, State, Verb
from services import checks, counters, demands, sites
from services.access import SYSTEM
from services.database import reading, transaction
from services.demands import Filters, requests
from services.demands.requests import Which
from services.errors import BadInput, ChangedMeanwhile, NotAllowed, NotFound, Refused, ServiceError
from tests.conftest import NOW
from tests.factories import town
from tests.service.test_demands_race import at_once, refusals

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
VILLAGE = "411622204202"


@pytest.fixture
def site(engine):
    return town(engine)


def act(site, who, verb, demand_id, *, at=NOW + HOUR, **options):
    with transaction(site.engine) as session:
        return getattr(demands, verb)(session, site.actors[who], demand_id, now=at, **options)


def ask(site, who, kind, demand_id, *given, at=NOW + HOUR, **options):
    with transaction(site.engine) as session:
        asking = getattr(requests, f"ask_{kind}")
        return asking(session, site.actors[who], demand_id, *given, now=at, **options)


def decide(site, who, verb, request_id, *, at=NOW + 2 * HOUR, **options):
    with transaction(site.engine) as session:
        return getattr(requests, verb)(session, site.actors[who], request_id, now=at, **options)


def handled(site, by="member", at=NOW, **options):
    """A demand that `by` has signed for, held by the grid."""
    demand_id = site.report(at=at, **options)
    act(site, "chief", "accept", demand_id, at=at)
    act(site, "chief", "assign", demand_id, at=at, unit_id=site.units["411622204202001"])
    act(site, by, "sign", demand_id, at=at)
    return demand_id


def closed_late(site, by="member"):
    """A demand handled by `by` that was settled long after its limit, and closed at NOW."""
    demand_id = handled(site, by, at=NOW - 40 * DAY)
    act(site, by, "settle", demand_id, at=NOW - 2 * DAY, reason="修好了")
    act(site, "supervisor", "pass_check", demand_id, at=NOW - DAY)
    act(site, "supervisor", "close", demand_id, at=NOW, reason="到现场看过")
    return demand_id


def stored(site, demand_id):
    with reading(site.engine) as session:
        return session.get(Demand, demand_id)


def told(site, demand_id):
    """The verbs of the history; the demand is what they say and its deadlines come out."""
    with reading(site.engine) as session:
        assert demands.rebuild(session, SYSTEM, demand_id) == {}
        assert checks.verify(session, SYSTEM).differences == ()
        return [event.verb.value for event in demands.detail(session, SYSTEM, demand_id).events]


def local(text):
    return datetime.fromisoformat(f"{text}+08:00").astimezone(UTC)


def test_more_time_is_asked_by_who_handles_and_given_by_someone_else(site):
    demand_id = handled(site)
    before = stored(site, demand_id)
    assert before.due_at == local("2026-12-01T17:30")
    request = ask(site, "member", "extension", demand_id, 3, reason="等配件")
    assert stored(site, demand_id).due_at == before.due_at
    assert decide(site, "chief", "agree", request) is True
    after = stored(site, demand_id)
    assert (after.due_at, after.level_due_at) == (local("2026-12-04T17:30"), local("2026-12-04T17:30"))
    assert told(site, demand_id)[-2:] == ["ask", "extend"]
    with reading(site.engine) as session:
        event = session.exec(select(DemandEvent).where(DemandEvent.verb == Verb.EXTEND)).one()
        assert (event.actor_name, event.reason) == ("霍支书", "等配件")
        assert '"limit": "10 work days"' in event.facts


def test_the_deadline_of_an_escalated_demand_moves_with_its_level_s_own_clock(site):
    demand_id = site.report()
    act(site, "chief", "accept", demand_id)
    act(site, "chief", "escalate", demand_id, at=NOW + 3 * DAY, reason="村里办不了")
    act(site, "leader", "assign", demand_id, at=NOW + 3 * DAY, department_id=site.departments["water"])
    act(site, "department", "sign", demand_id, at=NOW + 3 * DAY)
    before = stored(site, demand_id)
    with transaction(site.engine) as session:
        requests.extend(session, site.actors["leader"], demand_id, 2, now=NOW + 4 * DAY, reason="要跨县调货")
    after = stored(site, demand_id)
    assert (before.due_at, before.level_due_at) == (local("2026-12-01T17:30"), local("2026-12-02T17:30"))
    assert (after.due_at, after.level_due_at) == (local("2026-12-03T17:30"), local("2026-12-04T17:30"))
    assert told(site, demand_id)[-1] == "extend"


@pytest.mark.parametrize(("who", "error"), [
    ("member", NotAllowed), ("chief", None), ("supervisor", None), ("leader", None), ("administrator", None),
    ("other_chief", NotFound), ("department", NotAllowed), ("viewer", NotAllowed),
])  # fmt: skip
def test_every_role_decides_only_what_it_may(site, who, error):
    request = ask(site, "member", "extension", handled(site), 3, reason="等配件")
    if error is None:
        assert decide(site, who, "agree", request) is True
        return
    for verb, options in (("agree", {}), ("refuse", {"reason": "不同意"})):
        with pytest.raises(error):
            decide(site, who, verb, request, **options)


@pytest.mark.parametrize(("who", "error"), [
    ("member", None), ("chief", NotAllowed), ("leader", NotAllowed), ("other_chief", NotFound),
    ("department", NotFound), ("viewer", NotAllowed),
])  # fmt: skip
def test_only_the_side_that_handles_asks_for_more_time(site, who, error):
    demand_id = handled(site)
    if error is None:
        assert ask(site, who, "extension", demand_id, 1, reason="等配件") > 0
        return
    with pytest.raises(error):
        ask(site, who, "extension", demand_id, 1, reason="等配件")


def test_a_chief_who_handles_a_demand_may_neither_agree_nor_extend_it(site):
    demand_id = site.report()
    act(site, "chief", "accept", demand_id)
    act(site, "chief", "assign", demand_id, unit_id=site.units[VILLAGE])
    act(site, "chief", "sign", demand_id)
    request = ask(site, "chief", "extension", demand_id, 3, reason="等配件")
    with pytest.raises(NotAllowed, match="own_request"):
        decide(site, "chief", "agree", request)
    with pytest.raises(NotAllowed, match="own_handling"):
        act_extend(site, "chief", demand_id, 3)
    exclusion = ask(site, "supervisor", "exclusion", demand_id, "untrue", evidence="现场没有坏灯")
    with pytest.raises(NotAllowed, match="own_handling_request"):
        decide(site, "chief", "agree", exclusion)
    assert decide(site, "leader", "agree", request) is True


def act_extend(site, who, demand_id, amount, *, at=NOW + 2 * HOUR):
    with transaction(site.engine) as session:
        return requests.extend(session, site.actors[who], demand_id, amount, now=at, reason="等配件")


def test_extensions_are_at_most_two_and_one_original_limit_in_all(site):
    demand_id = handled(site)
    act_extend(site, "chief", demand_id, 4)
    with pytest.raises(BadInput) as caught:
        act_extend(site, "chief", demand_id, 4)
    assert caught.value.facts == {"most": 3}
    act_extend(site, "chief", demand_id, 2)
    with pytest.raises(Refused, match="extended_often"):
        act_extend(site, "chief", demand_id, 1)
    assert stored(site, demand_id).due_at == local("2026-12-09T17:30")
    assert told(site, demand_id)[-2:] == ["extend", "extend"]


def test_a_refusal_is_told_with_its_reason_and_not_counted(site):
    demand_id = handled(site)
    for _ in range(3):
        request = ask(site, "member", "extension", demand_id, 7, reason="等配件")
        decide(site, "chief", "refuse", request, reason="配件已到")
    request = ask(site, "member", "extension", demand_id, 7, reason="等配件")
    assert decide(site, "chief", "agree", request) is True
    with reading(site.engine) as session:
        rows = requests.of_demand(session, site.actors["member"], demand_id, now=NOW + 3 * HOUR)
    assert [(row.granted, [(review.reviewer, review.reason) for review in row.reviews]) for row in rows] == [
        (True, [("霍支书", None)]), *[(False, [("霍支书", "配件已到")])] * 3,
    ]  # fmt: skip


def test_nothing_is_extended_after_the_limit(site):
    demand_id = handled(site)
    late = local("2026-12-01T17:31")
    request = ask(site, "member", "extension", demand_id, 3, at=local("2026-12-01T17:30"), reason="等配件")
    with pytest.raises(Refused, match="limit_passed"):
        decide(site, "chief", "agree", request, at=late)
    with pytest.raises(Refused, match="limit_passed"):
        act_extend(site, "chief", demand_id, 3, at=late)
    with reading(site.engine) as session:
        assert requests.waiting(session, site.actors["chief"], now=late) == 0
        assert requests.waiting(session, site.actors["chief"], now=local("2026-12-01T17:30")) == 1
    decide(site, "chief", "refuse", request, at=late, reason="已超期")
    with pytest.raises(Refused, match="limit_passed"):
        ask(site, "member", "extension", demand_id, 3, at=late, reason="等配件")


def test_one_request_of_a_kind_waits_at_a_time_and_the_same_form_asks_once(site):
    demand_id = handled(site)
    first = ask(site, "member", "extension", demand_id, 3, reason="等配件", key="form-1")
    assert ask(site, "member", "extension", demand_id, 3, reason="等配件", key="form-1") == first
    with pytest.raises(Refused, match="request_waiting"):
        ask(site, "member", "extension", demand_id, 2, reason="等配件")
    suspension = ask(site, "member", "suspension", demand_id, NOW + 20 * DAY, reason="等雨停")
    with pytest.raises(NotAllowed, match="not_your_request"):
        decide(site, "chief", "withdraw", first, reason="不要了")
    decide(site, "member", "withdraw", first, reason="配件到了")
    assert ask(site, "member", "extension", demand_id, 2, reason="又坏了") not in {first, suspension}
    assert told(site, demand_id)[-4:] == ["ask", "ask", "refuse", "ask"]


def test_a_suspension_is_asked_with_its_end_and_given_once(site):
    demand_id = handled(site)
    until = local("2026-12-10T00:00")
    with pytest.raises(BadInput, match="hold_wrong"):
        ask(site, "member", "suspension", demand_id, NOW + 400 * DAY, reason="等雨停")
    request = ask(site, "member", "suspension", demand_id, until, reason="等雨停")
    assert decide(site, "chief", "agree", request) is True
    demand = stored(site, demand_id)
    assert (demand.state, demand.suspended_until) == (State.SUSPENDED, until)
    assert demand.due_at == local("2026-12-18T17:30")
    act(site, "chief", "resume", demand_id, at=until)
    with pytest.raises(Refused, match="suspended_before"):
        ask(site, "member", "suspension", demand_id, until + 20 * DAY, at=until + HOUR, reason="又下雨")
    assert told(site, demand_id)[-3:] == ["ask", "suspend", "resume"]


def test_an_excluded_demand_needs_a_second_person_and_stays_visible(site):
    demand_id, other = handled(site), handled(site)
    with pytest.raises(BadInput, match="exclusion_wrong"):
        ask(site, "chief", "exclusion", demand_id, "because", evidence="现场没有坏灯")
    with pytest.raises(BadInput, match="evidence_missing"):
        ask(site, "chief", "exclusion", demand_id, "untrue", evidence=" ")
    request = ask(site, "chief", "exclusion", demand_id, "untrue", evidence="现场没有坏灯")
    with pytest.raises(NotAllowed, match="own_request"):
        decide(site, "chief", "agree", request)
    assert decide(site, "supervisor", "agree", request) is True
    assert stored(site, demand_id).excluded_code == "untrue"
    with reading(site.engine) as session:
        chief = site.actors["chief"]
        listed = {
            name: [row.id for row in demands.queue(session, chief, filters, now=NOW).rows]
            for name, filters in {
                "all": Filters(), "excluded": Filters(excluded=True), "assessed": Filters(assessed=True),
                "not excluded": Filters(excluded=False),
            }.items()
        }  # fmt: skip
        assert demands.detail(session, chief, demand_id).row.excluded_code == "untrue"
    assert listed == {"all": [demand_id, other], "excluded": [demand_id], "assessed": [other], "not excluded": [other]}
    with pytest.raises(Refused, match="excluded_already"):
        ask(site, "chief", "exclusion", demand_id, "untrue", evidence="现场没有坏灯")
    with transaction(site.engine) as session:
        requests.include(session, site.actors["supervisor"], demand_id, now=NOW + DAY, reason="复查属实")
    assert stored(site, demand_id).excluded_code is None
    assert told(site, demand_id)[-3:] == ["ask", "exclude", "include"]
    with pytest.raises(Refused, match="not_excluded"), transaction(site.engine) as session:
        requests.include(session, site.actors["supervisor"], demand_id, now=NOW + DAY, reason="复查属实")


def test_every_site_names_its_reasons_to_exclude(site):
    found = {key: set(sites.load(key).exclusions) for key in ("dawangzhuang", "meizhou")}
    reasons = {"outside_area", "in_court", "against_law", "secret_or_private", "untrue", "unreasonable", "malicious"}
    assert found == {"dawangzhuang": reasons, "meizhou": reasons}


def test_an_appeal_takes_two_others_and_leaves_the_fact(site):
    demand_id = closed_late(site)
    request = ask(site, "member", "appeal", demand_id, reason="连续暴雨，村路不通")
    assert decide(site, "chief", "agree", request) is False
    assert stored(site, demand_id).waived_at is None
    with pytest.raises(NotAllowed, match="reviewed_before"):
        decide(site, "chief", "agree", request)
    assert decide(site, "leader", "agree", request, at=NOW + DAY) is True
    demand = stored(site, demand_id)
    assert (demand.waived_at, demand.settled_at > demand.due_at) == (NOW + DAY, True)
    assert told(site, demand_id)[-3:] == ["ask", "agree", "waive"]
    with reading(site.engine) as session:
        late, kept = (
            [
                demands.count(session, SYSTEM, Filters(open_only=False, kept=kept, assessed=assessed), now=NOW)
                for assessed in (False, True)
            ]
            for kept in (False, True)
        )
    assert (late, kept) == ([1, 0], [0, 0]), "what an appeal waived leaves the assessed statistic of limits"


def test_one_who_refuses_ends_an_appeal_and_there_is_no_second(site):
    demand_id = closed_late(site)
    request = ask(site, "member", "appeal", demand_id, reason="连续暴雨")
    decide(site, "chief", "agree", request)
    decide(site, "supervisor", "refuse", request, reason="当天没有下雨")
    with pytest.raises(ChangedMeanwhile) as caught:
        decide(site, "leader", "agree", request)
    assert (caught.value.code, caught.value.facts["who"]) == ("request_decided", "supervisor")
    assert stored(site, demand_id).waived_at is None
    with pytest.raises(Refused, match="appealed_before"):
        ask(site, "member", "appeal", demand_id, reason="还是暴雨")


def test_only_what_was_late_is_appealed_after_closing_and_in_time(site):
    in_time = handled(site)
    act(site, "member", "settle", in_time, reason="修好了")
    act(site, "supervisor", "pass_check", in_time)
    with pytest.raises(Refused, match="move_impossible"):
        ask(site, "member", "appeal", in_time, reason="暴雨")
    act(site, "supervisor", "close", in_time, reason="到现场看过")
    with pytest.raises(Refused, match="appeal_not_late"):
        ask(site, "member", "appeal", in_time, reason="暴雨")
    late = closed_late(site)
    with pytest.raises(NotAllowed, match="not_your_side"):
        ask(site, "chief", "appeal", late, reason="暴雨")
    with pytest.raises(Refused, match="appeal_late"):
        ask(site, "member", "appeal", late, at=NOW + 31 * DAY, reason="暴雨")
    assert ask(site, "member", "appeal", late, at=NOW + 30 * DAY, reason="暴雨") > 0


def test_a_reopened_demand_starts_without_what_was_waived_or_asked(site):
    demand_id = closed_late(site)
    request = ask(site, "member", "appeal", demand_id, reason="暴雨")
    decide(site, "chief", "agree", request)
    decide(site, "leader", "agree", request)
    act(site, "leader", "reopen", demand_id, at=NOW + DAY, reason="又坏了")
    assert stored(site, demand_id).waived_at is None
    other = closed_late(site)
    request = ask(site, "member", "appeal", other, reason="暴雨")
    act(site, "leader", "reopen", other, at=NOW + DAY, reason="又坏了")
    with reading(site.engine) as session:
        assert requests.waiting(session, site.actors["chief"], now=NOW + DAY) == 0
        assert [row.granted for row in requests.of_demand(session, SYSTEM, other, now=NOW + DAY)] == [False]
    assert told(site, other)[-1] == "reopen"


def test_a_demand_is_reopened_only_within_the_window(site):
    demand_id = closed_late(site)
    with pytest.raises(Refused, match="reopen_late"):
        act(site, "leader", "reopen", demand_id, at=NOW + 61 * DAY, reason="又坏了")
    assert act(site, "leader", "reopen", demand_id, at=NOW + 60 * DAY, reason="又坏了").state is State.REGISTERED


def test_of_two_who_decide_at_once_one_wins_and_the_other_is_told(site):
    for first, second in (("agree", "agree"), ("agree", "refuse")):
        demand_id = handled(site)
        request = ask(site, "member", "extension", demand_id, 3, reason="等配件")
        results = at_once(deciding(site, "chief", first, request), deciding(site, "leader", second, request))
        (refused,) = refusals(results)
        assert isinstance(refused, ChangedMeanwhile)
        verbs = told(site, demand_id)
        assert verbs.count("extend") + verbs.count("refuse") == 1


def test_who_read_a_request_before_it_was_decided_does_not_decide_it_again(postgresql_engine):
    """On PostgreSQL alone: who writes to SQLite has it to themselves from the first statement."""
    site = town(postgresql_engine)
    request = ask(site, "member", "extension", handled(site), 3, reason="等配件")
    with transaction(site.engine) as session:
        seen = session.get(Request, request)
        assert decide(site, "chief", "agree", request) is True
        with pytest.raises(ChangedMeanwhile):
            requests.refuse(session, site.actors["leader"], request, now=NOW + 2 * HOUR, reason="不同意")
        assert seen.granted is True
        session.rollback()


def deciding(site, who, verb, request_id):
    def call():
        with transaction(site.engine) as session:
            options = {"reason": "不同意"} if verb == "refuse" else {}
            return getattr(requests, verb)(session, site.actors[who], request_id, now=NOW + 2 * HOUR, **options)

    return call


def test_of_two_who_ask_at_once_one_request_waits(site):
    demand_id = handled(site)

    def asking():
        with transaction(site.engine) as session:
            return requests.ask_extension(session, site.actors["member"], demand_id, 2, now=NOW + HOUR, reason="等配件")

    results = at_once(asking, asking)
    (refused,) = refusals(results)
    assert isinstance(refused, ChangedMeanwhile | Refused)
    with reading(site.engine) as session:
        assert requests.waiting(session, site.actors["chief"], now=NOW + HOUR) == 1


def test_the_list_shows_what_waits_for_one_and_what_granting_would_change(site):
    demand_id = handled(site)
    extension = ask(site, "member", "extension", demand_id, 3, reason="等配件")
    exclusion = ask(site, "chief", "exclusion", demand_id, "untrue", evidence="现场没有坏灯", at=NOW + 2 * HOUR)
    with reading(site.engine) as session:
        found = {
            (who, which): [row.id for row in requests.listed(session, site.actors[who], which, now=NOW + 3 * HOUR).rows]
            for who in ("member", "chief", "leader", "other_chief")
            for which in Which
        }
        row = requests.listed(session, site.actors["chief"], Which.TO_DECIDE, now=NOW + 3 * HOUR).rows[0]
    nothing = {(who, Which.DECIDED): [] for who in ("member", "chief", "leader", "other_chief")}
    assert found == nothing | {
        ("member", Which.TO_DECIDE): [], ("member", Which.OWN): [extension],
        ("chief", Which.TO_DECIDE): [extension], ("chief", Which.OWN): [exclusion],
        ("leader", Which.TO_DECIDE): [extension, exclusion], ("leader", Which.OWN): [],
        ("other_chief", Which.TO_DECIDE): [], ("other_chief", Which.OWN): [],
    }  # fmt: skip
    assert (row.kind, row.asker, row.reason, row.may_decide, row.obstacle) == (
        RequestKind.EXTENSION, "周网格", "等配件", True, None,
    )  # fmt: skip
    assert (row.longer.before.due_at, row.longer.after.due_at) == (
        local("2026-12-01T17:30"), local("2026-12-04T17:30"),
    )  # fmt: skip


def test_a_decided_extension_still_says_what_was_asked_in_the_unit_of_the_limit(site):
    request = ask(site, "member", "extension", handled(site), 3, reason="等配件")
    decide(site, "chief", "agree", request)
    with reading(site.engine) as session:
        (row,) = requests.listed(session, site.actors["member"], Which.DECIDED, now=NOW + 3 * HOUR).rows
    assert (row.granted, str(row.more), row.longer) == (True, "3 work days", None)


def test_a_list_of_many_requests_costs_a_fixed_number_of_statements(site):
    from sqlalchemy import event

    counts = []
    for _ in range(2):
        for _ in range(3):
            ask(site, "member", "extension", handled(site), 3, reason="等配件")
        said = []

        def count(*args, said=said):
            said.append(args[2])

        event.listen(site.engine, "before_cursor_execute", count)
        with reading(site.engine) as session:
            page = requests.listed(session, site.actors["chief"], Which.TO_DECIDE, now=NOW + 2 * HOUR)
        event.remove(site.engine, "before_cursor_execute", count)
        counts.append((page.total, len(said)))
    assert counts[0][1] == counts[1][1]
    assert [total for total, _ in counts] == [3, 6]


def test_what_a_person_is_offered_is_what_the_services_take(site):
    asks = {
        RequestKind.EXTENSION: ("extension", (1,), {"reason": "等配件"}),
        RequestKind.SUSPENSION: ("suspension", (NOW + 20 * DAY,), {"reason": "等雨停"}),
        RequestKind.EXCLUSION: ("exclusion", ("untrue",), {"evidence": "现场没有坏灯"}),
        RequestKind.APPEAL: ("appeal", (), {"reason": "暴雨"}),
    }
    made = [handled(site), closed_late(site), site.report()]
    ask(site, "member", "extension", made[0], 3, reason="等配件")
    for demand_id in made:
        for who in ("member", "chief", "leader", "department"):
            for kind, (name, given, options) in asks.items():
                with reading(site.engine) as session:
                    offered = is_offered(session, site, who, demand_id, kind)
                assert offered == is_taken(site, who, demand_id, name, given, options), (who, kind, demand_id)


def is_offered(session, site, who, demand_id, kind):
    try:
        found = demands.detail(session, site.actors[who], demand_id)
    except NotFound:
        return False
    return kind in requests.offers(sites.profile(session), site.actors[who], found, now=NOW + HOUR)


class _Undo(Exception):
    """Rolls a tried request back."""


def is_taken(site, who, demand_id, name, given, options):
    try:
        with transaction(site.engine) as session:
            asking = getattr(requests, f"ask_{name}")
            asking(session, site.actors[who], demand_id, *given, now=NOW + HOUR, **options)
            raise _Undo
    except ServiceError:
        return False
    except _Undo:
        return True


def test_an_urged_demand_is_found_by_who_holds_it_until_it_is_passed_on(site):
    demand_id, _ = handled(site), handled(site)
    with transaction(site.engine) as session:
        demands.move(session, site.actors["leader"], demand_id, Verb.URGE, now=NOW + HOUR, reason="村民又来问")
    with reading(site.engine) as session:
        rows = demands.queue(session, site.actors["member"], Filters(urged=True, mine=True), now=NOW + HOUR).rows
    assert [row.id for row in rows] == [demand_id]
    act(site, "chief", "escalate", demand_id, at=NOW + 2 * HOUR, reason="办不了")
    with reading(site.engine) as session:
        assert demands.count(session, SYSTEM, Filters(urged=True), now=NOW + 2 * HOUR) == 0
    with pytest.raises(NotAllowed), transaction(site.engine) as session:
        demands.move(session, site.actors["member"], demand_id, Verb.URGE, now=NOW + DAY, reason="快点")


def test_duplicates_are_merged_into_the_one_that_stays(site):
    stays, *others = [site.report() for _ in range(3)]
    for demand_id in others:
        act(site, "chief", "merge", demand_id, into_id=stays, reason="同一件事")
    assert [stored(site, demand_id).merged_into_id for demand_id in others] == [stays, stays]
    for wrong in (stays, others[0]):
        with pytest.raises(Refused, match="merge_impossible"):
            act(site, "chief", "merge", stays, into_id=wrong, reason="同一件事")
    assert told(site, others[0]) == ["report", "submit", "merge"]
    with reading(site.engine) as session:
        assert demands.detail(session, SYSTEM, others[0]).merged_into == stored(site, stays).reference


def test_a_redone_demand_is_handled_again_by_its_first_clock_and_says_how_often(site):
    demand_id = handled(site)
    due = stored(site, demand_id).due_at
    for _ in range(2):
        act(site, "member", "settle", demand_id, reason="修好了")
        with transaction(site.engine) as session:
            demands.move(session, site.actors["chief"], demand_id, Verb.REWORK, now=NOW + HOUR, reason="还是不亮")
    demand = stored(site, demand_id)
    assert (demand.state, demand.settled_at, demand.due_at) == (State.HANDLING, None, due)
    assert told(site, demand_id).count("rework") == 2
    with pytest.raises(NotAllowed, match="not_allowed"), transaction(site.engine) as session:
        demands.move(session, site.actors["member"], demand_id, Verb.REWORK, now=NOW + HOUR, reason="还是不亮")


def test_an_imported_deadline_without_a_limit_is_given_anew(site):
    demand_id = handled(site)
    given = local("2026-11-24T12:00")
    with transaction(site.engine) as session:
        demand = session.get(Demand, demand_id)
        demand.due_at = demand.level_due_at = given
        event = session.exec(select(DemandEvent).where(DemandEvent.demand_id == demand_id, DemandEvent.seq == 1)).one()
        facts = json.loads(event.facts) | {"due_at": given.isoformat(), "level_due_at": given.isoformat()}
        event.facts = json.dumps({name: value for name, value in facts.items() if name not in {"limit", "level_limit"}})
        session.flush()
        counters.recount(session)
    act_extend(site, "chief", demand_id, 2)
    demand = stored(site, demand_id)
    assert (demand.due_at, demand.level_due_at) == (local("2026-11-26T17:30"), local("2026-11-26T17:30"))
    with pytest.raises(BadInput) as caught:
        act_extend(site, "chief", demand_id, 6)
    assert caught.value.facts == {"most": 5}
    assert told(site, demand_id)[-1] == "extend"
