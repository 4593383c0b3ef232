from datetime import timedelta

import pytest

from services import demands, scenes
from services.database import reading, transaction
from services.errors import NotAllowed, NotFound
from tests.conftest import NOW
from tests.factories import town

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
TOWN, VILLAGE, OTHER = "411622204", "411622204202", "411622204201"


@pytest.fixture
def site(engine):
    return town(engine)


def come(site, minutes, grid="411622204202001", by="leader"):
    demand_id = site.report(by=by, grid=grid)
    with transaction(site.engine) as session:
        demands.arrive(session, site.actors[by], demand_id, now=NOW + minutes * MINUTE)


def found(site, who, code, start=NOW - DAY, end=NOW + DAY):
    with reading(site.engine) as session:
        return scenes.to_scene(session, site.actors[who], site.units[code], start, end)


def test_the_median_is_of_those_to_whom_somebody_had_to_come_by_village_and_in_all(site):
    for minutes in (3, 5, 40):
        come(site, minutes)
    come(site, 8, grid="411622204201001")
    site.report(settled_on_the_spot="换了灯泡")
    site.report()
    total, villages = found(site, "leader", TOWN)
    assert (total.code, total.came, total.there, total.median) == (TOWN, 5, 1, 6.5 * MINUTE)
    assert [(row.code, row.came, row.there, row.median) for row in villages] == [
        (OTHER, 1, 0, 8 * MINUTE), (VILLAGE, 4, 1, 5 * MINUTE),
    ]  # fmt: skip


def test_where_nobody_had_to_come_there_is_no_median_rather_than_nought(site):
    site.report(settled_on_the_spot="换了灯泡")
    total, _ = found(site, "leader", TOWN)
    assert (total.came, total.there, total.median) == (1, 1, None)
    assert found(site, "leader", TOWN, start=NOW + MINUTE)[0].came == 0


def test_each_sees_the_times_of_their_own_area_alone(site):
    come(site, 3)
    come(site, 9, grid="411622204201001")
    assert found(site, "chief", VILLAGE)[0].median == 3 * MINUTE
    with pytest.raises(NotFound):
        found(site, "other_chief", VILLAGE)
    with pytest.raises(NotAllowed):
        found(site, "department", TOWN)
