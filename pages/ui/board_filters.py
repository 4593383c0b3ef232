"""What narrows the escalation board: every choice stands in the address, so that a link shows the same board."""

from dataclasses import dataclass

import streamlit as st

from models.demands import Urgency
from pages.ui.demands import narrowing
from pages.ui.demands.address import go
from pages.ui.frame import User
from services.categories import CategoryRow
from services.escalations import BoardRow, Narrowing, Only

ONLY = "board-only"
PARAMETER = {
    Only.UNANSWERED: ("unanswered", "1"), Only.LATE: ("overdue", "1"), Only.NEAR: ("near", "1"),
    Only.WHISTLED: ("whistled", "1"), Only.SUSPENDED: ("state", "suspended"),
}  # fmt: skip
"""What the queue's address calls the same filter."""
NARROWING = ("category", "urgency", "q")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the board's address asks for: `chosen` as written, `only` and `narrowing` as services understand it."""

    chosen: dict[str, str]
    only: Only | None
    narrowing: Narrowing

    @property
    def key(self) -> str:
        """A name for this choice, for what must begin anew with another one."""
        return f"{self.only or 'all'}-{sorted(self.chosen.items())}"

    @property
    def queue(self) -> dict[str, str]:
        """The same cases in the queue's address."""
        return {**self.chosen, **(dict([PARAMETER[self.only]]) if self.only else {})}


def read(categories: list[CategoryRow]) -> Asked:
    """The address as it stands; what cannot be read is left out."""
    given = {key: st.query_params[key] for key in (*NARROWING, "only") if st.query_params.get(key)}
    codes = {row.code: row.id for row in categories}
    chosen = {key: value for key, value in given.items() if key != "only"}
    if chosen.get("category") not in codes:
        chosen.pop("category", None)
    if chosen.get("urgency") not in set(Urgency):
        chosen.pop("urgency", None)
    only = Only(given["only"]) if given.get("only") in set(Only) else None
    urgency = Urgency(chosen["urgency"]) if "urgency" in chosen else None
    return Asked(chosen, only, Narrowing(codes.get(chosen.get("category", "")), urgency, chosen.get("q", "")))


def choose_only(user: User, asked: Asked, found: BoardRow) -> None:
    """Unanswered first, late, near, whistled, on hold: each with its count; the same again takes it away."""
    t = user.t
    names = {
        Only.UNANSWERED: _unanswered(user, found), Only.LATE: t("Late {n}", n=t.number(found.late)),
        Only.NEAR: t("Near {n}", n=t.number(found.near)), Only.WHISTLED: t("Whistled {n}", n=t.number(found.whistled)),
        Only.SUSPENDED: t("On hold {n}", n=t.number(found.suspended)),
    }  # fmt: skip
    st.pills(
        t("Show only"), list(names), default=asked.only, format_func=names.__getitem__, key=f"{ONLY}-{asked.only}",
        label_visibility="collapsed", on_change=_narrow, args=(f"{ONLY}-{asked.only}",),
    )  # fmt: skip


def _narrow(key: str) -> None:
    chosen = st.session_state[key]
    go(only=chosen.value if chosen else None)


def _unanswered(user: User, found: BoardRow) -> str:
    """How many whistles nobody answered, and since when the oldest waits: what a leader sees first."""
    t, number = user.t, user.t.number(found.unanswered)
    if found.oldest_asked_at is None:
        return t("Not answered {n}", n=number)
    span = t.duration(user.now - found.oldest_asked_at)
    return t(":red[■ **Not answered {n}**] · oldest {span}", n=number, span=span)


def choose_narrowing(user: User, asked: Asked, categories: list[CategoryRow]) -> None:
    """Category, urgency and a text, each for the whole board."""
    t = user.t
    tree = {row.code: ("　" if row.depth > 1 else "") + t.name(row.name, row.name_en) for row in categories}
    narrowing.menu(t, "category", t("Category"), tree, asked.chosen)
    narrowing.menu(t, "urgency", t("Urgency"), {each.value: t.term(each) for each in Urgency}, asked.chosen)
    key = f"board-search-{asked.chosen.get('q', '')}"
    st.text_input(
        t("Search"), value=asked.chosen.get("q", ""), key=key,
        placeholder=t("Search") if user.phone else t("Search number, words, place"),
        icon=":material/search:", label_visibility="collapsed", width="stretch" if user.phone else 230,
        on_change=lambda: go(q=st.session_state[key].strip() or None),
    )  # fmt: skip
