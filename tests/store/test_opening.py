"""Opening the database: up to date, safe for several starters, and a sentence for everything that is wrong."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from pharmcheck.errors import StoreError
from pharmcheck.settings import Settings, load_settings
from pharmcheck.store import Store, opening
from pharmcheck.store.tables import metadata
from tests.store.conftest import settings_for

FILE = "pharmcheck.sqlite3"


@pytest.fixture(params=["sqlite", "postgresql"])
def nothing_yet(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Where there is no store yet: no folder, or an empty database."""
    url = request.getfixturevalue("blank_postgres_url") if request.param == "postgresql" else None
    return settings_for(tmp_path / "data", url)


def run_sql(settings: Settings, statement: str) -> None:
    """What somebody else does to the database."""
    settings.data_dir.mkdir(exist_ok=True)
    url = settings.database_url
    engine = sa.create_engine(url.get_secret_value() if url else f"sqlite:///{settings.data_dir / FILE}")
    with engine.begin() as connection:
        connection.execute(sa.text(statement))
    engine.dispose()


def environment(settings: Settings) -> dict[str, str]:
    """What another process of ours is told."""
    url = settings.database_url
    return dict(os.environ) | ({"PHARMCHECK_DATABASE_URL": url.get_secret_value()} if url else {})


@pytest.fixture
def scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(opening._MIGRATIONS))
    return ScriptDirectory.from_config(config)


def test_the_migrations_make_exactly_the_tables_we_use(store: Store) -> None:
    """The frozen migrations and the living tables say the same."""
    with store._engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_the_known_revisions_are_those_in_the_folder(scripts: ScriptDirectory) -> None:
    """`HEAD` and `KNOWN` spare every start an import of Alembic; they must not fall behind."""
    assert scripts.get_current_head() == opening.HEAD
    assert {script.revision for script in scripts.walk_revisions()} == opening.KNOWN


def test_every_migration_can_be_undone(store: Store) -> None:
    """Down to nothing and up again leaves the same tables."""
    from alembic import command

    config = Config()
    config.set_main_option("script_location", str(opening._MIGRATIONS))
    with store._engine.execution_options(**opening.WRITES).begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        assert set(sa.inspect(connection).get_table_names()) == {"alembic_version"}
        command.upgrade(config, "head")
    with store._engine.connect() as connection:
        assert set(sa.inspect(connection).get_table_names()) == {*metadata.tables, "alembic_version"}


def test_what_was_saved_survives_every_step_back_and_forward(
    store: Store, scripts: ScriptDirectory, look: Callable[..., Any]
) -> None:
    """Each migration but the first two, which made the tables, is undone and done again around rows of use."""
    from alembic import command

    check, *rest = look()
    store.save(check, *rest)
    before = store.get_check(check.id)
    config = Config()
    config.set_main_option("script_location", str(opening._MIGRATIONS))
    revisions = [script.revision for script in scripts.walk_revisions()][1:-1]  # newest first
    for revision in revisions:
        with store._writing.begin() as connection:
            config.attributes["connection"] = connection
            command.downgrade(config, revision)
    with store._writing.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

    after = store.get_check(check.id)
    assert before is not None
    assert before.verdict is not None
    assert after is not None
    assert after.verdict is not None
    assert after.verdict.document == before.verdict.document
    assert store.findings_of(check.id)


def test_opening_again_finds_what_was_saved(settings: Settings, look: Callable[..., Any]) -> None:
    """A second start changes nothing."""
    check, *rest = look()
    with Store.open(settings) as first:
        first.save(check, *rest)

    with Store.open(settings) as second:
        assert second.get_check(check.id) is not None


def test_an_up_to_date_database_opens_without_alembic(settings: Settings, tmp_path: Path) -> None:
    """Every command pays for opening; only the first pays for Alembic."""
    Store.open(settings).close()
    code = (
        "import sys; from pathlib import Path; from pharmcheck.settings import load_settings;"
        "from pharmcheck.store import Store; Store.open(load_settings(Path(sys.argv[1]))).close();"
        "assert 'alembic' not in sys.modules"
    )

    subprocess.run([sys.executable, "-c", code, settings.data_dir], check=True, cwd=tmp_path, env=environment(settings))


def test_the_file_keeps_readers_and_a_writer_side_by_side(sqlite_settings: Settings) -> None:
    """Write-ahead logging is on, for every later connection too."""
    Store.open(sqlite_settings).close()
    with sqlite3.connect(sqlite_settings.data_dir / FILE) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_several_starters_at_once_all_find_a_working_store(nothing_yet: Settings, tmp_path: Path) -> None:
    """Five processes meet an empty folder, or an empty database; one migrates, five save."""
    code = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from pharmcheck.model import Address, Check, CheckState
from pharmcheck.settings import load_settings
from pharmcheck.store import Store, new_check_id
with Store.open(load_settings(Path(sys.argv[1]))) as store:
    now = datetime.now(UTC)
    for _ in range(20):
        address = Address("a", "https://a.example/", "a.example", "a.example", "a.example")
        store.save(Check(new_check_id(), address, None,
                         None, CheckState.FAILED, "internal", None, now, now, None))
