"""The handlers of the payments service: one for each ask, event, timer and job."""
