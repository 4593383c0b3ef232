"""GET /fonts/han.otf: Noto Sans SC (OFL), for browsers on machines that have no Chinese font of their own.

GET /fonts/latin.woff2: Source Sans (OFL) as Streamlit ships it, for pages that Streamlit does not serve.
"""

from pathlib import Path

import streamlit
from pylopdf_fonts_zh_cn import sans_path
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

LATIN = next((Path(streamlit.__file__).parent / "static").rglob("SourceSansVF-Upright*.woff2"))


async def han(_request: Request) -> Response:
    """The font; asked for only where the style sheet's other fonts are missing."""
    return FileResponse(sans_path(), media_type="font/otf", headers={"Cache-Control": "public, max-age=31536000"})


async def latin(_request: Request) -> Response:
    """The font of letters and figures."""
    return FileResponse(LATIN, media_type="font/woff2", headers={"Cache-Control": "public, max-age=31536000"})


ROUTES = [Route("/fonts/han.otf", han), Route("/fonts/latin.woff2", latin)]
