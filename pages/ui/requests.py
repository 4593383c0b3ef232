"""Requests on the screen: who asks for what and why, what granting it would change, and the dialogs that decide."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from models.demands import RequestKind, Verb
from pages.i18n import deadlines as words
from pages.ui import frame, layout, navigation
from pages.ui.demands import telling
from pages.ui.demands.performing import Target, perform, refusals
from pages.ui.frame import User
from pages.ui.status import plain
from services.demands import PAGE_SIZE, requests
from services.demands.requests import RequestPage, RequestRow, Which

DECISIONS: dict[Verb, Callable[..., Any]] = {Verb.AGREE: requests.agree, Verb.REFUSE: requests.refuse}


def which_chosen() -> Which:
    """Which list the address asks for."""
    wanted = st.query_params.get("which", "")
    return Which(wanted) if wanted in set(Which) else Which.TO_DECIDE


def choose(user: User, chosen: Which, to_decide: int) -> None:
    """The three lists, the first with its count."""
    t = user.t
    names = {
        Which.TO_DECIDE: f"{t('For me to decide')} {t.number(to_decide)}", Which.OWN: t("Asked by me"),
        Which.DECIDED: t("Decided"),
    }  # fmt: skip
    wanted = st.segmented_control(
        t("Show"), list(Which), default=chosen, format_func=names.__getitem__, key=f"requests-which-{chosen}",
        label_visibility="collapsed",
    )  # fmt: skip
    if wanted is not None and wanted != chosen:
        st.query_params["which"] = wanted.value
        st.query_params.pop("page", None)
        st.rerun()


def cards(user: User, page: RequestPage) -> None:
    """Each request as a card with its demand, two side by side where there is room."""
    columns = [st.container()] if user.phone else st.columns(2)
    for number, row in enumerate(page.rows):
        with columns[number % len(columns)], st.container(border=True, key=f"p-request-{row.id}", gap="xxsmall"):
            _head(user, row)
            body(user, row, beside=True)


def _head(user: User, row: RequestRow) -> None:
    st.page_link(
        navigation.page("demands"), label=f"**{plain(row.title)}**", icon=":material/chevron_right:",
        icon_position="right", query_params={"id": row.reference},
    )  # fmt: skip
    st.caption(plain(f"{telling.place(user.t, row)} · {row.reference}"))


def body(user: User, row: RequestRow, *, beside: bool = False) -> None:
    """What is asked, why, what it would change, who said what; and what this person may do, below it or beside."""
    with st.container(horizontal=beside and not user.phone, vertical_alignment="center", gap="xxsmall"):
        with st.container(gap="xxsmall"):
            _said(user, row)
        _buttons(user, row)


def _said(user: User, row: RequestRow) -> None:
    t = user.t
    said = t(
        "{who} asks for {what}, {when}", who=row.asker, what=t.term(row.kind), when=t.moment(row.asked_at, user.now)
    )
    st.markdown(f"{_mark(user, row)}&ensp;**{plain(said)}**")
    reasons = dict.fromkeys(part for part in (row.reason, row.evidence) if part)
    st.markdown("  \n".join(t("“{text}”", text=plain(part)) for part in reasons))
    for line in changes(user, row):
        st.caption(plain(line))
    for review in row.reviews:
        word = t("{who} agreed, {when}") if review.granted else t("{who} refused, {when}")
        line = word.format(who=review.reviewer, when=t.moment(review.at, user.now))
        st.caption(plain(t("{what}, “{reason}”", what=line, reason=review.reason) if review.reason else line))
    if row.obstacle is not None:
        st.caption(f":material/block: {plain(t.error(row.obstacle))}")


def _mark(user: User, row: RequestRow) -> str:
    t = user.t
    if row.granted is None:
        return f":yellow-badge[▲ {t('waits')}]"
    return f":blue-badge[● {t('granted')}]" if row.granted else f":gray-badge[○ {t('not granted')}]"


def changes(user: User, row: RequestRow) -> list[str]:
    """What granting it would change, or what was asked for where it is decided."""
    t = user.t
    match row.kind:
        case RequestKind.EXTENSION if row.longer is not None:
            return longer(user, row.longer)
        case RequestKind.EXTENSION if row.more is not None:
            return [t("{limit} more", limit=words.limit(t, row.more))]
        case RequestKind.SUSPENSION if row.until is not None:
            return [t("On hold until {when}; the clocks stand still.", when=words.day_and_clock(t, row.until))]
        case RequestKind.EXCLUSION:
            return [t("Out of the assessment: {reason}. It stays in every list.", reason=exclusion(user, row.code))]
    late = row.settled_at - row.due_at if row.settled_at and row.due_at else None
    agreed = sum(review.granted for review in row.reviews)
    return [
        t("{span} late: the fact stays, assessments would count it as in time.", span=t.duration(late)) if late else "",
        t("{n} of {needed} reviewers agreed", n=agreed, needed=row.needed),
    ]


def longer(user: User, found: requests.Longer) -> list[str]:
    """An extension in words: the new deadline instead of the old one, and its whole sum."""
    t = user.t
    before, after = (words.day_and_clock(t, total.due_at) for total in (found.before, found.after))
    return [t("Due {after} instead of {before}", after=after, before=before), words.line(t, found.after)]


def exclusion(user: User, code: str | None) -> str:
    """The profile's words for a reason to exclude."""
    name = user.profile.exclusions.get(code or "")
    return user.t.name(name.zh, name.en) if name is not None else code or ""


