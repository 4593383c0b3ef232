"""The parts of the sunshine desk: what is open, what is proposed, the wording, and what is public."""

from urllib.parse import quote, urlsplit

import streamlit as st

from models.sunshine import FEWEST_DAYS, LONGEST_RESULT, LONGEST_TITLE, MOST_DAYS, Helper, Opened
from pages.i18n import Words, words
from pages.public.sunshine import helper_words, judged
from pages.ui import layout
from pages.ui.frame import User
from pages.ui.status import plain
from services import sunshine
from services.database import transaction
from services.sunshine import ChoiceRow, HelperRow, MatterRow, Page, ProposalRow, Wording
from services.units import UnitRow


def address(user: User, here: UnitRow, choice: ChoiceRow) -> None:
    """Where villagers find the page, or that there is none yet."""
    t = user.t
    with layout.panel("sunshine-address", t("The villagers' page")):
        if not choice.effective.opened:
            layout.empty(t("Nothing is open yet, so there is no page. Choose below what villagers may read."))
            return
        parts = urlsplit(st.context.url or "")
        found = f"{parts.scheme}://{parts.netloc}/open/{quote(here.code)}"
        st.code(found, language=None, wrap_lines=True)
        st.link_button(t("Look at it, or print it"), found, icon=":material/open_in_new:")
        st.caption(t("Everybody may read it without signing in. It follows within a minute."))


def choose(user: User, here: UnitRow, choice: ChoiceRow) -> None:
    """What the unit opens, item by item: as the unit above, open, or closed; and how many days back."""
    t = user.t
    with layout.panel("sunshine-choice", t("What is open")):
        opened = {item: _choose_item(t, here, choice, item) for item in Opened}
        usual = t("Own number of days (otherwise {n}, as above)", n=choice.above.days)
        if here.depth == 1:
            usual = t("Own number of days (otherwise {n})", n=choice.above.days)
        own = st.checkbox(usual, choice.own_days is not None, key=f"sunshine-own-days-{here.id}")
        days = st.number_input(
            t("Days back"), FEWEST_DAYS, MOST_DAYS, choice.own_days or choice.above.days, disabled=not own,
            key=f"sunshine-days-{here.id}",
        )  # fmt: skip
        if st.button(t("Save what is open"), key=f"sunshine-choose-{here.id}"):
            _save(user, here, opened, int(days) if own else None)


def _choose_item(t: Words, here: UnitRow, choice: ChoiceRow, item: Opened) -> bool | None:
    above = t("shown to all") if item in choice.above.opened else t("not shown")
    unsaid = t("as above: {state}", state=above) if here.depth > 1 else t("not chosen yet: {state}", state=above)
    names = {None: unsaid, True: t("shown to all"), False: t("not shown")}
    return st.selectbox(
        t.term(item), list(names), index=list(names).index(choice.own[item]), format_func=names.__getitem__,
        key=f"sunshine-open-{item}-{here.id}",
    )  # fmt: skip


def _save(user: User, here: UnitRow, opened: dict[Opened, bool | None], days: int | None) -> None:
    with layout.telling(user.t):
        with transaction() as session:
            sunshine.choose(session, user.actor, here.id, now=user.now, opened=opened, days=days)
        st.session_state.done = user.t("Saved. The villagers' page follows within a minute.")
    if "done" in st.session_state:
        st.rerun()


def proposals(user: User, page: Page[ProposalRow], days: int) -> None:
    """The settled demands that nobody published yet; the one chosen is worded here."""
    t = user.t
    side = t.n("{n} demand", "{n} demands", page.total)
    with layout.panel("sunshine-proposed", t("Settled in the last {n} days, not published", n=days), side):
        if not page.rows:
            layout.empty(t("Nothing waits to be published: what is settled from now on is proposed here."))
        for row in page.rows:
            _proposal(user, row)
        _turn(page.total, "sunshine-page")


