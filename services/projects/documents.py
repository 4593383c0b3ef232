"""The documents of a project: stored in the database, told by their content, read by those in scope."""

import hashlib
from datetime import datetime

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from models.projects import ProjectDocument, ProjectVerb
from services import audit
from services.access import Actor
from services.errors import BadInput, NotFound, Refused
from services.projects.changes import open_for, record
from services.projects.contents import media_type
from services.projects.scope import require_project
from services.typed import line

LONGEST_NAME = 120
MOST = 40
"""The most documents a project keeps."""


def attach(
    session: Session, actor: Actor, project_id: int, name: str, content: bytes, *, now: datetime,
    seen_version: int | None = None,
) -> int:  # fmt: skip
    """Store a document (PDF, PNG, JPEG, DOCX, XLSX; at most 10 MB) and return its id.

    Raises BadInput for what it is not allowed to be (services/projects/contents.py), Refused("document_there") where
    the same content is kept already.
    """
    project = open_for(session, actor, project_id, ProjectVerb.ATTACH, seen_version=seen_version)
    name = shown_name(name)
    kind = media_type(name, content)
    digest = hashlib.sha256(content).hexdigest()
    of_project = col(ProjectDocument.project_id) == project_id
    there = session.exec(select(ProjectDocument.name).where(of_project, ProjectDocument.sha256 == digest)).first()
    if there is not None:
        raise Refused("document_there", file=there)
    if session.exec(select(func.count()).where(of_project)).one() >= MOST:
        raise BadInput("project_too_many", most=MOST)
    row = ProjectDocument(
        project_id=project_id, name=name, media_type=kind, size=len(content), sha256=digest, added_at=now,
        added_by=actor.name, content=content,
    )  # fmt: skip
    session.add(row)
    facts = {"name": name, "size": len(content), "sha256": digest}
    record(session, actor, project, ProjectVerb.ATTACH, now=now, facts=facts)
    return row.id or 0


def shown_name(name: str) -> str:
    """A file's bare name: no folder, no control or direction signs, at most 120 characters with its ending kept."""
    bare = line(name.replace("\\", "/").rpartition("/")[2].replace("\n", " "), 10_000, "document_name_missing")
    stem, dot, ending = bare.rpartition(".")
    return f"{stem[: LONGEST_NAME - 6]}{dot}{ending[:5]}" if dot else bare[:LONGEST_NAME]


def content(session: Session, actor: Actor, project_id: int, document_id: int) -> bytes:
    """A document's bytes. Raises NotFound outside the actor's scope."""
    require_project(session, actor, project_id)
    found = session.exec(
        select(ProjectDocument.content).where(
            ProjectDocument.id == document_id, ProjectDocument.project_id == project_id
        )
    ).first()
    if found is None:
        raise NotFound("project_part_not_found")
    return bytes(found)


def detach(
    session: Session, actor: Actor, project_id: int, document_id: int, *, now: datetime, reason: str,
    seen_version: int | None = None,
) -> None:  # fmt: skip
    """Delete a document with a reason; the history keeps its name and checksum, the audit log who did it."""
    project = open_for(session, actor, project_id, ProjectVerb.DETACH, seen_version=seen_version)
    kept = select(ProjectDocument.name, ProjectDocument.sha256).where(
        ProjectDocument.id == document_id, ProjectDocument.project_id == project_id
    )
    found = session.exec(kept).first()
    if found is None:
        raise NotFound("project_part_not_found")
    session.exec(delete(ProjectDocument).where(col(ProjectDocument.id) == document_id))
    facts = {"name": found[0], "sha256": found[1]}
    record(session, actor, project, ProjectVerb.DETACH, now=now, reason=reason, facts=facts)
    audit.record(session, actor, "projects.detach", now=now, subject=project.reference, sha256=found[1])
