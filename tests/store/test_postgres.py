"""PostgreSQL away, refusing, restarting, full of other people: a sentence each time, and the next step works."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from pharmcheck.errors import StoreError
from pharmcheck.settings import Settings
from pharmcheck.store import Store
from pharmcheck.store import store as store_module
from pharmcheck.store.tables import checks, register_records, verdicts
from pharmcheck.store.writing import put_many
from tests.services.postgres import PostgresServer
from tests.store.conftest import settings_for

Look = Callable[..., Any]
NOBODY = "postgresql://me:hunter2@127.0.0.1:1/x"


@pytest.fixture(scope="module")
def own_server() -> Iterator[PostgresServer]:
    """One to be stopped."""
    server = PostgresServer()
    server.start()
    yield server
    server.close()


@pytest.fixture
def own_settings(own_server: PostgresServer, tmp_path: Path) -> Settings:
    return settings_for(tmp_path / "data", own_server.url(own_server.new_database()))


@pytest.fixture
def role(postgres_server: PostgresServer) -> Iterator[str]:
    """Somebody with a password and no rights."""
    with postgres_server.connect() as connection:
        connection.execute("CREATE ROLE clerk LOGIN PASSWORD 'hunter2'")
    yield "clerk"
    with postgres_server.connect() as connection:
        connection.execute("DROP ROLE clerk")


def refusal(url: str, folder: Path) -> str:
    """What opening says; neither it nor its traceback repeats a password or a host."""
    with pytest.raises(StoreError) as caught:
        Store.open(settings_for(folder, url))
    told = "".join(traceback.format_exception(caught.value))
    assert "hunter2" not in told
    assert "hunter3" not in told
    assert "127.0.0.1" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("url", [NOBODY, "postgres://me:hunter2@/x?host=/nowhere", NOBODY + "?connect_timeout=1"])
def test_a_server_that_is_not_there_is_a_sentence(url: str, tmp_path: Path) -> None:
    """It names the setting that says where the server is."""
    assert "cannot be reached; check that PostgreSQL runs" in refusal(url, tmp_path)


def test_a_wrong_password_is_a_sentence(postgres_server: PostgresServer, role: str, tmp_path: Path) -> None:
    """So is a missing one."""
    name = postgres_server.new_database()
    assert "refuses our name or password" in refusal(postgres_server.url(name, role, "hunter3"), tmp_path)
    assert "asks for a password" in refusal(postgres_server.url(name, role, ""), tmp_path)
    postgres_server.drop_database(name)


def test_a_database_that_is_not_there_is_a_sentence(postgres_server: PostgresServer, tmp_path: Path) -> None:
    """We do not make databases: that is for who runs the server."""
    assert "does not exist" in refusal(postgres_server.url("nobodys"), tmp_path)


def test_an_option_that_is_none_is_a_sentence(postgres_url: str, tmp_path: Path) -> None:
    """A typing error in the address."""
    assert "an option that PostgreSQL has not" in refusal(postgres_url + "&colour=red", tmp_path)


def test_missing_rights_are_a_sentence(postgres_server: PostgresServer, role: str, tmp_path: Path) -> None:
    """Whoever may not make tables is told so, and nothing is made."""
    name = postgres_server.new_database(migrated=False)
    assert "does not let us do that" in refusal(postgres_server.url(name, role, "hunter2"), tmp_path)
    with postgres_server.connect(name) as connection:
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)
    postgres_server.drop_database(name)


def test_a_database_that_cannot_hold_every_script_is_refused(postgres_server: PostgresServer, tmp_path: Path) -> None:
    """Names of pharmacies are Czech and Greek."""
    with postgres_server.connect() as connection:
        connection.execute(
            "CREATE DATABASE narrow TEMPLATE template0 ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C'"
        )
    assert "holds text as LATIN1" in refusal(postgres_server.url("narrow"), tmp_path)
    postgres_server.drop_database("narrow")


def test_a_copy_that_follows_another_server_is_a_sentence(
    own_server: PostgresServer, own_settings: Settings, look: Look
) -> None:
    """A standby answers questions and takes nothing."""
    signal = own_server._data / "standby.signal"
    with Store.open(own_settings) as store:
        own_server.stop()
        signal.touch()
        own_server.start()
        assert list(store.verdicts()) == []
        with pytest.raises(StoreError, match="cannot be written: it is a copy"):
            store.save(*look())
        own_server.stop()
        signal.unlink()
        own_server.start()
        store.save(*look())


def test_a_restart_in_the_middle_loses_that_step_and_no_other(
    own_server: PostgresServer, own_settings: Settings, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The transaction fails with a sentence and leaves nothing; the very next one works."""
    before, broken, after = look(), look(), look()
    with Store.open(own_settings) as store:
        store.save(*before)
        real = store_module.records.finding_rows

        def crash(*arguments: Any) -> Any:
            own_server.restart(crash=True)
            return real(*arguments)

        with monkeypatch.context() as patch:
            patch.setattr(store_module.records, "finding_rows", crash)
            with pytest.raises(StoreError, match=r"went away in the middle; nothing of this step was kept"):
                store.save(*broken)
        store.save(*after)

        assert {verdict.check_id for verdict in store.verdicts()} == {before[0].id, after[0].id}
        assert store.get_check(broken[0].id) is None


