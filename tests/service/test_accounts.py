import json
import logging
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event
from sqlmodel import select

from models.accounts import PERMISSIONS, Account, Permission, Role, SignInSession
from models.audit import AuditEntry
from services import accounts, passwords, sessions
from services.access import SYSTEM, Actor
from services.database import reading, transaction
from services.errors import BadInput, NotAllowed, NotFound, Refused, ServiceError
from tests.conftest import NOW
from tests.factories import PASSWORD, Town, town

TOP, VILLAGE, OTHER_VILLAGE = "411622204", "411622204202", "411622204201"


def enter(engine: Engine, username: str, password: str = PASSWORD, at=NOW, address="10.0.0.7", replaces=None) -> str:
    """Sign in as the route does: count the try, check the password, open the session."""
    with transaction(engine) as session:
        tried = sessions.count_try(session, username, address, now=at)
    right = passwords.matches(tried.stored, password)
    with transaction(engine) as session:
        return sessions.sign_in(session, tried, right, now=at, replaces=replaces)


def who(engine: Engine, token: str | None, at=NOW) -> Actor | None:
    with reading(engine) as session:
        return sessions.signed_in(session, token, now=at)


def refusal(do, *given, **named) -> tuple[str, dict]:
    with pytest.raises(ServiceError) as caught:
        do(*given, **named)
    return caught.value.code, caught.value.facts


def test_a_right_password_opens_a_session_that_is_known_by_its_token_alone(engine):
    made = town(engine)
    token = enter(engine, " Leader ")
    assert who(engine, token) == made.actors["leader"]
    with reading(engine) as session:
        kept = session.exec(select(SignInSession)).one()
    assert token not in kept.model_dump_json()
    assert (who(engine, None), who(engine, ""), who(engine, token + "x")) == (None, None, None)


def test_an_unknown_name_a_wrong_password_and_a_disabled_account_are_refused_alike(engine):
    made = town(engine)
    with transaction(engine) as session:
        accounts.set_disabled(session, made.actors["administrator"], made.actors["chief"].account_id, True, now=NOW)
    said = [
        refusal(enter, engine, name, password)
        for name, password in (
            ("nobody", PASSWORD),
            ("leader", "not this one"),
            ("chief", PASSWORD),
            ("a\0b", PASSWORD),
        )
    ]
    assert said == [("sign_in_wrong", {})] * 4


def test_five_wrong_tries_lock_a_name_for_fifteen_minutes_known_or_not(engine):
    town(engine)
    for name in ("leader", "nobody"):
        for minute in range(5):
            assert refusal(enter, engine, name, "wrong wrong", NOW + timedelta(minutes=minute))[0] == "sign_in_wrong"
        locked = refusal(enter, engine, name, PASSWORD, NOW + timedelta(minutes=5), address="10.9.9.9")
        assert locked == ("sign_in_locked", {"minutes": 10})
    assert who(engine, enter(engine, "leader", at=NOW + timedelta(minutes=15, seconds=1))) is not None


def test_forty_wrong_tries_from_one_address_lock_the_address_but_not_the_others(sqlite_engine):
    town(sqlite_engine)
    for number in range(40):
        with transaction(sqlite_engine) as session:
            sessions.count_try(session, f"guess {number}", "10.0.0.7", now=NOW)
    assert refusal(enter, sqlite_engine, "leader")[0] == "sign_in_locked"
    assert who(sqlite_engine, enter(sqlite_engine, "leader", address="10.0.0.8")) is not None


def test_signing_in_forgives_the_name_s_tries_and_costs_the_address_none(sqlite_engine):
    town(sqlite_engine)
    for _ in range(60):
        enter_cheaply(sqlite_engine, "leader")
    assert refusal(enter, sqlite_engine, "leader", "wrong wrong")[0] == "sign_in_wrong"


def enter_cheaply(engine: Engine, username: str) -> None:
    with transaction(engine) as session:
        tried = sessions.count_try(session, username, "10.0.0.7", now=NOW)
    with transaction(engine) as session:
        sessions.sign_in(session, tried, right=True, now=NOW)


def test_a_session_ends_by_time_by_sign_out_and_when_the_browser_signs_in_anew(engine):
    town(engine)
    first = enter(engine, "leader")
    assert who(engine, first, NOW + timedelta(days=7, seconds=-1)) is not None
    assert who(engine, first, NOW + timedelta(days=7)) is None
    second = enter(engine, "leader", replaces=first)
    assert (who(engine, first), who(engine, second) is not None) == (None, True)
    with transaction(engine) as session:
        sessions.sign_out(session, second, now=NOW)
        sessions.sign_out(session, None, now=NOW)
    assert who(engine, second) is None


