"""assessments of units"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel
from alembic import op

from models.base import UtcDateTime

revision: str = '0009'
down_revision: str | None = '0008'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table('assessment_sheets',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('form', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('unit_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('rater_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('from_day', sa.Date(), nullable=False),
    sa.Column('to_day', sa.Date(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('forms', sa.Integer(), nullable=True),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('actor_name', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('remark', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('idempotency_key', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=True),
    sa.CheckConstraint('forms IS NULL OR forms > 0', name=op.f('ck_assessment_sheets_forms')),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_assessment_sheets_account_id_accounts')),
    sa.ForeignKeyConstraint(['rater_id'], ['units.id'], name=op.f('fk_assessment_sheets_rater_id_units')),
    sa.ForeignKeyConstraint(['unit_id'], ['units.id'], name=op.f('fk_assessment_sheets_unit_id_units')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assessment_sheets')),
    sa.UniqueConstraint('form', 'from_day', 'unit_id', 'rater_id', 'seq', name=op.f('uq_assessment_sheets_form_from_day_unit_id_rater_id_seq'))
    )
    with op.batch_alter_table('assessment_sheets', schema=None) as batch_op:
        batch_op.create_index('uq_assessment_sheets_idempotency_key', ['idempotency_key'], unique=True, sqlite_where=sa.text('idempotency_key IS NOT NULL'), postgresql_where=sa.text('idempotency_key IS NOT NULL'))
    op.create_table('collective_incomes',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('unit_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('income_fen', sa.BigInteger(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('actor_name', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.CheckConstraint('income_fen >= 0', name=op.f('ck_collective_incomes_income')),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_collective_incomes_account_id_accounts')),
    sa.ForeignKeyConstraint(['unit_id'], ['units.id'], name=op.f('fk_collective_incomes_unit_id_units')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_collective_incomes')),
    sa.UniqueConstraint('unit_id', 'year', 'seq', name=op.f('uq_collective_incomes_unit_id_year_seq'))
    )
    op.create_table('honours',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('unit_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('households', sa.Integer(), nullable=True),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('actor_name', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('withdrawn_at', UtcDateTime(), nullable=True),
    sa.Column('withdrawn_reason', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.CheckConstraint('households IS NULL OR households > 0', name=op.f('ck_honours_households')),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_honours_account_id_accounts')),
    sa.ForeignKeyConstraint(['unit_id'], ['units.id'], name=op.f('fk_honours_unit_id_units')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_honours'))
    )
    with op.batch_alter_table('honours', schema=None) as batch_op:
        batch_op.create_index('uq_honours_kind_unit_id_year', ['kind', 'unit_id', 'year'], unique=True, sqlite_where=sa.text('withdrawn_at IS NULL'), postgresql_where=sa.text('withdrawn_at IS NULL'))
    op.create_table('assessment_answers',
    sa.Column('sheet_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('item', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('choice', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('value', sa.Integer(), nullable=False),
    sa.CheckConstraint('value >= 0', name=op.f('ck_assessment_answers_value')),
    sa.ForeignKeyConstraint(['sheet_id'], ['assessment_sheets.id'], name=op.f('fk_assessment_answers_sheet_id_assessment_sheets')),
    sa.PrimaryKeyConstraint('sheet_id', 'item', 'choice', name=op.f('pk_assessment_answers'))
    )


def downgrade() -> None:
    op.drop_table('assessment_answers')
    op.drop_table('honours')
    op.drop_table('collective_incomes')
    op.drop_table('assessment_sheets')
