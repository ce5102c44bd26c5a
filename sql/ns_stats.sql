-- macro ns_stats(ns, percentiles): statistics of whole nanoseconds, in milliseconds
-- parameter ns BIGINT: the values; NULL ones do not count [ns]
-- parameter percentiles DOUBLE[]: which percentiles, 0 to 100
-- returns STRUCT: samples, mean_ms, std_ms, min_ms, max_ms, percentiles and ms, a value for each of the percentiles
CREATE OR REPLACE MACRO ns_stats(ns, percentiles) AS {
    'samples': count(ns),
    'mean_ms': avg(ns) / 1e6,
    'std_ms': population_std(ns) / 1e6,
    'min_ms': min(ns) / 1e6,
    'max_ms': max(ns) / 1e6,
    'percentiles': percentiles::DOUBLE[],
    'ms': list_transform(
        quantile_cont(ns, [p / 100 FOR p IN percentiles]),
        lambda v: v / 1e6)
};
