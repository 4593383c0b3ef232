"""The frame of every screen: who is signed in, which unit and period, which language, and the way around."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

import streamlit as st

from models.accounts import Permission
from models.profiles import Profile
from pages.i18n import Words, language_of, words
from pages.ui.status import plain
from services import accounts, periods, sessions, sites, units
from services.access import Actor, scope_of
from services.clock import utc_now
from services.database import reading, transaction
from services.errors import BadInput, NotFound
from services.periods import Period, Preset
from services.settings import COOKIE, settings
from services.units import UnitRow

Version = tuple[str, str, int]
"""The database, its schema and the version of its units: what is kept of units is kept under it."""


@dataclass(frozen=True, slots=True)
class User:
    """Who looks at the page: the actor, the words of their language, the site's profile, the moment of this run."""

    actor: Actor
    t: Words
    profile: Profile
    now: datetime
    phone: bool
    version: Version


@dataclass(frozen=True, slots=True)
class Place:
    """A unit with the way up to it, the units directly below, and how people name it."""

    here: UnitRow
    above: tuple[UnitRow, ...]
    below: tuple[UnitRow, ...]
    spoken: tuple[UnitRow, ...]


def phone() -> bool:
    """Whether the browser says it is a phone: the server cannot know its width."""
    return "Mobile" in (st.context.headers.get("User-Agent") or "")


def language(actor: Actor | None = None) -> str:
    """The language chosen here, else the account's, else the browser's."""
    chosen = st.session_state.get("language") or (actor.language if actor else None)
    return language_of(chosen or st.context.locale)


def signed_in() -> User | None:
    """Who the session cookie belongs to, looked up anew by each run and each callback."""
    now = utc_now()
    with reading() as session:
        actor = sessions.signed_in(session, st.context.cookies.get(COOKIE), now=now)
        if actor is None:
            return None
        profile, version = sites.current(session)
    at = (settings().database_url, settings().site, version)
    return User(actor, words(language(actor), profile.timezone), profile, now, phone(), at)


def hand_on(found: User) -> None:
    """Leave to the page that runs now whom the shell has just looked up."""
    st.session_state["frame-user"] = found


def user(permission: Permission | None) -> User:
    """The first line of every page: who is signed in and may see it. Without one the page stops here.

    None: everybody who is signed in, even while they still have to change their password.
    """
    found: User | None = st.session_state.pop("frame-user", None) or signed_in()
    if found is None:
        st.stop()
    if not _may_run(found.actor, permission):
        st.info(found.t("This screen is for other roles than yours."), icon=":material/lock:")
        st.stop()
    return found


def _may_run(actor: Actor, permission: Permission | None) -> bool:
    return permission is None or (actor.may(permission) and not actor.must_change_password)


def unit(viewer: User) -> UnitRow:
    """The unit the screen is about: from the address, else the last one chosen, else the person's own."""
    found = place(viewer).here
    _put("unit", found.code)
    return found


def area(viewer: User) -> UnitRow | None:
    """The unit the screen is about; None for a department, whose cases may lie anywhere."""
    return None if viewer.actor.unit_id is None else unit(viewer)


def place(viewer: User) -> Place:
    """The unit the address asks for with its surroundings, kept until a unit changes. Raises NotFound without units."""
    code = st.query_params.get("unit") or st.session_state.get("unit") or ""
    scope = scope_of(viewer.actor)
    try:
        return _place(viewer.version, scope, code)
    except NotFound:
        return _place(viewer.version, scope, "")


@lru_cache(maxsize=512)
def _place(version: Version, scope: Actor, code: str) -> Place:  # noqa: ARG001  the version is part of the key
    """A place as whoever has this scope sees it. Raises NotFound outside of it, which is not kept."""
    with reading() as session:
        here = units.by_code(session, scope, code) if code else units.top(session, scope)
        return Place(
            here,
            tuple(units.ancestors(session, scope, here.id)),
            tuple(units.children(session, scope, here.id)),
            tuple(units.spoken(session, scope, here.id)),
        )


def _put(name: str, value: str) -> None:
    """Write what the screen shows into its address, where it does not stand there yet: each writing is a message."""
    st.session_state[name] = value
    if st.query_params.get(name) != value:
        st.query_params[name] = value


