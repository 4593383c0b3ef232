"""The form of what a project is about: its fields, filled with what stands there, read into a draft."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from pages.ui import frame
from pages.ui.frame import User
from pages.ui.projects import telling
from services import projects
from services.projects import Draft, Fact, ProjectDetail

PLAIN = "<style>@media(max-width:640px){.st-key-project-facts [data-testid=stElementToolbar]{display:none}}</style>"
"""A phone shows a table's tools all the time, over what stands above it; its last row adds one without them."""


def draft_fields(user: User, unit_id: int, project: ProjectDetail | None) -> Callable[[], Draft]:
    """The fields; returns what reads them into a draft, which raises BadInput for a budget that is no sum."""
    t, names = user.t, telling.fields(user.t)
    row = project.row if project else None
    title = st.text_input(names["title"], row.title if row else "", max_chars=80, key="project-title")
    problem = st.text_area(names["problem"], project.problem if project else "", height=90, key="project-problem")
    measures = st.text_area(
        t("Measures, one a line"), "\n".join(project.measures) if project else "", height=100, key="project-measures"
    )
    left, middle, right = st.columns(3)
    budget = left.text_input(
        t("Budget, yuan"), _yuan(row.money.budget) if row else "", key="project-budget", placeholder="3,200,000"
    )
    starts_on = middle.date_input(
        names["starts_on"], row.starts_on if row else frame.today(user), format="YYYY-MM-DD", key="project-starts"
    )
    ends_on = right.date_input(names["ends_on"], row.ends_on if row else None, format="YYYY-MM-DD", key="project-ends")
    left, right = st.columns(2)
    people = left.number_input(
        names["people"], 0, 10_000_000, row.people if row else None, step=1, key="project-people-served"
    )
    households = right.number_input(
        names["households"], 0, 10_000_000, row.households if row else None, step=1, key="project-households"
    )
    beneficiaries = st.text_input(
        names["beneficiaries"], project.beneficiaries if project else "", key="project-beneficiaries"
    )
    facts = _facts(user, project)
    return lambda: Draft(
        title=title, problem=problem or "", unit_id=unit_id, budget_fen=projects.fen(budget), starts_on=starts_on,
        ends_on=ends_on, measures=tuple((measures or "").splitlines()), people=people, households=households,
        beneficiaries=beneficiaries, facts=facts,
    )  # fmt: skip


def _yuan(fen: int) -> str:
    return f"{fen // 100:,}.{fen % 100:02d}".removesuffix(".00")


def _facts(user: User, project: ProjectDetail | None) -> tuple[Fact, ...]:
    """Figures of the work as a small table: what, how much, in which unit."""
    t = user.t
    columns = ["label", "value", "measure"]
    kept = [[fact.label, fact.value, fact.measure] for fact in project.facts] if project else []
    st.caption(t("Figures of the work, such as length 53.06 m"))
    st.html(PLAIN)
    heads: dict[str, Any] = {
        "label": st.column_config.TextColumn(t("Figure")), "value": st.column_config.TextColumn(t("How much")),
        "measure": st.column_config.TextColumn(t("Measured in")),
    }  # fmt: skip
    edited = st.data_editor(
        pd.DataFrame(kept, columns=columns, dtype="string"), column_config=heads, num_rows="dynamic", hide_index=True,
        key="project-facts",
    )  # fmt: skip
    cells = edited.fillna("").astype(str).to_numpy().tolist()
    return tuple(Fact(*row) for row in cells if any(cell.strip() for cell in row))
