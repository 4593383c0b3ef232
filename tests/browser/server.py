"""A real server in its own process with its own database, and how a browser signs in and waits."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from playwright.sync_api import BrowserContext, Page, Request, WebSocket

from tests.factories import PASSWORD

ROOT = Path(__file__).resolve().parents[2]
LONGEST_START = 90


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: its address, its database and what it wrote (which holds a traceback where a page failed)."""

    address: str
    database_url: str
    log: Path

    def failures(self, since: int) -> str:
        """What the server wrote since a position, if there is a traceback in it."""
        written = self.log.read_text(errors="replace")[since:]
        return written if "Traceback" in written else ""


@contextmanager
def running(database_url: str, folder: Path, port: int = 0, **settings: str) -> Iterator[Server]:
    """Start `streamlit run app.py` on a port of this machine, a free one without a wish; stop it at the end."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
        port = probe.getsockname()[1]
    log = folder / f"server-{port}.log"
    own = {"SMALLGRID_DATABASE_URL": database_url, "SMALLGRID_SITE": "", "SMALLGRID_SWEEP_SECONDS": "0"}
    environment = os.environ | own | settings
    command = [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}"]
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT)
        try:
            server = Server(f"http://127.0.0.1:{port}", database_url, log)
            _await_health(server, process)
            yield server
        finally:
            process.terminate()
            process.wait(20)


def _await_health(server: Server, process: "subprocess.Popen[bytes]") -> None:
    """Ask until the server answers; there is nothing else to wait for in another process."""
    last = time.monotonic() + LONGEST_START
    while time.monotonic() < last and process.poll() is None:
        try:
            if httpx.get(f"{server.address}/health", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise RuntimeError(f"the server did not start:\n{server.log.read_text(errors='replace')}")


# A click asks the server for a rerun a moment later, and the page shows that it runs only when the answer begins. In
# between it looks as if it stood still; so what is sent and what comes back is listened to. By Streamlit's messages:
# field 11 to the server is "rerun", field 4 from it (after 1, the hash, and 2, the metadata) is "new session".
LISTEN = """window.WebSocket = class extends WebSocket {
  constructor(...address) {
    super(...address)
    this.addEventListener('message', ({data}) => {
      const bytes = data instanceof ArrayBuffer ? new Uint8Array(data) : []
      let at = 0
      while ([1, 2].includes(bytes[at] >> 3) && bytes[at + 1] < 128) at += 2 + bytes[at + 1]
      if (bytes[at] >> 3 === 4) window.rerunAsked = false
    })
  }
  send(bytes) {
    if (bytes[0] >> 3 === 11) window.rerunAsked = true
    super.send(bytes)
  }
}"""


class Recorder:
    """Everything the browser asked for and every error of its scripts, over all pages of a test."""

    def __init__(self) -> None:
        self.hosts: set[str] = set()
        self.errors: list[str] = []
        self.pages: list[Page] = []

    def watch(self, context: BrowserContext) -> None:
        """Record a context's requests, sockets and errors from now on, and let `settled` hear what its pages ask."""
        context.add_init_script(LISTEN)
        context.on("request", self._requested)
        context.on("page", self._opened)

    def _opened(self, page: Page) -> None:
        self.pages.append(page)
        page.on("websocket", self._connected)
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _requested(self, request: Request) -> None:
        self._record(request.url)

    def _connected(self, websocket: WebSocket) -> None:
        self._record(websocket.url)

    def _record(self, url: str) -> None:
        if not url.startswith(("data:", "blob:", "about:")):
            self.hosts.add(httpx.URL(url).host)

    def boxes(self) -> list[str]:
        """The words of every exception box that is still on screen."""
        found = [page.get_by_test_id("stException") for page in self.pages if not page.is_closed()]
        return [text for boxes in found for text in boxes.all_inner_texts()]


def settled(page: Page) -> None:
    """Wait until the page's script has run to its end and nothing more is under way or about to be asked."""
    page.wait_for_timeout(50)
    page.wait_for_function(
        """() => { const app = document.querySelector('[data-testid=stApp]')
        return app && app.dataset.testScriptState === 'notRunning' && app.dataset.testConnectionState === 'CONNECTED'
          && window.rerunAsked === false
          && !document.querySelector('[data-stale=true]') && !document.querySelector('[data-testid=stSkeleton]') }""",
        timeout=30_000,
    )


def open_path(page: Page, path: str) -> None:
    """Go to an address of the server and wait until it stands."""
    page.goto(path)
    settled(page)


def sign_in(page: Page, username: str, password: str = PASSWORD, path: str = "/") -> None:
    """Open an address as nobody, fill in the form that is shown, and wait for what comes after it."""
    page.goto(path)
    page.locator("input[name=username]").fill(username)
    page.locator("input[name=password]").fill(password)
    with page.expect_navigation():
        page.locator("form[action='/sign-in'] button[type=submit]").click()
    settled(page)
