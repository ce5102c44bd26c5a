-- macro population_std(x): population standard deviation of whole numbers, exact up to its last square root
-- parameter x BIGINT: the numbers; at most 1e15 in size for 1e8 of them
-- returns DOUBLE: the same on every run, unlike stddev_pop, whose last digits depend on the threads; NULL for no numbers
--
-- With S the sum, Q the sum of squares, q = S div n and r = S mod n, the sum of (x - q)^2 is Q - q (S + r), and the
-- variance is that over n, less (r/n)^2. The form (n Q - S^2) would leave HUGEINT n times earlier.
CREATE OR REPLACE MACRO population_std(x) AS
    CASE WHEN count(x) > 0 THEN sqrt(greatest(0.0,
        (sum(x::HUGEINT * x) - (sum(x) // count(x)) * (sum(x) + sum(x) % count(x)))::DOUBLE / count(x)
            - power((sum(x) % count(x))::DOUBLE / count(x), 2))) END;