def _buttons(user: User, row: RequestRow) -> None:
    t = user.t
    if not (row.may_decide or row.may_withdraw):
        return
    with st.container(horizontal=True, gap="small", width="content"):
        possible = row.may_decide and row.obstacle is None
        if possible and st.button(t.term(Verb.AGREE) + "…", key=f"request-agree-{row.id}", icon=":material/check:"):
            _ask(user, Verb.AGREE, row, withdraw=False)
        if row.may_decide and st.button(t.term(Verb.REFUSE) + "…", key=f"request-refuse-{row.id}"):
            _ask(user, Verb.REFUSE, row, withdraw=False)
        if row.may_withdraw and st.button(t("Take back…"), key=f"request-withdraw-{row.id}"):
            _ask(user, Verb.REFUSE, row, withdraw=True)


def _ask(user: User, verb: Verb, row: RequestRow, *, withdraw: bool) -> None:
    title = user.t("Take back") if withdraw else user.t.term(verb)
    st.dialog(title)(_form)(verb, row, withdraw=withdraw)


def _form(verb: Verb, row: RequestRow, *, withdraw: bool) -> None:
    user = frame.signed_in()
    if user is None:
        st.stop()
    t = user.t
    st.caption(plain(f"{row.reference} · {row.title}"))
    if verb is Verb.AGREE:
        for line in changes(user, row):
            st.markdown(plain(line))
    label = t("Remark (may be left empty)") if verb is Verb.AGREE else t("Reason")
    reason = st.text_area(label, height=90, key="request-reason") or ""
    if st.button(t("Take back") if withdraw else t.term(verb), type="primary", key="request-confirm"):
        service = requests.withdraw if withdraw else DECISIONS[verb]
        target = Target(row.demand_id, row.reference, row.version)

        def deciding(session: Any, actor: Any, _demand: int, **given: Any) -> None:
            service(session, actor, row.id, **given)

        shown = st.query_params.get("id")
        if perform(verb, [target], shown, reason=reason, service=deciding):
            st.rerun()
        refusals(t)


def nothing(user: User, which: Which) -> None:
    """What would stand here."""
    t = user.t
    layout.empty({
        Which.TO_DECIDE: t("Nothing waits for your decision. What others ask for appears here."),
        Which.OWN: t("You have asked for nothing. Ask from a demand: More."),
        Which.DECIDED: t("Nothing was decided yet."),
    }[which])  # fmt: skip


def page_chosen() -> int:
    """Which page of the list the address asks for."""
    wanted = st.query_params.get("page", "")
    return max(1, int(wanted)) if wanted.isascii() and wanted.isdigit() and len(wanted) < 7 else 1


def pager(total: int, current: int) -> None:
    """The way to the other pages."""
    number = -(-total // PAGE_SIZE)
    key = f"requests-pages-{current}"

    def turn() -> None:
        st.query_params["page"] = str(st.session_state[key])

    st.pagination(number, default=min(current, number), key=key, on_change=turn, width=300)
