"""The whole portal in one terminal (`make run`): servers, database, web, worker and beat, stopped together."""
