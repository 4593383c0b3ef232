"""Assessment of units: forms of the profile, nothing asked twice, no person's points, honours and income beside."""

import dataclasses
import io
import tomllib
from datetime import UTC, date

import polars
import pytest
from pydantic import ValidationError
from sqlalchemy import event
from sqlmodel import select

import services.assessments as package
from models.accounts import PERMISSIONS, Permission
from models.assessments import Assessing, AssessmentForm, AssessmentItem, AssessmentSheet, Choice, Holder
from models.profiles import Profile, Weights
from services import assessments, sites, workbooks
from services.access import SYSTEM
from services.assessments import Listed, PartRow, ResultRow, scoring
from services.database import reading, transaction
from services.errors import NotAllowed, Refused, ServiceError
from services.rates import Counted
from services.settings import settings
from tests.conftest import NOW
from tests.factories import town
from tests.service.test_watch import GRID, good_month

TODAY = date(2026, 11, 20)
TOP, OTHER, VILLAGE = "411622204", "411622204201", "411622204202"
OWN = {("meetings", ""): 18, ("visits", ""): 15, ("environment", ""): 12}
TICKS = {
    ("doing", "good"): 20, ("doing", "fair"): 10, ("doing", "plain"): 6, ("doing", "poor"): 4,
    ("open", "good"): 30, ("open", "fair"): 5, ("open", "plain"): 0, ("open", "poor"): 5,
}  # fmt: skip
EACH = {("work", ""): 48, ("help", ""): 30}


@pytest.fixture
def site(engine):
    return town(engine)


def do(site, who, service, *given, at=NOW, **options):
    with transaction(site.engine) as session:
        return service(session, SYSTEM if who is None else site.actors[who], *given, now=at, **options)


def look(site, who, service, *given, **options):
    with reading(site.engine) as session:
        return service(session, SYSTEM if who is None else site.actors[who], *given, **options)


def tried(site, who, service, *given, **options):
    try:
        do(site, who, service, *given, **options)
    except ServiceError as error:
        return error.code
    return "ok"


def answer(site, who, form, unit, answers, day=TODAY, **options):
    return do(site, who, assessments.answer, form, site.units[unit], day, answers, **options)


def results(site, who, form, day=TODAY, at=NOW):
    return {row.code: row for row in look(site, who, assessments.results, form, day, now=at)}


def points(row):
    return [(part.key, part.points) for part in row.parts]


# Forms


def form(**given):
    plain = {"key": "a", "zh": "甲", "en": "a", "by": "self", "every": "month"}
    return AssessmentForm(**plain | given)


ITEM = {"key": "i", "zh": "项", "en": "item", "points": 10}
KNOWN = ITEM | {"key": "k", "measured": "settlement"}


@pytest.mark.parametrize(
    "given",
    [
        {}, {"items": [ITEM, ITEM]}, {"items": [KNOWN]}, {"by": "mutual", "items": [ITEM, KNOWN]},
        {"by": "overall", "weights": {"b": 0.5}}, {"by": "overall", "items": [ITEM]},
        {"items": [ITEM], "weights": {"b": 1.0}},
    ],
)  # fmt: skip
def test_a_form_that_makes_no_sense_is_refused(given):
    with pytest.raises(ValidationError):
        form(**given)


def profile_text():
    return (settings().sites_dir / "dawangzhuang.toml").read_text(encoding="utf-8")


def test_weights_of_forms_that_are_not_there_are_refused():
    found = tomllib.loads(profile_text())
    Profile(key="x", **found)
    found["assessments"][-1]["weights"] = {"self": 0.5, "nobody": 0.5}
    with pytest.raises(ValidationError):
        Profile(key="x", **found)


