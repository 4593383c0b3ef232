"""What needs someone now: the furthest behind and why, what is late, called for or waiting, each with the way to it."""

from collections.abc import Mapping
from datetime import timedelta

import streamlit as st

from pages.ui import layout
from pages.ui.cases import Filter, level_words, link, short
from pages.ui.demands import address
from pages.ui.frame import User
from pages.ui.own_needs import OwnNeed, own_needs
from pages.ui.status import plain
from services.demands import Filters
from services.fairness import Tier
from services.figures import NeedRow, TodayRow
from services.rankings import RankRow

NEAR_MARK = ':color[▲]{foreground="#C98500"}'
MARKS = {"late": ":red[■]", "whistles_unanswered": ":red[■]", "slowed_down": NEAR_MARK, "triage_waiting": NEAR_MARK}
Behind = tuple[RankRow, RankRow]
"""The unit that is last in time, and all units together."""


def needs(user: User, row: TodayRow, behind: Behind | None) -> None:
    """What needs this person now: whistles nobody answered first, then the loudest, each with the way to it."""
    t = user.t
    with layout.panel("needs", t("Needs you now"), height="stretch"):
        own = own_needs(user)
        first = [need for need in row.needs if need.code == "whistles_unanswered"]
        for need in first:
            _need(user, row, need)
        for number, each in enumerate(own):
            _own(user, number, each)
        if behind is not None:
            _behind(user, row, *behind)
        for need in row.needs:
            if need not in first:
                _need(user, row, need)
        if not (row.needs or own) and behind is None:
            layout.empty(t("Nothing waits for you. New work appears here by itself."))


def _own(user: User, number: int, need: OwnNeed) -> None:
    t = user.t
    with st.container(key=f"row-need-own-{number}", horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"{need.mark}&ensp;**{plain(need.title)}**  \n:small[:gray[{plain(need.detail)}]]", width="stretch")
        link(t("See the cases") if need.page == "demands" else t("See it"), need.page, need.wanted, width="content")


def _need(user: User, row: TodayRow, need: NeedRow) -> None:
    t = user.t
    title, detail, page, wanted = _said(user, row, need)
    key = f"row-need-{row.needs.index(need)}"
    with st.container(key=key, horizontal=True, vertical_alignment="center", gap="small"):
        mark = MARKS.get(need.code, ":gray[○]")
        text = f"{mark}&ensp;**{plain(title)}**  \n:small[:gray[{plain(detail)}]]"
        st.markdown(text, width="stretch")
        link(t("See the cases") if page == "demands" else t("See it"), page, wanted, width="content")


def _behind(user: User, row: TodayRow, behind: RankRow, together: RankRow) -> None:
    """As the ranking has it: red where the counts tell the unit from all together, else with that doubt."""
    t = user.t
    name = short(t, user.profile, row.level, behind.name, behind.name_en)
    mark, title = ":red[■]", t("{place} is furthest behind in time", place=name)
    if behind.tier is not Tier.BEHIND:
        mark, title = NEAR_MARK, t("{place} is last in time, too close to all together to be sure", place=name)
    rates = t(
        "{rate} in time ({on_time} / {due}), all together {all}", rate=t.percent(behind.on_time_rate),
        on_time=t.number(behind.on_time), due=t.number(behind.due), all=t.percent(together.on_time_rate),
    )  # fmt: skip
    with st.container(key="row-need-behind", horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(
            f"{mark}&ensp;**{plain(title)}**  \n:small[:gray[{plain(rates)}]]  \n:small[{plain(why(user, behind))}]",
            width="stretch",
        )
        link(t("Why"), "rankings", _beside_best(row, behind), width="content")


def why(user: User, row: RankRow) -> str:
    """What holds a unit back: the category most of its late ones are of, and the level that held them."""
    t, cause = user.t, row.why
    if cause is None:
        return t("all were in time")
    level = level_words(t, user.profile, cause.level) if cause.level else ""
    return t(
        "{late} not in time: {n} of them {category}, {held} held at {level}", late=t.number(cause.late),
        n=t.number(cause.category_late), category=t.name(cause.category, cause.category_en),
        held=t.number(cause.level_late), level=level,
    )  # fmt: skip


def _said(user: User, row: TodayRow, need: NeedRow) -> tuple[str, str, str, Filter]:
    """Title, detail, page and filter of a need."""
    t, facts, count = user.t, need.facts, need.count
    cases = address.link(need.filters, unit=row.unit.code) if need.filters else {"unit": row.unit.code}
    match need.code:
        case "late":
            title = t.n("{n} demand is late", "{n} demands are late", count)
            return title, _by_level(user, facts["levels"]), "demands", cases
        case "whistles_unanswered":
            title = t.n("{n} whistle nobody answered", "{n} whistles nobody answered", count)
            return title, t("oldest {span}", span=t.duration(user.now - facts["asked_at"])), "demands", cases
        case "slowed_down":
            return _slowed(user, row, need)
        case "triage_waiting":
            title = t.n("{n} demand waits to be accepted", "{n} demands wait to be accepted", count)
            since = t.moment(facts["reported_at"], user.now)
            detail = t("{urgency}, the oldest since {moment}", urgency=t.term(facts["urgency"]), moment=since)
            return title, detail, "demands", cases
    title = t.n("{n} post is vacant", "{n} posts are vacant", count)
    return (
        title,
        t.join([level_words(t, user.profile, level) for level in facts["levels"]]),
        "people",
        {**cases, "vacant": "1", "level": facts["levels"][0]},
    )


def _slowed(user: User, row: TodayRow, need: NeedRow) -> tuple[str, str, str, Filter]:
    t, facts = user.t, need.facts
    name = short(t, user.profile, row.level, facts["village"], facts["village_en"])
    code = next(village.code for village in row.villages if village.unit_id == facts["village_id"])
    spans = [t.duration(timedelta(hours=facts[key])) for key in ("hours", "hours_before")]
    detail = t("median {now}, the week before {before}", now=spans[0], before=spans[1])
    cases = address.link(need.filters or Filters(), unit=code)
    return t("{place} slowed down this week", place=name), detail, "demands", cases


def _beside_best(row: TodayRow, behind: RankRow) -> Filter:
    """The unit beside the best of its kind."""
    return {"unit": behind.code, "beside": "best", "period": row.period.key, "sort": "on_time"}


def _by_level(user: User, levels: Mapping[str, int]) -> str:
    t = user.t
    return t.join([f"{level_words(t, user.profile, level)} {t.number(count)}" for level, count in levels.items()])
