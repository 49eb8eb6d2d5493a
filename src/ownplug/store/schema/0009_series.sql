-- Which colour a plug has in charts, 1 to 5. Plugs that are there get one after the other, in the order in which they came.
ALTER TABLE plug ADD COLUMN series INTEGER NOT NULL DEFAULT 1;
UPDATE plug SET series = numbered.series FROM
  (SELECT uuid, 1 + (row_number() OVER (ORDER BY registered_at, uuid) - 1) % 5 AS series FROM plug) AS numbered
  WHERE plug.uuid = numbered.uuid;
