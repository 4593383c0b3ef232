"""the watch-list"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel
from alembic import op

from models.base import UtcDateTime

revision: str = '0008'
down_revision: str | None = '0007'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table('watch_entries',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reference', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('unit_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('state', sa.Enum('on_list', 'accepted', 'left', 'withdrawn', name='state', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('entered_at', UtcDateTime(), nullable=False),
    sa.Column('accepted_at', UtcDateTime(), nullable=True),
    sa.Column('ended_at', UtcDateTime(), nullable=True),
    sa.Column('relapse_of_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('event_count', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['relapse_of_id'], ['watch_entries.id'], name=op.f('fk_watch_entries_relapse_of_id_watch_entries')),
    sa.ForeignKeyConstraint(['unit_id'], ['units.id'], name=op.f('fk_watch_entries_unit_id_units')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_watch_entries')),
    sa.UniqueConstraint('reference', name=op.f('uq_watch_entries_reference'))
    )
    with op.batch_alter_table('watch_entries', schema=None) as batch_op:
        batch_op.create_index('ix_watch_entries_unit_id', ['unit_id'], unique=False)
        batch_op.create_index('uq_watch_entries_unit_id_listed', ['unit_id'], unique=True, sqlite_where=sa.text("state IN ('on_list', 'accepted')"), postgresql_where=sa.text("state IN ('on_list', 'accepted')"))
    op.create_table('watch_events',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('entry_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('verb', sa.Enum('enter', 'problem', 'measure', 'reschedule', 'done', 'undone', 'drop', 'help', 'evidence', 'accept', 'send_back', 'leave', 'withdraw', name='verb', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('to_state', sa.Enum('on_list', 'accepted', 'left', 'withdrawn', name='to_state', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('actor_name', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('text', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('about', sa.Integer(), nullable=True),
    sa.Column('day', sa.Date(), nullable=True),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=True),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('department_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('facts', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('idempotency_key', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=True),
    sa.CheckConstraint('person_id IS NULL OR department_id IS NULL', name=op.f('ck_watch_events_who')),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_watch_events_account_id_accounts')),
    sa.ForeignKeyConstraint(['department_id'], ['departments.id'], name=op.f('fk_watch_events_department_id_departments')),
    sa.ForeignKeyConstraint(['entry_id'], ['watch_entries.id'], name=op.f('fk_watch_events_entry_id_watch_entries')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_watch_events_person_id_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_watch_events')),
    sa.UniqueConstraint('entry_id', 'seq', name=op.f('uq_watch_events_entry_id_seq'))
    )
    with op.batch_alter_table('watch_events', schema=None) as batch_op:
        batch_op.create_index('ix_watch_events_department_id', ['department_id'], unique=False)
        batch_op.create_index('uq_watch_events_idempotency_key', ['idempotency_key'], unique=True, sqlite_where=sa.text('idempotency_key IS NOT NULL'), postgresql_where=sa.text('idempotency_key IS NOT NULL'))


def downgrade() -> None:
    op.drop_table('watch_events')
    op.drop_table('watch_entries')
