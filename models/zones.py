"""Days that do not begin at midnight, and months that do not begin on the 1st, as a time zone of their own."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class DayZone(tzinfo):
    """The zone in which it is midnight when `zone`'s clocks show `starts`: a day from noon to noon is one of its days.

    So days and periods are counted by one rule whatever the hour they begin at. `month_from` is the day of the month
    a month of assessment begins with.
    """

    zone: ZoneInfo
    starts: timedelta = timedelta()
    month_from: int = 1

    def fromutc(self, dt: datetime) -> datetime:
        """The moment on this zone's clocks."""
        real = dt.replace(tzinfo=UTC).astimezone(self.zone)
        return (real.replace(tzinfo=None) - self.starts).replace(tzinfo=self, fold=real.fold)

    def utcoffset(self, dt: datetime | None) -> timedelta | None:
        """How far ahead of UTC."""
        if dt is None:
            return None
        real = (dt.replace(tzinfo=None) + self.starts).replace(tzinfo=self.zone, fold=dt.fold)
        ahead = real.utcoffset()
        return None if ahead is None else ahead - self.starts

    def dst(self, dt: datetime | None) -> None:
        """Not told."""

    def tzname(self, dt: datetime | None) -> str | None:  # noqa: ARG002
        """The zone's name with its shift."""
        return str(self)

    def __str__(self) -> str:
        return f"{self.zone.key}-{self.starts}"

    def __reduce__(self) -> tuple[type["DayZone"], tuple[ZoneInfo, timedelta, int]]:
        """So that copies and pickles are made whole."""
        return DayZone, (self.zone, self.starts, self.month_from)
