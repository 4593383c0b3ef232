"""The special ledger: one problem, one policy (systems.md J6)."""

import io
import struct
import zipfile
import zlib
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

import polars
import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError

from models.accounts import PERMISSIONS, Permission
from models.projects import PROJECT_MOVES, Part, ProjectState, ProjectVerb, SourceKind, is_late
from services import backups, database, projects
from services.access import SYSTEM
from services.database import reading, transaction
from services.errors import BadInput, ChangedMeanwhile, NotAllowed, NotFound, Refused, ServiceError
from services.projects import Draft, Fact, Taking
from tests.conftest import NOW
from tests.factories import UNITS, town

TODAY = date(2026, 11, 20)
WAN = 10_000 * 100
VILLAGE, OTHER, TOP = "411622204202", "411622204201", "411622204"


def zipped(parts, **options):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def png(width=1, height=1):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
DOCX = zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": "<document/>"})
XLSX = zipped({"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<workbook/>"})


@pytest.fixture
def site(engine):
    return town(engine)


def draft(site, unit=VILLAGE, **changes):
    plain = Draft(
        title="修建便民桥", problem="汛期过河要绕行八公里，孩子上学、庄稼外运都不便。", unit_id=site.units[unit],
        budget_fen=320 * WAN, starts_on=date(2026, 3, 2),
    )  # fmt: skip
    return replace(plain, **changes)


def do(site, who, service, *given, at=NOW, **options):
    """One call of a service in its own transaction, by the account of this name."""
    actor = SYSTEM if who is None else site.actors[who]
    with transaction(site.engine) as session:
        return service(session, actor, *given, now=at, **options)


def look(site, who, service, *given):
    actor = SYSTEM if who is None else site.actors[who]
    with reading(site.engine) as session:
        return service(session, actor, *given)


def proposed(site, who="chief", **changes):
    return do(site, who, projects.propose, draft(site, **changes))


def under_way(site, **changes):
    project = proposed(site, **changes)
    do(site, "leader", projects.move, project, ProjectVerb.APPROVE)
    do(site, "chief", projects.move, project, ProjectVerb.START)
    return project


def opened(site, project, who="leader", today=TODAY):
    return look(site, who, projects.detail, project, today)


