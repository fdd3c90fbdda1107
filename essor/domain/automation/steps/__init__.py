"""The kinds of steps, one file each; importing the room registers them."""

from __future__ import annotations

from essor.domain.automation.kinds import STEPS, Batch, Member, Site, StepKind, site_of, step
from essor.domain.automation.steps import (
    approval,
    assign,
    branch,
    create,
    mail,
    notify,
    task,
    update,
    wait,
    webhook,
)

__all__ = [
    "STEPS",
    "Batch",
    "Member",
    "Site",
    "StepKind",
    "approval",
    "assign",
    "branch",
    "create",
    "mail",
    "notify",
    "site_of",
    "step",
    "task",
    "update",
    "wait",
    "webhook",
]
