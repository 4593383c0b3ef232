"""Cells as values: text without debris, moments however they are written, coordinates that mean something.

Everything here is a polars expression over whole columns: a check per row in Python would cost more than the database.
"""

from dataclasses import dataclass

import polars as pl

_CONTROL = r"_x00[01][0-9A-Fa-f]_|_x007F_|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x{200b}-\x{200f}\x{2060}\x{feff}]"


def line(value: pl.Expr) -> pl.Expr:
    """One line of text: without debris and control characters, runs of white space one space; empty is null."""
    bare = value.str.replace_all(r"_x000[9ADad]_", " ").str.replace_all(_CONTROL, "")
    bare = bare.str.replace_all(r"\s+", " ").str.strip_chars()
    return pl.when(bare.str.len_bytes() > 0).then(bare)


def paragraphs(value: pl.Expr) -> pl.Expr:
    """Text of several lines, cleaned like `line`, its line breaks kept (empty lines are not)."""
    bare = value.str.replace_all(r"_x000[9Dd]_", " ").str.replace_all(r"_x000[Aa]_|\r\n?", "\n")
    bare = bare.str.replace_all(_CONTROL, "").str.replace_all(r"[^\S\n]+", " ").str.replace_all(r" ?\n\s*", "\n")
    bare = bare.str.strip_chars()
    return pl.when(bare.str.len_bytes() > 0).then(bare)


_CLOCK = r"(?:[T\s]+(?P<h>\d{1,2})[:时点](?P<mi>\d{1,2})分?(?::?(?P<s>\d{1,2})秒?)?(?:[.,]\d+)?\s*(?P<ap>[AaPp][Mm])?)?"
_ZONE = r"\s*(?P<z>Z|[+-]\d{2}:?\d{2})?$"
_YEAR_FIRST = r"^(?P<y>\d{4})[-/.年](?P<m>\d{1,2})[-/.月](?P<d>\d{1,2})日?" + _CLOCK + _ZONE
_YEAR_LAST = r"^(?P<a>\d{1,2})[-/.](?P<b>\d{1,2})[-/.](?P<y>\d{4})" + _CLOCK + _ZONE
_COMPACT = r"^(?P<y>(?:19|20)\d{2})(?P<m>\d{2})(?P<d>\d{2})(?:\s*(?P<h>\d{2})(?P<mi>\d{2})(?P<s>\d{2})?)?$"
_SERIAL = r"^(?P<n>[2-7]\d{4}(?:\.\d+)?)$"
_DAY_ZERO = "1899-12-30"


@dataclass(frozen=True, slots=True)
class DateStyle:
    """How one column writes its dates: `day_first` for 26/12/2018; `written` a strptime format that overrides all."""

    zone: str
    day_first: bool = False
    written: str | None = None


def day_first_seen(value: pl.Expr) -> pl.Expr:
    """Whether any value of the column can only be day first, such as 26/12/2018: one boolean."""
    first = value.str.strip_chars().str.extract(r"^(\d{1,2})[-/.]\d{1,2}[-/.]\d{4}", 1).cast(pl.Int32)
    return (first > 12).any()


def moments(frame: pl.DataFrame, column: str, style: DateStyle) -> pl.DataFrame:
    """`column` as UTC (without a zone, in microseconds; null where it is none); `column`_day: written without a time.

    Taken are 2018-12-26T10:13:37+08:00, 2018/12/26 10:13:37, 2018年12月26日, 04/12/2018 11:11:26 AM, 26.12.2018,
    20181226 and a spreadsheet's day number. A time without a zone is in the style's.
    """
    text = frame.get_column(column).str.strip_chars()
    if style.written and style.written not in {"day_first", "month_first"}:
        local = text.str.to_datetime(style.written, strict=False, time_unit="us", ambiguous="earliest")
        parsed = pl.DataFrame({"at": local, "z": pl.Series([None] * len(text), dtype=pl.String)})
        day = text.str.contains(":", literal=True).not_()
    else:
        day_first = style.day_first if style.written is None else style.written == "day_first"
        parsed = _parsed(text, day_first=day_first)
        day = parsed.get_column("h").is_null()
    # whole seconds: events tell no smaller part, and must rebuild what is stored
    at = parsed.select(_utc(pl.col("at"), pl.col("z"), style.zone).dt.truncate("1s")).to_series()
    return frame.with_columns(at.alias(column), day.alias(f"{column}_day"))


