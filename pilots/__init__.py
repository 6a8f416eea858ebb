"""The programme: regions, institutions, capacity, filings, designations, targets, coverage."""
