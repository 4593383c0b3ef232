"""Sign-in in a real browser and over the bare socket: nothing of a page is seen by those who may not see it."""

import re
from collections.abc import Iterator

import httpx
import pytest
from google.protobuf.message import Message
from google.protobuf.text_format import MessageToString
from playwright.sync_api import Page, expect
from sqlmodel import select
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.Navigation_pb2 import Navigation
from websockets.sync.client import connect

from models.accounts import PERMISSIONS, Permission, Role
from models.units import Unit
from pages.i18n import words
from pages.ui import failures
from services import accounts, database, passwords
from services.access import SYSTEM
from services.database import transaction
from services.settings import COOKIE
from tests.browser.server import Server, open_path, running, settled, sign_in
from tests.conftest import NOW
from tests.factories import PASSWORD, town

NEEDS = {
    "today": Permission.SEE_FIGURES, "map": Permission.SEE_FIGURES, "rankings": Permission.SEE_FIGURES,
    "rates": Permission.SEE_FIGURES,
    "demands": Permission.SEE_DEMANDS, "report": Permission.REPORT, "escalations": Permission.SEE_DEMANDS,
    "requests": Permission.SEE_DEMANDS, "callbacks": Permission.CLOSE, "projects": Permission.SEE_DEMANDS,
    "watch": Permission.SEE_DEMANDS, "assessments": Permission.SEE_FIGURES, "sunshine": Permission.PUBLISH,
    "analyses": Permission.SEE_FIGURES, "imports": Permission.IMPORT, "people": Permission.TRIAGE,
    "walls": Permission.MANAGE, "account": None,
}  # fmt: skip
USERS = {
    Role.LEADER: "leader", Role.SUPERVISOR: "supervisor", Role.CHIEF: "chief", Role.GRID_MEMBER: "member",
    Role.DEPARTMENT: "department", Role.VIEWER: "viewer", Role.ADMINISTRATOR: "administrator",
}  # fmt: skip


def post(server: Server, path: str = "/sign-in", headers: dict[str, str] | None = None, **form: str) -> httpx.Response:
    return httpx.post(server.address + path, data=form, headers=headers or {}, follow_redirects=False, timeout=30)


def cookie_of(server: Server, username: str) -> str:
    return post(server, username=username, password=PASSWORD).cookies[COOKIE]


def test_a_deep_link_asks_for_the_password_and_then_keeps_its_query(desk: Page):
    sign_in(desk, "leader", path="/rankings?unit=411622204202&period=2026-10")
    assert "/rankings?unit=411622204202&period=2026-10" in desk.url
    expect(desk.get_by_text("王书记").first).to_be_visible()


@pytest.mark.parametrize(
    ("language", "sentence"), [("zh", "账号或密码不对。"), ("en", "The name or the password is not right.")]
)
def test_a_wrong_password_is_told_in_both_languages_and_the_way_on_is_kept(server, open_context, language, sentence):
    page = open_context(server, language=language).new_page()
    sign_in(page, "nobody", "not this one", path="/map?unit=411622204202")
    expect(page.get_by_role("alert")).to_have_text(sentence)
    sign_in(page, "leader", path=page.url.removeprefix(server.address))
    assert "unit=411622204202" in page.url
    assert "error" not in page.url


def test_words_in_the_address_are_not_repeated_on_the_page(desk: Page):
    desk.goto("/?error=sign_in_locked&minutes=call+12345")
    settled(desk)
    expect(desk.get_by_role("alert")).to_have_text("输错次数太多，请 15 分钟后再试。")


@pytest.mark.parametrize(
    ("wanted", "goes_to"),
    [
        ("/demands?unit=411622204202&overdue=1", "/demands?unit=411622204202&overdue=1"),
        ("/demands?text=%E8%B7%AF%E7%81%AF&error=x", "/demands?text=%E8%B7%AF%E7%81%AF"),
        ("https://elsewhere.example/", "/"), ("//elsewhere.example", "/"), ("/\\elsewhere.example", "/"),
        ("/\t/elsewhere.example", "/"), ("javascript:alert(1)", "/"), ("/sign-out", "/"), ("", "/"), ("http://[", "/"),
        ("/map?next=//elsewhere.example", "/map?next=%2F%2Felsewhere.example"), ("/map\r\nX-Y: z", "/"),
    ],
)  # fmt: skip
def test_nobody_is_sent_elsewhere_after_signing_in(server, wanted, goes_to):
    answer = post(server, username="leader", password=PASSWORD, next=wanted)
    assert (answer.status_code, answer.headers["location"]) == (303, goes_to)


