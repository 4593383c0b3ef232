"""An analysis as it is read: every figure the engine's, nobody's name but office holders', the same text every time."""

import re
import zipfile
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import docx
import fastexcel
import pypdf
import pytest
from docx.oxml.ns import qn
from sqlalchemy import event
from sqlmodel import select

from models.demands import Demand
from models.departments import Department
from models.households import Household
from models.people import Person
from models.sunshine import Notice
from models.units import Unit
from pages.i18n import words
from pages.papers import analyses as written
from pages.papers import bulletins, pdf, sheets, word
from pages.papers.paper import Cell, Column, Points, Table, text_of
from pages.ui.demands import address
from services import analyses, categories, database, demands, demo, figures, rankings, rates, sites, units
from services.access import SYSTEM
from services.errors import NotAllowed
from services.periods import Period
from services.rankings import Sort
from services.sunshine import wording
from tests.conftest import NOW
from tests.factories import town
from tests.ledgers import store

KEYS = ("dawangzhuang", "meizhou")


@pytest.fixture(scope="module", params=KEYS)
def site(request, tmp_path_factory):
    """Three months of a demonstration site."""
    engine = database.engine_for(f"sqlite:///{tmp_path_factory.mktemp('analyses') / 'site.db'}")
    database.migrate(engine)
    with database.transaction(engine) as session:
        demo.build(session, SYSTEM, request.param, now=NOW, months=3)
    yield SimpleNamespace(engine=engine, key=request.param)
    engine.dispose()


@pytest.fixture
def session(site):
    with database.reading(site.engine) as opened:
        yield opened


def month(session, number=11):
    """A month of 2026, the present one by its first and last day."""
    return Period(date(2026, number, 1), date(2026, number, {10: 31, 11: 30}[number]), sites.profile(session).zone)


def places(session):
    """The top, some units of the ranking level, and one of each level below it."""
    top, profile = units.top(session, SYSTEM), sites.profile(session)
    found = [top, *units.below(session, SYSTEM, top.id, profile.ranking_level)[:4]]
    return [*found, units.below(session, SYSTEM, top.id, profile.level_keys[-1])[0]]


def told(session, unit, language="zh", number=11, actor=SYSTEM):
    """An analysis and its paper."""
    found = analyses.of_unit(session, actor, unit.id, month(session, number), now=NOW)
    return found, written.paper(words(language), sites.profile(session), found)


def summed_up(session, language="zh", number=11):
    """A bulletin and its paper."""
    found = analyses.bulletin(session, SYSTEM, units.top(session, SYSTEM).id, month(session, number), now=NOW)
    return found, bulletins.paper(words(language), sites.profile(session), found)


def tables(paper):
    """The tables by name, as texts."""
    return {table.name: [[cell.text for cell in row] for row in table.rows] for table in paper.tables}


def numbers(text):
    """Every number in a text, percentages as fractions."""
    found = re.findall(r"[−-]?\d[\d,]*(?:\.\d+)?%?", text)
    values = [(float(each.rstrip("%").replace(",", "").replace("−", "-")), each.endswith("%")) for each in found]
    return [value / 100 if percent else value for value, percent in values]


def near(values):
    """Values as they are rounded in print: rates to two decimals of a percentage."""
    return [pytest.approx(value, abs=0.00005000001) if isinstance(value, float) else value for value in values]


def test_every_figure_of_the_situation_is_the_engines(session):
    period, profile = month(session), sites.profile(session)
    weights = profile.rates.weights
    for unit in places(session):
        found, paper = told(session, unit)
        if found.is_empty:
            continue
        printed = {row[0]: [numbers(cell) for cell in row[1:5]] for row in tables(paper)["数据"]}
        for over, at in ((period, 0), (period.previous(date(2026, 11, 20)), 2)):
            row = figures.of_unit(session, SYSTEM, unit.id, over, now=NOW)
            counted = rates.counted(session, SYSTEM, [unit.id], over, now=NOW)[unit.id]
            counts = {"收到": row.received, "当场办结": row.self_settled, "期末在办": row.open, "期末超期": row.overdue}
            assert {name: printed[name][at] for name in counts} == {name: [value] for name, value in counts.items()}
            shares = {
                "办结率": (rates.settlement, counted.settled, counted.received),
                "按期率": (rates.on_time, counted.on_time, counted.due),
                "结案率": (rates.closing, counted.closed, counted.due),
                "一小时内响应": (rates.first_hour, counted.first_hour, counted.awaited),
                "返工率": (rates.rework, counted.reworked, counted.received),
                "有效回访率": (rates.valid_rate, counted.valid, counted.called),
                "响应率": (rates.response, counted.contacted, counted.valid),
                "解决率": (rates.resolution, counted.solved, counted.valid),
            }
            for name, (rate, part, whole) in shares.items():
                value = rate(counted)
                assert printed[name][at] == near([] if value is None else [value]), name
                assert printed[name][at + 1] == [part, whole], name
            said = [counted.satisfied, counted.basically, counted.dissatisfied, counted.no_opinion]
            value = rates.satisfaction(counted, weights)
            assert (printed["满意率"][at], printed["满意率"][at + 1]) == (near([] if value is None else [value]), said)
            points = rates.composite(counted, weights)
            assert printed["综合得分"][at] == ([] if points is None else [pytest.approx(points, abs=0.0051)])


