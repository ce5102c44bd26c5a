-- macro chunk_kinds(odd_chunk, odd_kind): kind of each of a request's chunks up to the last odd one, NULL for plain text
-- parameter odd_chunk INTEGER[]: indices from 0, ascending, of the chunks that are not plain text
-- parameter odd_kind VARCHAR[]: their kinds
-- returns VARCHAR[]: the kinds; NULL for NULL
--
-- Before each odd chunk the list is filled up with NULL to its place. A look-up per chunk instead would be quadratic, and
-- a reasoning model has thousands of odd chunks in a request.
CREATE OR REPLACE MACRO chunk_kinds(odd_chunk, odd_kind) AS
    flatten(list_transform(
        odd_chunk,
        lambda c, i: list_append(
            list_resize([]::VARCHAR[], c - coalesce(odd_chunk[i - 1], -1) - 1),
            odd_kind[i])));
