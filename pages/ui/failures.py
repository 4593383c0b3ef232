"""What a person sees when something breaks that nobody foresaw: a sentence, not a stack of code."""

import logging

import streamlit as st

from pages.i18n import words
from pages.ui import frame

log = logging.getLogger("smallgrid")


def tell(error: Exception) -> bool:
    """Say it in the person's language and keep the details in the server's log; True: nothing else is shown."""
    log.error("a screen failed", exc_info=error)
    t = words(frame.language())
    st.error(
        t(
            "Something went wrong here; nothing was saved. "
            "Please try again, and tell the administrator the time if it stays."
        ),
        icon=":material/error:",
    )
    return True
