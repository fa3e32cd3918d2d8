"""The handlers of payments: one for each ask, event, timer and job."""
