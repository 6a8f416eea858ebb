"""Star ratings: standards, assessments, the star ledger, plaques."""
