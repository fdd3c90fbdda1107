"""The administrator's pages: what exists, who may, the company; and everybody's own settings."""
