"""From a number of a ranking to exactly its cases: the queue's filter for each measure, scope and period.

A row's `code` is its unit's or department's; where it is empty no filter finds the cases, and none is opened.
"""

from dataclasses import replace

from pages.ui.cases import Filter, anchor
from pages.ui.demands import address
from pages.ui.frame import User
from pages.ui.rankings.choosing import DEPARTMENTS, Table
from services.demands import Fact, Filters
from services.rankings import RankRow, Sort
from services.rates import Scope

GOOD = {Sort.RESPONSE: Fact.CONTACTED, Sort.RESOLUTION: Fact.SOLVED}


def pair(user: User, table: Table, row: RankRow, code: str) -> str:
    """Good / all cases, each number with its cases where they are cases of their own and the reader may see them."""
    counted = row.counted
    match table.sort:
        case Sort.ON_TIME:
            kept = counted.on_time, of_limit(user, table, code, kept=True)
            numbers = kept, (counted.due, of_limit(user, table, code))
        case Sort.SETTLEMENT:
            settled = counted.settled, _received(table, code, settled=True)
            numbers = settled, (counted.received, _received(table, code))
        case Sort.RESPONSE | Sort.RESOLUTION:
            good = counted.contacted if table.sort is Sort.RESPONSE else counted.solved
            numbers = (good, _said(table, code, GOOD[table.sort])), (counted.valid, _said(table, code, Fact.VALID))
        case Sort.SATISFACTION:
            parts = [(counted.satisfied, Fact.SATISFIED), (counted.basically, Fact.BASICALLY)]
            said = "+".join(_number(user, number, _said(table, code, fact)) for number, fact in parts)
            return f"{said} / {_number(user, counted.valid, _said(table, code, Fact.VALID))}"
        case Sort.COMPOSITE:
            return _number(user, counted.valid, _said(table, code, Fact.VALID))
    return " / ".join(_number(user, number, wanted) for number, wanted in numbers)


def _number(user: User, number: int, wanted: Filter) -> str:
    return anchor(user.t.number(number), "demands" if number and wanted else "", wanted)


def of_limit(user: User, table: Table, code: str, *, kept: bool | None = None) -> Filter:
    """The cases whose limit passed in the period, so far; kept, missed or both."""
    until = table.period.so_far(user.now)
    filters = Filters(limit_from=table.period.start, limit_to=until, kept=kept, assessed=_assessed(table))
    return _of(table, code, filters)


def _received(table: Table, code: str, *, settled: bool | None = None) -> Filter:
    found = _of(table, code, Filters(settled=settled, assessed=_assessed(table)))
    return found | {"period": table.period.key} if found else {}


def _said(table: Table, code: str, fact: Fact) -> Filter:
    filters = Filters(
        called_from=table.period.start, called_to=table.period.end, fact=fact, assessed=_assessed(table)
    )  # fmt: skip
    return _of(table, code, filters)


def _of(table: Table, code: str, filters: Filters) -> Filter:
    """The filter for one row's demands: a unit's below it, a department's below the unit the ranking is of."""
    if not code:
        return {}
    if table.level == DEPARTMENTS:
        return address.link(replace(filters, department=code), unit=table.unit.code)
    return address.link(filters, unit=code)


def _assessed(table: Table) -> bool:
    return table.scope is Scope.ASSESSED
