"""Browser tests: one server and one browser a test process, every test in fresh contexts, nothing from another host.

Fixtures: `server` (the small township of tests.factories), `demo_server` (the demonstration township), `open_context`
(any size and language), and pages ready to use: `desk` (1366x768), `phone` (390x844), `demo_desk`, `demo_phone`.
Helpers are in tests.browser.server: sign_in, open_path, settled.
"""

import fcntl
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, Playwright, sync_playwright

from services import database
from tests.browser.server import ROOT, Recorder, Server, running
from tests.factories import town

CHROMIUMS = ("/usr/bin/chromium", "/usr/bin/chromium-browser")
FLAGS = (
    "--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist",
    "--disable-sync", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)  # fmt: skip
PHONE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36"
WAIT = 30_000

HERE = Path(__file__).parent


def installed_chromium() -> str | None:
    """Debian's Chromium, if it is here."""
    return next((path for path in CHROMIUMS if Path(path).exists()), None)


def launched(driver: Playwright) -> Browser:
    """Debian's Chromium, else Playwright's own."""
    return driver.chromium.launch(executable_path=installed_chromium(), args=list(FLAGS))


def screen(at: Server, *, width: int, height: int, language: str, phone: bool) -> dict[str, Any]:
    """What a new context is told to be a screen of this size and language, or a phone."""
    touched = {"user_agent": PHONE, "is_mobile": True, "has_touch": True} if phone else {}
    locale = "zh-CN" if language == "zh" else "en-GB"
    return {"base_url": at.address, "viewport": {"width": width, "height": height}, "locale": locale, **touched}


def build_demo(url: str, *options: str) -> None:
    """The demonstration township, built by the real command in a process of its own."""
    command = [sys.executable, "-c", "import cli; cli.app()", "demo", "dawangzhuang", *options]
    environment = os.environ | {"SMALLGRID_DATABASE_URL": url}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is here, and run it last: Playwright keeps an event loop in the thread of the tests."""
    here = [item for item in items if item.path.is_relative_to(HERE)]
    for item in here:
        item.add_marker(pytest.mark.browser)
    items[:] = [item for item in items if item not in set(here)] + here


@pytest.fixture(scope="session")
def playwright_driver() -> Iterator[Playwright]:
    """Playwright itself."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(playwright_driver: Playwright) -> Iterator[Browser]:
    """Debian's Chromium, else Playwright's own; without either every browser test is skipped."""
    try:
        started = launched(playwright_driver)
    except Error as error:
        if installed_chromium():
            raise
        pytest.skip(f"no Chromium on this machine (`make test` installs one): {error.message.splitlines()[0]}")
    yield started
    started.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server over the small township, shared by the tests of this process."""
    folder = tmp_path_factory.mktemp("server")
    url = f"sqlite:///{folder / 'site.db'}"
    engine = database.engine_for(url)
    database.migrate(engine)
    town(engine)
    engine.dispose()
    with running(url, folder) as started:
        yield started


@pytest.fixture(scope="session")
def demo_server(tmp_path_factory: pytest.TempPathFactory, demo_file: Path) -> Iterator[Server]:
    """A server over its own copy of the demonstration township."""
    folder = tmp_path_factory.mktemp("demo")
    copy = folder / "site.db"
    copy.write_bytes(demo_file.read_bytes())
    with running(f"sqlite:///{copy}", folder) as started:
        yield started


@pytest.fixture(scope="session")
def demo_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration township as a file: built once a run, whichever process of pytest-xdist is first."""
    base = tmp_path_factory.getbasetemp()
    folder = base.parent if base.name.startswith("popen-") else base
    built = folder / "demo.db"
    with (folder / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not built.exists():
            _keep_demo(folder / "partial.db", built)
    return built


def _keep_demo(partial: Path, built: Path) -> None:
    build_demo(f"sqlite:///{partial}", "--months", "3")
    with sqlite3.connect(partial, isolation_level=None) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    partial.rename(built)


@pytest.fixture
def recorder(request: pytest.FixtureRequest) -> Iterator[Recorder]:
    """Fails the test when a page went to another host, a script failed, or the server wrote a traceback."""
    kept = Recorder()
    servers = [request.getfixturevalue(name) for name in ("server", "demo_server") if name in request.fixturenames]
    before = {each: each.log.stat().st_size for each in servers}
    yield kept
    assert kept.hosts <= {"127.0.0.1"}
    assert kept.errors == []
    assert [each.failures(since) for each, since in before.items() if each.failures(since)] == []


@pytest.fixture
def open_context(browser: Browser, recorder: Recorder) -> Iterator[Callable[..., BrowserContext]]:
    """Open a context: open_context(server, width=1366, height=768, language="zh", phone=False)."""
    opened: list[BrowserContext] = []

    def open_one(
        at: Server, *, width: int = 1366, height: int = 768, language: str = "zh", phone: bool = False
    ) -> BrowserContext:
        context = browser.new_context(**screen(at, width=width, height=height, language=language, phone=phone))
        context.set_default_timeout(WAIT)
        recorder.watch(context)
        opened.append(context)
        return context

    yield open_one
    boxes = recorder.boxes()
    for context in opened:
        context.close()
    assert boxes == []


@pytest.fixture
def desk(server: Server, open_context: Callable[..., BrowserContext]) -> Page:
    """A Chinese office screen of 1366x768, nobody signed in."""
    return open_context(server).new_page()


@pytest.fixture
def phone(server: Server, open_context: Callable[..., BrowserContext]) -> Page:
    """A Chinese phone of 390x844, nobody signed in."""
    return open_context(server, width=390, height=844, phone=True).new_page()


@pytest.fixture
def demo_desk(demo_server: Server, open_context: Callable[..., BrowserContext]) -> Page:
    """An office screen over the demonstration township."""
    return open_context(demo_server).new_page()


@pytest.fixture
def demo_phone(demo_server: Server, open_context: Callable[..., BrowserContext]) -> Page:
    """A phone over the demonstration township."""
    return open_context(demo_server, width=390, height=844, phone=True).new_page()
