"""The list of the queue: a table with tick boxes on a desk, cards on a phone; views, filters and pages."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from models.demands import Clock, clock_of
from pages.ui import frame, layout, navigation, status
from pages.ui.demands import telling
from pages.ui.demands.address import Asked, go, go_to_view
from pages.ui.requests import exclusion
from pages.ui.style import INK, LATE, MUTED
from services.demands import PAGE_SIZE, DemandRow, Page

OPENED = "#E6F1EF"
_CELLS = {
    Clock.LATE: f"color:{LATE};background-color:#FBE8E3;font-weight:600",
    Clock.NEAR: "color:#6B4A00;background-color:#FEF6DF",
    Clock.IN_TIME: "color:#1F6F9F",
    Clock.SUSPENDED: f"color:{MUTED}",
    Clock.DONE: f"color:{MUTED}",
}
_WIDTHS = {
    "zh": {"clock": 146, "title": 154, "place": 142, "holder": 146, "reference": 96},
    "en": {"clock": 122, "title": 130, "place": 182, "holder": 156, "reference": 96},
}
"""English places are long, its clocks short: together they fit the 731 px that a desk of 1366 px leaves, and grow."""


def table(user: frame.User, page: Page, opened: str | None, height: int) -> list[DemandRow]:
    """The list as a table: a click on a cell opens the demand, tick boxes choose several. Returns the ticked rows."""
    t = user.t
    references = [row.reference for row in page.rows]
    key = f"queue-table-{hash(tuple(references))}"
    names = {
        "clock": t("Deadline"), "title": t("What"), "place": t("Where"),
        "holder": t("Why it shall not count") if _all_excluded(page.rows) else t("Held by"),
        "reference": t("Number"),
    }  # fmt: skip
    event = st.dataframe(
        _styled(user, page.rows, opened), hide_index=True, height=min(height, 37 + 39 * len(page.rows)), row_height=39,
        key=key, on_select=lambda: open_clicked(key, references), selection_mode=["multi-row", "single-cell"],
        column_config={
            name: st.column_config.TextColumn(words, width=_WIDTHS[t.language][name]) for name, words in names.items()
        },
        alt=t("Demands"),
    )  # fmt: skip
    return [page.rows[index] for index in event.selection.rows if index < len(page.rows)]


def open_clicked(key: str, references: Sequence[str]) -> None:
    """Open the demand of a newly clicked cell; a tick leaves the cell as it was and opens nothing."""
    cells = st.session_state[key].selection.cells
    clicked = cells[0][0] if cells else None
    if clicked is not None and st.session_state.get("queue-clicked") != (key, clicked) and clicked < len(references):
        go(id=references[clicked])
    st.session_state["queue-clicked"] = (key, clicked)


def _styled(user: frame.User, rows: Sequence[DemandRow], opened: str | None) -> Any:
    excluded = _all_excluded(rows)
    lines = [_cells(user, row, excluded=excluded) for row in rows]
    cells = pd.DataFrame({name: [line[name] for line in lines] for name in lines[0]})
    return layout.painted(cells, _looks(user, rows, opened, list(cells.columns)))


def _looks(
    user: frame.User, rows: Sequence[DemandRow], opened: str | None, names: Sequence[str]
) -> dict[str, list[tuple[int, int]]]:
    """Each look with the cells that have it."""
    found: dict[str, list[tuple[int, int]]] = {}
    for line, row in enumerate(rows):
        ground = f"background-color:{OPENED if row.reference == opened else '#FFFFFF'};"
        clock = _CELLS[clock_of(row.state, row.due_at, user.now, status.NEAR)]
        quiet = f"color:{MUTED}"
        looks = {"clock": clock, "title": f"font-weight:600;color:{INK}", "reporter": quiet, "reference": quiet}
        for column, name in enumerate(names):
            found.setdefault(ground + looks.get(name, ""), []).append((line, column))
    return found


def _all_excluded(rows: Sequence[DemandRow]) -> bool:
    """Whether the list is of excluded demands: then it says why of each."""
    return all(row.excluded_code is not None for row in rows)


def _cells(user: frame.User, row: DemandRow, *, excluded: bool) -> dict[str, str]:
    t = user.t
    title, holder = telling.title(t, row), telling.holder(t, row)
    if excluded:
        title, holder = row.title, exclusion(user, row.excluded_code)
    return {
        "clock": status.marked(t, row, user.now), "title": title, "place": telling.place(t, row), "holder": holder,
        "reference": row.reference.partition("-")[2],
    }  # fmt: skip


def cards(user: frame.User, page: Page, asked: Asked) -> None:
    """The list as cards for a phone: each is a link to the demand's own page."""
    t = user.t
    with st.container(gap="xsmall"):
        for row in page.rows:
            late = clock_of(row.state, row.due_at, user.now, status.NEAR) is Clock.LATE
            with st.container(border=True, key=f"{'late' if late else 'card'}-queue-{row.id}", gap=2):
                number = f":small[:gray[{status.plain(row.reference)}]]"
                st.markdown(f"{status.badge(t, row, user.now)}&ensp;{number}")
                st.page_link(
                    navigation.page("demands"), label=f"**{status.plain(telling.title(t, row))}**",
                    icon=":material/chevron_right:",
                    icon_position="right", query_params=_address(asked, row.reference), width="stretch",
                )  # fmt: skip
                who = t("with {holder}", holder=telling.holder(t, row))
                # a masked name does not break before its stars
                parts = [telling.place(t, row), who, status.JOINER.join(row.reporter or "")]
                said = "\N{NO-BREAK SPACE}· ".join(part for part in parts if part)
                st.markdown(f":small[:gray[{status.plain(said)}]]")


