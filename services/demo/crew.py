"""The people of the demonstration and their posts: all invented."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from models.people import PostRole
from models.profiles import Demo, Profile
from services.demo import names
from services.demo.land import Place

ROLE_OF_LEVEL = {
    "township": PostRole.LEADER, "village": PostRole.CHIEF, "natural_village": PostRole.SUPERVISOR,
    "grid": PostRole.GRID_MEMBER, "unit": PostRole.GRID_MEMBER,
}  # fmt: skip
PARTY_POSTS = {PostRole.LEADER, PostRole.CHIEF, PostRole.SUPERVISOR, PostRole.CADRE, PostRole.PARTY_MEMBER}
TOWNSHIP_SUPERVISORS, DEPARTMENT_PEOPLE, CADRES = 2, 3, 3
CHANGED_SHARE = 0.08


@dataclass(frozen=True, slots=True)
class Served:
    """A post: by place (index) or department (code)."""

    person: int
    role: PostRole
    place: int | None
    department: str | None
    starts_on: date
    ends_on: date | None = None


@dataclass(slots=True)
class Crew:
    """All people (name, phone, party member) and posts; `holders` are who answers for a place now, by place.

    `former` are those who did until a day.
    """

    people: list[tuple[str, str, bool]] = field(default_factory=list)
    posts: list[Served] = field(default_factory=list)
    holders: dict[int, int] = field(default_factory=dict)
    former: dict[int, tuple[int, date]] = field(default_factory=dict)
    cadres: dict[int, list[int]] = field(default_factory=dict)
    offices: dict[str, list[int]] = field(default_factory=dict)
    supervisors: list[int] = field(default_factory=list)

    def holder(self, place: int, on: date) -> int:
        """Who answered for the place on that day."""
        person, until = self.former.get(place, (0, date.min))
        return person if on < until else self.holders[place]

    def name(self, person: int) -> str:
        """The person's name."""
        return self.people[person][0]


def enlist(profile: Profile, demo: Demo, places: list[Place], today: date, seed: int) -> Crew:
    """Who answers for every unit, each village's cadres, each department's people, party members in the grids."""
    random = Random(f"{seed} crew")
    crew = Crew()
    for index, place in enumerate(places):
        _answering(crew, index, place, today, random)
        if place.level == profile.ranking_level:
            crew.cadres[index] = [
                _post(crew, random, PostRole.CADRE, _began(today, random), index, stem=place.stem)
                for _ in range(CADRES)
            ]
    crew.supervisors = [
        _post(crew, random, PostRole.SUPERVISOR, _began(today, random), 0) for _ in range(TOWNSHIP_SUPERVISORS)
    ]
    for office in [entry for entry in profile.departments if entry.level not in profile.outside]:
        crew.offices[office.code] = [
            _post(crew, random, PostRole.DEPARTMENT, _began(today, random), None, office.code)
            for _ in range(DEPARTMENT_PEOPLE)
        ]
    grids = [index for index, place in enumerate(places) if place.level == "grid"]
    rounds = -(-demo.party_members // max(1, len(grids)))
    for index in random.sample(grids * rounds, demo.party_members):
        _post(crew, random, PostRole.PARTY_MEMBER, _began(today, random), index, stem=places[index].stem)
    _empty(crew, demo, places, today, seed)
    return crew


def _empty(crew: Crew, demo: Demo, places: list[Place], today: date, seed: int) -> None:
    """Posts that stood empty for some months: who follows did the work in between, and holds the post since a day."""
    for vacancy in demo.vacancies:
        index = next(number for number, place in enumerate(places) if place.code == vacancy.unit)
        left, filled = (today - timedelta(days=days) for days in (vacancy.left, vacancy.filled))
        mine = next(number for number, post in enumerate(crew.posts) if post.person == crew.holders[index])
        held, random = crew.posts[mine], Random(f"{seed} vacancy {vacancy.unit}")
        crew.posts[mine] = replace(held, starts_on=filled)
        earlier = _post(crew, random, held.role, held.starts_on, index, stem=places[index].stem, ends_on=left)
        crew.former[index] = (earlier, left)


def _answering(crew: Crew, index: int, place: Place, today: date, random: Random) -> None:
    """The holder of the post that answers for a place; here and there someone else held it before."""
    role = PostRole.LEADER if place.depth == 1 else ROLE_OF_LEVEL[place.level]
    since = _began(today, random)
    if place.depth > 2 and random.random() < CHANGED_SHARE:
        earlier, since = since, today - timedelta(days=random.randrange(20, 300))
        person = _post(crew, random, role, earlier - timedelta(days=400), index, stem=place.stem, ends_on=since)
        crew.former[index] = (person, since)
    crew.holders[index] = _post(crew, random, role, since, index, stem=place.stem if place.depth > 1 else "")


def _post(
    crew: Crew, random: Random, role: PostRole, since: date, place: int | None, department: str | None = None, *,
    stem: str = "", ends_on: date | None = None,
) -> int:  # fmt: skip
    person = len(crew.people)
    crew.people.append((names.person(random, stem), names.phone(random), role in PARTY_POSTS))
    crew.posts.append(Served(person, role, place, department, since, ends_on))
    return person


def _began(today: date, random: Random) -> date:
    return today - timedelta(days=random.randrange(400, 2200))
