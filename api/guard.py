"""A session that ends while its pages are open: from then on they are asked to sign in, whatever is clicked.

A page's script asks who is signed in whenever it runs, but parts of a page (fragments, dialogs) run without it. So the
socket is watched as well: once the session it was opened with has ended (signed out elsewhere, password changed,
account disabled, time over), a click anywhere runs the whole script, which then shows the sign-in, and whatever else
the page asks for is dropped. Uploads are taken from signed-in people only.
"""

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg

from services import sessions
from services.clock import utc_now
from services.database import reading
from services.settings import COOKIE

CLOSED = ("/_stcore/upload_file", "/_stcore/metrics")
"""Files are taken from, and the server's inner numbers told to, signed-in people only."""


class Guard:
    """ASGI middleware in front of the application."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, but for messages of an ended session and what is closed to whoever is not signed in."""
        if scope["type"] == "websocket":
            receive = await _watched(scope, receive)
        elif _is_closed(scope) and not await _is_signed_in(scope):
            await PlainTextResponse("sign in first", status_code=403)(scope, receive, send)
            return
        await self.app(scope, receive, send)


def _is_closed(scope: Scope) -> bool:
    return scope["type"] == "http" and any(path in scope["path"] for path in CLOSED)


async def _watched(scope: Scope, receive: Receive) -> Receive:
    """`receive`, looking at the session again at every message; a socket that nobody signed in on needs no look."""
    if not await _is_signed_in(scope):
        return receive

    async def next_message() -> Message:
        while True:
            message = await receive()
            if message["type"] != "websocket.receive" or await _is_signed_in(scope):
                return message
            whole = _whole_run(message)
            if whole is not None:
                return whole

    return next_message


def _whole_run(message: Message) -> Message | None:
    """A click as a run of the whole script; None for whatever is no click."""
    try:
        asked = BackMsg.FromString(message.get("bytes") or b"")
    except DecodeError:
        return None
    if not asked.HasField("rerun_script"):
        return None
    asked.rerun_script.ClearField("fragment_id")
    return {"type": "websocket.receive", "bytes": asked.SerializeToString()}


async def _is_signed_in(scope: Scope) -> bool:
    return await run_in_threadpool(_has_session, HTTPConnection(scope).cookies.get(COOKIE))


def _has_session(token: str | None) -> bool:
    if not token:
        return False
    with reading() as session:
        return sessions.signed_in(session, token, now=utc_now()) is not None
