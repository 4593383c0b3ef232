"""counters by day and month

services.database.migrate fills them from the demands that are there: what a local day is, the site's profile says.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0002'
down_revision: str | None = '0001'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

COUNTS = ('received', 'settled', 'self_settled', 'to_settle', 'settlements', 'late_settlements', 'due', 'kept')
UNIT = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table(
        'unit_counts',
        sa.Column('unit_id', UNIT, nullable=False, autoincrement=False),
        sa.Column('grain', sa.Integer(), nullable=False, autoincrement=False),
        sa.Column('day', sa.Integer(), nullable=False, autoincrement=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
        sa.PrimaryKeyConstraint('unit_id', 'grain', 'day', name=op.f('pk_unit_counts')),
        sqlite_with_rowid=False,
    )
    op.create_table(
        'unit_cells',
        sa.Column('unit_id', UNIT, nullable=False, autoincrement=False),
        sa.Column('kind', sa.Integer(), nullable=False, autoincrement=False),
        sa.Column('grain', sa.Integer(), nullable=False, autoincrement=False),
        sa.Column('day', sa.Integer(), nullable=False, autoincrement=False),
        sa.Column('sub', sa.Integer(), nullable=False, autoincrement=False),
        sa.Column('tag', sa.String(length=32), nullable=False),
        sa.Column('n', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('unit_id', 'kind', 'grain', 'day', 'sub', 'tag', name=op.f('pk_unit_cells')),
        sqlite_with_rowid=False,
    )
    op.create_index(
        'ix_units_valid_to', 'units', ['valid_to', 'level'], sqlite_where=sa.text('valid_to IS NOT NULL'),
        postgresql_where=sa.text('valid_to IS NOT NULL'),
    )


def downgrade() -> None:
    op.drop_index('ix_units_valid_to', 'units')
    op.drop_table('unit_cells')
    op.drop_table('unit_counts')
