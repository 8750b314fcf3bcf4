"""Who a federated actor is: its public key, as its own server publishes it now."""
