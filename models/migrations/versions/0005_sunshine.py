"""what a unit opens to the villagers"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel
from alembic import op
from models.base import UtcDateTime

revision: str = '0005'
down_revision: str | None = '0004'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table('openness',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('unit_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('handled', sa.Boolean(), nullable=True),
    sa.Column('feed', sa.Boolean(), nullable=True),
    sa.Column('exposure', sa.Boolean(), nullable=True),
    sa.Column('figures', sa.Boolean(), nullable=True),
    sa.Column('days', sa.Integer(), nullable=True),
    sa.Column('changed_at', UtcDateTime(), nullable=False),
    sa.Column('changed_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.CheckConstraint('days IS NULL OR days BETWEEN 7 AND 366', name=op.f('ck_openness_days')),
    sa.ForeignKeyConstraint(['changed_by_id'], ['accounts.id'], name=op.f('fk_openness_changed_by_id_accounts')),
    sa.ForeignKeyConstraint(['unit_id'], ['units.id'], name=op.f('fk_openness_unit_id_units')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_openness')),
    sa.UniqueConstraint('unit_id', name=op.f('uq_openness_unit_id'))
    )
    op.create_table('notices',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('demand_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('title', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('result', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('title_en', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=True),
    sa.Column('result_en', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=True),
    sa.Column('helper', sa.Enum('nobody', 'unit', 'department', 'person', name='helper', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('helper_unit_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('helper_department_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('helper_person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('published_at', UtcDateTime(), nullable=False),
    sa.Column('published_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('withdrawn_at', UtcDateTime(), nullable=True),
    sa.Column('withdrawn_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.CheckConstraint("(helper = 'department') = (helper_department_id IS NOT NULL)", name=op.f('ck_notices_helper_department')),
    sa.CheckConstraint("(helper = 'person') = (helper_person_id IS NOT NULL)", name=op.f('ck_notices_helper_person')),
    sa.CheckConstraint("(helper IN ('unit', 'person')) = (helper_unit_id IS NOT NULL)", name=op.f('ck_notices_helper_unit')),
    sa.CheckConstraint('withdrawn_at IS NULL OR withdrawn_at >= published_at', name=op.f('ck_notices_withdrawn_at')),
    sa.ForeignKeyConstraint(['demand_id'], ['demands.id'], name=op.f('fk_notices_demand_id_demands')),
    sa.ForeignKeyConstraint(['helper_department_id'], ['departments.id'], name=op.f('fk_notices_helper_department_id_departments')),
    sa.ForeignKeyConstraint(['helper_person_id'], ['people.id'], name=op.f('fk_notices_helper_person_id_people')),
    sa.ForeignKeyConstraint(['helper_unit_id'], ['units.id'], name=op.f('fk_notices_helper_unit_id_units')),
    sa.ForeignKeyConstraint(['published_by_id'], ['accounts.id'], name=op.f('fk_notices_published_by_id_accounts')),
    sa.ForeignKeyConstraint(['withdrawn_by_id'], ['accounts.id'], name=op.f('fk_notices_withdrawn_by_id_accounts')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notices'))
    )
    with op.batch_alter_table('notices', schema=None) as batch_op:
        batch_op.create_index('ix_notices_published_at', ['published_at'], unique=False)
        batch_op.create_index('uq_notices_demand_id', ['demand_id'], unique=True, sqlite_where=sa.text('withdrawn_at IS NULL'), postgresql_where=sa.text('withdrawn_at IS NULL'))


def downgrade() -> None:
    with op.batch_alter_table('notices', schema=None) as batch_op:
        batch_op.drop_index('uq_notices_demand_id', sqlite_where=sa.text('withdrawn_at IS NULL'), postgresql_where=sa.text('withdrawn_at IS NULL'))
        batch_op.drop_index('ix_notices_published_at')

    op.drop_table('notices')
    op.drop_table('openness')