def _address(asked: Asked, reference: str) -> dict[str, str]:
    unit = {"unit": asked.unit.code} if asked.unit is not None else {}
    return {**unit, **asked.chosen, "sort": asked.order.value, "page": str(asked.page), "id": reference}


def pages(asked: Asked, page: Page, **options: Any) -> None:
    """The way to the other pages, where there are any."""
    number = max(1, -(-page.total // PAGE_SIZE))
    if number == 1:
        return
    key = f"queue-pages-{asked.key}"
    current = min(asked.page, number)
    st.pagination(number, default=current, key=key, on_change=lambda: _turn(key), **options)


def _turn(key: str) -> None:
    go(page=str(st.session_state[key]), id=None)


def neighbours(rows: Sequence[DemandRow], opened: str) -> tuple[str | None, str | None]:
    """The references before and after the open demand in the list."""
    references = [row.reference for row in rows]
    if opened not in references:
        return None, references[0] if references else None
    place = references.index(opened)
    return (
        references[place - 1] if place else None,
        references[place + 1] if place + 1 < len(references) else None,
    )


def totals(user: frame.User, page: Page) -> None:
    """How many there are in all, and how many of them are late."""
    t = user.t
    said = t.n("**{n}** demand", "**{n}** demands", page.total)
    if page.overdue:
        late = t.n("**{n}** late", "**{n}** late", page.overdue)
        said += f"&ensp;:red[■ {late}]"
    st.markdown(said, width="stretch", text_alignment="left" if user.phone else "right")


def nothing(user: frame.User, asked: Asked) -> None:
    """An empty list says what would fill it, and offers the way out of the filter or the form to report."""
    t = user.t
    if asked.chosen:
        layout.empty(t("No demand fits this filter."))
        st.button(t("Show all that is open"), key="queue-show-all", on_click=go_to_view, args=({},))
        return
    layout.empty(t("Nothing is open here. What is reported appears in this list at once."))
    if navigation.has("report"):
        st.page_link(navigation.page("report"), label=t("Report a demand"), icon=":material/edit_square:")
