"""Imports under way: each runs in its own thread and transaction, so that its page can be left and come back to."""

import logging
import secrets
import threading
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from services import imports
from services.access import Actor
from services.clock import utc_now
from services.database import transaction
from services.errors import Refused, ServiceError
from services.imports import ColumnMap, ImportReport, Kind, Table

log = logging.getLogger(__name__)


class Upload:
    """A file that was sent, on the disk for as long as someone holds this; opened as a table."""

    def __init__(self, name: str, content: bytes | memoryview, kind: Kind, *, any_header: bool) -> None:
        self.folder = TemporaryDirectory(prefix="smallgrid-import-", ignore_cleanup_errors=True)
        path = Path(self.folder.name) / (Path(name.replace("\\", "/")).name or "file")
        path.write_bytes(content)
        self.name, self.kind, self.key = path.name, kind, secrets.token_hex(4)
        self.table: Table = imports.open_table(path, kind=kind, any_header=any_header)


@dataclass(slots=True)
class Job:
    """One import of one account: how far it is, and how it ended. Written by its thread, read by pages."""

    upload: Upload | None
    name: str
    kind: Kind
    total: int
    started_at: datetime
    done: int = 0
    speed: float = 0.0
    report: ImportReport | None = None
    error: ServiceError | None = None

    @property
    def finished(self) -> bool:
        """Whether it ended, well or not."""
        return self.report is not None or self.error is not None

    def progress(self, done: int, total: int, speed: float) -> None:
        """What the import says after every chunk."""
        self.done, self.total, self.speed = done, total, speed


_jobs: dict[int | None, Job] = {}
_starting = threading.Lock()


def of(actor: Actor) -> Job | None:
    """The actor's import: under way, or ended and not yet put away."""
    return _jobs.get(actor.account_id)


def put_away(actor: Actor) -> None:
    """Forget the actor's ended import."""
    job = _jobs.get(actor.account_id)
    if job is not None and job.finished:
        del _jobs[actor.account_id]


def start(actor: Actor, upload: Upload, mapping: ColumnMap, *, unit_code: str | None, keep_good: bool) -> None:
    """Start an import in the background. Raises Refused("import_running") while another of the actor's is under way."""
    with _starting:
        before = of(actor)
        if before is not None and not before.finished:
            raise Refused("import_running")
        job = Job(upload, upload.name, upload.kind, upload.table.total, utc_now())
        _jobs[actor.account_id] = job
    work = threading.Thread(target=_run, args=(job, actor, mapping, unit_code, keep_good), name="import", daemon=True)
    work.start()


def _run(job: Job, actor: Actor, mapping: ColumnMap, unit_code: str | None, keep_good: bool) -> None:
    """The thread. The report is set after the commit: whoever sees it may rely on what is stored."""
    if job.upload is None:
        return
    try:
        with transaction() as session:
            report = imports.run(
                session, actor, job.kind, job.upload.table, mapping, now=job.started_at, unit_code=unit_code,
                keep_good=keep_good, progress=job.progress,
            )  # fmt: skip
        job.report = report
    except ServiceError as error:
        job.error = error
    except Exception:
        log.exception("an import stopped")
        job.error = ServiceError("import_failed")
    finally:
        job.upload = None
