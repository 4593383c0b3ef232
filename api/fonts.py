"""GET /fonts/han.otf: Noto Sans SC (OFL), for browsers on machines that have no Chinese font of their own."""

from pylopdf_fonts_zh_cn import sans_path
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route


async def han(_request: Request) -> Response:
    """The font; asked for only where the style sheet's other fonts are missing."""
    return FileResponse(sans_path(), media_type="font/otf", headers={"Cache-Control": "public, max-age=31536000"})


ROUTES = [Route("/fonts/han.otf", han)]
