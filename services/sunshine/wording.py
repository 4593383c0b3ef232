"""The check on public wording: nothing in it may lead to a person. Refusals name the rule, never what was found."""

import re
import unicodedata
from collections.abc import Iterable

from sqlmodel import Session, col, select

from models.demands import Demand
from models.households import Household
from models.units import Unit, UnitAncestor
from services import units
from services.access import path_column
from services.errors import BadInput

COPIED = 12
"""So many signs in a row from the demand's own text are a copy of it."""

FEWEST_DIGITS = 7
"""Shorter numbers are counts, years and sums; from here on a phone or an identity number could be meant."""

_DAY = re.compile(r"(?:19|20)\d\d[-./]\d{1,2}[-./]\d{1,2}")
_APART = re.compile(r"(?<=\d)[\s\-.,·_()/]+(?=\d)")
_DIGITS = re.compile(rf"\d{{{FEWEST_DIGITS},}}")
_CHINESE = str.maketrans("〇零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖", "001234567891123456789")
_ADDRESS = re.compile(r"门牌|\d+\s*(?:号\s*(?:院|楼|房|门|户|家|宅)|室|栋)")
_NOISE = re.compile(r"[\W_]+")


def check(session: Session, demand: Demand, written: Iterable[str]) -> None:
    """Refuse wording with a phone or identity number, an address, a villager's name, or a piece of the demand's text.

    Villagers are the reporter and the heads of the households of the demand's village. Raises BadInput with
    wording_number, wording_address, wording_name or wording_copied.
    """
    texts = [unicodedata.normalize("NFKC", text) for text in written]
    names, addresses = _villagers(session, demand)
    places = _places(session, demand)
    for text in texts:
        if has_number(text) or _holds(text, [demand.reporter_phone]):
            raise BadInput("wording_number")
        if _ADDRESS.search(text) or _holds(text, addresses):
            raise BadInput("wording_address")
        if _holds(_without(text, places), [demand.reporter, *names]):
            raise BadInput("wording_name")
        if any(copies(text, own) for own in (demand.text, demand.title, demand.place or "")):
            raise BadInput("wording_copied")


def has_number(text: str) -> bool:
    """Whether a text holds a phone or identity number, also spread out or written in Chinese numerals. Pure."""
    digits = _DAY.sub("", unicodedata.normalize("NFKC", text)).translate(_CHINESE)
    return _DIGITS.search(_APART.sub("", digits)) is not None


def copies(text: str, own: str) -> bool:
    """Whether a text repeats a piece of another, whatever stands between the words. Pure."""
    left, right = _NOISE.sub("", text), _NOISE.sub("", unicodedata.normalize("NFKC", own))
    return any(left[start : start + COPIED] in right for start in range(len(left) - COPIED + 1))


def names_someone(text: str, name: str | None) -> bool:
    """Whether a text holds a name, spaces aside. Pure."""
    return _holds(text, [name])


def _holds(text: str, wanted: Iterable[str | None]) -> bool:
    plain = _NOISE.sub("", text).casefold()
    folded = (_NOISE.sub("", unicodedata.normalize("NFKC", found)).casefold() for found in wanted if found)
    return any(len(found) > 1 and found in plain for found in folded)


def _without(text: str, places: Iterable[str]) -> str:
    """The text with a sign in place of each name of a place: 王金庄村 names no villager called 王金."""
    for place in sorted(places, key=len, reverse=True):
        text = text.replace(place, "X")
    return text


def _places(session: Session, demand: Demand) -> set[str]:
    """How the units the demand lies in are called."""
    rows = session.exec(
        select(Unit.short_name, Unit.name)
        .join(UnitAncestor, col(UnitAncestor.ancestor_id) == Unit.id)
        .where(UnitAncestor.unit_id == demand.unit_id)
    )
    return {name for row in rows for name in row if name}


def _villagers(session: Session, demand: Demand) -> tuple[list[str | None], list[str | None]]:
    """Heads and numbered addresses of the households of the demand's village, or of its unit where it lies in none."""
    depth = units.depth_of_ranking(session)
    village = session.exec(select(path_column(depth)).where(Demand.id == demand.id)).one() if depth else None
    rows = session.exec(
        select(Household.head, Household.address)
        .join(UnitAncestor, col(UnitAncestor.unit_id) == Household.unit_id)
        .where(UnitAncestor.ancestor_id == (village or demand.unit_id))
    ).all()
    return [head for head, _ in rows], [address for _, address in rows if address and re.search(r"\d", address)]
