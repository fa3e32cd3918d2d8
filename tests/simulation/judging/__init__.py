"""What the judge checks, each in a module of its own: answers, safety, promises, money, feeds, notices, liveness."""
