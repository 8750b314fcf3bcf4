"""Who signed an HTTP call and what of it, in the two forms that federated servers speak."""
