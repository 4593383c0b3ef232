import json
from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from models.demands import Arrival, Demand, DemandEvent, Satisfaction, State, Verb, Whistle
from services import deadlines, demands, sites
from services.database import reading, transaction
from services.demands import Filters
from services.errors import BadInput, NotAllowed, NotFound, Refused, ServiceError
from tests.conftest import NOW
from tests.factories import town

HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def site(engine):
    return town(engine)


def act(site, who, verb, demand_id, at=NOW, **options):
    with transaction(site.engine) as session:
        getattr(demands, verb)(session, site.actors[who], demand_id, now=at, **options)


def accepted(site):
    demand_id = site.report()
    act(site, "chief", "accept", demand_id)
    return demand_id


def called(site, *offices, at=NOW, demand_id=None):
    demand_id = demand_id or accepted(site)
    lead, *assist = (site.departments[code] for code in offices)
    act(site, "chief", "whistle", demand_id, at=at, lead_id=lead, assist_ids=assist)
    return demand_id


def rows(site, demand_id):
    with reading(site.engine) as session:
        return session.exec(select(Whistle).where(Whistle.demand_id == demand_id).order_by(Whistle.id)).all()


def demand_of(site, demand_id):
    with reading(site.engine) as session:
        return session.get_one(Demand, demand_id)


def detail(site, demand_id, who="chief"):
    with reading(site.engine) as session:
        return demands.detail(session, site.actors[who], demand_id)


def refusal(site, who, verb, demand_id, **options):
    with pytest.raises(ServiceError) as refused:
        act(site, who, verb, demand_id, **options)
    return type(refused.value), refused.value.code


def test_one_call_goes_to_a_lead_and_its_assistants_and_each_answers_and_comes_by_itself(site):
    demand_id = called(site, "water", "power")
    act(site, "department", "answer", demand_id, at=NOW + HOUR, reason="下午到")
    act(site, "other_department", "arrive", demand_id, at=NOW + 2 * HOUR, arrival=Arrival.REMOTE, reason="远程合闸")
    act(site, "department", "arrive", demand_id, at=NOW + 3 * HOUR)
    with reading(site.engine) as session:
        due = deadlines.answer_due_at(sites.profile(session), NOW, demand_of(site, demand_id).urgency)
    assert [
        (
            row.lead, row.number, row.asked_at, row.answer_due_at, row.answered_at, row.answer, row.arrived_at,
            row.arrival, row.did,
        )
        for row in rows(site, demand_id)
    ] == [
        (True, 1, NOW, due, NOW + HOUR, "下午到", NOW + 3 * HOUR, Arrival.ON_SITE, None),
        (False, 1, NOW, due, NOW + 2 * HOUR, None, NOW + 2 * HOUR, Arrival.REMOTE, "远程合闸"),
    ]  # fmt: skip


def test_what_was_done_may_be_said_after_the_arrival_but_not_before(site):
    demand_id = called(site, "water")
    assert refusal(site, "department", "report_done", demand_id, reason="换了管") == (Refused, "not_come")
    act(site, "department", "arrive", demand_id, at=NOW + HOUR)
    assert refusal(site, "department", "report_done", demand_id, reason=" ") == (BadInput, "result_missing")
    act(site, "department", "report_done", demand_id, at=NOW + 2 * HOUR, reason="换了管")
    assert rows(site, demand_id)[0].did == "换了管"
    event = detail(site, demand_id).events[-1]
    assert (event.verb, event.reason, event.facts["department"]) == (Verb.NOTE, "换了管", site.departments["water"])


def test_who_helped_from_afar_may_still_come_and_only_then_somebody_was_on_the_scene(site):
    demand_id = called(site, "water")
    act(site, "department", "arrive", demand_id, at=NOW + HOUR, arrival=Arrival.REMOTE)
    assert demand_of(site, demand_id).on_scene_at is None
    assert Verb.ARRIVE in demands.choices(site.actors["department"], detail(site, demand_id, "department"))
    act(site, "department", "arrive", demand_id, at=NOW + 5 * HOUR)
    row = rows(site, demand_id)[0]
    assert (row.answered_at, row.arrived_at, row.arrival) == (NOW + HOUR, NOW + 5 * HOUR, Arrival.ON_SITE)
    assert demand_of(site, demand_id).on_scene_at == NOW + 5 * HOUR
    assert Verb.ARRIVE not in demands.choices(site.actors["department"], detail(site, demand_id, "department"))


