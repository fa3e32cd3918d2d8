"""The judge's checks, one module each: answers, safety, money, feeds, notices, liveness, invariants at rest."""
