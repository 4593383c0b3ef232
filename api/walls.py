"""GET /wall/<token> and /wall/<token>/now: big screens that refresh by themselves, for weeks, without Streamlit.

All screens of a unit share one snapshot, drawn anew when it is five seconds old and somebody asks: 200 screens cost the
database what one costs. Who may look is asked anew in every request, so a link that is taken down ends at once.
"""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any, Protocol

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from api.sunshine import language_of
from models.profiles import Profile
from services import sites, walls
from services.clock import utc_now
from services.database import reading, transaction
from services.errors import NotFound
from services.walls import Entry, GroundRow, SnapshotRow

KEPT_SECONDS = 5.0
MOST_KEPT = 200
"""Units and languages whose snapshots are kept; where walls of more hang, all are drawn anew now and then."""
AT_ONCE = 8


class Pages(Protocol):
    """What draws a wall: pages.public.walls, which the application brings along. `land` is the map's ground."""

    def land(self, ground: GroundRow | None, profile: Profile, language: str) -> Any:
        """The outlines, laid out once for each version of the units."""

    def board(self, profile: Profile, row: SnapshotRow, land: Any, language: str) -> str:
        """What changes."""

    def document(
        self, profile: Profile, row: SnapshotRow, land: Any, entry: Entry,
        *, board: str, have: str, build: str, now: datetime,
    ) -> str:  # fmt: skip
        """The whole document."""

    def missing(self, language: str) -> str:
        """What is shown where no link is right."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A snapshot in one language: what changes as HTML, a name for exactly this, and one for all that does not."""

    profile: Profile
    row: SnapshotRow
    land: Any
    html: str
    have: str
    build: str


@dataclass(slots=True)
class Kept:
    """What was drawn of a unit in one language, and its ground by the version of the units.

    Its lock lets one request draw; the others take what was drawn before.
    """

    lock: Lock = field(default_factory=Lock)
    at: float = float("-inf")
    drawn: Drawn | None = None
    version: int = -1
    land: Any = None


@dataclass(slots=True)
class Keeper:
    """The snapshots of these five seconds, by unit and language."""

    pages: Pages
    hashes: tuple[str, str]
    kept: dict[tuple[int, str], Kept] = field(default_factory=dict)
    opening: Lock = field(default_factory=Lock)
    asking: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(AT_ONCE))
    clock: Callable[[], float] = time.monotonic

    async def wall(self, request: Request) -> Response:
        """The document of a wall, or a 404 that says no more than that."""
        body = await self._run(self._document, request)
        if isinstance(body, Response):
            return body
        return HTMLResponse(body, 200, headers=_headers(*self.hashes))

    async def now(self, request: Request) -> Response:
        """What a wall shows now, as JSON; without the HTML where the screen has it already."""
        told = await self._run(self._told, request)
        if isinstance(told, Response):
            return told
        return JSONResponse(told, headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})

    async def _run(self, work: Callable[[Request, Entry], Any], request: Request) -> Any:
        return await to_thread.run_sync(self._entered, work, request, limiter=self.asking)

    def _entered(self, work: Callable[[Request, Entry], Any], request: Request) -> Any:
        """The work done for whoever the link lets in; otherwise the answer to a link that is none."""
        try:
            with reading() as session:
                entry = walls.entered(session, request.path_params["token"])
            return work(request, entry)
        except NotFound:
            return self._refused(request)

    def _refused(self, request: Request) -> Response:
        """404 alike for every wrong link; after too many from one address nothing is written and nothing answered."""
        address, now = request.client.host if request.client else "", utc_now()
        with reading() as session:
            full = walls.locked(session, address, now=now)
        if not full:
            with transaction() as session:
                walls.count_wrong(session, address, now=now)
        body = self.pages.missing(language_of(request))
        return HTMLResponse(body, 429 if full else 404, headers=_headers(*self.hashes))

    def _document(self, _request: Request, entry: Entry) -> str:
        drawn = self._drawn(entry)
        return self.pages.document(
            drawn.profile, drawn.row, drawn.land, entry, board=drawn.html, have=drawn.have, build=drawn.build,
            now=utc_now(),
        )  # fmt: skip

    def _told(self, request: Request, entry: Entry) -> dict[str, Any]:
        drawn = self._drawn(entry)
        same = request.query_params.get("have") == drawn.have
        return {
            "now": round(utc_now().timestamp() * 1000), "build": drawn.build, "have": drawn.have,
            "html": None if same else drawn.html,
        }  # fmt: skip

    def _drawn(self, entry: Entry) -> Drawn:
        """The unit's snapshot in the wall's language, five seconds old; up to ten while another request draws."""
        kept = self._of(entry)
        before, age = kept.drawn, self.clock() - kept.at
        if before is not None and age < KEPT_SECONDS:
            return before
        if not kept.lock.acquire(blocking=before is None or age >= 2 * KEPT_SECONDS):
            return before or self._drawn(entry)
        try:
            if kept.drawn is None or self.clock() - kept.at >= KEPT_SECONDS:
                kept.drawn, kept.at = self._draw(kept, entry), self.clock()
            return kept.drawn
        finally:
            kept.lock.release()

    def _draw(self, kept: Kept, entry: Entry) -> Drawn:
        with reading() as session:
            profile, version = sites.current(session)
            row = walls.snapshot(session, entry.actor, entry.unit_id, now=utc_now())
            if version != kept.version:
                found = walls.ground(session, entry.actor, entry.unit_id)
                kept.land, kept.version = self.pages.land(found, profile, entry.language), version
        html = self.pages.board(profile, row, kept.land, entry.language)
        build = named(f"{self.hashes} {version} {row.unit.name} {row.smallest}")
        return Drawn(profile, row, kept.land, html, named(html), build)

    def _of(self, entry: Entry) -> Kept:
        with self.opening:
            key = (entry.unit_id, entry.language)
            if len(self.kept) >= MOST_KEPT and key not in self.kept:
                self.kept.clear()
            return self.kept.setdefault(key, Kept())


def named(text: str) -> str:
    """A short name for exactly this text."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _headers(style: str, script: str) -> dict[str, str]:
    """Our own style and script, our own server, nobody's frame; the address holds the link, so it is told to nobody."""
    policy = (
        f"default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; connect-src 'self'; "
        "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return {
        "Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
    }  # fmt: skip


def routes(pages: Pages, style_hash: str, script_hash: str) -> list[Route]:
    """The walls' routes; the hashes are the SHA-256 of their one style sheet and their one script."""
    keeper = Keeper(pages, (style_hash, script_hash))
    return [Route("/wall/{token}", keeper.wall), Route("/wall/{token}/now", keeper.now)]