def test_a_demand_is_whistled_for_again_but_not_for_a_department_that_has_not_answered(site):
    demand_id = called(site, "water")
    assert refusal(
        site, "chief", "whistle", demand_id, lead_id=site.departments["water"]
    ) == (Refused, "whistled_before")  # fmt: skip
    called(site, "water", "power", at=NOW + HOUR, demand_id=demand_id)
    act(site, "department", "answer", demand_id, at=NOW + 2 * HOUR, reason="到")
    called(site, "water", "power", at=NOW + 3 * HOUR, demand_id=demand_id)
    water, power = site.departments["water"], site.departments["power"]
    assert [(row.number, row.department_id, row.lead, row.answered_at) for row in rows(site, demand_id)] == [
        (1, water, True, NOW + 2 * HOUR), (2, power, False, None), (3, water, True, None),
    ]  # fmt: skip
    told = [event.facts for event in detail(site, demand_id).events if event.verb is Verb.WHISTLE]
    assert [(fact["number"], fact["lead"], fact["assist"]) for fact in told] == [
        (1, water, []), (2, None, [power]), (3, water, []),
    ]  # fmt: skip
    own = demands.own_whistle(site.actors["department"], detail(site, demand_id, "department"))
    assert (own.number, own.answered_at) == (3, None)


def test_a_key_used_before_neither_answers_a_later_call_nor_judges_it(site):
    demand_id = called(site, "water")
    act(site, "department", "answer", demand_id, at=NOW + HOUR, reason="到", key="a1")
    act(site, "department", "justify", demand_id, at=NOW + HOUR, justified=True, key="j1")
    act(
        site, "chief", "rate", demand_id, at=NOW + HOUR, key="r1", department_id=site.departments["water"],
        rating=Satisfaction.SATISFIED,
    )  # fmt: skip
    called(site, "water", at=NOW + 2 * HOUR, demand_id=demand_id)
    act(site, "department", "answer", demand_id, at=NOW + 3 * HOUR, reason="到", key="a1")
    second = rows(site, demand_id)[1]
    assert (second.answered_at, second.rating, second.justified) == (None, None, None)


def test_the_first_on_the_scene_counts_whoever_it_was(site):
    demand_id = site.report()
    act(site, "member", "arrive", demand_id, at=NOW + 3 * MINUTE)
    act(site, "chief", "accept", demand_id, at=NOW + 9 * MINUTE)
    called(site, "water", at=NOW + 10 * MINUTE, demand_id=demand_id)
    act(site, "department", "arrive", demand_id, at=NOW + HOUR)
    assert detail(site, demand_id).on_scene_at == NOW + 3 * MINUTE


def test_an_arrival_may_be_noted_later_but_not_before_the_report_or_the_call_nor_ahead(site):
    demand_id = called(site, "water", at=NOW + HOUR)
    for who, at in (("member", NOW - MINUTE), ("department", NOW + 30 * MINUTE), ("member", NOW + 9 * HOUR)):
        with pytest.raises(BadInput, match="arrival_wrong"), transaction(site.engine) as session:
            demands.arrive(session, site.actors[who], demand_id, now=NOW + 2 * HOUR, at=at)
    with transaction(site.engine) as session:
        demands.arrive(session, site.actors["member"], demand_id, now=NOW + 2 * HOUR, at=NOW + 4 * MINUTE)
    assert demand_of(site, demand_id).on_scene_at == NOW + 4 * MINUTE


def test_who_settles_on_the_spot_was_there(site):
    at_once, later = site.report(settled_on_the_spot="换了灯泡"), site.report()
    with transaction(site.engine) as session:
        session.get_one(Demand, later).state = State.REPORTED
    act(site, "member", "self_handle", later, at=NOW + 20 * MINUTE, reason="换了灯泡")
    assert [demand_of(site, each).on_scene_at for each in (at_once, later)] == [NOW, NOW + 20 * MINUTE]


