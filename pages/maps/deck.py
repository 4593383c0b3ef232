"""The map as a deck.gl specification, written by hand in whole metres: 381 grids stay near a hundred kilobytes."""

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pydeck as pdk

from pages.maps import labels
from pages.maps.fills import HATCH, Fill
from pages.maps.geometry import Drawing, Ring, Shape, hatch
from pages.ui.style import BRAND, INK
from pages.ui.style import LATE as LATE_HUE

EARTH, TILE = 40.03e6, 512
FONT = "Source Sans, Noto Sans CJK SC, Noto Sans SC, Microsoft YaHei UI, PingFang SC, sans-serif"
BELOW = 44
"""Pixels at the map's foot that the legend needs."""
BETWEEN = 9
"""Pixels between the lines of a hatch, straight up."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What is drawn, beside the selection: shapes with their fill, group names, and the figures in the tooltip."""

    drawing: Drawing
    fill: Fill
    names: tuple[str, ...]
    tips: tuple[tuple[str | int, ...], ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """The size of the map on the screen in pixels."""

    width: int
    height: int


class Deck(pdk.Deck):  # type: ignore[misc]  # pydeck has no types
    """A deck whose specification is written already. No map provider: no request leaves for any other host."""

    def __init__(self, spec: str, tooltip: str) -> None:
        style = {
            "background": INK, "color": "#fff", "fontSize": "14px", "borderRadius": "6px", "padding": "8px 12px",
            "lineHeight": "22px", "zIndex": "5",
        }  # fmt: skip
        super().__init__(map_provider=None, tooltip={"html": tooltip, "style": style})
        self._spec = spec

    def to_json(self) -> str:
        """The specification."""
        return self._spec


def deck(picture: Picture, selected: int | None, frame: Frame, tooltip: str) -> Deck:
    """The map with one unit (its id) outlined. The selection is a small layer of its own after the kept ones."""
    chosen = [one for one in picture.drawing.shapes if one.unit.id == selected]
    start, layers, texts = _written(picture, frame)
    return Deck(f"{start}[{','.join([layers, *_outlined(picture.drawing, chosen), texts])}]}}", tooltip)


def metres_per_pixel(drawing: Drawing, frame: Frame) -> float:
    """What a pixel spans when the whole drawing fits the frame, above the legend."""
    return max(drawing.width / (frame.width * 0.94), drawing.height / ((frame.height - BELOW) * 0.94), 0.05)


@lru_cache(maxsize=64)
def _written(picture: Picture, frame: Frame) -> tuple[str, str, str]:
    """The view, the layers under the selection and those over it, as JSON."""
    drawing, metres = picture.drawing, metres_per_pixel(picture.drawing, frame)
    zoom = math.log2(EARTH * math.cos(math.radians(drawing.latitude)) / (TILE * metres))
    view = {
        "longitude": drawing.longitude, "latitude": drawing.latitude - BELOW / 2 * metres / (EARTH / 360),
        "zoom": round(zoom, 3), "minZoom": round(zoom - 1, 3), "maxZoom": round(zoom + 5, 3), "pitch": 0, "bearing": 0,
    }  # fmt: skip
    controller = {"dragRotate": False, "touchRotate": False, "keyboard": True}
    start = _json(
        {
            "initialViewState": view, "mapStyle": "__MAP_STYLE__",
            "views": [{"@@type": "MapView", "controller": controller, "repeat": False}],
        }
    )  # fmt: skip
    under = [_shapes(picture), *_hatches(picture, metres), _borders(drawing)]
    over = _texts(picture, labels.Sheet(metres, metres * frame.width / 2))
    return start[:-1] + ',"layers":', _join(under), _join(over)


def _placed(drawing: Drawing) -> dict[str, Any]:
    return {
        "coordinateSystem": "meter-offsets",
        "coordinateOrigin": [round(drawing.longitude, 6), round(drawing.latitude, 6)],
    }


def _shapes(picture: Picture) -> dict[str, Any]:
    """The filled units. The layer has no id of ours: Streamlit then leaves the others undimmed when one is picked."""
    palette = [rgb(colour) for colour in picture.fill.palette]
    rows = [
        {"p": _flat(part), "c": palette[place], "k": one.unit.id, **dict(zip("gnols", tip, strict=False))}
        for one, place, tip in zip(picture.drawing.shapes, picture.fill.classes, picture.tips, strict=True)
        for part in one.parts
    ]
    return {
        "@@type": "PolygonLayer", "data": rows, "getPolygon": "@@=p", "positionFormat": "XY",
        "getFillColor": "@@=c", "getLineColor": [*rgb(_seam(picture.fill)), 255], "getLineWidth": 1,
        "lineWidthUnits": "pixels", "lineWidthMinPixels": 1, "pickable": True,
        "autoHighlight": True, "highlightColor": [255, 255, 255, 90], **_placed(picture.drawing),
    }  # fmt: skip


def _seam(fill: Fill) -> str:
    """The line between units: white between coloured ones, grey where most are pale."""
    return "#FFFFFF" if fill.coloured else "#C4C1B6"


def _hatches(picture: Picture, metres: float) -> list[dict[str, Any]]:
    """Lines across the units without data."""
    fill = picture.fill
    empty = [
        one for one, place in zip(picture.drawing.shapes, fill.classes, strict=True) if place == fill.hatched
    ]  # fmt: skip
    lines = [line for one in empty for line in hatch(one.area, BETWEEN * metres)]
    return [_path(picture.drawing, "hatches", lines, [*rgb(HATCH), 255], 1)] if lines else []


def _borders(drawing: Drawing) -> dict[str, Any]:
    return _path(drawing, "borders", drawing.borders, [*rgb(INK), 255], 2.2)


def _outlined(drawing: Drawing, chosen: Sequence[Shape]) -> list[str]:
    rings = [ring for one in chosen for part in one.parts for ring in part]
    halo = _path(drawing, "halo", rings, [255, 255, 255, 255], 8)
    return [_json(halo), _json(_path(drawing, "chosen", rings, [*rgb(BRAND), 255], 4))] if rings else []


def _path(drawing: Drawing, name: str, paths: Iterable[Ring], colour: list[int], width: float) -> dict[str, Any]:
    rows = [{"p": [each for point in path for each in point]} for path in paths]
    return {
        "@@type": "PathLayer", "id": name, "data": rows,
        "getPath": "@@=p", "positionFormat": "XY", "getColor": colour, "getWidth": width, "widthUnits": "pixels",
        "capRounded": True, "jointRounded": True, "pickable": False, **_placed(drawing),
    }  # fmt: skip


def _texts(picture: Picture, sheet: labels.Sheet) -> list[dict[str, Any]]:
    """Chips first, for they are never left out; then names; then the numbers that still fit."""
    drawing, fill = picture.drawing, picture.fill
    chips = labels.chips(sheet, _said(drawing.shapes, fill.chips))
    named = [(unit.id, area, name) for (unit, area), name in zip(drawing.groups, picture.names, strict=True) if name]
    names = labels.names(sheet, named)
    wanted = _said(drawing.shapes, fill.numbers)
    numbers = labels.numbers(sheet, wanted)
    light = {one.unit.id for one, place in zip(drawing.shapes, fill.classes, strict=True) if place in fill.light}
    halo = {"fontSettings": {"sdf": True, "fontSize": 72, "buffer": 22, "radius": 46, "cutoff": 0.02}}
    white = [255, 255, 255, 255]
    return [
        _text(drawing, "numbers", [each for each in numbers if each.key not in light], [*rgb(INK), 225]),
        _text(drawing, "light-numbers", [each for each in numbers if each.key in light], white),
        _text(drawing, "name-halo", names, [255, 255, 255, 235], fontWeight=700, **halo),
        _text(drawing, "names", names, [*rgb(INK), 255], fontWeight=700),
        _text(drawing, "chips", chips, white, fontWeight=700, background=True, sizeUnits="pixels", getSize=13,
              getBackgroundColor=[*rgb(LATE_HUE), 255], backgroundPadding=[4, 1, 4, 1], getBorderColor=white,
              getBorderWidth=1),
    ]  # fmt: skip


def _said(shapes: Sequence[Shape], texts: Sequence[str]) -> list[tuple[Shape, str]]:
    return [(one, text) for one, text in zip(shapes, texts, strict=True) if text]


def _text(drawing: Drawing, name: str, said: Sequence[labels.Label], colour: list[int], **more: Any) -> dict[str, Any]:
    rows = [{"t": each.text, "p": [round(each.x), round(each.y)], "s": round(each.size, 1)} for each in said]
    return {
        "@@type": "TextLayer", "id": name, "data": rows, "getText": "@@=t", "getPosition": "@@=p", "getSize": "@@=s",
        "sizeUnits": "meters", "sizeMaxPixels": 30, "getColor": colour, "fontFamily": FONT, "characterSet": "auto",
        "billboard": True, "pickable": False,
        "fontSettings": {"sdf": True, "fontSize": 72, "buffer": 12, "radius": 18, "cutoff": 0.21},
        **_placed(drawing), **more,
    }  # fmt: skip


def _flat(part: Sequence[Ring]) -> Any:
    """A polygon as one row of numbers; with holes, where each begins."""
    outer = [each for point in part[0] for each in point]
    if len(part) == 1:
        return outer
    starts = []
    for ring in part[1:]:
        starts.append(len(outer))
        outer += [each for point in ring for each in point]
    return {"positions": outer, "holeIndices": starts}


def rgb(colour: str) -> list[int]:
    """#0B6E69 as three numbers."""
    return [int(colour[place : place + 2], 16) for place in (1, 3, 5)]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _join(layers: Iterable[dict[str, Any]]) -> str:
    return ",".join(_json(layer) for layer in layers)