def _proposal(user: User, row: ProposalRow) -> None:
    t = user.t
    with st.container(key=f"row-sunshine-{row.demand_id}", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            place = f"{t.name(row.village, row.village_en)} · {t.name(row.category, row.category_en)}"
            facts = f"{plain(place)} · {_days(t, row)} · {judged(t, row.solved)}"
            st.markdown(f"**{plain(row.heading)}**  \n:gray[{facts}]", width="stretch")
            if st.button(t("Publish…"), key=f"sunshine-word-{row.demand_id}", icon=":material/campaign:"):
                st.session_state["sunshine-chosen"] = row.demand_id
        if st.session_state.get("sunshine-chosen") == row.demand_id:
            _word(user, row)


def _days(t: Words, row: ProposalRow) -> str:
    came, settled = t.day(row.reported_at), t.day(row.settled_at)
    return came if came == settled else t("{came} – {settled}", came=came, settled=settled)


def _word(user: User, row: ProposalRow) -> None:
    """The wording, proposed from category, village and outcome alone; somebody edits and confirms it."""
    t, key = user.t, row.demand_id
    with st.container(key=f"tint-sunshine-{key}"):
        helper: HelperRow = st.selectbox(
            t("Who helped"), row.helpers, format_func=lambda each: _offered(t, each), key=f"sunshine-helper-{key}"
        )
        zh, en = words("zh", user.profile.timezone), words("en", user.profile.timezone)
        title = st.text_input(t("Title"), _title(zh, row), LONGEST_TITLE, key=f"sunshine-title-{key}")
        result = st.text_area(t("Result"), _result(zh, row), max_chars=LONGEST_RESULT, key=f"sunshine-result-{key}")
        with st.expander(t("For readers of English")):
            title_en = st.text_input(
                t("Title in English"), _title(en, row), LONGEST_TITLE, key=f"sunshine-title-en-{key}"
            )
            result_en = st.text_area(
                t("Result in English"), _result(en, row), max_chars=LONGEST_RESULT, key=f"sunshine-result-en-{key}"
            )
        st.caption(t("No names, numbers or addresses of villagers, and not their own words: it is checked."))
        if st.button(t("Publish this"), type="primary", key=f"sunshine-publish-{key}"):
            _publish(user, row, Wording(title, result, title_en, result_en), helper)


def _offered(t: Words, helper: HelperRow) -> str:
    return t("name nobody") if helper.kind is Helper.NOBODY else helper_words(t, helper)


def _title(t: Words, row: ProposalRow) -> str:
    return t(
        "{category} in {village}", category=t.name(row.category, row.category_en),
        village=t.name(row.village, row.village_en),
    )  # fmt: skip


def _result(t: Words, row: ProposalRow) -> str:
    days = (row.settled_at.astimezone(t.zone).date() - row.reported_at.astimezone(t.zone).date()).days
    return t.n("Settled in {n} day.", "Settled in {n} days.", days) if days else t("Settled on the day it came in.")


def _publish(user: User, row: ProposalRow, written: Wording, helper: HelperRow) -> None:
    with layout.telling(user.t):
        with transaction() as session:
            sunshine.publish(session, user.actor, row.demand_id, written, helper, now=user.now)
        st.session_state.done = user.t("Published: {title}", title=written.title)
        st.session_state.pop("sunshine-chosen", None)
    if "done" in st.session_state:
        st.rerun()


def published(user: User, page: Page[MatterRow]) -> None:
    """What was published, withdrawn notices among them; each that is public can be withdrawn."""
    t = user.t
    with layout.panel("sunshine-told", t("Published"), t.n("{n} notice", "{n} notices", page.total)):
        if not page.rows:
            layout.empty(t("Nothing was published yet."))
        for row in page.rows:
            _notice(user, row)
        _turn(page.total, "sunshine-shown")


def _notice(user: User, row: MatterRow) -> None:
    t = user.t
    with (
        st.container(key=f"row-notice-{row.notice_id}"),
        st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"),
    ):
        state = t("public since {day}", day=t.day(row.published_at))
        if row.withdrawn_at is not None:
            state = t("▬ withdrawn on {day}", day=t.day(row.withdrawn_at))
        elif row.settled_at is None:
            state = t("▬ opened again, so not shown")
        title = plain(t.name(row.title, row.title_en))
        st.markdown(f"{title}  \n:gray[{state} · {plain(helper_words(t, row.helper))}]", width="stretch")
        if row.withdrawn_at is None and st.button(t("Withdraw"), key=f"sunshine-withdraw-{row.notice_id}"):
            _withdraw(user, row)


def _withdraw(user: User, row: MatterRow) -> None:
    with layout.telling(user.t):
        with transaction() as session:
            sunshine.withdraw(session, user.actor, row.notice_id, now=user.now)
        st.session_state.done = user.t("Withdrawn: {title}", title=row.title)
    if "done" in st.session_state:
        st.rerun()


def _turn(total: int, key: str) -> None:
    if total > sunshine.PAGE:
        st.pagination(-(-total // sunshine.PAGE), key=key, width="stretch")
