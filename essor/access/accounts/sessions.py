"""Sessions in the database as Django keeps them, read by a question that is written once: every request asks it."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import CharField, DateTimeField
from django.utils import timezone

from essor.kernel.db.written import Given, Written


class SessionStore(db.SessionStore):
    """Django's own store, but for how it reads."""

    def _get_session_from_db(self) -> Session | None:
        found = _LIVE.objects(key=self.session_key, now=timezone.now()) if self.session_key else []
        if found:
            return found[0]
        self._session_key: Any = None  # as Django does: the cookie of a session that ended starts none
        return None


_LIVE: Written[Session] = Written(
    lambda: Session.objects.filter(
        session_key=Given("key", CharField()), expire_date__gt=Given("now", DateTimeField())
    )
)
