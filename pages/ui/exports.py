"""What each screen's table takes along: its rows in the reader's words; of posts and rankings all pages at once."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from pages.papers.cells import level_words, tier_words
from pages.papers.paper import Table
from pages.ui import frame, rankings, tables
from pages.ui import people as posts
from pages.ui import rates as shown
from pages.ui.demands import telling
from pages.ui.frame import User
from pages.ui.tables import Share, Value
from services import audit, people, rates
from services.accounts import AccountRow
from services.callbacks import DeskRow
from services.database import transaction
from services.demands import Fact
from services.demands.requests import RequestRow
from services.escalations import LaneRow
from services.figures import TodayRow
from services.people import HeldPost, ServingRow
from services.rankings import RankRow, Sort
from services.rates import Counted
from services.units import UnitRow

MOST = 5_000
"""How many units one export of posts has at most."""
ANSWERS = (Fact.SATISFIED, Fact.BASICALLY)
"""What satisfaction counts of those reached, each named as its count is."""


def serving(user: User, here: UnitRow, wanted: posts.Wanted) -> None:
    """Who answers for which unit: every unit the filters keep. Names go out of the house, so it is kept in the log."""
    t = user.t
    heads = [t("Unit"), t("Level"), t("Who is responsible"), t("Post"), t("Phone"), t("Since"), t("Helping")]

    def made() -> list[Table]:
        with transaction() as session:
            page = people.serving(
                session, user.actor, here.id, frame.today(user), level=wanted.level, text=wanted.text,
                vacant_only=wanted.vacant, size=MOST,
            )  # fmt: skip
            audit.record(session, user.actor, "people.export", now=user.now, units=len(page.rows))
        rows = [_post(user, row, post) for row in page.rows for post in row.answering or (None,)]
        return [tables.table(t, t("Posts"), heads, rows)]

    tables.offer(user, t("Posts"), made, "people-export")


def _post(user: User, row: ServingRow, post: HeldPost | None) -> list[Value]:
    helping = user.t.join([each.name for each in row.helping])
    unit = [posts.place(user.t, row), posts.level_words(user, row.level)]
    if post is None:
        return [*unit, user.t("vacant"), None, None, None, helping]
    return [*unit, post.name, posts.post_words(user, row.level, post.role), post.phone, post.starts_on, helping]


def accounts(user: User, rows: Sequence[AccountRow]) -> None:
    """Who may sign in as what."""
    t = user.t
    heads = [t("Account"), t("Name"), t("Role"), t("Unit or department"), t("Last sign-in"), t("disabled")]
    lines: list[list[Value]] = [
        [row.username, row.person, t.term(row.role),
         t.name(row.unit, row.unit_en) or t.name(row.department, row.department_en), row.last_sign_in, row.disabled_at]
        for row in rows
    ]  # fmt: skip
    tables.offer(user, t("Accounts"), lambda: [tables.table(t, t("Accounts"), heads, lines)], "accounts-export")


def ranking(user: User, table: rankings.Table, rows: Sequence[RankRow]) -> None:
    """Every unit with its place, what the estimate rests on, and its counts."""
    t = user.t
    heads = [
        t("Rank"), t("Place"), t("Tier"), t("Estimate"), t("at least, 90%"), t("at most, 90%"), t("Raw"),
        t("received"), t("settled"), t("due"), t("in time"), t("Open"), t("Late"),
    ]  # fmt: skip
    said = () if table.sort in (Sort.ON_TIME, Sort.SETTLEMENT) else (Fact.VALID, Fact.CONTACTED, Fact.SOLVED, *ANSWERS)
    heads += [t.term(each) for each in said]
    lines = [[*_ranked(user, table, row), *(getattr(row.counted, each) for each in said)] for row in rows]
    name = f"{t('Rankings')}-{t.term(table.sort)}"
    tables.offer(user, name, lambda: [tables.table(t, t("Rankings"), heads, lines)], "rankings-export")


def _ranked(user: User, table: rankings.Table, row: RankRow) -> list[Value]:
    fair, name = row.standing, table.names.get(row.unit_id or 0) or user.t.name(row.name, row.name_en)
    shares: list[Value] = [
        None if each is None else Share(each) for each in (fair.estimate, fair.low, fair.high, row.rate)
    ]
    counts: list[Value] = [row.received, row.settled, row.due, row.on_time, row.open, row.overdue]
    return [row.rank, name, tier_words(user.t, row.tier), *shares, *counts]


def today(user: User, row: TodayRow) -> None:
    """Today's tables: the units below, the hot subjects, the days behind the chart."""
    t = user.t

    def made() -> list[Table]:
        below = level_words(t, user.profile, row.level) if row.level else t("Unit")
        villages: list[list[Value]] = [
            [t.name(each.name, each.name_en), each.open, each.overdue, each.oldest_due_at] for each in row.villages
        ]
        subjects: list[list[Value]] = [
            [t.name(each.name, each.name_en), each.this_week, each.change] for each in row.subjects
        ]
        days: list[list[Value]] = [
            [each.day, each.received, each.settled, each.due, each.on_time, each.open, each.overdue]
            for each in row.days
        ]
        return [
            tables.table(t, below, [below, t("Open"), t("Late"), t("Oldest")], villages),
            tables.table(t, t("Hot subjects"), [t("Subject"), t("7 days"), t("Change")], subjects),
            tables.table(
                t, t("Day"),
                [t("Day"), t("received"), t("settled"), t("due"), t("in time"), t("Open"), t("Late")], days,
            ),
        ]  # fmt: skip

    tables.offer(user, t("Today"), made, "today-export")


