"""Sign-in: a real form that posts to /sign-in, so that the cookie is set by the server and never seen by a script."""

import streamlit as st

from pages.i18n import Words, words
from pages.maps.art import fields
from pages.ui import frame
from pages.ui.style import logo
from services import sites
from services.database import reading
from services.errors import NotFound, ServiceError

SAID = {"sign_in_wrong", "sign_in_locked", "sign_in_busy", "database_busy"}

_HTML = """
<form method="post" action="/sign-in">
  <input type="hidden" name="next">
  <label><span data-word="username"></span><input name="username" autocomplete="username" required autofocus></label>
  <label><span data-word="password"></span>
    <input name="password" type="password" autocomplete="current-password" required></label>
  <p role="alert"></p>
  <button type="submit" data-word="sign_in"></button>
</form>
"""
_CSS = """
form { display: grid; gap: 14px; font: 1rem var(--st-font); color: var(--st-text-color); }
label { display: grid; gap: 4px; font-size: .875rem; }
input { font: inherit; font-size: 1rem; padding: 9px 12px; border: 1px solid var(--st-border-color);
  border-radius: 6px; background: var(--st-secondary-background-color); color: inherit; }
input:focus-visible, button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 1px; }
button { font: inherit; font-weight: 600; min-height: 44px; border: 0; border-radius: 6px; cursor: pointer;
  color: #fff; background: var(--st-primary-color); }
p { margin: 0; color: #B8321A; } p:empty { display: none; }
"""
_JS = """
export default function ({ parentElement, data }) {
  for (const place of parentElement.querySelectorAll('[data-word]')) place.textContent = data[place.dataset.word]
  const query = new URLSearchParams(location.search)
  for (const name of ['error', 'minutes']) query.delete(name)
  parentElement.querySelector('[name=next]').value = location.pathname + (query.size ? '?' + query : '')
  parentElement.querySelector('[role=alert]').textContent = data.error
}
"""
_form = st.components.v2.component("smallgrid_sign_in", html=_HTML, css=_CSS, js=_JS)


def page() -> None:
    """The whole screen, shown in place of any page while nobody is signed in."""
    t = words(frame.language())
    left, right = st.columns([1, 1], gap=None, vertical_alignment="center")
    with left.container(key="art"):
        st.image(fields(), width="stretch")
    with (
        right.container(horizontal=True, horizontal_alignment="center"),
        st.container(width=400, key="signbox", gap="small"),
    ):
        st.image(logo(t.language), width=170 if t.language == "zh" else 210)
        st.markdown(_headline(t))
        _form(data=_words(t), key="sign-in-form")
        st.caption(t("Forgot it? Ask the administrator. Five wrong tries lock the account for 15 minutes."))
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.caption(t("Internal system; what is seen and done is logged."), width="content")
            if st.button(
                "English" if t.language == "zh" else "中文", type="tertiary", icon=":material/language:", key="language"
            ):
                st.session_state.language = "en" if t.language == "zh" else "zh"
                st.rerun()


def _headline(t: Words) -> str:
    try:
        with reading() as session:
            profile = sites.profile(session)
    except NotFound:
        return f":orange[{t('The database holds no site yet: run `smallgrid init` or `smallgrid demo`.')}]"
    place = t("Grid governance desk of {place}", place=t.name(profile.name.zh, profile.name.en))
    return f"{place}  \n:gray[{t.name(profile.motto.zh, profile.motto.en)}]"


def _words(t: Words) -> dict[str, str]:
    return {"username": t("Account"), "password": t("Password"), "sign_in": t("Sign in"), "error": _error(t)}


def _error(t: Words) -> str:
    """What the sign-in route says through the address; only its own codes and a number, for anyone writes addresses."""
    code, minutes = st.query_params.get("error", ""), st.query_params.get("minutes", "")
    if code not in SAID:
        return ""
    left = int(minutes) if minutes in {str(number) for number in range(1, 16)} else 15
    return t.error(ServiceError(code, minutes=left))
