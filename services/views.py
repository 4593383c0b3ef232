"""Saved views: a queue filter that one account keeps under a name."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from models.accounts import Permission
from models.demands import SavedView
from services.access import Actor, require
from services.errors import BadInput, NotFound

NAME_LENGTH = 40
MOST = 12


@dataclass(frozen=True, slots=True)
class ViewRow:
    """A saved view; `filters` are the parameters of the queue's address."""

    id: int
    name: str
    filters: dict[str, str]


_OWN = (
    select(SavedView.id, SavedView.name, SavedView.filters)
    .where(col(SavedView.account_id) == bindparam("account"))
    .order_by(col(SavedView.name))
)


def listed(session: Session, actor: Actor) -> list[ViewRow]:
    """The actor's own saved views by name; nobody sees another's."""
    require(actor, Permission.SEE_DEMANDS)
    session.flush()  # a view saved or dropped in this transaction: statements past the ORM would miss it
    rows = session.connection().execute(_OWN, {"account": actor.account_id})
    return [ViewRow(view_id, name, json.loads(filters)) for view_id, name, filters in rows]


def save(session: Session, actor: Actor, name: str, filters: Mapping[str, str]) -> int:
    """Keep a filter under a name; the same name again replaces it. Returns its id.

    Raises BadInput for an empty or overlong name, or when the account keeps twelve already.
    """
    require(actor, Permission.SEE_DEMANDS)
    name = name.strip()
    if not name or len(name) > NAME_LENGTH:
        raise BadInput("view_name_wrong", longest=NAME_LENGTH)
    kept = session.exec(select(SavedView).where(SavedView.account_id == actor.account_id)).all()
    row = next((row for row in kept if row.name == name), None)
    if row is None:
        if len(kept) >= MOST or actor.account_id is None:
            raise BadInput("views_full", most=MOST)
        row = SavedView(account_id=actor.account_id, name=name, filters="{}")
        session.add(row)
    row.filters = json.dumps(dict(filters), ensure_ascii=False, sort_keys=True)
    session.flush()
    return row.id or 0


def delete(session: Session, actor: Actor, view_id: int) -> None:
    """Drop one of the actor's own views. Raises NotFound for any other."""
    require(actor, Permission.SEE_DEMANDS)
    row = session.get(SavedView, view_id)
    if row is None or row.account_id != actor.account_id:
        raise NotFound("view_not_found")
    session.delete(row)
