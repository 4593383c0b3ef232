"""Random moves by random roles: the state follows the table, the events rebuild the demand, refusals leave no trace."""

import shutil
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine, event, func
from sqlmodel import select

from models.demands import (
    MOVES,
    OPEN,
    SETTLED,
    Demand,
    DemandEvent,
    Reached,
    Satisfaction,
    Solved,
    State,
    Verb,
    Whistle,
)
from services import counters, demands
from services.access import SYSTEM
from services.database import engine_for, migrate, reading, transaction
from services.demands.moves import FORWARD
from services.errors import ServiceError
from tests.conftest import NOW
from tests.factories import Town, town

WHO = ("leader", "supervisor", "chief", "other_chief", "member", "department", "other_department", "viewer")
NEAR = tuple(name for name in WHO if name not in {"other_chief", "viewer"})
GIVEN = {
    Verb.ACCEPT: demands.accept, Verb.SIGN: demands.sign, Verb.RETURN: demands.return_, Verb.SETTLE: demands.settle,
    Verb.PASS_CHECK: demands.pass_check, Verb.CLOSE: demands.close, Verb.ESCALATE: demands.escalate,
    Verb.ASK_FACTS: demands.ask_facts, Verb.ANSWER: demands.answer, Verb.ARRIVE: demands.arrive,
    Verb.RESUME: demands.resume, Verb.REOPEN: demands.reopen, Verb.SELF_HANDLE: demands.self_handle,
}  # fmt: skip
MADE: set[Verb] = set()
"""The verbs that succeeded, so that the test can tell that it tested something."""

COUNTED = frozenset({Verb.EXCLUDE, Verb.INCLUDE, Verb.WAIVE, Verb.CALL_BACK})
BARE = frozenset(MOVES) - COUNTED - frozenset(GIVEN) - {Verb.ASSIGN, Verb.WHISTLE, Verb.MERGE, Verb.SUSPEND}


