"""The entry: the Streamlit application with our routes. `streamlit run app.py`, or `make run`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import streamlit as st
from starlette.middleware import Middleware

from api import fonts, health, sign_in, sunshine, walls
from api.guard import Guard
from api.sweeping import keep_sweeping
from pages.public import look
from pages.public import sunshine as drawn
from pages.public import walls as screens
from pages.ui.failures import tell
from services.database import migrate
from services.settings import ROOT


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[dict[str, Any]]:
    """Bring the database to the newest revision before the first page; sweep while the server runs."""
    migrate()
    sweeping = asyncio.create_task(keep_sweeping())
    try:
        yield {}
    finally:
        sweeping.cancel()


app = st.App(
    ROOT / "pages" / "shell.py",
    lifespan=lifespan,
    routes=[
        *sign_in.ROUTES,
        *health.ROUTES,
        *fonts.ROUTES,
        *sunshine.routes(drawn.page, drawn.missing, look.HASH),
        *walls.routes(screens, screens.HASH, screens.SCRIPT_HASH),
    ],
    middleware=[Middleware(Guard)],
    on_script_error=tell,
)
