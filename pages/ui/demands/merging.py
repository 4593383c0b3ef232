"""Merging duplicates: which demand stays."""

from collections.abc import Sequence

import streamlit as st

from pages.ui.demands.performing import Target
from pages.ui.frame import User


def stays(user: User, targets: Sequence[Target]) -> str:
    """The number of the demand that stays: one of those that are ticked, or another one."""
    t = user.t
    if len(targets) < 2:
        return st.text_input(t("Number of the demand that stays"), key="queue-merge-into") or ""
    names = {target.reference: target.reference for target in targets} | {"": t("another one")}
    chosen = st.selectbox(t("The one that stays"), list(names), format_func=names.__getitem__, key="queue-merge-stays")
    return chosen or st.text_input(t("Number of the demand that stays"), key="queue-merge-into") or ""
