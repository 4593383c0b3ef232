"""The rules as they are published, word for word."""

import streamlit as st

from pages.ui import layout
from pages.ui.frame import User
from pages.ui.status import plain
from services import watch
from services.database import reading


def published(user: User) -> None:
    """The rules to enter, to leave, the help there is, and what a relapse is."""
    t = user.t
    with reading() as session:
        found = watch.published(session, user.actor)
    with layout.panel("watch-rules", t("The rules, word for word")):
        if found is None:
            layout.empty(t("This site has published no rules, so nobody is entered. They stand in the site's profile."))
            return
        st.markdown(f"**{t('Entered, when one of these holds')}**")
        st.markdown("\n".join(f"- {plain(rule.words(t.language))}" for rule in found.entry))
        st.markdown(f"**{t('Left, when the town has accepted and all of these hold')}**")
        st.markdown("\n".join(f"- {plain(rule.words(t.language))}" for rule in found.exit))
        if found.help:
            st.markdown(f"**{t('Help for every unit on the list')}**")
            st.markdown(plain(t.semicolons([t.name(kind.zh, kind.en) for kind in found.help])))
        st.caption(t("Who comes back within {n} years is marked. No other rule enters anybody, and no rule does so by "
                     "itself: a person enters the unit.", n=found.relapse_years))  # fmt: skip


def helps(user: User) -> dict[str, str]:
    """The kinds of help of the profile by key, in the reader's language."""
    found = user.profile.watch
    return {kind.key: user.t.name(kind.zh, kind.en) for kind in found.help} if found else {}
