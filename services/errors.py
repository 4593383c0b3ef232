"""What can go wrong in a service. Each error has a code and facts; the words are in pages/i18n, in every language.

    ServiceError
    ├── BadInput          what the person gave cannot be taken
    ├── NotFound          there is no such thing, or not in this person's scope
    ├── NotAllowed        this role may not do this
    ├── Refused           a rule of the domain forbids it now
    └── ChangedMeanwhile  someone else was first

Programming mistakes stay ordinary exceptions.
"""

from typing import Any


class ServiceError(Exception):
    """An error a person can be told: `code` names the sentence, `facts` fill it in."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code, facts)
        self.code = code
        self.facts = facts


class BadInput(ServiceError):
    """What was given cannot be taken."""


class NotFound(ServiceError):
    """There is no such thing in the person's scope."""


class NotAllowed(ServiceError):
    """The person's role may not do this."""


class Refused(ServiceError):
    """A rule of the domain forbids it."""


class ChangedMeanwhile(ServiceError):
    """Someone else changed the same thing first; nothing was written."""
