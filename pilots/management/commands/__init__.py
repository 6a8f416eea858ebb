"""Commands of the programme; each file is one `manage.py` command."""
