// Nothing to call: linking is enough. See MutexSlowPaths.c.
