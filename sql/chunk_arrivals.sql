-- macro chunk_arrivals(skipped, statuses): chunks of each measured request of those statuses, but for the kinds skipped
-- parameter skipped VARCHAR[]: kinds of chunk that do not count, such as ['role', 'finish']
-- parameter statuses VARCHAR[]: statuses of request, such as ['ok']
-- column run_id VARCHAR: the run
-- column request_id BIGINT: the request
-- column attempt BIGINT: how often the request had been tried before
-- column output_tokens BIGINT: tokens of the answer
-- column sent_ns BIGINT: when the request was sent, since the run's origin [ns]
-- column chunk BIGINT[]: number of each chunk among all of the request's chunks, from 0
-- column t_ns BIGINT[]: its arrival since sent_ns [ns]
-- column n_tokens INTEGER[]: its tokens, NULL when the server does not tell
--
-- skip holds the indices of the chunks that do not count, lead and trail how many of them stand at the beginning and the
-- end. Where that is all of them, and it nearly always is, the lists are cut by slices, which copy nothing; only the
-- rest is filtered element by element.
CREATE OR REPLACE MACRO chunk_arrivals(skipped, statuses) AS TABLE
SELECT
    run_id,
    request_id,
    attempt,
    output_tokens,
    sent_ns,
    CASE
        WHEN lead + trail >= len(skip) THEN range(lead, len(t_ns) - trail)
        ELSE list_filter(range(len(t_ns)), lambda c: NOT list_contains(skip, c::INTEGER))
    END AS chunk,
    CASE
        WHEN len(skip) = 0 THEN t_ns
        WHEN lead + trail >= len(skip) THEN t_ns[lead + 1:len(t_ns) - trail]
        ELSE list_filter(t_ns, lambda t, i: NOT list_contains(skip, (i - 1)::INTEGER))
    END AS t_ns,
    CASE
        WHEN len(skip) = 0 THEN n_tokens
        WHEN lead + trail >= len(skip) THEN n_tokens[lead + 1:len(t_ns) - trail]
        ELSE list_filter(n_tokens, lambda n, i: NOT list_contains(skip, (i - 1)::INTEGER))
    END AS n_tokens
FROM (
    SELECT
        *,
        len(list_filter(skip, lambda s, i: s = i - 1)) AS lead,
        len(list_filter(skip, lambda s, i: s = len(t_ns) - len(skip) + i - 1)) AS trail
    FROM (
        SELECT
            l.*,
            r.output_tokens,
            coalesce(list_filter(odd_chunk, lambda c, i: list_contains(skipped, odd_kind[i])), []) AS skip
        FROM token_lists AS l
        JOIN requests AS r USING (run_id, request_id, attempt)
        ANTI JOIN retried_attempts USING (run_id, request_id, attempt)
        WHERE r.phase = 'measured' AND list_contains(statuses, r.status)
    )
);
