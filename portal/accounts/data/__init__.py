"""Data shipped with the accounts: passwords that attackers try first."""