@pytest.mark.parametrize("key", ["dawangzhuang", "meizhou"])
def test_both_sites_have_a_form_of_each_kind_and_what_the_engine_knows_is_not_asked(key):
    forms = sites.load(key).assessments
    assert [(each.by.value, each.every.value) for each in forms] == [
        ("self", "month"), ("villagers", "half"), ("mutual", "half"), ("overall", "year"),
    ]  # fmt: skip
    measured = {item.key for each in forms for item in each.items if item.measured}
    assert measured == {"settlement", "on_time", "satisfaction"}
    assert measured.isdisjoint(item.key for each in forms for item in each.asked)


# Scoring


CHOICES = [Choice(key="good", zh="好", en="good", share=1), Choice(key="poor", zh="差", en="poor", share=0)]
FORTY = AssessmentItem(key="i", zh="项", en="item", points=40)


def part(points, part=None, whole=None, most=40, *, measured=False):
    return PartRow("i", "项", "item", most, points, part, whole, measured)


def test_villagers_answers_count_their_shares_and_nothing_below_the_fewest_forms():
    given = {("i", "good"): 15, ("i", "poor"): 5}
    assert scoring.villagers(FORTY, given, CHOICES, 10) == part(30.0, 15.0, 20)
    assert scoring.villagers(FORTY, given, CHOICES, 21) == part(None, 15.0, 20)
    assert scoring.villagers(FORTY, None, CHOICES, 10) == part(None, 0, 0)


def test_other_units_points_are_averaged_once_there_are_enough():
    given = [{("i", ""): 40}, {("i", ""): 30}, {("i", ""): 35}]
    assert scoring.mutual(FORTY, given, 2) == part(35.0, None, 3)
    assert scoring.mutual(FORTY, given[:1], 2) == part(None, None, 1)


def test_the_engines_items_are_its_rates_with_their_counts_and_none_without_data():
    settled = AssessmentItem(key="i", zh="项", en="item", points=40, measured="settlement")
    pleased = AssessmentItem(key="i", zh="项", en="item", points=40, measured="satisfaction")
    counted = Counted(received=8, settled=6, valid=10, satisfied=5, basically=4)
    assert scoring.measured(settled, counted, Weights()) == part(30.0, 6, 8, measured=True)
    assert scoring.measured(pleased, counted, Weights()) == part(34.4, 8.6, 10, measured=True)
    assert scoring.measured(pleased, Counted(), Weights()) == part(None, None, 0, measured=True)


def test_a_total_is_of_the_parts_with_data_and_the_overall_one_needs_every_part():
    assert scoring.total([part(30), part(None), part(10, most=10)]) == 80.0
    assert scoring.total([part(None)]) is None
    yearly = form(key="y", by="overall", every="year", weights={"a": 0.4, "b": 0.6})
    assert scoring.overall(yearly, "a", ("甲", "a"), [80.0, None, 90.0]) == PartRow("a", "甲", "a", 40, 34.0, 2, 3)
    assert scoring.overall(yearly, "b", ("乙", "b"), [None]) == PartRow("b", "乙", "b", 60, None, 0, 1)


def test_equal_points_share_a_place_and_who_has_none_stands_apart():
    rows = [
        ResultRow(number, str(number), "", "", value, value, ())
        for number, value in enumerate([59.9, 95.0, None, 95.0, 60.0])
    ]  # fmt: skip
    found = scoring.placed(rows, Assessing())
    assert [(row.unit_id, row.place, row.of, row.listed) for row in found] == [
        (1, 1, 4, Listed.RED), (3, 1, 4, Listed.RED), (4, 3, 4, None), (0, 4, 4, Listed.BLACK), (2, None, 0, None),
    ]  # fmt: skip


# Answering