def test_a_restart_while_a_register_is_copied_is_a_sentence(own_server: PostgresServer, own_settings: Settings) -> None:
    """COPY goes past SQLAlchemy; its failures are told like any other."""
    row = {"snapshot_id": 1, "position": 1, "document": "{}"}

    def copy(store: Store, meanwhile: Callable[[], None]) -> None:
        with store.transaction(writes=True) as connection:
            meanwhile()
            put_many(connection, register_records, [row])

    with Store.open(own_settings) as store:
        with pytest.raises(StoreError, match="went away in the middle"):
            copy(store, lambda: own_server.restart(crash=True))
        with pytest.raises(StoreError, match="IntegrityError"):
            copy(store, lambda: None)
        assert store.loaded_registers() == ()


def test_connections_that_a_restart_has_cut_are_replaced_before_use(
    own_server: PostgresServer, own_settings: Settings, look: Look
) -> None:
    """Whoever comes after a restart does not notice it."""
    with Store.open(own_settings) as store:
        store.save(*look())
        own_server.restart()
        assert len(list(store.verdicts())) == 1
        own_server.restart(crash=True)
        store.save(*look())


def test_a_stopped_server_is_a_sentence_until_it_is_back(own_server: PostgresServer, own_settings: Settings) -> None:
    """No restart of ours is needed."""
    with Store.open(own_settings) as store:
        own_server.stop()
        with pytest.raises(StoreError, match="cannot be reached"):
            list(store.verdicts())
        own_server.start()
        assert list(store.verdicts()) == []


def test_a_full_server_is_a_sentence(own_server: PostgresServer, tmp_path: Path) -> None:
    """All connections are taken."""
    with own_server.connect() as connection:
        connection.execute("CREATE ROLE other LOGIN PASSWORD 'x' CONNECTION LIMIT 0")
    assert "has no connection left for us" in refusal(own_server.url("postgres", "other", "x"), tmp_path)


def test_who_reads_sees_one_moment(store: Store, settings: Settings, look: Look) -> None:
    """What is committed while we read changes nothing of what we see, on either database."""
    count = sa.select(sa.func.count()).select_from(verdicts)
    with Store.open(settings) as another, store.transaction() as connection:
        assert connection.execute(count).scalar_one() == 0
        another.save(*look())
        assert connection.execute(count).scalar_one() == 0
    with store.transaction() as connection:
        assert connection.execute(count).scalar_one() == 1


def test_who_reads_cannot_write_by_mistake(tmp_path: Path, postgres_url: str) -> None:
    """A transaction says that it writes; SQLite needs to know it at the start, PostgreSQL holds us to it."""
    with (
        Store.open(settings_for(tmp_path, postgres_url)) as store,
        pytest.raises(StoreError),
        store.transaction() as connection,
    ):
        connection.execute(sa.delete(checks))


def test_a_frozen_process_does_not_hold_its_rows_for_ever(tmp_path: Path, postgres_url: str) -> None:
    """Waiting for others, and keeping others waiting, have an end."""
    with Store.open(settings_for(tmp_path, postgres_url)) as store, store.transaction() as connection:
        for name in ("lock_timeout", "idle_in_transaction_session_timeout"):
            assert connection.execute(sa.text(f"SHOW {name}")).scalar_one() != "0"


def test_our_words_fit_their_columns(tmp_path: Path, postgres_url: str) -> None:
    """SQLite keeps what is too long, PostgreSQL refuses it: every code, rule and register name has room."""
    from pharmcheck import errors, model
    from pharmcheck.ruleset import load_ruleset
    from pharmcheck.store.tables import findings, register_snapshots

    ruleset = load_ruleset()
    words = {
        checks.c.state: list(model.CheckState),
        checks.c.error_code: [kind.code for kind in vars(errors).values() if hasattr(kind, "code")],
        verdicts.c.category: list(model.Category),
        verdicts.c.ruleset: [ruleset.version],
        findings.c.rule_id: [rule.id for rule in ruleset.rules],
        findings.c.category: [rule.category for rule in ruleset.rules],
        findings.c.severity: list(model.Severity),
        findings.c.outcome: list(model.Outcome),
        findings.c.direction: list(model.Direction),
        register_snapshots.c.name: [source.name for source in ruleset.sources],
    }
    for column, values in words.items():
        assert values
        assert max(map(len, map(str, values))) <= column.type.length, column
