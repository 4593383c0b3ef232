"""the special ledger"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel
from alembic import op
from models.base import UtcDateTime

revision: str = '0004'
down_revision: str | None = '0003'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table('projects',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reference', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('title', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('problem', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('unit_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('state', sa.Enum('proposed', 'approved', 'under_way', 'finished', 'dropped', name='state', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('budget_fen', sa.BigInteger(), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=True),
    sa.Column('people', sa.Integer(), nullable=True),
    sa.Column('households', sa.Integer(), nullable=True),
    sa.Column('beneficiaries', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('proposed_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.Column('finished_at', UtcDateTime(), nullable=True),
    sa.Column('event_count', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('budget_fen >= 0', name=op.f('ck_projects_budget')),
    sa.CheckConstraint('ends_on IS NULL OR ends_on >= starts_on', name=op.f('ck_projects_term')),
    sa.CheckConstraint('households IS NULL OR households >= 0', name=op.f('ck_projects_households')),
    sa.CheckConstraint('people IS NULL OR people >= 0', name=op.f('ck_projects_people')),
    sa.ForeignKeyConstraint(['proposed_by_id'], ['accounts.id'], name=op.f('fk_projects_proposed_by_id_accounts')),
    sa.ForeignKeyConstraint(['unit_id'], ['units.id'], name=op.f('fk_projects_unit_id_units')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_projects')),
    sa.UniqueConstraint('reference', name=op.f('uq_projects_reference'))
    )
    with op.batch_alter_table('projects', schema=None) as batch_op:
        batch_op.create_index('ix_projects_unit_id', ['unit_id'], unique=False)

    op.create_table('project_demands',
    sa.Column('project_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('demand_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['demand_id'], ['demands.id'], name=op.f('fk_project_demands_demand_id_demands')),
    sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_project_demands_project_id_projects')),
    sa.PrimaryKeyConstraint('project_id', 'demand_id', name=op.f('pk_project_demands'))
    )
    with op.batch_alter_table('project_demands', schema=None) as batch_op:
        batch_op.create_index('ix_project_demands_demand_id', ['demand_id'], unique=False)

    op.create_table('project_documents',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('project_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
    sa.Column('media_type', sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('sha256', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('added_at', UtcDateTime(), nullable=False),
    sa.Column('added_by', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.CheckConstraint('size > 0', name=op.f('ck_project_documents_size')),
    sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_project_documents_project_id_projects')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_project_documents')),
    sa.UniqueConstraint('project_id', 'sha256', name=op.f('uq_project_documents_project_id_sha256'))
    )
    op.create_table('project_events',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('project_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('verb', sa.Enum('propose', 'approve', 'start', 'finish', 'drop', 'resume', 'change', 'people', 'fund', 'unfund', 'pay', 'unpay', 'plan', 'replan', 'unplan', 'reach', 'unreach', 'attach', 'detach', 'link', 'unlink', name='verb', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('from_state', sa.Enum('proposed', 'approved', 'under_way', 'finished', 'dropped', name='from_state', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('to_state', sa.Enum('proposed', 'approved', 'under_way', 'finished', 'dropped', name='to_state', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('actor_name', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('reason', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('facts', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('idempotency_key', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_project_events_account_id_accounts')),
    sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_project_events_project_id_projects')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_project_events')),
    sa.UniqueConstraint('project_id', 'seq', name=op.f('uq_project_events_project_id_seq'))
    )
    with op.batch_alter_table('project_events', schema=None) as batch_op:
        batch_op.create_index('uq_project_events_idempotency_key', ['idempotency_key'], unique=True, sqlite_where=sa.text('idempotency_key IS NOT NULL'), postgresql_where=sa.text('idempotency_key IS NOT NULL'))

    op.create_table('project_facts',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('project_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('sort', sa.Integer(), nullable=False),
    sa.Column('label', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('value', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('measure', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_project_facts_project_id_projects')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_project_facts')),
    sa.UniqueConstraint('project_id', 'sort', name=op.f('uq_project_facts_project_id_sort'))
    )
    op.create_table('project_measures',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('project_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('sort', sa.Integer(), nullable=False),
    sa.Column('text', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_project_measures_project_id_projects')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_project_measures')),
    sa.UniqueConstraint('project_id', 'sort', name=op.f('uq_project_measures_project_id_sort'))
    )
    op.create_table('project_milestones',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('project_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('title', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('first_due_on', sa.Date(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('done_on', sa.Date(), nullable=True),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_project_milestones_person_id_people')),
    sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_project_milestones_project_id_projects')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_project_milestones'))
    )
    with op.batch_alter_table('project_milestones', schema=None) as batch_op:
        batch_op.create_index('ix_project_milestones_due_on', ['due_on'], unique=False, sqlite_where=sa.text('done_on IS NULL'), postgresql_where=sa.text('done_on IS NULL'))
        batch_op.create_index('ix_project_milestones_person_id', ['person_id'], unique=False)
        batch_op.create_index('ix_project_milestones_project_id', ['project_id', 'due_on'], unique=False)

    op.create_table('project_parties',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('project_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('department_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('part', sa.Enum('lead', 'assist', name='part', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.CheckConstraint('(person_id IS NULL) <> (department_id IS NULL)', name=op.f('ck_project_parties_who')),
    sa.ForeignKeyConstraint(['department_id'], ['departments.id'], name=op.f('fk_project_parties_department_id_departments')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_project_parties_person_id_people')),
    sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_project_parties_project_id_projects')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_project_parties')),
    sa.UniqueConstraint('project_id', 'department_id', name='uq_project_parties_department_id'),
    sa.UniqueConstraint('project_id', 'person_id', name='uq_project_parties_person_id')
    )
    with op.batch_alter_table('project_parties', schema=None) as batch_op:
        batch_op.create_index('ix_project_parties_department_id', ['department_id'], unique=False)
        batch_op.create_index('ix_project_parties_person_id', ['person_id'], unique=False)

    op.create_table('project_payments',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('project_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('paid_on', sa.Date(), nullable=False),
    sa.Column('purpose', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('payee', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('over_reason', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('withdrawn_at', UtcDateTime(), nullable=True),
    sa.CheckConstraint('amount_fen > 0', name=op.f('ck_project_payments_amount')),
    sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_project_payments_project_id_projects')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_project_payments'))
    )
    with op.batch_alter_table('project_payments', schema=None) as batch_op:
        batch_op.create_index('ix_project_payments_project_id', ['project_id'], unique=False)

    op.create_table('project_sources',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('project_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.Enum('upper', 'county', 'township', 'collective', 'villagers', 'donation', 'other', name='kind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('giver', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('raised_on', sa.Date(), nullable=False),
    sa.Column('withdrawn_at', UtcDateTime(), nullable=True),
    sa.CheckConstraint('amount_fen > 0', name=op.f('ck_project_sources_amount')),
    sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_project_sources_project_id_projects')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_project_sources'))
    )
    with op.batch_alter_table('project_sources', schema=None) as batch_op:
        batch_op.create_index('ix_project_sources_project_id', ['project_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('project_sources', schema=None) as batch_op:
        batch_op.drop_index('ix_project_sources_project_id')

    op.drop_table('project_sources')
    with op.batch_alter_table('project_payments', schema=None) as batch_op:
        batch_op.drop_index('ix_project_payments_project_id')

    op.drop_table('project_payments')
    with op.batch_alter_table('project_parties', schema=None) as batch_op:
        batch_op.drop_index('ix_project_parties_person_id')
        batch_op.drop_index('ix_project_parties_department_id')

    op.drop_table('project_parties')
    with op.batch_alter_table('project_milestones', schema=None) as batch_op:
        batch_op.drop_index('ix_project_milestones_project_id')
        batch_op.drop_index('ix_project_milestones_person_id')
        batch_op.drop_index('ix_project_milestones_due_on', sqlite_where=sa.text('done_on IS NULL'), postgresql_where=sa.text('done_on IS NULL'))

    op.drop_table('project_milestones')
    op.drop_table('project_measures')
    op.drop_table('project_facts')
    with op.batch_alter_table('project_events', schema=None) as batch_op:
        batch_op.drop_index('uq_project_events_idempotency_key', sqlite_where=sa.text('idempotency_key IS NOT NULL'), postgresql_where=sa.text('idempotency_key IS NOT NULL'))

    op.drop_table('project_events')
    op.drop_table('project_documents')
    with op.batch_alter_table('project_demands', schema=None) as batch_op:
        batch_op.drop_index('ix_project_demands_demand_id')

    op.drop_table('project_demands')
    with op.batch_alter_table('projects', schema=None) as batch_op:
        batch_op.drop_index('ix_projects_unit_id')

    op.drop_table('projects')
