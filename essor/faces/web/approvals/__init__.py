"""Approvals on pages: what waits for somebody, the panel of a record, the page behind the link of a mail."""