def test_satisfaction_of_few_is_told_with_its_interval(session):
    profile = sites.profile(session)
    for unit in places(session):
        found, paper = told(session, unit)
        notes = [note for block in paper.sections[0].blocks if "满意率只来自" in (note := getattr(block, "text", ""))]
        counted = found.situation.counted
        few = not found.is_empty and 0 < counted.valid < profile.rates.few
        assert len(notes) == few
        if few:
            interval = rates.satisfaction_interval(counted, profile.rates.weights)
            assert numbers(notes[0]) == near([counted.valid, *interval, 0.95])


def test_the_sentences_say_the_same_figures(session):
    for unit in places(session):
        found, paper = told(session, unit)
        if found.is_empty:
            continue
        row, before = (each.figures for each in (found.situation, found.before))
        text = re.sub(r"（\d{4}年.*?）", "", paper.sections[0].blocks[0])
        rate = [] if row.settlement_rate is None else [row.settlement_rate]
        kept = [] if row.on_time_rate is None else [row.on_time_rate]
        expected = [
            row.received,
            before.received,
            row.settled,
            *rate,
            row.due,
            row.on_time,
            *kept,
            row.open,
            row.overdue,
        ]
        assert numbers(text) == near(expected)


def test_levels_subjects_and_lateness_add_up_to_the_figures(session):
    for unit in places(session):
        found, paper = told(session, unit)
        row, printed = found.situation.figures, tables(paper)
        levels = {each.level: each.settled for each in figures.by_level(session, SYSTEM, unit.id, month(session)).rows}
        if row.settled:
            lines = [numbers(line[1])[0] for line in printed["哪一级办结"]]
            assert (lines[:-1], lines[-1]) == (list(levels.values()), row.settled)
        if row.received:
            lines = [(numbers(line[1])[0], numbers(line[2])[0]) for line in printed["热点事由"]]
            assert lines[-1] == (row.received, found.before.figures.received)
            assert tuple(map(sum, zip(*lines[:-1], strict=True))) == lines[-1]
        if row.due > row.on_time:
            for name in ("超期，按事由", "超期，按所在层级"):
                lines = [numbers(line[1])[0] for line in printed[name]]
                assert (sum(lines[:-1]), lines[-1]) == (row.due - row.on_time, row.due - row.on_time)


def test_the_ranking_is_the_one_of_the_rankings(session):
    profile, period, top = sites.profile(session), month(session), units.top(session, SYSTEM)
    rows = rankings.of_level(session, SYSTEM, top.id, profile.ranking_level, period, now=NOW, sort=Sort.ON_TIME)
    expected = [[row.name, [row.on_time, row.due], [row.settled, row.received], [row.overdue]] for row in rows]
    paper = told(session, top)[1]
    name = f"各{profile.level(profile.ranking_level).zh}按期率排名"
    found = [[row[1], numbers(row[4]), numbers(row[6]), numbers(row[7])] for row in tables(paper)[name]]
    assert found[:-1] == expected
    total = rankings.pooled(rows)
    assert found[-1] == ["合计", [total.on_time, total.due], [total.settled, total.received], [total.overdue]]
    for row in rows:
        standing = analyses.of_unit(session, SYSTEM, row.unit_id, period, now=NOW).standing
        assert (standing.own.code, standing.own.rank, len(standing.rows)) == (row.code, row.rank, len(rows))