"""
    command = [sys.executable, "-c", code, nothing_yet.data_dir]
    starters = [
        subprocess.Popen(command, stderr=subprocess.PIPE, cwd=tmp_path, env=environment(nothing_yet)) for _ in range(5)
    ]

    said = [starter.communicate(timeout=120)[1].decode() for starter in starters]

    assert [starter.returncode for starter in starters] == [0] * 5, said
    with Store.open(nothing_yet) as store, store.transaction() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM checks")).scalar_one() == 100
        assert connection.execute(sa.text("SELECT count(*) FROM alembic_version")).scalar_one() == 1


@pytest.mark.skipif(os.name == "nt", reason="folders named like this do not exist on Windows")
@pytest.mark.parametrize("name", ["with space", "100%sure", "ünï?code#", "semi;colon"])
def test_the_data_folder_may_have_any_name(name: str, tmp_path: Path, look: Callable[..., Any]) -> None:
    """No character of a path is mistaken for part of a URL or of a format."""
    check, *rest = look()
    with Store.open(load_settings(tmp_path / name)) as store:
        store.save(check, *rest)
        assert store.get_check(check.id) is not None
    assert (tmp_path / name / FILE).is_file()


def test_a_file_that_is_no_database_is_a_sentence(sqlite_settings: Settings) -> None:
    """The file is left as it was found."""
    sqlite_settings.data_dir.mkdir()
    file = sqlite_settings.data_dir / FILE
    file.write_text("shopping list\n" * 100)

    with pytest.raises(StoreError, match="is not a database; move the file away"):
        Store.open(sqlite_settings)

    assert file.read_text().startswith("shopping list")


def test_a_damaged_database_is_a_sentence(sqlite_settings: Settings, look: Callable[..., Any]) -> None:
    """Garbage in the middle of our own file is told without a traceback's words."""
    with Store.open(sqlite_settings) as store:
        store.save(*look())
    file = sqlite_settings.data_dir / FILE
    content = bytearray(file.read_bytes())
    content[100 : len(content)] = b"\x07" * (len(content) - 100)
    file.write_bytes(content)

    with pytest.raises(StoreError, match="is damaged"), Store.open(sqlite_settings) as again:
        list(again.verdicts())


def test_a_database_of_another_program_is_refused(nothing_yet: Settings) -> None:
    """We never add our tables to somebody else's."""
    run_sql(nothing_yet, "CREATE TABLE recipes (id INTEGER)")

    with pytest.raises(StoreError, match="another program"):
        Store.open(nothing_yet)


def test_a_database_made_by_a_newer_program_is_refused(settings: Settings) -> None:
    """An old program must not write into tables it does not understand."""
    Store.open(settings).close()
    run_sql(settings, "UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(StoreError, match="newer pharmcheck"):
        Store.open(settings)


def test_a_data_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "file").write_text("here first")

    with pytest.raises(StoreError, match=r"The data folder .* cannot be made"):
        Store.open(load_settings(tmp_path / "file" / "data"))


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="the administrator may write everywhere")
def test_a_folder_without_write_permission_is_a_sentence(tmp_path: Path) -> None:
    """The sentence names the file and what to do."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o500)

    with pytest.raises(StoreError, match=r"cannot be (opened|written)"):
        Store.open(load_settings(folder))


def test_a_database_that_cannot_be_opened_is_a_sentence(sqlite_settings: Settings) -> None:
    """A folder stands where the file should be."""
    (sqlite_settings.data_dir / FILE).mkdir(parents=True)

    with pytest.raises(StoreError, match="cannot be opened; check the rights"):
        Store.open(sqlite_settings)


@pytest.mark.parametrize(
    "url",
    [
        "nonsense", "oracle-of-delphi://here/db", "sqlite+nothing:///x", "mysql://me:pw@db/x", "postgresql://me:pw@db:x/x",
    ],
)  # fmt: skip
def test_a_wrong_database_address_is_a_sentence(url: str, sqlite_settings: Settings) -> None:
    """The sentence names the setting and never repeats its value."""
    wrong = sqlite_settings.model_copy(update={"database_url": load_secret(url)})

    with pytest.raises(StoreError, match="PHARMCHECK_DATABASE_URL is not the address") as caught:
        Store.open(wrong)

    assert url not in str(caught.value)


def test_a_missing_driver_is_a_sentence_without_the_password(
    sqlite_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL needs psycopg; the address holds a password that belongs in no message."""
    wrong = sqlite_settings.model_copy(update={"database_url": load_secret("postgresql://me:hunter2@db/x")})
    monkeypatch.setitem(sys.modules, "psycopg", None)

    with pytest.raises(StoreError, match=r"install pharmcheck\[postgres\]") as caught:
        Store.open(wrong)

    assert "hunter2" not in str(caught.value)


def test_another_sqlite_file_can_be_named(sqlite_settings: Settings, tmp_path: Path, look: Callable[..., Any]) -> None:
    """The database moves; the captures stay in the data folder."""
    url = load_secret(f"sqlite:///{tmp_path / 'elsewhere.db'}")
    with Store.open(sqlite_settings.model_copy(update={"database_url": url})) as store:
        store.save(*look())
        (kept,) = store.captures()

    assert (tmp_path / "elsewhere.db").is_file()
    assert not (sqlite_settings.data_dir / FILE).exists()
    assert (sqlite_settings.data_dir / "captures" / kept.id[:2] / f"{kept.id}.warc.gz").is_file()


def load_secret(text: str) -> Any:
    from pydantic import SecretStr

    return SecretStr(text)
