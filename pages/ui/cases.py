"""From a number to exactly its cases: addresses of other screens with the unit, the period and the filter in them."""

from html import escape
from urllib.parse import urlencode

import streamlit as st

from models.profiles import Profile
from pages.i18n import Words
from pages.ui import navigation

Filter = dict[str, str]


def filter_of(unit: str, **wanted: str | int | None) -> Filter:
    """The queue's address parameters for a unit and a filter; what is None is left out."""
    return {"unit": unit} | {name: str(value) for name, value in wanted.items() if value is not None}


def anchor(text: str, page: str, wanted: Filter) -> str:
    """A link in an HTML table, or the bare text for someone who has no such page. The text is escaped here."""
    if not navigation.has(page):
        return escape(text)
    address = f"./{navigation.page(page).url_path}?{urlencode(wanted)}"
    return f'<a href="{escape(address)}" target="_self">{escape(text)}</a>'


def link(label: str, page: str, wanted: Filter, **options: str) -> None:
    """A link of its own; nothing for someone who has no such page."""
    if navigation.has(page):
        st.page_link(
            navigation.page(page), label=label, query_params=wanted, icon=":material/chevron_right:",
            icon_position="right", **options,  # type: ignore[arg-type]
        )  # fmt: skip


def short(t: Words, profile: Profile, level: str | None, name: str, name_en: str) -> str:
    """A unit's name where space is dear: in English without its level, Huopo for Huopo Village."""
    if t.language == "zh" or level is None:
        return t.name(name, name_en)
    return (name_en or name).removesuffix(" " + profile.level(level).en.title())


def level_words(t: Words, profile: Profile, level: str) -> str:
    """What the site calls a level."""
    return t.name(profile.level(level).zh, profile.level(level).en)
