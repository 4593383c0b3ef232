"""200 big screens, each refreshing every five seconds, on one server process: how long a refresh takes.

A real server and 200 connections that ask as the screens' script does, each in its own five seconds; the time is from
the question to the last byte. The floor is the target itself; what `/health` takes at the same pace stands beside it.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from random import Random
from statistics import median, quantiles

import httpx
from sqlmodel import select

from bench import county, screens
from bench.ledger import Ledger
from bench.timing import Figure
from models.units import Unit
from models.walls import View
from services import walls
from services.access import SYSTEM
from services.database import engine_for, transaction
from services.settings import ROOT

SCREENS, EVERY, MOST = 200, 5.0, 500.0
"""Screens, seconds between two refreshes, and milliseconds that 95 of 100 refreshes may take."""


def refreshing(ledger: Ledger, rounds: int) -> Iterator[Figure]:
    """200 screens of the county alone, and of the county and its townships in turn, half of them in English.

    Each refreshes `rounds` times after its first.
    """
    settings = {
        "SMALLGRID_DATABASE_URL": ledger.url, "SMALLGRID_SITE": "", "SMALLGRID_SWEEP_SECONDS": "0",
        "SMALLGRID_SITES_DIR": str(ROOT / "bench" / "sites"),
    }  # fmt: skip
    for name, codes in (("of one unit", [county.TOP]), ("of the county and its townships", _units(ledger))):
        paths = list(islice(cycle(_hung(ledger, codes)), SCREENS))
        with screens.server("app.py", settings) as server:
            address, before = f"http://127.0.0.1:{server.port}", server.cpu()
            taken = asyncio.run(_screens(address, paths, rounds))
            used = (server.cpu() - before) / len(taken)
            beside = asyncio.run(_screens(address, ["/health"] * SCREENS, min(rounds, 3)))
        told = f"p50 {median(taken):.0f} ms, {used:.1f} ms CPU each, {len(taken)} refreshes"
        note = f"{told}; /health p95 {_p95(beside):.0f} ms"
        yield Figure(
            f"{SCREENS} screens {name}, p95", ledger.demands, _p95(taken), MOST, "0.5 s", most=1, note=note
        )  # fmt: skip


def _units(ledger: Ledger) -> list[str]:
    """The county and its townships by code."""
    with transaction(engine_for(ledger.url)) as session:
        return [county.TOP, *session.exec(select(Unit.code).where(Unit.level == "township").order_by(Unit.code))]


def _hung(ledger: Ledger, codes: Sequence[str]) -> list[str]:
    """The address of a wall for each unit and language."""
    with transaction(engine_for(ledger.url)) as session:
        ids = dict(session.exec(select(Unit.code, Unit.id)).all())
        return [
            f"/wall/{walls.hang(session, SYSTEM, ids[code] or 0, 'bench', list(View), language, now=ledger.now)}/now"
            for code in codes
            for language in walls.LANGUAGES
        ]


async def _screens(address: str, paths: Sequence[str], rounds: int) -> list[float]:
    """The milliseconds of every refresh, the first of each screen left out."""
    random = Random(1)
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)  # idle for 5 s the server closes them
    async with httpx.AsyncClient(base_url=address, timeout=60, limits=limits) as client:
        asked = (_screen(client, path, random.uniform(0, EVERY), rounds) for path in paths)
        return [took for screen in await asyncio.gather(*asked) for took in screen[1:]]


async def _screen(client: httpx.AsyncClient, path: str, later: float, rounds: int) -> list[float]:
    """One screen: it asks, shows, waits five seconds, and asks again with the name of what it has."""
    await asyncio.sleep(later)
    have, taken = "", []
    for _ in range(rounds + 1):
        began = time.perf_counter()
        answer = await client.get(path, params={"have": have})
        answer.raise_for_status()
        taken.append((time.perf_counter() - began) * 1000)
        have = answer.json().get("have", "")
        await asyncio.sleep(EVERY)
    return taken


def _p95(taken: Sequence[float]) -> float:
    return quantiles(taken, n=20)[-1]
