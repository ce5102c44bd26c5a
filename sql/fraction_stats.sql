-- macro fraction_stats(ns, percentiles): ns_stats of nanoseconds that are no whole numbers, such as TPOT
-- parameter ns DOUBLE: the values; NULL ones do not count [ns]
-- parameter percentiles DOUBLE[]: which percentiles, 0 to 100
-- returns STRUCT: samples, mean_ms, std_ms, min_ms, max_ms, percentiles and ms, a value for each of the percentiles
--
-- The values are summed in order of size, so that the sum does not depend on the threads.
CREATE OR REPLACE MACRO fraction_stats(ns, percentiles) AS {
    'samples': count(ns),
    'mean_ms': list_avg(list(ns ORDER BY ns) FILTER (ns IS NOT NULL)) / 1e6,
    'std_ms': list_stddev_pop(list(ns ORDER BY ns) FILTER (ns IS NOT NULL)) / 1e6,
    'min_ms': min(ns) / 1e6,
    'max_ms': max(ns) / 1e6,
    'percentiles': percentiles::DOUBLE[],
    'ms': list_transform(
        quantile_cont(ns, [p / 100 FOR p IN percentiles]),
        lambda v: v / 1e6)
};
