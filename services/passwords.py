"""Passwords: argon2id hashes, few at a time, and one-time passwords. Nothing here touches the database or a log."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from services.errors import BadInput, Refused

SHORTEST, LONGEST = 8, 200
AT_ONCE, PATIENCE = 2, 15.0
"""A check costs 64 MB and a third of a second of a core: so many run at once, the others wait so many seconds."""

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""No letter or digit that is easily taken for another, for a password that is read aloud or written down."""

_hasher = PasswordHasher()
_hashing = BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True, slots=True)
class Hashed:
    """A password that was hashed before a transaction began, so that no write waits for the hashing."""

    value: str = field(repr=False)


@contextmanager
def _one_of_few() -> Iterator[None]:
    if not _hashing.acquire(timeout=PATIENCE):
        raise Refused("sign_in_busy")
    try:
        yield
    finally:
        _hashing.release()


def hashed(password: str | Hashed) -> Hashed:
    """The hash of a new password. Raises BadInput where it is too short or too long, Refused("sign_in_busy")."""
    if isinstance(password, Hashed):
        return password
    if len(password) < SHORTEST:
        raise BadInput("password_short", shortest=SHORTEST)
    if len(password) > LONGEST:
        raise BadInput("password_long", longest=LONGEST)
    with _one_of_few():
        return Hashed(_hasher.hash(password))


def matches(stored: Hashed, password: str) -> bool:
    """Whether the password is the one that was hashed; NOBODY takes as long. Raises Refused("sign_in_busy")."""
    with _one_of_few():
        try:
            return _hasher.verify(stored.value, password[: LONGEST + 1])
        except (VerificationError, InvalidHashError):
            return False


def one_time() -> str:
    """A new password of twelve letters and digits in three groups of four (59 bits): kxm4-92hp-qw7t."""
    letters = [secrets.choice(ALPHABET) for _ in range(12)]
    return "-".join("".join(letters[start : start + 4]) for start in (0, 4, 8))


NOBODY = Hashed(_hasher.hash(secrets.token_urlsafe(16)))
"""The hash an unknown name is checked against: no password matches it, and the check costs what any check costs."""
