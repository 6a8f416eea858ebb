"""Commands of the trail; each file is one `manage.py` command."""