def test_disabling_an_account_ends_its_sessions_at_once_and_enabling_opens_none(engine):
    made = town(engine)
    token = enter(engine, "chief")
    for disabled in (True, False):
        with transaction(engine) as session:
            account = made.actors["chief"].account_id
            accounts.set_disabled(session, made.actors["administrator"], account, disabled, now=NOW)
        assert who(engine, token) is None
    assert who(engine, enter(engine, "chief")) is not None


def test_a_password_given_by_the_administrator_must_be_changed_and_ends_all_sessions(engine):
    made = town(engine)
    token = enter(engine, "chief")
    given = passwords.one_time()
    with transaction(engine) as session:
        accounts.set_password(session, made.actors["administrator"], made.actors["chief"].account_id, given, now=NOW)
    assert who(engine, token) is None
    assert refusal(enter, engine, "chief")[0] == "sign_in_wrong"
    assert who(engine, enter(engine, "chief", given)).must_change_password is True


def change(engine: Engine, actor: Actor, old: str, new: str, keep: str | None = None) -> None:
    with transaction(engine) as session:
        tried = sessions.count_own_try(session, actor, now=NOW)
    right = passwords.matches(tried.stored, old)
    with transaction(engine) as session:
        sessions.change_password(session, actor, tried, right, passwords.hashed(new), now=NOW, keep=keep)


def test_changing_one_s_own_password_asks_for_the_old_one_and_keeps_this_session_only(engine):
    made = town(engine)
    here, elsewhere = enter(engine, "chief"), enter(engine, "chief")
    assert (
        refusal(change, engine, made.actors["chief"], "not the old one", "another long word")[0] == "old_password_wrong"
    )
    change(engine, made.actors["chief"], PASSWORD, "another long word", keep=here)
    assert (who(engine, here) is not None, who(engine, elsewhere)) == (True, None)
    assert who(engine, enter(engine, "chief", "another long word")).must_change_password is False


def test_the_old_password_cannot_be_guessed_faster_than_at_the_door(sqlite_engine):
    made = town(sqlite_engine)
    for _ in range(5):
        assert (
            refusal(change, sqlite_engine, made.actors["chief"], "guess guess", "another word")[0]
            == "old_password_wrong"
        )
    assert refusal(change, sqlite_engine, made.actors["chief"], PASSWORD, "another word")[0] == "sign_in_locked"


def test_nobody_sets_their_own_password_without_the_old_one_nor_disables_themselves(sqlite_engine):
    made = town(sqlite_engine)
    administrator = made.actors["administrator"]
    with transaction(sqlite_engine) as session:
        own = administrator.account_id
        assert (
            refusal(accounts.set_password, session, administrator, own, "a new long word", now=NOW)[0] == "own_password"
        )
        assert refusal(accounts.set_disabled, session, administrator, own, True, now=NOW)[0] == "own_account"


@pytest.mark.parametrize("role", [role for role in Role if Permission.MANAGE not in PERMISSIONS[role]])
def test_only_who_manages_touches_accounts(sqlite_engine, role):
    town(sqlite_engine)
    actor = Actor(account_id=1, name="x", role=role, unit_id=1, depth=1)
    with transaction(sqlite_engine) as session:
        for do in (
            lambda: accounts.listed(session, actor),
            lambda: accounts.create(session, actor, "new", PASSWORD, Role.VIEWER, now=NOW, unit_id=1),
            lambda: accounts.set_password(session, actor, 2, PASSWORD, now=NOW),
            lambda: accounts.set_disabled(session, actor, 2, True, now=NOW),
        ):
            with pytest.raises(NotAllowed):
                do()


def village_administrator(made: Town) -> Actor:
    return Actor(account_id=99, name="x", role=Role.ADMINISTRATOR, unit_id=made.units[VILLAGE], depth=2)


def test_an_administrator_of_a_village_manages_that_village_only_and_no_department(engine):
    made = town(engine)
    actor = village_administrator(made)
    with transaction(engine) as session:
        assert [row.username for row in accounts.listed(session, actor)] == ["chief", "member"]
        for name in ("leader", "administrator", "other_chief", "department"):
            account = made.actors[name].account_id
            assert (
                refusal(accounts.set_password, session, actor, account, "a new long word", now=NOW)[0]
                == "account_not_found"
            )
            assert refusal(accounts.set_disabled, session, actor, account, True, now=NOW)[0] == "account_not_found"
        for place in ({"unit_id": made.units[TOP]}, {"unit_id": made.units[OTHER_VILLAGE]}):
            with pytest.raises(NotFound):
                accounts.create(session, actor, "new", PASSWORD, Role.LEADER, now=NOW, **place)
        with pytest.raises(NotFound):
            accounts.create(
                session, actor, "new", PASSWORD, Role.DEPARTMENT, now=NOW, department_id=made.departments["water"]
            )


