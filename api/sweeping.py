"""The server's background task: the sweep, once a minute, as the only runner over all processes."""

import asyncio
import logging

from services import sweeps
from services.access import SYSTEM
from services.clock import utc_now
from services.errors import ServiceError
from services.settings import settings

log = logging.getLogger("smallgrid.sweep")


async def keep_sweeping() -> None:
    """Sweep until cancelled. What goes wrong is logged, and tried again at the next turn."""
    seconds = settings().sweep_seconds
    while seconds:
        await asyncio.sleep(seconds)
        await asyncio.to_thread(sweep_once)


def sweep_once() -> None:
    """One sweep. Another runner, or a database without a site yet, is no failure."""
    try:
        done = sweeps.run(SYSTEM, now=utc_now(), clock=utc_now)
    except ServiceError:
        return
    except Exception:  # the task outlives a database that is away for a while
        log.exception("the sweep failed")
        return
    if done.escalated or done.warned or done.resumed:
        log.info("swept: %s escalated, %s warned, %s off hold", done.escalated, done.warned, done.resumed)
