"""Names that the furnishing of the portal and the tests share."""

PASSWORD = "tuoyu-2021-demo"
NUMBER = "SJZ-0002"
"""An institution of a brand, which other tests only read."""
FACTORS, NEWCOMER, NEW_ADMINISTRATOR = "looks-factors", "looks-newcomer", "looks-administrator"
"""Accounts with second factors, with an initial password, and of whom a second factor is demanded."""
LONG = "W" * 100
"""What people may type: nothing of it may make a page wider than the screen."""
