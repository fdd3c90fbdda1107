"""The verbs of saved questions: keep, change, share, pin and remove list views and segments."""