def test_the_bridge_of_the_special_ledger_is_kept_with_all_that_belongs_to_it(site):
    """systems.md J6: a bridge, over 3 million yuan, 7.5 m wide, 53.06 m long, over 2,000 villagers served."""
    demand = site.report(text="过河要绕八公里，请修一座桥。")
    project = proposed(
        site, measures=("县财政补助，不足部分由乡统筹", "村里负责征地协调", "  "), people=2036, households=512,
        beneficiaries="四个自然村的村民和两所小学的学生", ends_on=date(2026, 12, 31),
        facts=(Fact("桥宽", "7.5", "m"), Fact("桥长", "53.06", "m")),
    )  # fmt: skip
    do(site, "leader", projects.move, project, ProjectVerb.APPROVE)
    do(site, "chief", projects.move, project, ProjectVerb.START)
    do(site, "chief", projects.set_people, project, [
        Taking(Part.ASSIST, department_id=site.departments["water"]),
        Taking(Part.LEAD, person_id=site.people["霍支书"]),
    ])  # fmt: skip
    do(site, "chief", projects.fund, project, SourceKind.COUNTY, 250 * WAN, date(2026, 3, 20), giver="县交通专项")
    do(site, "chief", projects.fund, project, SourceKind.VILLAGERS, 70 * WAN + 50, date(2026, 4, 1))
    do(site, "chief", projects.pay, project, 96 * WAN, date(2026, 5, 6), "首期工程款", "某路桥公司")
    piles = do(site, "chief", projects.plan, project, "桩基完成", date(2026, 6, 30), person_id=site.people["霍支书"])
    deck = do(site, "chief", projects.plan, project, "桥面铺装", date(2026, 11, 10))
    do(site, "chief", projects.reach, project, piles, date(2026, 6, 25))
    do(site, "chief", projects.link, project, "D411622-2026-00001")
    document = do(site, "chief", projects.attach, project, "施工图.pdf", PDF)
    found = opened(site, project)
    assert (found.row.reference, found.row.title, found.row.unit, found.row.state) == (
        "P411622-2026-0001", "修建便民桥", "霍坡村", ProjectState.UNDER_WAY,
    )  # fmt: skip
    assert found.row.money == projects.MoneyRow(320 * WAN, 320 * WAN + 50, 96 * WAN)
    assert (found.row.money.left, found.row.money.in_hand, found.row.money.missing) == (224 * WAN, 224 * WAN + 50, 0)
    assert (found.row.people, found.row.households) == (2036, 512)
    assert found.facts == (Fact("桥宽", "7.5", "m"), Fact("桥长", "53.06", "m"))
    assert found.measures == ("县财政补助，不足部分由乡统筹", "村里负责征地协调")
    assert [(row.part, row.name) for row in found.parties] == [(Part.LEAD, "霍支书"), (Part.ASSIST, "县供水公司")]
    assert [(row.title, row.done_on, row.person, row.late_days) for row in found.milestones] == [
        ("桩基完成", date(2026, 6, 25), "霍支书", 0), ("桥面铺装", None, None, 10),
    ]  # fmt: skip
    assert (found.row.milestones, found.row.done, found.row.late, found.row.next_on) == (2, 1, 1, None)
    assert [row.id for row in found.demands] == [demand]
    assert [(row.id, row.name, row.size) for row in found.documents] == [(document, "施工图.pdf", len(PDF))]
    assert look(site, "leader", projects.content, project, document) == PDF
    assert look(site, "leader", projects.of_demand, demand, TODAY)[0].reference == "P411622-2026-0001"
    assert look(site, "leader", projects.late_milestones, site.units[TOP], TODAY) == [
        projects.LateRow(
            "P411622-2026-0001", "修建便民桥", "霍坡村", "Huopo Village", "桥面铺装", date(2026, 11, 10), 10, None
        )
    ]
    assert [row.verb.value for row in found.events] == (
        ["propose", "approve", "start", "people", "fund", "fund", "pay", "plan", "plan", "reach", "link", "attach"]
    )
    do(site, "chief", projects.reach, project, deck, TODAY)
    do(site, "chief", projects.move, project, ProjectVerb.FINISH)
    assert opened(site, project).row.state is ProjectState.FINISHED


def test_a_milestone_is_late_when_its_day_is_over_and_only_while_the_project_lives():
    due = date(2026, 11, 19)
    assert is_late(due, None, date(2026, 11, 20), is_live=True)
    assert not is_late(due, None, due, is_live=True)
    assert not is_late(due, due, date(2026, 11, 20), is_live=True)
    assert not is_late(due, None, date(2026, 11, 20), is_live=False)


def test_lists_boards_and_figures_tell_the_same_late_milestones(site):
    project = under_way(site)
    waiting = proposed(site)
    for each in (project, waiting):
        do(site, "chief", projects.plan, each, "路基", date(2026, 11, 19))
        do(site, "chief", projects.plan, each, "路面", date(2026, 11, 20))
    unit = site.units[VILLAGE]
    assert [row.late for row in look(site, "chief", projects.listed, unit, TODAY)] == [1, 0]
    assert [row.title for row in look(site, "chief", projects.late_milestones, unit, TODAY)] == ["路基"]
    assert look(site, "chief", projects.figures, unit, TODAY).late == 1
    assert opened(site, project).row.next_on == TODAY
    assert [row.late_days for row in opened(site, project).milestones] == [1, 0]
    tomorrow = TODAY + timedelta(days=1)
    assert look(site, "chief", projects.figures, unit, tomorrow).late == 2


def test_who_proposed_a_project_does_not_approve_it(site):
    project = proposed(site)
    with pytest.raises(NotAllowed, match="project_own"):
        do(site, "chief", projects.move, project, ProjectVerb.APPROVE)
    assert ProjectVerb.APPROVE not in projects.choices(site.actors["chief"], opened(site, project, "chief"))
    assert ProjectVerb.APPROVE in projects.choices(site.actors["leader"], opened(site, project, "leader"))


