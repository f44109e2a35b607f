"""The machine door: messages in, receipts out, tasks and decisions of agencies."""
