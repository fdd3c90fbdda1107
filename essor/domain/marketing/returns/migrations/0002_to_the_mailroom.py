from django.db import migrations

MAILS = """
INSERT INTO mailroom_mail (taker, place, digest, envelope_from, envelope_to, raw, size, received_at, handled_at, attempts, problem)
SELECT 'returns', 0, digest, NULL, envelope_to, raw, length(raw), received_at, handled_at, 0, problem
FROM returns_incoming ORDER BY id
"""
MAILBOXES = """
INSERT INTO mailroom_mailbox (taker, place, host, port, security, username, password, folder, is_active, uid_validity, last_uid,
  fetched_at, problem)
SELECT 'returns', 0, host, port, security, username, password, folder, is_active, uid_validity, last_uid, fetched_at, problem
FROM returns_mailbox ORDER BY id
"""


class Migration(migrations.Migration):
    """Mails and mailboxes go to the mailroom, whose taker this room is now."""

    dependencies = [("returns", "0001_initial"), ("mailroom", "0001_initial")]

    operations = [
        migrations.RunSQL(MAILS),
        migrations.RunSQL(MAILBOXES),
        migrations.DeleteModel(name="Incoming"),
        migrations.DeleteModel(name="Mailbox"),
    ]
