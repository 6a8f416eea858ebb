"""The only writes: lock, permit, check, write. Keyword-only, the clock passed in."""
