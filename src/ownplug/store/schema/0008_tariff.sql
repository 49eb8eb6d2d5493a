-- Of all prices of the home; they are millionths of it per kWh, whole numbers, so that a price is read as it was typed.
CREATE TABLE tariff_currency (
  id       INTEGER PRIMARY KEY CHECK (id = 1),
  currency TEXT NOT NULL
) STRICT;

-- `price_micros` is the flat price or that of the day; by the hour there is none. Days and times are the owner's, ISO 8601.
CREATE TABLE tariff (
  begins             TEXT PRIMARY KEY,
  price_micros       INTEGER,
  night_price_micros INTEGER,
  night_from         TEXT,
  night_to           TEXT
) STRICT;

-- No price begins before the end of the one before it.
CREATE TABLE tariff_price (
  start_s      INTEGER PRIMARY KEY,
  length_s     INTEGER NOT NULL,
  price_micros INTEGER NOT NULL
) STRICT;
