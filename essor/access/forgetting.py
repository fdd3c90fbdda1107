"""What this room forgets of an object that is erased for good."""

from __future__ import annotations

from essor.access.models import Group, RecordShare
from essor.access.version import bump
from essor.catalog import purging


@purging.register
def forget(name: str, prefix: str) -> None:
    """Remove shares of its records and its name from queues; rights that name it go by themselves."""
    RecordShare.objects.filter(prefix=prefix).delete()
    for queue in Group.objects.exclude(supported_objects=None):
        left = [one for one in queue.supported_objects or () if one != name]
        if left != queue.supported_objects:
            Group.objects.filter(pk=queue.pk).update(supported_objects=left)
    bump()
