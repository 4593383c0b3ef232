"""Which column of the file is which: guessed from headings, corrected by a person, kept as TOML."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from models.demands import State
from services.errors import BadInput
from services.imports.fields import FIELDS, Kind, field_names, heading_key


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """Canonical column to the file's column; the file's words for states; how its dates are written and where.

    `date_format` is a strptime format, "day_first" or "month_first"; None: found out. `timezone` None: the site's.
    """

    columns: Mapping[str, str]
    states: Mapping[str, str] = field(default_factory=dict)
    date_format: str | None = None
    timezone: str | None = None


def guess(kind: Kind, columns: Sequence[str], sample: Sequence[Mapping[str, str | None]] = ()) -> ColumnMap:
    """Guess the mapping from the headings. Of two columns that would do, the surer heading wins.

    `sample` are some rows ({heading: value}): a column that is empty in all of them loses to one that is not.
    """
    filled = {name for row in sample for name, value in row.items() if value}
    keys: dict[str, list[str]] = {}
    for name in columns:
        keys.setdefault(heading_key(name), []).append(name)
    found: dict[str, str] = {}
    for each in FIELDS[kind]:
        candidates = [name for synonym in each.synonyms for name in keys.get(synonym, ())]
        if candidates:
            found[each.name] = next((name for name in candidates if name in filled), candidates[0])
    return ColumnMap(columns=found)


def checked(kind: Kind, mapping: ColumnMap, columns: Sequence[str]) -> ColumnMap:
    """The mapping, if it fits the kind and the file. Raises BadInput naming what does not."""
    for canonical, source in mapping.columns.items():
        if canonical not in field_names(kind):
            raise BadInput("mapping_unknown_column", column=canonical, known=", ".join(field_names(kind)))
        if source not in columns:
            raise BadInput("mapping_missing_column", column=source, found=", ".join(columns))
    missing = [each.name for each in FIELDS[kind] if each.required and each.name not in mapping.columns]
    if kind is Kind.DEMANDS and not {"title", "text"} & set(mapping.columns):
        missing.append("text")
    if kind is Kind.OUTLINES and not {"code", "name"} & set(mapping.columns):
        missing.append("code")
    if missing:
        raise BadInput("header_wrong", missing=", ".join(missing), found=", ".join(columns))
    _check_values(mapping)
    return mapping


def _check_values(mapping: ColumnMap) -> None:
    for written, state in mapping.states.items():
        if state not in set(State):
            raise BadInput("mapping_unknown_state", value=written, state=state, known=", ".join(State))
    if mapping.timezone:
        try:
            ZoneInfo(mapping.timezone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise BadInput("timezone_unknown", timezone=mapping.timezone) from error


def dump_mapping(mapping: ColumnMap) -> str:
    """The mapping as TOML."""
    lines = []
    if mapping.date_format:
        lines.append(f"date_format = {_quoted(mapping.date_format)}")
    if mapping.timezone:
        lines.append(f"timezone = {_quoted(mapping.timezone)}")
    for title, table in (("columns", mapping.columns), ("states", mapping.states)):
        if table:
            lines += ["", f"[{title}]", *(f"{_quoted(key)} = {_quoted(value)}" for key, value in table.items())]
    return "\n".join(lines).lstrip() + "\n"


def load_mapping(written: str) -> ColumnMap:
    """Read a mapping from TOML. Raises BadInput where it is not one."""
    try:
        data = tomllib.loads(written.lstrip("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        raise BadInput("mapping_broken", detail=str(error)) from error
    unknown = set(data) - {"columns", "states", "date_format", "timezone"}
    tables = [data.get("columns"), data.get("states", {})]
    if unknown or not all(isinstance(table, dict) for table in tables):
        raise BadInput("mapping_broken", detail=", ".join(sorted(unknown)) or "[columns]")
    columns, states = ({str(key): str(value) for key, value in table.items()} for table in tables)
    return ColumnMap(columns, states, data.get("date_format"), data.get("timezone"))


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    escaped = "".join(
        f"\\u{ord(letter):04X}" if ord(letter) < 32 or ord(letter) == 127 else letter for letter in escaped
    )
    return f'"{escaped}"'
