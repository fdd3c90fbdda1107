"""What was agreed: contracts and when they end, orders that came of quotes and won deals."""
