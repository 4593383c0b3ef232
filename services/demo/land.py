"""The units of the demonstration: real villages from the official list, made-up ones below, each with its outline."""

import csv
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

import numpy as np
import shapely
from shapely.geometry import Polygon

from models.profiles import Demo, LevelWords, Profile
from services.demo import cells, colours, ground, names, tree
from services.errors import BadInput
from services.settings import settings

Named = tuple[str, str, str, str, str]
DIGITS = {"natural_village": 2, "grid": 3, "unit": 2}
"""How many digits a level's number adds to the code above it."""


@dataclass(slots=True)
class Place:
    """One unit to be: `parent` is its parent's index in the list, `stem` the bare name of its village."""

    code: str
    name: str
    short_name: str
    name_en: str
    level: str
    depth: int
    parent: int | None
    sort: int
    stem: str
    outline: Polygon
    area_m2: float
    colour: int
    number: int = 0
    population: int = 0
    homes: list[int] = field(default_factory=list)

    @property
    def point(self) -> tuple[float, float]:
        """A point surely inside, for labels."""
        inside = self.outline.representative_point()
        return round(inside.x, 6), round(inside.y, 6)

    def geojson(self) -> str:
        """The outline as GeoJSON text; its corners are rounded already."""
        borders = (self.outline.exterior, *self.outline.interiors)
        rings = [[[float(x), float(y)] for x, y in ring.coords] for ring in borders]
        return json.dumps({"type": "Polygon", "coordinates": rings}, separators=(",", ":"))


def lay(profile: Profile, demo: Demo, seed: int) -> list[Place]:
    """Every unit from the top down, parents before children, with outlines, colours, people and households.

    Raises BadInput where the profile's counts do not fit the official list.
    """
    random = Random(f"{seed} land")
    levels = profile.levels
    parents = tree.grow([demo.units[level.key] for level in levels[1:]], random)
    site = ground.of(demo, seed)
    drawing = cells.draw(site, parents, seed)
    official = villages(demo, levels[0].key)
    if len(official) != len(parents[0]):
        raise BadInput("villages_count", listed=len(official), wanted=len(parents[0]))
    places = [_top(profile, drawing.levels[0])]
    start = 0
    for depth, level in enumerate(levels[1:], start=1):
        shades = colours.assign(len(parents[depth - 1]), drawing.touching[depth - 1], seed)
        above = [start + index for index in parents[depth - 1]]
        start = len(places)
        shapes = zip(drawing.levels[depth - 1], shades, strict=True)
        places += _level(level, places, above, list(shapes), official if depth == 1 else [], random)
    _measure(site, places)
    _settle(places, start, demo, random)
    return places


def _level(
    level: LevelWords, places: Sequence[Place], above: Sequence[int], shapes: Sequence[tuple[Polygon, int]],
    official: Sequence[tuple[str, str]], random: Random,
) -> list[Place]:  # fmt: skip
    """The units of one level. Grids are numbered through their village, everything else through its parent."""
    below: Counter[int] = Counter()
    numbers: Counter[str] = Counter()
    made: list[Place] = []
    for index, (up, (outline, colour)) in enumerate(zip(above, shapes, strict=True)):
        parent = places[up]
        counted = parent.stem if level.key == "grid" else parent.code
        numbers[counted] += 1
        if not below[up]:
            hamlets = random.sample(names.HAMLETS, len(names.HAMLETS))
        own = official[index] if official else None
        named = _named(level, parent, numbers[counted], own, hamlets[below[up] % len(hamlets)])
        code, name, short, english, stem = named
        made.append(Place(
            code=code, name=name, short_name=short, name_en=english, level=level.key, depth=parent.depth + 1, parent=up,
            sort=below[up], stem=stem, outline=outline, area_m2=0, colour=colour, number=0 if own else numbers[counted],
        ))  # fmt: skip
        below[up] += 1
    return made


def home(demo: Demo, places: Sequence[Place]) -> tuple[int, int]:
    """The village of the demonstration's chief and the lowest unit of its grid member, as indexes of `places`."""
    village = next(index for index, place in enumerate(places) if place.code == demo.home)
    below = [index for index, place in enumerate(places) if place.homes and place.code.startswith(demo.home)]
    return village, max(below, key=lambda index: places[index].population)


def villages(demo: Demo, top_level: str) -> list[tuple[str, str]]:
    """Official codes and names of the villages of the profile's file. Raises BadInput where it is absent."""
    path = settings().sites_dir / "units" / demo.villages_file
    if not path.is_file():
        raise BadInput("units_file_missing", file=demo.villages_file)
    rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    tops = {row["code"] for row in rows if row["level"] == top_level}
    return [(row["code"], row["name"]) for row in rows if row["parent_code"] in tops]


def _top(profile: Profile, below: Sequence[Polygon]) -> Place:
    name = profile.name
    return Place(
        code=profile.top, name=name.zh, short_name=name.zh, name_en=name.en, level=profile.levels[0].key, depth=1,
        parent=None, sort=0, stem=name.zh, outline=cells.joined(below), area_m2=0, colour=0,
    )  # fmt: skip


def _named(level: LevelWords, parent: Place, number: int, official: tuple[str, str] | None, hamlet: str) -> Named:
    """Code, name, short name, English name and stem of one unit: official where there is an official name."""
    if official is not None:
        stem = names.stem(official[1])
        return official[0], official[1], f"{stem}村", f"{names.latin(stem)} Village", stem
    code, stem = f"{parent.code}{number:0{DIGITS[level.key]}d}", parent.stem
    if level.key == "natural_village":
        return code, f"{stem}{hamlet}自然村", stem + hamlet, f"{names.latin(stem)} {names.latin(hamlet)}", stem
    short = f"第{number}{level.zh}"
    within = parent.name if parent.number and level.key != "grid" else f"{stem}村"
    return code, within + short, short, f"{level.en.capitalize()} {number}", stem


def _measure(site: ground.Ground, places: list[Place]) -> None:
    """Areas in square metres, in the ground's equal-area projection."""
    flat = shapely.transform(np.array([place.outline for place in places]), site.metres)
    for place, area in zip(places, shapely.area(flat), strict=True):
        place.area_m2 = round(float(area), 1)


def _settle(places: list[Place], first: int, demo: Demo, random: Random) -> None:
    """Households and people: shared out over the lowest units so that both sums are exact, then added up the tree."""
    lowest = places[first:]
    households = tree.shares(demo.households, [random.uniform(0.8, 1.25) for _ in lowest], least=1)
    wishes = [random.choice((1, 2, 2.4, 3, 3, 4, 4, 5, 6)) for _ in range(demo.households)]
    sizes = tree.shares(demo.population, wishes, least=1)
    taken = 0
    for index, (place, count) in enumerate(zip(lowest, households, strict=True), start=first):
        place.homes = sizes[taken : taken + count]
        taken += count
        above: int | None = index
        while above is not None:
            places[above].population += sum(place.homes)
            above = places[above].parent
