"""The one error of this room: what is wrong in a formula, and where."""

from __future__ import annotations

from django.utils.translation import gettext as _

from essor.kernel.errors import EssorError


class FormulaError(EssorError):
    """A formula that cannot be used; `reason` is the sentence alone, `line` and `column` start at 1."""

    code = "INVALID_FORMULA"

    def __init__(self, reason: str, text: str = "", at: int = 0) -> None:
        """Turn the offset `at` in the formula's `text` into line and column."""
        before = text[:at]
        self.reason = reason
        self.line = before.count("\n") + 1
        self.column = at - (before.rfind("\n") + 1) + 1
        super().__init__(
            _("line %(line)d, column %(column)d: %(reason)s")
            % {"line": self.line, "column": self.column, "reason": reason}
        )
