"""Schema versions as SQL: written with Alembic, kept as scripts, applied on the raw connection in one transaction."""

from __future__ import annotations

import io
import sqlite3
from pathlib import Path
from typing import Any, Literal, TypeAlias

from tellerline.adapters.store.errors import StoreError

DialectName: TypeAlias = Literal["sqlite", "postgresql"]


class Migrations:
    """Alembic revisions in ``directory``/versions, newest ``head``, with a script from nothing to head per dialect.

    An empty database gets ``scripts/<dialect>.sql``, which a database administrator can read and which needs no
    Alembic; an older one gets what Alembic renders from its revision on. Revisions must therefore be expressible as
    SQL alone.
    """

    def __init__(self, directory: Path, head: str) -> None:
        self._directory = directory
        self.head = head

    def script_path(self, dialect: DialectName) -> Path:
        return self._directory / "scripts" / f"{dialect}.sql"

    def script(self, dialect: DialectName, current: str | None) -> str:
        """SQL that leads from revision ``current`` (None: an empty database) to head; empty if it is there already.

        Raises ``StoreError`` for a revision that is not known, such as a newer version's.
        """
        if current == self.head:
            return ""
        if current is None:
            return self.script_path(dialect).read_text("utf-8")
        return self.render(dialect, current)

    def render(self, dialect: DialectName, current: str | None) -> str:
        """The same by Alembic, always."""
        from alembic.config import Config
        from alembic.runtime.environment import EnvironmentContext
        from alembic.script import ScriptDirectory
        from alembic.util import CommandError

        config = Config()
        config.set_main_option("script_location", str(self._directory).replace("%", "%%"))
        config.set_main_option("path_separator", "os")
        scripts = ScriptDirectory.from_config(config)

        def steps(revision: Any, _: Any) -> Any:
            return scripts._upgrade_revs(self.head, revision)

        written = io.StringIO()
        with EnvironmentContext(
            config, scripts, fn=steps, as_sql=True, starting_rev=current, destination_rev=self.head
        ) as context:
            context.configure(dialect_name=dialect, output_buffer=written)
            try:
                context.run_migrations()
            except CommandError as error:
                raise StoreError(f"schema revision {current} is not known to this version") from error
        return written.getvalue()

    def upgrade_sqlite(self, connection: sqlite3.Connection) -> None:
        """Bring the schema to head: wholly, or not at all."""
        known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone() if known else None
        script = self.script("sqlite", row[0] if row else None)
        if script:
            connection.executescript(f"BEGIN IMMEDIATE;\n{script}\nCOMMIT;")
