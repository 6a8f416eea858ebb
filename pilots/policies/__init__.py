"""The only gate: `visible_…` for lists, lookups and totals, `may_…` and `require_may_…` for acts."""
