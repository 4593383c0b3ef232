"""Parts of the people page and of one's own account: who answers where, a unit's posts, the password."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd
import streamlit as st

from models.accounts import Permission
from models.people import PostRole
from pages.i18n import Words
from pages.ui import frame, layout
from pages.ui.frame import User
from pages.ui.status import plain
from services import accounts, passwords, people, sessions, units
from services.database import reading, transaction
from services.demands.takers import departments
from services.errors import BadInput
from services.people import PAGE_SIZE, HeldPost, ServingRow
from services.settings import COOKIE
from services.units import UnitRow

LATE_CELL = "color:#B8321A;background-color:#FBE8E3"
WIDTHS = {"zh": (206, 88, 142, 112, 104, 142), "en": (296, 104, 116, 100, 88, 96)}
"""The list's columns in pixels: together they fit a desk of 1366 px, on a wider one they grow."""
ROLES: list[PostRole] = [role for role in PostRole if role is not PostRole.DEPARTMENT]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list of posts is narrowed to, and the key of its pager."""

    level: str | None
    text: str
    vacant: bool
    page: int
    key: str


def choose_view(user: User) -> str:
    """Posts or accounts; accounts only for those who manage them."""
    if not user.actor.may(Permission.MANAGE):
        return "posts"
    words = {"posts": user.t("Posts"), "accounts": user.t("Accounts")}
    asked = st.query_params.get("view")
    chosen = st.segmented_control(
        user.t("Show"), list(words), default=asked if asked in words else "posts", format_func=words.__getitem__,
        key="people-view", label_visibility="collapsed", required=True,
    )  # fmt: skip
    return str(chosen or "posts")


def level_words(user: User, level: str) -> str:
    """A level in the site's own words; one that the profile does not have by its key."""
    try:
        words = user.profile.level(level)
    except KeyError:
        return level
    return user.t.name(words.zh, words.en)


def post_words(user: User, level: str, role: PostRole) -> str:
    """A post in the site's own words: of the unit's level where it answers there, else the role's."""
    if role is people.ANSWERS_AT.get(level):
        try:
            words = user.profile.level(level).post
            return user.t.name(words.zh, words.en)
        except KeyError:
            pass
    return user.t.term(role)


def vacant_words(t: Words, count: int) -> str:
    """How many posts are vacant, marked as late ones are."""
    words = t.n("{n} vacant", "{n} vacant", count)
    return f":red[■ {words}]" if count else words


def filters(user: User, here: UnitRow) -> Wanted:
    """Level, words and vacancy, in one row; the address sets them at first."""
    t = user.t
    levels = user.profile.level_keys[user.profile.level_keys.index(here.level) :] if here.level in (
        user.profile.level_keys) else user.profile.level_keys  # fmt: skip
    asked = st.query_params.get("level")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        level = st.selectbox(
            t("Level"), levels, index=levels.index(asked) if asked in levels else None, key=f"people-level-{here.id}",
            format_func=lambda key: level_words(user, key), placeholder=t("all"), width=180,
        )  # fmt: skip
        text = st.text_input(t("Unit or person"), key="people-text", icon=":material/search:", width=260)
        vacant = st.toggle(t("Vacant only"), value=st.query_params.get("vacant") == "1", key="people-vacant")
    key = f"people-page-{hash((here.id, level, text, vacant))}"
    return Wanted(level, text, bool(vacant), int(st.session_state.get(key, 1)), key)


