"""The special ledger in a browser: a problem becomes a project, is approved, paid, finished; what is late is seen."""

import re
from datetime import date
from pathlib import Path

from playwright.sync_api import Page, expect
from sqlalchemy import text

from models.projects import Part
from services import database, projects
from services.access import SYSTEM
from services.demo import PASSWORD
from services.projects import Draft, Taking
from tests.browser.server import open_path, settled, sign_in
from tests.conftest import NOW
from tests.service.test_projects import PDF

BRIDGE = "新建村东便民桥"
WAIT = 30_000


def dialog(page: Page):
    return page.get_by_role("dialog")


def press(page: Page, name: str) -> None:
    """A button of the dialog that is open; it closes when all went well."""
    dialog(page).get_by_role("button", name=name, exact=True).click()
    expect(dialog(page)).to_have_count(0, timeout=WAIT)
    settled(page)


def open_form(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()
    expect(dialog(page)).to_be_visible(timeout=WAIT)


def fill(page: Page, label: str, text: str) -> None:
    field = dialog(page).get_by_label(label, exact=True)
    field.fill(text)
    field.blur()
    settled(page)


def propose(page: Page) -> str:
    """Enter a project of the village; returns its number."""
    page.get_by_role("button", name="新建专项").click()
    fill(page, "专项名称", "打一口机井")
    fill(page, "问题", "连续两年天旱，三百亩地浇不上水。")
    fill(page, "预算（元）", "180,000.50")
    press(page, "立项")
    expect(page.get_by_role("heading", name="打一口机井")).to_be_visible(timeout=WAIT)
    return re.search(r"P\d+-\d+-\d+", page.locator(".stMain").inner_text())[0]


def test_a_project_is_proposed_approved_paid_and_finished(demo_desk: Page, tmp_path: Path, demo_server, open_context):
    sign_in(demo_desk, "chief", PASSWORD, "/projects")
    reference = propose(demo_desk)
    expect(demo_desk.get_by_text("您立的项，由别人批准。")).to_be_visible()
    leader = open_context(demo_server).new_page()
    sign_in(leader, "leader", PASSWORD, f"/projects?id={reference}")
    open_form(leader, "批准")
    press(leader, "批准")
    expect(leader.get_by_text("已批准").first).to_be_visible()

    open_path(demo_desk, f"/projects?id={reference}")
    open_form(demo_desk, "开工")
    press(demo_desk, "开工")
    open_form(demo_desk, "登记到位资金")
    fill(demo_desk, "金额（元）", "150000")
    press(demo_desk, "登记到位资金")
    open_form(demo_desk, "登记支出")
    fill(demo_desk, "金额（元）", "150000.01")
    fill(demo_desk, "用途", "打井工程款")
    fill(demo_desk, "收款方", "打井队")
    expect(dialog(demo_desk).get_by_text("超出现有资金")).to_be_visible()
    fill(demo_desk, "原因", "尾款先由村集体垫付")
    press(demo_desk, "登记支出")
    expect(demo_desk.get_by_text("超出当时资金：尾款先由村集体垫付")).to_be_visible()
    expect(demo_desk.get_by_text("支出比到位资金多 0.01 元")).to_be_visible()

    open_form(demo_desk, "添加节点")
    fill(demo_desk, "要完成什么", "出水验收")
    press(demo_desk, "添加节点")
    expect(demo_desk.locator("[class*='st-key-row-project-step-']")).to_have_count(1)
    demo_desk.locator("[class*='st-key-row-project-step-'] button").first.click()
    demo_desk.get_by_role("option", name="节点完成").or_(
        demo_desk.get_by_role("menuitem", name="节点完成")
    ).first.click()
    press(demo_desk, "节点完成")
    expect(demo_desk.get_by_text("节点 1 / 1").first).to_be_visible()

    open_form(demo_desk, "添加文件")
    plan = tmp_path / "方案.pdf"
    plan.write_bytes(PDF)
    dialog(demo_desk).locator("input[type=file]").set_input_files(plan)
    settled(demo_desk)
    press(demo_desk, "添加文件")
    with demo_desk.expect_download() as fetched:
        demo_desk.get_by_role("button", name="方案.pdf").click()
    assert Path(fetched.value.path()).read_bytes() == PDF

    open_form(demo_desk, "完工")
    press(demo_desk, "完工")
    expect(demo_desk.get_by_text("已完工").first).to_be_visible()


def test_a_late_milestone_stands_on_the_board_and_leads_to_its_project(demo_desk: Page):
    sign_in(demo_desk, "leader", PASSWORD, "/escalations")
    panel = demo_desk.locator(".st-key-p-late-milestones")
    expect(panel.get_by_text("桥面铺装和护栏")).to_be_visible()
    panel.get_by_role("link", name=BRIDGE).click()
    expect(demo_desk.get_by_role("heading", name=BRIDGE)).to_be_visible(timeout=WAIT)
    expect(demo_desk.get_by_text("1 个节点超期").first).to_be_visible()


def test_a_linked_demand_tells_which_project_answers_it_and_each_opens_the_other(demo_desk: Page):
    sign_in(demo_desk, "leader", PASSWORD, "/projects")
    demo_desk.get_by_role("link", name=BRIDGE).click()
    linked = demo_desk.locator(".st-key-p-project-demands [class*='st-key-row-project-d-']").first
    reference = re.search(r"D\d+-\d+-\d+", linked.inner_text())[0]
    linked.get_by_role("link").click()
    expect(demo_desk).to_have_url(re.compile(f"/demands\\?.*id={reference}"), timeout=WAIT)
    demo_desk.get_by_role("link", name=f"由专项“{BRIDGE}”解决").click()
    expect(demo_desk.get_by_role("heading", name=BRIDGE)).to_be_visible(timeout=WAIT)


def test_a_demand_is_linked_by_its_number(demo_desk: Page):
    sign_in(demo_desk, "leader", PASSWORD, "/demands")
    found = demo_desk.locator(".st-key-p-detail").inner_text(timeout=WAIT)
    reference = re.search(r"D\d+-\d+-\d+", found)[0]
    open_path(demo_desk, "/projects")
    demo_desk.get_by_role("link", name=BRIDGE).click()
    open_form(demo_desk, "关联诉求")
    fill(demo_desk, "诉求编号", reference)
    press(demo_desk, "关联诉求")
    expect(demo_desk.locator(".st-key-p-project-demands").get_by_text(reference)).to_be_visible()


def test_the_ledger_comes_down_as_a_workbook(demo_desk: Page):
    sign_in(demo_desk, "leader", PASSWORD, "/projects")
    with demo_desk.expect_download() as fetched:
        demo_desk.get_by_role("button", name="下载").click()
    assert Path(fetched.value.path()).read_bytes()[:4] == b"PK\x03\x04"


def test_an_empty_ledger_says_what_would_fill_it(desk: Page):
    sign_in(desk, "other_chief", path="/projects")
    expect(desk.get_by_text("这里还没有大事难事")).to_be_visible()
    expect(desk.get_by_role("button", name="新建专项")).to_be_visible()


def test_a_phone_reads_a_project_and_nothing_sticks_out(demo_phone: Page):
    sign_in(demo_phone, "chief", PASSWORD, "/projects")
    demo_phone.get_by_role("link", name=BRIDGE).click()
    expect(demo_phone.get_by_role("heading", name=BRIDGE)).to_be_visible(timeout=WAIT)
    settled(demo_phone)
    assert demo_phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth") is True


def test_a_viewer_has_no_page_of_projects(demo_desk: Page):
    sign_in(demo_desk, "viewer", PASSWORD, "/projects")
    expect(demo_desk.get_by_text("您的岗位不使用这个页面")).to_be_visible()
    expect(demo_desk.get_by_text(BRIDGE)).to_have_count(0)


def test_a_department_sees_the_projects_it_takes_part_in_and_may_only_read_them(desk: Page, server):
    with database.transaction(database.engine_for(server.database_url)) as session:
        unit = session.connection().execute(text("SELECT id FROM units WHERE code = '411622204202'")).scalar_one()
        office = session.connection().execute(text("SELECT id FROM departments WHERE code = 'water'")).scalar_one()
        draft = Draft("换自来水管", "管网老化", unit, 5_000_000, date(2026, 3, 2))
        project = projects.propose(session, SYSTEM, draft, now=NOW)
        projects.set_people(session, SYSTEM, project, [Taking(Part.LEAD, department_id=office)], now=NOW)
    sign_in(desk, "department", path="/projects")
    desk.get_by_role("link", name="换自来水管").click()
    expect(desk.get_by_role("heading", name="换自来水管")).to_be_visible(timeout=WAIT)
    settled(desk)
    expect(desk.get_by_role("button", name="编辑")).to_have_count(0)
    expect(desk.get_by_role("button", name="登记支出")).to_have_count(0)
