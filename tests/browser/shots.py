"""The screenshots in docs/screens: every screen of the demonstration township at three sizes. Run: make shots"""

import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from models.walls import View
from tests.browser.conftest import build_demo, launched, screen
from tests.browser.hanging import hang
from tests.browser.server import LISTEN, ROOT, open_path, running, sign_in

OUT = ROOT / "docs" / "screens"
SHOTS = (
    (
        "leader",
        "zh",
        1920,
        1080,
        (
            "today",
            "map",
            "rates",
            "rankings",
            "watch",
            "assessments",
            "analyses",
            "demands",
            "escalations",
            "callbacks",
            "requests",
            "projects",
            "sunshine",
        ),
    ),
    ("leader", "en", 1920, 1080, ("today", "rankings", "demands", "escalations")),
    ("leader", "zh", 1366, 768, ("today", "demands")),
    ("admin", "zh", 1920, 1080, ("imports", "people", "report", "walls")),
    ("member", "zh", 390, 844, ("today", "report", "map", "account")),
    ("chief", "zh", 390, 844, ("demands", "rankings", "escalations", "analyses")),
)
WALLS = (("zh", 1920, 1080), ("en", 1920, 1080), ("zh", 3840, 2160))
"""The big screen's situation, for which nobody signs in."""


def shrink(path: Path) -> None:
    """Keep the picture with 256 colours: a third of the size, and the eye sees no difference."""
    Image.open(path).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)


def main() -> None:
    """Build the township in a temporary folder, open each screen, keep its picture."""
    OUT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'site.db'}"
        build_demo(url)
        with running(url, Path(folder)) as server, sync_playwright() as driver:
            browser = launched(driver)
            for user, language, width, height, screens in SHOTS:
                options = screen(server, width=width, height=height, language=language, phone=width < 600)
                context = browser.new_context(**options)
                context.add_init_script(LISTEN)
                page = context.new_page()
                sign_in(page, user, "xiaowangge")
                for name in screens:
                    open_path(page, f"/{name}")
                    page.wait_for_timeout(1500)
                    path = OUT / f"{name}-{language}-{width}.png"
                    page.screenshot(path=path)
                    shrink(path)
                context.close()
            for language, width, height in WALLS:
                page = browser.new_page(viewport={"width": width, "height": height}, base_url=server.address)
                page.goto(hang(url, views=(View.SITUATION,), language=language))
                page.wait_for_timeout(1500)
                path = OUT / f"wall-{language}-{width}.png"
                page.screenshot(path=path)
                shrink(path)
                page.close()
            browser.close()


if __name__ == "__main__":
    main()
