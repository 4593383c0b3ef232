"""The full life of one demand, each step at the screen of the person whose step it is.

Reported, late, moved up by the sweep, whistled, answered, on site, settled, checked, called back, judged, closed.
"""

import json
import os
import re
import subprocess
from datetime import UTC, datetime, timedelta

from tests.browser.server import ROOT, open_path, sign_in
from tests.browser.steps import answer_and_come, press, say_solved, sign_and_settle, whistle_and_assign

TEXT = "村东小桥栏杆断了，孩子上学走得害怕。"


def smallgrid(server, *words):
    """The real command on the server's own database."""
    environment = os.environ | {"SMALLGRID_DATABASE_URL": server.database_url, "SMALLGRID_SITE": ""}
    command = [ROOT / ".venv" / "bin" / "smallgrid", *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=120)
    return json.loads(done.stdout)


def reported_long_ago(server, folder):
    """A demand that came in a month ago at a grid and that nobody took; gives its number in the file."""
    number = f"LIFE-{datetime.now(UTC):%H%M%S%f}"
    at = datetime.now(UTC) - timedelta(days=30)
    file = folder / "late.csv"
    file.write_text(
        "external_id,title,text,category,unit_code,reported_at,state\n"
        f"{number},桥栏杆断了,{TEXT},道路设施,411622204202001,{at:%Y-%m-%d %H:%M:%S},已上报\n"
    )
    assert smallgrid(server, "import", "demands", str(file), "--json")["inserted"] == 1


def test_a_demand_is_late_climbs_is_answered_settled_and_closed_by_the_villagers_word(server, open_context, tmp_path):
    reported_long_ago(server, tmp_path)
    assert smallgrid(server, "sweep", "--json")["escalated"] >= 1
    assert smallgrid(server, "sweep", "--json")["escalated"] == 0

    chief = open_context(server).new_page()
    sign_in(chief, "chief", path="/escalations?only=late")
    card = chief.get_by_text("桥栏杆断了").first
    card.wait_for()
    open_path(chief, "/demands?q=桥栏杆断了")
    body = chief.get_by_test_id("stMain").inner_text()
    reference = "D" + re.search(r"411622-\d{4}-\d+", body)[0]
    open_path(chief, f"/demands?id={reference}")
    told = chief.get_by_test_id("stMain").inner_text()
    assert "系统按期限" in told
    assert "超过所在层级的期限" in told
    assert "个工作日" in told

    whistle_and_assign(chief, reference)

    water = open_context(server).new_page()
    sign_in(water, "department", path=f"/demands?id={reference}")
    answer_and_come(water, reference, "马上到")

    leader = open_context(server).new_page()
    sign_in(leader, "leader", path=f"/demands?id={reference}")
    sign_and_settle(leader, reference, "栏杆已换")

    open_path(chief, f"/demands?id={reference}")
    press(chief, "核查通过")
    open_path(chief, f"/callbacks?id={reference}")
    say_solved(chief, reference)
    open_path(chief, f"/demands?id={reference}")
    told = chief.get_by_test_id("stMain").inner_text()
    assert "已结案" in told
    assert smallgrid(server, "verify", "--json")["total"] == 0