@pytest.fixture(scope="module")
def template() -> Iterator[tuple[Path, Town]]:
    """The small township in a file, to be copied for every history."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "template.db"
        made = engine_for(f"sqlite:///{path}")
        migrate(made)
        built = town(made)
        with made.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        made.dispose()
        yield path, built


class Ledger(RuleBasedStateMachine):
    """One township; demands are filed and moved by anyone in any order."""

    path: Path
    site: Town
    engine: Engine
    filed = Bundle("filed")

    @initialize()
    def open_site(self) -> None:
        shutil.copy(self.path, str(self.engine.url.database))
        self.now, self.number = NOW, 0
        self.states: dict[int, State] = {}
        self.events: dict[int, int] = {}
        self.returned: dict[int, str | None] = {}
        self.counted: dict[int, int] = {}
        self.touched: int | None = None

    def teardown(self) -> None:
        if hasattr(self, "states"):
            self._hold(self.states)
            self.engine.dispose()

    @precondition(lambda self: len(self.states) < 3)
    @rule(target=filed, settled=st.booleans())
    def report(self, settled: bool) -> int:
        self.now += timedelta(minutes=7)
        with transaction(self.engine) as session:
            row = demands.report(
                session, self.site.actors["member"], "路灯不亮。", category_id=self.site.categories["utilities.lamps"],
                unit_id=self.site.units["411622204202001"], now=self.now,
                settled_on_the_spot="换了" if settled else None,
            )  # fmt: skip
        self.states[row.id] = State.SELF_HANDLED if settled else State.PENDING_TRIAGE
        self.events[row.id], self.returned[row.id] = 2, None
        return row.id

    @rule(demand=filed, who=st.sampled_from(WHO), verb=st.sampled_from(sorted(MOVES)), other=filed, far=st.booleans())
    def try_anything(self, demand: int, who: str, verb: Verb, other: int, far: bool) -> None:
        self._move(demand, who, verb, other, far)

    @rule(demand=filed, who=st.integers(0, 9), step=st.integers(0, 9), other=filed, far=st.booleans())
    def go_on(self, demand: int, who: int, step: int, other: int, far: bool) -> None:
        """A move that the state and the role allow, so that histories grow long."""
        open_to = [verb for verb, row in MOVES.items() if self.states[demand] in row.sources]
        if open_to:
            verb = open_to[step % len(open_to)]
            may = [name for name in NEAR if self.site.actors[name].may(MOVES[verb].permission)]
            self._move(demand, may[who % len(may)], verb, other, far)

    def _move(self, demand: int, who: str, verb: Verb, other: int, far: bool) -> None:
        self.now, self.touched = self.now + timedelta(minutes=13), demand
        before = self._stored(demand)
        try:
            with transaction(self.engine) as session:
                self._do(session, demand, who, verb, other, far)
        except ServiceError:
            assert self._stored(demand) == before, "a refused move leaves no trace"
            return
        source, rule_ = self.states[demand], MOVES[verb]
        assert source in rule_.sources, "what is not in the table cannot happen"
        assert self.site.actors[who].may(rule_.permission)
        MADE.add(verb)
        if rule_.by_other:
            assert before[0]["handled_by_id"] != self.site.actors[who].account_id, "nobody checks their own work"
        if verb in FORWARD:
            assert self.returned[demand] != who, "who returned it may not push it forward"
        self.states[demand] = rule_.target or source
        self.events[demand] += 1
        if verb is Verb.RETURN:
            self.returned[demand] = who
        elif verb is Verb.ASSIGN:
            self.returned[demand] = None

    def _do(self, session, demand: int, who: str, verb: Verb, other: int, far: bool) -> None:
        actor, options = self.site.actors[who], {"now": self.now}
        if verb is Verb.ASSIGN:
            place = {"department_id": self.site.departments["water"]} if far else {"unit_id": actor.unit_id or 1}
            demands.assign(session, actor, demand, **place, **options)
        elif verb is Verb.WHISTLE:
            called = [self.site.departments[code] for code in ("power", "water")]
            demands.whistle(session, actor, demand, called[far], called[:1], **options)
        elif verb is Verb.MERGE:
            demands.merge(session, actor, demand, other, reason="同一件事", **options)
        elif verb is Verb.SUSPEND:
            demands.suspend(session, actor, demand, self.now + timedelta(days=9), reason="等料", **options)
        elif verb in COUNTED:
            demands.move(session, actor, demand, verb, reason="有原因", changes=self._counted(verb, far), **options)
        elif verb in BARE:
            demands.move(session, actor, demand, verb, reason="有原因", **options)
        else:
            GIVEN[verb](session, actor, demand, reason="有原因", **options)

    def _counted(self, verb: Verb, far: bool) -> dict[str, object]:
        """What requests and call-backs change besides: all of it moves counters."""
        if verb is Verb.CALL_BACK:
            said = {"solved": Solved.PARTLY, "satisfied": Satisfaction.BASICALLY, "contacted": far}
            return {"called_at": self.now, "reached": Reached.YES if far else Reached.NO_ANSWER} | (said if far else {})
        return {Verb.EXCLUDE: {"excluded_code": "untrue"}, Verb.INCLUDE: {"excluded_code": None}}.get(
            verb, {"waived_at": self.now}
        )

    def _stored(self, demand: int) -> tuple[dict[str, object], int, list[tuple[object, ...]]]:
        """Everything a move could leave: the demand's row, how many events it has, its whistles."""
        with reading(self.engine) as session:
            row = session.exec(select(Demand).where(Demand.id == demand)).one()
            number = session.exec(
                select(func.count()).select_from(DemandEvent).where(DemandEvent.demand_id == demand)
            ).one()
            whistles = session.exec(
                select(Whistle.department_id, Whistle.answered_at, Whistle.arrived_at)
                .where(Whistle.demand_id == demand)
                .order_by(Whistle.id)
            ).all()
            return row.model_dump(), number, [tuple(each) for each in whistles]

    @invariant()
    def the_demand_is_where_the_table_says_and_its_events_rebuild_it(self) -> None:
        touched = getattr(self, "touched", None)
        if touched is not None:
            self._hold([touched])

    def _hold(self, touched: Iterable[int]) -> None:
        for demand in touched:
            state = self.states[demand]
            row, number, _ = self._stored(demand)
            assert (row["state"], number, row["event_count"]) == (state, self.events[demand], self.events[demand])
            assert row["is_open"] == (state in OPEN)
            assert (row["settled_at"] is not None) == (state in SETTLED)
            with reading(self.engine) as session:
                assert demands.rebuild(session, SYSTEM, demand) == {}
                if self.counted != self.events:
                    assert list(counters.differences(session)) == [], "the counters are the ledger counted again"
        self.counted = dict(self.events)


def test_whatever_anyone_does_in_any_order_the_ledger_holds(template, tmp_path):
    path, built = template
    engine = engine_for(f"sqlite:///{tmp_path / 'site.db'}")  # one for all histories: it keeps what it has compiled
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
    machine = type("LedgerOfTemplate", (Ledger,), {"path": path, "site": built, "engine": engine})
    MADE.clear()
    chosen = settings(
        max_examples=12, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck), database=None,
        derandomize=True,
    )  # fmt: skip
    run_state_machine_as_test(machine, settings=chosen)
    assert len(MADE) > len(MOVES) / 2, "the histories are too short to say anything"
