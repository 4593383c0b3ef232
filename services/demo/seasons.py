"""When and of what kind demands come in: by category and month, day of the week, hour of the day."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random

from models.demands import Urgency
from models.profiles import CategoryEntry, Profile
from services.demo import texts

EVEN = (1.0,) * 12


@dataclass(frozen=True, slots=True)
class Kind:
    """How a category behaves: its weight, the share settled on the spot, and its months from January to December."""

    weight: float
    self_share: float
    months: tuple[float, ...] = EVEN


KINDS = {
    "sanitation.rubbish": Kind(13, 0.62, (1.3, 1.6, 1, 0.9, 1, 1.1, 1.2, 1.2, 1, 1.1, 0.9, 0.9)),
    "sanitation.sewage": Kind(7, 0.34, (0.5, 0.5, 0.7, 0.9, 1.1, 1.4, 2.4, 2.2, 1.2, 0.8, 0.6, 0.5)),
    "sanitation.toilet": Kind(4, 0.38, (1.5, 1.3, 0.9, 0.9, 0.9, 1, 1, 1, 0.9, 0.9, 1, 1.4)),
    "utilities.water": Kind(8, 0.24, (1.8, 1.4, 0.8, 0.8, 1, 1.4, 1.3, 1.2, 0.8, 0.7, 1.4, 1.7)),
    "utilities.power": Kind(7, 0.24, (1.7, 1.4, 0.7, 0.7, 0.9, 1.3, 1.7, 1.6, 0.8, 0.7, 1.3, 1.7)),
    "utilities.lamps": Kind(6, 0.3, (1.4, 1.2, 0.9, 0.8, 0.7, 0.7, 0.8, 0.9, 1, 1.2, 1.5, 1.5)),
    "disputes": Kind(12, 0.64, (1.3, 2.2, 1.1, 0.9, 1, 1.2, 0.9, 0.9, 1, 1.1, 1.1, 1)),
    "roads": Kind(9, 0.2, (0.7, 0.7, 0.8, 0.9, 0.9, 1, 2, 2.1, 1.3, 1.3, 0.8, 0.7)),
    "hazards": Kind(7, 0.36, (1.4, 1.6, 0.8, 0.8, 1, 1.9, 1.6, 1.4, 0.8, 0.8, 1, 1.3)),
    "welfare": Kind(8, 0.36, (1.5, 1.5, 1, 0.9, 0.8, 0.8, 0.9, 1.1, 1.2, 0.9, 1.3, 1.5)),
    "farming": Kind(8, 0.4, (0.3, 0.5, 1.3, 1.2, 1.5, 2.8, 1.1, 0.9, 1.4, 2.4, 0.8, 0.3)),
    "fishery": Kind(9, 0.34, (0.8, 0.8, 1, 1, 1.1, 0.9, 1.2, 1.6, 1.4, 1.2, 1, 0.8)),
    "tourism": Kind(9, 0.52, (0.9, 1.8, 0.9, 1.6, 2, 1.1, 1.6, 1.7, 1, 2.2, 0.7, 0.6)),
    "policy": Kind(11, 0.78, (1, 1, 1.3, 1.1, 1, 0.9, 0.9, 1.1, 1.3, 1, 1.1, 1.1)),
    "suggestions": Kind(4, 0.3),
    "other": Kind(5, 0.6),
}
ORDINARY = Kind(5, 0.5)
WEEKDAYS = (1.15, 1.05, 1.0, 1.0, 1.05, 0.8, 0.75)
HOURS = (0, 0, 0, 0, 0, 0.3, 2, 5, 10, 11, 9, 5, 3, 3, 6, 9, 9, 8, 6, 6, 5, 2.5, 0.8, 0.2)
SPRING_FESTIVAL = {(1, 28), (1, 29), (1, 30), (2, 16), (2, 17), (2, 18), (2, 19)}
LIGHT = {"policy", "suggestions", "disputes", "other"}


def kinds(profile: Profile) -> list[str]:
    """The codes demands are filed under: parts where a category has them, else the category itself."""
    return [code for entry in profile.categories for code in _codes(entry)]


def _codes(entry: CategoryEntry) -> list[str]:
    return [part.code for part in entry.parts] or [entry.code]


def of(code: str) -> Kind:
    """How a category behaves."""
    return KINDS.get(code, ORDINARY)


def moments(profile: Profile, begin: datetime, now: datetime, count: int, random: Random) -> list[datetime]:
    """`count` moments of filing between `begin` and `now`, oldest first: busy weekdays, mornings and seasons."""
    zone = profile.zone
    days = [begin.astimezone(zone).date() + timedelta(days=n) for n in range((now - begin).days + 2)]
    whole = [sum(of(code).weight * of(code).months[month] for code in kinds(profile)) for month in range(12)]
    busy = [
        whole[day.month - 1] * WEEKDAYS[day.weekday()] * (0.5 if (day.month, day.day) in SPRING_FESTIVAL else 1)
        for day in days
    ]
    found: list[datetime] = []
    while len(found) < count:
        for day in random.choices(days, busy, k=count - len(found)):
            hour = random.choices(range(24), HOURS)[0]
            at = datetime.combine(day, time(hour, random.randrange(60), random.randrange(60)), zone)
            if begin < at < now:
                found.append(at)
    return sorted(found)


def category(profile: Profile, at: datetime, often: dict[str, float], random: Random) -> str:
    """The category of a demand filed at that moment; `often` are a unit's own factors by first-level code."""
    codes = kinds(profile)
    month = at.astimezone(profile.zone).month - 1
    weights = [of(code).weight * of(code).months[month] * often.get(code.split(".")[0], 1.0) for code in codes]
    return random.choices(codes, weights)[0]


def urgency(code: str, title: str, random: Random) -> Urgency:
    """How fast a demand must move: by its words, else mostly general."""
    if any(word in title for word in texts.URGENT_WORDS):
        return Urgency.URGENT
    if code.split(".", maxsplit=1)[0] in LIGHT:
        return random.choices((Urgency.IMMEDIATE, Urgency.GENERAL, Urgency.COMPLEX), (12, 80, 8))[0]
    return random.choices((Urgency.IMMEDIATE, Urgency.GENERAL, Urgency.COMPLEX), (9, 60, 31))[0]