def test_a_month_of_self_assessment_has_the_units_points_and_the_engines_own(site):
    good_month(site, GRID, 10, happy=8, month=10)
    answer(site, "chief", "self", VILLAGE, OWN, day=date(2026, 10, 31))
    found = results(site, "leader", "self", day=date(2026, 10, 1))
    *first, on_time = found[VILLAGE].parts
    assert [(part.key, part.points, part.part, part.whole) for part in first] == [
        ("meetings", 18, None, None), ("visits", 15, None, None), ("environment", 12, None, None),
        ("settlement", 20.0, 10, 10),
    ]  # fmt: skip
    assert (on_time.points, on_time.measured) == (round(20 * (on_time.part or 0) / (on_time.whole or 1), 2), True)
    assert (found[VILLAGE].points, found[VILLAGE].place, found[VILLAGE].of) == (65 + on_time.points, 1, 1)
    assert (found[OTHER].points, found[OTHER].place, found[OTHER].answered) == (None, None, 0)


def test_villagers_tick_paper_forms_the_desk_counts_them_and_satisfaction_comes_from_the_call_backs(site):
    good_month(site, GRID, 10, happy=8, month=10)
    answer(site, "supervisor", "villagers", VILLAGE, TICKS, forms=42)
    row = results(site, "chief", "villagers")[VILLAGE]
    assert points(row) == [("doing", 31.0), ("open", 25.5), ("satisfaction", 24.0)]
    assert [(each.part, each.whole) for each in row.parts] == [(31.0, 40), (34.0, 40), (8.0, 10)]
    assert row.points == 80.5


def test_units_rate_one_another_and_one_rater_alone_says_nothing(site):
    answer(site, "chief", "mutual", OTHER, EACH, rater_id=site.units[VILLAGE])
    found = results(site, "leader", "mutual")[OTHER]
    assert (found.points, [part.whole for part in found.parts], found.answered) == (None, [1, 1], 1)


def test_the_year_weighs_the_forms_and_has_no_result_while_a_part_is_missing(site):
    for month in (10, 11):
        answer(site, "chief", "self", VILLAGE, OWN, day=date(2026, month, 5))
    answer(site, "supervisor", "villagers", VILLAGE, TICKS, forms=40)
    row = results(site, "leader", "overall")[VILLAGE]
    assert [(part.key, part.most, part.points, part.part, part.whole) for part in row.parts] == [
        ("self", 30.0, 22.5, 2, 11), ("villagers", 50.0, pytest.approx(40.36, abs=0.02), 1, 2),
        ("mutual", 20.0, None, 0, 2),
    ]  # fmt: skip
    assert (row.points, row.so_far) == (None, pytest.approx(78.57, abs=0.01))


def test_the_last_answers_count_and_the_earlier_ones_stay(site):
    answer(site, "chief", "self", VILLAGE, OWN)
    answer(site, "chief", "self", VILLAGE, OWN | {("visits", ""): 10}, remark="少算一户")
    found = look(site, "chief", assessments.sheet, "self", site.units[VILLAGE], TODAY, site.units[VILLAGE])
    assert (found.answers[("visits", "")], found.seq, found.remark, found.by) == (10, 2, "少算一户", "霍支书")
    with reading(site.engine) as session:
        assert session.scalars(select(AssessmentSheet.seq).order_by(AssessmentSheet.seq)).all() == [1, 2]


def test_the_same_click_twice_keeps_one_sheet_and_nobody_elses_key(site):
    first = answer(site, "chief", "self", VILLAGE, OWN, idempotency_key="k")
    assert answer(site, "chief", "self", VILLAGE, OWN, idempotency_key="k") == first
    with pytest.raises(Refused):
        answer(site, "leader", "self", VILLAGE, OWN, idempotency_key="k")
    assert results(site, "chief", "self")[VILLAGE].answered == 1


