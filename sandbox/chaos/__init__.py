"""The real system under faults: processes in pairs, a balancer, proxies in between, and control of all of it."""
