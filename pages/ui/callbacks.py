"""The call-back desk's lists: rates of the period, the four lists, the week's round, rows as a table or as cards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from models.demands import Reached
from pages.i18n import Words
from pages.ui import frame, layout, navigation
from pages.ui.demands import listing
from pages.ui.demands.address import go
from pages.ui.frame import User
from pages.ui.status import plain
from pages.ui.style import IN_TIME, INK, MUTED
from services import callbacks, periods, rates
from services.callbacks import Desk, DeskRow, RoundRow, Waiting
from services.database import transaction
from services.demands import PAGE_SIZE
from services.periods import Period
from services.rates import Counted
from services.units import UnitRow

SAMPLE = 30
"""How many a sample has unless another number is given."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for: a list, its page, the demand that is open."""

    which: Waiting
    page: int
    reference: str | None


def asked(counts: Desk) -> Asked:
    """The address as it stands; without a list the first one that has something in it."""
    wanted, page = st.query_params.get("list", ""), st.query_params.get("page", "")
    usual = Waiting.CHECK if counts.check and not counts.call else Waiting.CALL
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 7 else 1
    return Asked(
        Waiting(wanted) if wanted in set(Waiting) else usual, max(1, number), st.query_params.get("id") or None
    )  # fmt: skip


def last_week(user: User) -> Period:
    """The last week that is over, Monday to Sunday."""
    monday = frame.today(user) - timedelta(days=frame.today(user).weekday())
    return periods.between(monday - timedelta(days=7), monday - timedelta(days=1), user.profile.zone)


def first(rows: Sequence[DeskRow]) -> str | None:
    """The demand that is open unless another one is asked for: the first that one may work on."""
    return next((row.reference for row in rows if not row.handled_by_me), rows[0].reference if rows else None)


def following(rows: Sequence[DeskRow], reference: str) -> str | None:
    """The one that comes up after this one, passing by what one handled oneself."""
    references = [row.reference for row in rows]
    place = references.index(reference) if reference in references else -1
    return next((row.reference for row in rows[place + 1 :] if not row.handled_by_me), None)


