"""The units of the demonstration: real villages from the official list, made-up ones below, each with its outline."""

import csv
import json
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
        rings = [[[float(x), float(y)] for x, y in ring.coords] for ring in (self.outline.exterior, *self.outline.interiors)]
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
    places = [_top(profile, site, drawing.levels[0])]
    starts = [0]
    for depth, level in enumerate(levels[1:], start=1):
        shades = colours.assign(len(parents[depth - 1]), drawing.touching[depth - 1], seed)
        starts.append(len(places))
        for index, above in enumerate(parents[depth - 1]):
            place = _place(level, places, starts[depth - 1] + above, official[index] if depth == 1 else None, random)
            place.outline, place.colour = drawing.levels[depth - 1][index], shades[index]
            places.append(place)
    _measure(site, places)
    _settle(places, starts[-1], demo, random)
    return places


def villages(demo: Demo, top_level: str) -> list[tuple[str, str]]:
    """Official codes and names of the villages of the profile's file. Raises BadInput where it is absent."""
    path = settings().sites_dir / "units" / demo.villages_file
    if not path.is_file():
        raise BadInput("units_file_missing", file=demo.villages_file)
    rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    tops = {row["code"] for row in rows if row["level"] == top_level}
    return [(row["code"], row["name"]) for row in rows if row["parent_code"] in tops]


def _top(profile: Profile, site: ground.Ground, below: Sequence[Polygon]) -> Place:
    whole = shapely.coverage_union_all(list(below))
    return Place(
        code=profile.top, name=profile.name.zh, short_name=profile.name.zh, name_en=profile.name.en,
        level=profile.levels[0].key, depth=1, parent=None, sort=0, stem=profile.name.zh, outline=whole, area_m2=0,
        colour=0,
    )  # fmt: skip


def _place(level: LevelWords, places: list[Place], above: int, official: tuple[str, str] | None, random: Random) -> Place:
    """One unit under places[above]; a village where `official` gives its code and name, else the next number there."""
    parent = places[above]
    sort = sum(1 for place in places[above + 1 :] if place.parent == above)
    if official is not None:
        stem = names.stem(official[1])
        named = (official[0], official[1], f"{stem}村", f"{names.latin(stem)} Village")
        return _blank(level.key, parent, above, sort, stem, named, 0)
    if level.key == "natural_village":
        taken = {place.short_name for place in places if place.parent == above}
        hamlet = random.choice([word for word in names.HAMLETS if parent.stem + word not in taken])
        short = parent.stem + hamlet
        named = (f"{parent.code}{sort + 1:02d}", f"{short}自然村", short, f"{names.latin(parent.stem)} {names.latin(hamlet)}")
        return _blank(level.key, parent, above, sort, parent.stem, named, sort + 1)
    number = 1 + sum(1 for place in places if place.level == level.key and _same_count(place, parent, level.key))
    short = f"第{number}{level.zh}"
    code = f"{parent.code}{number:0{DIGITS[level.key]}d}"
    within = parent.name if parent.number and level.key != "grid" else f"{parent.stem}村"
    named = (code, within + short, short, f"{level.en.capitalize()} {number}")
    return _blank(level.key, parent, above, sort, parent.stem, named, number)


def _same_count(place: Place, parent: Place, level: str) -> bool:
    """Grids are numbered through their village, everything else through its parent."""
    if level == "grid":
        return place.stem == parent.stem
    return place.code.startswith(parent.code)


def _blank(
    level: str, parent: Place, above: int, sort: int, stem: str, named: tuple[str, str, str, str], number: int
) -> Place:
    code, name, short, english = named
    return Place(
        code=code, name=name, short_name=short, name_en=english, level=level, depth=parent.depth + 1, parent=above,
        sort=sort, stem=stem, outline=parent.outline, area_m2=0, colour=0, number=number,
    )  # fmt: skip


def _measure(site: ground.Ground, places: list[Place]) -> None:
    """Areas in square metres, in the ground's equal-area projection."""
    flat = shapely.transform(np.array([place.outline for place in places]), site.metres)
    for place, area in zip(places, shapely.area(flat), strict=True):
        place.area_m2 = round(float(area), 1)


def _settle(places: list[Place], first: int, demo: Demo, random: Random) -> None:
    """Households and people: shared out over the lowest units so that both sums are exact, then added up the tree."""
    lowest = places[first:]
    households = tree.shares(demo.households, [random.uniform(0.8, 1.25) for _ in lowest], least=1)
    sizes = tree.shares(demo.population, [random.choice((1, 2, 2.4, 3, 3, 4, 4, 5, 6)) for _ in range(demo.households)], least=1)
    taken = 0
    for place, count in zip(lowest, households, strict=True):
        place.homes = sizes[taken : taken + count]
        taken += count
        above: int | None = places.index(place, first)
        while above is not None:
            places[above].population += sum(place.homes)
            above = places[above].parent
