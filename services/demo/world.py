"""What the walk of a demand looks up: units, people, departments and their ids, and how each village works."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from models.profiles import Behind, CategoryEntry, Demo, Profile
from models.units import LEVELS
from services.demo.crew import Crew
from services.demo.land import Place


@dataclass(slots=True)
class World:
    """Everything is stored already but the demands; `*_ids` are database ids in the order of places and people.

    `home` is the lowest unit of the demonstration's grid member.
    """

    profile: Profile
    demo: Demo
    places: list[Place]
    crew: Crew
    unit_ids: list[int]
    people_ids: list[int]
    office_ids: dict[str, int]
    account_ids: dict[int, int]
    now: datetime
    home: int
    usual: dict[str, str] = field(default_factory=dict)
    late_share: dict[int, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.usual = dict(_usual(self.profile.categories, None))

    @property
    def inner(self) -> list[str]:
        """The departments of the administration, without outside bodies."""
        return [entry.code for entry in self.profile.departments if entry.level not in self.profile.outside]

    @property
    def outside(self) -> str | None:
        """The outside body, if the site has one."""
        bodies = (entry.code for entry in self.profile.departments if entry.level in self.profile.outside)
        return next(bodies, None)

    def village(self, place: int) -> int:
        """The place's ancestor at the ranking level."""
        while self.places[place].level != self.profile.ranking_level:
            place = self.places[place].parent or 0
        return place

    def behind(self, village: int, category: str) -> Behind | None:
        """Why this village is late with this category, if it is one of those that fall behind."""
        code = self.places[village].code
        main = category.split(".", maxsplit=1)[0]
        return next((entry for entry in self.demo.behind if (entry.unit, entry.category) == (code, main)), None)

    def holder(self, place: int, at: datetime) -> int:
        """The person who answered for the place at that moment."""
        return self.crew.holder(place, at.astimezone(self.profile.zone).date())

    def person_id(self, person: int) -> int:
        """A person's database id."""
        return self.people_ids[person]

    def account_id(self, person: int) -> int | None:
        """The person's account, if there is one."""
        return self.account_ids.get(person)

    def office_level(self, office: str) -> str:
        """The level a department stands at."""
        return next(entry.level for entry in self.profile.departments if entry.code == office)

    def above(self, place: int, level: str) -> int | None:
        """The nearest ancestor at a level of the chain above `level`, as services.demands.moves finds it."""
        chain = [key for key in self.profile.chain if key in LEVELS and LEVELS.index(key) < LEVELS.index(level)]
        up: int | None = place
        while up is not None:
            if self.places[up].level in chain:
                return up
            up = self.places[up].parent
        return None

    def working(self, at: datetime, random: Random) -> datetime:
        """The moment itself inside working hours, else some minutes into the next ones."""
        local = at.astimezone(self.profile.zone)
        for days in range(12):
            day = local.date() + timedelta(days=days)
            for opens, closes in self.profile.opening if self.profile.calendar.is_work_day(day) else ():
                begin = datetime.combine(day, opens, self.profile.zone)
                if datetime.combine(day, closes, self.profile.zone) > local:
                    return local if local >= begin else begin + timedelta(minutes=random.randrange(3, 75))
        return local


def _usual(entries: list[CategoryEntry], above: str | None) -> list[tuple[str, str]]:
    """The department usually called for each category, a part's own before its parent's."""
    found: list[tuple[str, str]] = []
    for entry in entries:
        office = entry.department or above
        found += [(entry.code, office)] if office else []
        found += _usual(entry.parts, office)
    return found
