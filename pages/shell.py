"""The script behind every address: page config, sign-in gate, navigation, frame; then the page asked for."""

import streamlit as st

from pages import sign_in
from pages.i18n import words
from pages.ui import frame, navigation
from pages.ui.style import css
from services.settings import ROOT

user = frame.signed_in()
t = user.t if user else words(frame.language())
st.set_page_config(page_title=t("Small Grid"), layout="wide", page_icon=str(ROOT / "pages" / "static" / "icon.png"))
st.html(css(upload=t("Choose a file")))
page = navigation.pages(user, t)
if user is None:
    sign_in.page()
else:
    if user.actor.must_change_password and st.session_state.page != "account":
        st.switch_page(navigation.page("account"))
    navigation.header(user)
    frame.hand_on(user)
    page.run()
