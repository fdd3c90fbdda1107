"""The index behind the search box: one row per record, with the words that find it."""

from __future__ import annotations

from django.db import models


class SearchEntry(models.Model):
    """A record's folded name (`title`) and everything else that finds it (`text`, the title first).

    A trigram index over `text` comes with the migrations: FTS5 on SQLite, fed by `index`; a GIN index over a
    function of our own on PostgreSQL, so that no extension is needed.
    """

    id = models.BigAutoField(primary_key=True)
    object_name = models.CharField(max_length=80)
    record_id = models.BigIntegerField()
    title = models.CharField(max_length=255)
    text = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["object_name", "record_id"], name="search_once")]
        indexes = [models.Index(fields=["title"], name="search_title")]