def test_the_caller_rates_a_department_once_with_a_reason_where_it_was_not_enough(site):
    demand_id, water = called(site, "water"), site.departments["water"]
    low = {"department_id": water, "rating": Satisfaction.NOT}
    assert refusal(site, "chief", "rate", demand_id, reason="没来", **low) == (Refused, "rating_early")
    act(site, "department", "answer", demand_id, at=NOW + HOUR, reason="到")
    later = {"at": NOW + DAY}
    assert refusal(site, "chief", "rate", demand_id, **low, **later) == (BadInput, "reason_missing")
    assert refusal(site, "department", "rate", demand_id, reason="好", **low, **later)[0] is NotAllowed
    act(site, "chief", "rate", demand_id, reason="只打了电话", **low, **later)
    assert refusal(site, "leader", "rate", demand_id, reason="没来", **low, **later) == (Refused, "judged_before")
    row = rows(site, demand_id)[0]
    assert (row.rating, row.rated_at, row.rating_reason) == (Satisfaction.NOT, NOW + DAY, "只打了电话")


def test_who_never_answered_can_be_rated_once_the_limit_passed(site):
    demand_id = called(site, "water")
    act(
        site, "chief", "rate", demand_id, at=NOW + 30 * DAY, reason="没有应答", department_id=site.departments["water"],
        rating=Satisfaction.NOT,
    )  # fmt: skip
    assert rows(site, demand_id)[0].rating is Satisfaction.NOT


def test_a_department_says_whether_the_whistle_was_justified_after_it_answered(site):
    demand_id = called(site, "water")
    assert refusal(site, "department", "justify", demand_id, justified=True) == (Refused, "answer_first")
    act(site, "department", "answer", demand_id, reason="不归我们管")
    assert refusal(site, "department", "justify", demand_id, justified=False) == (BadInput, "reason_missing")
    assert refusal(site, "other_department", "justify", demand_id, justified=True)[0] is NotFound
    assert refusal(site, "chief", "justify", demand_id, justified=True)[0] is NotFound
    act(site, "department", "justify", demand_id, justified=False, reason="是路灯，归供电")
    assert refusal(site, "department", "justify", demand_id, justified=True) == (Refused, "judged_before")
    row = rows(site, demand_id)[0]
    assert (row.justified, row.justified_reason) == (False, "是路灯，归供电")


def test_neither_judgement_is_in_the_list_of_moves_for_it_stands_beside_its_whistle(site):
    demand_id = called(site, "water")
    act(site, "department", "answer", demand_id, reason="到")
    for who in ("chief", "department"):
        assert not {Verb.RATE, Verb.JUSTIFY} & set(
            demands.choices(site.actors[who], detail(site, demand_id, who))
        )  # fmt: skip


def told_again(site, demand_id):
    """The whistles as the facts of the events alone tell them."""
    with reading(site.engine) as session:
        events = session.exec(select(DemandEvent).where(DemandEvent.demand_id == demand_id).order_by(DemandEvent.seq))
        found = {}
        for event in events.all():
            facts = json.loads(event.facts)
            if event.verb is Verb.WHISTLE:
                for department in filter(None, [facts["lead"], *facts["assist"]]):
                    found[facts["number"], department] = {
                        "lead": department == facts["lead"], "asked_at": event.at, "answered_at": None,
                        "arrived_at": None, "answer_due_at": facts["whistle_due_at"],
                    }  # fmt: skip
            elif "number" in facts:
                _tell(found[facts["number"], facts["department"]], event, facts)
        return found


def _tell(row, event, facts):
    match event.verb:
        case Verb.ANSWER if row["answered_at"] is None:
            row |= {"answered_at": event.at, "answer": event.reason}
        case Verb.ARRIVE:
            row["answered_at"] = row["answered_at"] or facts["arrived_at"]
            row |= {"arrived_at": facts["arrived_at"], "arrival": facts["arrival"], "did": event.reason}
        case Verb.NOTE:
            row["did"] = event.reason
        case Verb.RATE:
            row |= {"rating": facts["rating"], "rated_at": event.at, "rating_reason": event.reason}
        case Verb.JUSTIFY:
            row |= {"justified": facts["justified"], "justified_reason": event.reason}


def same(column, stored, told):
    moment = column.endswith("_at") and isinstance(told, str)
    return stored == (datetime.fromisoformat(told) if moment else told)


