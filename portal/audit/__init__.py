"""The trail: who changed what, through which request, and why. Written by the database, sealed daily."""
