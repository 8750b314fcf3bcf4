"""Makes a platform that never was, with planted rings: what the search for networks is held to."""
