"""Mail that makes leads: addresses of the company that strangers write to."""
