"""A stand-in of the Commission's Transparency Database, strict to its API, faulty on demand."""