def test_every_move_that_the_table_does_not_hold_is_refused(site):
    """Every verb that moves a project, tried in every state; each try is rolled back."""
    moves = [verb for verb, rule in PROJECT_MOVES.items() if rule.target is not None]
    paths = {
        ProjectState.PROPOSED: [], ProjectState.APPROVED: [ProjectVerb.APPROVE],
        ProjectState.UNDER_WAY: [ProjectVerb.APPROVE, ProjectVerb.START],
        ProjectState.FINISHED: [ProjectVerb.APPROVE, ProjectVerb.START, ProjectVerb.FINISH],
        ProjectState.DROPPED: [ProjectVerb.DROP],
    }  # fmt: skip
    assert set(paths) == set(ProjectState)
    for state, path in paths.items():
        project = proposed(site)
        for verb in path:
            do(site, "leader", projects.move, project, verb, reason="说明")
        assert opened(site, project).row.state is state
        for verb in moves:
            expected = "ok" if state in PROJECT_MOVES[verb].sources else "project_state"
            assert tried(site, "leader", projects.move, project, verb, reason="说明") == expected


class _Undo(Exception):
    """Rolls a tried call back."""


def tried(site, who, service, *given, **options):
    """ "ok", or the code of the refusal; nothing stays."""
    actor = SYSTEM if who is None else site.actors[who]
    try:
        with transaction(site.engine) as session:
            service(session, actor, *given, now=NOW, **options)
            raise _Undo
    except ServiceError as error:
        return error.code
    except _Undo:
        return "ok"


@pytest.mark.parametrize("verb", [verb for verb, rule in PROJECT_MOVES.items() if rule.needs_reason and rule.target])
def test_side_moves_need_a_reason(site, verb):
    project = under_way(site)
    if verb is ProjectVerb.RESUME:
        do(site, "chief", projects.move, project, ProjectVerb.FINISH)
    assert tried(site, "chief", projects.move, project, verb, reason="  ") == "project_reason_missing"


def test_a_project_is_not_finished_while_a_milestone_waits(site):
    project = under_way(site)
    step = do(site, "chief", projects.plan, project, "验收", date(2026, 12, 1))
    with pytest.raises(Refused, match="milestones_open") as refusal:
        do(site, "chief", projects.move, project, ProjectVerb.FINISH)
    assert refusal.value.facts == {"count": 1, "first": "验收"}
    do(site, "chief", projects.unplan, project, step, reason="并入下一项")
    do(site, "chief", projects.move, project, ProjectVerb.FINISH)
    assert opened(site, project).events[-2].facts == {"title": "验收", "due": "2026-12-01"}


def test_a_payment_beyond_the_money_is_taken_with_a_reason_only_and_stays_marked(site):
    project = under_way(site, budget_fen=100 * WAN)
    do(site, "chief", projects.fund, project, SourceKind.TOWNSHIP, 60 * WAN, TODAY)
    do(site, "chief", projects.pay, project, 60 * WAN, TODAY, "材料款", "某建材行")
    paid = partial(do, site, "chief", projects.pay, project, 1, TODAY, "尾款", "某建材行")
    with pytest.raises(BadInput, match="overspend") as refusal:
        paid()
    assert refusal.value.facts == {"over": "0.01"}
    paid(over_reason="上级资金下周到账，经会议同意")
    assert [(row.amount, row.over_reason) for row in opened(site, project).payments] == [
        (60 * WAN, None), (1, "上级资金下周到账，经会议同意"),
    ]  # fmt: skip
    last = opened(site, project).events[-1]
    assert (last.reason, last.facts) == ("上级资金下周到账，经会议同意", {"amount": 1, "over": 1})
    assert opened(site, project).row.money.in_hand == -1


def test_what_is_withdrawn_counts_no_more_but_stays_in_the_ledger(site):
    project = under_way(site)
    do(site, "chief", projects.fund, project, SourceKind.DONATION, 5 * WAN, TODAY)
    do(site, "chief", projects.pay, project, WAN, TODAY, "设计费", "某设计院")
    row = opened(site, project)
    do(site, "chief", projects.withdraw, project, ProjectVerb.UNPAY, row.payments[0].id, reason="记错了项目")
    do(site, "chief", projects.withdraw, project, ProjectVerb.UNFUND, row.sources[0].id, reason="捐款未到")
    found = opened(site, project)
    assert found.row.money == projects.MoneyRow(320 * WAN, 0, 0)
    assert (found.sources[0].withdrawn_at, found.payments[0].withdrawn_at) == (NOW, NOW)
    again = tried(site, "chief", projects.withdraw, project, ProjectVerb.UNPAY, row.payments[0].id, reason="再来")
    assert again == "withdrawn_before"


