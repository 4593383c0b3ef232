"""A session that ends while its pages are open: the next click of theirs is the last one.

A page's script asks who is signed in whenever it runs, but parts of a page (fragments, dialogs) run without it. So the
socket is watched as well: once the session it was opened with has ended (signed out elsewhere, password changed,
account disabled, time over), it is closed before the message reaches a page. The browser connects anew and is asked to
sign in. Uploads are taken from signed-in people only.
"""

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services import sessions
from services.clock import utc_now
from services.database import reading
from services.settings import COOKIE

UPLOADS = "/_stcore/upload_file"
GOING_AWAY = 1001


class Guard:
    """ASGI middleware in front of the application."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, but for messages of an ended session and uploads of nobody."""
        if scope["type"] == "websocket":
            receive = await _watched(scope, receive, send)
        elif scope["type"] == "http" and UPLOADS in scope["path"] and not await _is_signed_in(scope):
            await PlainTextResponse("sign in first", status_code=403)(scope, receive, send)
            return
        await self.app(scope, receive, send)


async def _watched(scope: Scope, receive: Receive, send: Send) -> Receive:
    """`receive`, looking at the session again at every message; a socket that nobody signed in on needs no look."""
    if not await _is_signed_in(scope):
        return receive

    async def next_message() -> Message:
        message = await receive()
        if message["type"] != "websocket.receive" or await _is_signed_in(scope):
            return message
        await send({"type": "websocket.close", "code": GOING_AWAY})
        return {"type": "websocket.disconnect", "code": GOING_AWAY}

    return next_message


async def _is_signed_in(scope: Scope) -> bool:
    return await run_in_threadpool(_has_session, HTTPConnection(scope).cookies.get(COOKIE))


def _has_session(token: str | None) -> bool:
    if not token:
        return False
    with reading() as session:
        return sessions.signed_in(session, token, now=utc_now()) is not None
