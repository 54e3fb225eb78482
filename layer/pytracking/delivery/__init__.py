"""From the queue to the receiver: destinations, signatures, the guarded client, retries."""
