"""call-back rounds"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel
from alembic import op
from models.base import UtcDateTime

revision: str = '0006'
down_revision: str | None = '0005'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
TEXT = sqlmodel.sql.sqltypes.AutoString


def upgrade() -> None:
    op.add_column('demands', sa.Column('contacted', sa.Boolean(), nullable=True))
    op.add_column('call_backs', sa.Column('contacted', sa.Boolean(), nullable=True))
    op.create_table('call_rounds',
        sa.Column('id', BIG, nullable=False),
        sa.Column('unit_id', BIG, nullable=False),
        sa.Column('from_day', sa.Date(), nullable=False),
        sa.Column('to_day', sa.Date(), nullable=False),
        sa.Column('seed', sa.Integer(), nullable=False),
        sa.Column('size', sa.Integer(), nullable=True),
        sa.Column('population', sa.Integer(), nullable=False),
        sa.Column('strata', sa.Integer(), nullable=False),
        sa.Column('drawn_at', UtcDateTime(), nullable=False),
        sa.Column('drawn_by', TEXT(), nullable=False),
        sa.ForeignKeyConstraint(['unit_id'], ['units.id'], name=op.f('fk_call_rounds_unit_id_units')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_call_rounds')),
        sa.UniqueConstraint('unit_id', 'from_day', name=op.f('uq_call_rounds_unit_id_from_day')),
    )
    op.create_table('call_round_demands',
        sa.Column('round_id', BIG, nullable=False),
        sa.Column('demand_id', BIG, nullable=False),
        sa.Column('stratum', TEXT(length=160), nullable=False),
        sa.ForeignKeyConstraint(['demand_id'], ['demands.id'], name=op.f('fk_call_round_demands_demand_id_demands')),
        sa.ForeignKeyConstraint(['round_id'], ['call_rounds.id'], name=op.f('fk_call_round_demands_round_id_call_rounds')),
        sa.PrimaryKeyConstraint('round_id', 'demand_id', name=op.f('pk_call_round_demands')),
    )
    op.create_index('ix_call_round_demands_demand_id', 'call_round_demands', ['demand_id'])


def downgrade() -> None:
    raise NotImplementedError('restore the backup taken before the upgrade')