def turn_pages(wanted: Wanted, total: int) -> None:
    """The pager, where there is more than one page; other filters begin at the first."""
    if total > PAGE_SIZE:
        st.pagination(-(-total // PAGE_SIZE), key=wanted.key, width="stretch")


def table(user: User, rows: Sequence[ServingRow]) -> ServingRow | None:
    """The list; a click opens a unit, which is returned. On a phone cards with a button each."""
    if not rows:
        return None
    if user.phone:
        return _cards(user, rows)
    t = user.t
    names = [t("Unit"), t("Level"), t("Who is responsible"), t("Phone"), t("Since"), t("Helping")]
    cells, wide = pd.DataFrame([dict(zip(names, _cells(user, row), strict=True)) for row in rows]), WIDTHS[t.language]
    vacant = [(line, 2) for line, row in enumerate(rows) if not row.answering]
    event = st.dataframe(
        layout.painted(cells, {LATE_CELL: vacant}), hide_index=True, height=min(38 + 35 * len(rows), 780),
        column_config={name: st.column_config.Column(width=each) for name, each in zip(names, wide, strict=True)},
        on_select="rerun", selection_mode="single-row", alt=t("Who is responsible"),
        key=f"posts-{hash(tuple(row.unit_id for row in rows))}",
    )  # fmt: skip
    picked = event.selection.rows
    return rows[picked[0]] if picked and picked[0] < len(rows) else None


def _cells(user: User, row: ServingRow) -> list[str]:
    t = user.t
    who = _first_of(t, [post.name for post in row.answering]) or _vacant(t)
    phone = next((post.phone for post in row.answering if post.phone), "")
    since = next((post.starts_on.isoformat() for post in row.answering), "")
    helping = _first_of(t, [post.name for post in row.helping])
    return [place(t, row), level_words(user, row.level), who, phone, since, helping]


def _first_of(t: Words, names: Sequence[str]) -> str:
    """The first of several by name, for a narrow cell: the panel beside the list names all of them."""
    if len(names) < 2:
        return "".join(names)
    return t("{name}, {n} in all", name=names[0], n=len(names))


def _vacant(t: Words) -> str:
    words = t("vacant")
    return f"■ {words}"


def place(t: Words, row: ServingRow) -> str:
    """The unit with the one above it: 霍坡村 · 第1网格."""
    own = t.name(row.name, row.name_en)
    return f"{t.name(row.parent, row.parent_en)} · {own}" if row.parent else own


def _cards(user: User, rows: Sequence[ServingRow]) -> ServingRow | None:
    t = user.t
    chosen = next((row for row in rows if row.code == st.session_state.get("people-open")), None)
    if chosen is not None:
        if st.button(t("Back to the list"), icon=":material/arrow_back:", type="tertiary"):
            st.session_state.pop("people-open")
            st.rerun()
        return chosen
    for row in rows:
        with st.container(border=True, key=f"p-post-{row.unit_id}", gap="xsmall"):
            who = plain(t.join([post.name for post in row.answering])) or f":red-badge[{_vacant(t)}]"
            st.markdown(f"**{plain(place(t, row))}**  \n{who}")
            if st.button(t("Details"), key=f"open-{row.unit_id}"):
                st.session_state["people-open"] = row.code
                st.rerun()
    return None


def unit(user: User, row: ServingRow) -> None:
    """A unit's posts now and before, and the forms that change them for those who manage."""
    t, today = user.t, frame.today(user)
    with reading() as session:
        held = people.history(session, user.actor, row.unit_id)
    now = [post for post in held if post.starts_on <= today and (post.ends_on is None or post.ends_on > today)]
    with layout.panel("post", plain(place(t, row)), level_words(user, row.level)):
        if not row.answering:
            st.markdown(f":red-badge[{_vacant(t)}]")
        for post in now:
            _post(user, row, post)
        earlier = [post for post in held if post not in now]
        if earlier:
            st.caption(t("Before and to come"))
        for post in earlier:
            st.markdown(f":gray[{plain(post.name)} · {post_words(user, row.level, post.role)} · {_term(t, post)}]")
    if user.actor.may(Permission.MANAGE):
        with layout.panel("post-new", t("Give a post")):
            _appoint(user, row)


def _post(user: User, row: ServingRow, post: HeldPost) -> None:
    t = user.t
    with st.container(horizontal=True, vertical_alignment="center", key=f"row-post-{post.id}"):
        phone = f" · {plain(post.phone)}" if post.phone else ""
        words = f"**{plain(post.name)}** {post_words(user, row.level, post.role)}{phone}  \n:gray[{_term(t, post)}]"
        st.markdown(words, width="stretch")
        if user.actor.may(Permission.MANAGE):
            with st.popover(t("End"), type="tertiary"):
                _end(user, post)


def _term(t: Words, post: HeldPost) -> str:
    if post.ends_on is None:
        return t("since {day}", day=post.starts_on.isoformat())
    return t("{start} to {end}", start=post.starts_on.isoformat(), end=post.ends_on.isoformat())


def _end(user: User, post: HeldPost) -> None:
    t = user.t
    day = st.date_input(
        t("First day without the post"), frame.today(user), key=f"end-day-{post.id}", format="YYYY-MM-DD"
    )
    if st.button(t("End the post"), key=f"end-{post.id}", type="primary") and isinstance(day, date):
        with layout.telling(t):
            with transaction() as session:
                people.end(session, user.actor, post.id, day, now=user.now)
            st.session_state.done = t("The post of {name} ends on {day}.", name=post.name, day=day.isoformat())
        if "done" in st.session_state:
            st.rerun()


def _appoint(user: User, row: ServingRow) -> None:
    """Choose someone known by name, or enter someone new; from a day on."""
    t = user.t
    answering = people.ANSWERS_AT.get(row.level, PostRole.GRID_MEMBER)
    role: PostRole = st.selectbox(
        t("Post"), ROLES, index=ROLES.index(answering), format_func=lambda each: post_words(user, row.level, each),
        key=f"appoint-role-{row.unit_id}",
    )  # fmt: skip
    name = st.text_input(t("Name"), key=f"appoint-name-{row.unit_id}", placeholder=t("Type a name"))
    if not name.strip():
        return
    with reading() as session:
        found = people.find(session, user.actor, name, frame.today(user))
    known = {row.id: row for row in found}
    choice = st.selectbox(
        t("Who"), [*known, None], key=f"appoint-who-{row.unit_id}-{name}",
        format_func=lambda who: _candidate(user, known[who]) if who else t("Someone new: {name}", name=name.strip()),
    )  # fmt: skip
    phone = st.text_input(t("Phone"), key=f"appoint-phone-{row.unit_id}") if choice is None else ""
    day = st.date_input(t("From the day"), frame.today(user), key=f"appoint-day-{row.unit_id}", format="YYYY-MM-DD")
    if row.answering and role is answering:
        st.caption(t("The post of {name} ends on that day.", name=t.join([post.name for post in row.answering])))
    if st.button(t("Give the post"), type="primary", key=f"appoint-{row.unit_id}") and isinstance(day, date):
        with layout.telling(t):
            with transaction() as session:
                who = choice or people.add(session, user.actor, name, phone=phone, now=user.now)
                people.appoint(session, user.actor, row.unit_id, role, who, day, now=user.now)
            st.session_state.done = t("{name} holds the post from {day}.", name=name.strip(), day=day.isoformat())
        if "done" in st.session_state:
            st.rerun()


def _candidate(user: User, person: people.PersonRow) -> str:
    t = user.t
    posts = t.join([f"{t.term(role)} {t.name(zh, en)}" for role, zh, en in person.posts])
    return f"{person.name} · {posts}" if posts else person.name


def about(user: User) -> dict[str, str]:
    """Role, scope and what one may do, in words."""
    t, actor = user.t, user.actor
    may = [t.term(permission) for permission in Permission if actor.may(permission)]
    return {t("Role"): t.term(actor.role), t("Area"): _area(user), t("May"): t.join(may)}


def _area(user: User) -> str:
    t, actor = user.t, user.actor
    with reading() as session:
        if actor.unit_id is not None:
            here = units.one(session, actor, actor.unit_id)
            return f"{t.name(here.name, here.name_en)} ({level_words(user, here.level)})"
        own = [row for row in departments(session, actor) if row.id == actor.department_id]
    return t.name(own[0].name, own[0].name_en) if own else "–"


def choose_language(user: User) -> None:
    """The language of one's screens, remembered with the account."""
    names = {"zh": "中文", "en": "English"}
    chosen = st.segmented_control(
        user.t("Language"), list(names), default=user.t.language, format_func=names.__getitem__, required=True,
        key=f"account-language-{user.t.language}",
    )  # fmt: skip
    if chosen and chosen != user.t.language:
        with transaction() as session:
            accounts.set_language(session, user.actor, chosen)
        st.session_state.language = chosen
        st.rerun()


def facts(rows: dict[str, str]) -> None:
    """Names and values, one a line."""
    for name, value in rows.items():
        st.markdown(f":gray[{name}]  \n{plain(value)}")


def change_password(user: User, old: str, new: str, again: str) -> None:
    """Change one's own password: the try is counted, the hashing happens while nothing is locked."""
    t = user.t
    if new != again:
        st.error(t("The two new passwords differ."), icon=":material/error:")
        return
    with layout.telling(t):
        if new == old:
            raise BadInput("password_same")
        fresh = passwords.hashed(new)
        with transaction() as session:
            tried = sessions.count_own_try(session, user.actor, now=user.now)
        right = passwords.matches(tried.stored, old)
        with transaction() as session:
            sessions.change_password(
                session, user.actor, tried, right, fresh, now=user.now, keep=st.context.cookies.get(COOKIE)
            )
        st.session_state.done = t("The password is changed. Other browsers are signed out.")
    if "done" in st.session_state:
        st.rerun()
