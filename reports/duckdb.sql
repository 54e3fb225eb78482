-- What Trino's dialect, in which the questions are written, has under other names in DuckDB.
CREATE OR REPLACE MACRO json_extract_scalar(document, path) AS
    CASE WHEN left(json_extract(document, replace(replace(path, '["', '."'), '"]', '"')), 1) NOT IN ('{', '[')
        THEN json_extract_string(json_extract(document, replace(replace(path, '["', '."'), '"]', '"')), '$') END;
CREATE OR REPLACE MACRO array_join(items, separator) AS array_to_string(items, separator);
CREATE OR REPLACE MACRO approx_percentile(amounts, share) AS quantile_disc(amounts, share);
