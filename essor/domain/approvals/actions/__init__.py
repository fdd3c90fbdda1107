"""The verbs of approvals: submit, decide, recall, hand over; processes, steps and absences as administrators keep them."""
