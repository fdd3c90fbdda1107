"""API names: what integrators call a role, a group or a permission set."""

from __future__ import annotations

import re
import unicodedata

from django.db import models

LENGTH = 80


def api_name(label: str, model: type[models.Model], field: str = "developer_name") -> str:
    """Return an ASCII identifier made from `label` that no row of `model` has yet."""
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode()
    stem = re.sub(r"\W+", "_", plain).strip("_")[: LENGTH - 4] or "X"
    if not stem[0].isalpha():
        stem = f"X{stem}"
    taken = set(model._default_manager.filter(**{f"{field}__startswith": stem}).values_list(field, flat=True))
    name, number = stem, 2
    while name in taken:
        name, number = f"{stem}{number}", number + 1
    return name
