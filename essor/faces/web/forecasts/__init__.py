"""The pages of forecasts: the board, its deals, adjustments, what moved, quotas, leaderboards."""
