-- macro sweep_grid(x := NULL, y := NULL, measure := 'output_throughput'): a number of a sweep over two of its parameters
-- parameter x VARCHAR: a parameter of sweep_parameters; NULL takes that with the most values
-- parameter y VARCHAR: another; NULL takes that with the most values of the rest
-- parameter measure VARCHAR: a column of run_summary
-- column x VARCHAR: name of the parameter on the axis x
-- column y VARCHAR: name of the parameter on the axis y
-- column x_value VARCHAR: its value
-- column y_value VARCHAR: its value
-- column x_place BIGINT: place of the value among those of its axis, from 1; numbers by size, then words
-- column y_place BIGINT: place of the value among those of its axis, from 1
-- column mean DOUBLE: mean of the measure over the runs with both values
-- column runs BIGINT: how many they are
CREATE OR REPLACE MACRO sweep_grid(x := NULL, y := NULL, measure := 'output_throughput') AS TABLE
WITH axes AS (
    SELECT parameter, row_number() OVER (ORDER BY max(differing) DESC, parameter) AS place
    FROM sweep_parameters()
    GROUP BY parameter
), across AS (
    SELECT coalesce(max(x::VARCHAR), arg_min(parameter, place)) AS name
    FROM axes
    WHERE parameter IS DISTINCT FROM y
), chosen AS (
    SELECT c.name AS x_name, coalesce(max(y::VARCHAR), arg_min(a.parameter, a.place)) AS y_name
    FROM across AS c
    LEFT JOIN axes AS a ON a.parameter <> c.name
    GROUP BY c.name
), numbers AS (
    SELECT run_id, TRY_CAST(json_extract_string(to_json(s), '$.' || measure) AS DOUBLE) AS number
    FROM run_summary AS s
), cells AS (
    SELECT c.x_name, c.y_name, a.value AS x_value, b.value AS y_value, avg(n.number) AS mean, count(*) AS runs
    FROM chosen AS c
    JOIN sweep_parameters() AS a ON a.parameter = c.x_name
    JOIN sweep_parameters() AS b ON b.parameter = c.y_name AND b.run_id = a.run_id
    JOIN numbers AS n ON n.run_id = a.run_id
    WHERE n.number IS NOT NULL
    GROUP BY ALL
)
SELECT
    x_name AS x, y_name AS y, x_value, y_value,
    dense_rank() OVER (ORDER BY try_cast(x_value AS DOUBLE) NULLS LAST, x_value) AS x_place,
    dense_rank() OVER (ORDER BY try_cast(y_value AS DOUBLE) NULLS LAST, y_value) AS y_place,
    mean, runs
FROM cells;
