"""What a team expects to sell: figures by period, quotas, adjustments, daily snapshots, leaderboards."""
