"""The map as a deck.gl specification, written by hand in whole metres: 381 grids stay near a hundred kilobytes."""

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pydeck as pdk

from pages.maps import labels
from pages.maps.fills import Fill
from pages.maps.geometry import Drawing, Ring, Shape
from pages.ui.style import BRAND, INK
from pages.ui.style import LATE as LATE_HUE

EARTH, TILE = 40.03e6, 512
FONT = "Source Sans, Noto Sans CJK SC, Noto Sans SC, Microsoft YaHei UI, PingFang SC, sans-serif"
BELOW = 44
"""Pixels at the map's foot that the legend needs."""


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
    under = [_shapes(picture), _borders(drawing)]
    return start[:-1] + ',"layers":', _join(under), _join(_texts(picture, metres))


def _placed(drawing: Drawing) -> dict[str, Any]:
    return {
        "coordinateSystem": "meter-offsets",
        "coordinateOrigin": [round(drawing.longitude, 6), round(drawing.latitude, 6)],
    }


def _shapes(picture: Picture) -> dict[str, Any]:
    """The filled units. The layer has no id of ours: Streamlit then leaves the others undimmed when one is picked."""
    palette = [[*rgb(colour), 255] for colour in picture.fill.palette]
    rows = [
        {"p": _flat(part), "c": place, "k": one.unit.id, **dict(zip("gnols", tip, strict=False))}
        for one, place, tip in zip(picture.drawing.shapes, picture.fill.classes, picture.tips, strict=True)
        for part in one.parts
    ]
    return {
        "@@type": "PolygonLayer", "data": rows, "getPolygon": "@@=p", "positionFormat": "XY",
        "getFillColor": f"@@={_json(palette)}[c]", "getLineColor": [*rgb(_seam(picture.fill)), 255], "getLineWidth": 1,
        "lineWidthUnits": "pixels", "lineWidthMinPixels": 1, "pickable": True,
        "autoHighlight": True, "highlightColor": [255, 255, 255, 90], **_placed(picture.drawing),
    }  # fmt: skip


def _seam(fill: Fill) -> str:
    """The line between units: white between coloured ones, grey where most are pale."""
    return "#FFFFFF" if fill.coloured else "#C4C1B6"


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


def _texts(picture: Picture, metres: float) -> list[dict[str, Any]]:
    """Chips first, for they are never left out; then names; then the numbers that still fit."""
    sheet, drawing, fill = labels.Sheet(metres), picture.drawing, picture.fill
    chips = labels.chips(sheet, _said(drawing.shapes, fill.chips))
    named = [(area, name) for (_, area), name in zip(drawing.groups, picture.names, strict=True) if name]
    names = labels.names(sheet, named)
    numbers = [
        (labels.numbers(sheet, [(one, text)]), place in fill.light)
        for one, text, place in sorted(
            zip(drawing.shapes, fill.numbers, fill.classes, strict=True), key=lambda row: -row[0].area.area
        )
        if text
    ]
    halo = {"fontSettings": {"sdf": True, "fontSize": 72, "buffer": 22, "radius": 46, "cutoff": 0.02}}
    return [
        _text(drawing, "numbers", [_dot(each, int(light)) for found, light in numbers for each in found],
              f"@@=[{_json([*rgb(INK), 225])},[255,255,255,255]][c]"),
        _text(drawing, "name-halo", [_dot(each) for each in names], [255, 255, 255, 235], fontWeight=700, **halo),
        _text(drawing, "names", [_dot(each) for each in names], [*rgb(INK), 255], fontWeight=700),
        _text(drawing, "chips", [_dot(each) for each in chips], [255, 255, 255, 255], fontWeight=700, background=True,
              getBackgroundColor=[*rgb(LATE_HUE), 255], backgroundPadding=[4, 1, 4, 1], sizeUnits="pixels", getSize=13,
              getBorderColor=[255, 255, 255, 255], getBorderWidth=1),
    ]  # fmt: skip


def _said(shapes: Sequence[Shape], texts: Sequence[str]) -> list[tuple[Shape, str]]:
    return [(one, text) for one, text in zip(shapes, texts, strict=True) if text]


def _dot(label: labels.Label, light: int | None = None) -> dict[str, Any]:
    spot = {"t": label.text, "p": [round(label.x), round(label.y)], "s": round(label.size, 1)}
    return spot if light is None else spot | {"c": light}


def _text(drawing: Drawing, name: str, data: list[dict[str, Any]], colour: Any, **more: Any) -> dict[str, Any]:
    return {
        "@@type": "TextLayer", "id": name, "data": data, "getText": "@@=t", "getPosition": "@@=p", "getSize": "@@=s",
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