def test_the_cookie_is_set_by_the_post_alone_and_is_out_of_reach_for_scripts(server):
    flags = post(server, username="leader", password=PASSWORD).headers["set-cookie"].lower()
    assert flags.startswith(f"{COOKIE}=")
    assert {"httponly", "samesite=lax", "path=/", "max-age=604800"} <= set(flags.split("; "))
    assert "secure" not in flags
    for path in ("/", "/demands", "/health", "/_stcore/health"):
        assert COOKIE not in httpx.get(server.address + path, timeout=30).headers.get("set-cookie", "")
    assert httpx.get(f"{server.address}/sign-in", timeout=30).headers.get("set-cookie", "").find(COOKIE) == -1
    assert "set-cookie" not in post(server, username="leader", password="wrong wrong").headers


@pytest.mark.parametrize(
    "headers", [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"origin": "https://elsewhere.example"},
                {"origin": "null"}],
)  # fmt: skip
def test_another_site_can_neither_sign_people_in_nor_out(server, headers):
    assert post(server, username="leader", password=PASSWORD, headers=headers).status_code == 403
    assert post(server, "/sign-out", headers=headers).status_code == 403


def test_a_huge_form_is_refused_before_it_is_read(server):
    assert post(server, username="leader", password="x" * 100_000).status_code == 413


def test_nobody_uploads_without_signing_in(server):
    answer = httpx.put(f"{server.address}/_stcore/upload_file/some/file", content=b"x" * 1000, timeout=30)
    assert (answer.status_code, answer.text) == (403, "sign in first")


class Answer:
    """What the server sends over the socket for one run: which pages there are, which one ran, all words."""

    def __init__(self, messages: list[ForwardMsg]) -> None:
        navigation = next(message.navigation for message in messages if message.HasField("navigation"))
        self.hashes = {page.url_pathname: page.page_script_hash for page in navigation.app_pages}
        self.entries = {page.url_pathname for page in navigation.app_pages if not page.is_hidden}
        self.ran = next(name for name, key in self.hashes.items() if key == navigation.page_script_hash)
        self.position = navigation.position
        said = [message.delta for message in messages if message.HasField("delta")]
        self.words, self.last = "".join(map(text_of, said)), text_of(said[-1])


def text_of(message: Message) -> str:
    return MessageToString(message, as_utf8=True)


