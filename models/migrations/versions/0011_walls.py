"""walls: big screens with a link of their own"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel
from alembic import op
from models.base import UtcDateTime

revision: str = '0011'
down_revision: str | None = '0010'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
TEXT = sqlmodel.sql.sqltypes.AutoString


def upgrade() -> None:
    op.create_table('walls',
        sa.Column('id', BIG, nullable=False),
        sa.Column('name', TEXT(length=60), nullable=False),
        sa.Column('token_hash', TEXT(length=64), nullable=False),
        sa.Column('account_id', BIG, nullable=False),
        sa.Column('unit_id', BIG, nullable=False),
        sa.Column('views', TEXT(length=80), nullable=False),
        sa.Column('language', TEXT(length=8), nullable=False),
        sa.Column('created_at', UtcDateTime(), nullable=False),
        sa.Column('created_by_id', BIG, nullable=True),
        sa.Column('revoked_at', UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_walls_account_id_accounts')),
        sa.ForeignKeyConstraint(['created_by_id'], ['accounts.id'], name=op.f('fk_walls_created_by_id_accounts')),
        sa.ForeignKeyConstraint(['unit_id'], ['units.id'], name=op.f('fk_walls_unit_id_units')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_walls')),
        sa.UniqueConstraint('token_hash', name=op.f('uq_walls_token_hash')),
    )
    op.create_index('ix_walls_unit_id', 'walls', ['unit_id'])


def downgrade() -> None:
    raise NotImplementedError('restore the backup taken before the upgrade')