def head(user: User) -> None:
    """Title and what the desk is for; on a phone the choice of the period, which the header has no room for."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        layout.title(user.t("Call-backs"))
        st.markdown(f":gray[{user.t('Someone else checks; then the villager has the last word.')}]", width="stretch")
    if user.phone:
        frame.choose_period(user)


def rates_of(user: User, said: Counted) -> None:
    """What people said in the period: each rate with its counts beneath; no data is no rate."""
    t = user.t
    with st.container(key="tiles", horizontal=True):
        _rate(t, "valid", t("Reached"), rates.valid_rate(said), _of(t, said.valid, said.called))
        _rate(t, "contacted", t("Were contacted"), rates.response(said), _of(t, said.contacted, said.valid))
        _rate(t, "solved", t("Say it is solved"), rates.resolution(said), _of(t, said.solved, said.valid))
        _rate(t, "satisfied", t("Satisfied"), rates.satisfaction(said, user.profile.rates.weights), content(user, said))


def content(user: User, said: Counted) -> str:
    """The counts of satisfaction, the basically satisfied apart, for they count less; a phone has room for no word."""
    t = user.t
    counts = {"satisfied": said.satisfied, "basically": said.basically, "valid": said.valid}
    words = t("{satisfied} + {basically} basically / {valid}")
    if user.phone:
        words = "{satisfied} + {basically} / {valid}"
    return words.format(**{name: t.number(count) for name, count in counts.items()})


def _of(t: Words, part: int, whole: int) -> str:
    return f"{t.number(part)} / {t.number(whole)}"


def _rate(t: Words, key: str, label: str, rate: float | None, counts: str) -> None:
    with st.container(key=f"tile-callback-{key}", gap=None):
        note = counts if rate is not None else t("no data in this period")
        st.metric(label, t.percent(rate, 0), note, delta_color="gray", delta_arrow="off", border=True)


def choose(user: User, asked: Asked, counts: Desk, drawn: RoundRow | None) -> None:
    """The four lists with how many wait on each."""
    t = user.t
    left = t.number(callbacks.remaining(drawn)) if drawn is not None else f"· {t('not drawn')}"
    names = {
        Waiting.CHECK: f"{t('To check')} {t.number(counts.check)}",
        Waiting.CALL: f"{t('To call')} {t.number(counts.call)}",
        Waiting.UNREACHED: f"{t('Not reached')} {t.number(counts.unreached)}",
        Waiting.ROUND: f"{t('Round of the week')} {left}",
    }  # fmt: skip
    wanted = st.segmented_control(
        t("Show"), list(Waiting), default=asked.which, format_func=names.__getitem__,
        key=f"callbacks-list-{asked.which}", label_visibility="collapsed",
    )  # fmt: skip
    if wanted is not None and wanted is not asked.which:
        go(list=wanted.value)
        st.rerun()


def round_of(user: User, unit: UnitRow, week: Period, drawn: RoundRow | None) -> None:
    """The round of the last full week: how far it is, or how it shall be drawn."""
    t = user.t
    days = f"{t.day(week.from_day)} – {t.day(week.to_day)}"
    side = None if drawn is None else _drawn(user, drawn)
    with layout.panel("round", t("Settled in the week {days}", days=days), side, gap="small"):
        if drawn is None:
            _draw(user, unit, week)
        else:
            st.progress(drawn.called / drawn.drawn if drawn.drawn else 1.0, _progress(t, drawn))


def _drawn(user: User, drawn: RoundRow) -> str:
    """How the round was drawn, so that anybody can draw it again."""
    t = user.t
    how = t("All {n} of the week", n=t.number(drawn.population))
    if drawn.size is not None:
        how = t(
            "Sample of {n} from {all} settled, in {strata} groups by place and kind, seed {seed}",
            n=t.number(drawn.drawn), all=t.number(drawn.population), strata=t.number(drawn.strata), seed=drawn.seed,
        )  # fmt: skip
    by = t("drawn by {who}, {when}", who=drawn.drawn_by, when=t.moment(drawn.drawn_at, user.now))
    return plain(f"{how} · {by}")


def _progress(t: Words, drawn: RoundRow) -> str:
    return t(
        "{called} of {drawn} called, {reached} of them reached",
        called=t.number(drawn.called), drawn=t.number(drawn.drawn), reached=t.number(drawn.reached),
    )  # fmt: skip


def _draw(user: User, unit: UnitRow, week: Period) -> None:
    """Whom to call: all, or a sample whose size and seed are said, so that anybody can draw it again."""
    t, size = user.t, None
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        words = {True: t("A sample"), False: t("All of them")}
        some = st.segmented_control(
            t("Whom to call"), list(words), default=True, format_func=words.__getitem__, required=True,
            key="callbacks-draw-how",
        )  # fmt: skip
        if some:
            size = int(st.number_input(t("How many"), 1, 100_000, SAMPLE, key="callbacks-draw-size", width=140))
        usual = int(f"{week.from_day:%Y%m%d}")
        seed = st.number_input(t("Seed"), 0, 2**31 - 1, usual, key="callbacks-draw-seed", width=180)
        pressed = st.button(t("Draw the round"), type="primary", icon=":material/casino:", key="callbacks-draw")
    st.caption(t("The sample takes its share of every place and kind; the same seed draws the same demands again."))
    if not pressed:
        return
    done = False
    with layout.telling(t), transaction() as session:
        callbacks.draw(session, user.actor, unit.id, week, now=user.now, seed=int(seed), size=size)
        done = True
    if done:
        st.session_state.done = t("The round of the week is drawn.")
        st.rerun()


def table(user: User, rows: Sequence[DeskRow], asked: Asked, opened: str | None, since: datetime | None) -> None:
    """The list as a table: a click on a cell opens the demand."""
    t, references = user.t, [row.reference for row in rows]
    key = f"callbacks-table-{hash((asked.which, *references))}"
    heads = {
        "waits": (t("Settled"), 108), "title": (t("What"), 160), "place": (t("Where"), 190),
        "calls": (t("Category") if asked.which is Waiting.CHECK else t("Calls so far"), 158),
    }  # fmt: skip
    st.dataframe(
        _painted(user, rows, asked.which, opened, since), hide_index=True, height=min(37 + 39 * len(rows), 740),
        row_height=39, key=key, on_select=lambda: listing.open_clicked(key, references), selection_mode="single-cell",
        column_config={name: st.column_config.TextColumn(words, width=width) for name, (words, width) in heads.items()},
        alt=t("Demands"),
    )  # fmt: skip


def _painted(
    user: User, rows: Sequence[DeskRow], which: Waiting, opened: str | None, since: datetime | None
) -> Any:  # fmt: skip
    names = ("waits", "title", "place", "calls")
    lines = [(_waits(user, row), row.title, _place(user.t, row), _last(user, row, which, since)) for row in rows]
    looks: dict[str, list[tuple[int, int]]] = {}
    for line, row in enumerate(rows):
        ground = f"background-color:{listing.OPENED if row.reference == opened else '#FFFFFF'};"
        ink = MUTED if row.handled_by_me else INK
        told = IN_TIME if lines[line][3].startswith(("●", "◐")) else MUTED
        own = (f"color:{MUTED}", f"font-weight:600;color:{ink}", f"color:{ink}", f"color:{told}")
        for column, look in enumerate(own):
            looks.setdefault(ground + look, []).append((line, column))
    return layout.painted(pd.DataFrame(lines, columns=list(names)), looks)


def cards(user: User, rows: Sequence[DeskRow], asked: Asked, since: datetime | None) -> None:
    """The list as cards for a phone: each is a link to the demand's own page."""
    t = user.t
    with st.container(gap="xsmall"):
        for row in rows:
            with st.container(border=True, key=f"card-callback-{row.id}", gap=2):
                st.markdown(f":small[{plain(_last(user, row, asked.which, since))}&ensp;:gray[{plain(row.reference)}]]")
                st.page_link(
                    navigation.page("callbacks"), label=f"**{plain(row.title)}**", icon=":material/chevron_right:",
                    icon_position="right", width="stretch",
                    query_params={"list": asked.which.value, "page": str(asked.page), "id": row.reference},
                )  # fmt: skip
                where = [_place(t, row), t("settled {span} ago", span=t.duration(user.now - row.settled_at))]
                st.markdown(f":small[:gray[{plain(' · '.join(where))}]]")


