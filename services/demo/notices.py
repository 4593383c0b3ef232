"""What the demonstration opens to its villagers: the township with its villages, and notices of settled demands."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import func, or_
from sqlalchemy import select as select_rows
from sqlmodel import Session, col, select

from models.demands import Category, Demand, Solved, State
from models.sunshine import Opened
from models.units import Unit
from services import units
from services.access import path_column
from services.demo import store
from services.demo.world import World
from services.sunshine import HelperRow, helpers, openness

DAYS, BACK, MOST = 30, timedelta(days=90), 120
PRIVATE = ("disputes", "welfare", "hazards", "other")
"""Matters between people, or of someone in need, are not put on a notice board; “other” says nothing."""

RESULTS = {
    "sanitation": [("已清理干净，安排专人看护。", "Cleaned up; somebody looks after it now."),
                   ("已清运并恢复整洁。", "Taken away and tidy again.")],
    "utilities": [("已抢修完毕，恢复正常使用。", "Repaired and working again."),
                  ("已更换损坏的部件，当场试用正常。", "Broken parts replaced and tried on the spot.")],
    "roads": [("已修补平整，通行正常。", "Mended and level; open to traffic."),
              ("已设标志并修好，可以放心通行。", "Marked and mended; safe to pass.")],
    "farming": [("已联系农技员上门指导。", "The farming adviser came and helped."),
                ("已协调解决，不误农时。", "Settled in time for the season.")],
}  # fmt: skip
OTHER = [("已办结，并当面说明结果。", "Settled, and the result explained in person."),
         ("已答复并办结。", "Answered and settled.")]  # fmt: skip


def write(session: Session, world: World, seed: int) -> int:
    """Open the township's page (one village shows less), and publish some of what was settled; gives how many."""
    random = Random(f"{seed} notices")
    store.insert_all(session, "openness", _open(world))
    found = _settled(session, world, random)
    named = helpers.choices(session, found)
    words = _words(session, found)
    rows = [_notice(world, demand, named[demand.id or 0][0], words[demand.id or 0], random) for demand in found]
    store.insert_all(session, "notices", rows)
    openness.changed(session)
    return len(rows)


def _open(world: World) -> list[dict[str, Any]]:
    said = {"changed_at": world.now, "changed_by_id": world.account_id(world.crew.holders[0])}
    everything = {item.value: True for item in Opened}
    rows = [{"unit_id": world.unit_ids[0], "days": DAYS, **everything, **said}]
    for place, unit_id in zip(world.places, world.unit_ids, strict=True):
        if place.code in world.demo.quiet[:1]:
            rows.append({"unit_id": unit_id, "days": None, "handled": None, "feed": False, "exposure": False,
                         "figures": None, **said})  # fmt: skip
    return rows


def _settled(session: Session, world: World, random: Random) -> list[Demand]:
    """Some of the closed demands of the last months, none of a private kind and none the villager calls unsolved."""
    statement = (
        select_rows(Demand.id, Category.code)  # type: ignore[call-overload]
        .join(Category, col(Category.id) == Demand.category_id)
        .where(
            col(Demand.state).in_([State.CLOSED, State.ARCHIVED]), col(Demand.settled_at) >= world.now - BACK,
            or_(col(Demand.solved).is_(None), col(Demand.solved) != Solved.NOT),
        )
        .order_by(Demand.reference)
    )  # fmt: skip
    ids = [key for key, code in session.connection().execute(statement) if code.split(".")[0] not in PRIVATE]
    chosen = random.sample(ids, min(MOST, len(ids)))
    return list(session.exec(select(Demand).where(col(Demand.id).in_(chosen)).order_by(col(Demand.reference))))


def _words(session: Session, found: list[Demand]) -> dict[int, tuple[str, str, str, str, str]]:
    """The class of each demand's category, the category and the village, by the demand."""
    depth = max(1, units.depth_of_ranking(session))
    rows = session.connection().execute(
        select_rows(Demand.id, Category.code, Category.name, Category.name_en, Unit.short_name, Unit.name_en)  # type: ignore[call-overload]
        .join(Category, col(Category.id) == Demand.category_id)
        .join(Unit, col(Unit.id) == func.coalesce(path_column(depth), Demand.unit_id))
        .where(col(Demand.id).in_([demand.id for demand in found]))
    )
    return {key: (code.split(".")[0], *names) for key, code, *names in rows}


def _notice(
    world: World, demand: Demand, helper: HelperRow, words: tuple[str, str, str, str, str], random: Random
) -> dict[str, Any]:
    main, category, category_en, village, village_en = words
    result, result_en = random.choice(RESULTS.get(main, OTHER))
    settled: datetime = demand.settled_at or demand.reported_at
    return {
        "demand_id": demand.id, "title": f"{village}：{category}", "title_en": f"{category_en} in {village_en}",
        "result": result, "result_en": result_en, "helper": helper.kind, "helper_unit_id": helper.unit_id,
        "helper_department_id": helper.department_id, "helper_person_id": helper.person_id,
        "published_at": min(world.now, settled + timedelta(hours=random.randrange(20, 70))),
        "published_by_id": world.account_id(world.crew.holders[0]), "withdrawn_at": None, "withdrawn_by_id": None,
    }  # fmt: skip
