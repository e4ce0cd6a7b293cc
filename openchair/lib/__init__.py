"""Subject-named tools that know nothing of recovery: the clock, text, the environment, fetching a URL safely."""
