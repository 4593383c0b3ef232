"""To be drawn."""

import streamlit as st

from models.accounts import Permission
from pages.ui import frame

user = frame.user(Permission.SEE_FIGURES)
st.caption("map")
