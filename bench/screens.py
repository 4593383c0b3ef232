"""Server CPU of one rerun of each screen beside an empty page.

A real server, a real websocket that asks for reruns as a browser does, and the CPU time of the server process divided
by the reruns: widgets, messages, compression and the database are all in it, the browser is not. AppTest would leave
out the messages and the server's own work. The first run of a session is not counted.
"""

import os
import re
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from statistics import median

import psutil  # type: ignore[import-untyped]
from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets import Subprotocol
from websockets.sync.client import ClientConnection, connect

from bench import county
from bench.ledger import FOLDER, Ledger
from bench.timing import Figure
from models.accounts import SignInSession
from services.database import engine_for, transaction
from services.settings import COOKIE, ROOT

PAGES = {"today": 8, "demands": 3, "escalations": 3, "rankings": 8, "map": 8, "report": 3, "imports": 3, "people": 3}
"""Each screen and the largest ratio to an empty page; screens of maps and charts may cost more."""

EMPTY_RUNS = 20
SLOW = 2.0
"""Seconds that one batch of reruns may take: a slow screen is rerun fewer times."""
LONGEST = 120
SPOKEN = [Subprotocol("streamlit")]


def screens(ledger: Ledger, batches: int, runs: int) -> Iterator[Figure]:
    """Every screen as the administrator of the county sees it, and the same with a township in its address.

    CPU time is kept in hundredths of a second, so it is read after `runs` reruns and after 20 of the empty page, as
    many times as there are batches.
    """
    cookie = _signed_in(ledger)
    settings = {
        "SMALLGRID_DATABASE_URL": ledger.url,
        "SMALLGRID_SITE": "",
        "SMALLGRID_SITES_DIR": str(ROOT / "bench" / "sites"),
    }
    with ExitStack() as stack:
        ours = stack.enter_context(server("app.py", settings))
        empty = stack.enter_context(server("bench/empty.py", settings))
        for place, query in (("county", ""), ("township", f"unit={county.TOP}001")):
            for page, most in PAGES.items():
                yield _figure(ledger, ours, empty, cookie, (page, query, place, most), batches, runs)


def _figure(
    ledger: Ledger,
    ours: "Server",
    empty: "Server",
    cookie: str,
    asked: tuple[str, str, str, int],
    batches: int,
    runs: int,
) -> Figure:
    page, query, place, most = asked
    with ours.viewer(page, query, cookie) as viewer, empty.viewer("", "", cookie) as beside:
        few = max(1, min(runs, int(SLOW / viewer.last)))
        taken = [(viewer.cpu(few), beside.cpu(EMPTY_RUNS)) for _ in range(batches)]
    mine, floor = (median(times) for times in zip(*taken, strict=True))
    note = f"{viewer.messages} messages, {viewer.size / 1000:,.0f} kB" + (
        ", an exception on screen" if viewer.failed else ""
    )
    return Figure(
        f"rerun of {page}, {place}", ledger.demands, mine, floor, "rerun of an empty page", most=most, note=note
    )


def _signed_in(ledger: Ledger) -> str:
    """A session of the county's administrator; returns the cookie's value."""
    token, now = secrets.token_urlsafe(32), datetime.now(UTC)
    with transaction(engine_for(ledger.url)) as session:
        session.add(
            SignInSession(
                token_hash=sha256(token.encode()).hexdigest(), account_id=county.account_id(session), created_at=now,
                expires_at=now + timedelta(days=1),
            )
        )  # fmt: skip
    engine_for(ledger.url).dispose()
    return token


class Server:
    """A running server process and its port."""

    def __init__(self, process: "subprocess.Popen[bytes]", port: int) -> None:
        self.process, self.port = psutil.Process(process.pid), port

    def cpu(self) -> float:
        """Milliseconds of CPU the process has used, its ended threads included."""
        used = self.process.cpu_times()
        return float(used.user + used.system) * 1000

    @contextmanager
    def viewer(self, page: str, query: str, cookie: str) -> Iterator["Viewer"]:
        """A browser tab on a page, its first run done."""
        address = f"ws://127.0.0.1:{self.port}/_stcore/stream"
        headers = {"Cookie": f"{COOKIE}={cookie}", "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) bench"}
        with connect(
            address, additional_headers=headers, subprotocols=SPOKEN, max_size=None, open_timeout=LONGEST
        ) as socket_:
            viewer = Viewer(self, socket_, page, query)
            viewer.run()
            yield viewer


class Viewer:
    """One tab: asks for reruns and reads all that the server sends until the script is done.

    As a browser it keeps the large messages of the last run and says so, and the server sends no such message twice.
    """

    def __init__(self, server: Server, socket_: ClientConnection, page: str, query: str) -> None:
        self.server, self.socket, self.page, self.query = server, socket_, page, query
        self.script, self.messages, self.size, self.failed, self.last = "", 0, 0, False, 0.0
        self.kept: set[str] = set()

    def run(self) -> None:
        """One run of the page."""
        asked = BackMsg()
        state = asked.rerun_script
        state.query_string = self.query
        state.context_info.timezone, state.context_info.locale = "Asia/Shanghai", "zh-CN"
        state.context_info.url = f"http://127.0.0.1:{self.server.port}/{self.page}"
        state.cached_message_hashes.extend(self.kept)
        if self.script:
            state.page_script_hash = self.script
        else:
            state.page_name = self.page
        began = time.perf_counter()
        self.socket.send(asked.SerializeToString())
        self._read_to_end()
        self.last = time.perf_counter() - began

    def cpu(self, runs: int) -> float:
        """Milliseconds of the server's CPU for one run, over several."""
        before = self.server.cpu()
        for _ in range(runs):
            self.run()
        return (self.server.cpu() - before) / runs

    def _read_to_end(self) -> None:
        self.messages, self.size, kept = 0, 0, set[str]()
        while True:
            raw = self.socket.recv(timeout=LONGEST)
            message = ForwardMsg.FromString(raw if isinstance(raw, bytes) else raw.encode())
            self.messages, self.size = self.messages + 1, self.size + len(raw)
            kind = message.WhichOneof("type")
            if message.metadata.cacheable:
                kept.add(message.hash)
            elif kind == "ref_hash":
                kept.add(message.ref_hash)
            if kind == "navigation":
                self.script = message.navigation.page_script_hash
            elif kind == "delta":
                self.failed |= _says_it_failed(message.delta.new_element)
            elif kind == "script_finished" and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                self.kept = kept
                return


def _says_it_failed(element: Element) -> bool:
    """Whether it is an exception, or the red sentence that stands for one."""
    shown = element.WhichOneof("type")
    return shown == "exception" or (shown == "alert" and element.alert.format == Alert.ERROR)


@contextmanager
def server(script: str, settings: dict[str, str]) -> Iterator[Server]:
    """Serve a script on a free port of this machine; stopped at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = FOLDER / f"{re.sub('[^a-z]', '-', script)}.log"
    command = [sys.executable, "-m", "streamlit", "run", script, f"--server.port={port}"]
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=os.environ | settings, stdout=out, stderr=subprocess.STDOUT)
    try:
        _await(port, process, log)
        yield Server(process, port)
    finally:
        process.terminate()
        process.wait(20)


def _await(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Wait until the port answers: there is nothing else to wait for in another process."""
    ends = time.monotonic() + LONGEST
    while time.monotonic() < ends and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError(f"the server did not start:\n{log.read_text(errors='replace')}")
