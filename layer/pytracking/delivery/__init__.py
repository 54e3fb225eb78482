"""From the queue to the receiver: messages, signatures, the guarded client, the retry schedule."""
