"""A PostgreSQL server of its own for the tests: real, private to this process, and gone with it."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

START_SECONDS = 60
DATABASE_FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")


class PostgresqlServer:
    """A throw-away cluster behind a Unix socket in a private folder; `close` ends it and removes its data.

    `settings`: in place of those that make it quick at the price of safety.
    """

    def __init__(self, settings: Mapping[str, str] | None = None) -> None:
        self._settings = settings or {}
        self._binaries = find_binaries()
        self._folder = Path(tempfile.mkdtemp(prefix="ss-pg-", dir="/tmp"))
        self._account = "postgres" if os.geteuid() == 0 else None
        if self._account is not None:
            owner = pwd.getpwnam(self._account)
            os.chown(self._folder, owner.pw_uid, owner.pw_gid)
        self._log = self._folder / "server.log"
        self._make_cluster()
        self._process = self._start()

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of one of its databases."""
        return f"postgresql+psycopg://postgres@/{database}?host={self._folder}"

    def create_database(self, template: str = "template0") -> str:
        """A new database, copied from a template; its name."""
        name = f"t_{uuid.uuid4().hex}"
        with self.connect() as connection:
            # Copying files is four times as fast as the default since version 15, which logs every page as well.
            by_file = " STRATEGY FILE_COPY" if connection.info.server_version >= 150_000 else ""
            statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}" + by_file)
            connection.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
        return name

    def drop_database(self, name: str) -> None:
        """Remove a database, whoever is still connected to it."""
        self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def disconnect_everybody(self, database: str) -> None:
        """Cut every connection to a database, as a restart of the server would."""
        with self.connect() as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
                (database,),
            )

    @contextmanager
    def closed_to_everybody(self, database: str) -> Iterator[None]:
        """A database that refuses connections and has cut those that were; it is open again at the end."""
        statement, name = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}"), sql.Identifier(database)
        self._execute(statement.format(name, sql.Literal(False)))
        try:
            self.disconnect_everybody(database)
            yield
        finally:
            self._execute(statement.format(name, sql.Literal(True)))

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        """A connection to one of its databases; it ends with its `with` block."""
        return psycopg.connect(host=str(self._folder), user="postgres", dbname=database, autocommit=True)

    def pause(self) -> None:
        """Let it hang: its connections stay open, and nothing answers."""
        for process_id in self._process_ids():
            os.kill(process_id, signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on after `pause`."""
        for process_id in self._process_ids():
            os.kill(process_id, signal.SIGCONT)

    def stop(self) -> None:
        """Shut it down; its data stay."""
        self._process.send_signal(signal.SIGINT)
        self._process.wait(START_SECONDS)

    def start(self) -> None:
        """Start it again after `stop`."""
        self._process = self._start()

    def _process_ids(self) -> list[int]:
        """The server's process and its children, which are in no group of their own."""
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text()
        return [self._process.pid, *(int(process_id) for process_id in children.split())]

    def close(self) -> None:
        """Stop the server at once and remove its data."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(START_SECONDS)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _execute(self, statement: sql.Composed) -> None:
        with self.connect() as connection:
            connection.execute(statement)

    def _as_account(self, *command: str, dies_with_us: bool = False) -> list[str]:
        """The command under an account that PostgreSQL accepts: it refuses to run as root."""
        prefix: list[str] = []
        if shutil.which("setpriv"):
            if self._account is not None:
                prefix += [f"--reuid={self._account}", f"--regid={self._account}", "--init-groups"]
            if dies_with_us:
                prefix += ["--pdeathsig=QUIT"]
            return ["setpriv", *prefix, "--", *command] if prefix else list(command)
        return ["runuser", "-u", self._account, "--", *command] if self._account else list(command)

    def _make_cluster(self) -> None:
        command = self._as_account(
            str(self._binaries / "initdb"),
            f"--pgdata={self._folder / 'data'}",
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
        )
        done = subprocess.run(command, cwd=self._folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"initdb failed:\n{done.stdout}{done.stderr}"

    def _start(self) -> "subprocess.Popen[bytes]":
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._folder),
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "max_connections": "200",
            "shared_buffers": "32MB",
            "autovacuum": "off",
        }
        options = [f"--{name}={value}" for name, value in {**settings, **self._settings}.items()]
        command = self._as_account(
            str(self._binaries / "postgres"), "-D", str(self._folder / "data"), *options, dies_with_us=True
        )
        with self._log.open("wb") as log:
            process = subprocess.Popen(command, cwd=self._folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self.connect().close()
            except psycopg.OperationalError:
                stopped = process.poll() is not None or time.monotonic() > deadline
                assert not stopped, f"PostgreSQL does not start:\n{self._log.read_text()}"
                time.sleep(0.05)
            else:
                return process


def find_binaries() -> Path:
    """The folder of PostgreSQL's programs; a clear failure where it is not installed."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    for pattern in DATABASE_FOLDERS:
        for folder in sorted(Path("/").glob(pattern.lstrip("/")), reverse=True):
            if (folder / "initdb").exists():
                return folder
    raise AssertionError("PostgreSQL is not installed; the tests need it. Run: make test (it installs the package)")