def _waits(user: User, row: DeskRow) -> str:
    return user.t("{span} ago", span=user.t.duration(user.now - row.settled_at))


def _place(t: Words, row: DeskRow) -> str:
    unit, village = t.name(row.unit, row.unit_en), t.name(row.village, row.village_en)
    if not village or village == unit:
        return unit
    return f"{village} · {unit}" if t.language == "zh" else f"{unit}, {village}"


def _last(user: User, row: DeskRow, which: Waiting, since: datetime | None) -> str:
    """What was said so far; what one handled oneself is marked, for someone else must do it."""
    t = user.t
    called = row.called_at is not None and (since is None or row.called_at >= since)
    if row.handled_by_me:
        return f"⊘ {t('handled by you')}"
    if which is Waiting.CHECK:
        return t.name(row.category, row.category_en)
    if not called or row.reached is None:
        return f"○ {t('not called yet') if since is None else t('not called in this round')}"
    if row.reached is not Reached.YES:
        return f"◐ {t.number(row.attempts)} × {t.term(row.reached)}"
    return f"● {t.join([t.term(each) for each in (row.solved, row.satisfied) if each is not None])}"


def total(which: Waiting, counts: Desk, drawn: RoundRow | None) -> int:
    """How many demands the list has in all."""
    if which is Waiting.ROUND:
        return drawn.drawn if drawn is not None else 0
    return {Waiting.CHECK: counts.check, Waiting.CALL: counts.call, Waiting.UNREACHED: counts.unreached}[which]


def pager(asked: Asked, total: int) -> None:
    """The way to the other pages, where there are any."""
    number = -(-total // PAGE_SIZE)
    if number < 2:
        return
    key = f"callbacks-pages-{asked.which}-{asked.page}"

    def turn() -> None:
        go(page=str(st.session_state[key]), id=None)

    st.pagination(number, default=min(asked.page, number), key=key, on_change=turn, width=300)


def nothing(user: User, which: Waiting, drawn: RoundRow | None) -> None:
    """What would stand here."""
    t = user.t
    settled = t("Nothing was settled in that week.") if drawn is not None else t("Draw the round, and it stands here.")
    layout.empty({
        Waiting.CHECK: t("Nothing waits for a check. What is settled appears here, for someone who did not handle it."),
        Waiting.CALL: t("Nobody waits for a call. What was checked appears here, to ask the villager."),
        Waiting.UNREACHED: t("Everybody was reached. Who does not answer appears here, to be tried again."),
        Waiting.ROUND: settled,
    }[which])  # fmt: skip
