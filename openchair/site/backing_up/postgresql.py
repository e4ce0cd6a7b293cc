"""A database on a PostgreSQL server: dumped by its own programs, tried out beside, and swapped by name.

The new takes the old one's place by two renames in one transaction, so there is never a moment without a whole one.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from openchair.site.backing_up.databases import DatabaseTrouble, Trial
from openchair.site.backing_up.files import create
from openchair.site.backing_up.manifest import Contents, Damaged

PACKAGE_HINT = "On Debian: apt install postgresql-client"
CONNECT_SECONDS = 10
Connection = psycopg.Connection[tuple[Any, ...]]


class PostgreSQL:
    """The database `name` on a server."""

    engine = "postgresql"

    def __init__(self, *, name: str, host: str, port: str, user: str, password: str) -> None:
        self.name = name
        self._where = {"host": host, "port": port, "user": user, "password": password}

    def is_there(self) -> bool:
        """Return whether the database answers and has tables. Raises DatabaseTrouble."""
        with self._connected(self.name) as connection:
            return bool(_tables(connection))

    def copy(self, *, to: Path) -> Contents:
        """Dump by pg_dump, and count rows in the same snapshot. Raises DatabaseTrouble."""
        os.close(create(to))
        with self._connected(self.name) as connection, connection.transaction():
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            snapshot = _one(connection, "SELECT pg_export_snapshot()")
            contents = _contents(connection)
            words = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
            self._program("pg_dump", *words, f"--file={to}", database=self.name)
        return contents

    def unpack(self, *, copy: Path) -> Trial:
        """Restore a dump into a new database, in one transaction. Raises Damaged, DatabaseTrouble."""
        self.may_make_databases()
        self._drop_left_over()
        trial = Trial(engine=self.engine, name=f"{self._prefix}{secrets.token_hex(4)}")
        with self._connected(self.name) as connection:
            connection.autocommit = True
            connection.execute(_create(connection, trial.name))
        words = ["--single-transaction", "--clean", "--if-exists", "--no-owner", "--no-privileges"]
        try:
            self._program(
                "pg_restore", *words, f"--dbname={trial.name}", str(copy), database=trial.name
            )
        except DatabaseTrouble as error:
            self.drop(trial=trial)
            raise Damaged(f"its database can't be restored: {error}") from None
        return trial

    def contents(self, *, trial: Trial) -> Contents:
        """Return what the trial holds."""
        with self._connected(trial.name) as connection:
            return _contents(connection)

    def settings(self, *, trial: Trial) -> dict[str, Any]:
        """Return the trial's name, without a pool that would keep it in use."""
        return {"NAME": trial.name, "OPTIONS": {"connect_timeout": CONNECT_SECONDS}}

    def swap_in(self, *, trial: Trial) -> None:
        """Give the trial the database's name, and drop what had it. Raises DatabaseTrouble when somebody is in it."""
        with self._maintenance() as connection:
            if self._exists(connection, trial.name):
                old = f"{self._prefix}{secrets.token_hex(4)}"
                try:
                    with connection.transaction():
                        connection.execute(_rename(self.name, old))
                        connection.execute(_rename(trial.name, self.name))
                except psycopg.errors.ObjectInUse:
                    raise DatabaseTrouble(
                        f"somebody is still connected to the database {self.name}. Close every program that is, and try again."
                    ) from None
                except psycopg.Error as error:
                    raise DatabaseTrouble(
                        f"the databases can't be renamed: {_first_line(error)}"
                    ) from None
        self._drop_left_over()

    def drop(self, *, trial: Trial) -> None:
        """Drop the trial, if it is still one."""
        with self._maintenance() as connection:
            connection.autocommit = True
            name = sql.Identifier(trial.name)
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))

    def may_make_databases(self) -> None:
        """Raise DatabaseTrouble, saying what to do, unless the role may make a trial database and rename this one."""
        with self._connected(self.name) as connection:
            may, owns = connection.execute(
                "SELECT (SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user),"
                " pg_has_role(datdba, 'MEMBER') FROM pg_database WHERE datname = current_database()"
            ).fetchone() or (False, False)
        role = self._where["user"] or "openchair"
        if not may:
            raise DatabaseTrouble(
                f"the role {role} may not make databases, which going back to a backup needs."
                f" Let it, as the server's administrator: ALTER ROLE {role} CREATEDB"
            )
        if not owns:
            raise DatabaseTrouble(
                f"the role {role} does not own the database {self.name}, which going back to a backup needs."
                f" Let it, as the server's administrator: ALTER DATABASE {self.name} OWNER TO {role}"
            )

    @property
    def _prefix(self) -> str:
        # Of this database alone: another installation on the same server may be trying one out right now.
        return f"openchair_trial_{hashlib.sha256(self.name.encode()).hexdigest()[:8]}_"

    def _drop_left_over(self) -> None:
        """Drop the trials of a restore that was killed. Whoever calls holds the lock: none is in use."""
        with self._maintenance() as connection:
            rows = connection.execute(
                "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [self._prefix]
            ).fetchall()
        for (name,) in rows:
            self.drop(trial=Trial(engine=self.engine, name=name))

    @contextmanager
    def _connected(self, name: str) -> Iterator[Connection]:
        where = {key: value for key, value in self._where.items() if value}
        address = make_conninfo(dbname=name, connect_timeout=CONNECT_SECONDS, **where)
        try:
            with psycopg.connect(address) as connection:
                yield connection
        except psycopg.Error as error:
            raise DatabaseTrouble(f"PostgreSQL says: {_first_line(error)}") from None

    @contextmanager
    def _maintenance(self) -> Iterator[Connection]:
        """Connect to a database that is not renamed meanwhile."""
        try:
            with self._connected("postgres"):
                name = "postgres"
        except DatabaseTrouble:
            name = "template1"
        with self._connected(name) as connection:
            yield connection

    def _exists(self, connection: Connection, name: str) -> bool:
        return bool(_one(connection, "SELECT count(*) FROM pg_database WHERE datname = %s", name))

    def _given(self) -> dict[str, str]:
        return {key: value for key, value in self._where.items() if value}

    def _program(self, program: str, *words: str, database: str) -> None:
        found = shutil.which(program)
        if found is None:
            raise DatabaseTrouble(f"the program {program} is not installed. {PACKAGE_HINT}")
        # In the environment and not among the words: those are for everybody to see.
        names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD"}
        given = {names[key]: value for key, value in self._given().items()}
        done = subprocess.run(  # noqa: S603  # a fixed program, words of our own
            [found, *words],
            env={**os.environ, **given, "PGDATABASE": database},
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        if done.returncode:
            hint = (
                f" {PACKAGE_HINT}-<version of your server>"
                if "version mismatch" in done.stderr
                else ""
            )
            said = done.stderr.strip().splitlines() or [f"{program} ended with {done.returncode}"]
            raise DatabaseTrouble(f"{said[0]}{hint}")


def _contents(connection: Connection) -> Contents:
    tables = _tables(connection)
    if "django_migrations" not in tables:
        raise Damaged("its database has no list of migrations")
    rows = connection.execute("SELECT app, name FROM django_migrations").fetchall()
    counts = {
        name: int(_one(connection, sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))))
        for name in tables
    }
    return Contents(migrations=tuple(sorted(f"{app}.{name}" for app, name in rows)), rows=counts)


def _tables(connection: Connection) -> list[str]:
    rows = connection.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"
    ).fetchall()
    return [name for (name,) in rows]


def _create(connection: Connection, name: str) -> sql.Composed:
    """Return the statement that makes an empty database that sorts like the one connected to."""
    encoding, collate, ctype = connection.execute(
        "SELECT pg_encoding_to_char(encoding), datcollate, datctype FROM pg_database WHERE datname = current_database()"
    ).fetchone() or ("UTF8", "C", "C")
    return sql.SQL(
        "CREATE DATABASE {} TEMPLATE template0 ENCODING {} LC_COLLATE {} LC_CTYPE {}"
    ).format(sql.Identifier(name), sql.Literal(encoding), sql.Literal(collate), sql.Literal(ctype))


def _rename(name: str, to: str) -> sql.Composed:
    return sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
        sql.Identifier(name), sql.Identifier(to)
    )


def _one(connection: Connection, question: Any, *given: object) -> Any:
    row = connection.execute(question, list(given)).fetchone()
    return row[0] if row else None


def _first_line(error: psycopg.Error) -> str:
    # What a server says may carry the address with its password: it never does for libpq, and this keeps it so.
    return re.sub(r"password=\S+", "password=…", str(error).strip().split("\n", 1)[0])
