"""A form of the company’s own web site becomes a lead: checked, counted, and handed over by the assignment rules."""
