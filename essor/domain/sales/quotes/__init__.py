"""What we offer in writing: quotes with versions, their lines and totals, and the document that goes to the customer."""