def test_sums_are_exact_where_floats_would_not_be(site):
    project = under_way(site, budget_fen=10**14 + 1)
    for _ in range(3):
        do(site, "chief", projects.fund, project, SourceKind.UPPER, 10**14 + 1, TODAY)
    assert opened(site, project).row.money.raised == 3 * 10**14 + 3


@pytest.mark.parametrize(
    ("given", "expected"),
    [("3,215,000.50", 321_500_050), ("0.1", 10), (" ¥12 元", 1200), ("１，２００．０５", 120_005), ("0", 0)],
)
def test_yuan_are_read_as_people_type_them(given, expected):
    assert projects.fen(given) == expected


@pytest.mark.parametrize("given", ["", "-1", "1.005", "1e9", "NaN", "abc", "9" * 30, "١٢٣", "1..2", "0x10"])
def test_what_is_no_sum_of_money_is_refused(given):
    with pytest.raises(BadInput, match="money_wrong"):
        projects.fen(given)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"title": "  "}, "project_title_missing"), ({"problem": ""}, "project_problem_missing"),
        ({"title": "长" * 81}, "text_long"), ({"budget_fen": -1}, "money_wrong"), ({"budget_fen": 1.5}, "money_wrong"),
        ({"budget_fen": 10**18}, "money_wrong"), ({"ends_on": date(2026, 3, 1)}, "project_term"),
        ({"people": -1}, "count_wrong"), ({"households": 10**9}, "count_wrong"),
        ({"facts": (Fact("桥长", "NaN", "m"),)}, "fact_wrong"), ({"facts": (Fact("桥长", "五十米"),)}, "fact_wrong"),
        ({"facts": (Fact("", "5"),)}, "fact_label_missing"), ({"measures": ("做",) * 31}, "project_too_many"),
    ],
)  # fmt: skip
def test_a_wrong_draft_is_refused_and_nothing_is_stored(site, change, code):
    with pytest.raises(BadInput, match=code):
        proposed(site, **change)
    assert look(site, "leader", projects.listed, site.units[TOP], TODAY) == []


def test_wrong_money_days_and_people_of_a_project_are_refused(site):
    project = under_way(site)
    day, later = date(2026, 5, 1), TODAY + timedelta(days=1)
    tries = {
        "no money": (projects.fund, SourceKind.COUNTY, 0, day),
        "less than none": (projects.pay, -5, day, "款", "某公司"),
        "a payment to come": (projects.pay, 5, later, "款", "某公司"),
        "nothing said": (projects.pay, 5, day, "", "某公司"),
        "before the start": (projects.plan, "打桩", date(2026, 3, 1)),
        "a milestone without a name": (projects.plan, " ", day),
        "a villager": (projects.plan, "打桩", day, 999_999),
        "twice": (projects.set_people, [Taking(Part.LEAD, department_id=1), Taking(Part.ASSIST, department_id=1)]),
        "neither": (projects.set_people, [Taking(Part.LEAD)]),
        "no department": (projects.set_people, [Taking(Part.LEAD, department_id=999_999)]),
        "no demand": (projects.link, "D000000-2026-00000"),
    }
    found = {}
    for name, (service, *given) in tries.items():
        options = {"over_reason": "先付"} if service is projects.pay else {}
        if name == "a villager":
            options["person_id"] = given.pop()
        found[name] = tried(site, "chief", service, project, *given, **options)
    assert found == {
        "no money": "money_wrong", "less than none": "money_wrong", "a payment to come": "day_to_come",
        "nothing said": "purpose_missing", "before the start": "milestone_before_start",
        "a milestone without a name": "milestone_missing", "a villager": "person_not_found", "twice": "party_twice",
        "neither": "party_twice", "no department": "department_not_found", "no demand": "demand_not_found",
    }  # fmt: skip