def choose_unit(viewer: User) -> None:
    """The unit picker: the way up as buttons, the units below as a list."""
    t, here, found = viewer.t, unit(viewer), place(viewer)
    above, below = found.above, found.below
    label = plain(" · ".join(t.name(row.name, row.name_en) for row in found.spoken))
    if len(above) < 2 and not below:  # a list of nothing would be a grey, dead button
        st.markdown(f":material/account_tree: :small[{label}]", width="content")
        return
    with st.popover(label, icon=":material/account_tree:", type="tertiary"):
        for row in above[:-1]:
            if st.button(
                plain(t.name(row.name, row.name_en)),
                key=f"unit-up-{row.id}",
                icon=":material/arrow_upward:",
                type="tertiary",
            ):
                _go(row.code)
        names = {row.code: t.name(row.name, row.name_en) for row in below}
        if names:
            level = t.name(viewer.profile.level(below[0].level).zh, viewer.profile.level(below[0].level).en)
            chosen = st.selectbox(
                level, list(names), index=None, format_func=names.__getitem__, key=f"unit-down-{here.id}",
                placeholder=t("Choose"),
            )  # fmt: skip
            if chosen:
                _go(chosen)


def _go(code: str) -> None:
    st.session_state.unit = st.query_params["unit"] = code
    st.rerun()


def period(viewer: User) -> Period:
    """The days the screen's figures are about: from the address, else the ones chosen last, else this month."""
    key = st.query_params.get("period") or st.session_state.get("period") or Preset.THIS_MONTH.value
    try:
        found = periods.parse(key, counted_day(viewer), viewer.profile.days)
    except BadInput:
        found = periods.preset(Preset.THIS_MONTH, counted_day(viewer), viewer.profile.days)
    _put("period", found.key)
    return found


def today(viewer: User) -> date:
    """The day it is in the site's zone."""
    return viewer.now.astimezone(viewer.profile.zone).date()


def counted_day(viewer: User) -> date:
    """The day it is for figures: where days begin at noon, the one that began yesterday until then."""
    return viewer.now.astimezone(viewer.profile.days).date()


def period_words(t: Words, chosen: Period) -> str:
    """What people call the period: This month, Nov 2026, 1 Nov – 20 Nov."""
    if chosen.preset is not None:
        return t.term(chosen.preset)
    if chosen.is_month:
        return t.month(chosen.to_day)
    return f"{t.day(chosen.from_day)} – {t.day(chosen.to_day)}"


def choose_period(viewer: User) -> None:
    """The period picker: named periods as buttons, and any days from a calendar."""
    t, chosen = viewer.t, period(viewer)
    with st.popover(period_words(t, chosen), icon=":material/calendar_month:", type="tertiary"):
        for name in Preset:
            if st.button(t.term(name), key=f"period-choose-{name}", type="tertiary"):
                _choose_days(name.value)
        days = st.date_input(
            t("From and to"), (chosen.from_day, min(chosen.to_day, counted_day(viewer))), max_value=today(viewer),
            key=f"period-days-{chosen.key}", format="YYYY-MM-DD",
        )  # fmt: skip
        if st.button(t("Show these days"), key="period-show-days") and len(days) == 2:
            _choose_days(periods.between(*days, viewer.profile.days).key)


def _choose_days(key: str) -> None:
    st.session_state.period = st.query_params["period"] = key
    st.rerun()


def choose_language(viewer: User) -> None:
    """The language switch: one tap, remembered with the account."""
    other = "en" if viewer.t.language == "zh" else "zh"
    if st.button("English" if other == "en" else "中文", type="tertiary", key="frame-language-switch"):
        st.session_state.language = other
        with transaction() as session:
            accounts.set_language(session, viewer.actor, other)
        st.rerun()


_SIGN_OUT = st.components.v2.component(
    "smallgrid_sign_out",
    html='<form method="post" action="/sign-out"><button type="submit"></button></form>',
    css="""button { font: 1rem var(--st-font); color: var(--st-text-color); background: none; cursor: pointer;
      border: 1px solid var(--st-border-color); border-radius: 6px;
      padding: 7px 14px; width: 100%; min-height: 40px; }""",
    js="""export default function ({ parentElement, data }) {
      parentElement.querySelector('button').textContent = data.word }""",
)


def sign_out(viewer: User) -> None:
    """The button that ends the session: a form, for only the server can clear the cookie."""
    _SIGN_OUT(data={"word": viewer.t("Sign out")}, key="sign-out-form")


def person(viewer: User) -> None:
    """Who is signed in, as what; and the way out."""
    t = viewer.t
    label = f"{plain(viewer.actor.name)} · {t.term(viewer.actor.role)}"
    with st.popover(label, icon=":material/account_circle:", type="tertiary"):
        sign_out(viewer)
