"""One of many values in a statement: the whole list is one bound value, so that no parameter limit cuts it in parts.

A name for each value would cost SQLAlchemy more than the database takes to look the values up.
"""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ARRAY, any_, column, func, literal, select
from sqlalchemy.sql.expression import ColumnElement


def one_of(dialect: str, key: Any, values: Iterable[Any]) -> ColumnElement[bool]:
    """Whether a column of numbers or text is one of the values, on `sqlite` or `postgresql`."""
    known = list(values)
    if dialect == "sqlite":
        found: ColumnElement[bool] = key.in_(select(column("value")).select_from(func.json_each(json.dumps(known))))
    else:
        found = key == any_(literal(known, ARRAY(key.type)))
    return found