def test_a_milestone_moves_with_a_reason_and_its_first_day_stays_seen(site):
    project = under_way(site)
    step = do(site, "chief", projects.plan, project, "合龙", date(2026, 10, 1))
    assert tried(site, "chief", projects.replan, project, step, "合龙", TODAY) == "project_reason_missing"
    do(site, "chief", projects.replan, project, step, "主桥合龙", date(2026, 12, 1), reason="汛期停工四十天")
    row = opened(site, project).milestones[0]
    assert (row.title, row.first_due_on, row.due_on, row.late_days) == (
        "主桥合龙", date(2026, 10, 1), date(2026, 12, 1), 0,
    )  # fmt: skip
    assert opened(site, project).events[-1].facts == {"title": "合龙", "due": ["2026-10-01", "2026-12-01"]}
    done = partial(tried, site, "chief", projects.reach, project, step)
    assert done(TODAY + timedelta(days=1)) == "day_to_come"
    assert done(date(2026, 3, 1)) == "milestone_before_start"
    assert done(None, reason="没做完") == "milestone_done"
    assert done(TODAY) == "ok"


def test_the_first_day_cannot_move_behind_a_milestone(site):
    project = under_way(site)
    do(site, "chief", projects.plan, project, "开工", date(2026, 3, 10))
    moved = draft(site, starts_on=date(2026, 3, 11))
    assert tried(site, "chief", projects.change, project, moved) == "milestone_before_start"


def test_a_change_is_one_event_that_tells_what_stood_there_before(site):
    project = proposed(site, measures=("甲",))
    do(site, "chief", projects.change, project, draft(site, measures=("甲", "乙"), budget_fen=330 * WAN, people=2100))
    do(site, "chief", projects.change, project, draft(site, measures=("甲", "乙"), budget_fen=330 * WAN, people=2100))
    found = opened(site, project)
    assert (found.measures, found.row.money.budget) == (("甲", "乙"), 330 * WAN)
    assert [event.facts for event in found.events[1:]] == [
        {"measures": [["甲"], ["甲", "乙"]], "budget_fen": [320 * WAN, 330 * WAN], "people": [None, 2100]}
    ]


def test_of_two_who_act_at_once_the_second_is_told_who_was_first(site):
    project = under_way(site)
    seen = opened(site, project).row.version
    do(site, "leader", projects.plan, project, "验收", TODAY, seen_version=seen)
    with pytest.raises(ChangedMeanwhile, match="project_changed") as refusal:
        do(site, "chief", projects.plan, project, "验收", TODAY, seen_version=seen)
    assert refusal.value.facts == {"who": "王书记", "at": NOW, "reference": "P411622-2026-0001"}
    assert len(opened(site, project).milestones) == 1


def test_a_payment_sent_twice_is_paid_once_and_a_key_belongs_to_who_used_it(site):
    project = under_way(site)
    for _ in range(2):
        do(site, "chief", projects.pay, project, WAN, TODAY, "款", "某公司", over_reason="先付", key="abc")
    assert opened(site, project).row.money.spent == WAN
    assert tried(site, "leader", projects.propose, draft(site), key="abc") == "key_used"
    first = do(site, "leader", projects.propose, draft(site), key="new")
    assert do(site, "leader", projects.propose, draft(site), key="new") == first


GOOD = {
    "a.pdf": PDF,
    "桥.PNG": png(),
    "b.docx": DOCX,
    "c.xlsx": XLSX,
    "d.jpeg": b"\xff\xd8\xff\xe0" + b"0" * 40 + b"\xff\xd9",
}


def test_documents_of_the_allowed_kinds_are_kept_and_given_back_byte_for_byte(site):
    project = proposed(site)
    ids = {name: do(site, "chief", projects.attach, project, name, content) for name, content in GOOD.items()}
    assert {name: look(site, "chief", projects.content, project, ids[name]) for name in GOOD} == GOOD
    assert [row.media_type.rpartition(".")[2] for row in opened(site, project).documents] == [
        "application/pdf", "image/png", "document", "sheet", "image/jpeg",
    ]  # fmt: skip
    again = tried(site, "chief", projects.attach, project, "同一份.pdf", PDF)
    do(site, "chief", projects.detach, project, ids["a.pdf"], reason="放错了")
    assert (again, len(opened(site, project).documents)) == ("document_there", 4)
    assert opened(site, project).events[-1].facts["name"] == "a.pdf"


