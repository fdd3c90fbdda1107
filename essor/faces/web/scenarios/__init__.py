"""The pages of scenarios: what happens to people of a campaign by itself."""
