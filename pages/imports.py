"""Import: choose a file, set its columns right, look at it, run it in the background, see what became of every row."""

import streamlit as st

from models.accounts import Permission
from pages.ui import frame, import_jobs, layout
from pages.ui import imports as parts
from pages.ui.status import plain

user = frame.user(Permission.IMPORT)
t = user.t
layout.title(t("Import"))
job = import_jobs.of(user.actor)


@st.fragment(run_every=1.0 if job is not None and not job.finished else None)
def watch() -> None:
    """The bar of an import under way, looked at every second."""
    running = import_jobs.of(user.actor)
    if running is None or running.finished:
        st.rerun()
    with layout.panel("import-progress", f"{t.term(running.kind)} · {plain(running.name)}"):
        parts.progress(t, running)


if job is not None and job.finished:
    parts.result(user, job)
    st.stop()
if job is not None:
    watch()
    st.stop()

with layout.panel("import-file", t("1 File")):
    with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
        kind = parts.choose_kind(t)
        parts.template_button(t, kind)
    upload = parts.uploaded(user, kind)
if upload is None:
    st.stop()

left, right = (st.container(), st.container()) if user.phone else st.columns([2, 3])
rows_words = t.n("{n} row", "{n} rows", upload.table.total)
with left, layout.panel("import-columns", t("2 Columns"), rows_words):
    mapping = parts.columns(user, upload)
with right:
    with layout.panel("import-look", t("3 Preview"), t("The first rows as they would be stored")):
        place = parts.choose_place(user)
        shown = parts.preview(user, upload, mapping, place)
        if shown is not None:
            parts.preview_table(t, kind, shown)
    with layout.panel("import-run", t("4 Import")):
        keep_good = st.radio(
            t("Where rows are bad"), [False, True], key="import-keep", horizontal=not user.phone,
            format_func=lambda good: t("store the good ones") if good else t("store nothing"),
        )  # fmt: skip
        if st.button(t("Import"), type="primary", disabled=shown is None, key="import-go"):
            with layout.telling(t):
                import_jobs.start(user.actor, upload, mapping, unit_code=place, keep_good=bool(keep_good))
            st.session_state.pop("import-upload", None)
            st.rerun()
