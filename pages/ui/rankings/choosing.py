"""What a ranking is of: the switches in the address, and the names of the units it shows."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from models.profiles import Weights
from pages.i18n import Words
from pages.ui import frame
from pages.ui.cases import level_words, short
from pages.ui.frame import User
from services import units
from services.database import reading
from services.demands import ANY_DEPARTMENT
from services.periods import Period
from services.rankings import RankRow, Sort
from services.rates import Scope
from services.units import UnitRow
from services.watch import Mark

PAGE = 100
DEPARTMENTS = "departments"
"""What the level is called in the address where departments are ranked."""


@dataclass(frozen=True, slots=True)
class Table:
    """What a ranking is of: the unit, the level ranked (or departments), the period, by what, in which scope.

    `marks` are the units on the watch-list, by their id. `elsewhere` is how many of the unit's cases stand at nothing
    that is ranked.
    """

    unit: UnitRow
    level: str
    period: Period
    sort: Sort
    scope: Scope
    names: Mapping[int, str]
    pooled: RankRow
    weights: Weights
    marks: Mapping[int, Mark]
    elsewhere: int = 0

    @property
    def all_code(self) -> str:
        """Whose cases those of all together are; empty where some of the unit's stand elsewhere."""
        if self.level == DEPARTMENTS:
            return ANY_DEPARTMENT
        return "" if self.elsewhere else self.unit.code

    def name(self, t: Words, row: RankRow) -> str:
        """A ranked unit's name as the table shows it."""
        return self.names.get(row.unit_id or 0) or t.name(row.name, row.name_en)


def levels(user: User, unit: UnitRow) -> list[str]:
    """The levels below the unit that have more than one unit to compare, from above to below."""
    with reading() as session:
        found = units.counts(session, user.actor, unit.id)
    keys = user.profile.level_keys
    below = keys[keys.index(unit.level) + 1 :] if unit.level in keys else keys
    return [key for key in below if found.get(key, 0) > 1]


def choose_level(user: User, unit: UnitRow) -> str | None:
    """The level to rank: from the address, else the ranking level, else the next one below."""
    t, found = user.t, levels(user, unit)
    if not found:
        return None
    if user.actor.department_id is None:
        found = [*found, DEPARTMENTS]
    usual = user.profile.ranking_level if user.profile.ranking_level in found else found[0]
    asked = st.query_params.get("level")
    default = asked if asked in found else usual
    chosen = st.segmented_control(
        t("Level"), found, default=default, format_func=lambda key: level_name(user, key).capitalize(),
        key=f"rankings-level-{unit.id}", label_visibility="collapsed", required=True,
    ) or default  # fmt: skip
    st.query_params["level"] = chosen
    return chosen


def level_name(user: User, level: str) -> str:
    """What is ranked, in words."""
    return user.t("department") if level == DEPARTMENTS else level_words(user.t, user.profile, level)


def choose_sort(user: User) -> Sort:
    """By what to rank: from the address, else by what was settled in time, as Today says who is behind."""
    t, asked, every = user.t, st.query_params.get("sort"), list(Sort)
    default = Sort(asked) if asked in set(Sort) else Sort.ON_TIME
    if user.phone:  # six words side by side are wider than a phone
        chosen = st.selectbox(
            t("Rank by"), every, every.index(default), format_func=t.term, key="rankings-sort",
            label_visibility="collapsed",
        )  # fmt: skip
    else:
        chosen = st.segmented_control(
            t("Rank by"), every, default=default, format_func=t.term, key="rankings-sort",
            label_visibility="collapsed", required=True,
        ) or default  # fmt: skip
    st.query_params["sort"] = chosen.value
    return chosen


def choose_scope(t: Words) -> Scope:
    """All cases, or those an assessment counts: from the address, else all."""
    asked = st.query_params.get("scope")
    default = Scope(asked) if asked in set(Scope) else Scope.FULL
    chosen = st.segmented_control(
        t("Scope"), list(Scope), default=default, format_func=t.term, key="rankings-scope",
        label_visibility="collapsed", required=True,
    ) or default  # fmt: skip
    st.query_params["scope"] = chosen.value
    return chosen


def days_of(user: User, period: Period) -> str:
    """The days of a period so far."""
    return f"{user.t.day(period.from_day)} – {user.t.day(min(period.to_day, frame.today(user)))}"


@st.cache_data(max_entries=32, show_spinner=False)
def _names(version: int, unit_id: int, level: str, language: str, _user: User) -> dict[int, str]:  # noqa: ARG001  the key
    """The units' names; those that several have, with what stands above them: 霍坡村第3网格."""
    t, profile = _user.t, _user.profile
    with reading() as session:
        rows = {row.id: row for row in units.below(session, _user.actor, unit_id)}
    found = {}
    for path in told_apart(rows, [row for row in rows.values() if row.level == level], profile.ranking_level):
        parts = [short(t, profile, each.level, each.name, each.name_en) for each in path]
        found[path[-1].id] = "".join(parts) if t.language == "zh" else ", ".join(reversed(parts))
    return found


def told_apart(rows: Mapping[int, UnitRow], wanted: Sequence[UnitRow], above: str) -> list[list[UnitRow]]:
    """For each unit the units whose names together are its own: itself; its `above` too; the one over it as well."""
    tries = [[[row], *_longer(rows, row, above)] for row in wanted]
    counts = Counter(_words(path) for paths in tries for path in paths)
    return [next((path for path in paths if counts[_words(path)] == 1), paths[-1]) for paths in tries]


def _longer(rows: Mapping[int, UnitRow], row: UnitRow, above: str) -> list[list[UnitRow]]:
    over, high = rows.get(row.parent_id or 0), rows.get(row.parent_id or 0)
    while high is not None and high.level != above:
        high = rows.get(high.parent_id or 0)
    paths = [[high, row], [high, over, row]] if over is not high else [[high, row]]
    return [[each for each in path if each] for path in paths] if high and over else []


def _words(path: Sequence[UnitRow]) -> tuple[str, ...]:
    return tuple(row.name for row in path)


def names(user: User, unit: UnitRow, level: str) -> dict[int, str]:
    """The name of each unit of a level as a ranking shows it."""
    from pages.ui.today import version

    return _names(version(), unit.id, level, user.t.language, user)
