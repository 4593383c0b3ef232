"""The ledger of the demonstration: cases drawn, walked to the present and stored with all their events."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from random import Random
from typing import Any

from sqlalchemy import bindparam, update
from sqlmodel import Session

from models.demands import Source, State, Verb
from models.units import MAX_DEPTH
from services import sites
from services.demands import clocks, history
from services.demo import names, seasons, store, texts
from services.demo.case import Case, Merged, Moved
from services.demo.store import Progress
from services.demo.walk import Walk
from services.demo.world import World

MONTH = timedelta(days=365.25 / 12)
GOOD, ORDINARY, BEHIND = 0.05, 0.13, 0.2
NEGLECTED, OLDEST_WHISTLE = 4, timedelta(days=6)
FOR_OUTSIDE = frozenset({"policy", "farming", "suggestions", "other"})
SOURCES = ((Source.REPORT, 70), (Source.VISIT, 14), (Source.INSPECTION, 8), (Source.HOTLINE, 8))


def draw(world: World, seed: int, months: int) -> list[Case]:
    """All cases of the last `months` months, in the order of filing, each walked up to the present."""
    random = Random(f"{seed} ledger")
    demo = world.demo
    count = round(sum(place.population for place in world.places if place.homes) / 1000
                  * demo.demands_per_thousand_month * months)  # fmt: skip
    lowest = [index for index, place in enumerate(world.places) if place.homes]
    weights = _weights(world, lowest, random)
    cases: list[Case] = []
    recent: dict[tuple[int, str], int] = {}
    for at in seasons.moments(world.profile, world.now - MONTH * months, world.now, count, random):
        place = random.choices(lowest, cum_weights=weights)[0]
        case = _filed(world, place, at, random)
        key = (case.village, case.category)
        walk = Walk(world, case, random, recent.get(key))
        case.file(walk.member)
        walk.run()
        if case.state is not State.MERGED:
            recent[key] = len(cases)
        cases.append(case)
    _neglect(world, cases, random)
    _outside(world, cases)
    _bridge(world, cases, random)
    return cases


def _weights(world: World, lowest: Sequence[int], random: Random) -> list[float]:
    """How many cases each lowest unit brings, summed up; here is drawn, too, how often each village is late."""
    busy: dict[int, float] = {}
    slow = {entry.unit for entry in world.demo.behind}
    for index, place in enumerate(world.places):
        if place.level == world.profile.ranking_level:
            quiet = place.code in world.demo.quiet
            busy[index] = 0.25 if quiet else 1.4 if place.code in slow else random.uniform(0.7, 1.25)
            share = BEHIND if place.code in slow else random.choice((GOOD, GOOD, ORDINARY, ORDINARY * 0.7))
            world.late_share[index] = share
    summed, weights = 0.0, []
    for index in lowest:
        lively = 3.0 if index == world.home else random.uniform(0.4, 1.7)
        summed += world.places[index].population * busy[world.village(index)] * lively
        weights.append(summed)
    return weights


def _filed(world: World, place: int, at: datetime, random: Random) -> Case:
    village = world.village(place)
    often = {entry.category: 2.2 for entry in world.demo.behind if entry.unit == world.places[village].code}
    category = seasons.category(world.profile, at, often, random)
    title, text, spot = texts.of(category, random)
    urgency = seasons.urgency(category, title, random)
    due, limits = clocks.starting(world.profile, at, urgency, category, world.places[place].level)
    columns = dict.fromkeys(history.PROJECTED) | {
        "state": State.REPORTED, "level": world.places[place].level, "holder_unit_id": world.unit_ids[place],
        "holder_id": world.person_id(world.holder(place, at)), "level_since": at, "self_settled": False, **due,
    }  # fmt: skip
    return Case(
        place=place, village=village, category=category, urgency=urgency, title=title, text=text, spot=spot,
        source=random.choices([source for source, _ in SOURCES], [weight for _, weight in SOURCES])[0],
        reporter=names.person(random, world.places[place].stem), phone=names.phone(random), reported_at=at,
        now=world.now, columns=columns, limits=limits,
    )  # fmt: skip


def _neglect(world: World, cases: Sequence[Case], random: Random) -> None:
    """A few whistles of some days ago that nobody has answered yet."""
    ripe = {State.REGISTERED, State.HANDLING, State.ESCALATED}
    open_cases = [
        case for case in cases
        if case.state in ripe and not case.whistles and world.now - case.last_at > OLDEST_WHISTLE
    ]  # fmt: skip
    behind = {entry.unit for entry in world.demo.behind}
    open_cases.sort(key=lambda case: (world.places[case.village].code not in behind, case.columns["due_at"]))
    for case in open_cases[:NEGLECTED]:
        at = world.now - OLDEST_WHISTLE + timedelta(days=2) * random.random()
        Walk(world, case, random, None).whistling.call(world.working(at, random), most=0)


def _outside(world: World, cases: Sequence[Case]) -> None:
    """One matter that no level can meet and that an outside body has now; the township's leader signed for it.

    Best one that rested for a day and a half, that nobody was called to, and of a category that others settle.
    """
    ripe = {State.REGISTERED, State.ESCALATED}
    found = [case for case in cases if case.state in ripe and world.now - case.last_at > timedelta(hours=3)]
    if world.outside is None or not found:
        return
    rested = world.now - timedelta(days=1.5)
    case = min(found, key=lambda case: (
        bool(case.whistles), case.last_at > rested, case.category not in FOR_OUTSIDE, case.last_at,
    ))  # fmt: skip
    Walk(world, case, Random(case.title), None).put_outside(case.last_at + timedelta(hours=2), world.outside)


def _bridge(world: World, cases: Sequence[Case], random: Random) -> None:
    """The village that is getting a bridge has asked for it: where chance left that out, a road matter says so."""
    roads = [
        case for case in cases
        if case.village == world.village(world.home) and case.category.startswith("roads")
        and case.state is not State.MERGED
    ]  # fmt: skip
    if roads and not any(texts.BRIDGE in case.text for case in roads):
        roads[0].title, roads[0].text, roads[0].spot = texts.of(roads[0].category, random, texts.BRIDGE)


def write(session: Session, world: World, cases: Sequence[Case], seed: int, progress: Progress | None) -> int:
    """Store the cases, their events and whistles, with references numbered in the order of filing."""
    random = Random(f"{seed} spots")
    references = _references(session, world, cases)
    categories = store.ids(session, "categories", "code")
    paths = {case.place: _path(world, case.place) for case in cases}
    store.insert_all(session, "demands", [
        _demand(world, case, reference, categories[case.category], paths[case.place], random)
        for case, reference in zip(cases, references, strict=True)
    ], progress)  # fmt: skip
    known = store.ids(session, "demands", "reference")
    demand_ids = [known[reference] for reference in references]
    _link_merged(session, cases, demand_ids)
    store.insert_all(session, "demand_events", list(_events(world, cases, demand_ids)), progress)
    store.insert_all(session, "whistles", list(_whistles(world, cases, demand_ids)), progress)
    store.insert_all(session, "call_backs", list(_calls(world, cases, demand_ids)), progress)
    return len(cases)


def _references(session: Session, world: World, cases: Sequence[Case]) -> list[str]:
    years = [case.reported_at.astimezone(world.profile.zone).year for case in cases]
    return [name for year, group in groupby(years) for name in sites.references(session, year, len(list(group)))]


def _path(world: World, place: int) -> dict[str, int | None]:
    found: dict[str, int | None] = {f"a{depth}_id": None for depth in range(1, MAX_DEPTH + 1)}
    up: int | None = place
    while up is not None:
        found[f"a{world.places[up].depth}_id"] = world.unit_ids[up]
        up = world.places[up].parent
    return found


def _demand(
    world: World, case: Case, reference: str, category_id: int, path: dict[str, int | None], random: Random
) -> dict[str, Any]:
    longitude, latitude = store.scattered(world.places[case.place], 1, random)[0]
    own = dict(case.columns)
    if isinstance(own["merged_into_id"], Merged):
        own["merged_into_id"] = None
    return {
        "reference": reference, "external_id": None, "content_key": None, "title": case.title, "text": case.text,
        "category_id": category_id, "urgency": case.urgency, "source": case.source, "placed": True,
        "unit_id": world.unit_ids[case.place], **path, "place": case.spot, "longitude": longitude, "latitude": latitude,
        "reporter": case.reporter, "reporter_phone": case.phone, "reported_at": case.reported_at, **own,
        **history.of_state(case.state), "event_count": len(case.events), "version": len(case.events),
    }  # fmt: skip


def _link_merged(session: Session, cases: Sequence[Case], demand_ids: Sequence[int]) -> None:
    """Point merged demands at what they were merged into, once all have ids."""
    pairs = [
        {"merged": demand_id, "target": demand_ids[case.columns["merged_into_id"].case]}
        for case, demand_id in zip(cases, demand_ids, strict=True)
        if isinstance(case.columns["merged_into_id"], Merged)
    ]
    if pairs:
        demands = store.table("demands")
        statement = update(demands).where(demands.c.id == bindparam("merged"))
        statement = statement.values(merged_into_id=bindparam("target"))
        session.connection().execute(statement, pairs)


def _events(world: World, cases: Sequence[Case], demand_ids: Sequence[int]) -> Iterator[dict[str, Any]]:
    for case, demand_id in zip(cases, demand_ids, strict=True):
        for seq, moved in enumerate(case.events, start=1):
            yield {
                "demand_id": demand_id, "seq": seq, "at": moved.at, "verb": moved.verb, "from_state": moved.before,
                "to_state": moved.after, "account_id": world.account_id(moved.person),
                "actor_name": world.crew.name(moved.person), "reason": moved.reason,
                "facts": history.encode(_facts(moved, demand_ids)), "idempotency_key": None,
            }  # fmt: skip


def _facts(moved: Moved, demand_ids: Sequence[int]) -> dict[str, Any]:
    target = moved.facts.get("merged_into_id")
    if moved.verb is Verb.MERGE and isinstance(target, Merged):
        return {**moved.facts, "merged_into_id": demand_ids[target.case]}
    return moved.facts


def _whistles(world: World, cases: Sequence[Case], demand_ids: Sequence[int]) -> Iterator[dict[str, Any]]:
    for case, demand_id in zip(cases, demand_ids, strict=True):
        for call in case.whistles:
            yield {
                "demand_id": demand_id, "department_id": world.office_ids[call.department], "lead": call.lead,
                "asked_at": call.asked_at, "answer_due_at": call.answer_due_at, "answered_at": call.answered_at,
                "arrived_at": call.arrived_at, "answer": call.answer, "number": 1, "arrival": call.arrival,
                "did": call.did, "rating": call.rating, "rated_at": call.rated_at,
                "rating_reason": call.rating_reason, "justified": call.justified,
                "justified_reason": call.justified_reason,
            }  # fmt: skip


def _calls(world: World, cases: Sequence[Case], demand_ids: Sequence[int]) -> Iterator[dict[str, Any]]:
    for case, demand_id in zip(cases, demand_ids, strict=True):
        for number, call in enumerate(case.calls, start=1):
            yield {
                "demand_id": demand_id, "number": number, "at": call.at, "account_id": world.account_id(call.person),
                "caller": world.crew.name(call.person), "reached": call.reached, "solved": call.solved,
                "satisfied": call.satisfied, "contacted": call.contacted, "comment": None,
            }  # fmt: skip