def desk(user: User, rows: Sequence[DeskRow]) -> None:
    """The page of a list of the desk without anybody's name or number: those stay where they are asked for."""
    t = user.t
    heads = [t("Number"), t("Category"), t("Where"), t("State"), t("Reported"), t("Settled"), t("Calls so far")]
    lines: list[list[Value]] = [
        [row.reference, t.name(row.category, row.category_en),
         t.name(row.village or row.unit, row.village_en or row.unit_en), t.term(row.state), row.reported_at,
         row.settled_at, row.attempts]
        for row in rows
    ]  # fmt: skip
    tables.offer(user, t("Call-backs"), lambda: [tables.table(t, t("Call-backs"), heads, lines)], "callbacks-export")


def asked(user: User, rows: Sequence[RequestRow]) -> None:
    """The page of requests. The names of who asks go out of the house, so it is kept in the log."""
    t, name = user.t, user.t("Approvals")
    heads = [
        t("Number"), t("Where"), t("Request"), t("Asked by"), t("Asked on"), t("Reason"), t("Decision"),
        t("Decided on"),
    ]  # fmt: skip
    answers = {None: t("waits"), True: t("agreed"), False: t("refused")}

    def made() -> list[Table]:
        with transaction() as session:
            audit.record(session, user.actor, "requests.export", now=user.now, requests=len(rows))
        lines: list[list[Value]] = [
            [row.reference, telling.place(t, row), t.term(row.kind), row.asker, row.asked_at, row.reason,
             answers[row.granted], row.decided_at]
            for row in rows
        ]  # fmt: skip
        return [tables.table(t, name, heads, lines)]

    tables.offer(user, name, made, "requests-export")


def lanes(user: User, rows: Sequence[LaneRow]) -> None:
    """What each level holds; the cases behind a lane are taken along from the queue it opens."""
    t = user.t
    heads = [t("Level"), t("Open"), t("Late"), t("Days held, median")]
    lines: list[list[Value]] = [
        [level_words(t, user.profile, row.level), row.count, row.late,
         None if row.held is None else round(row.held / timedelta(days=1), 1)]
        for row in rows
    ]  # fmt: skip
    name = t("Escalation board")
    tables.offer(user, name, lambda: [tables.table(t, name, heads, lines)], "board-export")


def rated(view: shown.View, here: UnitRow, below: Sequence[UnitRow], found: Mapping[int, Counted]) -> None:
    """Every rate with the two counts it is a share of: the unit whole, then each one directly below it."""
    user, t = view.user, view.user.t
    columns = shown.columns(t, view.asked.month)
    heads = [t("Unit")]
    for column in columns:
        heads += [column.name, t("{rate}, counted", rate=column.name), t("{rate}, of", rate=column.name)]
    heads += [t("Satisfaction"), *(t.term(each) for each in ANSWERS), t("Composite")]
    lines = [_rated(user, columns, unit, found[unit.id]) for unit in (here, *below)]
    name = f"{t('Rates')}-{shown.caption(view)}"
    tables.offer(user, name, lambda: [tables.table(t, t("Rates"), heads, lines)], "rates-export")


def _rated(user: User, columns: Sequence[shown.Column], unit: UnitRow, counts: Counted) -> list[Value]:
    weights, line = user.profile.rates.weights, list[Value]([user.t.name(unit.name, unit.name_en)])
    for column in columns:
        line += [_share(column.rate(counts)), getattr(counts, column.part), getattr(counts, column.whole)]
    answers = [getattr(counts, each) for each in ANSWERS]
    return [*line, _share(rates.satisfaction(counts, weights)), *answers, rates.composite(counts, weights)]


def _share(rate: float | None) -> Share | None:
    return None if rate is None else Share(rate)
