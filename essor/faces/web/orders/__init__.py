"""Orders on pages: made in one click, activated, confirmed on paper."""
