"""clocks, requests, whistles and call-backs"""

from collections.abc import Callable, Sequence

import sqlalchemy as sa
import sqlmodel
from alembic import op
from models.base import UtcDateTime

revision: str = '0003'
down_revision: str | None = '0002'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
TEXT = sqlmodel.sql.sqltypes.AutoString
REACHED = ('yes', 'no_answer', 'wrong_number', 'refused', 'not_the_person')
SOLVED = ('solved', 'partly', 'not')
SATISFIED = ('satisfied', 'basically', 'not', 'no_opinion')
VERBS = (
    'warn', 'urge', 'ask', 'agree', 'refuse', 'extend', 'exclude', 'include', 'waive', 'call_back', 'rate', 'justify',
)


def _one_of(values: Sequence[str], name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _add(table: str, column: str, written: str, **checks: str) -> None:
    """Add a column with its named CHECKs in one step, which SQLite can do without rewriting the table."""
    constraints = ''.join(f' CONSTRAINT ck_{table}_{name} CHECK ({check})' for name, check in checks.items())
    op.execute(f'ALTER TABLE {table} ADD COLUMN {column} {written}{constraints}')


def _in(column: str, values: Sequence[str]) -> str:
    return f'{column} IN ({", ".join(repr(value) for value in values)})'


def _rebuild(table: str, change: Callable[[str], str]) -> None:
    """Write a SQLite table anew with a changed definition: its constraints cannot be altered in place."""
    connection = op.get_bind()
    master = 'SELECT sql FROM sqlite_master WHERE tbl_name = :name AND type = :kind AND sql IS NOT NULL'
    definition = connection.execute(sa.text(master), {'name': table, 'kind': 'table'}).scalar_one()
    indexes = connection.execute(sa.text(master), {'name': table, 'kind': 'index'}).scalars().all()
    columns = ', '.join(row[1] for row in connection.execute(sa.text(f'PRAGMA table_info({table})')))
    changed = change(definition)
    if changed == definition:
        raise RuntimeError(f'{table} is not as it was made')
    start = changed.index('(')
    op.execute(f'CREATE TABLE {table}_new {changed[start:]}')
    op.execute(f'INSERT INTO {table}_new ({columns}) SELECT {columns} FROM {table}')
    op.execute(f'DROP TABLE {table}')
    op.execute(f'ALTER TABLE {table}_new RENAME TO {table}')
    for index in indexes:
        op.execute(index)


def _call_backs() -> None:
    op.create_table('call_backs',
        sa.Column('id', BIG, nullable=False),
        sa.Column('demand_id', BIG, nullable=False),
        sa.Column('number', sa.Integer(), nullable=False),
        sa.Column('at', UtcDateTime(), nullable=False),
        sa.Column('account_id', BIG, nullable=True),
        sa.Column('caller', TEXT(), nullable=False),
        sa.Column('reached', _one_of(REACHED, 'reached'), nullable=False),
        sa.Column('solved', _one_of(SOLVED, 'solved'), nullable=True),
        sa.Column('satisfied', _one_of(SATISFIED, 'satisfied'), nullable=True),
        sa.Column('comment', TEXT(), nullable=True),
        sa.CheckConstraint("(reached = 'yes') = (satisfied IS NOT NULL)", name=op.f('ck_call_backs_satisfied_when_reached')),
        sa.CheckConstraint("(reached = 'yes') = (solved IS NOT NULL)", name=op.f('ck_call_backs_solved_when_reached')),
        sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_call_backs_account_id_accounts')),
        sa.ForeignKeyConstraint(['demand_id'], ['demands.id'], name=op.f('fk_call_backs_demand_id_demands')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_call_backs')),
    )
    op.create_index('ix_call_backs_at', 'call_backs', ['at'])
    op.create_index('ix_call_backs_demand_id_number', 'call_backs', ['demand_id', 'number'], unique=True)


def _requests() -> None:
    waiting = sa.text('granted IS NULL')
    op.create_table('requests',
        sa.Column('id', BIG, nullable=False),
        sa.Column('demand_id', BIG, nullable=False),
        sa.Column('kind', _one_of(('extension', 'suspension', 'exclusion', 'appeal'), 'kind'), nullable=False),
        sa.Column('asked_at', UtcDateTime(), nullable=False),
        sa.Column('asked_by_id', BIG, nullable=True),
        sa.Column('asker', TEXT(), nullable=False),
        sa.Column('reason', TEXT(), nullable=False),
        sa.Column('evidence', TEXT(), nullable=True),
        sa.Column('code', TEXT(length=32), nullable=True),
        sa.Column('amount', sa.Integer(), nullable=True),
        sa.Column('until', UtcDateTime(), nullable=True),
        sa.Column('granted', sa.Boolean(), nullable=True),
        sa.Column('decided_at', UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(['asked_by_id'], ['accounts.id'], name=op.f('fk_requests_asked_by_id_accounts')),
        sa.ForeignKeyConstraint(['demand_id'], ['demands.id'], name=op.f('fk_requests_demand_id_demands')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_requests')),
    )
    op.create_index('ix_requests_demand_id', 'requests', ['demand_id'])
    op.create_index('uq_requests_waiting', 'requests', ['demand_id', 'kind'], unique=True,
                    sqlite_where=waiting, postgresql_where=waiting)
    op.create_table('reviews',
        sa.Column('id', BIG, nullable=False),
        sa.Column('request_id', BIG, nullable=False),
        sa.Column('at', UtcDateTime(), nullable=False),
        sa.Column('account_id', BIG, nullable=True),
        sa.Column('reviewer', TEXT(), nullable=False),
        sa.Column('granted', sa.Boolean(), nullable=False),
        sa.Column('reason', TEXT(), nullable=True),
        sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_reviews_account_id_accounts')),
        sa.ForeignKeyConstraint(['request_id'], ['requests.id'], name=op.f('fk_reviews_request_id_requests')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_reviews')),
        sa.UniqueConstraint('request_id', 'account_id', name=op.f('uq_reviews_request_id_account_id')),
    )


def _leases() -> None:
    op.create_table('leases',
        sa.Column('name', TEXT(length=40), nullable=False),
        sa.Column('owner', TEXT(length=80), nullable=False),
        sa.Column('since', UtcDateTime(), nullable=False),
        sa.Column('until', UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint('name', name=op.f('pk_leases')),
    )


def _demands(moment: str) -> None:
    for column in ('answer_due_at', 'answered_at'):
        _add('demands', column, moment)
    _add('demands', 'suspended_until', moment,
         suspended_until="suspended_until IS NULL OR state = 'suspended'")
    _add('demands', 'escalated_to', 'VARCHAR(32)')
    for column in ('warned_at', 'on_scene_at', 'called_at', 'waived_at'):
        _add('demands', column, moment)
    for column, values in (('reached', REACHED), ('solved', SOLVED), ('satisfied', SATISFIED)):
        _add('demands', column, 'VARCHAR(32)', **{column: _in(column, values)})
    _add('demands', 'excluded_code', 'VARCHAR(32)')
    held = sa.text('suspended_until IS NOT NULL')
    op.create_index('ix_demands_suspended_until', 'demands', ['suspended_until'],
                    sqlite_where=held, postgresql_where=held)
    open_, waiting = sa.text('is_open'), sa.text('settled_at IS NOT NULL AND closed_at IS NULL')
    op.create_index('ix_demands_open_level_due_at', 'demands', ['level_due_at'],
                    sqlite_where=open_, postgresql_where=open_)
    op.create_index('ix_demands_waiting', 'demands', ['state', 'settled_at'],
                    sqlite_where=waiting, postgresql_where=waiting)


def _whistles(moment: str, *, sqlite: bool) -> None:
    _add('whistles', 'number', 'INTEGER NOT NULL DEFAULT 1')
    _add('whistles', 'arrival', 'VARCHAR(32)', arrival=_in('arrival', ('remote', 'on_site')),
         arrival_when_arrived='arrival IS NULL OR arrived_at IS NOT NULL')
    _add('whistles', 'did', 'VARCHAR')
    _add('whistles', 'rating', 'VARCHAR(32)', rating=_in('rating', SATISFIED))
    _add('whistles', 'rated_at', moment, rated_at='rating IS NULL OR rated_at IS NOT NULL')
    _add('whistles', 'rating_reason', 'VARCHAR')
    _add('whistles', 'justified', 'BOOLEAN')
    _add('whistles', 'justified_reason', 'VARCHAR')
    old, new = 'demand_id, department_id)', 'demand_id, department_id, number)'
    name = 'uq_whistles_demand_id_department_id'
    if sqlite:
        _rebuild('whistles', lambda sql: sql.replace(f'{name} UNIQUE ({old}', f'{name}_number UNIQUE ({new}'))
    else:
        op.execute('ALTER TABLE whistles ALTER COLUMN number DROP DEFAULT')
        op.drop_constraint(name, 'whistles')
        op.create_unique_constraint(f'{name}_number', 'whistles', ['demand_id', 'department_id', 'number'])
    unanswered = sa.text('answered_at IS NULL')
    op.create_index('ix_whistles_unanswered', 'whistles', ['answer_due_at'],
                    sqlite_where=unanswered, postgresql_where=unanswered)


def _verbs(*, sqlite: bool) -> None:
    if sqlite:
        more = ''.join(f', {verb!r}' for verb in VERBS)
        _rebuild('demand_events', lambda sql: sql.replace("'note')", f"'note'{more})"))
        return
    connection = op.get_bind()
    known = [
        'report', 'import', 'submit', 'self_handle', 'hand_in', 'skip_check', 'accept', 'ask_facts', 'reject', 'merge',
        'assign', 'sign', 'return', 'settle', 'suspend', 'resume', 'escalate', 'whistle', 'answer', 'arrive',
        'pass_check', 'rework', 'close', 'reopen', 'archive', 'void', 'note', *VERBS,
    ]
    connection.execute(sa.text('ALTER TABLE demand_events DROP CONSTRAINT ck_demand_events_verb'))
    op.create_check_constraint(op.f('ck_demand_events_verb'), 'demand_events', _in('verb', known))


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == 'sqlite'
    moment = 'DATETIME' if sqlite else 'TIMESTAMP WITH TIME ZONE'
    _call_backs()
    _requests()
    _leases()
    _demands(moment)
    _whistles(moment, sqlite=sqlite)
    _verbs(sqlite=sqlite)


def downgrade() -> None:
    raise NotImplementedError('restore the backup taken before the upgrade')
