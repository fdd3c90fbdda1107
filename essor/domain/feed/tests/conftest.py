"""A company with an administrator and people of the sales team, and the outbox delivered on demand."""

from essor.access.tests.team import boss, person, rep  # noqa: F401 -- fixtures by name
from essor.kernel.tests.outbox import deliver  # noqa: F401 -- the same
