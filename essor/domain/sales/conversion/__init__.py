"""A lead becomes an account, a contact and an opportunity; for a day it can be taken back."""
