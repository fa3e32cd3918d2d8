from tests.simulation.judging import safety
from tests.simulation.actors.cast import cast


def test_play(new_world):
    import os, time

    first = int(os.environ.get("SEED", "0"))
    for seed in range(first, first + int(os.environ.get("SEEDS", "1"))):
        world = new_world(seed)
        for name, actor in cast().items():
            world.start(actor, name)
        began = time.time()
        try:
            world.run(int(os.environ.get("STEPS", "600")))
        finally:
            print("seed", seed, world.ahead, world.steps, f"{time.time() - began:.1f}s")
            for name, n in sorted(world.outcomes.items()):
                print("   ", name, n)
        world.settle()
        import time as t

        for svc, st in (("rooms", safety._ROOMS), ("payments", safety._PAYMENTS)):
            b = t.time()
            for _ in range(20):
                world.sql(svc, st)
            print("safety", svc, (t.time() - b) / 20 * 1000, "ms")
        world.judge.at_rest(world)
        print(world.sql("bookings", "select status, count(*) from booking group by 1"))
        for problem in dict.fromkeys(world.problems):
            print("PROBLEM", seed, problem)
