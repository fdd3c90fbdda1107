"""The trigram index of SQLite is fed set-wise by `search.index`, no longer row by row by triggers."""

from django.db import migrations

TRIGGERS = {
    "search_insert": "AFTER INSERT ON search_searchentry BEGIN "
    "INSERT INTO search_trigram(rowid, text) VALUES (new.id, new.text); END",
    "search_delete": "AFTER DELETE ON search_searchentry BEGIN "
    "INSERT INTO search_trigram(search_trigram, rowid, text) VALUES ('delete', old.id, old.text); END",
    "search_update": "AFTER UPDATE ON search_searchentry BEGIN "
    "INSERT INTO search_trigram(search_trigram, rowid, text) VALUES ('delete', old.id, old.text); "
    "INSERT INTO search_trigram(rowid, text) VALUES (new.id, new.text); END",
}


def forwards(apps, editor):
    """Drop the triggers where there are any."""
    if editor.connection.vendor == "sqlite":
        for name in TRIGGERS:
            editor.execute(f"DROP TRIGGER {name}")


def backwards(apps, editor):
    """Make them again."""
    if editor.connection.vendor == "sqlite":
        for name, body in TRIGGERS.items():
            editor.execute(f"CREATE TRIGGER {name} {body}")


class Migration(migrations.Migration):
    """No table changes."""

    dependencies = [("search", "0002_trigrams")]
    operations = [migrations.RunPython(forwards, backwards)]
