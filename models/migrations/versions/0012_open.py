"""demands: the index of open demands holds what boards ask; few are found by what few have

A limit at 24:00 counts for the day it ends, so all is counted anew. A lease lasts as long as its transaction.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0012'
down_revision: str | None = '0011'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

PATH = [f'a{depth}_id' for depth in range(1, 9)]
ASKED = ['is_open', 'due_at', 'level', 'state', 'urgency', 'category_id', 'reported_at', 'level_since']


def upgrade() -> None:
    for column in PATH:
        op.drop_index(f'ix_demands_open_{column}', 'demands')
        _create(f'ix_demands_open_{column}', 'demands', [column, *ASKED], f'is_open AND {column} IS NOT NULL')
    op.drop_index('ix_demands_waiting', 'demands')
    waits = 'settled_at IS NOT NULL AND closed_at IS NULL'
    _create('ix_demands_waiting', 'demands', ['state', 'settled_at', *PATH], waits)
    _create('ix_demands_on_scene', 'demands', ['reported_at', *PATH], 'on_scene_at IS NOT NULL')
    _create('ix_demand_events_urged', 'demand_events', ['demand_id', 'at'], "verb = 'urge'")
    op.drop_column('leases', 'until')
    op.execute('DELETE FROM unit_cells')
    op.execute('DELETE FROM unit_counts')


def _create(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def downgrade() -> None:
    raise NotImplementedError('restore the backup taken before the upgrade')
