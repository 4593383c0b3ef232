"""POST /sign-in and /sign-out: the only places that set or clear the session cookie."""

import re
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from services import passwords, sessions
from services.clock import utc_now
from services.database import transaction
from services.errors import ServiceError
from services.settings import COOKIE, settings

LARGEST = 16_384
"""Bytes of a sign-in form: whoever is not signed in may not fill the memory."""

PATH = re.compile(r"/(?:[A-Za-z0-9_-]+(?:/[A-Za-z0-9_-]+)*/?)?")
"""One way only to read each path: anyone sends one, and trying many ways would hold the server up."""
NEVER_KEPT = {"error", "minutes"}
REFUSED = PlainTextResponse("cross-site request refused", status_code=403)
TOO_LARGE = PlainTextResponse("the form is too large", status_code=413)

_waiting = CapacityLimiter(4)
"""Sign-ins under way: more wait here, so that the threads of everybody else stay free."""


async def sign_in(request: Request) -> Response:
    """Check name and password; set the cookie and go to `next`, or back with the error's code in the address."""
    if not _same_origin(request):
        return REFUSED
    form = await _form(request)
    if form is None:
        return TOO_LARGE
    target = own_path(form.get("next", "/"))
    try:
        token = await to_thread.run_sync(_token, form, _address(request), request.cookies.get(COOKIE), limiter=_waiting)
    except ServiceError as error:
        return RedirectResponse(_with(target, error=error.code, **error.facts), status_code=303)
    answer = RedirectResponse(target, status_code=303, headers={"Cache-Control": "no-store"})
    answer.set_cookie(
        COOKIE, token, max_age=settings().session_days * 86400, httponly=True, samesite="lax",
        secure=settings().secure_cookie, path="/",
    )  # fmt: skip
    return answer


async def sign_out(request: Request) -> Response:
    """End the session and clear the cookie."""
    if not _same_origin(request):
        return REFUSED
    await to_thread.run_sync(_end, request.cookies.get(COOKIE))
    answer = RedirectResponse("/", status_code=303, headers={"Cache-Control": "no-store"})
    answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax", secure=settings().secure_cookie)
    return answer


def _token(form: dict[str, str], address: str, before: str | None) -> str:
    """Count the try, check the password while no transaction is open, then open the session."""
    now = utc_now()
    with transaction() as session:
        tried = sessions.count_try(session, form.get("username", "")[:200], address, now=now)
    right = passwords.matches(tried.stored, form.get("password", ""))
    with transaction() as session:
        return sessions.sign_in(session, tried, right, now=now, replaces=before)


def _end(token: str | None) -> None:
    with transaction() as session:
        sessions.sign_out(session, token, now=utc_now())


async def _form(request: Request) -> dict[str, str] | None:
    """The form's fields; None where it is larger than any sign-in."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST:
            return None
    try:
        fields = parse_qs(body.decode("ascii", "replace"), keep_blank_values=True, max_num_fields=8)
    except ValueError:
        return {}
    return {name: values[0] for name, values in fields.items()}


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _same_origin(request: Request) -> bool:
    """Whether a browser sent this from one of our own pages: others may not sign people in or out."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("origin")
    return origin is None or origin.split("://")[-1] == request.headers.get("host")


def own_path(target: str) -> str:
    """A path of this server with its query, written anew, so that nobody is sent elsewhere after signing in."""
    try:
        parts = urlsplit(target[:2000])
        query = parse_qsl(parts.query, max_num_fields=40)
    except ValueError:
        return "/"
    if parts.scheme or parts.netloc or not PATH.fullmatch(parts.path) or parts.path in {"/sign-in", "/sign-out"}:
        return "/"
    return _with(parts.path, **{name: value for name, value in query if name not in NEVER_KEPT})


def _with(path: str, **facts: str) -> str:
    """The path with more in its query."""
    if not facts:
        return path
    return f"{path}{'&' if '?' in path else '?'}{urlencode(facts)}"


ROUTES = [Route("/sign-in", sign_in, methods=["POST"]), Route("/sign-out", sign_out, methods=["POST"])]