@pytest.mark.parametrize(
    ("key", "unit", "answers", "options", "code"),
    [
        ("self", VILLAGE, OWN | {("settlement", ""): 20}, {}, "assessment_measured"),
        ("self", VILLAGE, OWN | {("party", ""): 20}, {}, "assessment_item"),
        ("self", VILLAGE, {("visits", ""): 20}, {}, "assessment_missing"),
        ("self", VILLAGE, OWN | {("visits", ""): 21}, {}, "assessment_points"),
        ("self", VILLAGE, OWN | {("visits", ""): -1}, {}, "assessment_points"),
        ("self", VILLAGE, OWN, {"day": date(2026, 12, 1)}, "assessment_early"),
        ("self", VILLAGE, OWN, {"remark": "长" * 501}, "text_long"),
        ("self", GRID, OWN, {}, "unit_not_found"),
        ("overall", VILLAGE, OWN, {}, "assessment_overall"),
        ("nothing", VILLAGE, OWN, {}, "assessment_not_found"),
        ("villagers", VILLAGE, TICKS, {}, "assessment_forms"),
        ("villagers", VILLAGE, TICKS, {"forms": 39}, "assessment_ticks"),
        ("villagers", VILLAGE, TICKS | {("doing", "poor"): -1}, {"forms": 50}, "assessment_forms"),
        ("villagers", VILLAGE, TICKS | {("doing", "never"): 1}, {"forms": 50}, "assessment_item"),
        ("mutual", VILLAGE, EACH, {}, "assessment_rater"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_answers_is_told(site, key, unit, answers, options, code):
    options = dict(options)
    day = options.pop("day", TODAY)
    given = (key, site.units[unit], day, answers)
    assert tried(site, "leader", assessments.answer, *given, **options) == code


def test_every_role_answers_for_its_own_units_and_never_its_own_villagers_form(site):
    mine, other = site.units[VILLAGE], site.units[OTHER]
    found = {
        who: [
            tried(site, who, assessments.answer, "self", mine, TODAY, OWN),
            tried(site, who, assessments.answer, "villagers", mine, TODAY, TICKS, forms=40),
            tried(site, who, assessments.answer, "mutual", other, TODAY, EACH, rater_id=mine),
            tried(site, who, assessments.answer, "mutual", mine, TODAY, EACH, rater_id=mine),
        ]
        for who in site.actors
    }
    above = ["ok", "ok", "ok", "assessment_rater"]
    outside = ["unit_not_found"] * 3 + ["assessment_rater"]
    for who, actor in site.actors.items():
        if Permission.TRIAGE not in PERMISSIONS[actor.role]:
            assert found.pop(who) == ["not_allowed"] * 4
    assert found == {
        "leader": above, "supervisor": above, "administrator": above, "other_chief": outside,
        "chief": ["ok", "assessment_own_villagers", "ok", "assessment_rater"],
    }  # fmt: skip


def test_a_chief_sees_the_place_among_all_and_only_the_own_result(site):
    answer(site, "leader", "self", OTHER, dict.fromkeys(OWN, 20))
    answer(site, "chief", "self", VILLAGE, OWN)
    (row,) = results(site, "chief", "self").values()
    assert (row.code, row.place, row.of, row.listed) == (VILLAGE, 2, 2, None)
    assert {code: row.listed for code, row in results(site, "viewer", "self").items()} == {
        OTHER: Listed.RED, VILLAGE: None,
    }  # fmt: skip
    assert results(site, "member", "self") == {}
    with pytest.raises(NotAllowed):
        results(site, "department", "self")


def test_results_cost_no_more_statements_for_more_answers(site):
    def statements():
        seen = []
        listener = lambda *args: seen.append(args[2])  # noqa: E731  it is taken off again below
        event.listen(site.engine, "before_cursor_execute", listener)
        results(site, "leader", "self")
        event.remove(site.engine, "before_cursor_execute", listener)
        return len(seen)

    answer(site, "chief", "self", VILLAGE, OWN)
    one = statements()
    answer(site, "leader", "self", OTHER, OWN)
    assert statements() == one


# No person's points


def test_while_it_is_off_no_call_gives_a_persons_points(site):
    answer(site, "chief", "self", VILLAGE, OWN)
    for who, actor in site.actors.items():
        wanted = "persons_points_off" if Permission.TRIAGE in PERMISSIONS[actor.role] else "not_allowed"
        given = (site.units[VILLAGE], "self", TODAY)
        assert tried(site, who, assessments.person_points, *given) == wanted
    assert look(site, "leader", assessments.switched_on) is False
    named = {
        row.__name__
        for row in vars(package).values()
        if isinstance(row, type) and dataclasses.is_dataclass(row)
        and any("person" in field.name for field in dataclasses.fields(row))
    }  # fmt: skip
    assert named == {"PersonRow"}
    assert Assessing().persons_points is False


@pytest.fixture
def switched(site, monkeypatch, tmp_path):
    """The same site, with persons' points switched on in its profile."""
    text = profile_text().replace("persons_points = false", "persons_points = true")
    (tmp_path / "dawangzhuang.toml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("SMALLGRID_SITES_DIR", str(tmp_path))
    settings.cache_clear()
    yield site
    settings.cache_clear()


def test_a_site_that_switches_it_on_sees_who_answers_for_a_unit_beside_its_result(switched):
    answer(switched, "chief", "self", VILLAGE, OWN)
    rows = look(switched, "leader", assessments.person_points, switched.units[TOP], "self", TODAY, now=NOW)
    assert [(row.name, row.unit, row.points) for row in rows] == [("霍支书", "霍坡村", 75.0)]
    assert tried(switched, "chief", assessments.person_points, switched.units[TOP], "self", TODAY) == "unit_not_found"


# Honours and income


def test_honours_are_of_units_or_of_a_number_of_households_and_never_name_anybody(site):
    village = site.units[VILLAGE]
    do(site, "leader", assessments.award, "civilised_village", village, 2026)
    do(site, "chief", assessments.award, "beautiful_courtyard", village, 2026, households=23)
    found = look(site, "viewer", assessments.honours, site.units[TOP], 2026)
    assert [(row.kind, row.code, row.households) for row in found] == [
        ("beautiful_courtyard", VILLAGE, 23), ("civilised_village", VILLAGE, None),
    ]  # fmt: skip
    assert look(site, "leader", assessments.honours, site.units[TOP], 2025) == []
    assert tried(site, "leader", assessments.award, "civilised_village", village, 2026) == "honour_there"
    do(site, "leader", assessments.withdraw, found[1].id, "评选有误")
    assert tried(site, "leader", assessments.withdraw, found[1].id, "再来") == "honour_not_found"
    do(site, "leader", assessments.award, "civilised_village", village, 2026)


@pytest.mark.parametrize(
    ("kind", "year", "households", "code"),
    [
        ("best_villager", 2026, None, "honour_kind"), ("civilised_village", 2027, None, "year_wrong"),
        ("civilised_village", 1900, None, "year_wrong"), ("civilised_village", 2026, 3, "honour_households"),
        ("good_neighbour", 2026, None, "honour_households"), ("good_neighbour", 2026, 0, "honour_households"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_honour_is_told(site, kind, year, households, code):
    given = (kind, site.units[VILLAGE], year)
    assert tried(site, "leader", assessments.award, *given, households=households) == code


def test_income_is_kept_by_year_in_fen_and_the_last_entry_counts(site):
    for income in (9_876_543_21, 10_000_000_01, 10_000_000_01):
        do(site, "leader", assessments.set_income, site.units[VILLAGE], 2025, income)
    do(site, "chief", assessments.set_income, site.units[VILLAGE], 2024, 0)
    found = look(site, "viewer", assessments.incomes, site.units[TOP], 2025)
    assert [(row.code, row.income, row.before) for row in found] == [
        (OTHER, None, None), (VILLAGE, 10_000_000_01, 0),
    ]  # fmt: skip
    assert tried(site, "leader", assessments.set_income, site.units[VILLAGE], 2025, -1) == "money_wrong"
    assert tried(site, "leader", assessments.set_income, site.units[VILLAGE], 2027, 1) == "year_wrong"
    assert tried(site, "other_chief", assessments.set_income, site.units[VILLAGE], 2025, 1) == "unit_not_found"
    assert tried(site, "viewer", assessments.set_income, site.units[VILLAGE], 2025, 1) == "not_allowed"


def test_economy_counts_villages_above_the_line_of_those_that_are_known(site):
    do(site, "leader", assessments.set_income, site.units[VILLAGE], 2025, 100_000_00 + 1)
    do(site, "leader", assessments.award, "civilised_village", site.units[VILLAGE], 2025)
    found = look(site, "leader", assessments.economy, site.units[TOP], 2025)
    assert dataclasses.asdict(found) == {
        "units": 2, "known": 1, "above": 1, "above_share": 1.0, "total": 100_000_01,
        "honoured": {"civilised_village": 1}, "honoured_shares": {"civilised_village": 0.5},
    }  # fmt: skip
    do(site, "leader", assessments.set_income, site.units[OTHER], 2025, 100_000_00)
    assert look(site, "leader", assessments.economy, site.units[TOP], 2025).above_share == 0.5
    assert look(site, "leader", assessments.economy, site.units[TOP], 2026).above_share is None


def test_a_share_of_honoured_villages_counts_villages_alone(site):
    """A grid or the township may hold the honour, too; neither is one of the two villages."""
    for code in (TOP, VILLAGE, GRID):
        do(site, "leader", assessments.award, "civilised_village", site.units[code], 2025)
    found = look(site, "leader", assessments.economy, site.units[TOP], 2025)
    assert (found.honoured, found.honoured_shares) == ({"civilised_village": 1}, {"civilised_village": 0.5})


def test_the_workbook_has_numbers_as_numbers_and_each_list_in_words(site):
    answer(site, "chief", "self", VILLAGE, dict.fromkeys(OWN, 20))
    do(site, "leader", assessments.award, "good_neighbour", site.units[VILLAGE], 2026, households=7)
    do(site, "leader", assessments.set_income, site.units[VILLAGE], 2026, 123_456_78)
    made = look(
        site, "leader", assessments.workbook, "self", site.units[TOP], TODAY, now=NOW,
        say=lambda key: "zh" if key == "language" else key,
    )  # fmt: skip
    book = polars.read_excel(io.BytesIO(made), sheet_id=0)
    first = book["月度自评"].rows(named=True)[0]
    assert (first["column.unit"], first["column.points"], first["column.list"], first["走访联系群众"]) == (
        "霍坡村", 100, "list.red", 20,
    )  # fmt: skip
    assert book["sheet.honours"].rows() == [("霍坡村", "honour.good_neighbour", 2026, 7)]
    assert book["sheet.incomes"].rows()[1] == ("霍坡村", 2026, 123456.78)


def test_a_form_may_have_any_name_and_still_be_taken_along():
    """A spreadsheet has no sheet called “月度/自评 [试行]”, nor two that differ in capitals alone."""
    out = io.BytesIO()
    with workbooks.opened(out) as book:
        for name in ("月度/自评 [试行]", "Sheet", "sheet", "", "长" * 40, "长" * 39):
            workbooks.table(book, name, ["=1+1"], [["=1+1"]], [9])
    found = polars.read_excel(io.BytesIO(out.getvalue()), sheet_id=0)
    assert list(found) == ["月度 自评  试行", "Sheet", "sheet 2", "1", "长" * 28, "长" * 28 + " 2"]
    assert [sheet.rows() for sheet in found.values()] == [[("=1+1",)]] * 6


def test_kinds_of_honours_are_the_profiles(site):
    found = look(site, "viewer", assessments.kinds)
    assert [(kind.key, kind.holder) for kind in found] == [
        ("civilised_village", Holder.UNIT), ("beautiful_courtyard", Holder.HOUSEHOLDS),
        ("good_neighbour", Holder.HOUSEHOLDS),
    ]  # fmt: skip
    assert look(site, "viewer", assessments.assessed, term()) != []


def term():
    from services.periods import Period

    return Period(date(2026, 11, 1), date(2026, 11, 30), UTC)