def test_the_problem_list_holds_what_is_open_and_late_and_names_who_answers(session):
    people = {person.name for person in session.exec(select(Person))}
    for unit in places(session):
        for number in (10, 11):
            found, paper = told(session, unit, number=number)
            filters = demands.Filters(unit_id=unit.id, overdue=True, due_to=month(session, number).end)
            assert found.problems.total == demands.count(session, SYSTEM, filters, now=NOW)
            if number == 11:
                assert found.problems.total == found.situation.figures.overdue
            rows = tables(paper).get("问题清单", [])
            assert [numbers(row[3])[0] for row in rows] == [row.count for row in found.problems.rows]
            assert [row[-1].split(" · ")[0] in people or row[-1].startswith("空缺") for row in rows] == [True] * len(
                rows
            )
            assert all(row.holder for row in found.problems.rows)


def test_every_number_with_a_link_opens_exactly_that_many_cases(session):
    profile = sites.profile(session)
    user = SimpleNamespace(actor=SYSTEM, profile=profile, now=NOW)
    tree = categories.tree(session, SYSTEM)
    checked = 0
    for unit in places(session)[:3]:
        for number in (10, 11):
            for _, paper in (told(session, unit, number=number), summed_up(session, number=number)):
                cells = [cell for table in paper.tables for row in table.rows for cell in row]
                for text, cases in (part for cell in cells for part in cell.parts if part[1]):
                    given = address.link(cases.filters, unit=cases.unit, category=cases.category)
                    at = units.by_code(session, SYSTEM, given["unit"])
                    filters = address.replace(address.filters_of(user, given, tree), unit_id=at.id)
                    assert [demands.count(session, SYSTEM, filters, now=NOW)] == numbers(text), (text, filters)
                    checked += 1
    assert checked > 700


def test_the_bulletin_pools_the_counts_of_all_units(session):
    period, top = month(session, 10), units.top(session, SYSTEM)
    whole = rates.counted(session, SYSTEM, [top.id], period, now=NOW)[top.id]
    found, paper = summed_up(session, number=10)
    row = figures.of_unit(session, SYSTEM, top.id, period, now=NOW)
    assert found.total.received + found.elsewhere == whole.received == row.received
    if not found.elsewhere:
        assert found.counted == whole
    [lines] = tables(paper).values()
    assert len(lines) == len(found.rows) + 1
    assert numbers(lines[-1][7]) == [found.total.received]
    assert numbers(lines[-1][9]) == near([rates.satisfaction(found.counted, sites.profile(session).rates.weights)])
    assert {each.row.name for each in found.rows if each.suggested} == {
        said.split("：")[0] for said, _ in paper.sections[1].blocks[0].rows
    }


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_same_ledger_gives_the_same_text_and_the_same_files(site, language):
    made = []
    for _ in range(2):
        with database.reading(site.engine) as session:
            zone = sites.profile(session).zone
            papers = [told(session, places(session)[1], language)[1], summed_up(session, language)[1]]
        made.append([
            (text_of(paper), pdf.drawn(paper), word.drawn(paper), sheets.drawn(paper.tables, paper.made_at, zone))
            for paper in papers
        ])  # fmt: skip
    assert made[0] == made[1]
    for _, as_pdf, as_word, as_sheets in made[0]:
        assert pypdf.PdfReader(BytesIO(as_pdf)).metadata.creation_date == NOW
        assert {part.date_time for part in zipfile.ZipFile(BytesIO(as_word)).infolist()} == {NOW.timetuple()[:6]}
        facts = docx.Document(BytesIO(as_word)).core_properties
        assert (facts.created, facts.modified) == (NOW, NOW)
        stamps = {part.date_time for part in zipfile.ZipFile(BytesIO(as_sheets)).infolist()}
        assert stamps == {(1980, 1, 1, 0, 0, 0)}


def test_a_moment_written_in_another_zone_is_the_same_moment_in_every_file(session):
    zone = sites.profile(session).zone
    paper = told(session, places(session)[1])[1]
    there = replace(paper, made_at=NOW.astimezone(zone))
    assert (pdf.drawn(there), word.drawn(there)) == (pdf.drawn(paper), word.drawn(paper))
    assert sheets.drawn(there.tables, there.made_at, zone) == sheets.drawn(paper.tables, NOW, zone)


