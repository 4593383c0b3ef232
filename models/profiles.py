"""A site profile: the levels, words, categories, limits and hours of one place, read from sites/<name>.toml."""

from datetime import time, timedelta, tzinfo
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from models.assessments.forms import AnsweredBy, Assessing, AssessmentForm
from models.calendars import Calendar
from models.demands import Urgency
from models.limits import Limit
from models.units import LEVELS
from models.watch.rules import Watch
from models.zones import DayZone

LimitField = Annotated[Limit, BeforeValidator(lambda value: Limit.parse(value) if isinstance(value, str) else value)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Name(_Part):
    """A name in both languages."""

    zh: str
    en: str


class LevelWords(_Part):
    """One level in the site's own words; `post` is what its person is called, `plural` its English plural.

    `outside` marks bodies that are no part of the administration: the site's people record their steps.
    """

    key: str
    zh: str
    en: str
    plural: str
    post: Name
    lowest: bool = False
    outside: bool = False


class CategoryEntry(_Part):
    """A category with the words that suggest it and the department usually called for it."""

    code: str
    zh: str
    en: str
    words: list[str] = []
    department: str | None = None
    parts: list["CategoryEntry"] = []


class DepartmentEntry(_Part):
    """A department the site may call."""

    code: str
    zh: str
    en: str
    level: str


class Clock(_Part):
    """The two limits of an urgency: to answer and to solve."""

    answer: LimitField
    solve: LimitField


class LimitRule(_Part):
    """Limits of their own for a category (with its parts), a level or an urgency, or several of them together.

    Of all rules that fit, the one that names most wins, the later of two that name as much. A limit it leaves out is
    the one of the urgency. `level` is the level whose own clock it sets.
    """

    category: str | None = None
    level: str | None = None
    urgency: Urgency | None = None
    answer: LimitField | None = None
    solve: LimitField | None = None

    def fits(self, urgency: Urgency, category: str | None, level: str | None) -> bool:
        """Whether the rule speaks of such a demand."""
        within = self.category is None or (category or "").split(".")[0] == self.category or category == self.category
        return within and self.level in (None, level) and self.urgency in (None, urgency)

    @property
    def names(self) -> int:
        """How much it names; a part of a category counts as more than the category."""
        parts = 0 if self.category is None else 1 + self.category.count(".")
        return parts + (self.level is not None) + (self.urgency is not None)


class Caps(_Part):
    """How far deadlines may be moved and matters taken up again (domain.md section 3)."""

    extensions: int = 2
    suspensions: int = 1
    suspension_days: int = 366
    reopen_days: int = 60
    appeal_days: int = 30
    call_attempts: int = 3
    rework_partly: bool = True


class Behind(_Part):
    """A unit of the demonstration that falls behind: in which category, and at which step its time is lost."""

    unit: str
    category: str
    step: Literal["triage", "sign", "handle"]


class Vacancy(_Part):
    """A post of the demonstration that stood empty: how many days ago its holder left, and the next one came."""

    unit: str
    left: int
    filled: int


class Demo(_Part):
    """What `smallgrid demo` builds: how many of everything. `units` counts per level key below the top.

    `outline` and `villages_file` are files of sites/outlines and sites/units; `centre` is longitude and latitude in
    WGS 84. `island_km` is the radius that cuts the real island out of its county's outline; without it the
    township's outline is made up, round the centre. `home` is the unit of
    the demonstration's chief and grid member; `quiet` are units with few cases.
    """

    outline: str
    centre: tuple[float, float]
    island_km: float | None = None
    area_km2: float
    population: int
    households: int
    units: dict[str, int]
    party_members: int
    demands_per_thousand_month: float
    villages_file: str
    home: str
    behind: list[Behind] = []
    vacancies: list[Vacancy] = []
    quiet: list[str] = []


class Weights(_Part):
    """What call-backs weigh in the composite, and how much basically satisfied counts as satisfied (domain.md 4)."""

    response: float = Field(0.1, ge=0, le=1)
    resolution: float = Field(0.5, ge=0, le=1)
    satisfaction: float = Field(0.4, ge=0, le=1)
    basically: float = Field(0.9, ge=0, le=1)


class Rates(_Part):
    """How a site counts its rates: the weights, the assessment month and the day.

    `month_from` is the day a month begins with: 1 for the calendar's, 19 for one from the 19th to the 18th, which is
    named after the month it ends in. `day_from` is when a day begins: 00:00, or 12:00 for days from noon to noon,
    which are named after the day they begin on. `few` is below how many call-backs satisfaction is told with its
    interval.
    """

    weights: Weights = Weights()
    month_from: int = Field(1, ge=1, le=28)
    day_from: time = time()
    few: int = 100


class Profile(_Part):
    """One site profile. `chain` are the level keys a demand climbs, from below; the last may have only departments."""

    key: str
    name: Name
    motto: Name
    code: str
    top: str
    timezone: str
    office_phone: str
    opening: list[tuple[time, time]]
    calendar: Calendar = Calendar()
    levels: list[LevelWords]
    outer_levels: list[LevelWords] = []
    chain: list[str]
    ranking_level: str
    limits: dict[Urgency, Clock]
    limit_rules: list[LimitRule] = []
    caps: Caps = Caps()
    rates: Rates = Rates()
    exclusions: dict[str, Name] = Field(default_factory=dict)
    near_hours: int = 24
    departments: list[DepartmentEntry]
    categories: list[CategoryEntry]
    demo: Demo | None = None
    words: dict[str, Name] = Field(default_factory=dict)
    watch: Watch | None = None
    assessment: Assessing = Assessing()
    assessments: list[AssessmentForm] = []

    @model_validator(mode="after")
    def _consistent(self) -> "Profile":
        unknown = [level.key for level in self.levels if level.key not in LEVELS]
        if unknown:
            raise ValueError(f"unknown levels {unknown}; known: {', '.join(LEVELS)}")
        if set(self.limits) != set(Urgency):
            raise ValueError(f"limits must name each of {', '.join(Urgency)}")
        codes = {department.code for department in self.departments}
        keys = {level.key for level in (*self.levels, *self.outer_levels)}
        strange = [rule.level for rule in self.limit_rules if rule.level is not None and rule.level not in keys]
        if strange:
            raise ValueError(f"limit_rules name levels the site does not have: {strange}")
        missing = {entry.department for entry in self.categories if entry.department} - codes
        if missing:
            raise ValueError(f"categories name departments that are not listed: {sorted(missing)}")
        self._check_assessments()
        return self

    def _check_assessments(self) -> None:
        forms = {form.key: form for form in self.assessments}
        if len(forms) != len(self.assessments):
            raise ValueError(f"each form is listed once: {[form.key for form in self.assessments]}")
        for form in self.assessments:
            wrong = [key for key in form.weights if key not in forms or forms[key].weights]
            if wrong:
                raise ValueError(f"{form.key} weighs forms that are not there: {wrong}")
            if form.by is AnsweredBy.VILLAGERS and not self.assessment.choices:
                raise ValueError(f"{form.key}: the villagers need choices, in [[assessment.choices]]")

    def clock(self, urgency: Urgency, category: str | None = None, level: str | None = None) -> Clock:
        """The two limits of a demand: of its urgency, and of what rules say of its category (code) and a level."""
        fitting = sorted(
            (rule for rule in self.limit_rules if rule.fits(urgency, category, level)), key=lambda rule: rule.names
        )
        found = {"answer": self.limits[urgency].answer, "solve": self.limits[urgency].solve}
        for rule in fitting:
            found |= {name: limit for name in found if (limit := getattr(rule, name)) is not None}
        return Clock(**found)

    @property
    def zone(self) -> ZoneInfo:
        """The site's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def days(self) -> tzinfo:
        """How the site counts days and months: its time zone, unless [rates] lets them begin elsewhere."""
        if self.rates.day_from == time() and self.rates.month_from == 1:
            return self.zone
        starts = timedelta(hours=self.rates.day_from.hour, minutes=self.rates.day_from.minute)
        return DayZone(self.zone, starts, self.rates.month_from)

    @property
    def outside(self) -> frozenset[str]:
        """The keys of the levels where outside bodies stand."""
        return frozenset(level.key for level in self.outer_levels if level.outside)

    @property
    def level_keys(self) -> list[str]:
        """Level keys from the top down."""
        return [level.key for level in self.levels]

    def level(self, key: str) -> LevelWords:
        """The words of a level. Raises KeyError where the site does not have it."""
        for level in (*self.levels, *self.outer_levels):
            if level.key == key:
                return level
        raise KeyError(key)
