from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import func, select

from models.demands import Demand
from services import database
from services.database import reading
from tests.browser.server import Server, open_path, settled, sign_in

HEAD = "external_id,title,text,unit_code,reported_at,reporter\n"
GOOD = "A-1,路灯不亮,村口的路灯不亮了,411622204202001,2026-11-01 08:00,霍某\n"
BAD = "A-2,水管漏水,自来水管漏水,411622204202001,没有日期,霍某\n"


def stored(server: Server) -> int:
    engine = database.engine_for(server.database_url)
    with reading(engine) as session:
        found = session.exec(select(func.count()).select_from(Demand)).one()
    engine.dispose()
    return found


def send(page: Page, path: Path) -> None:
    page.locator("input[type=file]").first.set_input_files(path)
    settled(page)


def start_again(page: Page) -> None:
    page.locator(".st-key-import-again button").click()
    page.locator("input[type=file]").first.wait_for(state="attached")


def test_a_file_is_looked_at_run_with_its_good_rows_and_told_row_by_row(server, desk: Page, tmp_path: Path):
    before = stored(server)
    path = tmp_path / "demands.csv"
    path.write_text(HEAD + GOOD + BAD, encoding="gbk")
    sign_in(desk, "supervisor", path="/imports")
    send(desk, path)
    expect(desk.get_by_text("3 预览")).to_be_visible()
    assert stored(server) == before
    desk.locator(".st-key-import-go button").click()
    expect(desk.get_by_text("因为下面的坏行，什么都没有存入。")).to_be_visible()
    assert stored(server) == before
    start_again(desk)
    send(desk, path)
    desk.get_by_text("好的照存").click()
    settled(desk)
    desk.locator(".st-key-import-go button").click()
    expect(desk.get_by_text("导入完成。")).to_be_visible()
    assert stored(server) == before + 1
    open_path(desk, "/demands")
    open_path(desk, "/imports")
    expect(desk.get_by_text("导入完成。")).to_be_visible()
    with desk.expect_download() as download:
        desk.get_by_role("button", name="下载坏行").click()
    assert download.value.path().read_text("utf-8-sig").splitlines()[1] == "3,reported_at,日期读不出来,没有日期"
    start_again(desk)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("broken.xlsx", b"PK\x03\x04 not a workbook", "已损坏，或不是 Excel 文件"),
        ("empty.csv", b"", "没有数据行"),
        ("other.csv", b"alpha,beta\n1,2\n", "表头和要导入的内容对不上"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_in_a_sentence_and_the_session_goes_on(
    server, desk: Page, tmp_path: Path, name, content, sentence
):
    before = stored(server)
    (tmp_path / name).write_bytes(content)
    sign_in(desk, "supervisor", path="/imports")
    send(desk, tmp_path / name)
    expect(desk.get_by_test_id("stAlert").get_by_text(sentence)).to_be_visible()
    expect(desk.locator(".st-key-import-go")).to_have_count(0)
    assert stored(server) == before
