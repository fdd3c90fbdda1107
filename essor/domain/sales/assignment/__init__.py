"""Rules say who gets a new lead: a person, a queue, or a team in turn; queues are there to take from."""
