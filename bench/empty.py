"""The floor of every screen: a Streamlit page with one line, served with the same settings."""

import streamlit as st

st.caption("empty")
