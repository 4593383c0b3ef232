"""My account: who I am here, what I may do, my language, my password, and the way out; on a phone the way on too."""

import streamlit as st

from pages.ui import frame, layout, navigation
from pages.ui import people as parts

user = frame.user(None)
t = user.t
layout.told()
if user.phone:
    for group, names in navigation.others(t).items():
        with layout.panel(f"account-more-{names[0]}", group, gap="xxsmall"):
            for name in names:
                page = navigation.page(name)
                st.page_link(page, label=page.title, icon=page.icon)
layout.title(t("My account"))
if user.actor.must_change_password:
    st.warning(t("Your password was given to you. Please choose your own before you go on."), icon=":material/key:")

left, right = st.columns(2) if not user.phone else (st.container(), st.container())
with left, layout.panel("account-who", user.actor.name):
    parts.facts(parts.about(user))
    parts.choose_language(user)
    if user.phone:
        frame.sign_out(user)
with right, layout.panel("account-password", t("Change the password")), st.form("password", border=False):
    old = st.text_input(t("Old password"), type="password", autocomplete="current-password")
    new = st.text_input(t("New password"), type="password", autocomplete="new-password")
    again = st.text_input(t("New password again"), type="password", autocomplete="new-password")
    if st.form_submit_button(t("Change the password"), type="primary"):
        parts.change_password(user, old, new, again)