def test_the_list_names_place_and_state_of_every_account_in_two_queries(engine):
    made = town(engine)
    enter(engine, "leader")
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda _c, _u, statement, *_: asked.append(statement))
    with reading(engine) as session:
        rows = accounts.listed(session, made.actors["administrator"])
    assert len([statement for statement in asked if statement.startswith("SELECT")]) == 2
    assert [row.username for row in rows] == sorted(made.actors)
    leader = next(row for row in rows if row.username == "leader")
    assert (leader.person, leader.unit, leader.department) == ("王书记", "大王庄乡", None)
    assert (leader.disabled_at, leader.last_sign_in) == (None, NOW)
    assert next(row.department for row in rows if row.username == "department") == "县供水公司"


def test_an_account_is_made_for_a_unit_or_a_department_whatever_else_was_filled_in(engine):
    made = town(engine)
    both = {"unit_id": made.units[VILLAGE], "department_id": made.departments["water"], "now": NOW}
    with transaction(engine) as session:
        accounts.create(session, SYSTEM, "Works ", PASSWORD, Role.DEPARTMENT, **both)
        accounts.create(
            session, SYSTEM, "chief2", PASSWORD, Role.CHIEF, must_change=True, person_id=made.people["霍支书"], **both
        )
    with reading(engine) as session:
        found = {row.username: row for row in session.exec(select(Account)).all()}
    assert (found["works"].unit_id, found["works"].department_id) == (None, made.departments["water"])
    assert (found["chief2"].unit_id, found["chief2"].department_id) == (made.units[VILLAGE], None)
    assert (found["chief2"].must_change_password, found["chief2"].person_id) == (True, made.people["霍支书"])


@pytest.mark.parametrize(
    ("username", "password", "code"),
    [
        ("leader", PASSWORD, "username_taken"), ("", PASSWORD, "username_missing"),
        ("two words", PASSWORD, "username_wrong"),
        ("a\nb", PASSWORD, "username_wrong"), ("n" * 81, PASSWORD, "username_wrong"),
        ("new", "short", "password_short"),
        ("new", "x" * 201, "password_long"),
    ],
)  # fmt: skip
def test_an_account_that_could_not_be_used_is_not_made(sqlite_engine, username, password, code):
    made = town(sqlite_engine)
    with transaction(sqlite_engine) as session, pytest.raises(BadInput) as caught:
        accounts.create(session, SYSTEM, username, password, Role.VIEWER, now=NOW, unit_id=made.units[TOP])
    assert caught.value.code == code


def test_what_is_done_to_accounts_is_logged_without_any_password(engine, caplog):
    made = town(engine)
    caplog.set_level(logging.DEBUG)
    administrator, given = made.actors["administrator"], "given by hand"
    with transaction(engine) as session:
        account = accounts.create(session, administrator, "new", given, Role.VIEWER, now=NOW, unit_id=made.units[TOP])
        accounts.set_password(session, administrator, account, given, now=NOW)
        accounts.set_disabled(session, administrator, account, True, now=NOW)
        accounts.set_disabled(session, administrator, account, False, now=NOW)
    enter(engine, "new", given)
    with reading(engine) as session:
        entries = session.exec(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(entry.action, entry.subject, json.loads(entry.facts)) for entry in entries] == [
        ("accounts.create", "new", {"role": "viewer"}),
        ("accounts.set_password", "new", {}),
        ("accounts.set_disabled", "new", {"disabled": True}),
        ("accounts.set_disabled", "new", {"disabled": False}),
        ("accounts.sign_in", "new", {}),
    ]
    assert given not in caplog.text
    assert given not in repr(passwords.hashed(given)) + repr(sessions.Try("new", 1, passwords.hashed(given)))


def test_one_time_passwords_can_be_read_aloud_and_are_all_different():
    made = {passwords.one_time() for _ in range(200)}
    assert len(made) == 200
    assert {len(word) for word in made} == {14}
    assert set("".join(made)) <= set(passwords.ALPHABET) | {"-"}


def test_more_than_two_hashes_at_once_wait_and_then_give_up(monkeypatch):
    monkeypatch.setattr(passwords, "PATIENCE", 0.05)
    assert passwords._hashing.acquire(timeout=1)
    assert passwords._hashing.acquire(timeout=1)
    try:
        with pytest.raises(Refused) as caught:
            passwords.matches(passwords.NOBODY, "any")
    finally:
        passwords._hashing.release()
        passwords._hashing.release()
    assert caught.value.code == "sign_in_busy"
