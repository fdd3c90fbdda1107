"""The verbs of reports and dashboards: keep, change, arrange, send, remove."""
