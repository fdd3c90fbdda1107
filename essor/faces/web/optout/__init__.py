"""The pages of people who got our mails: opting out, choosing topics. No sign-in, no script; a GET never changes anything."""
