"""What waits for this very person: requests to decide, and demands they hold that were urged."""

from dataclasses import dataclass

from pages.ui import navigation
from pages.ui.cases import Filter
from pages.ui.frame import User
from services import demands
from services.database import reading
from services.demands import Filters, requests

URGED: Filter = {"urged": "1", "mine": "1"}
"""The queue's address for what this person holds and was urged."""


@dataclass(frozen=True, slots=True)
class OwnNeed:
    """One line: its mark (Markdown), title and detail, and the way to it."""

    mark: str
    title: str
    detail: str
    page: str
    wanted: Filter


def urged(user: User) -> int:
    """How many open demands this person, their unit or their department holds and was urged about."""
    with reading() as session:
        return demands.count(session, user.actor, Filters(urged=True, mine=True), now=user.now)


def own_needs(user: User) -> list[OwnNeed]:
    """What waits for this person, the urged ones first; nothing for who has no queue."""
    if not navigation.has("requests"):
        return []
    t, found = user.t, []
    number = urged(user)
    if number:
        title = t.n("{n} demand with you was urged", "{n} demands with you were urged", number)
        found.append(OwnNeed(":red[‼]", title, t("Somebody waits for it: see to it first"), "demands", URGED))
    with reading() as session:
        waiting = requests.waiting(session, user.actor, now=user.now)
    if waiting:
        title = t.n("{n} request waits for your decision", "{n} requests wait for your decision", waiting)
        detail = t("More time, suspensions, exclusions, appeals")
        found.append(OwnNeed(':color[▲]{foreground="#C98500"}', title, detail, "requests", {"which": "to_decide"}))
    return found
