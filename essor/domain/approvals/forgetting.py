"""What this room forgets of an object that is erased for good."""

from __future__ import annotations

from essor.catalog import purging
from essor.domain.approvals.models import (
    ApprovalProcess,
    ProcessInstance,
    ProcessInstanceStep,
    ProcessInstanceWorkitem,
)


@purging.register
def forget(name: str, prefix: str) -> None:  # noqa: ARG001 -- requests are found by their process
    """Remove its processes with their requests and all that was said to them."""
    instances = ProcessInstance.objects.filter(process__object_name__iexact=name)
    ProcessInstanceWorkitem.objects.filter(process_instance__in=instances).delete()
    ProcessInstanceStep.objects.filter(process_instance__in=instances).delete()
    instances.delete()
    ApprovalProcess.objects.filter(object_name__iexact=name).delete()
