"""The screenshots in docs/screens: every screen of the demonstration township at three sizes. Run: make shots"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.conftest import CHROMIUMS, FLAGS, PHONE
from tests.browser.server import ROOT, open_path, running, sign_in

OUT = ROOT / "docs" / "screens"
SHOTS = (
    ("leader", "zh", 1920, 1080, ("today", "map", "rankings", "demands", "escalations")),
    ("leader", "en", 1920, 1080, ("today", "rankings", "demands", "escalations")),
    ("leader", "zh", 1366, 768, ("today", "demands")),
    ("admin", "zh", 1920, 1080, ("imports", "people", "report")),
    ("member", "zh", 390, 844, ("today", "demands", "report", "map", "account")),
)


def main() -> None:
    """Build the township in a temporary folder, open each screen, keep its picture."""
    OUT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        url = f"sqlite:///{Path(name) / 'site.db'}"
        subprocess.run(
            [sys.executable, "-c", "import cli; cli.app()", "demo", "dawangzhuang"], cwd=ROOT, check=True,
            env=os.environ | {"SMALLGRID_DATABASE_URL": url},
        )  # fmt: skip
        with running(url, Path(name)) as server, sync_playwright() as driver:
            installed = next((path for path in CHROMIUMS if Path(path).exists()), None)
            browser = driver.chromium.launch(executable_path=installed, args=list(FLAGS))
            for user, language, width, height, screens in SHOTS:
                phone = {"user_agent": PHONE, "is_mobile": True, "has_touch": True} if width < 600 else {}
                context = browser.new_context(
                    base_url=server.address, viewport={"width": width, "height": height},
                    locale="zh-CN" if language == "zh" else "en-GB", **phone,
                )  # fmt: skip
                page = context.new_page()
                sign_in(page, user, "xiaowangge")
                for screen in screens:
                    open_path(page, f"/{screen}")
                    page.wait_for_timeout(1500)
                    page.screenshot(path=OUT / f"{screen}-{language}-{width}.png")
                context.close()
            browser.close()


if __name__ == "__main__":
    main()
