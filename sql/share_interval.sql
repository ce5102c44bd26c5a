-- macro share_interval(part, whole): interval of a share, with 95 % confidence: of what can still be true after so many requests
-- parameter part BIGINT: how many had it, such as those that ended well
-- parameter whole BIGINT: of how many
-- returns STRUCT: lo and hi, from 0 to 1; NULL of no requests. 600 of 600 give 0.994 to 1
--
-- Wilson's score interval (1927), which keeps its word at 0 and at 1 too, where the usual one has no width. It takes requests for
-- independent: in a queue neighbours fare alike, and the truth may lie further off.
CREATE OR REPLACE MACRO share_interval(part, whole) AS
    CASE WHEN whole > 0 THEN {
        'lo': greatest(0.0, (part + 1.9207294 - 1.959964 * sqrt(part * (1 - part / whole) + 0.9603647)) / (whole + 3.8414588)),
        'hi': least(1.0, (part + 1.9207294 + 1.959964 * sqrt(part * (1 - part / whole) + 0.9603647)) / (whole + 3.8414588))
    } END;
