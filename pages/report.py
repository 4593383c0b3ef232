"""Report a demand: one column, half a minute on a phone, and a receipt with number, deadline and who has it."""

import streamlit as st

from models.accounts import Permission
from pages.ui import frame, layout, report
from services import demands
from services.clock import utc_now
from services.database import transaction

user = frame.user(Permission.REPORT)
t = user.t
form = report.form()

with report.column(user):
    layout.title(t("Report a demand"))
    if "report-receipt" in st.session_state:
        report.receipt(user, st.session_state["report-receipt"])
        st.stop()
    text = st.text_area(
        t("What happened"), height=150, placeholder=t("What, and whom it affects"), key=f"report-text-{form.number}"
    )
    category = report.category(user, text or "", form.number)
    unit = report.where(user, form.number)
    place = st.text_input(
        t("Spot"), placeholder=t("Such as: by the water tower (may be left empty)"), label_visibility="collapsed",
        key=f"report-place-{form.number}",
    )  # fmt: skip
    urgency = report.urgency(user, form.number)
    done = None
    if st.toggle(t("Settled on the spot already"), key=f"report-done-{form.number}"):
        done = st.text_input(t("What was done"), key=f"report-result-{form.number}")
    with st.expander(t("Who tells it (may be left empty)")):
        reporter = st.text_input(t("Name"), key=f"report-name-{form.number}")
        phone = st.text_input(t("Phone"), key=f"report-phone-{form.number}")

    sent = st.button(t("Send"), type="primary", icon=":material/send:", width="stretch", key="report-send")
    st.caption(t("You get the number, the deadline and who has it at once."))
    if sent and category is not None:
        with layout.telling(t):
            report.require_result(done)
            with transaction() as session:
                st.session_state["report-receipt"] = demands.report(
                    session, user.actor, text or "", category_id=category.id, unit_id=unit.id, now=utc_now(),
                    urgency=urgency, place=place, reporter=reporter, reporter_phone=phone, settled_on_the_spot=done,
                    key=form.key,
                )  # fmt: skip
    if "report-receipt" in st.session_state:
        st.rerun()
