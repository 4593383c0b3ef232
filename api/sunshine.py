"""GET /open and /open/<code>: the villagers' page, for everybody and without a cookie; and cheap, however many ask.

A page is kept for a minute and drawn anew at once when something public changes, one page at a time, so that the public
can never hold more than a few threads. Pages of units that opened nothing and of units that do not exist are alike.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from models.profiles import Profile
from services import sites, sunshine
from services.clock import utc_now
from services.database import reading
from services.errors import NotFound
from services.sunshine import BoardRow

KEPT_SECONDS = 60
MOST_KEPT = 1000
LONGEST_CODE = 40

Page = Callable[[BoardRow, Profile, str], str]
Missing = Callable[[str], str]


@dataclass(slots=True)
class Keeper:
    """The pages of this minute and version, by unit and language; None where there is none."""

    page: Page
    missing: Missing
    style_hash: str
    stamp: tuple[int, int] = (0, 0)
    pages: dict[tuple[str | None, str], str | None] = field(default_factory=dict)
    drawing: Lock = field(default_factory=Lock)
    asking: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(4))

    async def answer(self, request: Request) -> Response:
        """The page of the unit in the address, or a 404 that says no more than that."""
        code, language = request.path_params.get("code"), language_of(request)
        body = await to_thread.run_sync(self.kept, code, language, limiter=self.asking)
        found = body is not None
        headers = _headers(self.style_hash, seconds=KEPT_SECONDS if found else 0)
        return HTMLResponse(body if body is not None else self.missing(language), 200 if found else 404, headers)

    def kept(self, code: str | None, language: str) -> str | None:
        """The page as kept, or drawn now. One small statement where it is kept."""
        if code is not None and len(code) > LONGEST_CODE:
            return None
        now = utc_now()
        with self.drawing, reading() as session:
            self._renew((sunshine.version(session), int(now.timestamp()) // KEPT_SECONDS))
            key = (code, language)
            if key not in self.pages:
                self.pages[key] = self._drawn(code, language, now)
            return self.pages[key]

    def _renew(self, stamp: tuple[int, int]) -> None:
        """Drop what is old, and everything where too many different addresses were asked for."""
        if stamp != self.stamp or len(self.pages) >= MOST_KEPT:
            self.pages.clear()
            self.stamp = stamp

    def _drawn(self, code: str | None, language: str, now: datetime) -> str | None:
        try:
            with reading() as session:
                return self.page(sunshine.board(session, code, now=now), sites.profile(session), language)
        except NotFound:
            return None


def language_of(request: Request) -> str:
    """The language asked for by ?lang=, else the first of Accept-Language that is one of ours, else Chinese."""
    asked = request.query_params.get("lang")
    if asked in {"zh", "en"}:
        return asked
    wanted = [_wish(part) for part in request.headers.get("accept-language", "")[:200].split(",")]
    ours = [(weight, language) for weight, language in wanted if language in {"zh", "en"} and weight > 0]
    return max(ours, key=lambda each: each[0])[1] if ours else "zh"


def _wish(part: str) -> tuple[float, str]:
    tag, _, rest = part.strip().partition(";")
    try:
        weight = float(rest.strip().removeprefix("q=")) if rest else 1.0
    except ValueError:
        weight = 0.0
    return weight, tag.lower()[:2]


def _headers(style_hash: str, *, seconds: int) -> dict[str, str]:
    """Nothing but our own style and font is loaded, nobody frames the page, and it is kept for a minute at most."""
    policy = (
        f"default-src 'none'; style-src 'sha256-{style_hash}'; font-src 'self'; img-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    )
    return {
        "Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer", "Vary": "Accept-Language",
        "Cache-Control": f"public, max-age={seconds}" if seconds else "no-store",
    }  # fmt: skip


def routes(page: Page, missing: Missing, style_hash: str) -> list[Route]:
    """The open page's routes; `page` and `missing` draw it, `style_hash` is the SHA-256 of its one style sheet."""
    keeper = Keeper(page, missing, style_hash)
    return [Route("/open", keeper.answer), Route("/open/{code}", keeper.answer)]