def test_the_events_alone_tell_every_whistle_again(site):
    demand_id, water, power = called(site, "water", "power"), site.departments["water"], site.departments["power"]
    act(site, "department", "answer", demand_id, at=NOW + HOUR, reason="下午到")
    act(site, "other_department", "arrive", demand_id, at=NOW + HOUR, arrival=Arrival.REMOTE)
    act(site, "department", "arrive", demand_id, at=NOW + 3 * HOUR, reason="查了主管")
    act(site, "department", "report_done", demand_id, at=NOW + 4 * HOUR, reason="换了主管")
    act(site, "department", "justify", demand_id, at=NOW + 5 * HOUR, justified=True)
    act(site, "other_department", "justify", demand_id, at=NOW + 5 * HOUR, justified=False, reason="不归供电")
    for office, rating, reason in ((water, Satisfaction.SATISFIED, ""), (power, Satisfaction.BASICALLY, "慢")):
        act(site, "chief", "rate", demand_id, at=NOW + 6 * HOUR, department_id=office, rating=rating, reason=reason)
    called(site, "water", at=NOW + 7 * HOUR, demand_id=demand_id)
    told = told_again(site, demand_id)
    assert len(told) == 3
    for row in rows(site, demand_id):
        for column, value in told[row.number, row.department_id].items():
            assert same(column, getattr(row, column), value), column


def test_a_demand_put_to_an_outside_body_stays_in_the_ledger_and_the_site_records_its_steps(site):
    demand_id, bank = accepted(site), site.departments["bank"]
    act(site, "chief", "assign", demand_id, department_id=bank)
    found = detail(site, demand_id)
    assert (found.row.level, found.row.department, found.outside, found.row.is_open) == (
        "outside", "县农商银行", True, True,
    )  # fmt: skip
    assert demands.usual(site.actors["chief"], found, now=NOW) is Verb.SIGN
    act(site, "chief", "sign", demand_id, at=NOW + HOUR)
    act(site, "chief", "settle", demand_id, at=NOW + DAY, reason="村里开了服务点")
    with reading(site.engine) as session:
        wanted = Filters(level="outside", open_only=False)
        outside = demands.queue(session, site.actors["leader"], wanted, now=NOW).rows
    assert [(row.id, row.state) for row in outside] == [(demand_id, State.PENDING_VERIFY)]
    events = detail(site, demand_id).events
    behalf = [(event.verb, event.facts["department"]) for event in events if "on_behalf" in event.facts]
    assert behalf == [(Verb.SIGN, bank), (Verb.SETTLE, bank)]
    assert demand_of(site, demand_id).settled_level == "outside"
    assert refusal(site, "chief", "pass_check", demand_id, at=NOW + DAY) == (NotAllowed, "own_handling")


def test_who_records_that_an_outside_body_gave_a_demand_back_may_move_it_on(site):
    demand_id = accepted(site)
    act(site, "chief", "assign", demand_id, department_id=site.departments["bank"])
    act(site, "chief", "return_", demand_id, reason="不在其业务范围")
    act(site, "chief", "assign", demand_id, unit_id=site.units["411622204202"])
    assert demand_of(site, demand_id).state is State.DISPATCHED


def test_the_site_answers_and_arrives_for_an_outside_body_but_for_no_department(site):
    demand_id, bank = called(site, "bank", "water"), site.departments["bank"]
    act(site, "chief", "answer", demand_id, at=NOW + HOUR, reason="下周来人", department_id=bank)
    act(site, "chief", "arrive", demand_id, at=NOW + DAY, reason="看了场地", department_id=bank)
    act(site, "chief", "justify", demand_id, at=NOW + DAY, justified=True, department_id=bank)
    row = rows(site, demand_id)[0]
    assert (row.answered_at, row.arrived_at, row.did, row.justified) == (NOW + HOUR, NOW + DAY, "看了场地", True)
    assert demand_of(site, demand_id).on_scene_at == NOW + DAY
    for verb, said in (("answer", {"reason": "到"}), ("arrive", {}), ("justify", {"justified": True})):
        told = refusal(site, "chief", verb, demand_id, department_id=site.departments["water"], **said)
        assert told == (NotFound, "whistle_not_found")
