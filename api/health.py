"""GET /health: whether the server and its database answer; for the supervisor of the process."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from services.database import is_ready


async def health(_request: Request) -> Response:
    """200 and {"status": "ok"} when the database can be read, else 503."""
    ready = await run_in_threadpool(is_ready)
    return JSONResponse({"status": "ok" if ready else "no database"}, status_code=200 if ready else 503)


ROUTES = [Route("/health", health)]
