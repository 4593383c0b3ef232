"""The demonstration's watch-list: a village whose secretary's post stood empty, and what was done about it since."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlmodel import Session, col

from models.accounts import Account
from models.watch import WatchVerb, monday
from services import projects, sessions, watch
from services.access import Actor
from services.demo.world import World

AFTER = 97
"""Days after the secretary left that the town enters the village: the rule speaks of three months."""

PROBLEMS: tuple[tuple[str, tuple[tuple[str, int, int | None], ...]], ...] = (
    ("村支书离任后无人主持，支部会三个月没有开。", (
        ("由上级选派人选，按程序补选村支书", 70, 68), ("恢复每月一次支部会，会议记录上墙", 30, 27),
    )),
    ("村务、账目半年没有公开，群众有意见。", (
        ("清理半年账目，逐笔核对后张榜公开", 45, 51), ("每月十日公开上月收支", 84, None),
    )),
    ("诉求积压，群众反映说了没人管。", (
        ("包村干部每周到村两天，逐件过一遍积压诉求", 60, 55), ("网格员逐户回访，听一遍意见", 150, None),
    )),
)  # fmt: skip
"""Problems with their measures: (text, day due, day done), days counted from the entry."""
HELPS = ("每周到村一天，参加支部会", "帮助清理账目，指导公开", "驻村工作，住在村里")
WEEKS = (
    "召开支部会，到会十九人，议定整治清单。", "走访三十二户，收集意见十一条。", "账目清理过半，核对票据二百余张。",
    "支部会按时召开，公开栏已更新。", "积压诉求办结四件，两件已吹哨。", "召开村民代表会，通报整治进展。",
    "工作组到村，和党员逐一谈话。", "补选工作完成民主推荐。", "路灯和排水沟两件事动工。", "公开栏更新，收支张榜。",
)  # fmt: skip
SILENT = (4, 11)
"""Weeks on the list for which nobody wrote anything."""


def write(session: Session, world: World) -> int:
    """Enter the village through the service itself, each step on its day; returns how many were entered."""
    rules, vacancies = world.profile.watch, world.demo.vacancies
    if rules is None or not vacancies:
        return 0
    today = world.now.astimezone(world.profile.zone).date()
    place = next(index for index, each in enumerate(world.places) if each.code == vacancies[0].unit)
    start = today - timedelta(days=vacancies[0].left - AFTER)
    town, clerk = (_actor(session, name) for name in ("leader", "supervisor"))
    work = _Work(session, world, clerk, start, today, world.unit_ids[place])
    work.entry = watch.enter(session, town, world.unit_ids[place], now=work.at(start), note="支书离任，一直没有补选。")
    people = [row.person_id for row in projects.candidates(session, clerk, world.unit_ids[place], start)]
    work.plan(people)
    work.help(town, [kind.key for kind in rules.help], people)
    work.evidence()
    return 1


def _actor(session: Session, username: str) -> Actor:
    return sessions.actor_of(session, session.scalars(select(Account).where(col(Account.username) == username)).one())


class _Work:
    """What is done about the village, by the town's clerk."""

    def __init__(
        self, session: Session, world: World, clerk: Actor, start: date, today: date, unit_id: int
    ) -> None:  # fmt: skip
        self.session, self.world, self.clerk, self.start, self.today = session, world, clerk, start, today
        self.unit_id, self.entry = unit_id, 0

    def at(self, day: date) -> datetime:
        """A working hour of the day, never after now."""
        return min(datetime.combine(day, time(10, 20), self.world.profile.zone), self.world.now)

    def plan(self, people: Sequence[int]) -> None:
        """Problems and measures in the first week; then what was done."""
        for number, (text, measures) in enumerate(PROBLEMS):
            day = self.start + timedelta(days=2)
            problem = watch.problem(self.session, self.clerk, self.entry, text, now=self.at(day))
            for place, (what, due, done) in enumerate(measures):
                seq = watch.measure(
                    self.session, self.clerk, self.entry, problem, what, self.start + timedelta(days=due),
                    now=self.at(day), person_id=people[(number * 2 + place) % len(people)],
                )  # fmt: skip
                if done is not None and self.start + timedelta(days=done) <= self.today:
                    self._done(seq, self.start + timedelta(days=done))

    def _done(self, seq: int, day: date) -> None:
        watch.change(self.session, self.clerk, self.entry, seq, WatchVerb.DONE, now=self.at(day), day=day)

    def help(self, town: Actor, kinds: Sequence[str], people: Sequence[int]) -> None:
        """The first three kinds of help of the profile; nobody was found for the rest yet."""
        day = self.start + timedelta(days=9)
        office = min(self.world.office_ids.values())
        for number, (kind, text) in enumerate(zip(kinds, HELPS, strict=False)):
            person, department = (None, office) if number == 1 else (people[number], None)
            watch.give_help(
                self.session, town, self.entry, kind, text, day, now=self.at(day), person_id=person,
                department_id=department,
            )  # fmt: skip

    def evidence(self) -> None:
        """A few words for nearly every week."""
        week, number = monday(self.start) + timedelta(days=7), 0
        while week <= monday(self.today) - timedelta(days=7):
            if number not in SILENT:
                said = WEEKS[number % len(WEEKS)]
                friday = self.at(week + timedelta(days=4))
                watch.show(self.session, self.clerk, self.entry, week, said, now=friday)
            week, number = week + timedelta(days=7), number + 1
