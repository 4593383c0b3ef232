"""What the queue's address asks for: every filter lives there, so that a link shows the other person the same cases."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

import streamlit as st

from models.demands import State, Urgency
from pages.ui import frame
from pages.ui.frame import User
from services import periods
from services.categories import CategoryRow
from services.demands import Fact, Filters, Order
from services.errors import BadInput
from services.units import UnitRow

FLAGS = ("mine", "overdue", "near", "new", "unanswered", "whistled", "unplaced", "urged", "assessed")
MOMENTS = (
    "reported_from", "reported_to", "settled_from", "settled_to", "due_from", "due_to", "limit_from", "limit_to",
    "reworked_to", "closed_from", "closed_to", "called_from", "called_to",
)  # fmt: skip
KEYS = (
    *FLAGS, *MOMENTS, "state", "category", "urgency", "level", "settled", "kept", "on_the_spot", "excluded", "fact",
    "department", "period", "q",
)  # fmt: skip
"""The parameters that narrow the list. Beside them stand `unit`, `sort`, `page`, and `id`, the demand that is open."""

_OF_ALL_TIME = {
    "state", "settled", "kept", "excluded", "period", "reported_from", "reported_to", "settled_from", "settled_to",
    "limit_from", "limit_to", "fact", "reworked_to", "closed_from", "closed_to", "called_from", "called_to",
}  # fmt: skip

Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for: the parameters as written, and as services understand them."""

    chosen: dict[str, str]
    filters: Filters
    unit: UnitRow | None
    order: Order
    page: int
    reference: str | None

    @property
    def key(self) -> str:
        """A name for this list, for the widgets that must forget their state when the list is another one."""
        return f"{self.unit.code if self.unit else ''}-{self.order}-{sorted(self.chosen.items())}"


def read(user: User, categories: list[CategoryRow]) -> Asked:
    """The address as it stands. What cannot be read is left out."""
    given = st.query_params.to_dict()
    chosen = {key: given[key] for key in KEYS if given.get(key)}
    unit = frame.area(user)
    filters = replace(filters_of(user, chosen, categories), unit_id=unit.id if unit else None)
    order = _member(Order, given.get("sort")) or (Order.NEWEST if _OF_ALL_TIME & set(chosen) else Order.DEADLINE)
    page = int(given["page"]) if re.fullmatch(r"[0-9]{1,6}", given.get("page", "")) else 1
    return Asked(chosen, filters, unit, order, max(1, page), given.get("id") or None)


def filters_of(user: User, chosen: Mapping[str, str], categories: list[CategoryRow]) -> Filters:
    """The services' filter for these parameters. Without one that speaks of the past: what is open."""
    near = user.now + timedelta(hours=user.profile.near_hours) if "near" in chosen else None
    codes = {row.code: row.id for row in categories}
    flags: dict[str, Any] = {flag: True for flag in FLAGS if flag in chosen and flag != "near"}
    moments: dict[str, Any] = {name: moment(user, chosen[name]) for name in MOMENTS if name in chosen}
    filters = Filters(
        state=_member(State, chosen.get("state")), category_id=codes.get(chosen.get("category", "")),
        urgency=_member(Urgency, chosen.get("urgency")), level=chosen.get("level"), text=chosen.get("q", ""),
        fact=_member(Fact, chosen.get("fact")), department=chosen.get("department"),
        open_only=not _OF_ALL_TIME & set(chosen), near_until=near,
        settled={"1": True, "0": False}.get(chosen.get("settled", "")),
        kept={"1": True, "0": False}.get(chosen.get("kept", "")),
        on_the_spot={"1": True, "0": False}.get(chosen.get("on_the_spot", "")),
        excluded={"1": True, "0": False}.get(chosen.get("excluded", "")), **flags, **moments,
    )  # fmt: skip
    return _in_period(user, filters, chosen.get("period"))


def link(filters: Filters, *, unit: str | None = None, category: str | None = None) -> dict[str, str]:
    """The address that opens exactly these cases: `unit` and `category` are the codes of the filter's ids."""
    found = {flag: "1" for flag in FLAGS if flag != "near" and getattr(filters, flag)}
    found |= {name: value.isoformat() for name in MOMENTS if (value := getattr(filters, name)) is not None}
    words = {"unit": unit, "category": category, "state": filters.state, "urgency": filters.urgency}
    words |= {"level": filters.level, "fact": filters.fact, "q": filters.text, "department": filters.department}
    words |= {"near": "1" if filters.near_until else None}
    found |= {name: str(value) for name, value in words.items() if value}
    for name in ("settled", "kept", "on_the_spot", "excluded"):
        if getattr(filters, name) is not None:
            found[name] = "1" if getattr(filters, name) else "0"
    return found


def go(**changed: str | None) -> None:
    """Change the address; None takes a parameter away. Another list begins at its first page."""
    for key, value in changed.items():
        if value is None:
            st.query_params.pop(key, None)
        else:
            st.query_params[key] = value
    if set(changed) - {"id", "page"}:
        st.query_params.pop("page", None)
        st.query_params.pop("id", None)


def go_to_view(chosen: Mapping[str, str]) -> None:
    """Show one view's list: its parameters and no other."""
    go(**{key: chosen.get(key) for key in KEYS})


def _in_period(user: User, filters: Filters, key: str | None) -> Filters:
    """What came in during the period; whether settled is asked as of its end, as the figures count it."""
    if key is None:
        return filters
    try:
        period = periods.parse(key, frame.counted_day(user), user.profile.days)
    except BadInput:
        return filters
    settled_to = period.end if filters.settled is not None else filters.settled_to
    return replace(filters, reported_from=period.start, reported_to=period.end, settled_to=settled_to)


def _member(enum: type[Choice], value: str | None) -> Choice | None:
    return enum(value) if value in set(enum) else None


def moment(user: User, text: str) -> datetime | None:
    """A moment written in an address, of 1900 to 2200 as periods are; the site's zone where it names none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    if not 1900 <= found.year <= 2200:
        return None
    return found if found.tzinfo else found.replace(tzinfo=user.profile.zone)
