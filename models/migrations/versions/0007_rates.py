"""what rates count

services.database.migrate counts the demands that are there again, for what was not counted before.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from models.base import UtcDateTime

revision: str = '0007'
down_revision: str | None = '0006'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

UNIT = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
KEPT = ('received', 'settled', 'self_settled', 'to_settle', 'settlements', 'late_settlements', 'due', 'kept')
ADDED = (
    'awaited', 'first_hour', 'own_settlements', 'judged_settlements', 'redone', 'closings', 'called', 'valid',
    'contacted', 'solved', 'partly', 'unsolved', 'satisfied', 'basically', 'dissatisfied', 'no_opinion',
)


def upgrade() -> None:
    _remember()
    op.execute('DELETE FROM unit_cells')
    op.execute('DELETE FROM unit_counts')
    for name in ADDED:
        op.add_column('unit_counts', sa.Column(name, sa.Integer(), nullable=False, server_default='0'))
        if op.get_bind().dialect.name != 'sqlite':  # SQLite cannot drop a default, which does no harm
            op.alter_column('unit_counts', name, server_default=None)
    op.create_table(
        'left_out_counts',
        sa.Column('unit_id', UNIT, nullable=False, autoincrement=False),
        sa.Column('grain', sa.Integer(), nullable=False, autoincrement=False),
        sa.Column('day', sa.Integer(), nullable=False, autoincrement=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in (*KEPT, *ADDED)),
        sa.PrimaryKeyConstraint('unit_id', 'grain', 'day', name=op.f('pk_left_out_counts')),
        sqlite_with_rowid=False,
    )
    op.create_table(
        'left_out_cells',
        sa.Column('unit_id', UNIT, nullable=False, autoincrement=False),
        sa.Column('kind', sa.Integer(), nullable=False, autoincrement=False),
        sa.Column('grain', sa.Integer(), nullable=False, autoincrement=False),
        sa.Column('day', sa.Integer(), nullable=False, autoincrement=False),
        sa.Column('sub', sa.Integer(), nullable=False, autoincrement=False),
        sa.Column('tag', sa.String(length=32), nullable=False),
        sa.Column('n', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('unit_id', 'kind', 'grain', 'day', 'sub', 'tag', name=op.f('pk_left_out_cells')),
        sqlite_with_rowid=False,
    )


def _remember() -> None:
    """The first answer and the first time back to work, as the events tell them."""
    op.add_column('demands', sa.Column('first_answered_at', UtcDateTime(), nullable=True))
    op.add_column('demands', sa.Column('reworked_at', UtcDateTime(), nullable=True))
    for column, those in (
        ('first_answered_at', "facts LIKE '%\"answered_at\": \"%'"), ('reworked_at', "verb IN ('rework', 'reopen')"),
    ):
        op.execute(
            f'UPDATE demands SET {column} = (SELECT at FROM demand_events WHERE demand_id = demands.id AND {those} '
            f'ORDER BY seq LIMIT 1) WHERE id IN (SELECT demand_id FROM demand_events WHERE {those})'
        )


def downgrade() -> None:
    raise NotImplementedError('restore the backup taken before the upgrade')