def formats(paper, zone):
    """What each format says, as text."""
    pages = pypdf.PdfReader(BytesIO(pdf.drawn(paper))).pages
    with zipfile.ZipFile(BytesIO(word.drawn(paper))) as opened:
        as_word = "".join(opened.read(name).decode() for name in opened.namelist() if name.endswith(".xml"))
    with zipfile.ZipFile(BytesIO(sheets.drawn(paper.tables, paper.made_at, zone))) as opened:
        as_sheets = "".join(opened.read(name).decode() for name in opened.namelist())
    strings = "\n".join(re.findall(r"<w:t[^>]*>([^<]*)", as_word)), "\n".join(re.findall(r"<t[^>]*>([^<]*)", as_sheets))
    return {"text": text_of(paper), "pdf": "\n".join(page.extract_text() for page in pages),
            "word": strings[0], "sheets": strings[1]}  # fmt: skip


def test_no_villager_is_named_in_any_format(session):
    served = {person.name for person in session.exec(select(Person))}
    villagers = {name for name in session.exec(select(Demand.reporter)) if name}
    villagers |= {name for name in session.exec(select(Household.head)) if name}
    phones = {phone for phone in session.exec(select(Demand.reporter_phone)) if phone}
    assert len(villagers) > 1000
    known = {name for row in session.exec(select(Unit.short_name, Unit.name)) for name in row}
    known |= set(session.exec(select(Department.name))) | served
    hidden = re.compile("|".join(map(re.escape, sorted(known, key=len, reverse=True))))
    free = {text for row in session.exec(select(Demand.text, Demand.title)) for text in row if len(text) > 6}
    free -= {f"{a}{b}" for a, b in session.exec(select(Notice.title, Notice.result))}
    for unit in places(session):
        for number, language in ((10, "zh"), (11, "en")):
            found, paper = told(session, unit, language, number)
            for kind, said in formats(paper, found.period.zone).items():
                text = hidden.sub("〇", said)
                assert [name for name in villagers - served if name in text] == [], kind
                assert [phone for phone in phones if phone in text] == [], kind
                assert [own for own in free if own in text] == [], kind


def test_public_wording_that_no_longer_passes_the_check_is_left_out(site):
    with database.reading(site.engine) as session:
        unit = places(session)[1]
        reference = told(session, unit, number=10)[0].cases[0].reference
        demand = session.exec(select(Demand).where(Demand.reference == reference)).one()
        published = session.exec(select(Notice).where(Notice.demand_id == demand.id)).first()
        notice = published or session.exec(select(Notice)).first()
        notice.demand_id = demand.id

        def shown():
            session.flush()
            return {each.reference: each.notice for each in told(session, unit, number=10)[0].cases}[reference]

        notice.result = "已到现场修好"
        assert shown()[2] == "已到现场修好"
        notice.result = f"已到{demand.reporter}家中修好，电话 13812345678"
        assert (shown(), wording.has_number(notice.result)) == (None, True)
        session.rollback()


def test_a_pdf_carries_its_chinese_font_and_every_sign(session):
    for language in ("zh", "en"):
        paper = told(session, places(session)[1], language)[1]
        reader = pypdf.PdfReader(BytesIO(pdf.drawn(paper)))
        fonts = [font.get_object() for page in reader.pages for font in page["/Resources"]["/Font"].values()]
        below = [each["/DescendantFonts"][0].get_object() for each in fonts]
        assert {name["/BaseFont"].split("+")[1] for name in below} == {"NotoSansSC-Regular"}
        assert all("/FontFile3" in each["/FontDescriptor"] for each in below)
        text = "".join(page.extract_text() for page in reader.pages)
        assert set(text_of(paper)) - set(text) - set("\n\t ") == set()
        assert reader.metadata.title == paper.title
        assert len(pdf.drawn(paper)) < 500_000


def test_a_word_file_opens_again_with_headings_and_header_rows(session):
    paper = told(session, places(session)[1])[1]
    document = docx.Document(BytesIO(word.drawn(paper)))
    headings = [each.text for each in document.paragraphs if each.style.name == "Heading 1"]
    assert headings == [section.title for section in paper.sections]
    assert [each.text for each in document.paragraphs if each.style.name == "Title"] == [paper.title]
    assert len(document.tables) == len(paper.tables)
    heads = [bool(table.rows[0]._tr.xpath("./w:trPr/w:tblHeader")) for table in document.tables]
    assert heads == [True] * len(paper.tables)
    for table, shown in zip(document.tables, paper.tables, strict=True):
        columns = [place for place, column in enumerate(shown.columns) if column.head or column.number]
        cells = [[cell.text for cell in row.cells] for row in table.rows[1:]]
        assert cells == [[row[place].text for place in columns] for row in shown.rows]
    fonts = document.styles["Normal"].element.rPr.rFonts
    assert (fonts.get(qn("w:ascii")), fonts.get(qn("w:eastAsia"))) == ("Arial", "Microsoft YaHei")