def bomb():
    return zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": b"\0" * (101 * 2**20)}, compresslevel=9)


def lying(content):
    """A zip whose directory says that its last part is small."""
    place = content.rindex(b"PK\x01\x02")
    return content[: place + 24] + struct.pack("<I", 10) + content[place + 28 :]


@pytest.mark.parametrize(
    ("name", "make", "code"),
    [
        ("plan.pdf", lambda: b"MZ\x90\0" + b"0" * 100, "document_kind"),
        ("plan.pdf", png, "document_kind"),
        ("plan.exe", lambda: PDF, "document_kind"),
        ("plan", lambda: PDF, "document_kind"),
        ("half.pdf", lambda: PDF[:20], "document_kind"),
        ("page.html", lambda: b"<script>alert(1)</script>", "document_kind"),
        ("some.zip", lambda: zipped({"a.txt": "a"}), "document_kind"),
        ("broken.docx", lambda: DOCX[:-30], "document_kind"),
        ("macro.docx", lambda: zipped({"[Content_Types].xml": "", "word/document.xml": "", "word/vbaProject.bin": "x"}),
         "document_active"),
        ("bomb.docx", bomb, "document_bomb"),
        ("liar.docx", lambda: lying(bomb()), "document_kind"),
        ("many.xlsx", lambda: zipped({f"{number}": "" for number in range(2100)}), "document_bomb"),
        ("empty.pdf", lambda: b"", "document_empty"),
        ("large.pdf", lambda: PDF + b"\0" * (10 * 2**20), "document_large"),
        ("../", lambda: PDF, "document_name_missing"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_what_it_should_be_is_refused(sqlite_engine, name, make, code):
    site = town(sqlite_engine)
    project = proposed(site)
    assert tried(site, "chief", projects.attach, project, name, make()) == code
    assert opened(site, project).documents == ()


def test_a_document_s_name_keeps_no_folder_and_no_hidden_sign(sqlite_engine):
    site = town(sqlite_engine)
    project = proposed(site)
    do(site, "chief", projects.attach, project, "C:\\secret\\..\\gpj\u202efdp.\r\n" + "长" * 200 + ".pdf", PDF)
    name = opened(site, project).documents[0].name
    assert (name[:8], name[-5:], len(name)) == ("gpjfdp. ", "长.pdf", 118)


def inside(who_unit, code):
    parents = {unit: parent for unit, *_, parent in UNITS}
    while code is not None and code != who_unit:
        code = parents[code]
    return code is not None


HOMES = {
    "leader": TOP, "supervisor": TOP, "administrator": TOP, "viewer": TOP, "chief": VILLAGE, "other_chief": OTHER,
    "member": "411622204202001", "department": None, "other_department": None,
}  # fmt: skip


def test_every_role_sees_the_projects_of_its_subtree_and_those_it_takes_part_in(site):
    """One project at the township, one in each village, one in a grid; the water company takes part in one of them."""
    places = [TOP, VILLAGE, OTHER, "411622204202001"]
    made = {code: do(site, None, projects.propose, draft(site, code)) for code in places}
    do(site, None, projects.set_people, made[OTHER], [
        Taking(Part.LEAD, department_id=site.departments["water"]),
        Taking(Part.ASSIST, person_id=site.people["王书记"]),
    ])  # fmt: skip
    do(site, None, projects.plan, made[TOP], "开工", TODAY)
    found, expected = {}, {}
    for who, home in HOMES.items():
        seen = {code for code in places if home is not None and inside(home, code)}
        seen |= {OTHER} if who == "department" else set()
        for code in places:
            found[who, code] = read(site, who, made[code])
            expected[who, code] = "not_allowed" if who == "viewer" else ("ok" if code in seen else "project_not_found")
        if who != "viewer":
            listed = look(site, who, projects.listed, None, TODAY)
            assert {row.id for row in listed} == {made[code] for code in seen}
    assert found == expected


def read(site, who, project):
    try:
        opened(site, project, who)
    except ServiceError as error:
        return error.code
    return "ok"


def test_who_is_named_in_a_project_above_sees_it_but_does_not_change_it(site):
    project = do(site, "leader", projects.propose, draft(site, TOP))
    assert read(site, "member", project) == "project_not_found"
    member = site.actors["member"].person_id
    do(site, "leader", projects.plan, project, "开工", TODAY)
    with transaction(site.engine) as session:
        session.connection().execute(text("UPDATE project_milestones SET person_id = :who"), {"who": member})
    assert read(site, "member", project) == "ok"
    assert opened(site, project, "member").writable is False
    do(site, "leader", projects.set_people, project, [Taking(Part.LEAD, department_id=site.departments["water"])])
    chief = site.actors["chief"].person_id
    with transaction(site.engine) as session:
        session.connection().execute(text("UPDATE project_milestones SET person_id = :who"), {"who": chief})
    assert tried(site, "chief", projects.plan, project, "验收", TODAY) == "project_elsewhere"


def test_every_role_writes_only_where_its_role_and_its_subtree_allow(site):
    project = proposed(site, who="leader")
    row_id = do(site, "leader", projects.plan, project, "开工", TODAY)
    document = do(site, "leader", projects.attach, project, "a.pdf", PDF)
    site.report()
    do(site, "leader", projects.link, project, "D411622-2026-00001")
    do(site, "leader", projects.fund, project, SourceKind.OTHER, 5, TODAY)
    source = opened(site, project).sources[0].id
    writes = {
        "propose": (projects.propose, draft(site)), "change": (projects.change, project, draft(site, people=5)),
        "move": (projects.move, project, ProjectVerb.DROP),
        "fund": (projects.fund, project, SourceKind.COUNTY, 5, TODAY),
        "withdraw": (projects.withdraw, project, ProjectVerb.UNFUND, source),
        "plan": (projects.plan, project, "验收", TODAY), "replan": (projects.replan, project, row_id, "开工", TODAY),
        "reach": (projects.reach, project, row_id, TODAY), "unplan": (projects.unplan, project, row_id),
        "people": (projects.set_people, project, []), "attach": (projects.attach, project, "b.png", png()),
        "detach": (projects.detach, project, document), "unlink": (projects.unlink, project, "D411622-2026-00001"),
    }  # fmt: skip
    reasoned = {"move", "withdraw", "unplan", "detach", "unlink"}
    found, expected = {}, {}
    for who, home in HOMES.items():
        for name, (service, *given) in writes.items():
            options = {"reason": "说明"} if name in reasoned else {}
            found[who, name] = tried(site, who, service, *given, **options)
            if Permission.TRIAGE not in PERMISSIONS[site.actors[who].role]:
                expected[who, name] = "not_allowed"
            elif home is None or not inside(home, VILLAGE):
                expected[who, name] = "unit_not_found" if name == "propose" else "project_not_found"
            else:
                expected[who, name] = "ok"
    assert found == expected


def test_a_viewer_gets_sums_and_nothing_else(site):
    project = under_way(site, people=2036)
    do(site, "chief", projects.fund, project, SourceKind.COUNTY, 5 * WAN, TODAY)
    do(site, None, projects.propose, draft(site, OTHER))
    found = look(site, "viewer", projects.figures, site.units[VILLAGE], TODAY)
    assert (found.money, found.people, found.late) == (projects.MoneyRow(320 * WAN, 5 * WAN, 0), 2036, 0)
    assert found.states[ProjectState.UNDER_WAY] == 1
    refused = [
        (projects.listed, None, TODAY), (projects.detail, project, TODAY), (projects.late_milestones, None, TODAY),
        (projects.content, project, 1), (projects.find, "P411622-2026-0001"), (projects.of_demand, 1, TODAY),
        (projects.candidates, site.units[TOP], TODAY), (projects.ledger, None, TODAY, str), (projects.sums, project),
    ]  # fmt: skip
    for service, *given in refused:
        with pytest.raises(NotAllowed):
            look(site, "viewer", service, *given)


def test_a_reader_sees_of_the_linked_demands_only_their_own_and_how_many_more_there_are(site):
    site.report(by="leader", grid="411622204201001")
    site.report()
    project = do(site, "leader", projects.propose, draft(site))
    for number in (1, 2):
        do(site, "leader", projects.link, project, f"D411622-2026-0000{number}")
    found = opened(site, project, "chief")
    assert ([row.reference for row in found.demands], found.hidden_demands) == (["D411622-2026-00002"], 1)
    assert tried(site, "chief", projects.link, project, "D411622-2026-00001") == "demand_not_found"
    assert tried(site, "leader", projects.link, project, "D411622-2026-00001") == "demand_linked"


def test_a_department_reads_masked_names_of_those_who_answer(site):
    project = proposed(site)
    do(site, "chief", projects.set_people, project, [
        Taking(Part.LEAD, person_id=site.people["霍支书"]),
        Taking(Part.ASSIST, department_id=site.departments["water"]),
    ])  # fmt: skip
    assert [row.name for row in opened(site, project, "department").parties] == ["霍**", "县供水公司"]


def test_those_who_may_be_named_serve_at_the_unit_above_it_or_at_a_department(site):
    names = look(site, "chief", projects.candidates, site.units[VILLAGE], TODAY)
    assert [(row.name, row.place) for row in names] == [("霍支书", "霍坡村"), ("王书记", "大王庄乡")]
    with pytest.raises(NotFound):
        look(site, "chief", projects.candidates, site.units[OTHER], TODAY)


def test_the_list_costs_the_same_number_of_queries_for_one_project_and_for_thirty(site):
    proposed(site)
    once = queries(site)
    for _ in range(29):
        project = proposed(site)
        do(site, "chief", projects.plan, project, "开工", TODAY)
    assert (queries(site), once) == (once, 2)


def queries(site):
    seen = []
    event.listen(site.engine, "before_cursor_execute", lambda *facts: seen.append(facts[2]))
    look(site, "chief", projects.listed, site.units[VILLAGE], TODAY)
    return len([statement for statement in seen if statement.startswith("SELECT")])


def test_the_workbook_has_typed_cells_and_no_formula_from_anyone_s_text(site):
    project = do(site, "chief", projects.propose, draft(site, title="=1+1", problem="http://example.org/x"))
    do(site, "leader", projects.move, project, ProjectVerb.APPROVE)
    do(site, "chief", projects.fund, project, SourceKind.COUNTY, 150, TODAY, giver="=HYPERLINK(1)")
    book = look(site, "chief", projects.ledger, site.units[VILLAGE], TODAY, lambda key: key.replace(".", " "))
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        sheets = "".join(parts.read(name).decode() for name in parts.namelist() if "worksheets/sheet" in name)
    assert ("<f>" in sheets, "hyperlink" in sheets) == (False, False)
    table = polars.read_excel(book, sheet_name="sheet projects", engine="calamine")
    row = table.row(0, named=True)
    assert (row["column title"], row["column budget"], row["column raised"], row["column starts_on"]) == (
        "=1+1", 3_200_000, 1.5, date(2026, 3, 2),
    )  # fmt: skip
    money = polars.read_excel(book, sheet_name="sheet money", engine="calamine").row(0, named=True)
    assert (money["column amount"], money["column party"]) == (1.5, "=HYPERLINK(1)")


def test_a_backup_brings_every_document_back_byte_for_byte(site, tmp_path):
    project = proposed(site)
    document = do(site, "chief", projects.attach, project, "桥.png", png())
    with reading(site.engine) as session:
        backups.backup(session, SYSTEM, tmp_path / "site.backup", now=NOW)
    other = database.engine_for(f"sqlite:///{tmp_path / 'other.db'}")
    database.migrate(other)
    with transaction(other) as session:
        backups.restore(session, SYSTEM, tmp_path / "site.backup", now=NOW)
        assert projects.content(session, SYSTEM, project, document) == png()
    other.dispose()


@pytest.mark.parametrize(
    "change", ["budget_fen = -1", "state = 'lost'", "ends_on = '2020-01-01'", "people = -1", "unit_id = 999999"]
)
def test_the_database_has_the_last_word_on_projects(engine, change):
    site = town(engine)
    proposed(site)
    with pytest.raises(IntegrityError), transaction(engine) as session:
        session.connection().execute(text(f"UPDATE projects SET {change}"))
