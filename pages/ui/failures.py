"""What a person sees when something breaks that nobody foresaw: a sentence, not a stack of code."""

import logging

import streamlit as st

from pages.i18n import words
from pages.i18n.marks import N_
from pages.ui import frame

log = logging.getLogger("smallgrid")

SENTENCE = N_(
    "Something went wrong here; nothing was saved. Please try again, and tell the administrator the time if it stays."
)
"""What is said in place of the screen."""


def tell(error: Exception) -> bool:
    """Say it in the person's language and keep the details in the server's log; True: nothing else is shown."""
    log.error("a screen failed", exc_info=error)
    st.error(words(frame.language())(SENTENCE), icon=":material/error:")
    return True