NASTY = ("=1+1", '=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "http://example.org", "\t=1", "00123", "<b>&")


def test_a_workbook_has_typed_cells_and_nobodys_text_is_a_formula():
    rows = tuple(
        (Cell(text), Cell("12%", 0.12, share=True), Cell("3", 3), Cell("", date(2026, 11, 20))) for text in NASTY
    )
    table = Table("=名:称/[1]", (Column("=A1"), Column("率"), Column("件", number=True), Column("日")), rows)
    made = sheets.drawn([table, table], NOW, ZoneInfo("Asia/Shanghai"))
    with zipfile.ZipFile(BytesIO(made)) as opened:
        xml = "".join(opened.read(name).decode() for name in opened.namelist() if "/worksheets/" in name)
    assert ("<f>" in xml, "hyperlink" in xml) == (False, False)
    read = fastexcel.read_excel(made)
    assert read.sheet_names == ["=名 称  1", "=名 称  1 2"]
    frame = read.load_sheet(0).to_polars()
    assert frame.columns == ["=A1", "率", "件", "日"]
    assert frame["=A1"].to_list() == list(NASTY)
    assert (frame["率"].to_list(), frame["件"].to_list()) == ([0.12] * len(NASTY), [3] * len(NASTY))
    assert {each.isoformat()[:10] for each in frame["日"].to_list()} == {"2026-11-20"}


@pytest.mark.parametrize("name", ["=1+1", "<b>x</b>", '#"}] $x$ \\ *a* @b #pagebreak()'])
def test_a_units_name_is_text_in_every_format(sqlite_engine, name):
    site = town(sqlite_engine)
    site.report()
    with database.transaction(sqlite_engine) as session:
        unit = session.exec(select(Unit).where(Unit.code == "411622204202")).one()
        unit.short_name = unit.name = unit.name_en = name
    with database.reading(sqlite_engine) as session:
        found = analyses.of_unit(session, SYSTEM, site.units["411622204"], november(), now=NOW)
        paper = written.paper(words("zh"), sites.profile(session), found)
    assert name in text_of(paper)
    said = formats(paper, found.period.zone)
    assert name.replace(" ", "") in re.sub(r"\s", "", said["pdf"])
    escaped = name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert escaped in said["word"].replace("&quot;", '"')
    with zipfile.ZipFile(BytesIO(sheets.drawn(paper.tables, NOW, found.period.zone))) as opened:
        assert "<f>" not in "".join(opened.read(part).decode() for part in opened.namelist())


def november():
    return Period(date(2026, 11, 1), date(2026, 11, 30), ZoneInfo("Asia/Shanghai"))


def test_who_sees_figures_only_is_told_no_case_and_no_problem(engine):
    site = town(engine)
    site.report()
    with database.reading(engine) as session:
        found = analyses.of_unit(session, site.actors["viewer"], site.units["411622204"], november(), now=NOW)
        assert (found.cases, found.problems, found.situation.figures.received) == (None, None, 1)
        text = text_of(written.paper(words("en"), sites.profile(session), found))
        assert text.count("Cases are told to those who work with them.") == 2
        with pytest.raises(NotAllowed):
            analyses.of_unit(session, site.actors["department"], site.units["411622204"], november(), now=NOW)
        chief = analyses.of_unit(session, site.actors["chief"], site.units["411622204202"], november(), now=NOW)
        assert (chief.standing, chief.problems.total, len(chief.below)) == (None, 0, 2)


def test_the_whole_analysis_reads_alike_on_both_databases(engine):
    site = town(engine)
    for grid in ("411622204201001", "411622204202001", "411622204202002"):
        site.report(by="leader", grid=grid, at=NOW.replace(day=2))
    site.report(at=NOW.replace(day=3), settled_on_the_spot="换了灯泡")
    with database.reading(engine) as session:
        found = analyses.of_unit(session, SYSTEM, site.units["411622204"], november(), now=NOW)
        paper = written.paper(words("zh"), sites.profile(session), found)
    assert paper.sections[0].blocks[0] == (
        "本期收到诉求 4 件，上期（2026年10月1日 – 2026年10月20日）0 件。办结 1 件，占本期收到的 25.00%。"
        "到期 4 件，按期办结 1 件，按期率 25.00%。期末在办 3 件，其中超期 3 件。"
    )
    answering = [(row[2], row[3], row[6], row[7]) for row in tables(paper)["问题清单"]]
    assert answering == [
        ("贾庄村", "1", "第1网格", "空缺；上一级 王书记（大王庄乡）"), ("霍坡村", "1", "第1网格", "周网格 · 网格员"),
        ("霍坡村", "1", "第2网格", "空缺；上一级 霍支书（霍坡村）"),
    ]  # fmt: skip


def test_a_unit_with_nothing_says_so(engine):
    site = town(engine)
    with database.reading(engine) as session:
        found = analyses.of_unit(session, SYSTEM, site.units["411622204201001"], november(), now=NOW)
        paper = written.paper(words("en"), sites.profile(session), found)
        assert analyses.bulletin(session, SYSTEM, site.units["411622204201001"], november(), now=NOW) is None
    assert [section.blocks for section in paper.sections] == [
        ("Nothing came in, fell due or lay open here in this period or the one before.",)
    ]
    assert pdf.drawn(paper).startswith(b"%PDF")


def test_typical_cases_are_of_different_demands_and_tell_no_text(session):
    for unit in places(session):
        rows = told(session, unit)[0].cases
        assert max(Counter(row.reference for row in rows).values(), default=1) == 1
        assert max(Counter(row.kind for row in rows).values(), default=1) == 1


def test_suggestions_name_their_rule_and_their_figure(session):
    for unit in places(session):
        found, paper = told(session, unit)
        if found.is_empty:
            continue
        fired = [each.rule.code for each in found.findings if each.fires]
        [section] = [each for each in paper.sections if each.title == "建议"]
        points = [row for block in section.blocks if isinstance(block, Points) for row in block.rows]
        assert len(points) == len(fired)
        assert all(small.startswith("规则：") and "数据：" in small for _, small in points)
        assert [each.rule for each in found.findings] == list(analyses.RULES)


def test_the_longest_late_is_of_the_problem_list_also_after_the_period(session):
    for unit in places(session):
        for number in (10, 11):
            found, _ = told(session, unit, number=number)
            days = [(NOW - row.oldest_due_at) // timedelta(days=1) for row in found.problems.rows]
            if found.problems.groups == len(days):
                asked = next(each for each in found.findings if each.rule.code == "late_long")
                assert asked.value == max(days, default=None)


def test_a_subject_that_more_than_doubled_is_not_hidden_by_one_with_more_cases_or_with_few(sqlite_engine):
    """40 after 32 are more cases, 9 after 1 the larger share of too few: the rule speaks of 12 after 5."""
    site = town(sqlite_engine)
    then, now_ = (("utilities.water", 32), ("roads", 5), ("welfare", 1)), (40, 12, 9)
    october, november = (NOW.replace(month=month, day=3) for month in (10, 11))
    store(site, [
        {"reported_at": at, "category_id": site.categories[code]}
        for (code, before), after in zip(then, now_, strict=True)
        for at, times in ((october, before), (november, after)) for _ in range(times)
    ])  # fmt: skip
    with database.reading(sqlite_engine) as session:
        found, _ = told(session, units.by_code(session, SYSTEM, "411622204"), actor=site.actors["viewer"])
    grew = next(each for each in found.findings if each.rule.code == "subject_grew")
    assert (grew.facts["of"][1], grew.part, grew.whole, grew.fires) == ("Roads", 7, 12, True)


def test_an_analysis_asks_as_often_for_many_demands_as_for_few(sqlite_engine):
    site, asked, counts = town(sqlite_engine), [], []
    event.listen(sqlite_engine, "before_cursor_execute", lambda *_: asked.append(1))
    for times in (1, 12):
        for number in range(times):
            for grid in ("411622204201001", "411622204202001", "411622204202002"):
                site.report(by="leader", grid=grid, at=NOW - timedelta(days=10 + number))
        with database.reading(sqlite_engine) as session:
            asked.clear()
            analyses.of_unit(session, SYSTEM, site.units["411622204"], november(), now=NOW)
            counts.append(len(asked))
    assert counts[0] == counts[1]
