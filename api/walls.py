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
"""Units whose snapshots are kept; where walls of more hang, all are drawn anew now and then."""
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
    """A snapshot in one language: what changes as HTML, a name for exactly this, and one for all that does not.

    `at` is when the snapshot was read, by the keeper's clock.
    """

    at: float
    profile: Profile
    row: SnapshotRow
    land: Any
    html: str
    have: str
    build: str


@dataclass(slots=True)
class Kept:
    """What was read of a unit and when, what was drawn of it by language, and its ground by language.

    `version` is that of the units the ground was laid out for. The lock lets one request read and draw; the others take
    what was drawn before.
    """

    lock: Lock = field(default_factory=Lock)
    at: float = float("-inf")
    read: tuple[Profile, int, SnapshotRow] | None = None
    drawn: dict[str, Drawn] = field(default_factory=dict)
    version: int = -1
    lands: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Keeper:
    """The snapshots of these five seconds, by unit."""

    pages: Pages
    hashes: tuple[str, str]
    kept: dict[int, Kept] = field(default_factory=dict)
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
        kept = self._of(entry.unit_id)
        before = kept.drawn.get(entry.language)
        age = float("inf") if before is None else self.clock() - before.at
        if before is not None and (age < KEPT_SECONDS or (age < 2 * KEPT_SECONDS and kept.lock.locked())):
            return before
        with kept.lock, reading() as session:
            profile, version, row = self._read(session, kept, entry)
            drawn = kept.drawn.get(entry.language)
            if drawn is None or drawn.at < kept.at:
                land = self._land(session, kept, entry, profile, version)
                html = self.pages.board(profile, row, land, entry.language)
                build = named(f"{self.hashes} {version} {row.unit.name} {row.smallest}")
                drawn = Drawn(kept.at, profile, row, land, html, named(html), build)
                kept.drawn[entry.language] = drawn
            return drawn

    def _read(self, session: Any, kept: Kept, entry: Entry) -> tuple[Profile, int, SnapshotRow]:
        """The site's profile, the version of its units and the snapshot, read anew where they are old."""
        if kept.read is None or self.clock() - kept.at >= KEPT_SECONDS:
            row = walls.snapshot(session, entry.actor, entry.unit_id, now=utc_now())
            kept.read, kept.at = (*sites.current(session), row), self.clock()
        return kept.read

    def _land(self, session: Any, kept: Kept, entry: Entry, profile: Profile, version: int) -> Any:
        """The map's ground in the wall's language, laid out once for each version of the units."""
        if version != kept.version:
            kept.lands, kept.version = {}, version
        if entry.language not in kept.lands:
            found = walls.ground(session, entry.actor, entry.unit_id)
            kept.lands[entry.language] = self.pages.land(found, profile, entry.language)
        return kept.lands[entry.language]

    def _of(self, unit_id: int) -> Kept:
        with self.opening:
            if len(self.kept) >= MOST_KEPT and unit_id not in self.kept:
                self.kept.clear()
            return self.kept.setdefault(unit_id, Kept())


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