def _parsed(text: pl.Series, *, day_first: bool) -> pl.DataFrame:
    value = pl.col("v")
    groups = {
        name: value.str.extract_groups(pattern)
        for name, pattern in (("f", _YEAR_FIRST), ("l", _YEAR_LAST), ("c", _COMPACT))
    }
    frame = text.alias("v").to_frame().with_columns(serial=value.str.extract(_SERIAL, 1).cast(pl.Float64), **groups)

    def either(name: str, *sources: str) -> pl.Expr:
        return pl.coalesce(pl.col(source).struct.field(name) for source in sources or ("f", "l", "c"))

    month, day = ("b", "a") if day_first else ("a", "b")
    parts = frame.select(
        y=either("y"), m=pl.coalesce(either("m", "f", "c"), either(month, "l")),
        d=pl.coalesce(either("d", "f", "c"), either(day, "l")), h=either("h"), mi=either("mi"), s=either("s"),
        ap=either("ap", "f", "l").str.to_lowercase(), z=either("z", "f", "l"), serial=pl.col("serial"),
    )  # fmt: skip
    hour = pl.col("h").cast(pl.Int32)
    hour = pl.when(pl.col("ap") == "pm").then(hour % 12 + 12).when(pl.col("ap") == "am").then(hour % 12).otherwise(hour)
    written = pl.format(
        "{}-{}-{} {}:{}:{}", pl.col("y"), pl.col("m").str.zfill(2), pl.col("d").str.zfill(2),
        hour.fill_null(0).cast(pl.String).str.zfill(2), pl.col("mi").fill_null("0").str.zfill(2),
        pl.col("s").fill_null("0").str.zfill(2),
    )  # fmt: skip
    numbered = pl.lit(_DAY_ZERO).str.to_datetime("%Y-%m-%d", time_unit="us") + pl.duration(
        seconds=(pl.col("serial") * 86_400).round(0).cast(pl.Int64), time_unit="us"
    )
    whole_day = pl.col("serial") % 1 == 0
    return parts.select(
        at=pl.coalesce(written.str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False, time_unit="us"), numbered),
        z=pl.col("z"),
        h=pl.when(pl.col("serial").is_null()).then(pl.col("h")).when(~whole_day).then(pl.lit("0")),
    )


def _utc(at: pl.Expr, offset: pl.Expr, zone: str) -> pl.Expr:
    """Local times to UTC. A time in the hour that a summer-time change skips is taken an hour later."""

    def settled(value: pl.Expr) -> pl.Expr:
        return value.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")

    local = (
        pl.coalesce(settled(at), settled(at + pl.duration(hours=1)))
        .dt.convert_time_zone("UTC")
        .dt.replace_time_zone(None)
    )
    digits = offset.str.replace(":", "")
    minutes = digits.str.slice(1, 2).cast(pl.Int32, strict=False) * 60 + digits.str.slice(3, 2).cast(
        pl.Int32, strict=False
    )
    minutes = pl.when(offset.str.starts_with("-")).then(-minutes).otherwise(minutes).fill_null(0)
    return pl.when(offset.is_null()).then(local).otherwise(at - pl.duration(minutes=minutes))


def coordinates(frame: pl.DataFrame) -> pl.DataFrame:
    """`longitude` and `latitude` as degrees, both or neither; `placeholder` where something was given and dropped.

    Dropped are points outside the world, pairs of whole degrees (39, -77 and 0, 0 stand for "unknown" in real
    exports), text that is no number, and half a pair.
    """
    east = pl.col("longitude").str.strip_chars()
    north = pl.col("latitude").str.strip_chars()
    given = (east.str.len_bytes() > 0) | (north.str.len_bytes() > 0)
    numbers = frame.with_columns(
        longitude=east.cast(pl.Float64, strict=False), latitude=north.cast(pl.Float64, strict=False),
        given=given.fill_null(value=False),
    )  # fmt: skip
    lon, lat = pl.col("longitude"), pl.col("latitude")
    whole = (lon == lon.round(0)) & (lat == lat.round(0))
    good = (lon.is_between(-180, 180) & lat.is_between(-90, 90) & ~whole).fill_null(value=False)
    return numbers.with_columns(
        longitude=pl.when(good).then(lon), latitude=pl.when(good).then(lat), placeholder=pl.col("given") & ~good
    ).drop("given")


def number(value: pl.Expr) -> pl.Expr:
    """A number with its thousands' commas taken out; null where it is none."""
    return value.str.strip_chars().str.replace_all(r"[,，\s]", "").cast(pl.Float64, strict=False)
