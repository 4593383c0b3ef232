"""Words: sentences, names and formats in one language, from the catalogs beside this file."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

from pages.i18n.errors import ERRORS
from pages.i18n.terms import TERMS
from services.errors import ServiceError

LANGUAGES = ("zh", "en")
LOCALES = {"zh": "zh_CN", "en": "en_GB"}


def language_of(wanted: str | None) -> str:
    """The language to show for what a browser or an account asks for: Chinese for zh..., else English."""
    return "zh" if (wanted or "zh").lower().startswith("zh") else "en"


@lru_cache(maxsize=4)
def words(language: str, timezone: str = "Asia/Shanghai") -> "Words":
    """The words of one language, moments shown in one time zone."""
    return Words(language, timezone)


class Words:
    """`t` everywhere on the screens: `t("Sign in")`, `t.date(day)`, `t.term(State.CLOSED)`."""

    def __init__(self, language: str, timezone: str) -> None:
        self.language = language
        self.locale = Locale.parse(LOCALES[language])  # as text Babel looks it up anew in every call: 70 times the time
        self.zone = ZoneInfo(timezone)
        self._catalog = _catalog(LOCALES[language])

    def __call__(self, message: str, **values: Any) -> str:
        """The sentence in this language, `{names}` filled in."""
        text = self._catalog.gettext(message)
        return text.format(**values) if values else text

    def n(self, one: str, many: str, count: int, **values: Any) -> str:
        """The sentence for a count; `{n}` is the count with separators."""
        return self._catalog.ngettext(one, many, count).format(n=self.number(count), **values)

    def name(self, zh: str | None, en: str | None) -> str:
        """A name that the data holds in both languages."""
        return (zh if self.language == "zh" else en or zh) or ""

    def term(self, value: StrEnum) -> str:
        """The field's word for an enum's member, as domain.md has it."""
        return self(TERMS[type(value).__name__][value.value])

    def error(self, error: ServiceError) -> str:
        """What went wrong, for a person."""
        facts = {key: self._fact(key, value) for key, value in error.facts.items()}
        return self(ERRORS[error.code]).format(**facts)

    def _fact(self, key: str, value: Any) -> Any:
        if isinstance(value, datetime):
            return self.moment(value)
        table = {"verb": "Verb", "state": "State", "role": "Role", "permission": "Permission"}.get(key)
        return self(TERMS[table][value]) if table and value in TERMS[table] else value

    def join(self, parts: Sequence[str]) -> str:
        """A list in one line: 甲、乙 / A, B."""
        return ("、" if self.language == "zh" else ", ").join(parts)

    def semicolons(self, parts: Sequence[str]) -> str:
        """Statements in one line: 甲；乙 / A; B."""
        return ("；" if self.language == "zh" else "; ").join(parts)

    def number(self, value: float) -> str:
        """1,234."""
        return str(format_decimal(value, locale=self.locale))

    def percent(self, rate: float | None, digits: int = 2) -> str:
        """96.43%; a dash where there is no data."""
        if rate is None:
            return "–"
        return str(format_percent(rate, format=f"#,##0.{'0' * digits}%" if digits else "#,##0%", locale=self.locale))

    def day(self, value: date | datetime) -> str:
        """11月22日 / 22 Nov; with the year when it is not the present layout's business to know it."""
        return str(format_date(self._local_day(value), "M月d日" if self.language == "zh" else "d MMM", self.locale))

    def long_day(self, value: date | datetime) -> str:
        """2026年11月22日 / 22 Nov 2026."""
        pattern = "yyyy年M月d日" if self.language == "zh" else "d MMM yyyy"
        return str(format_date(self._local_day(value), pattern, self.locale))

    def full_day(self, value: date | datetime) -> str:
        """2026年11月22日 周日 / Sun 22 Nov 2026."""
        pattern = "yyyy年M月d日 EEE" if self.language == "zh" else "EEE d MMM yyyy"
        return str(format_date(self._local_day(value), pattern, self.locale))

    def month(self, value: date) -> str:
        """2026年11月 / Nov 2026."""
        return str(format_date(value, "yyyy年M月" if self.language == "zh" else "MMM yyyy", self.locale))

    def clock(self, value: datetime) -> str:
        """14:30."""
        return value.astimezone(self.zone).strftime("%H:%M")

    def moment(self, value: datetime, now: datetime | None = None) -> str:
        """11月22日 14:30 / 22 Nov 14:30; with the year where it is not that of `now`."""
        if now is not None and value.astimezone(self.zone).year != now.astimezone(self.zone).year:
            pattern = "yyyy年M月d日" if self.language == "zh" else "d MMM yyyy"
            return f"{format_date(self._local_day(value), pattern, self.locale)} {self.clock(value)}"
        return f"{self.day(value)} {self.clock(value)}"

    def duration(self, span: timedelta) -> str:
        """The largest two units: 2 天 4 小时 / 2 d 4 h; under a minute as 1 minute."""
        minutes = max(1, int(abs(span).total_seconds() // 60))
        days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
        zh = self.language == "zh"
        units = [(days, "天" if zh else "d"), (hours, "小时" if zh else "h"), (rest, "分钟" if zh else "min")]
        first = next(index for index, (amount, _) in enumerate(units) if amount)
        return " ".join(f"{amount} {unit}" for amount, unit in units[first : first + 2] if amount)

    def _local_day(self, value: date | datetime) -> date:
        return value.astimezone(self.zone).date() if isinstance(value, datetime) else value


@lru_cache(maxsize=4)
def _catalog(locale: str) -> NullTranslations:
    """The catalogs of a locale (one file for each area), compiled in memory: nothing to build at install."""
    whole = Catalog(locale=locale)
    for path in sorted(Path(__file__).with_name(locale).glob("*.po")):
        with path.open("rb") as source:
            for message in read_po(source, locale=locale):
                if message.id:
                    whole.add(message.id, message.string)
    if not len(whole):
        return NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, whole)
    compiled.seek(0)
    return GNUTranslations(compiled)
