"""The verbs of approvals: submit, decide, recall, hand over; processes and steps as administrators keep them."""
