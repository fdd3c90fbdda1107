"""The trigram index: FTS5 kept by triggers on SQLite; on PostgreSQL a GIN index over a function, without extensions."""

from django.db import migrations

SQLITE = (
    "CREATE VIRTUAL TABLE search_trigram USING fts5("
    "text, content='search_searchentry', content_rowid='id', tokenize='trigram', columnsize=0)",
    "CREATE TRIGGER search_insert AFTER INSERT ON search_searchentry BEGIN "
    "INSERT INTO search_trigram(rowid, text) VALUES (new.id, new.text); END",
    "CREATE TRIGGER search_delete AFTER DELETE ON search_searchentry BEGIN "
    "INSERT INTO search_trigram(search_trigram, rowid, text) VALUES ('delete', old.id, old.text); END",
    "CREATE TRIGGER search_update AFTER UPDATE ON search_searchentry BEGIN "
    "INSERT INTO search_trigram(search_trigram, rowid, text) VALUES ('delete', old.id, old.text); "
    "INSERT INTO search_trigram(rowid, text) VALUES (new.id, new.text); END",
)
SQLITE_BACK = (
    "DROP TRIGGER search_insert",
    "DROP TRIGGER search_delete",
    "DROP TRIGGER search_update",
    "DROP TABLE search_trigram",
)
POSTGRESQL = (
    "CREATE FUNCTION essor_trigrams(t text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS "
    "$$ SELECT array_to_tsvector(ARRAY(SELECT DISTINCT substr(t, i, 3) FROM generate_series(1, length(t) - 2) AS i)) $$",
    "CREATE INDEX search_trigram ON search_searchentry USING gin (essor_trigrams(text)) WITH (fastupdate = off)",
    'CREATE INDEX search_title_c ON search_searchentry (title COLLATE "C")',
)
POSTGRESQL_BACK = (
    "DROP INDEX search_title_c",
    "DROP INDEX search_trigram",
    "DROP FUNCTION essor_trigrams(text)",
)


def forwards(apps, editor):
    """Create the index for the database at hand."""
    for statement in SQLITE if editor.connection.vendor == "sqlite" else POSTGRESQL:
        editor.execute(statement)


def backwards(apps, editor):
    """Drop it again."""
    for statement in SQLITE_BACK if editor.connection.vendor == "sqlite" else POSTGRESQL_BACK:
        editor.execute(statement)


class Migration(migrations.Migration):
    """Runs in the same transaction as the table."""

    dependencies = [("search", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
