"""POST /sign-in and /sign-out: the only places that set or clear the session cookie."""

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from services import accounts
from services.clock import utc_now
from services.database import transaction
from services.errors import ServiceError
from services.settings import COOKIE, settings


async def sign_in(request: Request) -> Response:
    """Check name and password; set the cookie and go to `next`, or back with the error's code in the address."""
    if not _same_origin(request):
        return PlainTextResponse("cross-site request refused", status_code=403)
    async with request.form(max_fields=8, max_files=0) as form:
        target = _own_path(str(form.get("next", "/")))
        try:
            token = await run_in_threadpool(_token, form, request.client.host if request.client else "")
        except ServiceError as error:
            minutes = error.facts.get("minutes", "")
            return RedirectResponse(f"{target}?error={error.code}&minutes={minutes}", status_code=303)
    answer = RedirectResponse(target, status_code=303)
    answer.set_cookie(
        COOKIE, token, max_age=settings().session_days * 86400, httponly=True, samesite="lax",
        secure=settings().secure_cookie, path="/",
    )  # fmt: skip
    return answer


async def sign_out(request: Request) -> Response:
    """End the session and clear the cookie."""
    if not _same_origin(request):
        return PlainTextResponse("cross-site request refused", status_code=403)
    await run_in_threadpool(_end, request.cookies.get(COOKIE))
    answer = RedirectResponse("/", status_code=303)
    answer.delete_cookie(COOKIE, path="/")
    return answer


def _token(form: FormData, address: str) -> str:
    username, password = str(form.get("username", ""))[:200], str(form.get("password", ""))[:1000]
    now = utc_now()
    try:
        with transaction() as session:
            return accounts.sign_in(session, username, password, now=now, address=address)
    except ServiceError as error:
        if error.code == "sign_in_wrong":
            with transaction() as session:
                accounts.fail_sign_in(session, username, address, now=now)
        raise


def _end(token: str | None) -> None:
    with transaction() as session:
        accounts.sign_out(session, token, now=utc_now())


def _same_origin(request: Request) -> bool:
    """Whether a browser sent this from one of our own pages: others may not sign people in or out."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("origin")
    return origin is None or origin.split("://")[-1] == request.headers.get("host")


def _own_path(target: str) -> str:
    """A path of this server only, so that nobody is sent elsewhere after signing in."""
    path = target.split("?")[0].split("#")[0]
    return path if path.startswith("/") and not path.startswith("//") and "\\" not in path else "/"


ROUTES = [Route("/sign-in", sign_in, methods=["POST"]), Route("/sign-out", sign_out, methods=["POST"])]
