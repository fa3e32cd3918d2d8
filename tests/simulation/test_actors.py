from tests.simulation.actors.cast import cast


def test_play(new_world):
    import os
    import time

    for seed in range(int(os.environ.get("SEEDS", "1"))):
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
        print(world.sql("bookings", "select status, count(*) from booking group by 1"))