def ask(server: Server, page: str, cookie: str = "", key: str = "", query: str = "") -> Answer:
    """Open the bare socket without a browser and ask for an address (or for a page by its key)."""
    headers = {"Cookie": f"{COOKIE}={cookie}"} if cookie else {}
    back = BackMsg()
    back.rerun_script.page_name, back.rerun_script.page_script_hash, back.rerun_script.query_string = page, key, query
    address = f"{server.address.replace('http', 'ws')}/_stcore/stream"
    messages: list[ForwardMsg] = []
    with connect(address, subprotocols=["streamlit"], additional_headers=headers, max_size=None) as socket:
        socket.send(back.SerializeToString())
        while not messages or not messages[-1].HasField("script_finished"):
            messages.append(ForwardMsg.FromString(socket.recv(timeout=30)))
    return Answer(messages)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that nobody has visited yet."""
    folder = tmp_path_factory.mktemp("fresh")
    engine = database.engine_for(f"sqlite:///{folder / 'site.db'}")
    database.migrate(engine)
    town(engine)
    engine.dispose()
    with running(f"sqlite:///{folder / 'site.db'}", folder) as started:
        yield started


@pytest.mark.parametrize("page", sorted(NEEDS))
def test_a_cold_deep_link_without_a_cookie_runs_no_page(fresh, page):
    for cookie in ("", "made-up"):
        answer = ask(fresh, page, cookie, query="unit=411622204202")
        assert "smallgrid_sign_in" in answer.words
        assert [word for word in ("王书记", "霍坡村", "周网格") if word in answer.words] == []
        assert answer.position == Navigation.HIDDEN


@pytest.mark.parametrize("role", list(Role))
def test_a_role_sees_its_own_pages_and_a_forced_address_shows_nothing_of_another(server, role):
    cookie = cookie_of(server, USERS[role])
    permitted = {name for name, needed in NEEDS.items() if needed is None or needed in PERMISSIONS[role]}
    home = ask(server, "account", cookie)
    assert (set(home.hashes), home.entries) == ({"", *NEEDS}, permitted)
    for name in sorted(set(NEEDS) - permitted):
        for answer in (ask(server, name, cookie), ask(server, "", cookie, key=home.hashes[name])):
            assert answer.ran == name
            assert words("zh")("This screen is for other roles than yours.") in answer.last
    failed = words("zh")(failures.SENTENCE)
    broken = [name for name in sorted(permitted) if failed in ask(server, name, cookie).words]
    assert broken == []


def test_a_running_page_stops_at_the_next_click_once_its_account_is_disabled(server, desk: Page):
    engine = database.engine_for(server.database_url)
    with transaction(engine) as session:
        top = ask_unit(session)
        account = accounts.create(session, SYSTEM, "leaver", PASSWORD, Role.ADMINISTRATOR, now=NOW, unit_id=top)
    sign_in(desk, "leaver", path="/people?view=accounts")
    with transaction(engine) as session:
        accounts.set_disabled(session, SYSTEM, account, True, now=NOW)
    engine.dispose()
    desk.get_by_role("radio", name="任职").click()
    expect(desk.locator("input[name=password]")).to_be_visible()
    expect(desk.get_by_text("王书记")).to_have_count(0)


def ask_unit(session) -> int:
    return session.exec(select(Unit.id).where(Unit.code == "411622204")).one()


def test_signing_out_ends_the_session_on_the_server_too(server, desk: Page):
    sign_in(desk, "leader", path="/account")
    cookie = next(each["value"] for each in desk.context.cookies() if each["name"] == COOKIE)
    assert "王书记" in ask(server, "account", cookie).words
    desk.locator(".st-key-frame").get_by_role("button", name="王书记").click()
    with desk.expect_navigation():
        desk.locator("form[action='/sign-out'] button").click()
    settled(desk)
    expect(desk.locator("input[name=password]")).to_be_visible()
    assert desk.context.cookies() == [each for each in desk.context.cookies() if each["name"] != COOKIE]
    assert "smallgrid_sign_in" in ask(server, "account", cookie).words


def test_a_given_password_is_changed_before_anything_else_is_seen(server, phone: Page):
    engine = database.engine_for(server.database_url)
    given = passwords.one_time()
    with transaction(engine) as session:
        unit = ask_unit(session)
        accounts.create(session, SYSTEM, "newcomer", given, Role.LEADER, now=NOW, unit_id=unit, must_change=True)
    engine.dispose()
    sign_in(phone, "newcomer", given, path="/demands?unit=411622204202")
    answer = ask(server, "account", next(each["value"] for each in phone.context.cookies() if each["name"] == COOKIE))
    assert answer.entries == {"account"}
    expect(phone).to_have_url(re.compile("/account"))
    fields = phone.locator("input[type=password]")
    for place, word in enumerate((given, "a word of my own", "a word of my own")):
        fields.nth(place).fill(word)
    phone.get_by_role("button", name="修改密码").click()
    expect(phone.get_by_text("密码已改")).to_be_visible()
    open_path(phone, "/demands?unit=411622204202")
    expect(phone.get_by_text("待办").first).to_be_visible()
    assert given not in server.log.read_text(errors="replace")


def test_no_password_is_written_to_the_server_s_log(server):
    post(server, username="leader", password="a password nobody has", next="/demands")
    assert "a password nobody has" not in server.log.read_text(errors="replace")
