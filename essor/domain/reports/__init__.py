"""Reports and dashboards: questions that are grouped, summed, drawn, arranged and sent by mail."""
