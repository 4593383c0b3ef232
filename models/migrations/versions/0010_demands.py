"""deadlines restated by a calendar that became known, and an index of all suspended demands"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0010'
down_revision: str | None = '0009'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

KNOWN = (
    'report', 'import', 'submit', 'self_handle', 'hand_in', 'skip_check', 'accept', 'ask_facts', 'reject', 'merge',
    'assign', 'sign', 'return', 'settle', 'suspend', 'resume', 'escalate', 'whistle', 'answer', 'arrive', 'pass_check',
    'rework', 'close', 'reopen', 'archive', 'void', 'note', 'warn', 'urge', 'ask', 'agree', 'refuse', 'extend',
    'exclude', 'include', 'waive', 'call_back', 'rate', 'justify', 'restate',
)


def _rebuild_events() -> None:
    """Write the SQLite table anew: a constraint cannot be altered in place."""
    connection = op.get_bind()
    master = "SELECT sql FROM sqlite_master WHERE tbl_name = 'demand_events' AND type = :kind AND sql IS NOT NULL"
    definition = connection.execute(sa.text(master), {'kind': 'table'}).scalar_one()
    indexes = connection.execute(sa.text(master), {'kind': 'index'}).scalars().all()
    columns = ', '.join(row[1] for row in connection.execute(sa.text('PRAGMA table_info(demand_events)')))
    changed = definition.replace("'justify')", "'justify', 'restate')")
    if changed == definition:
        raise RuntimeError('demand_events is not as it was made')
    op.execute(f'CREATE TABLE demand_events_new {changed[changed.index("("):]}')
    op.execute(f'INSERT INTO demand_events_new ({columns}) SELECT {columns} FROM demand_events')
    op.execute('DROP TABLE demand_events')
    op.execute('ALTER TABLE demand_events_new RENAME TO demand_events')
    for index in indexes:
        op.execute(index)


def upgrade() -> None:
    suspended = sa.text("state = 'suspended'")
    op.drop_index('ix_demands_suspended_until', 'demands')
    op.create_index('ix_demands_suspended_until', 'demands', ['suspended_until'],
                    sqlite_where=suspended, postgresql_where=suspended)
    if op.get_bind().dialect.name == 'sqlite':
        _rebuild_events()
        return
    op.execute('ALTER TABLE demand_events DROP CONSTRAINT ck_demand_events_verb')
    known = ', '.join(repr(verb) for verb in KNOWN)
    op.create_check_constraint(op.f('ck_demand_events_verb'), 'demand_events', f'verb IN ({known})')


def downgrade() -> None:
    raise NotImplementedError('restore the backup taken before the upgrade')
