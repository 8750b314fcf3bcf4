"""How a ranking is shown: one file that needs no network, with names masked until asked for."""
