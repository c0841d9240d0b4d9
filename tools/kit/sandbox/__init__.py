"""What every imitation of a platform is made of: routes over a world, a clock, a journal, faults to order."""
